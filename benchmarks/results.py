"""Results of the benchmarks: a JSON file per machine, scale and backend, and one page of all.

Such a file has the ``device``, ``scale`` and ``backend`` it belongs to and, by the name of the
benchmark, ``entries``: when and with which versions each ran, and its rows.
"""

import datetime
import json
import os
import platform
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path

from aeutils.session import Session
from benchmarks.rows import Chapter, Comparison, Epochs, Row, Start, TrainingStep

FOLDER = Path(__file__).with_name("results")
PAGE = Path(__file__).with_name("RESULTS.md")
PACKAGES = ("keras", "tensorflow", "tensorflow-cpu", "jax", "numpy")
ROW_TYPES: dict[str, type[Row]] = {
    "vanilla": Comparison,
    "stacked": Comparison,
    "convolutional": Comparison,
    "vae": Comparison,
    "sentences": Comparison,
    "epochs": Epochs,
    "matrix_rate": TrainingStep,
    "start": Start,
    "chapters": Chapter,
}


@dataclass(frozen=True)
class Entry:
    """The rows of one benchmark, and when and with which versions it ran.

    Attributes
    ----------
    date : str
        Day of the run, as in ``2026-01-31``.
    versions : str
        Python and the packages, with their versions.
    rows : tuple of Row
        What it measured.
    """

    date: str
    versions: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Results:
    """The entries of one machine, scale and backend, by the name of the benchmark."""

    device: str
    scale: str
    backend: str
    entries: dict[str, Entry]

    @property
    def title(self) -> str:
        """Name the machine, the scale and the backend."""
        return f"{self.device}, {self.scale} scale, {self.backend}"


def make_entry(rows: Sequence[Row]) -> Entry:
    """Return the rows with the day and the versions of now."""
    found = [(name, _version(name)) for name in PACKAGES]
    versions = [f"Python {platform.python_version()}"]
    versions += [f"{name} {version}" for name, version in found if version]
    return Entry(datetime.date.today().isoformat(), ", ".join(versions), tuple(rows))


def store(session: Session, name: str, entry: Entry, folder: Path = FOLDER) -> Path:
    """Put the entry of a benchmark in the place of its last one, and leave the others as they are.

    Chapters that the last build did not hold, because it was cut short, keep their rows.

    Parameters
    ----------
    session : Session
        Its device, scale and backend name the file, which is made if it is missing.
    name : str
        The benchmark, a key of ``ROW_TYPES``.
    entry : Entry
        What to store.
    folder : Path
        Where the files are.

    Raises
    ------
    ValueError
        If the file is no file of results.
    """
    words = f"{session.device} {session.scale} {session.backend}".lower()
    path = folder / f"{re.sub(r'[^a-z0-9]+', '-', words).strip('-')}.json"
    entries = read(path).entries if path.exists() else {}
    if name == "chapters" and name in entries:
        entry = _add_missing_chapters(entry, entries[name].rows)
    results = Results(session.device, session.scale, session.backend, entries | {name: entry})
    folder.mkdir(exist_ok=True)
    # Whatever interrupts the writing, the file is the old one or the new one.
    new = path.with_suffix(".new")
    new.write_text(json.dumps(asdict(results), indent=1) + "\n", "utf-8")
    os.replace(new, path)
    return path


def _add_missing_chapters(entry: Entry, rows: Sequence[Chapter]) -> Entry:
    present = {row.chapter for row in entry.rows}
    missing = [row for row in rows if row.chapter not in present]
    return replace(entry, rows=(*entry.rows, *missing))


def read(path: Path) -> Results:
    """Read one file of results.

    Raises
    ------
    ValueError
        If it is damaged or something else.
    """
    try:
        fields = json.loads(path.read_text("utf-8"))
        entries = {}
        for name, entry in fields.pop("entries").items():
            rows = tuple(ROW_TYPES[name](**row) for row in entry.pop("rows"))
            entries[name] = Entry(rows=rows, **entry)
        return Results(entries=entries, **fields)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path} is no file that `make bench` of this version writes "
            f"({type(error).__name__}: {error}). Take it back from git or delete it; "
            "its benchmarks have to run again then."
        ) from error


def read_all(folder: Path = FOLDER) -> list[Results]:
    """Read all files of results in a folder, which may be missing, in the order of their names.

    Raises
    ------
    ValueError
        If one of them is damaged or something else.
    """
    return [read(path) for path in sorted(folder.glob("*.json"))]


def render(results: Sequence[Results]) -> str:
    """Return the page of all results, in Markdown: a section for each machine."""
    parts = ["# Benchmarks", "Made by `make bench`, which renews the rows of what it runs."]
    for machine in results:
        parts.append(f"## {machine.title[:1].upper()}{machine.title[1:]}")
        for row_type in dict.fromkeys(ROW_TYPES.values()):
            names = [name for name, other in ROW_TYPES.items() if other is row_type]
            chosen = {name: machine.entries[name] for name in names if name in machine.entries}
            if chosen:
                parts += [f"### {row_type.title}", row_type.note, _table(row_type, chosen)]
        parts.append(_versions(machine))
    return "\n\n".join(parts) + "\n"


def _table(row_type: type[Row], entries: dict[str, Entry]) -> str:
    """Return the table of one kind of rows; benchmarks of one kind are told apart by their name."""
    several = row_type is Comparison
    dated = row_type is not Chapter  # whose rows have each its own day
    head = ["chapter"] * several + [*row_type.headings] + ["date"] * dated
    lines = [head, ["---"] * len(head)]
    for name, entry in entries.items():
        first, last = [f"`{name}`"] * several, [entry.date] * dated
        lines += [first + row.cells() + last for row in entry.rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _versions(machine: Results) -> str:
    """Say with which versions each benchmark ran, once for those that have them in common."""
    names: dict[str, list[str]] = {}
    for name in ROW_TYPES:
        if name in machine.entries:
            names.setdefault(machine.entries[name].versions, []).append(f"`{name}`")
    return "\n".join(f"- {', '.join(group)}: {versions}" for versions, group in names.items())


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
