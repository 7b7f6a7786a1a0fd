"""Run the open exercises of a chapter as a reader does who has replaced the dots.

python -m tools.attempts SLUG ...

In memory, the dots that a comment tells what to put for (``rows = ...  # such as x_test[:500]``)
are replaced by that, all cells are executed, and what the open exercises print is shown. The
notebooks stay as they are.
"""

import argparse
import os
import re
import sys
from pathlib import Path

from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from tools.notebooks import ROOT, execute, failure, notebook_paths, read

DOTS = re.compile(r"^(\w+) = \.\.\.  # such as (.+)$", re.MULTILINE)
OPEN = re.compile(r"\b(?:attempted|predicted)\(\"([\w.-]+)\"")


def fill_in(notebook: NotebookNode) -> list[str]:
    """Replace the dots of the open exercises, in place; return the names of the exercises."""
    names = []
    for cell in notebook.cells:
        match = OPEN.search(cell.source) if cell.cell_type == "code" else None
        if match:
            names.append(match[1])
            cell.source = DOTS.sub(r"\1 = \2", cell.source)
    return names


def shown(notebook: NotebookNode) -> str:
    """Return what the cells of the open exercises print."""
    lines = []
    for cell in notebook.cells:
        match = OPEN.search(cell.source) if cell.cell_type == "code" else None
        if match:
            found = cell.get("outputs", [])
            texts = [o.get("text") or o.get("data", {}).get("text/plain") for o in found]
            lines += [f"--- {match[1]}", *filter(None, texts)]
    return "\n".join(lines)


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Run the named chapters; return how many of them failed."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("slugs", nargs="+", metavar="SLUG")
    options = parser.parse_args(arguments)
    os.environ["AEUTILS_STRICT"] = "1"  # a prediction is not asked for, and nothing is recorded
    failed = 0
    for path in notebook_paths(options.slugs, root):
        notebook = read(path)
        fill_in(notebook)
        try:
            execute(notebook, path.parent)
        except CellExecutionError as error:
            failed += 1
            print(f"{path.name} FAILED: {failure(notebook, error)}", flush=True)
            continue
        print(f"{path.name}\n{shown(notebook)}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
