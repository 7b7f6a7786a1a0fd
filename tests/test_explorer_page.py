"""The page of an explorer: whole, the same in each run, not too large."""

import html
import json
import re

import numpy as np
import pytest
from bs4 import BeautifulSoup

from aeutils.explorer.page import MOST, make_explorer

STILL = np.eye(4, dtype="float32")


def make(**data):
    return make_explorer("walk", {"title": "A title", **data}, STILL, 'Four "dots" & more')


def test_the_still_picture_stands_for_readers_without_scripts():
    made = make()
    page = BeautifulSoup(made._repr_html_(), "html.parser")
    [image] = page.select("div.aeutils-explorer[data-kind=walk] > img")
    assert image["alt"] == 'Four "dots" & more' and html.escape(image["alt"]) in made.page
    assert (image["width"], image["height"]) == ("4", "4")
    assert image["src"].startswith("data:image/png;base64,")
    assert repr(made) == 'To touch, where scripts are on: Four "dots" & more'


def test_the_page_is_complete_and_asks_for_nothing():
    page = BeautifulSoup(make().page, "html.parser")
    [script] = page.select("script")
    assert not script.attrs
    assert "function begin(" in script.text and "function walk(" in script.text
    assert not re.search(r"https?:|\bfetch\(|XMLHttp|import\s*\(|@import|url\(", make().page)


def test_a_name_follows_from_the_data():
    names = [re.search(r'data-explorer="(.+?)"', make(size=n).page)[1] for n in (1, 1, 2)]
    assert names[0] == names[1] != names[2]
    assert f'begin("{names[0]}", walk, ' in make(size=1).page


def test_data_cannot_end_the_script():
    made = make(text="</script><b>")
    assert made.page.count("</script>") == 1
    last = made.page.splitlines()[-3].removesuffix(");")
    assert json.loads(last[last.index('{"title') :]) == made.data
    assert made.data["text"] == "</script><b>"


def test_data_cannot_begin_another_script():
    made = make(text="<!--<script>")
    assert "<!--" not in made.page and made.page.count("<script") == 1
    assert made.data["text"] == "<!--<script>"


def test_a_page_that_is_too_large_is_refused():
    small = len(make(text="").page.encode())
    assert len(make(text="a" * (MOST - small)).page.encode()) == MOST
    with pytest.raises(ValueError, match=r"has 300,001 bytes.*fewer images"):
        make(text="a" * (MOST - small + 1))
