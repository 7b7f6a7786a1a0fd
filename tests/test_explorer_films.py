"""A walk step by step: what its page holds, where its frames lie, and what does not fit."""

import base64
import json
from importlib import resources
from io import BytesIO

import numpy as np
import pytest
import quickjs
from PIL import Image

from aeutils.explorer import films
from aeutils.explorer.films import film
from aeutils.explorer.pictures import COLUMNS

RNG = np.random.default_rng(0)
SCRIPT = resources.files("aeutils.explorer").joinpath("film.js").read_text(encoding="utf-8")


def walk(steps, draws=2, pixels=(16,), start=1.0):
    shape = (steps + 1, draws, *pixels)
    states, guesses = RNG.random(shape), RNG.random((steps, *shape[1:]))
    return np.linspace(start, 0, steps + 1), states, guesses


WALKS = {"3 from 1": walk(3), "17 from 0.6": walk(17, start=0.6)}


def frame(data, number):
    """Ink of a frame of the sheet, in [0, 1]."""
    sheet = Image.open(BytesIO(base64.b64decode(data["sheet"].partition(",")[2]))).convert("L")
    left, top = 4 * (number % COLUMNS), 4 * (number // COLUMNS)
    return 1 - np.asarray(sheet, float)[top : top + 4, left : left + 4] / 255


def places(data):
    """State and guess of each walk, step and draw, where `film.js` looks for them."""
    context = quickjs.Context()
    context.eval(SCRIPT + ";0")
    context.eval(f"const data = {json.dumps(data)}; let first = 0; const all = [];0")
    context.eval("""for (const packed of data.walks) {
      const walk = makeWalk(packed, first, data.draws);
      for (let step = 0; step <= walk.steps; step++)
        for (let draw = 0; draw < data.draws; draw++)
          all.push([packed.name, step, draw, walk.state(step, draw), walk.guess(step, draw)]);
      first = walk.next;
    };0""")
    return json.loads(context.eval("JSON.stringify(all)"))


def test_each_frame_lies_where_the_script_looks_for_it():
    data = film(WALKS).data
    assert [one["name"] for one in data["walks"]] == ["3 from 1", "17 from 0.6"]
    assert np.allclose(data["walks"][1]["levels"], WALKS["17 from 0.6"][0], atol=1e-4)
    assert (data["draws"], data["side"]) == (2, 4)
    found = places(data)
    assert len(found) == 2 * (4 + 18)
    for name, step, draw, state, guess in found:
        levels, states, guesses = WALKS[name]
        end = step == len(levels) - 1
        expected = states[step, draw], states[step, draw] if end else guesses[step, draw]
        for number, pixels in zip((state, guess), expected, strict=True):
            assert np.abs(frame(data, number) - pixels.reshape(4, 4)).max() < 0.51 / 15


def test_images_of_either_shape_and_beyond_ink():
    levels, states, guesses = walk(2, 1, (4, 4))
    flat = levels, 3 * states.reshape(3, 1, 16) - 1, guesses.reshape(2, 1, 16)
    squares = levels, 3 * states - 1, guesses
    assert film({"a": flat}).data == film({"a": squares}).data
    assert (
        np.abs(frame(film({"a": flat}).data, 0) - np.clip(3 * states[0, 0] - 1, 0, 1)).max() < 0.04
    )


def test_the_still_picture_shows_the_longest_walk(monkeypatch):
    stills = []
    monkeypatch.setattr(films, "make_explorer", lambda *args: stills.append(args))
    film(WALKS, title="Digits")
    _, _, still, alt = stills[0]
    assert alt == (
        "Digits. From left to right 8 steps of the walk 17 from 0.6; in turn a row of states, and "
        "below it a row of guesses of the end."
    )
    _, states, guesses = WALKS["17 from 0.6"]
    assert still.shape == (2 * 2 * 4, 8 * 4)
    assert np.allclose(still[:4, :4], states[0, 0].reshape(4, 4))
    assert np.allclose(still[4:8, 4:8], guesses[2, 0].reshape(4, 4))
    assert np.allclose(still[8:12, -4:], states[17, 1].reshape(4, 4))
    assert np.allclose(still[12:, -4:], states[17, 1].reshape(4, 4))


@pytest.mark.parametrize(
    "walks, message",
    [
        ({}, "walks is empty"),
        ({"a": (np.ones(3), *walk(3)[1:])}, r"walks\['a'\] has .* of shape \(3,\), \(4, 2, 16\)"),
        ({"a": (walk(3)[0], walk(3)[1], walk(2)[2])}, r"and \(2, 2, 16\)"),
        ({"a": (walk(3)[0], walk(3)[1], walk(3, 3)[2])}, r"and \(3, 3, 16\)"),
        ({"a": ([1.0], walk(1)[1][:1], walk(1)[2][:0])}, "steps above 0"),
        ({"a": (np.full(4, np.nan), *walk(3)[1:])}, r"walks\['a'\] has levels that are not finite"),
        ({"a": walk(3, pixels=(15,))}, r"walks\['a'\] has shape"),
        ({"a": walk(3), "b": walk(3, 3)}, "walks differ .*'b': "),
        ({"a": walk(3), "b": walk(3, pixels=(25,))}, "walks differ"),
    ],
)
def test_what_does_not_fit_is_named(walks, message):
    with pytest.raises(ValueError, match=message):
        film(walks)
