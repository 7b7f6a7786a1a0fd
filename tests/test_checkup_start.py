"""Weights that were drawn are told from weights that were trained."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from checkup_cases import AXES, dense
from keras import layers

from aeutils.checkup import start
from aeutils.checkup.start import as_drawn

INITIALIZERS = ["glorot_uniform", "he_normal", "lecun_uniform", "random_normal", "orthogonal"]


def built(layer, shape):
    keras.utils.set_random_seed(3)
    layer.build(shape)
    return layer


@pytest.mark.parametrize("initializer", INITIALIZERS)
def test_a_new_layer(initializer):
    layer = built(layers.Dense(16, kernel_initializer=initializer), (None, 20))
    assert as_drawn(layer)
    step = 1e-3 * np.sign(np.random.default_rng(0).normal(size=16))
    layer.bias.assign(step)  # one step of Adam
    assert not as_drawn(layer)


@pytest.mark.parametrize("initializer", INITIALIZERS)
def test_a_matrix_that_was_trained_without_a_bias(initializer):
    layer = built(layers.Dense(60, use_bias=False, kernel_initializer=initializer), (None, 80))
    assert as_drawn(layer)
    layer.kernel.assign(1.5 * layer.kernel)
    assert not as_drawn(layer)


def test_numbers_of_the_right_size_from_another_distribution():
    layer = built(layers.Dense(60), (None, 80))
    size = float(np.std(layer.kernel))
    layer.kernel.assign(size * np.random.default_rng(0).choice([-1.0, 1.0], (80, 60)))
    assert not as_drawn(layer)


def test_layers_of_all_kinds():
    image, steps = (None, 8, 8, 3), (None, 5, 6)
    assert as_drawn(built(layers.Conv2D(8, 3), image))
    assert as_drawn(built(layers.Embedding(200, 8), (None, 5)))
    assert not as_drawn(built(layers.Embedding(40, 8), (None, 5)))  # too few without a bias
    for kind in (layers.LSTMCell, layers.GRUCell, layers.SimpleRNNCell):
        assert as_drawn(built(kind(9), (None, 6)))
    lstm = built(layers.LSTM(9), steps)
    assert not as_drawn(lstm) and as_drawn(lstm.cell)  # the cell owns the weights


def test_nothing_random_is_no_draw():
    assert not as_drawn(built(layers.BatchNormalization(), (None, 20)))
    assert not as_drawn(built(layers.Dense(5, kernel_initializer="zeros"), (None, 20)))
    assert not as_drawn(layers.Flatten())
    assert not as_drawn(dense(AXES, bias=np.zeros(AXES.shape[1])))
    assert not as_drawn(built(layers.Dense(2), (None, 2)))  # four numbers prove nothing


def holder(path, value, **initialisers):
    """A layer that owns one weight."""
    value = np.asarray(value, "float32")
    weight = type("Weight", (np.ndarray,), {"path": path})
    weights = [value.view(weight)]
    return SimpleNamespace(
        _trainable_variables=weights, _non_trainable_variables=[], **initialisers
    )


def answer(path, value, **initialisers):
    layer = holder(path, value, **initialisers)
    return start._answer(layer, layer._trainable_variables[0])


def test_what_each_weight_says():
    assert answer("net/kernel", np.ones((2, 2))) is False
    ones = {"gamma_initializer": "ones"}
    assert answer("net/gamma", np.ones(3), **ones) is None
    assert answer("net/gamma", [1, 1, 0.9], **ones) is False
    assert answer("net/bias", [0, 1, 0]) is None and answer("net/bias", [0, 0.1]) is False
    rows = {"kernel_initializer": keras.initializers.Orthogonal(gain=2.0)}
    assert answer("net/kernel", 2 * np.eye(3), **rows) is True
    assert answer("net/kernel", np.eye(3), **rows) is False


def test_orthogonal_rows_or_columns():
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(4, 4)))[0]
    for gain in (1.0, 3.0):
        for matrix in (turn, turn[:2], turn[:, :2], turn.reshape(2, 2, 4)):
            assert start._orthogonal(gain * matrix, gain)
            assert not start._orthogonal(gain * matrix * 1.001, gain)
    assert not start._orthogonal(np.tile(turn[:, :2], (1, 1)) @ np.ones((2, 2)), 1.0)


class Fixed:
    """An initialiser whose draws are chosen, and that says what it was asked."""

    asked = []

    def __init__(self, seed=None):
        self.seed = seed

    def get_config(self):
        return {"seed": None}

    @classmethod
    def from_config(cls, settings):
        cls.asked.append(settings["seed"])
        return lambda shape: np.resize([1.0, 2.0, 3.0, 4.0], shape)


def test_numbers_are_compared_with_new_draws(monkeypatch):
    monkeypatch.setattr(Fixed, "asked", [])
    value = np.resize([1.0, 2.0, 3.0, 4.0], (50, 100))
    assert start._like_draws(value, Fixed()) is True
    assert Fixed.asked == [0, 1, 2, 3]
    assert start._like_draws(value, SimpleNamespace(get_config=dict)) is False


def test_the_mean_square_has_its_error(monkeypatch):
    """Draws of 1 to 4 have squares of mean 7.5 and standard deviation 5.76628."""
    monkeypatch.setattr(start, "ks_2samp", lambda a, b: SimpleNamespace(pvalue=1.0))
    error = np.std([1.0, 4, 9, 16]) * np.sqrt(1 / 5000 + 1 / 20_000)
    for apart, expected in ((3.29, True), (3.31, False), (-3.29, True), (-3.31, False)):
        value = np.full((50, 100), np.sqrt(7.5 + apart * error))
        assert start._like_draws(value, Fixed()) is expected


@pytest.mark.parametrize("chance, expected", [(1e-3, False), (1.1e-3, True), (0.9, True)])
def test_one_healthy_draw_in_a_thousand_is_refused(monkeypatch, chance, expected):
    monkeypatch.setattr(start, "ks_2samp", lambda a, b: SimpleNamespace(pvalue=chance))
    value = np.resize([1.0, 2.0, 3.0, 4.0], (50, 100))
    assert start._like_draws(value, Fixed()) is expected


@pytest.mark.parametrize(
    "answers, sizes, expected",
    [
        ([True, None], (20, 3), True),
        ([True, None], (19, 3), False),
        ([True], (1000,), True),
        ([True], (999,), False),
        ([True, False], (2000, 3), False),
        ([None, None], (2000, 3), False),
        ([True, None], (4, 30), False),
    ],
)
def test_how_many_numbers_are_enough(monkeypatch, answers, sizes, expected):
    weights = [SimpleNamespace(shape=(size, 1)) for size in sizes]
    said = dict(zip(map(id, weights), answers, strict=True))
    monkeypatch.setattr(start, "_own", lambda layer: weights)
    monkeypatch.setattr(start, "_answer", lambda layer, weight: said[id(weight)])
    assert start.as_drawn(None) is expected


def test_orthogonal_but_for_rounding():
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(4, 4)))[0]
    turn[0, 0] += 2e-5
    assert start._orthogonal(turn, 1.0)
    turn[0] += 2e-4
    assert not start._orthogonal(turn, 1.0)


def test_draws_that_differ_in_their_sign_alone(monkeypatch):
    """All squares are 1: their mean has no error, and is met."""
    monkeypatch.setattr(start, "ks_2samp", lambda a, b: SimpleNamespace(pvalue=1.0))
    signs = type(
        "Signs",
        (Fixed,),
        {"from_config": classmethod(lambda cls, _: lambda shape: np.resize([1.0, -1.0], shape))},
    )
    value = np.resize([1.0, -1.0], (50, 100))
    assert start._like_draws(value, signs()) and not start._like_draws(1.01 * value, signs())
