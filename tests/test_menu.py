"""Pages that stand in no menu, on a table of contents of our own."""

from types import SimpleNamespace

import pytest
from docutils.utils import new_document
from sphinx import addnodes

from tools import menu

APP = SimpleNamespace(config=SimpleNamespace(pages_outside_menu=["book/hidden"]))


def test_a_page_leaves_the_menu_and_stays_in_the_book():
    document = new_document("page.md")
    tree = addnodes.toctree(
        entries=[(None, "book/one"), ("A title", "book/hidden"), ("Outside", "https://a.org")],
        includefiles=["book/one", "book/hidden"],
    )
    document += tree
    menu.leave_out(APP, document)
    assert tree["entries"] == [(None, "book/one"), ("Outside", "https://a.org")]
    assert tree["includefiles"] == ["book/one", "book/hidden"]


@pytest.mark.parametrize("side", ["prev", "next"])
def test_no_neighbour_leads_to_it(side):
    near = {"prev": {"link": "one.html"}, "next": {"link": "two.html"}}
    context = near | {side: {"link": "hidden.html"}, "pathto": lambda name: f"{name[5:]}.html"}
    menu.pass_by(APP, "book/three", "page.html", context, None)
    other = "next" if side == "prev" else "prev"
    assert context[side] is None and context[other] == near[other]


def test_a_page_without_neighbours():
    context = {"pathto": lambda name: name, "next": None}
    menu.pass_by(APP, "search", "search.html", context, None)
    assert context["next"] is None
