"""What a model gives comes in one form: one output of several, logits as probabilities, a shape."""

import keras
import numpy as np
import pytest
from checkup_cases import SIZE, X, copier, dense, subject
from keras import layers, ops

UNIT = ((X - X.min()) / np.ptp(X)).astype("float32")


def identity(loss=None, scale=1.0):
    model = keras.Sequential([keras.Input((SIZE,)), dense(scale * np.eye(SIZE))])
    if loss is not None:
        model.compile("adam", loss)
    return model


class Several(keras.Model):
    def __init__(self, form):
        super().__init__()
        self.form = form

    def call(self, x):
        return self.form(x)


@pytest.mark.parametrize(
    "form",
    [
        lambda x: x,
        lambda x: (x, x[:, :3]),
        lambda x: [x[:, :3], x],
        lambda x: {"code": x[:, :3], "copies": x},
    ],
)
def test_the_reconstruction_among_several(form):
    np.testing.assert_allclose(subject(Several(form)).valid_copies, X[300:])


def test_more_rows_than_a_batch():
    asked = subject(copier())
    assert asked.outputs(X).shape == X.shape
    scalar = subject(Several(lambda x: (x, ops.mean(x))))
    assert np.shape(scalar.outputs(X)[1]) == ()


def test_copies_take_the_shape_of_the_targets():
    flat = keras.Sequential([keras.Input((4, 6)), layers.Flatten()])
    asked = subject(flat, X.reshape(400, 4, 6))
    assert asked.raw_valid.shape == (100, 24) and asked.valid_copies.shape == (100, 4, 6)


def custom(y, p):
    return ops.mean(ops.binary_crossentropy(y, p, from_logits=True))


@pytest.mark.parametrize(
    "model, x, expected",
    [
        (identity(keras.losses.BinaryCrossentropy(from_logits=True)), UNIT, True),
        (identity(custom, scale=0.0), (UNIT > 0.5).astype("float32"), True),
        (identity("mse"), UNIT, False),
        (identity("binary_crossentropy"), UNIT, False),
        (identity(custom), X, False),
        (identity(), UNIT, False),
    ],
)
def test_gives_logits(model, x, expected):
    asked = subject(model, x)
    assert asked.gives_logits is expected
    if expected:
        copies = 1 / (1 + np.exp(-asked.raw_valid))
        np.testing.assert_allclose(asked.valid_copies, copies, rtol=1e-5)


def test_trained():
    fresh = keras.Sequential([keras.Input((SIZE,)), layers.Dense(3), layers.Dense(SIZE)])
    assert not subject(fresh).trained
    fresh.compile("adam", "mse")
    assert not subject(fresh).trained
    fresh.optimizer.iterations.assign(1)
    assert subject(fresh).trained
    assert subject(copier()).trained
    loaded = keras.Sequential([keras.Input((SIZE,)), layers.Dense(3), layers.Dense(SIZE)])
    loaded.compile("adam", "mse")
    for layer in loaded.layers:
        layer.bias.assign(np.linspace(-0.1, 0.2, layer.bias.shape[0]))
    assert subject(loaded).trained
    assert subject(Several(lambda x: x)).trained


def test_training_leaves_no_trace_and_draws_anew():
    model = keras.Sequential(
        [keras.Input((SIZE,)), layers.BatchNormalization(), layers.GaussianNoise(0.1)]
    )
    asked = subject(model)
    before = ops.convert_to_numpy(model.layers[0].moving_mean).copy()
    first, second = (asked.copies(X, training=True) for _ in range(2))
    assert np.abs(first - second).max() > 0.01
    np.testing.assert_array_equal(before, ops.convert_to_numpy(model.layers[0].moving_mean))


class OnlyTrained(keras.Model):
    """A model whose train step uses the two parts, as in many guides."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = (layers.Identity() for _ in range(2))


def test_a_model_that_cannot_be_called():
    model = OnlyTrained()
    model.compile("adam")
    asked = subject(model)
    assert asked.trainer is model and asked.model is not model
    np.testing.assert_allclose(asked.valid_copies, X[300:])
