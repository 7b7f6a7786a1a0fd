"""The table of a check-up, as text and as HTML, and the list of checks."""

import re

import pytest

from aeutils.checkup import findings
from aeutils.checkup.findings import CHECKS, Finding, Report, fine, look, register, wrong


def finding(verdict, key="mean_error", advice=""):
    measured = "0.3 < 0.5 & more"
    return Finding(key, "Error", measured, verdict, advice, "pitfalls.ipynb#error-32-accuracy")


REPORT = Report(
    [finding("fine", "one"), finding("wrong", "two", "Do <this>."), finding("look", "three", "x")],
    ["Rate: not asked (ValueError: a < b)."],
)


def test_order_and_count():
    assert [f.verdict for f in REPORT.findings] == ["wrong", "look", "fine"]
    assert repr(REPORT) == "Report(1 wrong, 1 look, 1 fine)"
    assert REPORT.summary == "3 checks: 1 wrong, 1 to look at, 1 fine."


def test_by_key():
    assert REPORT["one"].verdict == "fine"
    with pytest.raises(KeyError, match="four"):
        REPORT["four"]


def test_text():
    lines = str(REPORT).splitlines()
    assert lines[0] == "wrong  Error: 0.3 < 0.5 & more"
    assert lines[1].strip() == "Do <this>. See book/pitfalls.ipynb#error-32-accuracy."
    assert max(map(len, lines)) <= 100
    assert lines[-1] == REPORT.summary and lines[-2].startswith("Rate")


def test_long_lines_are_broken():
    long = Report([finding("look", "one", "word " * 60)], [])
    long.findings[0] = Finding("one", "Error", "number " * 40, "look", "word " * 60, "vae.ipynb")
    assert max(map(len, str(long).splitlines())) <= 100


def test_html():
    page = REPORT._repr_html_()
    assert "<this>" not in page and "0.3 &lt; 0.5 &amp; more" in page and "a &lt; b" in page
    assert page.count("<tr") == 4 and '<tr class="wrong">' in page
    assert 'href="pitfalls.html#error-32-accuracy"' in page
    # On a phone each cell stands below the other and says which column it is of.
    assert len(re.findall(r'<td data-label="(?:check|measured|verdict|what to do)"', page)) == 12


def test_outcomes():
    assert [f("m", *a).verdict for f, a in ((fine, ()), (look, "a"), (wrong, "a"))] == [
        "fine",
        "look",
        "wrong",
    ]


def test_a_key_that_is_taken():
    register("only here", "Title", "vae.ipynb")(lambda subject: None)
    try:
        with pytest.raises(ValueError, match="choose another key"):
            register("only here", "Title", "vae.ipynb")
    finally:
        CHECKS.pop()


def test_a_check_that_is_entered():
    def ask(subject):
        return None

    try:
        assert register("only now", "Title", "vae.ipynb")(ask) is ask
        assert CHECKS[-1].ask is ask and "ask" not in repr(CHECKS[-1])
    finally:
        CHECKS.pop()


def test_a_line_ends_at_a_word_and_goes_on_below_its_title():
    words = "well-known " * 12
    advice = findings._as_text(
        Finding("one", "Error", words, "look", "x" * 11 + " " + words, "vae.ipynb")
    )
    assert advice.splitlines() == [
        "look   Error: " + " ".join(["well-known"] * 5),
        " " * 7 + " ".join(["well-known"] * 6),
        " " * 7 + "well-known",
        " " * 7 + "x" * 11 + " " + " ".join(["well-known"] * 5),
        " " * 7 + " ".join(["well-known"] * 6),
        " " * 7 + "well-known  See book/vae.ipynb.",
    ]


@pytest.mark.parametrize("length, lines", [(64, 1), (65, 2)])
def test_a_line_has_78_characters(length, lines):
    text = findings._as_text(
        Finding("one", "Error", "x " * (length // 2 - 1) + "y" * (2 + length % 2), "look", "", "")
    )
    assert len(text.splitlines()) == lines


def test_page_and_section_in_words():
    assert findings._place("vae.ipynb#what-it-costs") == "vae: what it costs"
    assert findings._place("glossary.md") == "glossary"
