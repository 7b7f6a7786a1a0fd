"""Outputs that are one for all or at an edge, code units that are off, layers at their edges."""

import keras
import numpy as np
import pytest
from checkup_cases import AXES, SIZE, X, copier, dense, subject, verdict
from keras import layers

from aeutils.checkup import output_checks

POSITIVE = np.abs(X)


def relu_output(off):
    """A model whose first outputs are 0 for every row."""
    bias = np.where(np.arange(SIZE) < off, -100.0, 0.3)
    parts = [dense(AXES), dense(AXES.T, bias=bias, activation="relu")]
    return keras.Sequential([keras.Input((SIZE,)), *parts])


def with_code(off, units=10, gain=1.0):
    """A model of which so many units of the code are 0 for every row."""
    axes = np.tile(np.hstack([AXES, -AXES]), 4)[:, :units]
    bias = np.where(np.arange(units) < off, -100.0, 0.0)
    code = dense(axes, bias=bias, activation="relu", name="code")
    return keras.Sequential([keras.Input((SIZE,)), code, dense(gain * axes.T / 2)])


def test_same_output():
    assert verdict(output_checks.same_output(subject(copier()))) == "fine"
    same = with_code(10)
    outcome = output_checks.same_output(subject(same))
    assert outcome.verdict == "wrong" and "vary 0 times" in outcome.measured
    untrained = keras.Sequential([keras.Input((SIZE,)), layers.Dense(SIZE, "sigmoid")])
    untrained.layers[0].kernel.assign(np.zeros((SIZE, SIZE)))
    assert output_checks.same_output(subject(untrained)) is None
    still = np.tile(X[:1], (400, 1))
    assert output_checks.same_output(subject(copier(), still)) is None


@pytest.mark.parametrize("off, expected", [(0, "fine"), (1, "look"), (5, "wrong")])
def test_dead_outputs(off, expected):
    assert verdict(output_checks.dead_outputs(subject(relu_output(off), POSITIVE))) == expected


def test_dead_outputs_keep_silent_before_training():
    model = keras.Sequential([keras.Input((SIZE,)), layers.Dense(SIZE, "relu")])
    assert output_checks.dead_outputs(subject(model, POSITIVE)) is None


def test_outputs_whose_targets_hardly_vary_are_not_dead():
    quiet = POSITIVE * np.where(np.arange(SIZE) < 5, 1e-3, 1).astype("float32")
    assert verdict(output_checks.dead_outputs(subject(relu_output(5), quiet))) == "fine"


def test_constant_outputs_without_an_edge_are_no_proof():
    axes = AXES.T * (np.arange(SIZE) >= 5)
    model = keras.Sequential([keras.Input((SIZE,)), dense(AXES), dense(axes)])
    assert verdict(output_checks.dead_outputs(subject(model))) == "look"


def drawn_elsewhere(off):
    """A model whose first outputs are 0 in all rows that need them, and drawn in one that does not.

    Targets are 0 in most rows; so are the copies of the other outputs.
    """
    needed = (np.arange(400)[:, None] % SIZE == np.arange(SIZE)).astype("float32")
    weights = np.eye(SIZE, dtype="float32")
    weights[:off, :off] = np.roll(np.eye(off), 1, axis=0)  # each of them in the place of another
    last = dense(weights, activation="relu", bias=np.full(SIZE, -1e-6))
    return keras.Sequential([keras.Input((SIZE,)), layers.Identity(), last]), needed


@pytest.mark.parametrize("off, expected", [(0, "fine"), (2, "wrong"), (5, "wrong")])
def test_outputs_that_are_never_on_where_they_should_be(off, expected):
    model, needed = drawn_elsewhere(off)
    assert verdict(output_checks.dead_outputs(subject(model, needed))) == expected


def test_outputs_that_few_rows_need_are_not_asked():
    model, needed = drawn_elsewhere(2)
    needed[2 * SIZE :, :2] = 0  # two rows for each are left
    assert verdict(output_checks.dead_outputs(subject(model, needed))) == "fine"
    linear = keras.Sequential([keras.Input((SIZE,)), dense(-np.eye(SIZE))])
    assert verdict(output_checks.dead_outputs(subject(linear, drawn_elsewhere(2)[1]))) == "fine"


