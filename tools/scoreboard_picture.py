"""The picture of the scoreboard: what share of the possible each metric and its rivals miss.

It is drawn as SVG inside the page, so that its colours and its text follow the mode of the page;
``custom.css`` has both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

WIDTH, LEFT, RIGHT = 760, 262, 726
TOP, ROW, BOTTOM = 72, 24, 44
SIZE = 4.5
ABOVE, BELOW = -5, 5  # where the two comparisons of a line stand


@dataclass(frozen=True)
class Mark:
    """One mark of a line: its share (0 to 1, ``None`` if there is none) and what it stands for."""

    share: float | None = None
    name: str = ""


@dataclass(frozen=True)
class Line:
    """One metric: the share of the possible that the book and what it is compared to miss.

    ``run`` and ``baseline`` belong together, and so do ``full`` and ``published``.
    """

    chapter: str
    metric: str
    run: Mark
    baseline: Mark = Mark()
    full: Mark = Mark()
    published: Mark = Mark()

    def pairs(self) -> Iterator[tuple[float, list[tuple[str, Mark]]]]:
        """Yield height and marks of the two comparisons, without the marks that are missing."""
        for height, kinds in ((ABOVE, ("run", "baseline")), (BELOW, ("full", "published"))):
            marks = [(kind, getattr(self, kind)) for kind in kinds]
            yield height, [(kind, mark) for kind, mark in marks if mark.share is not None]


KINDS = {
    "run": "this run",
    "baseline": "its baseline",
    "full": "full scale, earlier runs",
    "published": "published",
}


def x_of(share: float) -> float:
    """Return the place of a share; what lies beyond 0 or 1 is put at the edge."""
    return LEFT + min(max(share, 0), 1) * (RIGHT - LEFT)


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
        If there is no line.
    """
    if not lines:
        raise ValueError("lines must hold at least one line.")
    height = TOP + ROW * len(lines) + BOTTOM
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(description)}">',
        *bands(lines),
        *grid(height),
        *legend(),
    ]
    for number, line in enumerate(lines):
        parts += marks(line, TOP + ROW * (number + 0.5))
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


def grid(height: float) -> Iterator[str]:
    """Yield a line for each fifth, with its per cent above and below."""
    end = height - BOTTOM
    for percent in range(0, 101, 20):
        x = x_of(percent / 100)
        yield f'<line class="fifth" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{end:g}"/>'
        for y in (TOP - 10, end + 12):
            yield text(x, y, f"{percent} %", "share")
    yield text((LEFT + RIGHT) / 2, height - 12, "share of the possible that is missed", "share")


def legend() -> Iterator[str]:
    """Yield what the four marks mean."""
    for number, (kind, meaning) in enumerate(KINDS.items()):
        x, y = LEFT + 180 * (number % 2), 14 + 20 * (number // 2)
        yield mark(kind, x + SIZE, y, 0)
        yield text(x + 4 * SIZE, y, meaning, "meaning")


def marks(line: Line, middle: float) -> Iterator[str]:
    """Yield the marks of one metric, each with a text that appears under the pointer."""
    for height, pair in line.pairs():
        y, places = middle + height, [x_of(mark.share) for _, mark in pair]
        if len(pair) == 2:
            ends = f'x1="{places[0]:.1f}" y1="{y:g}" x2="{places[1]:.1f}" y2="{y:g}"'
            yield f'<line class="gap" {ends}/>'
        for (kind, one), x in zip(pair, places, strict=True):
            name = f" ({one.name})" if one.name else ""
            words = f"{line.chapter}, {line.metric}: {KINDS[kind]}{name} misses {one.share:.1%}"
            beyond = (one.share > 1) - (one.share < 0)
            yield f"<g><title>{escape(words)}</title>{mark(kind, x, y, beyond)}</g>"


def mark(kind: str, x: float, y: float, beyond: int) -> str:
    """Return a disc for ours, a ring for the baseline, a diamond for the published value.

    What lies beyond the edge becomes an arrow.
    """
    place = f'class="{kind}" transform="translate({x:.1f} {y:.1f})"'
    if beyond:
        return f'<path {place} d="M{SIZE * beyond:g} 0 L{-SIZE * beyond:g} -5 V5 Z"/>'
    if kind == "published":
        return f'<path {place} d="M0 -5.5 L5.5 0 L0 5.5 L-5.5 0 Z"/>'
    return f'<circle {place} r="{SIZE:g}"/>'


def text(x: float, y: float, words: str, kind: str) -> str:
    """Return a text centred on the height ``y``; ``custom.css`` aligns each kind."""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" dy="0.35em">{escape(words)}</text>'
