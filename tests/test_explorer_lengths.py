"""The length of a code as a slider: what its page holds, and what does not fit."""

import keras
import numpy as np
import pytest

from aeutils.explorer.lengths import components
from aeutils.explorer.networks import as_array, unpack

RNG = np.random.default_rng(0)
IMAGES = RNG.random((3, 16)).astype("float32")
DIRECTIONS = np.linalg.qr(RNG.normal(size=(16, 8)))[0].T.astype("float32")
CODES = IMAGES @ DIRECTIONS.T


def decoder(directions=DIRECTIONS):
    layer = keras.layers.Dense(directions.shape[1], use_bias=False)
    model = keras.Sequential([keras.Input((len(directions),)), layer])
    layer.set_weights([directions])
    return model


def test_what_the_page_holds():
    made = components(decoder(), CODES, IMAGES, names="abc", means=range(9), kept=5, title="Length")
    data = made.data
    assert np.abs(as_array(data["images"]).reshape(3, 16) / 255 - IMAGES).max() < 1 / 500
    assert np.array_equal(as_array(data["codes"]).reshape(3, 8), CODES)
    assert (data["size"], data["side"], data["kept"]) == (8, 4, 5)
    assert data["names"] == ["a", "b", "c"] and data["means"] == list(range(9))
    gap = unpack(data["networks"][0])(CODES) - CODES @ DIRECTIONS
    assert np.abs(gap).max() < 0.02
    assert made.alt == (
        "Length. From top to bottom the images and their copies from 0, 1, 2, 4, 8 numbers."
    )


def test_names_and_means_may_be_left_out():
    data = components(decoder(), CODES, IMAGES).data
    assert data["names"] == ["1", "2", "3"] and data["means"] == [] and data["kept"] == 0


def test_the_still_picture_keeps_more_numbers_in_each_row(monkeypatch):
    stills = []
    monkeypatch.setattr(
        "aeutils.explorer.lengths.make_explorer", lambda *args: stills.append(args[2])
    )
    components(decoder(), CODES, IMAGES)
    [still] = stills
    assert still.shape == (24, 12)
    assert np.array_equal(still[:4, 4:8], IMAGES[1].reshape(4, 4)) and still[4:8].max() == 0
    whole = np.clip(CODES[2] @ DIRECTIONS, 0, 1).reshape(4, 4)
    assert np.abs(still[-4:, -4:] - whole).max() < 0.02
    half = np.clip(CODES[2, :4] @ DIRECTIONS[:4], 0, 1).reshape(4, 4)
    assert np.abs(still[-8:-4, -4:] - half).max() < 0.02


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"codes": CODES[:, :5]}, r"codes of shape \(3, 8\).*got 16, \(3, 5\)"),
        ({"codes": CODES[:2]}, r"got 16, \(2, 8\)"),
        ({"decoder": decoder(DIRECTIONS[:, :9])}, "expected 16 outputs.*got 9"),
        ({"names": "ab"}, "as many names as images.*, 2, 0"),
        ({"means": [1, 2]}, "9 means; got .*, 3, 2"),
        ({"kept": 9}, "kept, which is 9, from 0 to 8"),
        ({"kept": -1}, "kept, which is -1"),
        ({"codes": np.full((3, 8), np.nan)}, "codes must be finite"),
        ({"images": IMAGES[:, :15]}, "images has shape"),
    ],
)
def test_what_does_not_fit_is_named(changes, message):
    fit = {"decoder": decoder(), "codes": CODES, "images": IMAGES}
    with pytest.raises(ValueError, match=message):
        components(**fit | changes)
