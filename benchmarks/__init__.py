"""The recipes of the book against those of the textbooks, and what else a run costs.

Each benchmark is a module with a function ``measure`` that returns rows of a table of
`benchmarks.rows`; ``python -m benchmarks`` runs them and stores the rows.
"""
