"""The form of the pages: valid HTML, one style sheet, figures for phones, the focus, paper."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from site_pages import NARROW, PAGES, WIDE, Visit
from tinyhtml5.parser import HTMLParser

from tools.tidy import READABLE, VALID, read, repair

THEME = "document.documentElement.dataset.theme"
PAPER = {"width": 658, "height": 987}  # an A4 page within its margins
# For each figure the text of 10 points and the room that it has.
FIGURES = """() => [...document.querySelectorAll(".figure-scroll img")].map(image => {
  const style = getComputedStyle(image);
  const shown = image.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  const needed = parseFloat(getComputedStyle(image).getPropertyValue("--readable"));
  const frame = image.closest(".figure-scroll");
  return {
    text: 9 * shown / needed,
    scrolls: frame.scrollWidth > frame.clientWidth + 1,
    told: getComputedStyle(frame.nextElementSibling, "::before").content !== "none",
    reached: frame.querySelector("a[href]") !== null,
  };
})"""
# Each kind of stop once: what stands in the same places, and is styled in the same way.
STOPS = """() => {
  const look = element => {
    const {outlineStyle, outlineWidth, outlineColor, boxShadow} = getComputedStyle(element);
    return [outlineStyle === "none" ? "" : outlineWidth + outlineColor, boxShadow].join();
  };
  const name = element => element ? `${element.tagName}.${element.className}` : "";
  const kinds = new Map();
  document.querySelectorAll("a[href], button, input, summary, [tabindex]").forEach(element => {
    if (element.tabIndex < 0 || !element.checkVisibility({visibilityProperty: true})) return;
    const above = element.parentElement;
    const kind = [element, above, above.parentElement, element.closest("nav, article")].map(name);
    if (!kinds.has(kind.join())) kinds.set(kind.join(), element);
  });
  return [...kinds.values()].map(element => {
    element.focus({focusVisible: true, preventScroll: true});
    const focused = look(element);
    const visible = element.getBoundingClientRect().width > 0;
    const stops = element.matches(":focus-visible");
    element.blur();
    return {name: element.outerHTML.slice(0, 100), stops, visible, seen: focused !== look(element)};
  });
}"""
TOO_WIDE = """width => [...document.querySelectorAll("main *")].filter(element => {
  const box = element.getBoundingClientRect();
  if (box.width === 0 || element.closest("math, svg, .visually-hidden")) return false;
  const cut = getComputedStyle(element).overflowX !== "visible"
    && element.scrollWidth > element.clientWidth + 1;
  return box.right > width + 1 || cut;
}).slice(0, 5).map(e => `${e.outerHTML.slice(0, 120)} ${e.getBoundingClientRect().right}`)"""


def test_html_is_valid(visit: Visit, site: Path) -> None:
    file = site / f"{visit.name}.html"
    parser = HTMLParser()
    parser.parse(file.read_bytes())
    assert parser.errors == []
    page = read(file)
    before = page.decode(formatter=VALID)
    repair(page)
    assert page.decode(formatter=VALID) == before
    names = [element["id"] for element in page.find_all(id=True)]
    assert sorted(set(names)) == sorted(names), "an anchor stands twice"


def test_one_style_sheet_and_scripts_that_wait(visit: Visit) -> None:
    head = visit.tab.locator("head")
    assert head.locator('link[rel="stylesheet"]').count() == 1
    assert head.locator("script[src]:not([defer])").count() == 0


def test_text_of_figures_on_a_phone(narrow: Visit) -> None:
    for figure in narrow.tab.evaluate(FIGURES):
        assert figure["text"] >= READABLE - 0.1, figure
        assert not figure["scrolls"] or (figure["told"] and figure["reached"]), figure


def test_each_figure_has_its_frame(visit: Visit) -> None:
    figures = visit.tab.locator(".cell_output figure img")
    assert figures.count() == visit.tab.locator(".figure-scroll img").count()
    chapter = visit.source.suffix == ".ipynb"
    assert figures.count() > 0 or not chapter


@pytest.mark.parametrize("window", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_focus_is_seen(visit: Visit, window: dict) -> None:
    """On a stop of each kind; the key makes the browser show the focus that a script moves."""
    visit.tab.set_viewport_size(window)
    visit.tab.keyboard.press("Tab")
    found = visit.tab.evaluate(STOPS)
    visit.tab.set_viewport_size(WIDE)
    assert len(found) > 5 and [stop["name"] for stop in found if not stop["stops"]] == []
    assert [stop["name"] for stop in found if stop["visible"] and not stop["seen"]] == []


def test_nothing_is_cut_on_paper(visit: Visit) -> None:
    tab = visit.tab
    tab.set_viewport_size(PAPER)
    tab.emulate_media(media="print")
    try:
        assert tab.evaluate(TOO_WIDE, PAPER["width"]) == []
        assert tab.locator("article h1").first.is_visible()
        hidden = "all => all.filter(e => !e.checkVisibility({contentVisibilityAuto: true})).length"
        assert tab.locator("article details pre").evaluate_all(hidden) == 0
    finally:
        tab.emulate_media(media="screen")
        tab.set_viewport_size(WIDE)


def test_paper_is_light_in_dark_mode(browser: Browser, base: str) -> None:
    with browser.new_context(viewport=WIDE, color_scheme="dark") as context:
        tab = context.new_page()
        tab.goto(f"{base}/book/how-to-use.html", wait_until="load")
        assert tab.evaluate(THEME) == "dark"
        tab.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert tab.evaluate(THEME) == "light"
        tab.evaluate("dispatchEvent(new Event('afterprint'))")
        assert tab.evaluate(THEME) == "dark"


def test_the_style_sheet_has_no_rules_of_parts_that_are_not_there(site: Path) -> None:
    text = (site / "_static" / "book.css").read_text(encoding="utf-8")
    assert len(text) < 200_000
    assert ".bd-article" in text and "@media print" in text
    files = re.findall(r'url\("?(?!data:|#)([^")?]+)', text)
    assert files and [name for name in files if not (site / "_static" / name).is_file()] == []


def test_the_address_of_the_site_alone(site: Path) -> None:
    page = read(site / "index.html")
    assert page.title.get_text() and page.html["lang"] == "en"
    assert page.select_one("link[rel=canonical]")["href"].endswith(f"/{PAGES[0]}.html")
