"""What holds on every page of the site."""

import re
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Error, Locator, Page
from site_pages import NARROW, ROOT, Visit, wait_for_colours

SEARCH = ".search-button__button, form.bd-search input"
ID = re.compile(r'<[^>]* id="([^"]+)"')
COLAB = 'a[href*="colab.research.google.com"]'

VISIBLE_TEXT = """() => {
  const walker = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT);
  const lines = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!parent.closest("pre, code, script, style, math")) {
      lines.push(walker.currentNode.data);
    }
  }
  return lines.join(" ");
}"""

FORMULAS = """() => ({
  marked: document.querySelectorAll("article .math").length,
  rendered: document.querySelectorAll("article .math:has(math)").length,
  errors: [...document.querySelectorAll("merror, .temml-error")].map(e => e.textContent),
  flat: [...document.querySelectorAll("article math")].filter(
    math => math.closest("details:not([open])") === null && math.clientHeight < 8
  ).map(math => math.textContent),
})"""

IMAGES = """() => Promise.all([...document.images].map(async image => {
  image.loading = "eager";
  await image.decode().catch(() => {});
  const decorative = image.closest("article") === null && image.hasAttribute("alt");
  return {
    name: image.getAttribute("src").slice(-60),
    alt: decorative ? "decorative" : image.alt,
    width: image.naturalWidth,
  };
}))"""

OVERFLOWING = """width => [
  ...document.querySelectorAll("main .bd-article-container *")
].filter(element => {
  const box = element.getBoundingClientRect();
  if (box.width === 0 || box.right <= width + 1) return false;
  for (let above = element.parentElement; above; above = above.parentElement) {
    const clips = getComputedStyle(above).overflowX !== "visible";
    if (clips && above.getBoundingClientRect().right <= width + 1) return false;
  }
  return true;
}).slice(0, 3).map(e => e.outerHTML.slice(0, 120))"""

LOW_CONTRAST = """() => {
  const parse = text => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return {r, g, b, a};
  };
  const over = (top, below) => ({
    r: top.r * top.a + below.r * (1 - top.a),
    g: top.g * top.a + below.g * (1 - top.a),
    b: top.b * top.a + below.b * (1 - top.a),
    a: 1,
  });
  const seen = new Map([[null, {r: 255, g: 255, b: 255, a: 1}]]);
  const background = element => {
    if (!seen.has(element)) {
      const own = parse(getComputedStyle(element).backgroundColor);
      seen.set(element, own.a === 1 ? own : over(own, background(element.parentElement)));
    }
    return seen.get(element);
  };
  const luminance = colour => [colour.r, colour.g, colour.b]
    .map(value => value / 255)
    .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
  const found = new Map();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility({visibilityProperty: true})
        || element.closest("script, style, .headerlink, #pst-back-to-top")) continue;
    const behind = background(element);
    const text = over(parse(getComputedStyle(element).color), behind);
    const [high, low] = [luminance(text), luminance(behind)].sort((a, b) => b - a);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < 4.5) {
      const line = `${element.tagName}.${element.className}: ${ratio.toFixed(1)}`;
      found.set(line, walker.currentNode.data.trim().slice(0, 30));
    }
  }
  return [...found].map(pair => pair.join(" ")).slice(0, 10);
}"""


OPEN_OTHERS = """([, ...others], inside) => {
  const seen = element => {
    const box = element.getBoundingClientRect();
    return element.checkVisibility({visibilityProperty: true}) && box.width * box.height > 0;
  };
  return others.filter(details => {
    const [summary, text] = ["summary", inside].map(name => details.querySelector(name));
    const held = !seen(summary) || getComputedStyle(summary).pointerEvents === "none";
    const before = seen(text);
    summary.click();
    return held || before || !seen(text);
  }).map(details => details.outerHTML.slice(0, 120));
}"""


def test_opens_without_error_and_without_another_host(visit: Visit) -> None:
    assert visit.problems == []
    assert visit.tab.locator("article h1").count() == 1


@pytest.mark.parametrize("host", ["localhost", "example.invalid"])
def test_another_host_is_out_of_reach(tab: Page, base: str, host: str) -> None:
    """The first has an answer without the rule, the second where a proxy gives one."""
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        tab.goto(base.replace("127.0.0.1", host))


def test_formulas_are_rendered(visit: Visit) -> None:
    formulas = visit.tab.evaluate(FORMULAS)
    assert formulas["errors"] == [] and formulas["flat"] == []
    assert formulas["rendered"] == formulas["marked"]
    if visit.source.suffix == ".ipynb" and "$$" in visit.source.read_text(encoding="utf-8"):
        assert formulas["rendered"] > 0
    raw = re.findall(r".{0,30}(?:\$|\\[a-zA-Z]{2,}|\\\(|\\\[).{0,30}", visible_text(visit))
    assert raw == []


def visible_text(visit: Visit) -> str:
    """Return the text of the article but for code and rendered formulas."""
    return " ".join(visit.tab.evaluate(VISIBLE_TEXT).split())


