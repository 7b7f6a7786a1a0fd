"""Pages become valid and quick, on pages of our own."""

from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from PIL import Image

from tools import tidy


def parsed(text):
    return BeautifulSoup(text, "html.parser")


def repaired(text):
    soup = parsed(text)
    tidy.repair(soup)
    return soup.decode(formatter=tidy.VALID)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("<summary><p>a</p></summary>", "<summary><span>a</span></summary>"),
        ("<dd><p><ul><li>a</li></ul></p></dd>", "<dd><div><ul><li>a</li></ul></div></dd>"),
        ("<dd><p>a</p></dd>", "<dd><p>a</p></dd>"),
        ("<pre><div>a</div></pre>", "<pre><span>a</span></pre>"),
        ("<ul><ul><li>a</li></ul></ul>", "<ul><li><ul><li>a</li></ul></li></ul>"),
        ('<main id="a" role="main">a</main>', '<main id="a">a</main>'),
        (
            '<div class="citation-list" role="list"><div role="doc-biblioentry">a</div></div>',
            '<div class="citation-list"><div role="doc-biblioentry">a</div></div>',
        ),
        ("<button>a</button>", '<button type="button">a</button>'),
        ('<button type="submit">a</button>', '<button type="submit">a</button>'),
        (
            '<button title="Contents"><i></i></button>',
            '<button title="Contents" type="button" aria-label="Contents"><i></i></button>',
        ),
        ('<thead><th valign="top">a</th></thead>', '<thead><th scope="col">a</th></thead>'),
        ("<tbody><th>a</th><th></th></tbody>", '<tbody><th scope="row">a</th><td></td></tbody>'),
        ('<th scope="colgroup">a</th>', '<th scope="colgroup">a</th>'),
        ('<img alt="" src="a"/><script defer="defer"></script>',
         '<img alt="" src="a"><script defer></script>'),
        (
            "<head></head><body><div><style>b {}</style><svg><style>c</style></svg></div></body>",
            "<head><style>b {}</style></head><body><div><svg><style>c</style></svg></div></body>",
        ),
        ("<body><style scoped>b {}</style></body>", "<body></body>"),
        ("<p>a &amp; b < c – d</p>", "<p>a &amp; b &lt; c – d</p>"),
    ],
)  # fmt: skip
def test_repair(given, expected):
    assert repaired(given) == expected
    assert repaired(expected) == expected


CODE = """
html[data-theme="light"] .highlight pre { line-height: 125%; }
html[data-theme="light"] .highlight { background: #fff; color: #080808 }
html[data-theme="light"] .highlight .k { color: #6730C5 } /* Keyword */
html[data-theme="light"] .highlight .n { color: #080808 } /* Name */
html[data-theme="light"] .highlight .nn { color: #080808 } /* Name.Namespace */
html[data-theme="light"] .highlight .gs { font-weight: bold }
html[data-theme="light"] .highlight .p { color: #080808; font-weight: bold }
html[data-theme="dark"] .highlight { background: #2b2b2b; color: #F8F8F2 }
html[data-theme="dark"] .highlight .k { color: #F8F8F2 }
html[data-theme="dark"] .highlight .n { color: #F8F8F2 }
html[data-theme="dark"] .highlight .p { color: #F8F8F2 }
"""


def test_code_of_the_usual_colour_needs_no_element():
    assert tidy.colourless(CODE) == {"n"}
    code = (
        '<span class="k">del</span> <span class="n">a</span><span class="p">[</span>'
        '<span class="n"><b>c</b></span><span class="nn">d</span><span class="n">&lt;</span>'
    )
    plain = code.replace('<span class="n">a</span>', "a")
    plain = plain.replace('<span class="n">&lt;</span>', "&lt;")
    assert tidy.leave_plain(code, {"n"}) == plain
    assert tidy.leave_plain(code, set()) == code


