"""The scoreboard: ratios, order and missing values of planted results, and a page built of them."""

import math
import re
import xml.etree.ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_output
from tiny_site import build_site

from aeutils.results import MIME_TYPE, Result
from tools.scoreboard import count, gain, lines_of, rows_of, times
from tools.scoreboard_picture import Axis, Line, picture

SVG = "{http://www.w3.org/2000/svg}"


def result(**changes):
    """A result that halves the error of its baseline and has no published value."""
    fields = {
        "metric": "error",
        "value": 2.0,
        "unit": "squared error",
        "better": "lower",
        "at_full_scale": None,
        "band": (1.0, 3.0),
        "baseline": 4.0,
        "baseline_name": "mean image",
        "published": None,
        "published_source": None,
    }
    return Result(**fields | changes)


def report(chapter, *results, **session):
    """The report of a chapter as `aeutils.results` leaves it in an output."""
    entries = [r.__dict__ | {"verdict": r.verdict} for r in results]
    run = {"scale": "small", "backend": "jax", "device": "2 planted cores", "seed": 7}
    return {"chapter": chapter, **run, **session, "results": entries}


@pytest.mark.parametrize(
    ("better", "value", "reference", "expected"),
    [
        ("lower", 2.0, 4.0, 2.0),
        ("lower", 4.0, 1.0, 0.25),
        ("higher", 0.9, 0.6, 1.5),
        ("higher", 0.3, 0.6, 0.5),
        ("closer", 0.1, 0.1, 1.0),
        ("closer", 0.2, 0.1, 0.5),
        ("closer", 0.05, 0.1, 0.5),
    ],
)
def test_gain_is_above_one_where_the_run_is_better(better, value, reference, expected):
    assert gain(result(better=better, value=value), reference) == pytest.approx(expected)


@pytest.mark.parametrize("better", ["lower", "higher", "closer"])
@pytest.mark.parametrize(
    ("value", "reference"),
    [
        (1.0, None),
        (1.0, 0.0),
        (0.0, 1.0),
        (0.0, 0.0),
        (-200.0, -100.0),
        (-1.0, 2.0),
        (1.0, -2.0),
        (math.nan, 1.0),
        (math.inf, 1.0),
    ],
)
def test_no_gain_where_a_ratio_says_nothing(better, value, reference):
    assert gain(result(better=better, value=value), reference) is None


def test_no_gain_for_a_log_density():
    assert gain(result(unit="nats per image, a log density", better="higher"), 1.0) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0.978, "0.98"),
        (1, "1.00"),
        (99.5, "99.50"),
        (19024.4, "19024"),
        (2e6, "2e+06"),
    ],
)
def test_gains_are_short(value, text):
    assert times(value) == text


def test_caption_counts_what_is_as_good_to_two_decimals():
    values = [2.0, 4.019, 4.021, 8.0]  # over a baseline of 4: twice as good, 0.995, 0.9948, half
    rows = rows_of({"book/a": report("a", *(result(value=v) for v in values))})
    rows += rows_of({"book/b": report("b", result(baseline=None, published=1.0))})
    said = count(rows, "small")
    assert said.startswith(
        "At the small scale 2 of 4 metrics are at least as good as their baseline "
    )
    assert said.endswith(" 0 of 1 metrics are at least as good as their published value.")


def test_picture_leaves_out_what_cannot_be_compared():
    results = [result(metric="a"), result(metric="b", baseline=None), result(metric="c", value=0.0)]
    assert [line.metric for line in lines_of(rows_of({"book/x": report("x", *results)}))] == ["a"]


def marks(svg):
    """Place and shape of each mark with a tooltip: (text, x, y, tag)."""
    found = []
    for group in ET.fromstring(svg).iter("g"):
        shape = group[1]
        x, y = map(float, re.findall(r"[\d.]+", shape.get("transform")))
        found.append((group[0].text, x, y, shape.get("class"), shape.get("d")))
    return found


def test_marks_stand_where_the_gain_is():
    lines = [
        Line("a", "m", 4.0, "PCA <1>", 0.5, "Some & Other 2006"),
        Line("b", "n", 1, "", None, ""),
    ]
    axis = Axis.of([4.0, 0.5, 1])
    assert (axis.low, axis.high) == (-1, 2)
    first, second, third = marks(picture(lines, 'A "planted" picture'))
    assert first[0] == "a, m: 4 times as good as baseline (PCA <1>)"
    assert (first[1], first[3]) == (pytest.approx(axis.x(2), abs=0.1), "baseline")
    assert second[0] == "a, m: 0.5 times as good as published (Some & Other 2006)"
    assert (second[1], second[3]) == (pytest.approx(axis.x(-1), abs=0.1), "published")
    assert third[1] == pytest.approx(axis.x(0), abs=0.1)
    assert first[2] == second[2] < third[2]
    assert axis.x(-1) < axis.x(0) < axis.x(2)


