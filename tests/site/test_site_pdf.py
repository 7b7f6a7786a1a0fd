"""The book as one PDF: all pages made ready, and some of them printed, since all take minutes."""

import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader
from site_pages import ROOT

from tools.pdf import WholeBook, first_pages, whole_book

SOME = ("intro", "kl-and-elbo", "vae", "glossary")
CONTENTS_BEFORE = 5  # pages that title and contents take at most


@pytest.fixture(scope="module")
def book(site: Path, config: dict) -> WholeBook:
    return whole_book(site, config, ROOT / "_toc.yml")


@pytest.fixture(scope="module")
def some(site: Path, config: dict) -> WholeBook:
    return whole_book(site, config, ROOT / "_toc.yml", *SOME)


@pytest.fixture(scope="module")
def printed(site: Path, tmp_path_factory: pytest.TempPathFactory) -> PdfReader:
    # In a process of its own: the browser of the other tests is driven by this one.
    file = tmp_path_factory.mktemp("pdf") / "book.pdf"
    command = [sys.executable, "-m", "tools.pdf", site.resolve(), file, *SOME]
    subprocess.run(command, check=True, cwd=ROOT)
    return PdfReader(file)


def test_a_bookmark_leads_to_each_chapter(some: WholeBook, printed: PdfReader) -> None:
    pages = first_pages(printed)
    marks = {
        " ".join(mark.title.split()): printed.get_destination_page_number(mark) + 1
        for mark in printed.outline
        if not isinstance(mark, list)
    }
    expected = {chapter.title: pages[chapter.name] for chapter in some.found}
    assert {title: marks.get(title) for title in expected} == expected
    for title, page in expected.items():
        text = "".join(printed.pages[page - 1].extract_text().split())
        assert "".join(title.split())[:30] in text, title


def test_the_contents_name_the_page_of_each_chapter(some: WholeBook, printed: PdfReader) -> None:
    pages = first_pages(printed)
    front = "".join(page.extract_text() for page in printed.pages[1:CONTENTS_BEFORE])
    text = "".join(front.split())
    for chapter in some.found:
        entry = "".join(chapter.title.split()) + str(pages[chapter.name])
        assert entry in text, entry


def test_the_solutions_are_printed(book: WholeBook) -> None:
    for chapter in book.found:
        closed = [one for one in chapter.article.select("details") if "open" not in one.attrs]
        assert closed == []


def test_links_lead_inside(printed: PdfReader) -> None:
    inside = [
        annotation.get_object()
        for page in printed.pages
        for annotation in page.get("/Annots", [])
        if "/Dest" in annotation.get_object()
    ]
    assert len(inside) > len(first_pages(printed))
