"""The scoreboard: standings, shares and missing values of planted results, and a page of them."""

import re
import xml.etree.ElementTree as ET
from copy import deepcopy

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_output
from tiny_site import build_site

from aeutils.results import MIME_TYPE
from tools import scoreboard
from tools.scoreboard import Row, count, lines_of, rows_of, standing
from tools.scoreboard_picture import LEFT, RIGHT, Line, Mark, picture, x_of

SVG = "{http://www.w3.org/2000/svg}"
ERROR = {
    "unit": "squared error",
    "better": "lower",
    "small": {"value": 2.0, "band": [1.0, 3.0]},
    "full": {"value": 1.5, "band": [1.4, 1.6]},
    "null": {"name": "zero", "small": 8.0, "full": 10.0},
    "best": 0,
    "baseline": {"name": "mean image", "small": 4.0, "full": 3.0},
    "published": {"value": 1.0, "source": "Planted 2006"},
}
REFERENCE = {
    "first": {"error": ERROR},
    "second": {
        "score": {
            "unit": "share",
            "better": "higher",
            "small": {"value": 0.9, "band": [0.85, 0.95]},
            "full": {"value": 0.95, "band": [0.9, 1.0]},
            "null": {"name": "guess", "small": 0.5, "full": 0.5},
            "best": 1,
            "baseline": {"name": "pixels", "small": 0.6},
            "published": {"value": 0.92, "source": "Planted 2007", "unlike": "other images"},
        },
        "bare": {"unit": "nats", "better": "closer", "small": {"value": 5.0, "band": [4, 6]}},
        "check": {"unit": "none", "better": "lower", "scoreboard": False},
    },
}


def row(scale="small", value=2.0, **changes):
    """The row of a result that halves the error of its baseline."""
    entry = {key: entry for key, entry in (ERROR | changes).items() if entry is not None}
    return Row("book/a", scale, "error", value, "in band", entry)


def report(chapter, values, **session):
    """The report of a chapter as `aeutils.results` leaves it in an output."""
    entries = [{"metric": m, "value": v, "verdict": "in band"} for m, v in values.items()]
    run = {"scale": "small", "backend": "jax", "device": "2 planted cores", "seed": 7}
    return {"chapter": chapter, **run, **session, "results": entries}


