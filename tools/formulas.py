"""Formulas as MathML, made while the pages are built: no script has to run to show them.

Temml turns the TeX of a formula into MathML. It is a library in JavaScript, so it lies beside this
file and runs in QuickJS. Its style sheet and the font, made by `make_fonts.py`, lie in
`book/_static`.
"""

from functools import cache
from pathlib import Path

import quickjs
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.writers.html5 import HTML5Translator

TEMML = Path(__file__).parent / "temml" / "temml.min.js"
# Through JSON, since the bridge does not take the strings that QuickJS has only joined so far.
CONVERT = """function convert(tex, display) {
    const settings = {displayMode: display, throwOnError: true};
    return JSON.parse(JSON.stringify(temml.renderToString(tex, settings)));
}"""


@cache
def converter() -> quickjs.Context:
    """Return the library, read once for each process."""
    context = quickjs.Context()
    context.eval(f"{TEMML.read_text(encoding='utf-8')};{CONVERT};0")
    return context


def mathml(tex: str, display: bool = False) -> str:
    """Return a formula as a `math` element; several lines are aligned at their ampersands.

    Parameters
    ----------
    tex : str
        The formula in TeX, without dollars.
    display : bool
        Whether it stands in a line of its own.

    Raises
    ------
    ValueError
        If it is no TeX that Temml knows; the message says what is wrong and where.
    """
    if r"\\" in tex and r"\begin" not in tex:
        tex = rf"\begin{{split}}{tex}\end{{split}}"
    try:
        return converter().get("convert")(tex, display)
    except quickjs.JSException as problem:
        raise ValueError(str(problem).partition("\n")[0]) from problem


def put(page: HTML5Translator, node: nodes.math | nodes.math_block, tag: str) -> None:
    """Write a formula into a page."""
    tex = node.astext()
    try:
        formula = mathml(tex, display=tag == "div")
    except ValueError as problem:
        raise ExtensionError(f"{page.builder.current_docname}: {tex}: {problem}") from problem
    page.body.append(page.starttag(node, tag, "", CLASS="math"))
    page.body.append(f"{formula}</{tag}>")


def inline(page: HTML5Translator, node: nodes.math) -> None:
    """Write a formula in a line of text."""
    put(page, node, "span")
    raise nodes.SkipNode


def display(page: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula in a line of its own."""
    put(page, node, "div")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, object]:
    """Register the way to write formulas with Sphinx."""
    app.add_html_math_renderer("mathml", (inline, None), (display, None))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
