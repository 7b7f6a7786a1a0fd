"""How long each notebook takes: the longest runs first, and a share of them is a share of time.

Usage: ``python -m tools.seconds 6 2 --backend jax`` prints the chapters of one of six shares of
about equal length, counted from 0; a larger number counts on from the first.
"""

import argparse
import os
from collections.abc import Mapping
from pathlib import Path
from statistics import mean

from jupyter_cache import get_cache

from benchmarks.results import FOLDER, read

BOOK = Path(__file__).resolve().parents[1] / "book"


def benchmark_seconds(backend: str) -> dict[str, float]:
    """Return how long each chapter took on two cores at small scale, by its name."""
    entries = read(FOLDER / f"2-cpu-cores-small-{backend}.json").entries
    return {row.chapter: row.seconds for row in entries["chapters"].rows}


def last_seconds(folder: Path) -> dict[str, float]:
    """Return how long each notebook took, by its name: in a cache, or else in the benchmarks."""
    found = benchmark_seconds(os.environ.get("KERAS_BACKEND") or "tensorflow")
    here = {Path(r.uri).stem: r.data or {} for r in get_cache(folder).list_cache_records()}
    return found | {k: v["execution_seconds"] for k, v in here.items() if "execution_seconds" in v}


def deal(seconds: Mapping[str, float], count: int) -> list[list[str]]:
    """Deal names into shares of about equal time: each, the longest first, to the least so far."""
    shares: list[list[str]] = [[] for _ in range(count)]
    for name in sorted(seconds, key=lambda name: (-seconds[name], name)):
        min(shares, key=lambda share: sum(seconds[other] for other in share)).append(name)
    return shares


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line and print the names of one share."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int, help="number of shares")
    parser.add_argument("share", type=int, help="which one, counted from 0")
    parser.add_argument("--backend", choices=["tensorflow", "jax"], default="tensorflow")
    options = parser.parse_args(arguments)
    if options.count < 1:
        parser.error(f"the number of shares is {options.count}: give at least 1.")
    known = benchmark_seconds(options.backend)
    names = sorted(path.stem for path in BOOK.glob("*.ipynb"))
    # A chapter that nobody has timed takes as long as most do.
    seconds = {name: known.get(name, mean(known.values())) for name in names}
    print(*deal(seconds, options.count)[options.share % options.count])


if __name__ == "__main__":
    main()
