"""The scoreboard of the book: what every chapter reported in the run that made these pages.

`report` of `aeutils.results` leaves the metrics of a chapter in the output of a cell. The
directives ``scoreboard`` (a table) and ``scoreboard-picture`` read them from the cache of executed
notebooks, so that no number on the page is typed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from jupyter_cache import get_cache
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx_external_toc.parsing import parse_toc_yaml

from aeutils.results import MIME_TYPE, Result
from tools.scoreboard_picture import Line, picture
from tools.tables import Cell, link, table

HEAD = (
    "Chapter",
    "Metric",
    "This run",
    "Baseline",
    "Against baseline",
    "Published",
    "Against published",
    "Verdict",
)
MISSING = "–"
NOTHING = "No notebook of this build has reported a result."
SCRIPT = "scoreboard.js"


@dataclass(frozen=True)
class Row:
    """One metric of one chapter, with the page of the chapter."""

    docname: str
    result: Result

    @property
    def against_baseline(self) -> float | None:
        """How many times as good as the baseline this run is."""
        return gain(self.result, self.result.baseline)

    @property
    def against_published(self) -> float | None:
        """How many times as good as the published value this run is."""
        return gain(self.result, self.result.published)


def gain(result: Result, reference: float | None) -> float | None:
    """Return how many times as good as a reference a result is: above 1 it is better.

    Where the reference is a target, the gain is 1 on the target and lower on both sides. There is
    none where either number is missing, not finite, zero or negative, nor for a log density, whose
    zero depends on the unit of the pixels.
    """
    numbers = (result.value, reference)
    if any(number is None or not 0 < number < math.inf for number in numbers):
        return None
    if "log density" in result.unit:
        return None
    ratio = result.value / reference
    if result.better == "closer":
        return min(ratio, 1 / ratio)
    return ratio if result.better == "higher" else 1 / ratio


def outputs_of(env: BuildEnvironment, docname: str, mime_type: str) -> list[dict]:
    """Return what the cached outputs of a notebook hold of one type, in the order of the page."""
    cache = get_cache(env.mystnb_config.execution_cache_path)
    try:
        record = cache.match_cache_file(env.doc2path(docname))
    except KeyError:
        return []
    outputs = [
        o for cell in cache.get_cache_bundle(record.pk).nb.cells for o in cell.get("outputs", [])
    ]
    return [o["data"][mime_type] for o in outputs if mime_type in o.get("data", {})]


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
    """Return one row for each metric of each report, in the order of the reports."""
    rows = []
    for docname, report in reported.items():
        for entry in report["results"]:
            fields = {name: value for name, value in entry.items() if name != "verdict"}
            rows.append(Row(docname, Result(**fields)))
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
    result = row.result
    verdict = result.verdict
    return [
        with_note(nodes.literal("", result.metric), f"{result.unit}; {result.better} is better"),
        number(result.value),
        compared(result.baseline, result.baseline_name),
        times(row.against_baseline),
        compared(result.published, result.published_source),
        times(row.against_published),
        nodes.inline("", verdict, classes=[f"verdict-{verdict.replace(' ', '-')}"]),
    ]


def number(value: float) -> str:
    """Return a number as the chapters print it."""
    return f"{value:#.4g}"


def times(value: float | None) -> str:
    """Return a gain with two decimals, or fewer digits where it is large."""
    if value is None:
        return MISSING
    return f"{value:.2f}" if value < 100 else f"{value:.0f}" if value < 1e5 else f"{value:.0e}"


def compared(value: float | None, name: str | None) -> Cell:
    """Return a value to compare with, and below it what it is."""
    return MISSING if value is None else with_note(nodes.Text(number(value)), name or "")


def with_note(content: nodes.Node, note: str) -> nodes.inline:
    """Return a content with a small line of text below it."""
    return nodes.inline("", "", content, nodes.Text(" "), nodes.inline("", note, classes=["note"]))


def scoreboard_picture(env: BuildEnvironment) -> nodes.Node:
    """Return a figure of all gains, with a caption that counts them."""
    reported = reports(env)
    rows = rows_of(reported)
    if not rows:
        return nodes.paragraph("", NOTHING)
    lines = list(lines_of(rows))
    counts = count(rows, distinct(reported, "scale"))
    caption = f"{counts} {left_out(len(rows) - len(lines))}".strip()
    description = f"Dots on a logarithmic axis, a line for each metric. {counts}"
    html = (
        f'<figure class="scoreboard-picture"><div class="scroll" tabindex="0" role="group" '
        f'aria-label="Picture of the scoreboard">{picture(lines, description)}</div>'
        f"<figcaption><p>{caption}</p></figcaption></figure>"
    )
    return nodes.raw("", html, format="html")


def lines_of(rows: Sequence[Row]) -> Iterator[Line]:
    """Yield the lines of the picture: the metrics that can be compared with anything."""
    for row in rows:
        if row.against_baseline is not None or row.against_published is not None:
            yield Line(
                chapter=row.docname.rpartition("/")[2],
                metric=row.result.metric,
                baseline=row.against_baseline,
                baseline_name=row.result.baseline_name or "",
                published=row.against_published,
                published_name=row.result.published_source or "",
            )


def count(rows: Sequence[Row], scale: str) -> str:
    """Say how many metrics are at least as good as what they are compared to, to two decimals."""
    parts = []
    for name, values in (
        ("baseline", [row.against_baseline for row in rows]),
        ("published value", [row.against_published for row in rows]),
    ):
        known = [round(value, 2) for value in values if value is not None]
        good = sum(value >= 1 for value in known)
        parts.append(f"{good} of {len(known)} metrics are at least as good as their {name}")
    return f"At the {scale} scale {' and '.join(parts)}."


def left_out(metrics: int) -> str:
    """Say how many metrics have no line in the picture."""
    return f"Metrics without a ratio, and so without a line: {metrics}." if metrics else ""


def add_script(app: Sphinx, pagename: str, template: str, context: dict, doctree: object) -> None:
    """Load the script that sorts the table, on its page alone."""
    tables = doctree.findall(nodes.table) if isinstance(doctree, nodes.document) else ()
    if any("scoreboard" in table["classes"] for table in tables):
        app.add_js_file(SCRIPT, loading_method="defer")