def test_scripts_wait_and_options_stand_in_the_page(tmp_path):
    options = tmp_path / "documentation_options.js"
    options.write_text("const OPTIONS = {};")
    soup = parsed(
        '<head><link rel="preload" as="script" href="b.js"><script>early()</script>'
        '<script src="../_static/documentation_options.js?v=1"></script>'
        '<script src="b.js"></script><script>OPTIONS.a = 1 < 2</script></head>'
        '<body><script src="c.js"></script></body>'
    )
    tidy.wait(soup, options)
    assert soup.decode(formatter=tidy.VALID) == (
        "<head><script>early()</script><script>const OPTIONS = {};</script>"
        '<script src="b.js" defer></script><script>OPTIONS.a = 1 < 2</script></head>'
        '<body><script src="c.js"></script></body>'
    )


def test_a_page_has_its_colours_before_any_other_script_runs():
    choice = 'document.documentElement.dataset.theme = localStorage.getItem("theme") || "auto";'
    soup = parsed(
        f'<html data-theme="auto"><head><script>{choice}</script><script>"auto"</script></head>'
        '<body><img class="logo__image only-light"><img class="logo__image only-dark"></body>'
    )
    for _ in range(2):
        tidy.show_theme(soup)
    first, second = (script.string for script in soup.find_all("script"))
    assert '"auto"' not in first and "prefers-color-scheme: dark" in first
    assert second == '"auto"'
    assert soup.html["data-theme"] == "light"
    assert [image["class"] for image in soup.find_all("img")] == [["logo__image"]]


def test_the_script_of_an_explorer_stands_in_a_file(tmp_path):
    (tmp_path / "_static").mkdir()
    soup = parsed(
        '<body><p>a</p><div data-explorer="walk-1"><img alt="b"></div>\n'
        '<script>\nbegin("<\\/b>", 1 < 2 && 3);\n</script><script>other()</script></body>'
    )
    for _ in range(2):
        tidy.set_aside(soup, tmp_path / "book", tmp_path)
    file = tmp_path / "_static" / "explorers" / "walk-1.js"
    assert file.read_text() == '\nbegin("<\\/b>", 1 < 2 && 3);\n'
    assert soup.div["data-script"] == "../_static/explorers/walk-1.js"
    assert [script.string for script in soup.find_all("script")] == ["other()", tidy.FETCH]


@pytest.mark.parametrize(("beside", "marks"), [("bd-sidebar-secondary", 1), ("other", 0)])
def test_the_room_of_the_contents_is_kept(beside, marks):
    soup = parsed(f'<div class="bd-content"><main>a</main><div class="{beside}">b</div></div>')
    for _ in range(2):
        tidy.keep_room(soup)
    assert soup.div["class"] == ["bd-content"] + marks * ["beside-contents"]


def test_the_font_is_fetched_for_formulas_alone():
    for body, number in (("<math></math>", 1), ("<p>a</p>", 0)):
        soup = parsed(f"<head></head><body>{body}</body>")
        for _ in range(2):
            tidy.fetch_font(soup, "../font.woff2")
        assert len(soup.select('head link[rel="preload"][href="../font.woff2"]')) == number


def measured(folder, images):
    soup = parsed(f"<article>{images}</article>")
    for _ in range(2):
        tidy.measure(soup, folder)
    return soup.article.decode_contents(formatter=tidy.VALID)


@pytest.fixture
def images(tmp_path):
    (tmp_path / "_images").mkdir()
    Image.new("L", (40, 30)).save(tmp_path / "_images" / "figure.png")
    (tmp_path / "logo.svg").write_text('<svg viewBox="0 0 96 20"></svg>')
    (tmp_path / "book").mkdir()
    return tmp_path / "book"


def test_images_get_their_size_and_wait(images):
    body = '<p>a</p><img alt="A" src="../_images/figure.png" /><img src="../logo.svg">'
    wait = 'loading="lazy" decoding="async"'
    assert measured(images, body) == (
        f'<p>a</p><img alt="A" src="../_images/figure.png" width="40" height="30" {wait}>'
        f'<img src="../logo.svg" width="96" height="20" {wait}>'
    )


