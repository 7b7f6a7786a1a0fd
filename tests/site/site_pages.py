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
PAGES = [name.removesuffix(".ipynb").removesuffix(".md") for name in CONTENTS]


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
        self.tab.goto(f"{self.base}/{self.name}.html", wait_until="load")

    def _note_message(self, message) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text}")

    def _note_response(self, response) -> None:
        if response.status >= 400:
            self.problems.append(f"answer {response.status}: {response.url}")
