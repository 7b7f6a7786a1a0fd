"""Weights that were drawn are told from weights that were trained."""

import keras
import numpy as np
import pytest
from checkup_cases import AXES, dense
from keras import layers

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