@pytest.mark.parametrize(
    "off, gain, expected",
    [(0, 1.0, "fine"), (1, 1.0, "fine"), (4, 1.0, "look"), (10, 1.0, "wrong"), (6, -1.0, "wrong")],
)
def test_dead_units(off, gain, expected):
    outcome = output_checks.dead_units(subject(with_code(off, gain=gain)))
    assert outcome.verdict == expected and outcome.measured == f"{off} of 10"


def smaller_code(units, off):
    """A code of so many units, the first of them off, the others on in every row."""
    axes = np.hstack([np.zeros((SIZE, units), "float32"), AXES])[:, -units:]
    weights = axes * (np.arange(units) >= off)
    code = dense(weights, bias=np.where(np.arange(units) < off, -1.0, 10.0), activation="relu")
    shift = -10 * weights.sum(axis=1)
    return keras.Sequential([keras.Input((SIZE,)), code, dense(weights.T, bias=shift)])


def test_a_sparse_code_that_is_a_smaller_dense_one():
    outcome = output_checks.dead_units(subject(smaller_code(4, 2)))
    assert outcome.verdict == "wrong" and "the others are on in all rows" in outcome.measured
    # The data have three dimensions, so that nobody misses the units that are off here.
    assert verdict(output_checks.dead_units(subject(smaller_code(6, 3)))) == "look"
    # Units that are off in half of the rows make no dense code.
    assert verdict(output_checks.dead_units(subject(with_code(6)))) == "look"


def test_dead_units_of_maps():
    x = keras.Input((4, 6, 1))
    code = layers.Conv2D(5, 2, strides=2, activation="relu", name="code")
    z = code(x)
    model = keras.Model(x, layers.Conv2DTranspose(1, 2, strides=2)(z))
    model.layers[-1].bias.assign([0.1])
    code.bias.assign([-100.0, 0.1, 0.1, 0.1, 0.1])
    outcome = output_checks.dead_units(subject(model, X.reshape(400, 4, 6, 1)))
    assert outcome.measured.endswith("of 5") and outcome.verdict == "look"


def test_saturated_units():
    def tanh(scale):
        parts = [dense(scale * AXES, activation="tanh", bias=np.full(3, 0.1)), dense(AXES.T)]
        return keras.Sequential([keras.Input((SIZE,)), *parts])

    assert verdict(output_checks.saturated_units(subject(tanh(0.5)))) == "fine"
    assert verdict(output_checks.saturated_units(subject(tanh(1e4)))) == "look"
    assert output_checks.saturated_units(subject(copier())) is None
    stuck = tanh(1.0)
    stuck.layers[0].bias.assign(np.full(3, 50.0))
    assert verdict(output_checks.saturated_units(subject(stuck))) == "wrong"


def tanh_of(*before, scale=1.0):
    first = dense(scale * AXES / 10, activation="tanh", bias=np.full(3, 0.1))
    return keras.Sequential([keras.Input((SIZE,)), *before, first, dense(AXES.T)])


def test_inputs_that_were_not_scaled():
    loud, small = 1e4 * X, {"y_train": X[:300], "y_valid": X[300:]}
    outcome = output_checks.saturated_units(subject(tanh_of(), loud, **small))
    assert outcome.verdict == "wrong" and "standardised 0% are left" in outcome.measured
    scaled = tanh_of(layers.Rescaling(1e-4))
    assert verdict(output_checks.saturated_units(subject(scaled, loud, **small))) == "fine"
    # Here it is the weights, and there a normalisation stands in front: neither is proved.
    assert verdict(output_checks.saturated_units(subject(tanh_of(scale=1e5)))) == "look"
    assert verdict(output_checks.saturated_units(subject(tanh_of(scale=1e5), loud))) == "look"
    # Inputs of the size of weights are no error, although a mean other than 0 holds the units.
    shifted, held = X + 8 * np.sign(AXES.sum(axis=1)), tanh_of(scale=10)
    held.compile("adam", "mse")
    assert verdict(output_checks.saturated_units(subject(held, shifted))) == "look"
    whole = np.round(loud).astype("int32")
    assert verdict(output_checks.saturated_units(subject(tanh_of(), whole, **small))) == "wrong"
    steep = tanh_of(layers.Rescaling(1.0))
    assert verdict(output_checks.saturated_units(subject(steep, loud, **small))) == "look"
