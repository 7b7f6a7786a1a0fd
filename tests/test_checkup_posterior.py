"""Mean and log variance are found wherever a variational model keeps them."""

import keras
import numpy as np
import pytest
from checkup_cases import AXES, SIZE, Variational, X, copier, dense, functional, networks, subject
from keras import layers

from aeutils.layers import GaussianSampling


def with_draw():
    """An encoder that gives mean, log variance and a draw."""
    encoder, decoder = networks()
    x = encoder.inputs[0]
    mean, log_var = encoder(x)
    return keras.Model(x, [mean, log_var, GaussianSampling()(mean, log_var)]), decoder


class Outputs(keras.Model):
    """A model that returns the reconstruction, the mean and the log variance."""

    def __init__(self, named):
        super().__init__()
        self.first, self.last = networks()
        self.named = named

    def call(self, x):
        mean, log_var = self.first(x)
        parts = {"copies": self.last(mean), "mean": mean, "log_var": log_var}
        return parts if self.named else tuple(parts.values())


CASES = {
    "attributes": lambda: subject(Variational()),
    "pair": lambda: subject(None, **dict(zip(("encoder", "decoder"), networks(), strict=True))),
    "draw": lambda: subject(None, **dict(zip(("encoder", "decoder"), with_draw(), strict=True))),
    "tuple": lambda: subject(Outputs(False)),
    "dict": lambda: subject(Outputs(True)),
    "names of layers": lambda: subject(functional(1.0)),
}


@pytest.mark.parametrize("case", CASES)
def test_found(case):
    found = CASES[case]().posterior
    np.testing.assert_allclose(found.mean, X[300:] @ AXES, atol=1e-4)
    assert found.log_var.mean() == pytest.approx(-2, abs=0.05)


def test_a_code_and_its_nearest_word_are_no_posterior():
    x = keras.Input((SIZE,))
    z = dense(AXES)(x)
    model = keras.Model(x, [dense(AXES.T)(z), z, layers.Lambda(keras.ops.round)(z)])
    assert subject(model).posterior is None


def test_none_without_one():
    assert subject(copier()).posterior is None
    two = keras.Input((SIZE,))
    other = keras.Model(two, [dense(np.eye(SIZE))(two), layers.Dense(2)(two)])
    assert subject(other).posterior is None
