"""One style sheet with what is used, from sheets and pages of our own."""

import pytest
from bs4 import BeautifulSoup

from tools import styles


@pytest.fixture
def site(tmp_path):
    for folder in ("_static/styles", "_static/fonts", "book"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def used(site, text, known=("a", "b", "c")):
    sheet = site / "_static" / "styles" / "theme.css"
    sheet.write_text(text)
    return styles.used(sheet, set(known), site)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (".a .b { color : red ; }", ".a .b{color : red}\n"),
        (".a .z {color: red} #z {color: red}", ""),
        ("#b, .z, p > .a:hover {color: red}", "#b,p > .a:hover{color: red}\n"),
        ("p.a:not(.z), .z:not(.a) {top: 0}", "p.a:not(.z){top: 0}\n"),
        ("html[data-x=z] {--one: #fff}", "html[data-x=z]{--one: #fff}\n"),
        ("/* no */ .a { /* no */ top: 0 }", ".a{top: 0}\n"),
        (
            "@media (min-width: 3px) {.a {top: 0} .z {top: 0}}",
            "@media (min-width: 3px){.a{top: 0}\n}\n",
        ),
        ("@media print {.z {top: 0}}", ""),
        ('@charset "utf-8"; @layer x, y;', "@layer x, y;"),
        ("@keyframes k {from {top: 0}}", "@keyframes k{from {top: 0}}\n"),
        ('.a {content: "x, .z"}', '.a{content: "x, .z"}\n'),
    ],
)
def test_what_is_used_stays(site, given, expected):
    assert used(site, given) == expected


@pytest.mark.parametrize("address", ["../fonts/a.woff2?v=1", '"../fonts/a.woff2?v=1"'])
def test_files_are_found_from_the_new_sheet(site, address):
    found = used(site, f"@font-face {{src: url({address}) format('woff2')}}")
    assert found == '@font-face {src: url("fonts/a.woff2?v=1") format("woff2")}\n'


@pytest.mark.parametrize("address", ["data:image/png;base64,xyz", "#anchor"])
def test_what_is_no_file_stays(site, address):
    assert f"url({address})" in used(site, f".a {{src: url({address})}}").replace('"', "")


def test_an_imported_sheet_comes_first(site):
    (site / "_static" / "basic.css").write_text(".b {top: 0} .z {top: 0}")
    assert used(site, '@import "../basic.css"; .a {top: 1px}') == ".b{top: 0}\n.a{top: 1px}\n"


def test_a_sheet_that_is_none_is_named(site):
    with pytest.raises(ValueError, match=r"theme\.css, line 2: this is no rule"):
        used(site, ".a {top: 0}\n.b")


def page(*links, body=""):
    head = "".join(f'<link rel="stylesheet" href="{link}">' for link in links)
    return BeautifulSoup(f"<head>{head}</head><body>{body}</body>", "html.parser")


def test_pages_get_one_link_and_the_order_of_rules_stays(site):
    (site / "_static" / "one.css").write_text(".a {top: 0}")
    (site / "_static" / "two.css").write_text(".b {top: 0} .c {top: 0} .d {top: 0}")
    (site / "_static" / "c.js").write_text("document.body.classList.add('c')")
    first = page("../_static/one.css?v=1", "../_static/two.css", body='<p class="a x" id="b">a</p>')
    first.select("link")[1]["media"] = "print"
    lost = page("/top/_static/one.css", body="<script>show('d')</script>")
    pages = {site / "book" / "one.html": first, site / "404.html": lost}
    styles.unite(site, pages, "/top/")
    text = (site / "_static" / "book.css").read_text()
    assert text == ".a{top: 0}\n@media print{.b{top: 0}\n.c{top: 0}\n.d{top: 0}\n}"
    (link,) = first.select("link")
    assert link["href"].startswith("../_static/book.css?v=") and "media" not in link.attrs
    (link,) = lost.select("link")
    assert link["href"].startswith("/top/_static/book.css?v=")


def test_a_page_of_an_earlier_build_gets_the_new_sheet(site):
    (site / "_static" / "one.css").write_text(".a {top: 0}")
    (site / "_static" / "book.css").write_text("old")
    old = page("../_static/book.css?v=0", body='<p class="a">a</p>')
    pages = {
        site / "book" / "old.html": old,
        site / "book" / "new.html": page("../_static/one.css"),
    }
    styles.unite(site, pages, "/")
    assert (site / "_static" / "book.css").read_text() == ".a{top: 0}\n"
    assert old.link["href"] == pages[site / "book" / "new.html"].link["href"]
    assert not old.link["href"].endswith("?v=0")


def test_nothing_is_written_where_all_pages_are_finished(site):
    (site / "_static" / "book.css").write_text("old")
    styles.unite(site, {site / "book" / "a.html": page("../_static/book.css?v=0")}, "/")
    assert (site / "_static" / "book.css").read_text() == "old"
