"""Penalties that nobody adds, that grow with the batch or that win are found."""

import keras
import numpy as np
import pytest
from checkup_cases import AXES, SIZE, UNITS, copier, dense, functional, subject, verdict
from keras import layers, ops

from aeutils.checkup import penalty_checks
from aeutils.layers import ActivityPenalty, SparsityTarget


class ByHand(keras.Sequential):
    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return ops.mean(ops.square(y - y_pred))


class Added(ByHand):
    def compute_loss(self, *args, **kwargs):
        return super().compute_loss(*args, **kwargs) + sum(self.losses)


class Twice(keras.Sequential):
    def compute_loss(self, *args, **kwargs):
        return super().compute_loss(*args, **kwargs) + sum(self.losses)


class Scaled(layers.Layer):
    """A penalty, of one row, times a power of the number of rows."""

    def __init__(self, power):
        super().__init__()
        self.power = power

    def call(self, z):
        rows = ops.cast(ops.shape(z)[0], "float32")
        self.add_loss(0.01 * ops.mean(ops.square(z)) * rows**self.power)
        return z


def compiled(kind, penalty=None):
    model = kind(copier(penalty or ActivityPenalty(0.1)).layers)
    model.compile("adam", "mse")
    return model


@pytest.mark.parametrize(
    "kind, expected",
    [(ByHand, "wrong"), (Added, "fine"), (Twice, "look"), (keras.Sequential, "fine")],
)
def test_penalty_missing(kind, expected):
    assert verdict(penalty_checks.penalty_missing(subject(compiled(kind)))) == expected


def test_penalty_missing_keeps_silent():
    plain = copier()
    plain.compile("adam", "mse")
    assert penalty_checks.penalty_missing(subject(plain)) is None
    assert penalty_checks.penalty_missing(subject(copier(ActivityPenalty(0.1)))) is None


def test_a_penalty_that_is_zero_is_seen():
    assert (
        verdict(penalty_checks.penalty_missing(subject(compiled(ByHand, Scaled(-99))))) == "wrong"
    )


@pytest.mark.parametrize("power, expected", [(1, "wrong"), (0, "fine"), (-1, "wrong"), (2, "look")])
def test_penalty_batch(power, expected):
    assert verdict(penalty_checks.penalty_batch(subject(copier(Scaled(power))))) == expected


@pytest.mark.parametrize(
    "layer", [ActivityPenalty(0.1), SparsityTarget(0.2, 1.0, "squared")], ids=["activity", "target"]
)
def test_penalties_of_the_book_do_not_move_with_the_batch(layer):
    assert verdict(penalty_checks.penalty_batch(subject(copier(layer)))) == "fine"


def test_penalty_of_keras_does_not_move_with_the_batch():
    regular = {"activity_regularizer": "l1", "kernel_regularizer": "l2"}
    assert verdict(penalty_checks.penalty_batch(subject(copier(**regular)))) == "fine"
    assert penalty_checks.penalty_batch(subject(copier())) is None


def penalised(weight, off):
    bias = np.full(UNITS, -100.0 if off else 0.0)
    code = dense(AXES, activation="relu", bias=bias)
    model = keras.Sequential([keras.Input((SIZE,)), code, ActivityPenalty(weight), dense(AXES.T)])
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    model.optimizer.iterations.assign(1)
    return model


@pytest.mark.parametrize(
    "weight, off, expected",
    [(100.0, True, "wrong"), (100.0, False, "look"), (0.001, False, "fine"), (0.001, True, "fine")],
)
def test_penalty_strength(weight, off, expected):
    assert verdict(penalty_checks.penalty_strength(subject(penalised(weight, off)))) == expected


def test_penalty_strength_keeps_silent():
    assert penalty_checks.penalty_strength(subject(functional(1.0))) is None
    assert penalty_checks.penalty_strength(subject(copier())) is None
