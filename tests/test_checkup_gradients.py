"""The gradient of a batch is that of the loss, and asking for it changes nothing."""

import keras
import numpy as np
import pytest
from checkup_cases import AXES, SIZE, Variational, copier, subject
from keras import layers, ops

from aeutils.checkup.gradients import falls, gradients, own_loss


def test_gradient_of_a_linear_model():
    model = copier()
    model.layers[-1].bias.assign(np.full(SIZE, 0.5))
    for compile_it in (False, True):
        if compile_it:
            model.compile("adam", "mse")
        rows = subject(model)
        x = rows.data.x_train[:128].astype("float64")
        away = x @ AXES @ AXES.T + 0.5 - x
        bias = gradients(rows)[-1][1]
        np.testing.assert_allclose(bias, 2 * away.mean(axis=0) / SIZE, atol=1e-6)


def test_penalties_count():
    model = copier(activity_regularizer=keras.regularizers.L2(10.0))
    model.compile("adam", "mse")
    assert np.abs(gradients(subject(model))[0][1]).max() > 1


def test_state_stays():
    model = keras.Sequential(
        [keras.Input((SIZE,)), layers.BatchNormalization(), layers.Dropout(0.5), layers.Dense(SIZE)]
    )
    model.compile("adam", "mse")
    before = [ops.convert_to_numpy(v).copy() for v in model.variables]
    gradients(subject(model))
    for old, new in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(old, ops.convert_to_numpy(new))


class ByHand(keras.Sequential):
    def train_step(self, data):
        return {}


@pytest.mark.parametrize("kind, expected", [(keras.Sequential, True), (ByHand, False)])
def test_own_loss(kind, expected):
    model = kind(copier().layers)
    assert not own_loss(model)
    model.compile("adam", "mse")
    assert own_loss(model) is expected


def test_own_loss_of_a_model_with_a_loss_method():
    model = Variational()
    model.compile("adam")
    assert own_loss(model)
    assert all(grad is not None for _, grad in gradients(subject(model)))


def test_falls_of_a_quadratic_loss():
    """One bias that is off by 0.5 everywhere: the loss along its gradient is a parabola."""
    model = copier()
    for layer in model.layers:
        layer.trainable = layer is model.layers[-1]
    model.layers[-1].bias.assign(np.full(SIZE, 0.5))
    model.compile("adam", "mse")
    rows = subject(model)
    before = [ops.convert_to_numpy(w).copy() for w in model.weights]
    small, large, absurd = falls(rows, (0.01, 0.1, 1e4))
    assert large / small == pytest.approx(10, rel=0.05) and small > 0 > absurd
    for old, new in zip(before, model.weights, strict=True):
        np.testing.assert_array_equal(old, ops.convert_to_numpy(new))
