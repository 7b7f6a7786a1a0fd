"""Train models whose answer is known, ask `aeutils.examine` about them and write the page.

``python -m benchmarks.recipes [seen|unseen|public|all]``; with ``--keep FOLDER`` trained weights
are kept there, and a second run trains nothing.
"""

import argparse
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aeutils import setup
from benchmarks.recipes import page


def main(arguments: list[str] | None = None) -> int:
    """Run the sections that are named, and return the exit status."""
    parser = argparse.ArgumentParser("benchmarks.recipes", description=__doc__.splitlines()[0])
    parser.add_argument("section", nargs="?", default="all", choices=[*page.SECTIONS, "all"])
    parser.add_argument("--keep", type=Path, help="folder that keeps trained weights")
    options = parser.parse_args(arguments)
    try:
        for path in page.FOLDER.glob("*.json"):
            page.read(path)  # before the minutes of training, not after them
        examine = find_examine()
    except ValueError as error:
        print(f"error: {error}")
        return 1
    session = setup()
    machine = f"{session.device}, {session.backend}"
    sections = page.SECTIONS if options.section == "all" else [options.section]
    _run(sections, options.keep, examine, machine)
    return 0


def find_examine() -> Callable[..., Any]:
    """Return `aeutils.examine`.

    Raises
    ------
    ValueError
        If this version of the package has none.
    """
    examine = getattr(importlib.import_module("aeutils"), "examine", None)
    if callable(examine):
        return examine
    raise ValueError("aeutils has no function `examine` that could be judged.")


def _run(sections, keep: Path | None, examine, machine: str) -> None:
    # Not before `setup`, which keeps the greetings of the backend from the screen.
    from benchmarks.recipes import faults, judge, public
    from benchmarks.recipes.training import Store

    store = Store(keep)
    for section in sections:
        print(f"{section}:", flush=True)
        if section == "public":
            rows = judge.judge_public(examine, public.RECIPES, store)
        else:
            rows = judge.judge_cases(examine, faults.cases(section), store)
        page.store(machine, section, rows, page.FOLDER)
        found = [page.read(path) for path in sorted(page.FOLDER.glob("*.json"))]
        page.PAGE.write_text(page.render(found), "utf-8")
    print(page.PAGE.read_text("utf-8"))


if __name__ == "__main__":
    sys.exit(main())
