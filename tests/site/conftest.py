"""The built site, served on this machine, and a browser that refuses to leave it.

`AEUTILS_SITE` names the folder of the pages (by default that of a plain ``make book``). Without
pages or without a browser the tests are skipped, unless ``AEUTILS_REQUIRE_SITE=1`` is set.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from site_pages import NARROW, PAGES, ROOT, WIDE, Visit

from tools.browser import OPTIONS, find_browser, served

# The browser itself refuses, and no request waits for an answer of the tests.
ALONE = ["--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
DEFAULT_SITE = ROOT / "_build" / "small-tensorflow" / "_build" / "html"


# After pytest has put together the tests of each page.
@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the PDF: its tests share what was printed, and a worker takes the last ones."""
    items.sort(key=lambda item: item.path.stem != "test_site_pdf")


def missing(what: str) -> None:
    """Skip, or fail where the site is required."""
    if os.environ.get("AEUTILS_REQUIRE_SITE") == "1":
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


@pytest.fixture(scope="session")
def config() -> dict:
    """Return `_config.yml`."""
    return yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def site() -> Path:
    """Return the folder of the built pages."""
    folder = Path(os.environ.get("AEUTILS_SITE") or DEFAULT_SITE)
    if not (folder / "index.html").is_file():
        missing(f"{folder} holds no built site: run make book, or set AEUTILS_SITE.")
    return folder


@pytest.fixture(scope="session")
def base(site: Path) -> Iterator[str]:
    """Serve the pages on a free port of this machine and return their address."""
    with served(site) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the installed Chromium with a fresh profile; it reaches this machine alone."""
    try:
        path = find_browser()
    except OSError as problem:
        missing(str(problem))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*OPTIONS, *ALONE])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Return a browser context in light mode."""
    context = browser.new_context(viewport=WIDE, color_scheme="light")
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture(scope="session", params=PAGES)
def visit(request: pytest.FixtureRequest, context: BrowserContext, base: str) -> Iterator[Visit]:
    """Open a page of `_toc.yml` on a wide window; all tests of a page share it."""
    visit = Visit(request.param, context.new_page(), base)
    visit.open()
    yield visit
    visit.tab.close()


@pytest.fixture
def narrow(visit: Visit) -> Iterator[Visit]:
    """Return the same page in a window as narrow as a phone."""
    visit.tab.set_viewport_size(NARROW)
    yield visit
    visit.tab.set_viewport_size(WIDE)


@pytest.fixture
def tab(context: BrowserContext) -> Iterator[Page]:
    """Return an empty tab for a test that moves between pages."""
    tab = context.new_page()
    yield tab
    tab.close()