def test_far_gains_become_arrows_at_the_edge():
    lines = [Line("a", "m", 1e6, "", 1e-6, ""), Line("a", "n", 16.0, "", None, "")]
    right, left, exact = marks(picture(lines, "planted"))
    axis = Axis.of([1e6, 1e-6])
    assert (axis.low, axis.high) == (-4, 4)
    assert (right[1], left[1]) == (
        pytest.approx(axis.x(4), abs=0.1),
        pytest.approx(axis.x(-4), abs=0.1),
    )
    assert right[4].startswith("M5 ") and left[4].startswith("M-5 ")
    assert exact[4] is None


def test_picture_says_what_it_shows():
    drawn = ET.fromstring(picture([Line("a", "m", 2.0, "", None, "")], 'Less < "more"'))
    assert drawn.get("role") == "img" and drawn.get("aria-label") == 'Less < "more"'


@pytest.mark.parametrize("lines", [[], [Line("a", "m", 0.0, "", None, "")]])
def test_picture_refuses_what_it_cannot_draw(lines):
    with pytest.raises(ValueError, match="lines must hold"):
        picture(lines, "planted")


SECOND = report(
    "second",
    result(metric="log", value=-100.0, baseline=-120.0, better="higher", band=None),
    result(metric="score", value=0.9, baseline=0.6, published=0.8, better="higher"),
    result(metric="bare", value=5.0, baseline=None, baseline_name=None),
)
FIRST = report("first", result(published=1.0, published_source="Planted 2006"))


def output(results):
    """The output of a cell that reports."""
    return new_output("display_data", data={MIME_TYPE: results, "text/plain": "planted"})


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The pages of a book of three executed notebooks, one of which reports nothing."""
    text = "# Scoreboard\n\n```{scoreboard-picture}\n```\n\n```{scoreboard}\n```\n"
    # The order of the book is neither that of the names nor that of the cache.
    notebooks = {"second": [output(SECOND)], "silent": [], "first": [output(FIRST)]}
    return build_site(tmp_path_factory.mktemp("root"), {"board": text}, notebooks)


@pytest.fixture(scope="module")
def page(site):
    """The page with the scoreboard."""
    return read_page(site, "board")


def read_page(site, name):
    """A page as a tree of elements."""
    return BeautifulSoup((site / f"{name}.html").read_text("utf-8"), "html.parser")


def table_rows(page):
    """Text of each cell of the table."""
    rows = page.select("table.scoreboard tbody tr")
    return [[" ".join(cell.get_text(" ").split()) for cell in row.select("td")] for row in rows]


def test_a_row_for_every_metric_in_the_order_of_the_book(page):
    order = [(row[0], row[1].split()[0]) for row in table_rows(page)]
    second = [("The second chapter", name) for name in ("log", "score", "bare")]
    assert order == [*second, ("The first chapter", "error")]


def test_rows_show_value_references_gains_and_verdict(page):
    log, score, bare, error = table_rows(page)
    assert error[1] == "error squared error; lower is better"
    assert error[2:] == [
        "2.000",
        "4.000 mean image",
        "2.00",
        "1.000 Planted 2006",
        "0.50",
        "in band",
    ]
    assert score[2:] == ["0.9000", "0.6000 mean image", "1.50", "0.8000", "1.12", "below"]
    assert log[2:] == ["-100.0", "-120.0 mean image", "–", "–", "–", "no reference"]
    assert bare[2:] == ["5.000", "–", "–", "–", "–", "above"]


def test_chapters_are_linked(page):
    links = [cell["href"] for cell in page.select("table.scoreboard td:first-child a")]
    assert links == ["second.html"] * 3 + ["first.html"]


def test_what_it_ran_on_stands_above(page):
    [line] = page.select(".scoreboard-run")
    assert line.text == "Scale: small; backend: jax; device: 2 planted cores; seed: 7."
    assert "scoreboard" in line.find_next("table")["class"]


def test_picture_and_caption_are_on_the_page(page):
    [svg] = page.select("figure.scoreboard-picture svg")
    assert len(svg.select("g")) == 4
    caption = page.select_one("figure.scoreboard-picture figcaption").text
    assert "2 of 2 metrics are at least as good as their baseline and 1 of 2" in caption
    assert caption.endswith("without a line: 2.")
    assert "2 of 2 metrics are at least as good" in svg["aria-label"]


def test_script_is_loaded_on_its_page_alone(site):
    scripts = 'script[src*="scoreboard.js"][defer]'
    loads = {name: len(read_page(site, name).select(scripts)) for name in ("board", "first")}
    assert loads == {"board": 1, "first": 0}
