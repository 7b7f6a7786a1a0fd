"""The picture of the scoreboard: how many times as good as its references each metric is.

It is drawn as SVG inside the page, so that its colours and its text follow the mode of the page;
``custom.css`` has both.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

WIDTH, LEFT, RIGHT = 760, 262, 726
TOP, ROW, BOTTOM = 52, 19, 44
FARTHEST = 4  # doublings beyond which a dot becomes an arrow at the edge
SIZE = 5.0


@dataclass(frozen=True)
class Line:
    """One metric: how many times as good it is as its baseline and as the published value."""

    chapter: str
    metric: str
    baseline: float | None
    baseline_name: str
    published: float | None
    published_name: str


@dataclass(frozen=True)
class Axis:
    """A logarithmic axis between two whole numbers of doublings."""

    low: int
    high: int

    @classmethod
    def of(cls, gains: Sequence[float]) -> Axis:
        """Return the axis that holds all gains, as far as it is allowed to reach."""
        doublings = [math.log2(gain) for gain in gains]
        low, high = min([*doublings, -1]), max([*doublings, 1])
        return cls(max(math.floor(low), -FARTHEST), min(math.ceil(high), FARTHEST))

    def x(self, doublings: float) -> float:
        """Return the place of a number of doublings; what lies beyond is put at the edge."""
        inside = min(max(doublings, self.low), self.high)
        return LEFT + (inside - self.low) / (self.high - self.low) * (RIGHT - LEFT)


def picture(lines: Sequence[Line], description: str) -> str:
    """Return the picture as SVG.

    Parameters
    ----------
    lines : sequence of Line
        The metrics from the top, those of one chapter next to each other.
    description : str
        What is seen, for those who do not see it.

    Raises
    ------
    ValueError
        If there is no line, or a gain is not above 0.
    """
    gains = [g for line in lines for g in (line.baseline, line.published) if g is not None]
    if not lines or not all(gain > 0 for gain in gains):
        raise ValueError("lines must hold at least one line, and gains above 0.")
    axis = Axis.of(gains)
    height = TOP + ROW * len(lines) + BOTTOM
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(description)}">',
        *bands(lines),
        *grid(axis, height),
        *legend(),
    ]
    for number, line in enumerate(lines):
        parts += dots(axis, line, TOP + ROW * (number + 0.5))
    return "".join([*parts, "</svg>"])


def bands(lines: Sequence[Line]) -> Iterator[str]:
    """Yield the names of chapters and metrics, and a band behind every second chapter."""
    first = 0
    for number, (chapter, group) in enumerate(groupby(lines, key=lambda line: line.chapter)):
        metrics = [line.metric for line in group]
        top = TOP + ROW * first
        if number % 2 == 0:
            size = f'width="{WIDTH}" height="{ROW * len(metrics)}"'
            yield f'<rect class="band" x="0" y="{top}" {size}/>'
        yield text(6, top + ROW / 2, chapter, "chapter")
        for offset, metric in enumerate(metrics):
            yield text(LEFT - 16, top + ROW * (offset + 0.5), metric, "metric")
        first += len(metrics)


def grid(axis: Axis, height: float) -> Iterator[str]:
    """Yield a line for each doubling, with its factor above and below."""
    for doublings in range(axis.low, axis.high + 1):
        x = axis.x(doublings)
        kind = "equal" if doublings == 0 else "doubling"
        end = height - BOTTOM
        yield f'<line class="{kind}" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{end:g}"/>'
        factor = f"{2**doublings}" if doublings >= 0 else f"1/{2**-doublings}"
        yield text(x, TOP - 10, factor, "factor")
        yield text(x, end + 12, factor, "factor")
    yield text((LEFT + RIGHT) / 2, height - 12, "times as good (to the right is better)", "factor")


def legend() -> Iterator[str]:
    """Yield what the two marks mean."""
    for x, kind, meaning in (
        (LEFT, "baseline", "against the baseline"),
        (LEFT + 180, "published", "against the published value"),
    ):
        yield mark(kind, x + SIZE, 16, 0)
        yield text(x + 4 * SIZE, 16, meaning, "meaning")


def dots(axis: Axis, line: Line, y: float) -> Iterator[str]:
    """Yield the marks of one metric, each with a text that appears under the pointer."""
    for kind, gain, name in (
        ("baseline", line.baseline, line.baseline_name),
        ("published", line.published, line.published_name),
    ):
        if gain is None:
            continue
        doublings = math.log2(gain)
        beyond = (doublings > axis.high) - (doublings < axis.low)
        words = f"{line.chapter}, {line.metric}: {gain:.3g} times as good as {kind} ({name})"
        yield f"<g><title>{escape(words)}</title>{mark(kind, axis.x(doublings), y, beyond)}</g>"


def mark(kind: str, x: float, y: float, beyond: int) -> str:
    """Return a disc for the baseline, a diamond for the published value, an arrow beyond."""
    place = f'class="{kind}" transform="translate({x:.1f} {y:.1f})"'
    if beyond:
        return f'<path {place} d="M{SIZE * beyond:g} 0 L{-SIZE * beyond:g} -5 V5 Z"/>'
    if kind == "baseline":
        return f'<circle {place} r="{SIZE - 0.5:g}"/>'
    return f'<path {place} d="M0 -6 L6 0 L0 6 L-6 0 Z"/>'


def text(x: float, y: float, words: str, kind: str) -> str:
    """Return a text centred on the height ``y``; ``custom.css`` aligns each kind."""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" dy="0.35em">{escape(words)}</text>'
