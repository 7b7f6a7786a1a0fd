"""Data out of reach, gaps, leaks, shapes that only broadcasting fits, logits for probabilities."""

import keras
import numpy as np
import pytest
from checkup_cases import AXES, SIZE, X, copier, dense, subject, verdict
from keras import layers

from aeutils.checkup import data_checks
from aeutils.checkup.data import take
from aeutils.checkup.subject import Subject

UNIT = ((X - X.min()) / np.ptp(X)).astype("float32")


def behind(activation, loss="mse"):
    """A model with this last activation, of weights by which a sigmoid gives no edge."""
    last = dense(0.1 * AXES.T, activation=activation)
    model = keras.Sequential([keras.Input((SIZE,)), dense(AXES), last])
    model.compile("adam", loss)
    return model


@pytest.mark.parametrize(
    "activation, loss, x, expected",
    [
        ("sigmoid", "mse", 255 * UNIT, "wrong"),
        ("sigmoid", "binary_crossentropy", 255 * UNIT, "wrong"),
        (None, keras.losses.BinaryCrossentropy(from_logits=True), X, "wrong"),
        ("sigmoid", "mse", X, "wrong"),
        ("relu", "mse", X, "wrong"),
        ("tanh", "mse", UNIT, "look"),
        (None, "mse", np.round(255 * UNIT), "look"),
        ("sigmoid", "binary_crossentropy", UNIT, "fine"),
        ("relu", "mse", UNIT, "fine"),
        (None, "mse", X, "fine"),
    ],
)
def test_data_range(activation, loss, x, expected):
    assert verdict(data_checks.data_range(subject(behind(activation, loss), x))) == expected


def test_data_range_of_one_loud_column():
    loud = X * np.where(np.arange(SIZE) == 3, 1e4, 1).astype("float32")
    outcome = data_checks.data_range(subject(copier(), loud))
    assert outcome.verdict == "look" and "100%" in outcome.measured


@pytest.mark.parametrize(
    "train, valid, expected",
    [
        (UNIT, 255 * UNIT, "wrong"),
        (255 * UNIT, UNIT, "wrong"),
        (UNIT, 2 * UNIT - 1, "wrong"),
        (UNIT, UNIT, "fine"),
        (UNIT, UNIT + 0.05, "fine"),
    ],
)
def test_data_range_of_two_sets(train, valid, expected):
    model = copier()
    rows = Subject(model, take(model, train[:300], valid[300:], None, None, None))
    outcome = data_checks.data_range(rows)
    assert outcome.verdict == expected
    assert ("rows lie outside of" in outcome.measured) == (expected == "wrong")


def test_data_range_of_a_set_that_is_a_little_larger():
    full = UNIT.copy()
    full[:, 0] = 1  # the largest value, in each row
    full[300:] *= 1.05
    assert verdict(data_checks.data_range(subject(copier(), full))) == "fine"


def test_data_range_of_two_sets_with_a_few_rows_far_out():
    some = UNIT.copy()
    some[300:320] *= 10
    assert verdict(data_checks.data_range(subject(copier(), some))) == "fine"
    targets = {"y_train": UNIT[:300], "y_valid": 255 * UNIT[300:]}
    outcome = data_checks.data_range(subject(copier(), UNIT, **targets))
    assert outcome.verdict == "wrong" and outcome.measured.startswith("targets of 100%")


def test_data_range_behind_a_layer_that_scales():
    model = keras.Sequential([*behind("sigmoid").layers, layers.Rescaling(255.0)])
    assert verdict(data_checks.data_range(subject(model, 250 * UNIT))) == "fine"


def test_pixels_that_the_model_scales_itself():
    pixels = np.round(255 * UNIT)
    plain = behind(None)
    scaled = keras.Sequential([keras.Input((SIZE,)), layers.Rescaling(1 / 255), *plain.layers])
    assert "Divide them" in data_checks.data_range(subject(plain, pixels)).advice
    assert verdict(data_checks.data_range(subject(scaled, pixels))) == "fine"


