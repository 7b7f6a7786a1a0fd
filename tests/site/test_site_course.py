"""The times of the course are those that the chapters show."""

import re
from functools import cache
from pathlib import Path

from bs4.element import Tag

from tools.reading import in_words
from tools.tidy import read


@cache
def article(file: Path) -> Tag:
    """Return what a page says, as a tree."""
    return read(file).article


def test_a_row_adds_what_stands_at_the_top_of_its_chapters(site: Path) -> None:
    rows = [row.select("td") for row in article(site / "book" / "course.html").select("tbody tr")]
    rows = [row for row in rows if row[1].select('a[href$=".html"]')]
    assert len(rows) > 20
    for _, chapters, time, _ in rows:
        tops = [
            article(site / "book" / a["href"]).select_one(".where").get_text()
            for a in chapters.select("a")
        ]
        found = [int(re.search(r"(\d+) minutes to read", top)[1]) for top in tops]
        assert time.get_text(strip=True) == in_words(sum(found)), chapters.get_text()


def test_the_short_path_fits_into_its_title(site: Path) -> None:
    path = article(site / "book" / "course.html").select_one("section#two-hours").get_text()
    found = re.search(r"Together: (\d+) hours?(?: (\d+) minutes)?", path)
    assert 60 * int(found[1]) + int(found[2] or 0) <= 120