def test_images_load_and_have_a_text(visit: Visit) -> None:
    images = visit.tab.evaluate(IMAGES)
    assert [i["name"] for i in images if not i["width"]] == [], "these do not load"
    assert [i["name"] for i in images if not i["alt"].strip()] == [], "these have no alt text"
    outputs = visit.tab.locator(".cell_output img").evaluate_all("all => all.map(i => i.alt)")
    assert [alt for alt in outputs if re.search(r"\.(png|svg)$|^_images", alt)] == []


def test_links_inside_the_site_lead_somewhere(visit: Visit, site: Path) -> None:
    links = visit.tab.locator("a[href]").evaluate_all("all => all.map(a => a.href)")
    inside = {link for link in links if link.startswith(visit.base)}
    assert inside
    broken = []
    for link in sorted(inside):
        parts = urlsplit(link)
        target = site / unquote(parts.path).lstrip("/")
        target = target / "index.html" if target.is_dir() else target
        missing_anchor = parts.fragment and unquote(parts.fragment) not in anchors(target)
        if not target.is_file() or missing_anchor:
            broken.append(link.removeprefix(visit.base))
    assert broken == []


@cache
def anchors(page: Path) -> set[str]:
    """Return the ids of a page."""
    if not page.is_file():
        return set()
    return {unescape(name) for name in ID.findall(page.read_text(encoding="utf-8"))}


def test_no_path_of_the_machine_that_built_it(visit: Visit, site: Path) -> None:
    page = (site / f"{visit.name}.html").read_text(encoding="utf-8")
    assert [path for path in (ROOT, Path.home()) if f"{path}/" in page] == []


def test_colab_opens_this_notebook(visit: Visit, config: dict) -> None:
    repository = config["repository"]["url"].removeprefix("https://github.com/").rstrip("/")
    links = visit.tab.locator(COLAB).evaluate_all("all => all.map(a => a.href)")
    expected = (
        f"https://colab.research.google.com/github/{repository}/blob/"
        f"{config['repository']['branch']}/{visit.name}.ipynb"
    )
    buttons = [link for link in links if "/github/" in link]
    assert buttons == ([expected] if visit.source.suffix == ".ipynb" else [])


def test_edit_and_issue_buttons_name_this_page(visit: Visit, config: dict) -> None:
    repository = config["repository"]
    edit = visit.tab.locator(".btn-source-edit-button").get_attribute("href")
    path = f"{visit.name}{visit.source.suffix}"
    assert edit == f"{repository['url']}/edit/{repository['branch']}/{path}"
    issue = visit.tab.locator(".btn-source-issues-button").get_attribute("href")
    assert issue.startswith(f"{repository['url']}/issues/new?") and visit.name in issue


def test_one_search_on_a_wide_window(visit: Visit) -> None:
    assert visit.tab.locator(SEARCH).locator("visible=true").count() == 1


def test_one_search_on_a_narrow_window(narrow: Visit) -> None:
    assert narrow.tab.locator(SEARCH).locator("visible=true").count() == 1


def test_nothing_overflows_a_narrow_window(narrow: Visit) -> None:
    width = narrow.tab.evaluate("document.documentElement.scrollWidth")
    offenders = narrow.tab.evaluate(OVERFLOWING, NARROW["width"])
    assert width <= NARROW["width"] and not offenders, (width, offenders)


def test_solutions_open(visit: Visit) -> None:
    """And so does what the cell of a prediction prints."""
    solutions = visit.tab.locator("details.hide")
    source = visit.source.read_text(encoding="utf-8")
    assert solutions.count() == source.count('"# @title Solution') + source.count('"hide-output"')
    assert open_all(solutions, "pre") == []


def test_answers_open_on_a_click(visit: Visit) -> None:
    answers = visit.tab.locator("article details:not([class])")
    if visit.source.suffix == ".ipynb":
        assert visit.tab.locator("section#recall details").count() >= 3
        assert answers.count() > visit.tab.locator("section#recall details").count()
    assert open_all(answers, "p") == []
    raw = re.compile(r"[$`]|\*\*|\]\(")
    assert [text for text in answers.all_inner_texts() if raw.search(text)] == []


def open_all(folded: Locator, inside: str) -> list[str]:
    """Open what is folded, the first by a hand, and name what does not hide or show its inside."""
    if not folded.count():
        return []
    assert not folded.first.locator(inside).first.is_visible()
    folded.first.locator("summary").click()
    assert folded.first.locator(inside).first.is_visible()
    return folded.evaluate_all(OPEN_OTHERS, inside)


def test_text_has_contrast_in_light_and_dark_mode(visit: Visit) -> None:
    assert visit.tab.evaluate("document.documentElement.dataset.theme") == "light"
    assert visit.tab.evaluate(LOW_CONTRAST) == []
    try:
        assert switch_to(visit, "dark")
        assert visit.tab.evaluate(LOW_CONTRAST) == []
    finally:
        visit.tab.evaluate("localStorage.clear()")


def switch_to(visit: Visit, theme: str) -> bool:
    """Press the button of the theme until the page has the wanted one, and say whether it has."""
    button = visit.tab.locator(".theme-switch-button").locator("visible=true").first
    for _ in range(3):
        if visit.tab.evaluate("document.documentElement.dataset.theme") == theme:
            break
        button.click()
    visit.tab.mouse.move(0, 0)  # or its tooltip stays
    wait_for_colours(visit.tab)
    return visit.tab.evaluate("document.documentElement.dataset.theme") == theme
