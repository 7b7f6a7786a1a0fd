"""Run a chapter with several seeds and keep what its numbers and its claims did.

The runs go into ``aeutils/reference_runs.json``: for each chapter, scale and backend the metrics of
every seed, and for each claim in how many runs it held and its smallest slack. From the metrics of
both backends come the reference value and the band of ``aeutils/reference_results.toml``, which
are printed: a band is the interval in which one more run falls in 999 of 1,000 cases if runs are
normally distributed, at least one per cent to each side, and ends at ``best`` where a metric has
one.

With ``--new 10`` ten seeds that made no band run instead, and what lies outside is printed.
"""

import argparse
import fcntl
import json
import math
import os
import statistics
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from scipy import stats

from aeutils.claims import MIME_TYPE as CLAIM
from aeutils.results import MIME_TYPE as RESULTS
from aeutils.results import compare, load_reference
from aeutils.session import SCALES

ROOT = Path(__file__).resolve().parent.parent
BOOK = ROOT / "book"
RUNS_FILE = ROOT / "aeutils" / "reference_runs.json"
SEEDS = 5
OUTSIDE = 0.001  # share of sound runs that may fall outside of a band
LEAST_MARGIN = 0.01


def run_chapter(slug: str, scale: str, seed: int) -> tuple[dict[str, float], dict[str, dict]]:
    """Execute a chapter with one seed and return its metrics, and its claims by sentence.

    Raises
    ------
    ValueError
        If the chapter does not exist, reports no results, or one that is not finite.
    """
    path = BOOK / f"{slug}.ipynb"
    if not path.exists():
        raise ValueError(f"There is no chapter {slug!r} in {BOOK.name}/.")
    os.environ |= {"AEUTILS_SCALE": scale, "AEUTILS_SEED": str(seed), "AEUTILS_STRICT": "0"}
    os.environ["AEUTILS_PROGRESS"] = "off"
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=None,
        resources={"metadata": {"path": BOOK}},
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        shutdown_kernel="immediate",
    ).execute()
    shown = [output.get("data", {}) for c in notebook.cells for output in c.get("outputs", [])]
    results = [data[RESULTS]["results"] for data in shown if RESULTS in data]
    if not results:
        raise ValueError(
            f"Chapter {slug!r} reports no results: its last cells should call report()."
        )
    claims = {data[CLAIM]["sentence"]: data[CLAIM] for data in shown if CLAIM in data}
    metrics = {result["metric"]: result["value"] for result in results[0]}
    if lost := [name for name, value in metrics.items() if value is None]:
        raise ValueError(f"With seed {seed} these are not finite: {', '.join(lost)}.")
    return metrics, claims


