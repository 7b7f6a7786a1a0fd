"""Tables of texts and links that the build writes into pages."""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes
from sphinx.environment import BuildEnvironment

Cell = str | nodes.Node


def link(
    env: BuildEnvironment, docname: str, text: str | None = None, anchor: str = ""
) -> nodes.reference:
    """Return a link from the page that is written now to another page, or to a place on it.

    Without a text it has that page's title.
    """
    target = env.app.builder.get_relative_uri(env.docname, docname)
    target += f"#{anchor}" if anchor else ""
    return nodes.reference("", text or env.titles[docname].astext(), internal=True, refuri=target)


def table(head: Sequence[str], rows: Sequence[Sequence[Cell]], name: str) -> nodes.table:
    """Return a table of texts and links, with a class to style it by."""
    group = nodes.tgroup(cols=len(head))
    group += [nodes.colspec(colwidth=1) for _ in head]
    group += nodes.thead("", row_of(head))
    group += nodes.tbody("", *(row_of(row) for row in rows))
    return nodes.table("", group, classes=["colwidths-auto", name])


def row_of(cells: Sequence[Cell]) -> nodes.row:
    """Return one row of a table."""
    row = nodes.row()
    for cell in cells:
        content = nodes.Text(cell) if isinstance(cell, str) else cell
        row += nodes.entry("", nodes.paragraph("", "", content))
    return row
