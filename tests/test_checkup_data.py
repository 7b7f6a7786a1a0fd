"""Which rows a check-up looks at, what kind they are, and what is padding."""

import keras
import numpy as np
import pytest
from checkup_cases import SIZE, X, copier
from keras import layers

from aeutils.checkup.data import padding, take

WORDS = np.array([[3, 1, 2, 0, 0], [1, 1, 4, 4, 2], [2, 3, 0, 0, 0]] * 20)
STEPS = (1 + np.random.default_rng(0).random((60, 5, 2))).astype("float32")


def model_of(*parts, shape):
    return keras.Sequential([keras.Input(shape), *parts])


def rows(model, x, *others, mask_value=None):
    return take(model, x, *(others or (None, None, None)), mask_value)


def test_the_last_fifth_is_kept_for_validation():
    data = rows(copier(), X)
    assert len(data.x_train) == 320 and len(data.x_valid) == 80
    np.testing.assert_array_equal(data.x_valid, X[320:])
    assert data.target_valid is data.x_valid and data.copies


def test_many_rows_are_drawn_in_the_same_way_each_time():
    many = np.tile(X, (12, 1)) + np.arange(4800, dtype="float32")[:, None]
    first, second = (rows(copier(), many, X, None, None) for _ in range(2))
    assert len(first.x_train) == 4000 and len(first.given["x_train"]) == 4800
    np.testing.assert_array_equal(first.x_train, second.x_train)


def test_rows_that_are_not_finite_are_left_out():
    gaps = X.astype("float64")
    gaps[3, 0], gaps[5, 1] = np.nan, np.inf
    data = rows(copier(), gaps, X, None, None)
    assert len(data.x_train) == 398 and data.x_train.dtype == "float32"
    assert not np.isfinite(data.given["x_train"]).all()


def test_targets_stay_with_their_rows():
    data = rows(copier(), X[:300], X[300:], 2 * X[:300], 2 * X[300:])
    assert not data.copies
    np.testing.assert_array_equal(data.target_train, 2 * data.x_train)
    half = rows(copier(), X, None, 2 * X, None)
    np.testing.assert_array_equal(half.target_valid, 2 * half.x_valid)


def test_kinds():
    words = model_of(layers.Embedding(9, 2), layers.LSTM(2), shape=(5,))
    lstm = model_of(layers.LSTM(2), shape=(5, 2))
    picture = model_of(layers.Flatten(), shape=(5, 2))
    assert rows(copier(), X).kind == "table"
    assert rows(words, WORDS).kind == "tokens"
    assert rows([None, words, None], WORDS).kind == "tokens"
    assert rows(lstm, STEPS).kind == "sequences"
    assert rows(picture, STEPS).kind == "images"
    # An embedding may hold the words of a code; then the rows are no tokens.
    book = model_of(layers.Dense(4), layers.Embedding(9, 2), shape=(SIZE,))
    assert rows(book, X).kind == "table"


def test_padding_at_the_ends_alone():
    assert padding(WORDS[:3], 0).tolist() == [
        [False, False, False, True, True],
        [False] * 5,
        [False, False, True, True, True],
    ]
    inside = np.array([[0, 1, 0, 2, 0]])
    assert padding(inside, 0).tolist() == [[True, False, False, False, True]]


def test_the_mask_value():
    x = STEPS.copy()
    x[:, 3:] = -1
    masked = model_of(layers.Masking(-1.0), layers.LSTM(2), shape=(5, 2))
    data = rows(masked, x)
    assert data.mask_value == -1 and data.filled[:, 3:].all() and not data.filled[:, :3].any()
    assert rows(model_of(layers.LSTM(2), shape=(5, 2)), STEPS).mask_value is None
    given = rows(model_of(layers.LSTM(2), shape=(5, 2)), x, mask_value=-1.0)
    assert given.filled.mean() == pytest.approx(0.4)
    assert rows(copier(), X).filled is None


def test_the_mean_row_does_not_count_padding():
    x = STEPS.copy()
    x[::2, 3:] = 0
    x[:, 4] = 0
    data = rows(model_of(layers.LSTM(2), shape=(5, 2)), x)
    train = x[:48]
    np.testing.assert_allclose(data.mean_row[0], train[:, 0].mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(data.mean_row[3], train[1::2, 3].mean(axis=0), rtol=1e-6)
    real = np.concatenate([train[:, :3].reshape(-1, 2), train[1::2, 3]])
    np.testing.assert_allclose(data.mean_row[4], real.mean(axis=0), rtol=1e-6)
