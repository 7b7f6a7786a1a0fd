"""The results of a chapter beside their baseline, the published value and a reference band.

``reference_results.toml`` has one table for each ``[chapter.metric]``: ``unit``; ``better``
(``"lower"``, ``"higher"`` or, where the baseline is a target, ``"closer"``); ``small`` and
``full`` with the median of several seeds (``value``) and the ``band`` that a run has to fall into;
``null`` (a ``name`` and its value for each scale: what the trivial predictor or the untrained model
gives, which lies outside the band); ``baseline`` (a ``name`` and its value for each scale) and
``published`` (a ``value`` and its ``source``; ``unlike`` says what differs where it does not
measure the same); ``best``, what a perfect result gives; ``scoreboard``, false where a metric
checks the book's own code. Keys that do not apply are absent.
"""

import html
import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from aeutils.session import Session, is_strict

REFERENCE_FILE = Path(__file__).with_name("reference_results.toml")
MIME_TYPE = "application/vnd.aeutils.results+json"
HEADINGS = (
    "metric",
    "unit",
    "this run",
    "at full scale",
    "baseline",
    "published",
    "reference band",
    "verdict",
)


class OutsideBand(Exception):
    """A metric fell outside its reference band while ``AEUTILS_STRICT=1`` was set."""


@dataclass(frozen=True)
class Result:
    """One metric of a run with what it is compared to; absent comparisons are ``None``.

    ``at_full_scale`` is the reference value of the full scale, beside a run at the small one.
    """

    metric: str
    value: float
    unit: str
    better: str
    at_full_scale: float | None
    band: tuple[float, float] | None
    baseline: float | None
    baseline_name: str | None
    published: float | None
    published_source: str | None

    @property
    def verdict(self) -> str:
        """Say where the value lies: in the band, below it, above it, or nowhere."""
        if not math.isfinite(self.value):
            return "not finite"
        if self.band is None:
            return "no reference"
        low, high = self.band
        if self.value < low:
            return "below"
        return "above" if self.value > high else "in band"

    @property
    def is_outside(self) -> bool:
        """Whether there is a band and the value is not in it, or the value is not finite."""
        return self.verdict not in ("in band", "no reference")

    def cells(self) -> list[str]:
        """Return the row of the table as text, in the order of ``HEADINGS``."""
        band = "–" if self.band is None else f"{self.band[0]:#.4g} to {self.band[1]:#.4g}"
        return [
            self.metric,
            f"{self.unit} ({self.better} is better)",
            f"{self.value:#.4g}",
            "–" if self.at_full_scale is None else f"{self.at_full_scale:#.4g}",
            _compared(self.baseline, self.baseline_name),
            _compared(self.published, self.published_source),
            band,
            self.verdict,
        ]


def load_reference(path: Path = REFERENCE_FILE) -> dict[str, dict[str, dict]]:
    """Read the reference results: chapter -> metric -> table."""
    with path.open("rb") as file:
        return tomllib.load(file)


def compare(chapter: str, values: Mapping[str, float], scale: str) -> list[Result]:
    """Put the values of a chapter beside their references.

    Parameters
    ----------
    chapter : str
        Slug of the chapter.
    values : mapping of str to float
        What this run measured, by metric.
    scale : {"small", "full"}
        Which reference values apply.

    Raises
    ------
    ValueError
        If the file has no such metric, if a metric of the chapter is missing from `values`, or
        if a value is not a single number.
    """
    reference = load_reference().get(chapter, {})
    if set(values) != set(reference):
        raise ValueError(
            f"Chapter {chapter!r} reports {sorted(values)}, but {REFERENCE_FILE.name} lists "
            f"{sorted(reference)}. Report each metric and enter new ones there."
        )
    return [_compare_one(name, value, reference[name], scale) for name, value in values.items()]


def report(chapter: str, values: Mapping[str, float], session: Session) -> None:
    """Show the results of a chapter as a table, and keep them in the output of the cell.

    The output also has the MIME type ``application/vnd.aeutils.results+json``, from which the
    scoreboard and the reference values are made.

    Parameters
    ----------
    chapter : str
        Slug of the chapter.
    values : mapping of str to float
        What this run measured, by metric.
    session : Session
        The session that `aeutils.setup` returned.

    Raises
    ------
    ValueError
        If the metrics are not those of ``reference_results.toml``.
    OutsideBand
        If a value lies outside its band and ``AEUTILS_STRICT=1`` is set.
    """
    from IPython.display import display

    results = compare(chapter, values, session.scale)
    bundle = {
        "text/plain": _as_text(results),
        "text/html": _as_html(results),
        MIME_TYPE: {
            "chapter": chapter,
            **asdict(session),
            "results": [
                {**asdict(r), "value": or_none(r.value), "verdict": r.verdict} for r in results
            ],
        },
    }
    display(bundle, raw=True)
    outside = [r for r in results if r.is_outside]
    if not outside:
        return
    message = "; ".join(f"{r.metric} = {r.value:.4g} is {_place(r)}" for r in outside)
    if is_strict():
        raise OutsideBand(f"{chapter}, {session.scale} scale: {message}.")
    print(f"Warning: {message}. That is fine after a change of yours; else something is wrong.")


def _compare_one(metric: str, value: float, entry: Mapping, scale: str) -> Result:
    value = single_number(metric, value)
    at_scale = entry.get(scale, {})
    baseline, published = entry.get("baseline", {}), entry.get("published", {})
    return Result(
        metric=metric,
        value=value,
        unit=entry["unit"],
        better=entry["better"],
        at_full_scale=entry.get("full", {}).get("value") if scale == "small" else None,
        band=tuple(at_scale["band"]) if "band" in at_scale else None,
        baseline=baseline.get(scale),
        baseline_name=baseline.get("name"),
        published=published.get("value"),
        published_source=published.get("source"),
    )


def single_number(name: str, value: object) -> float:
    """Return a number or an array of one element as a float.

    Raises
    ------
    ValueError
        If it is neither; the message has the name.
    """
    try:
        if getattr(value, "size", 1) != 1:
            raise TypeError
        return float(value.item() if hasattr(value, "item") else value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} is {value!r}; a single number was expected.") from None


def _place(result: Result) -> str:
    return result.verdict if result.verdict == "not finite" else f"{result.verdict} its band"


def _compared(value: float | None, name: str | None) -> str:
    return "–" if value is None else f"{value:#.4g} ({name})"


def or_none(value: float | str | None) -> float | str | None:
    """Return a value for JSON, which has no word for a number that is not finite."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _as_text(results: list[Result]) -> str:
    rows = [list(HEADINGS), *(result.cells() for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _as_html(results: list[Result]) -> str:
    head = "".join(f"<th>{heading}</th>" for heading in HEADINGS)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in result.cells()) + "</tr>"
        for result in results
    )
    return (
        '<table class="aeutils-results">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
