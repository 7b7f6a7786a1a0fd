"""The whole book as one PDF, from the pages of a build: ``python -m tools.pdf SITE FILE``.

With names of pages behind, as ``pca vae``, these are printed alone.

The articles of all pages that stand in the menu become one page, which the browser prints without
scripts. Links inside the book lead to the place in the PDF. The contents get their page numbers
from a first print.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote, urljoin, urlsplit

import yaml
from bs4 import Tag
from playwright.sync_api import sync_playwright
from pypdf import PdfReader
from sphinx_external_toc.parsing import parse_toc_yaml

from tools.browser import OPTIONS, find_browser
from tools.pages import pages_address
from tools.tidy import read

ROOT = Path(__file__).resolve().parents[1]
STYLE = Path(__file__).with_name("whole_book.css")
# What a page shows to those who read it in a browser alone.
LEFT_OUT = "script, .where, .headerlink, .toctree-wrapper, button, noscript > style"
WHOLE = "whole-book.html"
A4 = {
    "format": "A4",
    "margin": {"top": "18mm", "bottom": "20mm", "left": "18mm", "right": "18mm"},
    "print_background": True,
    "display_header_footer": True,
    "header_template": "<span></span>",
    "footer_template": '<p style="font: 8pt sans-serif; margin: 0 auto; color: #52606d">'
    '<span class="pageNumber"></span></p>',
}
# Bookmarks, and the structure that is read aloud: they cost time, and the first print needs none.
COMPLETE = {**A4, "outline": True, "tagged": True}
PAGE = """<!DOCTYPE html>
<html lang="en" data-theme="light" data-mode="light" data-content_root="./">
<head><meta charset="utf-8"><title>{title}</title>{styles}<style>{style}</style></head>
<body class="whole-book">{front}{articles}</body></html>
"""
FRONT = """<section class="book-front"><img src="{logo}" alt=""><p class="title">{title}</p>
<p>{author}</p>
<p>{about}</p></section>
<nav class="book-contents"><p class="title">Contents</p>{parts}</nav>"""
ENTRY = '<li><a href="#{anchor}">{title}</a> <span>{page}</span></li>'


@dataclass
class Chapter:
    """A page of the book as it goes into the PDF."""

    name: str
    part: str
    article: Tag

    @property
    def title(self) -> str:
        """Return the heading, with its number."""
        return " ".join(self.article.h1.get_text().split())


def chapters(
    site: Path, toc: Path, outside: Iterable[str], only: Iterable[str] = ()
) -> list[Chapter]:
    """Return the pages of the book in their order, without those outside the menu.

    Raises
    ------
    OSError
        If a page was not built.
    ValueError
        If the book has no page of a name in `only`, which are all by default.
    """
    contents = parse_toc_yaml(toc)
    part_of = {str(item): part.caption for part in contents.root.subtrees for item in part.items}
    names = {document: document.removesuffix(".ipynb").removesuffix(".md") for document in contents}
    known = {Path(name).name: document for document, name in names.items() if name not in outside}
    if missing := set(only).difference(known):
        raise ValueError(f"No page {min(missing)}: the book has {', '.join(known)}.")
    found = []
    for short, document in known.items():
        if only and short not in only:
            continue
        file = site / f"{names[document]}.html"
        if not file.is_file():
            raise OSError(f"{file} is missing: run make book first.")
        article = read(file).select_one("article.bd-article")
        found.append(Chapter(names[document], part_of.get(document, ""), article))
    return found


def prepare(chapter: Chapter, names: set[str], address: str) -> None:
    """Make an article a part of the whole: open, without controls, its anchors its own."""
    article = chapter.article
    for element in article.select(LEFT_OUT):
        element.decompose()
    for notice in article.select("noscript"):
        notice.unwrap()
    for solution in article.select("details"):
        solution["open"] = ""
    for image in article.select("img"):
        image.attrs.pop("loading", None)
        image["src"] = inside(chapter.name, image["src"])
    for element in article.select("[id]"):
        element["id"] = anchor(chapter.name, element["id"])
    for link in article.select("a[href]"):
        link["href"] = target(chapter.name, link["href"], names, address)
    for element in article.select("[aria-labelledby], [aria-describedby], [for]"):
        for name in ("aria-labelledby", "aria-describedby", "for"):
            element.attrs.pop(name, None)
    article.h1["id"] = anchor(chapter.name)


def anchor(page: str, name: str = "") -> str:
    """Return the anchor in the whole book of a page, or of an anchor of it."""
    return f"{page}--{name}" if name else page


def inside(page: str, source: str) -> str:
    """Return the address of a file of the site, seen from its top folder."""
    return source if urlsplit(source).scheme else normpath(urljoin(page, source))


def target(page: str, link: str, names: set[str], address: str) -> str:
    """Return where a link of a page leads to: in the PDF, on the site, or where it led before."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return link
    path = inside(page, parts.path) if parts.path else f"{page}.html"
    name = path.removesuffix(".html")
    if name in names:
        return f"#{anchor(name, unquote(parts.fragment))}"
    return urljoin(address, path) + (f"#{parts.fragment}" if parts.fragment else "")


