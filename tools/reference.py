"""Run a chapter with five seeds and print the reference value and band of each metric.

The band reaches from the median by five times the largest deviation of a seed from it, and by
one per cent at least, so that another machine, backend or version of a library stays inside and
a broken chapter does not. The lines printed go into ``aeutils/reference_results.toml``.
"""

import argparse
import os
import statistics
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from aeutils.results import MIME_TYPE
from aeutils.session import SCALES

BOOK = Path(__file__).resolve().parent.parent / "book"
SEEDS = 5
DEVIATIONS = 5
LEAST_MARGIN = 0.01


def run_chapter(slug: str, scale: str, seed: int) -> dict[str, float]:
    """Execute a chapter with one seed and return its metrics.

    Raises
    ------
    ValueError
        If the chapter does not exist or reports no results.
    """
    path = BOOK / f"{slug}.ipynb"
    if not path.exists():
        raise ValueError(f"There is no chapter {slug!r} in {BOOK.name}/.")
    os.environ |= {"AEUTILS_SCALE": scale, "AEUTILS_SEED": str(seed), "AEUTILS_STRICT": "0"}
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=None, resources={"metadata": {"path": BOOK}}).execute()
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if MIME_TYPE in output.get("data", {}):
                results = output["data"][MIME_TYPE]["results"]
                return {result["metric"]: result["value"] for result in results}
    raise ValueError(f"Chapter {slug!r} reports no results: its last cells should call report().")


def summarise(values: list[float]) -> tuple[float, float, float]:
    """Return the median of the seeds and the two ends of the band around it."""
    median = statistics.median(values)
    spread = max(abs(value - median) for value in values)
    margin = max(DEVIATIONS * spread, LEAST_MARGIN * abs(median))
    return median, median - margin, median + margin


def main(arguments: list[str] | None = None) -> int:
    """Run the command line: ``python tools/reference.py SLUG [--scale full]``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("slug", help="name of the chapter, without .ipynb")
    parser.add_argument("--scale", choices=SCALES, default="small")
    options = parser.parse_args(arguments)
    runs = []
    for seed in range(SEEDS):
        runs.append(run_chapter(options.slug, options.scale, seed))
        print(f"seed {seed}: {runs[-1]}", flush=True)
    for metric in runs[0]:
        value, low, high = summarise([run[metric] for run in runs])
        line = f"{options.scale} = {{ value = {value:.4g}, band = [{low:.4g}, {high:.4g}] }}"
        print(f"[{options.slug}.{metric}]\n{line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
