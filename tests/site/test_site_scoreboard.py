"""The scoreboard on the site: a row for every metric, sorting, narrow windows, both modes."""

import tomllib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from site_pages import NARROW, PAGES, ROOT, WIDE

BOARD = "book/scoreboard"
MISSING = "–"
COLUMNS = {"This run": 2, "Against baseline": 4, "Published": 6, "Against published": 7}

CELLS = """() => [...document.querySelectorAll("table.scoreboard tbody tr")].map(
  row => [...row.cells].map(cell => cell.innerText.trim().split("\\n")[0].trim())
)"""

CONTRAST = """() => {
  const luminance = colour => colour.match(/[\\d.]+/g).slice(0, 3)
    .map(value => value / 255)
    .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
  const fill = name => {
    const shape = document.querySelector(`.scoreboard-picture ${name}`);
    return luminance(getComputedStyle(shape).fill);
  };
  const behind = [luminance(getComputedStyle(document.body).backgroundColor), fill(".band")];
  const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const worst = name => Math.min(...behind.map(other => ratio(fill(name), other)));
  return {
    run: worst("circle.run"),
    full: worst("circle.full"),
    text: worst("text.metric"),
  };
}"""


@pytest.fixture
def board(context: BrowserContext, base: str) -> Iterator[Page]:
    """Return the page on a wide window, freshly loaded."""
    tab = context.new_page()
    tab.goto(f"{base}/{BOARD}.html", wait_until="load")
    yield tab
    tab.close()


def metrics() -> list[tuple[str, str]]:
    """Return page and metric of all that the notebooks of `_toc.yml` report, in its order."""
    with (ROOT / "aeutils" / "reference_results.toml").open("rb") as file:
        reference = tomllib.load(file)
    names = [name for name in PAGES if (ROOT / f"{name}.ipynb").is_file()]
    slugs = [name.removeprefix("book/") for name in names]
    return [
        (f"{slug}.html", metric)
        for slug in slugs
        for metric, table in sorted(reference[slug].items())
        if table.get("scoreboard", True)
    ]


def test_there_is_a_row_for_every_metric_of_every_chapter(board: Page) -> None:
    rows = board.locator("table.scoreboard tbody tr").evaluate_all(
        """all => all.map(row => [
          row.cells[0].querySelector("a").getAttribute("href"),
          row.cells[1].querySelector("code").textContent,
        ])"""
    )
    pages = [page for page, _ in rows]
    order = [page for page, _ in metrics()]
    assert list(dict.fromkeys(pages)) == list(dict.fromkeys(order)), "the order of the book"
    assert sorted(map(tuple, rows)) == sorted(metrics())


def test_no_name_of_a_metric_runs_into_the_next_column(board: Page) -> None:
    too_wide = board.locator("table.scoreboard td code").evaluate_all(
        """all => all.filter(code => code.getBoundingClientRect().right
          > code.closest("td").getBoundingClientRect().right).map(code => code.textContent)"""
    )
    assert too_wide == []


def test_the_picture_has_a_mark_for_every_share_and_a_text(board: Page) -> None:
    notes = board.locator("table.scoreboard .note").all_text_contents()
    shares = [note for note in notes if "misses" in note]
    picture = board.locator("figure.scoreboard-picture svg[role=img]")
    assert picture.locator("g > title").count() == len(shares) > 0
    assert "Against the baselines" in picture.get_attribute("aria-label")


@pytest.mark.parametrize("heading", COLUMNS)
def test_a_click_sorts_and_a_second_click_turns_round(board: Page, heading: str) -> None:
    column, before = COLUMNS[heading], board.evaluate(CELLS)
    button = board.get_by_role("columnheader", name=heading, exact=True).get_by_role("button")
    for direction in ("ascending", "descending"):
        button.click()
        after = board.evaluate(CELLS)
        expect(board.locator("th[aria-sort]")).to_have_count(1)
        expect(board.locator(f"th[aria-sort={direction}]")).to_contain_text(heading)
        assert sorted(after) == sorted(before), "sorting must neither add nor lose a row"
        shown = [row[column] for row in after]
        known = [text for text in shown if text != MISSING]
        assert shown == known + [MISSING] * (len(shown) - len(known)), "what is missing comes last"
        values = known if "Against" in heading else [float(text) for text in known]
        assert values == sorted(values, reverse=direction == "descending")
    first = board.get_by_role("columnheader", name="Chapter").get_by_role("button")
    first.click()
    assert board.evaluate(CELLS) == before, "a click on Chapter brings back the order of the book"


def test_the_keyboard_sorts(board: Page) -> None:
    headings = board.get_by_role("columnheader").get_by_role("button")
    headings.first.focus()
    for _ in range(COLUMNS["This run"]):
        board.keyboard.press("Tab")
    expect(headings.nth(COLUMNS["This run"])).to_be_focused()
    board.keyboard.press("Enter")
    expect(board.locator("th[aria-sort=ascending]")).to_contain_text("This run")
    board.keyboard.press("Space")
    expect(board.locator("th[aria-sort=descending]")).to_contain_text("This run")


def test_nothing_is_fetched_from_elsewhere(context: BrowserContext, base: str) -> None:
    tab, asked = context.new_page(), []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(f"{base}/{BOARD}.html", wait_until="networkidle")
    tab.get_by_role("columnheader", name="This run").get_by_role("button").click()
    assert any("scoreboard.js" in url for url in asked)
    assert [url for url in asked if not url.startswith((base, "data:", "blob:"))] == []
    tab.close()


def test_it_can_be_read_without_scripts(browser: Browser, base: str) -> None:
    with browser.new_context(viewport=WIDE, java_script_enabled=False) as context:
        tab = context.new_page()
        tab.goto(f"{base}/{BOARD}.html")
        assert tab.locator("table.scoreboard tbody tr").count() == len(metrics())
        expect(tab.locator("table.scoreboard button")).to_have_count(0)
        expect(tab.locator("table.scoreboard tbody tr").last).to_be_visible()
        expect(tab.locator("figure.scoreboard-picture svg")).to_be_visible()


def test_table_and_picture_scroll_in_their_boxes_on_a_narrow_window(board: Page) -> None:
    board.set_viewport_size(NARROW)
    for inside in ("table.scoreboard", ".scoreboard-picture svg"):
        box = board.locator(inside).locator("xpath=..")
        wide, shown = box.evaluate("e => [e.scrollWidth, e.clientWidth]")
        assert shown <= NARROW["width"] < wide
        expect(box).to_have_attribute("tabindex", "0")  # so that the arrow keys can scroll it


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_picture_can_be_seen_in_both_modes(browser: Browser, base: str, mode: str) -> None:
    with browser.new_context(viewport=WIDE, color_scheme=mode) as context:
        tab = context.new_page()
        tab.goto(f"{base}/{BOARD}.html")
        assert tab.evaluate("document.documentElement.dataset.theme") == mode
        contrast = tab.evaluate(CONTRAST)
        assert min(contrast["run"], contrast["full"]) >= 3
        assert contrast["text"] >= 4.5