def test_the_cover_does_not_wait(images):
    found = measured(images, '<img class="cover dark-light" src="../logo.svg" />')
    assert found == '<img class="cover dark-light" src="../logo.svg" width="96" height="20">'


@pytest.mark.parametrize("source", ["../none.png", "data:image/png;base64,AAAA"])
def test_what_an_image_says_itself_stays(images, source):
    body = f'<img src="{source}" width="3" loading="eager">'
    assert measured(images, body) == body


@pytest.fixture
def figures(tmp_path):
    """Two figures of 200 dots an inch, seven and two inches wide, and one that does not say it."""
    for name, width, dots in (("wide", 1400, 200), ("small", 400, 200), ("plain", 1400, None)):
        options = {"dpi": (dots, dots)} if dots else {}
        Image.new("L", (width, 10)).save(tmp_path / f"{name}.png", **options)
    return tmp_path


def framed(folder, text):
    soup = parsed(text)
    for _ in range(2):
        tidy.scroll(soup, folder)
    return soup


@pytest.mark.parametrize(
    ("name", "width", "classes"),
    [("wide", 454, "figure-scroll wide"), ("small", 130, "figure-scroll")],
)
def test_a_figure_scrolls_where_its_text_would_be_too_small(figures, name, width, classes):
    """Text of 10 points has 27.8 of the 200 dots: nine pixels are reached at 0.324 of the width."""
    image = f'<a href="a"><img alt="A" src="{name}.png"></a>'
    soup = framed(figures, f'<div class="cell_output"><figure>{image}</figure></div>')
    assert soup.figure.decode_contents(formatter=tidy.VALID) == (
        f'<div class="{classes}" style="--readable: {width}px">{image}</div>'
    )


def test_other_images_stay(figures):
    text = '<img src="wide.png"><div class="cell_output"><img src="plain.png"></div>'
    assert framed(figures, text).select(".figure-scroll") == []


def app(folder, builder="html"):
    config = SimpleNamespace(
        master_doc="book/intro",
        html_baseurl="https://a.org/b/",
        html_title="A book",
        project="",
        notfound_urls_prefix="/b/",
    )
    return SimpleNamespace(outdir=folder, builder=SimpleNamespace(name=builder), config=config)


@pytest.fixture
def site(tmp_path):
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static" / "a.css").write_text(".a {color: red} .b {color: blue}")
    (tmp_path / "_static" / "pygments.css").write_text(CODE)
    (tmp_path / "book").mkdir()
    head = '<head><link rel="stylesheet" href="../_static/a.css"></head>'
    page = f'<html>{head}<body class="a"><br/><span class="n">c</span></body></html>'
    (tmp_path / "book" / "intro.html").write_text(page)
    return tmp_path


def test_a_site_is_finished_once(site):
    pages = []
    for _ in range(2):
        tidy.finish_site(app(site), None)
        pages.append((site / "book" / "intro.html").read_text())
    assert pages[0] == pages[1]
    assert (
        '<link rel="stylesheet" href="../_static/book.css?v=' in pages[0] and "<br>c<" in pages[0]
    )
    assert (site / "_static" / "book.css").read_text() == ".a{color: red}\n"
    start = (site / "index.html").read_text()
    assert "<title>A book</title>" in start and 'content="0; url=book/intro.html"' in start
    assert '<link rel="canonical" href="https://a.org/b/book/intro.html">' in start


@pytest.mark.parametrize(("builder", "problem"), [("linkcheck", None), ("html", ValueError("no"))])
def test_other_builds_are_left_alone(site, builder, problem):
    before = (site / "book" / "intro.html").read_text()
    tidy.finish_site(app(site, builder), problem)
    assert (site / "book" / "intro.html").read_text() == before
    assert not (site / "index.html").exists()