def load_runs(path: Path = RUNS_FILE) -> dict[str, dict[str, dict]]:
    """Read the reference runs: chapter -> ``scale-backend`` -> metrics and claims."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return json.loads(text or "{}")


def save_runs(slug: str, key: str, entry: dict, path: Path = RUNS_FILE) -> None:
    """Put the runs of a chapter at one scale and on one backend into the file."""
    path.touch()
    with path.open("r+", encoding="utf-8") as file:
        # Two chapters may be run at the same time.
        fcntl.flock(file, fcntl.LOCK_EX)
        runs = load_runs(path)
        runs.setdefault(slug, {})[key] = entry
        runs = {name: dict(sorted(runs[name].items())) for name in sorted(runs)}
        file.write(json.dumps(runs, indent=1, ensure_ascii=False) + "\n")
        file.truncate()


def count_claims(runs: Iterable[Mapping[str, dict]]) -> dict[str, dict]:
    """Return for each claim the number of runs, of those in which it held, and its least slack."""
    counted = {}
    for sentence, made in ((s, c) for run in runs for s, c in run.items()):
        entry = counted.setdefault(sentence, {"runs": 0, "held": 0, "smallest_slack": math.inf})
        entry["runs"] += 1
        entry["held"] += made["holds"]
        slack = -math.inf if made["slack"] is None else made["slack"]
        entry["smallest_slack"] = min(entry["smallest_slack"], slack)
    for entry in counted.values():
        slack = entry["smallest_slack"]
        entry["smallest_slack"] = float(f"{slack:.3g}") if math.isfinite(slack) else None
    return counted


def summarise(values: list[float]) -> tuple[float, float, float]:
    """Return the median of the runs and the two ends of the band."""
    mean, spread = statistics.mean(values), statistics.stdev(values)
    factor = stats.t.isf(OUTSIDE / 2, len(values) - 1) * math.sqrt(1 + 1 / len(values))
    margin = max(factor * spread, LEAST_MARGIN * abs(mean))
    return statistics.median(values), mean - margin, mean + margin


def end_at_best(summary: tuple[float, float, float], entry: Mapping) -> tuple[float, float, float]:
    """Return median and band, with no end of the band past ``best``, which no run can pass."""
    value, low, high = summary
    if "best" not in entry:
        return summary
    if entry["better"] == "higher":
        return value, low, min(high, entry["best"])
    return value, max(low, entry["best"]), high


def bands(slug: str, scale: str, path: Path = RUNS_FILE) -> dict[str, tuple[float, float, float]]:
    """Return value and band of each metric, from the runs on all backends at one scale."""
    entries = [e for key, e in load_runs(path)[slug].items() if key.startswith(f"{scale}-")]
    # A metric may be new, or have a new name, and the other backend not have been run since.
    names = dict.fromkeys(name for entry in entries for name in entry["metrics"])
    pooled = {name: [v for e in entries for v in e["metrics"].get(name, ())] for name in names}
    known = load_reference().get(slug, {})
    return {
        name: end_at_best(summarise(values), known.get(name, {})) for name, values in pooled.items()
    }


def try_new_seeds(slug: str, scale: str, seeds: int) -> int:
    """Run seeds that made no band; print what is outside or fails and return how much that is."""
    problems = 0
    for seed in range(SEEDS, SEEDS + seeds):
        metrics, claims = run_chapter(slug, scale, seed)
        outside = [
            f"{result.metric} = {result.value:.4g} is {result.verdict}"
            for result in compare(slug, metrics, scale)
            if result.is_outside
        ]
        outside += [f"fails: {s} ({c['numbers']})" for s, c in claims.items() if not c["holds"]]
        print(f"seed {seed}: {'; '.join(outside) or 'all inside'}", flush=True)
        problems += len(outside)
    return problems


def main(arguments: list[str] | None = None) -> int:
    """Run the command line: ``python tools/reference.py SLUG [--scale full] [--new 10]``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("slug", help="name of the chapter, without .ipynb")
    parser.add_argument("--scale", choices=SCALES, default="small")
    parser.add_argument("--new", type=int, metavar="SEEDS", help="try so many new seeds instead")
    options = parser.parse_args(arguments)
    if options.new:
        return 1 if try_new_seeds(options.slug, options.scale, options.new) else 0
    runs = []
    for seed in range(SEEDS):
        runs.append(run_chapter(options.slug, options.scale, seed))
        print(f"seed {seed}: {runs[-1][0]}", flush=True)
    metrics = {name: [run[0][name] for run in runs] for name in runs[0][0]}
    entry = {"metrics": metrics, "claims": count_claims(claims for _, claims in runs)}
    backend = os.environ.get("KERAS_BACKEND") or "tensorflow"
    save_runs(options.slug, f"{options.scale}-{backend}", entry, RUNS_FILE)
    for name, (value, low, high) in bands(options.slug, options.scale, RUNS_FILE).items():
        line = f"{options.scale} = {{ value = {value:.4g}, band = [{low:.4g}, {high:.4g}] }}"
        print(f"[{options.slug}.{name}]\n{line}")
    for sentence, claim in entry["claims"].items():
        slack = claim["smallest_slack"]
        print(f"held in {claim['held']} of {claim['runs']}, smallest slack {slack}: {sentence}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
