"""What each page says about itself to search engines and where it is shared, and what it loads."""

import json
import os
import re
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser
from site_pages import NARROW, PAGES, WIDE, Visit

from tools.book_extension import title_and_question
from tools.pages import pages_address

# The contrast has a test of its own, in both modes; nothing else depends on the mode.
ALL_RULES = {"rules": {"color-contrast": {"enabled": False}}}
# What a narrow window can change: which buttons are seen, their size, and what scrolls.
NARROW_RULES = [
    "aria-hidden-focus",
    "button-name",
    "link-name",
    "nested-interactive",
    "scrollable-region-focusable",
    "target-size",
]
WINDOWS = [(WIDE, ALL_RULES), (NARROW, {"runOnly": NARROW_RULES})]
# The theme makes tab stops of what scrolls, some time after a change of the page or its window.
STOPS = """() => [...document.querySelectorAll(
  "pre, .cell_output > .output, .pst-scrollable-table-container")].every(one => {
  const scrolls = one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight;
  return scrolls === (one.tabIndex === 0);
})"""
WEIGHT = """async () => {
  await Promise.all([...document.images].map(image => {
    image.loading = "eager";
    return image.decode().catch(() => {});
  }));
  await document.fonts.ready;
  const entries = ["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind));
  return Object.fromEntries(entries.map(one => [one.name, one.decodedBodySize]));
}"""
MIDDLE = {"width": 1280, "height": 900}  # the contents stand beside the text and take of its room
SHIFT = """() => new Promise(answer => {
  const add = list => list.getEntries().reduce((sum, entry) => sum + entry.value, 0);
  const observer = new PerformanceObserver(list => answer(add(list)));
  observer.observe({type: "layout-shift", buffered: true});
  setTimeout(() => answer(0), 1000);
})"""
MOST = 1_500_000  # bytes, not compressed
SEARCH_ALONE = ("searchindex.js", "searchtools.js", "language_data.js")
SHARED = {"og:title", "og:type", "og:url", "og:site_name", "og:image", "og:description"}


@pytest.fixture
def head(visit: Visit) -> dict[str, str]:
    """Return the names and contents of the meta elements of a page."""
    found = visit.tab.locator("head meta[content]").evaluate_all(
        "all => all.map(e => [e.getAttribute('name') || e.getAttribute('property'), e.content])"
    )
    names = [name for name, _ in found]
    assert sorted(set(names)) == sorted(names), "named twice"
    return dict(found)


def address(config: dict) -> str:
    return pages_address(config["repository"]["url"])


def test_description_begins_with_the_question_of_a_chapter(visit: Visit, head: dict) -> None:
    described = head["description"]
    assert 50 <= len(described) <= 220 and described == head["og:description"]
    if visit.source.suffix == ".ipynb":
        question = re.sub(r"[*_`$\\]", "", title_and_question(visit.source)[1])
        assert described.startswith(question[:40])


def test_shared_links_show_title_and_card(head: dict, site: Path, config: dict) -> None:
    assert set(head) >= SHARED
    card = head["og:image"].removeprefix(address(config))
    assert (site / card).is_file(), head["og:image"]


def test_canonical_address(visit: Visit, head: dict, config: dict) -> None:
    expected = f"{address(config)}{visit.name}.html"
    link = visit.tab.locator("head link[rel=canonical]")
    assert link.count() == 1 and link.get_attribute("href") == expected == head["og:url"]


def test_page_is_light_and_loads_the_search_only_where_one_searches(visit: Visit) -> None:
    sizes = visit.tab.evaluate(WEIGHT)
    assert sum(sizes.values()) <= MOST, json.dumps(sizes, indent=1)
    assert [name for name in sizes if name.endswith(("fontawesome.js", *SEARCH_ALONE))] == []


def test_images_have_their_size_and_wait(visit: Visit) -> None:
    images = visit.tab.locator("article img").evaluate_all(
        "all => all.map(i => [i.src.slice(-60), i.hasAttribute('width') || !!i.style.width])"
    )
    assert [name for name, sized in images if not sized and not name.endswith(".svg")] == []


@pytest.mark.parametrize(("window", "rules"), WINDOWS, ids=["wide", "narrow"])
def test_no_barrier_is_found(visit: Visit, window: dict, rules: dict) -> None:
    visit.tab.set_viewport_size(window)
    visit.tab.wait_for_function(STOPS)
    try:
        assert visit.barriers(**rules) == []
    finally:
        visit.tab.set_viewport_size(WIDE)


def test_a_chapter_says_where_it_stands(visit: Visit) -> None:
    line = visit.tab.locator("article h1 + .where, article .where")
    numbered = visit.tab.locator("article h1 .section-number").count()
    assert line.count() == numbered
    if numbered:
        number = visit.tab.locator("article h1 .section-number").inner_text().strip(" .")
        assert re.search(rf"\b{number} of \d+\b", line.inner_text())
        assert re.search(r"\b\d+ minutes to read", line.inner_text())


def test_no_menu_and_no_neighbour_leads_to_the_template(visit: Visit) -> None:
    # The page of the template itself has a link that reports an error on it.
    links = visit.tab.locator('a[href*="template.html"]:not([href^="http"])').evaluate_all(
        "all => all.filter(a => a.closest('nav') || !a.closest('article')).map(a => a.outerHTML)"
    )
    assert links == []


def test_formulas_are_no_tab_stops(visit: Visit) -> None:
    assert visit.tab.locator("article .math [tabindex], article .math[tabindex]").count() == 0


def test_site_map_and_robots(site: Path, config: dict) -> None:
    tree = ElementTree.parse(site / "sitemap.xml")
    found = {element.text for element in tree.iter() if element.tag.endswith("}loc")}
    assert {f"{address(config)}{name}.html" for name in PAGES} <= found
    missing = [url for url in found if not (site / url.removeprefix(address(config))).is_file()]
    assert missing == []
    assert f"Sitemap: {address(config)}sitemap.xml" in (site / "robots.txt").read_text()


def test_a_page_that_does_not_exist(site: Path, config: dict) -> None:
    text = (site / "404.html").read_text(encoding="utf-8")
    folder = urlsplit(address(config)).path
    links = re.findall(r'(?:href|src)="([^"#?]+)', text)
    inside = [link for link in links if "://" not in link and not link.startswith("data:")]
    assert inside
    broken = [link for link in inside if not link.startswith(folder)]
    assert broken == []
    assert [one for one in inside if not os.path.exists(site / one.removeprefix(folder))] == []


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_page_opens_in_its_colours_and_nothing_moves(
    browser: Browser, base: str, mode: str
) -> None:
    """Also before the scripts of the theme have run, and beside contents that come last."""
    with browser.new_context(viewport=MIDDLE, color_scheme=mode) as context:
        context.route("**/*.js*", lambda route: route.abort())
        tab = context.new_page()
        tab.goto(f"{base}/book/kl-and-elbo.html", wait_until="load")
        assert tab.evaluate("document.documentElement.dataset.theme") == mode
        context.unroute("**/*.js*")
        tab.reload(wait_until="load")
        assert tab.evaluate("document.documentElement.dataset.theme") == mode
        assert tab.evaluate(SHIFT) < 0.01
