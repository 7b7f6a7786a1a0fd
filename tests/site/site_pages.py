"""What the site tests share: the pages of the book, and a page that is open in the browser."""

from dataclasses import dataclass, field
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page
from sphinx_external_toc.parsing import parse_toc_yaml

ROOT = Path(__file__).resolve().parents[2]
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}
CONTENTS = parse_toc_yaml(ROOT / "_toc.yml")
# What axe finds; the spans that colour code are set aside meanwhile, which take half of its time.
RUN_AXE = """async ([context, options]) => {
  const codes = [...document.querySelectorAll("pre:not(:has(:not(span)))")];
  const coloured = codes.map(code => [...code.childNodes]);
  codes.forEach(code => { code.textContent = code.textContent; });
  const found = await axe.run(context ?? document, {resultTypes: ["violations"], ...options});
  codes.forEach((code, number) => code.replaceChildren(...coloured[number]));
  return found.violations.filter(one => one.impact !== "minor").map(one => {
    const places = one.nodes.map(node => node.html.slice(0, 120));
    return `${one.impact}: ${one.id}: ${places.join(" | ")}`;
  });
}"""
FADED = """() => document.getAnimations().every(
  one => !(one instanceof CSSTransition) || one.playState !== "running")"""
PAGES = [name.removesuffix(".ipynb").removesuffix(".md") for name in CONTENTS]


def open_page(tab: Page, address: str) -> None:
    """Load a page with its explorers, whose scripts arrive when they come near the window."""
    tab.goto(address, wait_until="load")
    for host in tab.locator("[data-script]").all():
        host.scroll_into_view_if_needed()
        tab.wait_for_function("host => host.dataset.ready === ''", arg=host.element_handle())
    tab.evaluate("window.scrollTo(0, 0)")


def wait_for_colours(tab: Page) -> None:
    """Wait until a page that turns dark or light has faded: longer on a busy machine."""
    tab.wait_for_timeout(100)
    tab.wait_for_function(FADED)


@dataclass
class Visit:
    """A page in the browser, with everything that went wrong while it loaded."""

    name: str
    tab: Page
    base: str
    problems: list[str] = field(default_factory=list)

    @property
    def source(self) -> Path:
        """The file that the page is made from."""
        notebook = ROOT / f"{self.name}.ipynb"
        return notebook if notebook.is_file() else ROOT / f"{self.name}.md"

    def open(self) -> None:
        """Load the page."""
        self.tab.on("console", self._note_message)
        self.tab.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        self.tab.on("requestfailed", lambda r: self.problems.append(f"request failed: {r.url}"))
        self.tab.on("response", self._note_response)
        open_page(self.tab, f"{self.base}/{self.name}.html")

    def barriers(self, context: str | None = None, **options: object) -> list[str]:
        """Return what axe-core finds on the page, or in what a selector names."""
        if not self.tab.evaluate("'axe' in window"):
            self.tab.evaluate(AXE.read_text(encoding="utf-8"))
        return self.tab.evaluate(RUN_AXE, [context, {"preload": False, **options}])

    def _note_message(self, message) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text}")

    def _note_response(self, response) -> None:
        if response.status >= 400:
            self.problems.append(f"answer {response.status}: {response.url}")
