"""Noise at the wrong time, and rows that depend on one another, are found."""

import keras
import numpy as np
import pytest
from checkup_cases import AXES, SIZE, Variational, X, copier, dense, subject, verdict
from keras import layers, ops

from aeutils.checkup import mode_checks
from aeutils.layers import LifetimeSparsity


class Noise(layers.Layer):
    """Noise in training; always the same where a number is its seed."""

    def __init__(self, seed=None, always=False):
        super().__init__()
        self.always = always
        self.seed = keras.random.SeedGenerator(0) if seed is None else seed

    def call(self, x, training=False):
        if not training and not self.always:
            return x
        return x + 0.3 * keras.random.normal(ops.shape(x), seed=self.seed)


class Centred(layers.Layer):
    def call(self, x):
        return x - ops.mean(x, axis=0, keepdims=True)


def noisy(layer):
    return keras.Sequential([keras.Input((SIZE,)), layer, dense(AXES), dense(AXES.T)])


def normalised(mean):
    """A normalisation whose moving averages are right, or stand at another mean."""
    layer = layers.BatchNormalization(scale=False, epsilon=1e-6)
    layer.build((None, SIZE))
    layer.set_weights([X.mean(axis=0), X.mean(axis=0) + mean, X.var(axis=0)])
    back = dense(np.diag(X.std(axis=0)))
    return keras.Sequential([keras.Input((SIZE,)), layer, back, dense(AXES), dense(AXES.T)])


@pytest.mark.parametrize(
    "layer, expected",
    [(Noise(seed=3), "wrong"), (Noise(), "fine"), (layers.Dropout(0.2), "fine")]
    + [(layers.Dropout(0.0), None), (layers.BatchNormalization(), None)],
    ids=["repeated", "new", "dropout", "no dropout", "normalisation"],
)
def test_noise_repeats(layer, expected):
    assert verdict(mode_checks.noise_repeats(subject(noisy(layer)))) == expected


def test_a_selection_over_the_batch_is_no_noise():
    assert mode_checks.noise_repeats(subject(copier(LifetimeSparsity(0.2)))) is None


def test_noise_in_inference():
    assert verdict(mode_checks.noise_in_inference(subject(noisy(Noise())))) == "fine"
    assert verdict(mode_checks.noise_in_inference(subject(noisy(Noise(always=True))))) == "wrong"
    assert mode_checks.noise_in_inference(subject(copier())) is None
    assert verdict(mode_checks.noise_in_inference(subject(Variational()))) == "fine"


def test_noise_at_the_code_may_be_a_draw():
    model = copier(Noise(always=True))
    assert verdict(mode_checks.noise_in_inference(subject(model))) == "look"


def test_noise_without_the_argument_training():
    x = keras.Input((SIZE,))
    h = layers.GaussianNoise(0.5)(x, training=True)
    model = keras.Model(x, dense(AXES.T)(dense(AXES)(h)))
    outcome = mode_checks.noise_in_inference(subject(model))
    assert verdict(outcome) == "wrong" and "without `training`" in outcome.measured


def test_batch_dependence():
    assert verdict(mode_checks.batch_dependence(subject(copier(Centred())))) == "wrong"
    assert verdict(mode_checks.batch_dependence(subject(copier()))) == "fine"
    assert verdict(mode_checks.batch_dependence(subject(normalised(0.0)))) == "fine"
    assert mode_checks.batch_dependence(subject(Variational())) is None


@pytest.mark.parametrize("mean, expected", [(0.0, "fine"), (0.15, "wrong"), (2.0, "wrong")])
def test_modes_apart(mean, expected):
    mean = mean * AXES.sum(axis=1)
    assert verdict(mode_checks.modes_apart(subject(normalised(mean)))) == expected


@pytest.mark.parametrize("steps, expected", [(100, "wrong"), (1000, "fine")])
def test_averages_that_have_not_forgotten_their_start(steps, expected):
    """The same small difference, with 37 % of the start left in the averages, and with none."""
    model = normalised(0.07 * AXES.sum(axis=1))
    model.compile("adam", "mse")
    model.optimizer.iterations.assign(steps)
    (layer,) = [a for a in model.layers if isinstance(a, layers.BatchNormalization)]
    layer.momentum = 0.99
    outcome = mode_checks.modes_apart(subject(model))
    assert outcome.verdict == expected and layer.momentum == 0.99


class OnlyInTraining(layers.Layer):
    """Something else than averages that is wrong in use alone."""

    def call(self, x, training=False):
        return x if training else x + 0.2


def test_averages_that_are_no_cause_are_no_proof():
    model = keras.Sequential([*normalised(0.0).layers, OnlyInTraining()])
    assert verdict(mode_checks.modes_apart(subject(model))) == "look"


def test_dropout_of_the_output():
    model = keras.Sequential([*copier().layers, layers.Dropout(0.5)])
    assert verdict(mode_checks.modes_apart(subject(model))) == "look"
    assert mode_checks.modes_apart(subject(copier())) is None


def test_averages_and_seeds_stay():
    model = keras.Sequential([*normalised(0.1).layers, layers.Dropout(0.5)])
    before = [ops.convert_to_numpy(v) for v in model.variables]
    for check in ("noise_repeats", "noise_in_inference", "batch_dependence", "modes_apart"):
        getattr(mode_checks, check)(subject(model))
    for value, variable in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(value, ops.convert_to_numpy(variable))
