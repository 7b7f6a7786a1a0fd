"""The recipes of the book against those of the textbooks, timed on one machine in one run."""
