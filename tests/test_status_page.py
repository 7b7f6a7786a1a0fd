"""The page about a build: run times that add up, and the versions of all that may have computed."""

import pytest
from bs4 import BeautifulSoup
from tiny_site import build_site

from tools import book_extension

TEXT = "# Status\n\n```{run-times}\n```\n\n```{machine}\n```\n"
VERSIONS = {"tensorflow-cpu": "2.9", "jax": "0.7", "jaxlib": "0.8", "keras": "3.1"}


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The page of a book of two notebooks, built on TensorFlow with JAX beside it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_BACKEND", "tensorflow")
        patch.setattr(book_extension, "version_of", VERSIONS.get)
        site = build_site(tmp_path_factory.mktemp("root"), {"status": TEXT}, {"one": [], "two": []})
    return BeautifulSoup((site / "status.html").read_text("utf-8"), "html.parser")


def rows(page, name):
    """Text of each cell of a table."""
    found = page.select(f"table.{name} tbody tr")
    return [[cell.get_text().strip() for cell in row.select("td")] for row in found]


def test_the_last_line_is_the_sum(page):
    *notebooks, last = rows(page, "run-times")
    assert sorted(row[:2] for row in notebooks) == [
        ["The one chapter", "1.0"],
        ["The two chapter", "1.0"],
    ]
    assert last[:2] == ["Sum of the times above", "2.0"]


def test_each_backend_that_can_have_computed_has_its_version(page):
    shown = dict(rows(page, "machine"))
    assert shown["Backend"] == "tensorflow"
    assert shown["tensorflow-cpu"] == "2.9" and shown["keras"] == "3.1"
    for package in ("jax", "jaxlib"):
        assert (
            shown[package] == f"{VERSIONS[package]}, for what a chapter computes with jax by name"
        )
    assert "tensorflow" not in shown, "what is not installed has no line"
