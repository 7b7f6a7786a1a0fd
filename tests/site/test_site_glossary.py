"""The glossary on the site: its terms can be seen, found and read out in the right language."""

import re

from playwright.sync_api import Page
from site_pages import ROOT

TERMS = """all => all.map(term => [term.lang, term.firstChild.textContent.trim(), term.id])"""


def test_terms_are_shown_and_name_their_language(tab: Page, base: str) -> None:
    tab.goto(f"{base}/book/glossary.html")
    shown = tab.locator("article dl.glossary dt").evaluate_all(TERMS)
    source = (ROOT / "book" / "glossary.md").read_text(encoding="utf-8")
    block = re.search(r"```\{glossary\}\n(.*?)\n```", source, flags=re.DOTALL)[1]
    lines = block.replace("'", "\u2019").splitlines()  # as the pages print it
    written = [line for line in lines if line and not line.startswith(" ")]
    assert [text for _, text, _ in shown] == written
    assert [lang for lang, _, _ in shown] == ["", "zh-Hans"] * (len(written) // 2)
    assert len({name for _, _, name in shown if name}) == len(shown), "each term can be linked"


def test_the_search_finds_a_term(tab: Page, base: str) -> None:
    tab.goto(f"{base}/search.html?q=walkback")
    tab.locator('#search-results a[href*="glossary.html"]').first.wait_for()