@pytest.fixture(scope="module", autouse=True)
def reference():
    """Put planted tables in the place of the book's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scoreboard, "load_reference", lambda: deepcopy(REFERENCE))
        yield


@pytest.mark.parametrize(
    ("better", "reference", "expected"),
    [
        ("lower", 4.0, "ahead"),
        ("lower", 3.0, "level"),
        ("lower", 1.0, "level"),
        ("lower", 0.9, "behind"),
        ("higher", 0.9, "ahead"),
        ("higher", 2.0, "level"),
        ("higher", 3.1, "behind"),
        ("closer", 2.0, "level"),
        ("closer", 0.9, "behind"),
        ("closer", 3.1, "behind"),
    ],
)
def test_the_whole_band_has_to_be_better(better, reference, expected):
    assert standing([1.0, 3.0], reference, better) == expected


def test_a_baseline_is_compared_at_the_scale_of_the_run():
    assert row().against_baseline == "ahead"
    assert row(small={"value": 4.0, "band": [3.5, 4.5]}).against_baseline == "level"
    assert row("full", small={"value": 4.0, "band": [3.5, 4.5]}).against_baseline == "ahead"
    assert row(baseline={"name": "mean image", "full": 3.0}).against_baseline is None


@pytest.mark.parametrize("scale", ["small", "full"])
def test_a_published_value_is_compared_at_full_scale(scale):
    assert row(scale).against_published == "behind"
    assert row(scale, small={"value": 0.5, "band": [0.4, 0.6]}).against_published == "behind"
    assert row(scale, full={"value": 1.0, "band": [0.9, 1.1]}).against_published == "level"
    assert row(scale, full=None).against_published is None


def test_what_measures_something_else_is_not_compared():
    other = {"value": 1.0, "source": "Planted 2006", "unlike": "on training data"}
    assert row(published=other).against_published is None
    [line] = lines_of([row(published=other)])
    assert line.published.share is None and line.full.share == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("best", "value", "scale", "missed"),
    [
        (0, 2.0, "small", 0.25),
        (0, 2.0, "full", 0.2),
        (1, 8.0, "small", 1.0),
        (3, 2.0, "full", None),
    ],
)
def test_the_share_missed_is_counted_from_the_best_to_nothing(best, value, scale, missed):
    expected = -1 / 7 if missed is None else missed
    assert row(best=best).missed(value, scale) == pytest.approx(expected)


@pytest.mark.parametrize("absent", ["best", "null"])
def test_no_share_where_the_possible_is_not_known(absent):
    assert row(**{absent: None}).missed(2.0, "small") is None
    assert list(lines_of([row(**{absent: None})])) == []


def test_caption_counts_standings():
    level = {"value": 4.0, "band": [3.5, 4.5]}
    said = count([row(), row(), row(small=level), row(baseline=None)])
    assert said.startswith("Against the baselines of this scale: 2 ahead, 1 level, 0 behind. ")
    assert said.endswith("Against published values, at full scale: 0 ahead, 0 level, 4 behind.")


def test_checks_and_metrics_of_old_runs_have_no_row():
    rows = rows_of({"book/second": report("second", {"bare": 5.0, "check": 0.0, "gone": 1.0})})
    assert [one.metric for one in rows] == ["bare"]


def marks(svg):
    """Text, place, class and path of each mark with a tooltip."""
    found = []
    for group in ET.fromstring(svg).iter("g"):
        shape = group[1]
        x, y = map(float, re.findall(r"[\d.]+", shape.get("transform")))
        found.append((group[0].text, x, y, shape.get("class"), shape.get("d")))
    return found


def test_marks_stand_where_the_share_is():
    full, published = Mark(0.5), Mark(0.125, "Some & Other 2006")
    lines = [
        Line("a", "m", Mark(0.25), Mark(0.75, "PCA <1>"), full, published),
        Line("b", "n", Mark(0.0)),
    ]
    drawn = picture(lines, 'A "planted" picture')
    run, baseline, ours, theirs, alone = marks(drawn)
    assert baseline[0] == "a, m: its baseline (PCA <1>) misses 75.0%"
    assert theirs[0] == "a, m: published (Some & Other 2006) misses 12.5%"
    assert [m[3] for m in (run, baseline, ours, theirs)] == ["run", "baseline", "full", "published"]
    for mark, share in ((run, 0.25), (baseline, 0.75), (ours, 0.5), (theirs, 0.125), (alone, 0)):
        assert mark[1] == pytest.approx(LEFT + share * (RIGHT - LEFT), abs=0.1)
    assert run[2] == baseline[2] < ours[2] == theirs[2] < alone[2]
    gaps = [line for line in ET.fromstring(drawn).iter("line") if line.get("class") == "gap"]
    assert len(gaps) == 2, "a line joins the two marks of a comparison"


def test_shares_beyond_the_edge_become_arrows():
    left, right, exact = marks(
        picture([Line("a", "m", Mark(-0.1), Mark(1.2)), Line("a", "n", Mark(1.0))], "planted")
    )
    assert (left[1], right[1]) == (pytest.approx(x_of(0)), pytest.approx(x_of(1)))
    assert left[4].startswith("M-4.5 ") and right[4].startswith("M4.5 ")
    assert exact[4] is None


def test_picture_says_what_it_shows():
    drawn = ET.fromstring(picture([Line("a", "m", Mark(0.5))], 'Less < "more"'))
    assert drawn.get("role") == "img" and drawn.get("aria-label") == 'Less < "more"'


def test_picture_refuses_what_it_cannot_draw():
    with pytest.raises(ValueError, match="lines must hold"):
        picture([], "planted")


SECOND = report("second", {"score": 0.9, "bare": 5.0, "check": 0.0})
FIRST = report("first", {"error": 2.0})


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
    second = [("The second chapter", name) for name in ("score", "bare")]
    assert order == [*second, ("The first chapter", "error")]


def test_rows_show_values_shares_and_standings(page):
    score, bare, error = table_rows(page)
    assert error[1] == "error squared error; lower is better"
    assert error[2:] == [
        "2.000 misses 25.0%",
        "4.000 mean image; misses 50.0%",
        "ahead",
        "1.500 misses 15.0%",
        "1.000 Planted 2006; misses 10.0%",
        "behind",
        "in band",
    ]
    assert score[2:5] == ["0.9000 misses 20.0%", "0.6000 pixels; misses 80.0%", "ahead"]
    assert score[6:8] == ["0.9200 Planted 2007; other images", "–"]
    assert bare[2:] == ["5.000", "–", "–", "–", "–", "–", "in band"]


def test_chapters_are_linked(page):
    links = [cell["href"] for cell in page.select("table.scoreboard td:first-child a")]
    assert links == ["second.html"] * 2 + ["first.html"]


def test_what_it_ran_on_stands_above(page):
    [line] = page.select(".scoreboard-run")
    assert line.text == "Scale: small; backend: jax; device: 2 planted cores; seed: 7."
    assert "scoreboard" in line.find_next("table")["class"]


def test_picture_and_caption_are_on_the_page(page):
    [svg] = page.select("figure.scoreboard-picture svg")
    assert len(svg.select("g")) == 7
    caption = page.select_one("figure.scoreboard-picture figcaption").text
    counts = "Against the baselines of this scale: 2 ahead, 0 level, 0 behind."
    assert counts in caption and counts in svg["aria-label"]
    assert caption.endswith("without a line: 1.")


def test_script_is_loaded_on_its_page_alone(site):
    scripts = 'script[src*="scoreboard.js"][defer]'
    loads = {name: len(read_page(site, name).select(scripts)) for name in ("board", "first")}
    assert loads == {"board": 1, "first": 0}
