"""The scoreboard of the book: what every chapter reported in the run that made these pages.

`report` of `aeutils.results` leaves the metrics of a chapter in the output of a cell. The
directives ``scoreboard`` (a table) and ``scoreboard-picture`` read them from the cache of executed
notebooks, so that no number on the page is typed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

from docutils import nodes
from jupyter_cache import get_cache
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx_external_toc.parsing import parse_toc_yaml

from aeutils.results import MIME_TYPE, load_reference
from tools.scoreboard_picture import Line, Mark, picture
from tools.tables import Cell, link, table

HEAD = (
    "Chapter",
    "Metric",
    "This run",
    "Baseline",
    "Against baseline",
    "Full scale",
    "Published",
    "Against published",
    "Verdict",
)
MISSING = "–"
NOTHING = "No notebook of this build has reported a result."
SCRIPT = "scoreboard.js"
STANDINGS = ("ahead", "level", "behind")
# Of each build the data of the outputs by page: a notebook is read once for all tables.
READ: WeakKeyDictionary[Sphinx, dict[str, list[dict]]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Row:
    """One metric of one chapter: what this run measured, and its table of the reference file."""

    docname: str
    scale: str
    metric: str
    value: float
    verdict: str
    entry: Mapping

    @property
    def full(self) -> float | None:
        """The median of the reference runs at full scale."""
        return self.entry.get("full", {}).get("value")

    @property
    def baseline(self) -> float | None:
        """What the simplest method gives at the scale of this run."""
        return self.entry.get("baseline", {}).get(self.scale)

    @property
    def published(self) -> float | None:
        """What others have published."""
        return self.entry.get("published", {}).get("value")

    @property
    def against_baseline(self) -> str | None:
        """Where the runs of this scale stand to the baseline of this scale."""
        return self.against(self.scale, self.baseline)

    @property
    def comparable(self) -> float | None:
        """The published value, if it measures the same."""
        return None if "unlike" in self.entry.get("published", {}) else self.published

    @property
    def against_published(self) -> str | None:
        """Where the runs at full scale stand to the published value."""
        return self.against("full", self.comparable)

    def against(self, scale: str, reference: float | None) -> str | None:
        """Say where the band of a scale lies beside a reference."""
        band = self.entry.get(scale, {}).get("band")
        if reference is None or band is None:
            return None
        return standing(band, reference, self.entry["better"])

    def missed(self, value: float | None, scale: str) -> float | None:
        """Return the share of the possible that a value of a scale misses.

        It is 0 for what is perfect, and 1 for what knows nothing.
        """
        best, nothing = self.entry.get("best"), self.entry.get("null", {}).get(scale)
        if None in (value, best, nothing):
            return None
        return (value - best) / (nothing - best)

    @property
    def marks(self) -> dict[str, Mark]:
        """What this run and what it is compared to are and miss, by the kinds of the picture."""
        baseline, published = (self.entry.get(key, {}) for key in ("baseline", "published"))
        source = "; ".join(published[key] for key in ("source", "unlike") if key in published)
        return {
            "run": Mark(self.missed(self.value, self.scale)),
            "baseline": Mark(self.missed(self.baseline, self.scale), baseline.get("name", "")),
            "full": Mark(self.missed(self.full, "full")),
            "published": Mark(self.missed(self.comparable, "full"), source),
        }


def standing(band: Sequence[float], reference: float, better: str) -> str:
    """Return where runs with a band stand to a reference.

    ``"level"`` if the band holds the reference, ``"ahead"`` if all of the band is better,
    ``"behind"`` if all of it is worse. A target can be met, not beaten.
    """
    low, high = band
    if low <= reference <= high:
        return "level"
    ahead = {"lower": reference > high, "higher": reference < low, "closer": False}
    return "ahead" if ahead[better] else "behind"


def outputs_of(env: BuildEnvironment, docname: str, mime_type: str) -> list[dict]:
    """Return what the cached outputs of a notebook hold of one type, in the order of the page."""
    known = READ.setdefault(env.app, {})
    if docname not in known:
        known[docname] = read_outputs(env, docname)
    return [data[mime_type] for data in known[docname] if mime_type in data]


def read_outputs(env: BuildEnvironment, docname: str) -> list[dict]:
    """Return the data of all cached outputs of a notebook."""
    cache = get_cache(env.mystnb_config.execution_cache_path)
    try:
        record = cache.match_cache_file(env.doc2path(docname))
    except KeyError:
        return []
    notebook = cache.get_cache_bundle(record.pk).nb
    return [one.get("data", {}) for cell in notebook.cells for one in cell.get("outputs", [])]


def results_of(env: BuildEnvironment, docname: str) -> dict | None:
    """Return what a notebook reported, from its cached outputs, or ``None``."""
    return next(iter(outputs_of(env, docname, MIME_TYPE)), None)


def executed(env: BuildEnvironment) -> list[str]:
    """Return the pages that are executed notebooks, in the order of the book."""
    data = NbMetadataCollector.get_doc_data(env)
    toc = parse_toc_yaml(Path(env.srcdir, env.config.external_toc_path))
    pages = [re.sub(r"\.(ipynb|md)$", "", name) for name in toc]
    return [name for name in pages if data.get(name, {}).get("exec_data")]


def reports(env: BuildEnvironment) -> dict[str, dict]:
    """Return what each executed notebook reported, by its page, in the order of the book."""
    found = {name: results_of(env, name) for name in executed(env)}
    return {name: report for name, report in found.items() if report}


def rows_of(reported: dict[str, dict]) -> list[Row]:
    """Return one row for each metric of each report, in the order of the reports.

    Metrics that the reference file keeps off the scoreboard, or has not any more, are left out.
    """
    reference = load_reference()
    rows = []
    for docname, report in reported.items():
        for result in report["results"]:
            entry = reference.get(report["chapter"], {}).get(result["metric"])
            if entry is not None and entry.get("scoreboard", True):
                fields = (result[name] for name in ("metric", "value", "verdict"))
                rows.append(Row(docname, report["scale"], *fields, entry))
    return rows


def scoreboard(env: BuildEnvironment) -> nodes.Node:
    """Return the table of all metrics, below a line that says what they were computed on."""
    reported = reports(env)
    if not reported:
        return nodes.paragraph("", NOTHING)
    rows = [[link(env, row.docname), *cells(row)] for row in rows_of(reported)]
    return nodes.container("", run_line(reported), table(HEAD, rows, "scoreboard"))


def run_line(reported: dict[str, dict]) -> nodes.paragraph:
    """Say at which scale, with which backend, device and seed the chapters ran."""
    names = ("scale", "backend", "device", "seed")
    text = "; ".join(f"{name}: {distinct(reported, name)}" for name in names)
    return nodes.paragraph("", f"{text[0].upper()}{text[1:]}.", classes=["scoreboard-run"])


def distinct(reported: dict[str, dict], name: str) -> str:
    """Return the values of a field in all reports, each once."""
    return ", ".join(dict.fromkeys(str(report[name]) for report in reported.values()))


def cells(row: Row) -> list[Cell]:
    """Return the cells of a row behind the link to its chapter."""
    entry, marks = row.entry, row.marks
    return [
        with_note(nodes.literal("", row.metric), f"{entry['unit']}; {entry['better']} is better"),
        number(row.value, marks["run"]),
        number(row.baseline, marks["baseline"]),
        shown(row.against_baseline),
        number(row.full, marks["full"]),
        number(row.published, marks["published"]),
        shown(row.against_published),
        shown(row.verdict),
    ]


def shown(word: str | None) -> Cell:
    """Return a standing or a verdict with a class to colour it by."""
    if word is None:
        return MISSING
    return nodes.inline("", word, classes=[f"verdict-{word.replace(' ', '-')}"])


def number(value: float | None, mark: Mark) -> Cell:
    """Return a number as the chapters print it, and below it what it is and misses."""
    if value is None:
        return MISSING
    share = "" if mark.share is None else f"misses {mark.share:.1%}"
    note = "; ".join(part for part in (mark.name, share) if part)
    text = nodes.Text(f"{value:#.4g}")
    return with_note(text, note) if note else text


def with_note(content: nodes.Node, note: str) -> nodes.inline:
    """Return a content with a small line of text below it."""
    return nodes.inline("", "", content, nodes.Text(" "), nodes.inline("", note, classes=["note"]))


def scoreboard_picture(env: BuildEnvironment) -> nodes.Node:
    """Return a figure of what is missed, with a caption that counts who is ahead."""
    reported = reports(env)
    rows = rows_of(reported)
    if not rows:
        return nodes.paragraph("", NOTHING)
    lines = list(lines_of(rows))
    counts = count(rows)
    caption = f"{counts} {left_out(len(rows) - len(lines))}".strip()
    axis = "Marks on an axis from 0 to 100 per cent missed, a line for each metric."
    description = f"{axis} {counts}"
    html = (
        f'<figure class="scoreboard-picture"><div class="scroll" tabindex="0" role="group" '
        f'aria-label="Picture of the scoreboard">{picture(lines, description)}</div>'
        f"<figcaption><p>{caption}</p></figcaption></figure>"
    )
    return nodes.raw("", html, format="html")


def lines_of(rows: Sequence[Row]) -> Iterator[Line]:
    """Yield the lines of the picture: the metrics of which it is known what is possible."""
    for row in rows:
        marks = row.marks
        if marks["run"].share is not None:
            yield Line(row.docname.rpartition("/")[2], row.metric, **marks)


def count(rows: Sequence[Row]) -> str:
    """Say how many metrics stand where to what they are compared to."""
    parts = []
    for what, found in (
        ("the baselines of this scale", [row.against_baseline for row in rows]),
        ("published values, at full scale", [row.against_published for row in rows]),
    ):
        counts = Counter(found)
        parts.append(f"Against {what}: {', '.join(f'{counts[n]} {n}' for n in STANDINGS)}.")
    return " ".join(parts)


def left_out(metrics: int) -> str:
    """Say how many metrics have no line in the picture."""
    return f"Metrics whose best value is not known, without a line: {metrics}." if metrics else ""


def add_script(app: Sphinx, pagename: str, template: str, context: dict, doctree: object) -> None:
    """Load the script that sorts the table, on its page alone."""
    tables = doctree.findall(nodes.table) if isinstance(doctree, nodes.document) else ()
    if any("scoreboard" in table["classes"] for table in tables):
        app.add_js_file(SCRIPT, loading_method="defer")
