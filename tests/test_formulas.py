"""Formulas of the pages: MathML that says the same as the TeX, in a font that has its signs."""

import html
import re
import unicodedata
from pathlib import Path

import nbformat
import pytest
from sphinx.errors import ExtensionError
from tiny_site import build_site

from tools import formulas, make_fonts

FORMULA = re.compile(r"(?<![\\$])(\$\$?)(?!\$)(.+?)(?<!\\)\1", re.DOTALL)
BOOK = make_fonts.ROOT / "book"


def text_of(mathml):
    return html.unescape(re.sub(r"<[^>]+>", "", mathml))


@pytest.mark.parametrize(
    ("tex", "display", "parts"),
    [
        ("x^2", False, ["<math>", "<msup><mi>x</mi><mn", "2"]),
        (r"\frac{a}{b}", True, ['display="block"', "<mfrac>", "<mi>a</mi>", "<mi>b</mi>"]),
        (r"\sqrt{2\pi}", False, ["<msqrt>", "<mi>π</mi>"]),
        (r"\begin{split} a &= b \\ c &= d \end{split}", True, ["<mtable", "<mtr>"]),
    ],
)
def test_tex_becomes_mathml(tex, display, parts):
    found = formulas.mathml(tex, display)
    assert [part for part in parts if part not in found] == []


@pytest.mark.parametrize(
    ("tex", "message"),
    [(r"\nosuchsign", r"nosuchsign"), (r"\frac{a", "end of input"), ("{a", "Expected")],
)
def test_what_is_no_tex_is_told(tex, message):
    with pytest.raises(ValueError, match=message):
        formulas.mathml(tex)


def test_a_page_with_formulas(tmp_path):
    text = "# Page\n\nWith $x_1$ and\n\n$$\na &= b \\\\\nc &= d\n$$\n"
    page = (build_site(tmp_path, {"intro": "# First", "page": text}, {}) / "page.html").read_text()
    assert page.count("<math") == 2
    assert '<span class="math' in page and '<div class="math' in page
    assert page.count("<mtr>") == 2
    assert "MathJax" not in page and r"\\" not in page


def test_a_formula_that_is_none_ends_the_build(tmp_path):
    pages = {"intro": "# First", "page": "# Page\n\n$\\nosuchsign$\n"}
    with pytest.raises(ExtensionError, match=r"book/page: \\nosuchsign: .*nosuchsign"):
        build_site(tmp_path, pages, {})


def formulas_of(path: Path):
    cells = nbformat.read(path, as_version=4).cells if path.suffix == ".ipynb" else None
    texts = [c.source for c in cells if c.cell_type == "markdown"] if cells else [path.read_text()]
    for text in texts:
        text = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
        for dollars, tex in FORMULA.findall(text):
            yield tex, len(dollars) == 2


@pytest.mark.parametrize("path", sorted([*BOOK.glob("*.ipynb"), *BOOK.glob("*.md")]), ids=str)
def test_the_font_has_all_signs(path):
    known = make_fonts.characters()
    signs = set()
    for tex, display in formulas_of(path):
        signs |= set(text_of(formulas.mathml(tex, display)))
    missing = {s for s in signs if ord(s) not in known and s not in "\n"}
    assert {s: unicodedata.name(s, "?") for s in missing} == {}
