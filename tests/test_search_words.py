"""Words of `_config.yml` become entries of the index in the sections that they name."""

import pytest
import yaml
from contract_cells import ROOT
from docutils import nodes
from docutils.utils import new_document
from sphinx import addnodes
from sphinx.errors import ExtensionError

from tools.search_words import enter_words


def make_page() -> nodes.document:
    document = new_document("page.md")
    for name in ("first", "second"):
        section = nodes.section(ids=[name])
        section += nodes.title(text=name)
        section += nodes.paragraph(text="Text.")
        document += section
    return document


def test_a_word_is_entered_below_the_heading_of_its_section():
    page = make_page()
    enter_words(page, {"out of memory": "second"})
    (entry,) = page.findall(addnodes.index)
    assert entry["entries"] == [("single", "out of memory", "second", "main", None)]
    assert entry.parent["ids"] == ["second"]
    assert entry.parent.index(entry) == 1


def test_a_page_without_words_stays_as_it_is():
    page = make_page()
    enter_words(page, {})
    assert page.pformat() == make_page().pformat()


def test_an_anchor_that_is_not_there_is_named():
    with pytest.raises(ExtensionError, match="#third.*first, second"):
        enter_words(make_page(), {"NaN": "third"})


def test_the_words_of_the_book_belong_to_its_pages():
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    words = config["sphinx"]["config"]["search_words"]
    assert all(list(ROOT.glob(f"{page}.*")) for page in words)
    assert len({word.lower() for page in words.values() for word in page}) == sum(
        len(page) for page in words.values()
    )