def test_not_finite():
    gaps = X.copy()
    gaps[:2, 0] = np.nan
    outcome = data_checks.not_finite(subject(copier(), gaps))
    assert outcome.verdict == "wrong" and "2 rows of x_train" in outcome.measured
    spoilt = copier()
    spoilt.layers[0].bias.assign(np.full(AXES.shape[1], np.nan))
    outcome = data_checks.not_finite(subject(spoilt))
    assert outcome.verdict == "wrong" and "weights" in outcome.measured
    large = copier()
    large.layers[-1].activation = keras.ops.log
    assert "outputs" in data_checks.not_finite(subject(large)).measured
    assert verdict(data_checks.not_finite(subject(copier()))) == "fine"


def test_constant_columns():
    still = X.copy()
    still[:, :2] = 3.0
    outcome = data_checks.constant_columns(subject(copier(), still))
    assert outcome.verdict == "look" and outcome.measured == f"2 of {SIZE}"
    assert verdict(data_checks.constant_columns(subject(copier(), np.ones_like(X)))) == "wrong"
    assert verdict(data_checks.constant_columns(subject(copier()))) == "fine"
    moved = X.copy()
    moved[:300, :2] = 3.0
    images = moved.reshape(400, 4, 6)
    model = keras.Sequential([keras.Input((4, 6)), layers.Flatten(), layers.Reshape((4, 6))])
    assert "2 of them change" in data_checks.constant_columns(subject(model, images)).measured


@pytest.mark.parametrize(
    "train, valid, expected",
    [(0, 0, "fine"), (0, 2, "fine"), (0, 5, "fine"), (0, 60, "wrong"), (3, 60, "fine")],
)
def test_columns_that_were_lost_in_training(train, valid, expected):
    """An empty margin has a few pixels in some image, and they may all stand in one set."""
    images = np.abs(np.concatenate([X, X, X], axis=1))
    images[:, :3] = 0
    images[:train, :3] = 1
    images[300 : 300 + valid, :3] = 1
    model = keras.Sequential([keras.Input((3 * SIZE,)), layers.Dense(3), layers.Dense(3 * SIZE)])
    assert verdict(data_checks.constant_columns(subject(model, images))) == expected


@pytest.mark.parametrize("shared, expected", [(0, "fine"), (5, "look"), (50, "wrong")])
def test_duplicates(shared, expected):
    new = X[300:].copy()
    new[:shared] = X[:shared]
    rows = Subject(copier(), take(copier(), X[:300], new, None, None, None))
    assert verdict(data_checks.duplicates(rows)) == expected


def test_duplicates_that_the_data_have_by_themselves():
    few = X[np.random.default_rng(0).integers(0, 30, 400)]
    assert verdict(data_checks.duplicates(subject(copier(), few))) == "fine"


def test_shapes():
    narrow = keras.Sequential([keras.Input((SIZE,)), layers.Dense(1)])
    assert verdict(data_checks.shapes(subject(narrow))) == "wrong"
    other = keras.Sequential([keras.Input((SIZE,)), layers.Dense(7)])
    assert verdict(data_checks.shapes(subject(other))) == "wrong"
    targets = {"y_train": X[:300], "y_valid": X[300:]}
    assert verdict(data_checks.shapes(subject(other, **targets))) == "look"
    flat = keras.Sequential([keras.Input((4, 6)), layers.Flatten()])
    assert verdict(data_checks.shapes(subject(flat, X.reshape(400, 4, 6)))) == "fine"
    assert verdict(data_checks.shapes(subject(copier()))) == "fine"


@pytest.mark.parametrize(
    "activation, from_logits, expected",
    [("sigmoid", True, "wrong"), (None, False, "wrong"), (None, True, "fine")]
    + [("sigmoid", False, "fine")],
)
def test_logits(activation, from_logits, expected):
    loss = keras.losses.BinaryCrossentropy(from_logits=from_logits)
    assert verdict(data_checks.logits(subject(behind(activation, loss), UNIT))) == expected


def test_logits_keeps_silent_without_a_cross_entropy():
    assert data_checks.logits(subject(behind(None))) is None


def test_numbers_of_words_have_no_range():
    words = np.random.default_rng(0).integers(1, 9, (100, 5))
    speaker = keras.Sequential([keras.Input((5,)), layers.Embedding(9, 2), layers.Dense(9)])
    asked = subject(speaker, words)
    assert data_checks.data_range(asked) is None
    assert data_checks.constant_columns(asked) is None


def test_duplicates_keep_silent_for_rows_of_another_size():
    asked = subject(copier())
    asked.data.given["x_train"] = X[:, :5]
    assert data_checks.duplicates(asked) is None
