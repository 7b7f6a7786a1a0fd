"""Run benchmarks, store their rows and write the page of all results.

Run by ``make bench``; ``SCALE``, ``BACKEND`` and ``DATA_DIR`` choose what it runs on, and
``CH="vae stacked"`` which benchmarks.
"""

import argparse
import importlib
import sys
from pathlib import Path

from aeutils import setup
from benchmarks import results


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmarks that are named, or all, and return the exit status."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__.splitlines()[0])
    known = ", ".join(results.ROW_TYPES)
    parser.add_argument("names", nargs="*", help=f"of {known}; all if none is given")
    parser.add_argument("--build", type=Path, help="folder that `make book` builds in")
    options = parser.parse_args(arguments)
    for name in options.names:
        if name not in results.ROW_TYPES:
            parser.error(f"there is no benchmark {name!r}; choose of {known}")
    try:
        results.read_all()  # before the hours of measuring, not after them
    except ValueError as error:
        print(f"error: {error}")
        return 1
    session = setup()
    for name in options.names or results.ROW_TYPES:
        print(f"{name}:", flush=True)
        # Not before `setup`, which keeps the greetings of the backend from the screen.
        measure = importlib.import_module(f"benchmarks.{name}").measure
        if rows := measure(options.build if name == "chapters" else session):
            results.store(session, name, results.make_entry(rows))
            results.PAGE.write_text(results.render(results.read_all()), "utf-8")
    print(results.PAGE.read_text("utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
