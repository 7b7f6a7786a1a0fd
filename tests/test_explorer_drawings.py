"""A sheet to draw on: its strokes in JavaScript, what its page holds, and what does not fit."""

import json
from importlib import resources

import keras
import numpy as np
import pytest
import quickjs
from scipy import ndimage

from aeutils.explorer.drawings import draw
from aeutils.explorer.networks import as_array, unpack

SIDE = 28
RNG = np.random.default_rng(0)
IMAGES = RNG.random((3, 16)).astype("float32")
CONTEXT = quickjs.Context()
for NAME in ("runtime.js", "draw.js"):
    SCRIPT = resources.files("aeutils.explorer").joinpath(NAME).read_text(encoding="utf-8")
    CONTEXT.eval(SCRIPT + ";0")


def in_javascript(expression, **given):
    for name, value in given.items():
        value = value.tolist() if isinstance(value, np.ndarray) else value
        CONTEXT.eval(f"var {name} = {json.dumps(value)};0")
    return json.loads(CONTEXT.eval(f"JSON.stringify({expression})"))


def stroked(pixels, start, end, rubs=False):
    given = {"pixels": pixels.ravel(), "from": start, "to": end}
    flat = in_javascript(f"(stroke(pixels, {SIDE}, from, to, {json.dumps(rubs)}), pixels)", **given)
    return np.reshape(flat, (SIDE, SIDE))


def network(outputs=16, inputs=16):
    return keras.Sequential([keras.Input((inputs,)), keras.layers.Dense(outputs, "sigmoid")])


@pytest.mark.parametrize(
    "point, start, end, expected",
    [
        ((3, 4), (0, 0), (0, 0), 5),
        ((5, 2), (0, 0), (9, 0), 2),
        ((-3, 4), (0, 0), (9, 0), 5),
        ((13, 3), (0, 0), (9, 0), 5),
        ((0, 2), (0, 0), (2, 2), 2**0.5),
    ],
)
def test_the_distance_from_a_stretch(point, start, end, expected):
    assert in_javascript("distance(a, b, c)", a=point, b=start, c=end) == pytest.approx(expected)


def test_a_stroke_is_as_wide_as_those_of_digits():
    ink = stroked(np.zeros((SIDE, SIDE)), [5.5, 10.5], [20.5, 10.5])
    assert ink[10, 5:21].tolist() == [1] * 16
    assert ink[8:13, 12] == pytest.approx([0, 0.7, 1, 0.7, 0])
    assert ink[10, [3, 22]].tolist() == [0, 0]
    both = stroked(ink, [12.5, 2.5], [12.5, 20.5])
    assert (both >= ink).all() and both[4, 12] == 1 and both.max() == 1
    left = stroked(both, [0, 10.5], [28, 10.5], rubs=True)
    assert left[9:12].max() == 0 and left[4, 12] == 1


@pytest.mark.parametrize("shift", [(0, 0), (3, -4), (-6, 5)])
def test_a_drawing_is_centred_by_its_mass(shift):
    ink = np.zeros((SIDE, SIDE))
    ink[11:18, 10:16], ink[13:17, 16:20] = 0.8, 1
    middle = in_javascript(f"centred(d, {SIDE})", d=ink.ravel())
    moved = in_javascript(f"centred(d, {SIDE})", d=np.roll(ink, shift, (0, 1)).ravel())
    assert moved == middle
    assert ndimage.center_of_mass(np.reshape(middle, ink.shape)) == pytest.approx(
        (SIDE / 2, SIDE / 2), abs=0.5
    )
    assert np.sum(middle) == pytest.approx(ink.sum())


def test_nothing_drawn_stays_nothing():
    assert in_javascript("centred(d, 4)", d=np.zeros(16)) == [0] * 16


def test_errors_in_words():
    given = {"a": [0.5, 1, 0, 0], "b": [0, 1, 0, 0]}
    assert in_javascript("distanceOf(a, b, false)", **given) == "0.0625"
    assert in_javascript("distanceOf(a, b, true)", **given) == f"{-10 * np.log10(0.0625):.1f} dB"
    assert in_javascript("distanceOf(a, a, true)") == "\u221e dB"


def test_noise_is_normal():
    noise = np.array(in_javascript("[...normals(20000)]"))
    assert abs(noise.mean()) < 0.04 and abs(noise.std() - 1) < 0.03
    assert abs(np.mean(noise**4) - 3) < 0.4


def test_what_the_page_holds():
    models = {"one": network(), "two": network()}
    made = draw(models, IMAGES, names="abc", title="Draw")
    data = made.data
    assert np.abs(as_array(data["images"]).reshape(3, 16) / 255 - IMAGES).max() < 1 / 500
    assert (data["models"], data["names"], data["side"]) == (["one", "two"], ["a", "b", "c"], 4)
    assert (data["levels"], data["level"]) == ([], 0)
    for packed, model in zip(data["networks"], models.values(), strict=True):
        expected = model.predict(IMAGES, verbose=0)
        assert np.abs(unpack(packed)(IMAGES) - expected).max() < 0.03
        assert np.array_equal(as_array(packed["probe"]), IMAGES[0])
    assert made.alt == "Draw. From top to bottom: the drawings, one, two."


def test_noise_stands_in_the_still_picture(monkeypatch):
    stills = []
    monkeypatch.setattr(
        "aeutils.explorer.drawings.make_explorer", lambda *args: stills.append(args[1:])
    )
    draw({"clean": network()}, 0.5 + 0 * IMAGES, noise=np.linspace(0, 1, 11), level=2)
    [(data, still, alt)] = stills
    assert data["levels"][2] == 0.2 and data["level"] == 2 and data["names"] == ["1", "2", "3"]
    assert still.shape == (24, 24) and (still[:8] == 0.5).all()
    assert 0.1 < still[8:16].std() < 0.3 and "with noise of 0.2, clean" in alt


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"models": {}}, "models has 0 models"),
        ({"models": {"a": network(9)}}, r"models\['a'\] gives 9 numbers for 16 pixels"),
        ({"models": {"a": network(16, 9)}}, r"takes inputs of shape \(None, 9\); expected 16"),
        ({"models": {"a": keras.layers.Dense(16)}}, "takes inputs of shape None"),
        ({"names": "ab"}, "a name for each of 3 images, but names has 2"),
        ({"noise": [0.1, -0.1]}, "noise is .*not below 0"),
        ({"noise": [np.nan]}, "standard deviations are finite"),
        ({"noise": [0, 1], "level": 2}, "level is 2"),
        ({"level": 1}, "level is 1; it must be the place of a number in noise"),
        ({"images": IMAGES[:, :15]}, "images has shape"),
    ],
)
def test_what_does_not_fit_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        draw(**{"models": {"a": network()}, "images": IMAGES} | changes)
