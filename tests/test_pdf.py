"""The book as one page for the PDF, from pages of our own."""

import pytest

from tools import pdf

TOC = """format: jb-book
root: book/intro
parts:
  - caption: First part
    chapters: [{file: book/one}, {file: book/hidden}]
  - caption: Second part
    chapters: [{file: book/two}]
"""
CONFIG = {
    "title": "A & B",
    "author": "Somebody",
    "logo": "book/_static/logo.svg",
    "repository": {"url": "https://github.com/OWNER/name"},
    "sphinx": {"config": {"pages_outside_menu": ["book/hidden"]}},
}
PAGE = """<html><head><link rel="stylesheet" href="../_static/book.css?v=1"></head><body><nav></nav>
<article class="bd-article"><section id="title"><h1>{title}<a class="headerlink" href="#title">#</a>
</h1>{body}</section></article></body></html>"""
ADDRESS = "https://owner.github.io/name/"


@pytest.fixture
def site(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "_toc.yml").write_text(TOC)
    bodies = {"intro": "", "one": '<p id="end">a</p>', "two": "", "hidden": ""}
    for name, body in bodies.items():
        text = PAGE.format(title=f"The {name}", body=body)
        (tmp_path / "book" / f"{name}.html").write_text(text)
    return tmp_path


def whole(site, body="", numbers=()):
    (site / "book" / "two.html").write_text(PAGE.format(title="The two", body=body))
    return pdf.whole_book(site, CONFIG, site / "_toc.yml").page(dict(numbers))


def test_all_pages_of_the_menu_in_their_order(site):
    page = whole(site)
    places = [page.index(f'<h1 id="book/{name}">The {name}') for name in ("intro", "one", "two")]
    assert places == sorted(places) and "The hidden" not in page
    assert '<link rel="stylesheet" href="_static/book.css?v=1">' in page
    assert '<img src="_static/logo.svg" alt="">' in page and "<title>A &amp; B</title>" in page


def test_contents_name_parts_and_numbers_of_pages(site):
    page = whole(site, numbers={"book/one": 7})
    assert '<h2>First part</h2><ul><li><a href="#book/one">The one</a> <span>7</span></li>' in page
    assert '<li><a href="#book/two">The two</a> <span>000</span></li>' in page


def test_an_article_is_open_and_without_controls(site):
    body = (
        '<nav class="where">a</nav><button>a</button><script>a</script>'
        "<noscript><p>still</p></noscript><details><summary>a</summary>b</details>"
        '<img src="../_images/a.png" loading="lazy">'
    )
    page = whole(site, body)
    page = page[page.index('id="book/two"') :]
    assert "<nav" not in page and "<button" not in page and "<script" not in page
    assert "headerlink" not in page and "<noscript" not in page and "<p>still</p>" in page
    assert '<details open="">' in page and '<img src="_images/a.png"/>' in page


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("one.html", "#book/one"),
        ("one.html#end", "#book/one--end"),
        ("#title", "#book/two--title"),
        ("hidden.html", ADDRESS + "book/hidden.html"),
        ("../genindex.html#A", ADDRESS + "genindex.html#A"),
        ("https://a.org/b#c", "https://a.org/b#c"),
        ("mailto:a@b.org", "mailto:a@b.org"),
    ],
)
def test_links(site, link, expected):
    assert f'<a class="x" href="{expected}">' in whole(site, f'<a class="x" href="{link}">a</a>')


def test_anchors_are_those_of_their_page(site):
    page = whole(site, '<p id="end">a</p>')
    assert 'id="book/one--end"' in page and 'id="book/two--end"' in page


def test_a_page_that_was_not_built_is_named(site):
    (site / "book" / "one.html").unlink()
    with pytest.raises(OSError, match=r"one\.html is missing: run make book"):
        whole(site)


def test_some_pages_alone(site):
    some = pdf.whole_book(site, CONFIG, site / "_toc.yml", "intro", "two")
    assert [chapter.title for chapter in some.found] == ["The intro", "The two"]
    with pytest.raises(ValueError, match=r"No page hidden: .*intro, one, two"):
        pdf.whole_book(site, CONFIG, site / "_toc.yml", "hidden")
