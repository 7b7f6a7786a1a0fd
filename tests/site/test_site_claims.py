"""The page of claims on the site: every claim of the chapters, and links that arrive."""

import ast

from playwright.sync_api import BrowserContext
from site_pages import PAGES, ROOT

from tools.notebooks import read


def sentences() -> list[str]:
    """Return what the notebooks of `_toc.yml` claim, in its order."""
    notebooks = [ROOT / f"{name}.ipynb" for name in PAGES if (ROOT / f"{name}.ipynb").is_file()]
    cells = [cell for path in notebooks for cell in read(path).cells[1:]]
    trees = [
        ast.walk(ast.parse(c.source))
        for c in cells
        if "claim(" in c.source and c.cell_type == "code"
    ]
    calls = [node for tree in trees for node in tree if isinstance(node, ast.Call)]
    return [c.args[0].value for c in calls if getattr(c.func, "id", "") == "claim"]


def test_every_claim_is_listed_and_its_link_arrives(context: BrowserContext, base: str) -> None:
    tab = context.new_page()
    tab.goto(f"{base}/book/claims.html", wait_until="load")
    links = tab.locator("table.claims td:first-child a")
    assert sorted(links.all_inner_texts()) == sorted(sentences())
    addresses = links.evaluate_all("all => all.map(link => link.href)")
    for address in addresses:
        tab.goto(address, wait_until="domcontentloaded")
        place = tab.locator(f"#{address.partition('#')[2]}.aeutils-claim")
        assert place.count() == 1, address
    tab.close()
