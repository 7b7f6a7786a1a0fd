"""The page of claims on the site: every claim of the chapters, and links that arrive."""

import os
import re
from itertools import groupby
from pathlib import Path

from contract_claims import claimed_at
from playwright.sync_api import BrowserContext
from site_pages import PAGES, ROOT

from tools.notebooks import read


def sentences() -> list[str]:
    """Return what the notebooks of `_toc.yml` claim at the scale of the build, in its order."""
    scale = os.environ.get("AEUTILS_SCALE") or "small"
    notebooks = [ROOT / f"{name}.ipynb" for name in PAGES if (ROOT / f"{name}.ipynb").is_file()]
    return [sentence for path in notebooks for sentence in claimed_at(scale, read(path))]


def test_every_claim_is_listed_and_its_link_arrives(
    context: BrowserContext, base: str, site: Path
) -> None:
    tab = context.new_page()
    tab.goto(f"{base}/book/claims.html", wait_until="load")
    links = tab.locator("table.claims td:first-child a")
    assert sorted(links.all_inner_texts()) == sorted(sentences())
    addresses = links.evaluate_all("all => all.map(link => link.href)")
    tab.close()
    for page, group in groupby(addresses, lambda address: address.partition("#")[0]):
        text = (site / page.removeprefix(f"{base}/")).read_text(encoding="utf-8")
        places = re.findall(r'<p class="aeutils-claim [^"]*" id="([^"]+)"', text)
        for address in group:
            assert places.count(address.partition("#")[2]) == 1, address
