"""Claims: what holds, what is shown and kept of it, what is refused."""

import math

import numpy as np
import pytest

from aeutils import claim
from aeutils.claims import MIME_TYPE, ClaimFailed, anchor


@pytest.fixture
def shown(monkeypatch):
    """The bundles that were displayed."""
    bundles = []

    def display(bundle, raw=False):
        assert raw, "without it the bundle would be shown as a dictionary"
        bundles.append(bundle)

    monkeypatch.setattr("IPython.display.display", display)
    return bundles


@pytest.mark.parametrize(
    ("left", "relation", "right", "options", "holds", "slack"),
    [
        (1.0, "<", 2.0, {}, True, 1.0),
        (2.0, "<", 2.0, {}, False, 0.0),
        (3.0, "<", 2.0, {}, False, -1.0),
        (3.0, ">", 2.0, {}, True, 1.0),
        (2.0, ">", 2.0, {}, False, 0.0),
        (1.0, ">", 2.0, {}, False, -1.0),
        (3.0, ">", 2.0, {"margin": 0.75}, True, 0.25),
        (3.0, ">", 2.0, {"margin": 1.0}, False, 0.0),
        (1.0, "<", 2.0, {"margin": 1.5}, False, -0.5),
        (1.0, "<", 2.0, {"margin": 0.5}, True, 0.5),
        (1.0, "about", 1.25, {"tolerance": 0.25}, True, 0.0),
        (1.25, "about", 1.0, {"tolerance": 0.5}, True, 0.25),
        (1.5, "about", 1.0, {"tolerance": 0.25}, False, -0.25),
        (0.5, "about", 1.0, {"tolerance": 0.25}, False, -0.25),
    ],
)
def test_relation_decides(shown, left, relation, right, options, holds, slack):
    claim("One is so to the other", left, relation, right, **options)
    [bundle] = shown
    kept = bundle[MIME_TYPE]
    assert kept["holds"] is holds
    assert kept["slack"] == pytest.approx(slack, abs=1e-12)
    assert (kept["left"], kept["relation"], kept["right"]) == (left, relation, right)
    assert kept["sentence"] == "One is so to the other"
    verdict = "does not hold in this run." if not holds else "holds."
    assert bundle["text/plain"].endswith(verdict)
    assert ("does not" in bundle["text/plain"]) is not holds
    assert ('class="aeutils-claim holds"' in bundle["text/html"]) is holds


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("relation", ["<", ">", "about"])
def test_what_is_not_finite_does_not_hold(shown, value, relation):
    tolerance = 1.0 if relation == "about" else None
    claim("It grows", value, relation, 0.0, tolerance=tolerance)
    claim("It grows", 0.0, relation, value, tolerance=tolerance)
    for bundle in shown:
        assert bundle[MIME_TYPE]["holds"] is False
        assert None in (bundle[MIME_TYPE]["left"], bundle[MIME_TYPE]["right"])


def test_reader_sees_sentence_numbers_and_verdict(shown):
    claim("PCA loses to <b>", np.float32(0.0125), ">", np.array([0.0025]), margin=0.001)
    claim("They tie", 0.5, "about", 0.51, tolerance=0.02)
    assert shown[0]["text/plain"] == ("PCA loses to <b>: 0.0125 > 0.0025 by more than 0.001 holds.")
    assert "PCA loses to &lt;b&gt;: <strong>0.0125 &gt; 0.0025" in shown[0]["text/html"]
    assert shown[1]["text/plain"] == "They tie: 0.5 is within 0.02 of 0.51 holds."
    assert f'id="{anchor("They tie")}"' in shown[1]["text/html"]
    assert anchor("They tie") != anchor("They differ")


def test_strict_run_stops_after_it_was_shown(shown, monkeypatch):
    claim("Two is less", 2, "<", 1)
    monkeypatch.setenv("AEUTILS_STRICT", "1")
    with pytest.raises(ClaimFailed, match="Two is less: 2 < 1 does not hold in this run."):
        claim("Two is less", 2, "<", 1)
    assert len(shown) == 2
    claim("One is less", 1, "<", 2)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (("", 1, "<", 2), {}, "sentence is ''"),
        (("It ends.", 1, "<", 2), {}, "without a full stop"),
        ((3, 1, "<", 2), {}, "sentence is 3"),
        (("It is", 1, "<=", 2), {}, "one of <, >, about"),
        (("It is", "much", "<", 2), {}, "left is 'much'"),
        (("It is", 1, "<", np.zeros(2)), {}, "right is array"),
        (("It is", 1, "<", [2, 3]), {}, "right is"),
        (("It is", None, "<", 2), {}, "left is None"),
        (("It is", 1, "<", 2), {"margin": -1}, "margin is -1"),
        (("It is", 1, "<", 2), {"margin": math.nan}, "margin is nan"),
        (("It is", 1, "<", 2), {"margin": math.inf}, "margin is inf"),
        (("It is", 1, "about", 2), {"tolerance": math.inf}, "tolerance is inf"),
        (("It is", 1, "<", 2), {"tolerance": 1}, "tolerance is for the relation 'about'"),
        (("It is", 1, "about", 2), {}, "'about' needs a positive number"),
        (("It is", 1, "about", 2), {"tolerance": 0}, "'about' needs a positive number"),
        (("It is", 1, "about", 2), {"tolerance": 1, "margin": 1}, "margin is for"),
    ],
)
def test_what_makes_no_sense_is_refused(shown, arguments, options, message):
    with pytest.raises(ValueError, match=message):
        claim(*arguments, **options)
    assert not shown


def test_anchor_stays_the_same_from_build_to_build():
    """Links of readers point to it. The sum is that of `printf 'They tie' | sha256sum`."""
    assert anchor("They tie") == "claim-c21153ec"
