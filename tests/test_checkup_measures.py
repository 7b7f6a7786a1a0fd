"""Errors of copies, of the mean row and of tokens."""

import keras
import numpy as np
import pytest
from checkup_cases import SIZE, X, copier, dense, subject
from keras import layers

from aeutils.checkup import measures

WORDS = np.random.default_rng(0).integers(1, 5, (200, 6))
WORDS[::2, 4:] = 0


def half():
    return keras.Sequential([keras.Input((SIZE,)), dense(0.5 * np.eye(SIZE))])


def test_mean_square_without_padding():
    copies, target = np.ones((2, 3, 4)), np.zeros((2, 3, 4))
    copies[:, 2] = 7
    filled = np.array([[False, False, True]] * 2)
    assert measures.mean_square(copies, target, filled) == 1
    assert measures.mean_square(copies, target) == pytest.approx(17)


def test_errors():
    valid = X[320:]
    error, mean = measures.errors(subject(half()))
    assert error == pytest.approx(np.mean((0.5 * X[300:]) ** 2), rel=1e-4)
    assert mean == pytest.approx(np.mean((X[300:] - X[:300].mean(axis=0)) ** 2), rel=1e-4)
    assert measures.ratio(subject(half())) == pytest.approx(error / mean)
    assert len(valid) == 80


def test_absolute_error_against_the_median():
    model = half()
    model.compile("adam", "mae")
    error, median = measures.errors(subject(model))
    assert error == pytest.approx(np.mean(np.abs(0.5 * X[300:])), rel=1e-4)
    assert median == pytest.approx(np.mean(np.abs(X[300:] - np.median(X[:300], axis=0))), rel=1e-4)


def test_no_error_can_be_told():
    model = half()
    model.compile("adam", keras.losses.CosineSimilarity())
    assert measures.errors(subject(model)) is None and measures.ratio(subject(model)) is None
    other = keras.Sequential([keras.Input((SIZE,)), layers.Dense(7)])
    assert not measures.comparable(subject(other))


def test_learned():
    assert measures.learned(subject(copier()))
    untrained = keras.Sequential([keras.Input((SIZE,)), layers.Dense(SIZE)])
    assert not measures.learned(subject(untrained))
    poor = keras.Sequential([keras.Input((SIZE,)), dense(3 * np.eye(SIZE))])
    assert not measures.learned(subject(poor))


def speaker(logits, activation="softmax"):
    """A model that says the same of every step, whatever it gets."""
    x = keras.Input((6,))
    last = layers.Dense(5, activation)
    model = keras.Model(x, last(layers.Embedding(5, 2)(x)))
    last.set_weights([np.zeros((2, 5)), np.array(logits)])
    return model


@pytest.mark.parametrize("activation", ["softmax", None])
def test_tokens_against_their_frequencies(activation):
    rows = subject(speaker(np.log([1e-6, 0.25, 0.25, 0.25, 0.25]), activation), WORDS)
    assert measures.is_vocabulary(rows)
    error, known = measures.errors(rows)
    assert error == pytest.approx(np.log(4), abs=1e-4)
    assert known == pytest.approx(np.log(4), abs=0.02)
    shares = measures.frequencies(rows.data, 5)
    assert shares.sum() == pytest.approx(1) and 0 < shares[0] < 0.001


def test_probabilities():
    given = np.array([[[0.2, 0.8], [0.5, 0.5]]])
    np.testing.assert_array_equal(measures.probabilities(given), given)
    np.testing.assert_allclose(measures.probabilities(np.log(2 * given)), given)
