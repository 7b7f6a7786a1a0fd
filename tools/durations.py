"""Print a share of the chapters by the time they take, and say how long each took last.

Usage: ``python -m tools.durations 6 2 --backend jax`` prints the third of six shares of about equal
time. They are counted from 0 and round: 8 of six is 2.
"""

import argparse
import os
from collections.abc import Mapping
from pathlib import Path
from statistics import mean

from jupyter_cache import get_cache
from jupyter_cache.cache.db import NbCacheRecord

from benchmarks.results import FOLDER, read

BOOK = Path(__file__).resolve().parents[1] / "book"


def benchmark_seconds(backend: str) -> dict[str, float]:
    """Return how long each chapter took on two cores at small scale, by its name.

    Empty where nobody has measured a backend.
    """
    path = FOLDER / f"2-cpu-cores-small-{backend}.json"
    entry = read(path).entries.get("chapters") if path.exists() else None
    return {row.chapter: row.seconds for row in entry.rows} if entry else {}


def latest_records(folder: Path) -> dict[str, NbCacheRecord]:
    """Return what a cache keeps of the last run of each notebook, by its name."""
    records = sorted(get_cache(folder).list_cache_records(), key=lambda record: record.pk)
    return {Path(record.uri).stem: record for record in records}


def last_seconds(folder: Path) -> dict[str, float]:
    """Return how long each notebook took, by its name: in a cache, or else in the benchmarks."""
    found = benchmark_seconds(os.environ.get("KERAS_BACKEND") or "tensorflow")
    here = {name: record.data or {} for name, record in latest_records(folder).items()}
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
    parser.add_argument("share", type=int, help="which one, counted from 0 and round")
    parser.add_argument("--backend", choices=["tensorflow", "jax"], default="tensorflow")
    options = parser.parse_args(arguments)
    names = [path.stem for path in BOOK.glob("*.ipynb")]
    if not 1 <= options.count <= len(names):
        parser.error(f"the number of shares is {options.count}: give one of 1 to {len(names)}.")
    known = benchmark_seconds(options.backend)
    # One that nobody has timed counts as much as the others do on average.
    average = mean(known.values()) if known else 1.0
    seconds = {name: known.get(name, average) for name in names}
    print(*deal(seconds, options.count)[options.share % options.count])


if __name__ == "__main__":
    main()
