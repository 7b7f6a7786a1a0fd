"""What a page loads and what it tells search engines, on pages and pictures of our own."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from docutils import nodes
from PIL import Image

from tools import pages


@pytest.mark.parametrize(
    ("repository", "expected"),
    [
        ("https://github.com/SOMEBODY/a-book", "https://somebody.github.io/a-book/"),
        ("https://github.com/a-b/Book/", "https://a-b.github.io/Book/"),
    ],
)
def test_address_of_the_pages(repository, expected):
    assert pages.pages_address(repository) == expected


@pytest.mark.parametrize("repository", ["", "https://github.com/OWNER", "https://github.com/a/b/c"])
def test_an_address_that_is_none_is_refused(repository):
    with pytest.raises(ValueError, match=re.escape(f"{repository} is no address of a repository")):
        pages.pages_address(repository)


@pytest.mark.parametrize(
    ("given", "expected", "folder"),
    [
        ("", "https://owner.github.io/book/", "/book/"),
        ("https://a.org/b/", "https://a.org/b/", "/b/"),
    ],
)
def test_another_address_wins(given, expected, folder):
    options = {"repository_url": "https://github.com/OWNER/book"}
    config = SimpleNamespace(html_baseurl=given, html_theme_options=options)
    pages.set_address(None, config)
    assert config.html_baseurl == config.ogp_site_url == expected
    assert (
        config.notfound_urls_prefix
        == expected.removeprefix("https://").partition("/")[1]
        + (expected.removeprefix("https://").partition("/")[2])
    )


def draw(file, alpha=255, size=(40, 30)):
    """Save a picture of 216 colours, as large as a table of colours makes it smaller."""
    colours = np.random.default_rng(0).integers(0, 6, (size[1], size[0], 4)) * 9
    colours[..., 3] = alpha
    Image.fromarray(colours.astype("uint8"), "RGBA").save(file, compress_level=0, dpi=(200, 200))
    return file


def test_the_window_is_told_once():
    context = {
        "body": "<p>a</p>",
        "metatags": '<meta name="viewport" content="x" />\n<meta name="a">',
    }
    pages.finish(None, "book/one", "page.html", context, None)
    assert context == {"body": "<p>a</p>", "metatags": '<meta name="a">'}


def test_a_page_without_a_body():
    context = {}
    pages.finish(None, "search", "search.html", context, None)
    assert context == {"metatags": ""}


TOC = """format: jb-book
root: intro
parts:
  - caption: Start
    numbered: false
    chapters: [{file: how}]
  - caption: First part
    numbered: true
    chapters: [{file: one}, {file: two}]
  - caption: Second part
    numbered: true
    chapters: [{file: three}]
"""


@pytest.fixture
def app(tmp_path):
    (tmp_path / "_toc.yml").write_text(TOC)
    config = SimpleNamespace(external_toc_path=str(tmp_path / "_toc.yml"))
    return SimpleNamespace(config=config)


def document(words, lines):
    text, code = "word " * words, "code of five words here\n" * lines
    children = nodes.paragraph("", text), nodes.literal_block("", code)
    return nodes.section("", *children)


@pytest.mark.parametrize(
    ("words", "lines", "expected"), [(2000, 0, 10), (2000, 200, 20), (2400, 30, 15), (10, 1, 5)]
)
def test_minutes_to_read(words, lines, expected):
    assert pages.minutes(document(words, lines)) == expected


def test_place_of_a_chapter(app):
    near = {"prev": {"link": "one.html", "title": "<em>1.</em> One"}}
    found = pages.where(app, "two", document(2000, 0), near)
    assert "<span>First part</span><span>2 of 3</span>" in found and "10 minutes" in found
    assert '<a rel="prev" href="one.html" aria-label="Previous: 1. One">Previous</a>' in found
    assert 'rel="next"' not in found
    assert pages.where(app, "three", document(1, 1), near).count("3 of 3") == 1


@pytest.mark.parametrize("page", ["how", "intro", "search"])
def test_other_pages_have_no_place(app, page):
    assert pages.where(app, page, None, {}) == ""


def test_the_place_stands_below_the_title(app):
    context = {"body": "<h1>One</h1><p>a</p>"}
    pages.finish(app, "one", "page.html", context, document(1, 1))
    assert re.fullmatch(r'<h1>One</h1><nav class="where".*</nav><p>a</p>', context["body"], re.S)


def test_figures_become_lighter_and_look_the_same(tmp_path):
    file = draw(tmp_path / "figure.png")
    before, size = np.asarray(Image.open(file).convert("RGB")), file.stat().st_size
    pages.lighten(file)
    after = Image.open(file)
    assert after.mode == "P" and file.stat().st_size < size / 2
    assert round(after.info["dpi"][0]) == 200
    assert np.array_equal(np.asarray(after.convert("RGB")), before)


def test_a_transparent_picture_stays(tmp_path):
    file = draw(tmp_path / "figure.png", alpha=200)
    before = file.read_bytes()
    pages.lighten(file)
    assert file.read_bytes() == before


def test_a_picture_that_gains_nothing_stays(tmp_path):
    file = tmp_path / "small.png"
    Image.new("L", (1, 1)).save(file, optimize=True)
    before = file.read_bytes()
    pages.lighten(file)
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("kind", "problem", "written"),
    [("html", None, True), ("latex", None, False), ("html", ValueError("no"), False)],
)
def test_robots_are_told_of_the_site_map(tmp_path, kind, problem, written):
    builder = SimpleNamespace(format=kind, imagedir="_images")
    config = SimpleNamespace(html_baseurl="https://a.org/b/")
    (tmp_path / "_images").mkdir()
    figure = draw(tmp_path / "_images" / "figure.png")
    size = figure.stat().st_size
    pages.end(SimpleNamespace(outdir=tmp_path, builder=builder, config=config), problem)
    robots = tmp_path / "robots.txt"
    assert robots.exists() is written and (figure.stat().st_size < size) is written
    assert not written or "Sitemap: https://a.org/b/sitemap.xml\n" in robots.read_text()
