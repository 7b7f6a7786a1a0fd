"""Seconds of each chapter in the last ``make book``, read from its cache; nothing is executed."""

from pathlib import Path

from benchmarks.rows import Chapter

ROOT = Path(__file__).resolve().parents[1]


def measure(build: Path | None, root: Path = ROOT) -> list[Chapter]:
    """Return the seconds of each chapter, in the order of the book.

    Parameters
    ----------
    build : Path or None
        The folder that ``make book`` builds in.
    root : Path
        The folder of ``_toc.yml``.

    Returns
    -------
    list of Chapter
        Empty, after a line that says so, where there is no build.
    """
    cache = build / "_build" / ".jupyter_cache" if build else None
    if cache is None or not cache.is_dir():
        print("There is no build of this scale and backend: run make book first.")
        return []
    # These belong to the packages that build the book, which a benchmark else does not need.
    from tools.durations import latest_records
    from tools.execute import notebooks_of

    latest, rows = latest_records(cache), []
    for name in [path.stem for path in notebooks_of(root) if path.stem in latest]:
        run, executed = latest[name].data, latest[name].created.date().isoformat()
        rows.append(Chapter(name, run["execution_seconds"], run["side_by_side"], executed))
    return rows