def front(found: list[Chapter], config: dict, numbers: dict[str, int]) -> str:
    """Return title page and contents; a chapter without a number gets room for three digits."""
    parts: dict[str, list[str]] = {}
    for chapter in found:
        entry = ENTRY.format(
            anchor=anchor(chapter.name),
            title=escape(chapter.title),
            page=numbers.get(chapter.name, "000"),
        )
        parts.setdefault(chapter.part, []).append(entry)
    lists = [
        f"<h2>{escape(part)}</h2><ul>{''.join(entries)}</ul>"
        if part
        else f"<ul>{''.join(entries)}</ul>"
        for part, entries in parts.items()
    ]
    address = pages_address(config["repository"]["url"])
    return FRONT.format(
        title=escape(config["title"]),
        author=escape(config["author"]),
        logo=config["logo"].replace("book/", "", 1),
        about=f'The pages of <a href="{address}">{address}</a>, printed from one build.',
        parts="".join(lists),
    )


def styles(site: Path, page: str) -> str:
    """Return the links to the style sheets of a page, seen from the top folder."""
    links = read(site / f"{page}.html").select('link[rel="stylesheet"]')
    return "".join(
        f'<link rel="stylesheet" href="{escape(inside(page, link["href"]))}">' for link in links
    )


def first_pages(reader: PdfReader) -> dict[str, int]:
    """Return for each chapter, by its name, the page of a PDF where it begins, from 1."""
    return {
        name.removeprefix("/"): reader.get_destination_page_number(place) + 1
        for name, place in reader.named_destinations.items()
    }


def whole_book(site: Path, config: dict, toc: Path, *only: str) -> "WholeBook":
    """Return the book of a built site, ready to be printed; or, of its pages, those in `only`.

    Raises
    ------
    ValueError
        If the book has no page of a name in `only`.
    """
    outside = config["sphinx"]["config"].get("pages_outside_menu", [])
    found = chapters(site, toc, outside, only)
    names = {chapter.name for chapter in found}
    for chapter in found:
        prepare(chapter, names, pages_address(config["repository"]["url"]))
    return WholeBook(site, config, found)


@dataclass
class WholeBook:
    """All chapters of a site, which become one page and one PDF."""

    site: Path
    config: dict
    found: list[Chapter]

    def page(self, numbers: dict[str, int]) -> str:
        """Return the page with all articles; `numbers` are those of the first pages."""
        return PAGE.format(
            title=escape(self.config["title"]),
            style=STYLE.read_text(encoding="utf-8"),
            styles=styles(self.site, self.found[0].name),
            front=front(self.found, self.config, numbers),
            articles="".join(str(chapter.article) for chapter in self.found),
        )

    def write(self, file: Path) -> None:
        """Print the book twice: once to learn the numbers of the pages, once with them."""
        whole = self.site / WHOLE
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=OPTIONS)
            try:
                tab = browser.new_context(java_script_enabled=False).new_page()
                tab.set_default_timeout(600_000)
                numbers: dict[str, int] = {}
                for options in (A4, COMPLETE):
                    whole.write_text(self.page(numbers), encoding="utf-8")
                    tab.goto(whole.resolve().as_uri(), wait_until="load")
                    tab.pdf(path=file, **options)
                    numbers = first_pages(PdfReader(file))
            finally:
                browser.close()
                whole.unlink(missing_ok=True)


def main(site: str, file: str, *only: str) -> None:
    """Print the book of a site, or some of its pages, and say how long the file became."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    whole_book(Path(site), config, ROOT / "_toc.yml", *only).write(Path(file))
    print(f"{file}: {len(PdfReader(file).pages)} pages")


if __name__ == "__main__":
    main(*sys.argv[1:])
