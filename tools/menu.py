"""Pages that are built and tested, and stand neither in the menu nor on the way through the book.

`_config.yml` names them under ``pages_outside_menu``. Whoever contributes reaches them by a link.
"""

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx


def leave_out(app: Sphinx, doctree: nodes.document) -> None:
    """Take the pages out of the entries of the menu; they still count as part of the book."""
    for tree in doctree.findall(addnodes.toctree):
        tree["entries"] = [
            (title, name)
            for title, name in tree["entries"]
            if name not in app.config.pages_outside_menu
        ]


def pass_by(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Lead no reader from the page before them or after them into one of the pages."""
    outside = [context["pathto"](name) for name in app.config.pages_outside_menu]
    for side in ("prev", "next"):
        if (found := context.get(side)) and found["link"] in outside:
            context[side] = None


def setup(app: Sphinx) -> dict[str, object]:
    """Register the steps with Sphinx, before it collects the entries and before pages use them."""
    app.add_config_value("pages_outside_menu", [], "env", types=list)
    app.connect("doctree-read", leave_out, priority=400)
    app.connect("html-page-context", pass_by, priority=400)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
