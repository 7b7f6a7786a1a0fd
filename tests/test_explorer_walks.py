"""A walk through codes: what its page holds, and what does not fit."""

import keras
import numpy as np
import pytest

from aeutils.explorer import walks
from aeutils.explorer.networks import as_array, pack, unpack
from aeutils.explorer.walks import walk

RNG = np.random.default_rng(0)
CODES = RNG.normal([3, -1], [2, 0.5], size=(30, 2)).astype("float32")
IMAGES = RNG.random((30, 16)).astype("float32")
LABELS = np.arange(30) % 3


def decoder(inputs=2, outputs=16):
    return keras.Sequential([keras.Input((inputs,)), keras.layers.Dense(outputs, "sigmoid")])


def test_one_decoder():
    model = decoder()
    made = walk(model, CODES, IMAGES, LABELS)
    data = made.data
    [one], [network] = data["models"], data["networks"]
    assert np.array_equal(as_array(one["codes"]).reshape(-1, 2), CODES)
    assert as_array(data["labels"]).tolist() == LABELS.tolist()
    assert (data["names"], data["conditions"], data["side"]) == (["0", "1", "2"], [], 4)
    gap = unpack(network)(CODES) - model.predict(CODES, verbose=0)
    assert np.abs(gap).max() < 0.03
    assert "9 by 9 codes" in made.alt


def test_the_pad_holds_nearly_all_codes():
    left, right, bottom, top = walk(decoder(), CODES, IMAGES, LABELS).data["models"][0]["range"]
    x, y = CODES.T
    assert np.mean((left < x) & (x < right) & (bottom < y) & (y < top)) > 0.9
    assert right - left < 1.2 * np.ptp(x) and top - bottom < 1.2 * np.ptp(y)
    start = walk(decoder(), CODES, IMAGES, LABELS).data["models"][0]["start"]
    assert np.allclose(start, np.median(CODES, axis=0), atol=1e-3)


@pytest.mark.parametrize("rows", [30, 1])
def test_a_code_that_does_not_change_has_a_width(rows):
    codes = CODES[:rows] * [1, 0]
    data = walk(decoder(), codes, IMAGES[:rows], LABELS[:rows]).data["models"][0]
    left, right, bottom, top = data["range"]
    assert left < codes[:, 0].min() and right > left and bottom < 0 < top


def test_several_decoders_and_conditions():
    models, codes = {"0.1": decoder(5), "1": decoder(5)}, {"0.1": CODES, "1": CODES / 3}
    made = walk(
        models, codes, IMAGES, LABELS, names="abc", turn="beta", conditions="ABC", title="Turn"
    )
    data = made.data
    assert [model["name"] for model in data["models"]] == ["0.1", "1"]
    assert data["turn"] == "beta" and data["conditions"] == ["A", "B", "C"]
    wide, small = (model["range"] for model in data["models"])
    assert np.allclose(np.array(wide) / 3, small, atol=1e-3)
    assert made.alt.startswith("Turn. ")


def test_the_still_picture_shows_the_plane():
    plain = keras.layers.Dense(16, "sigmoid")
    model = keras.Sequential([keras.Input((2,)), plain])
    plain.set_weights([np.stack([np.full(16, 9.0), np.zeros(16)]), np.full(16, -27.0)])
    still = walks._still(pack(model), [0, 6, -1, 1], 0, 4)
    assert still.shape == (36, 36)
    assert still[:, :4].max() < 0.01 and still[:, -4:].min() > 0.99


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"codes": CODES[:5]}, r"codes\[''\] has shape \(5, 2\); expected \(30, 2\)"),
        ({"codes": np.full((30, 2), np.inf)}, "a finite code of two numbers for each image"),
        ({"codes": {"one": CODES}}, "decoders has the keys"),
        ({"decoders": {}, "codes": {}}, "decoders has the keys"),
        ({"decoders": decoder(3)}, "takes 3 numbers and gives 16; expected 2 and 16"),
        ({"decoders": decoder(2, 9)}, "takes 2 numbers and gives 9; expected 2 and 16"),
        ({"conditions": ["a"]}, "expected 3 and 16"),
        ({"labels": LABELS[:5]}, "labels must be one number from 0 to 2 for each of 30"),
        ({"labels": LABELS - 1}, "labels must be"),
        ({"names": ["a"]}, "from 0 to 0"),
        ({"images": IMAGES[:, :15]}, "images has shape"),
    ],
)
def test_what_does_not_fit_is_named(changes, message):
    fit = {"decoders": decoder(), "codes": CODES, "images": IMAGES, "labels": LABELS}
    with pytest.raises(ValueError, match=message):
        walk(**fit | changes)
