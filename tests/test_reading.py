"""How long pages take to read, and a plan of them that leaves out no chapter."""

import pickle
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from contract_cells import BOOK, contents
from nbformat.v4 import new_output
from sphinx.errors import ExtensionError
from tiny_site import build_site

from tools import reading

COURSE = (BOOK / "course.md").read_text("utf-8")
ROW = re.compile(r"^\|(.*)\|$", re.MULTILINE)
LINK = re.compile(r"\[\]\(([\w-]+)\.ipynb\)")
ROLE = re.compile(r"\{reading\}`([^`]*)`")
WORDS = " ".join(["word"] * 2000)
PLAN = "# Plan\n\n| one | both |\n| --- | --- |\n| {reading}`long` | {reading}`long short two` |\n"


def table_and_text(lines):
    """The output of a cell in two forms, of which the page shows one."""
    text = "line\n" * lines
    data = {"text/plain": text, "text/html": f"<pre>{text}</pre>"}
    return [new_output("execute_result", data, execution_count=1)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    pages = {"plan": PLAN, "long": f"# Long\n\n{WORDS}", "short": "# Short\n\nA word."}
    return build_site(tmp_path_factory.mktemp("root"), pages, {"two": table_and_text(200)})


@pytest.fixture(scope="module")
def page(folder):
    return BeautifulSoup((folder / "plan.html").read_text("utf-8"), "html.parser")


def test_times_are_added(page):
    """The output that is not shown would add ten minutes."""
    assert [cell.get_text() for cell in page.select("td")] == ["10 minutes", "20 minutes"]


def test_page_that_is_none(tmp_path):
    with pytest.raises(ExtensionError, match="book/none is no page of this book"):
        build_site(tmp_path, {"plan": "# Plan\n\n{reading}`none`", "a": "# A"}, {})


@pytest.mark.parametrize(
    ("total", "words"),
    [(5, "5 minutes"), (60, "1 hour"), (105, "1 hour 45 minutes"), (121, "2 hours 1 minute")],
)
def test_hours_and_minutes(total, words):
    assert reading.in_words(total) == words


def test_a_plan_is_written_at_each_build(folder):
    """Its source stays the same when a chapter grows."""
    environment = folder.parents[1] / "trees" / "environment.pickle"
    env = pickle.loads(environment.read_bytes())
    assert [Path(page).name for page in reading.pages_with_times(None, env)] == ["plan"]


def section(title):
    """Text of a section of the page about the course."""
    return COURSE.split(f"\n## {title}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("title", ["Two hours", "A week", "A semester"])
def test_a_row_gives_the_time_of_what_it_names(title):
    rows = [(LINK.findall(row), ROLE.findall(row)) for row in ROW.findall(section(title))]
    rows = [(links, times) for links, times in rows if links]
    assert len(rows) >= 2
    assert [times for _, times in rows] == [[" ".join(links)] for links, _ in rows]


def test_the_semester_has_each_chapter_once():
    chapters = [page.partition("/")[2] for page in contents()]
    chapters = [name for name in chapters if (BOOK / f"{name}.ipynb").is_file()]
    assert sorted(LINK.findall(section("A semester"))) == sorted(set(chapters) - {"template"})


@pytest.mark.parametrize("title", re.findall(r"^## (Project .*)$", COURSE, re.MULTILINE))
def test_each_project_has_a_rubric(title):
    head, _, *rows = [line.split("|")[1:-1] for line in section(title).splitlines() if "|" in line]
    assert [cell.strip() for cell in head] == ["", "not yet", "sound", "strong"]
    assert len(rows) >= 5
    assert all(len(row) == 4 and all(map(str.strip, row)) for row in rows)


def test_there_are_two_projects():
    assert COURSE.count("\n## Project ") == 2
