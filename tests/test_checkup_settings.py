"""Names of losses and activations, and whether weights have been trained."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from checkup_cases import SIZE, copier
from keras import layers

from aeutils.checkup.settings import activation_of, loss_name, moved, says_logits

CROSS_ENTROPY = keras.losses.BinaryCrossentropy(from_logits=True)


@pytest.mark.parametrize(
    "loss, name",
    [
        ("mse", "meansquarederror"),
        (keras.losses.MeanSquaredError(), "meansquarederror"),
        (keras.losses.mean_squared_error, "meansquarederror"),
        (CROSS_ENTROPY, "binarycrossentropy"),
        (["bce", None], "binarycrossentropy"),
        ({"a": None, "b": "mae"}, "meanabsoluteerror"),
        (lambda y, p: 0, ""),
        (None, ""),
    ],
)
def test_loss_name(loss, name):
    assert loss_name(loss) == name


def test_says_logits():
    assert says_logits(CROSS_ENTROPY) and says_logits([CROSS_ENTROPY, "mse"])
    assert not says_logits("bce") and not says_logits(None)


@pytest.mark.parametrize(
    "layer, name",
    [
        (layers.Dense(2, "sigmoid"), "sigmoid"),
        (layers.Dense(2), "linear"),
        (layers.ReLU(), "relu"),
        (layers.Softmax(), "softmax"),
        (layers.TimeDistributed(layers.Dense(2, "tanh")), "tanh"),
        (layers.LSTM(2), "tanh"),
        (layers.LeakyReLU(), None),
    ],
)
def test_activation_of(layer, name):
    assert activation_of(layer) == name


def test_moved():
    model = keras.Sequential([keras.Input((SIZE,)), layers.Dense(4), layers.Dense(3)])
    assert moved([model, None]) == (False, False)
    model.layers[0].bias.assign(np.arange(4.0) - 0.5)
    assert moved([model]) == (True, False)
    model.layers[1].bias.assign(np.arange(3.0) - 0.5)
    assert moved([model]) == (True, True)
    assert moved([lambda x: x]) is None
    assert moved([copier()]) == (True, False)


def test_a_loss_of_ones_own_may_say_logits_in_its_settings():
    settings = {"from_logits": True}
    said = SimpleNamespace(get_config=lambda: settings)
    assert says_logits(said) is True and says_logits(["mse", said]) is True
    settings["from_logits"] = False
    assert says_logits(said) is False and says_logits(SimpleNamespace(from_logits=True)) is True


@pytest.mark.parametrize(
    "biases, expected",
    [
        ([[0.0, 0.0], [0.0]], (False, False)),
        ([[0.5, 0.25], [0.0, 0.0]], (True, False)),
        ([[0.5, 0.25]], (True, False)),
        ([[0.5, 0.25], [0.5]], (True, True)),
        ([[0.5, 0.5], [0.5]], (True, False)),
        ([[1.0, 0.0], [0.5, 0.25]], (True, False)),
        ([[0.5, 0.25], [0.5, 0.25, 0.25]], (True, True)),
    ],
)
def test_biases_that_have_moved(biases, expected):
    found = []
    for bias in biases:
        found.append(layers.Dense(len(bias)))
        found[-1].build((None, 2))
        found[-1].bias.assign(np.array(bias))
    assert moved([None, *found]) == expected
