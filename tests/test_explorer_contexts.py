"""Units at words and contexts of units: what the page holds, and what does not fit."""

import json
from importlib import resources

import numpy as np
import pytest
import quickjs

from aeutils.explorer import contexts
from aeutils.explorer.contexts import DOT, units
from aeutils.explorer.networks import as_array

SCRIPT = resources.files("aeutils.explorer").joinpath("units.js").read_text(encoding="utf-8")
RNG = np.random.default_rng(0)
N, COUNT = 40, 7
CODES = np.maximum(RNG.normal(size=(N, COUNT)), 0).astype("float32") * 5
CODES[:, 6] = 0
CODES[12:15] = 0
CODES[12, 3] = 2
TOKENS = [f" w{n}" if n % 3 else f"w{n}" for n in range(N)]
DOCUMENTS = np.repeat([4, 9], N // 2)
SHOWN = [range(5), [12, 13, 14], range(30, 36)]
TOP = np.argsort(-CODES, axis=0)[:5].T
PROMOTED = np.array([[f" a{n}", f"b{n}"] for n in range(COUNT)])
FIT = {"codes": CODES, "tokens": TOKENS, "documents": DOCUMENTS, "shown": SHOWN, "top": TOP}


def in_javascript(call):
    context = quickjs.Context()
    context.eval(SCRIPT + ";0")
    return json.loads(context.eval(f"JSON.stringify({call})"))


def test_units_that_are_on_at_the_words_that_are_shown():
    data = units(**FIT).data
    rows = np.concatenate([np.array(piece) for piece in SHOWN])
    on = as_array(data["on"]).reshape(len(rows), data["width"])
    strengths = as_array(data["strengths"]).reshape(on.shape) / 100
    found = np.zeros((len(rows), COUNT))
    np.put_along_axis(found, on.astype(int), strengths, axis=1)
    assert np.abs(found - CODES[rows]).max() < 0.0051
    assert (np.diff(strengths, axis=1) <= 0).all()
    assert data["width"] == (CODES[rows] > 0).sum(axis=1).max()
    assert data["shown"] == [list(piece) for piece in SHOWN]
    assert np.array_equal(as_array(data["often"]), (CODES > 0).sum(axis=0))


def test_contexts_and_promoted_words():
    data = units(**FIT, promoted=PROMOTED, title="A title").data
    assert data["title"] == "A title" and data["tokens"] == TOKENS
    assert np.array_equal(as_array(data["top"]).reshape(TOP.shape), TOP)
    heights = as_array(data["heights"]).reshape(TOP.shape) / 100
    assert np.abs(heights - np.sort(CODES, axis=0)[::-1][:5].T).max() < 0.0051
    assert np.array_equal(as_array(data["documents"]), np.repeat([0, 1], N // 2))
    assert data["contexts"] == 5 and data["promoted"][3] == [" a3", "b3"]
    assert units(**FIT).data["promoted"] == []


def test_numbers_beyond_16_bits_stay_whole():
    assert as_array(contexts._whole(np.array([0.4, 1e5]))).tolist() == [0, 100_000]
    assert contexts._whole(np.array([3.0, 32_767]))["type"] == "int16"


@pytest.mark.parametrize(
    "row, before, after",
    [
        (0, "", " w1 w2w3 w4\u2026"),
        (2, "w0 w1 ", "w3 w4 w5w6\u2026"),
        (10, "\u2026 w2w3 w4 w5w6 w7 w8w9 ", " w11w12 w13 w14\u2026"),
        (18, "\u2026 w10 w11w12 w13 w14w15 w16 w17", " w19"),
        (19, "\u2026 w11w12 w13 w14w15 w16 w17w18 ", ""),
        (20, " ", "w21 w22 w23w24\u2026"),
        (39, "\u2026 w31 w32w33 w34 w35w36 w37 w38", ""),
    ],
)
def test_a_context_ends_with_its_document(row, before, after):
    lists = f"{json.dumps(TOKENS)}, {json.dumps(DOCUMENTS.tolist())}"
    found = in_javascript(f"contextOf({row}, {lists})")
    assert found == {"before": before, "token": f"w{row}", "after": after}


def test_a_space_alone_is_shown_as_a_sign():
    assert [in_javascript(f"written({json.dumps(token)})") for token in (" ", " a", "b")] == [
        "\u2423",
        "a",
        "b",
    ]


def test_the_still_picture_has_a_square_for_each_strength(monkeypatch):
    stills = []
    monkeypatch.setattr(contexts, "make_explorer", lambda *args: stills.append(args))
    units(**FIT, title="Units")
    _, _, still, alt = stills[0]
    assert alt.startswith("Units. Each column is one of the first 5 tokens, ")
    order = np.argsort(-CODES[:5].sum(axis=0), kind="stable")
    assert still.shape == (COUNT * DOT, 5 * DOT) and still.max() == 1
    assert np.allclose(still[::DOT, ::DOT], CODES[:5, order].T / CODES[:5].max())


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"codes": CODES[0]}, r"codes has shape \(7,\)"),
        ({"codes": np.full((N, COUNT), np.nan)}, "expected finite numbers"),
        ({"tokens": TOKENS[:9]}, "There are 9 tokens and 40 documents.*asks for 40"),
        ({"documents": DOCUMENTS[:9]}, "40 tokens and 9 documents"),
        ({"top": TOP.T}, r"top has shape \(5, 7\); expected \(7, contexts\)"),
        ({"top": TOP + N}, "rows from 0 to 39"),
        ({"top": TOP.astype(float)}, "top has shape"),
        ({"top": TOP[:, :0]}, "top has shape"),
        ({"shown": []}, "shown must be one or more lists of rows from 0 to 39"),
        ({"shown": [[]]}, "shown must be"),
        ({"shown": [[40]]}, "shown must be"),
        ({"shown": [[-1]]}, "shown must be"),
        ({"shown": [[13, 14]]}, "a piece at which no unit is on"),
        ({"promoted": PROMOTED[:3]}, r"promoted has shape \(3, 2\); expected \(7, words\)"),
    ],
)
def test_what_does_not_fit_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        units(**FIT | changes)
