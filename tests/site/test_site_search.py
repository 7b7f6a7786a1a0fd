"""The search, by keyboard and by button, and the entrance of the site."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect
from site_pages import CONTENTS, NARROW, PAGES, ROOT, WIDE

CHAPTERS = [name for name in PAGES if (ROOT / f"{name}.ipynb").is_file()]
# What somebody types, and the page, or the section of a page, that has to come first.
WORDS = {
    "posterior collapse": "vae.html#what-it-costs-a-code-can-collapse",
    "KL is zero": "vae.html#what-it-costs-a-code-can-collapse",
    "latent space": "autoencoders.html#an-encoder-a-code-a-decoder",
    "blurry": "autoencoders.html#through-1-8-and-64-numbers",
    "reparametrization": "kl-and-elbo.html#two-ways-to-a-gradient",
    "mode collapse": "adversarial.html#exercise-4-the-modes-that-are-used",
    "dead relu": "vanilla.html#dead-code-units",
    "KerasTensor": "pitfalls.html",
    "adadelta": "pitfalls.html",
    "NaN": "own-data.html",
    "RGB": "own-data.html",
    "own images": "own-data.html",
    "out of memory": "scaling.html",
    "loss is negative": "pitfalls.html",
    "same output for every input": "pitfalls.html",
    "accuracy": "pitfalls.html",
}


@pytest.mark.parametrize("window", ["wide", "narrow"])
def test_search_finds_a_chapter(tab: Page, base: str, window: str) -> None:
    target = CHAPTERS[0]
    tab.set_viewport_size(WIDE if window == "wide" else NARROW)
    tab.goto(f"{base}/{target}.html")
    title = tab.title()
    word = max(re.findall(r"\w+", title.split(" — ")[0]), key=len)
    tab.goto(f"{base}/{PAGES[0]}.html")
    if window == "wide":
        tab.keyboard.press("Control+k")
    else:
        tab.locator(".search-button__button").locator("visible=true").click()
    field = tab.locator("#pst-search-dialog input")
    expect(field).to_be_focused()
    field.fill(word)
    field.press("Enter")
    result = tab.locator(f'#search-results a[href*="{target}.html"]').first
    result.click()
    expect(tab).to_have_title(title)
    assert f"/{target}.html" in tab.url


@pytest.mark.parametrize("words", WORDS)
def test_search_puts_the_right_page_first(tab: Page, base: str, words: str) -> None:
    tab.goto(f"{base}/search.html?q={quote(words)}")
    first = tab.locator("#search-results li a").first
    expect(first).to_have_attribute("href", re.compile(rf"\bbook/{re.escape(WORDS[words])}"))


def test_escape_closes_the_search(tab: Page, base: str) -> None:
    tab.goto(f"{base}/{PAGES[0]}.html")
    tab.keyboard.press("Control+k")
    expect(tab.locator("#pst-search-dialog")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.locator("#pst-search-dialog")).to_be_hidden()


def test_search_button_when_the_contents_are_folded_away(tab: Page, base: str) -> None:
    tab.goto(f"{base}/{PAGES[0]}.html")
    tab.locator(".primary-toggle").locator("visible=true").click()
    expect(tab.locator(".bd-sidebar-primary")).to_be_hidden()
    expect(tab.locator(".search-button__button").locator("visible=true")).to_have_count(1)


def test_the_address_of_the_site_opens_the_cover(tab: Page, base: str) -> None:
    tab.goto(f"{base}/index.html")
    tab.wait_for_url(f"{base}/{PAGES[0]}.html")
    assert tab.title()


def test_the_cover_links_every_chapter(tab: Page, base: str) -> None:
    tab.goto(f"{base}/{PAGES[0]}.html")
    links = tab.locator("article .chapters a").evaluate_all("all => all.map(a => a.href)")
    numbered = [part for part in CONTENTS.root.subtrees if part.numbered]
    chapters = [str(item).removesuffix(".ipynb") for part in numbered for item in part.items]
    assert links == [f"{base}/{name}.html" for name in chapters]
    assert chapters, "_toc.yml has no numbered part"


def test_the_api_page_names_every_module() -> None:
    text = (ROOT / "book" / "api.md").read_text(encoding="utf-8")
    package = ROOT / "aeutils"
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in [*package.glob("*.py"), *(package / "data").glob("*.py")]
        if not path.name.startswith("_")
    ]
    assert [name for name in modules if f".. automodule:: {name}\n" not in text] == []
