"""Which layer makes the output and which the code, and copies with the code of another row."""

import keras
import numpy as np
import pytest
from checkup_cases import AXES, SIZE, Variational, X, copier, dense, subject
from keras import layers, ops

from aeutils.checkup.subject import is_tensorflow


def ends(*last):
    return keras.Sequential([keras.Input((SIZE,)), dense(AXES), *last])


@pytest.mark.parametrize(
    "model, expected",
    [
        (ends(dense(AXES.T, activation="sigmoid")), "sigmoid"),
        (ends(dense(AXES.T)), "linear"),
        (ends(dense(AXES.T), layers.Activation("tanh")), "tanh"),
        (ends(dense(AXES.T), layers.ReLU()), "relu"),
        (ends(dense(AXES.T, activation="sigmoid"), layers.Dropout(0.1)), "sigmoid"),
        (ends(dense(AXES.T, activation="sigmoid"), layers.Rescaling(255.0)), None),
        (ends(dense(AXES.T), layers.LeakyReLU()), None),
    ],
)
def test_output_activation(model, expected):
    assert subject(model).output_activation == expected


def test_output_activation_before_a_reshape():
    model = keras.Sequential([keras.Input((4, 6)), layers.Flatten()])
    model = keras.Sequential([*model.layers, dense(AXES), dense(AXES.T, activation="sigmoid")])
    model = keras.Sequential([*model.layers, layers.Reshape((4, 6))])
    assert subject(model, X.reshape(400, 4, 6)).output_activation == "sigmoid"


class ByHand(keras.Model):
    """The last activation is no layer."""

    def __init__(self):
        super().__init__()
        self.first, self.last = dense(AXES), dense(AXES.T)

    def call(self, x):
        return ops.sigmoid(self.last(self.first(x)))


def test_an_activation_that_is_no_layer_is_not_known():
    asked = subject(ByHand())
    assert asked.output_step is None and asked.output_activation is None


def test_codes():
    for model in (copier(), ByHand()):
        asked = subject(model)
        assert asked.code_step.size == 3
        np.testing.assert_allclose(asked.codes, X[300:] @ AXES, atol=1e-4)
    mean = subject(Variational()).codes
    np.testing.assert_allclose(mean, X[300:] @ AXES, atol=1e-4)
    parts = subject(None, encoder=lambda x: ops.matmul(x, AXES), decoder=lambda z: z)
    np.testing.assert_allclose(parts.codes, X[300:] @ AXES, atol=1e-4)


def test_codes_exchanged():
    asked = subject(copier())
    x, other = X[300:], X[:100]
    np.testing.assert_allclose(asked.with_code_of(x, other), other @ AXES @ AXES.T, atol=1e-4)


def test_is_tensorflow():
    assert is_tensorflow() is (keras.backend.backend() == "tensorflow")
