"""Which rows a check-up looks at, what kind they are, and what is padding."""

import checkup_stub
import keras
import numpy as np
import pytest
from checkup_cases import SIZE, X, copier
from keras import layers

from aeutils.checkup.data import _draw, _find_mask_value, _pair, padding, take

WORDS = np.array([[3, 1, 2, 0, 0], [1, 1, 4, 4, 2], [2, 3, 0, 0, 0]] * 20)
STEPS = (1 + np.random.default_rng(0).random((60, 5, 2))).astype("float32")


def model_of(*parts, shape):
    return keras.Sequential([keras.Input(shape), *parts])


def rows(model, x, *others, mask_value=None):
    return take(model, x, *(others or (None, None, None)), mask_value)


def test_a_fifth_is_drawn_for_validation():
    """In the order of a file the last fifth may be of other classes than the rest."""
    data = rows(copier(), X)
    assert len(data.x_train) == 320 and len(data.x_valid) == 80
    both = np.concatenate([data.x_train, data.x_valid])
    np.testing.assert_array_equal(np.sort(both, axis=0), np.sort(X, axis=0))
    last = {row.tobytes() for row in X[320:]}
    assert 5 < sum(row.tobytes() in last for row in data.x_valid) < 30
    assert data.target_valid is data.x_valid and data.copies


def test_targets_that_are_the_inputs_are_copies():
    data = rows(copier(), X[:300], X[300:], X[:300].copy(), X[300:].copy())
    assert data.copies and data.target_train is data.x_train
    assert not rows(copier(), X[:300], X[300:], X[:300].copy(), 2 * X[300:]).copies


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
    train = x[:48]
    data = rows(model_of(layers.LSTM(2), shape=(5, 2)), train, x[48:], None, None)
    np.testing.assert_allclose(data.mean_row[0], train[:, 0].mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(data.mean_row[3], train[1::2, 3].mean(axis=0), rtol=1e-6)
    real = np.concatenate([train[:, :3].reshape(-1, 2), train[1::2, 3]])
    np.testing.assert_allclose(data.mean_row[4], real.mean(axis=0), rtol=1e-6)


def test_what_is_asked_of_rows():
    x = np.random.default_rng(0).normal(3, 2, size=(30, 2, 3)).astype("float32")
    data = checkup_stub.data(x, x[:5])
    assert data.target_size == 6
    flat = x.reshape(30, 6).astype("float64")
    assert data.target_rows.dtype == "float64"
    np.testing.assert_array_equal(data.target_rows, flat)
    np.testing.assert_allclose(data.mean_row, x.mean(axis=0, dtype="float64"), rtol=1e-13)
    axes = np.linalg.svd(flat - flat.mean(axis=0))[2].T
    np.testing.assert_allclose(np.abs(data.axes.T @ axes), np.eye(6), atol=1e-9)


def test_the_mean_row_of_short_sequences():
    x = np.random.default_rng(0).normal(3, 2, size=(90, 4, 2)).astype("float32")
    x[:, 3] = x[1:, 2] = x[40:, 1] = 0
    found = checkup_stub.data(x, x, kind="sequences", mask_value=0.0).mean_row
    real = x.astype("float64")
    every = np.concatenate([real[:, 0], real[:40, 1], real[:1, 2]])
    means = [real[:, 0].mean(axis=0), real[:40, 1].mean(axis=0), real[0, 2], every.mean(axis=0)]
    np.testing.assert_allclose(found, means, rtol=1e-13)


def test_how_many_rows_are_drawn():
    many = np.arange(1800.0).reshape(600, 3)
    data = rows(copier(), many, many, None, None)
    assert len(data.x_train) == 600 and len(data.x_valid) == 500
    places = np.sort(np.random.default_rng(0).choice(600, 500, replace=False))
    np.testing.assert_array_equal(data.x_valid, many[places])
    assert len(rows(copier(), many[:8], many, None, None).x_train) == 8
    with pytest.raises(ValueError, match="x_train has 7 finite rows; a check-up needs 8 or more"):
        rows(copier(), many[:7], many, None, None)


def test_a_row_counts_where_its_target_is_finite():
    x, y = np.arange(40.0).reshape(20, 2), np.arange(60.0).reshape(20, 3)
    x[1, 0] = y[2, 1] = np.nan
    found, target = _draw(x, y, 4000, "x_train")
    left = np.delete(np.arange(20), [1, 2])
    np.testing.assert_array_equal(found, x[left])
    np.testing.assert_array_equal(target, y[left])
    same, again = _draw(x, x, 4000, "x_train")
    assert len(same) == 19 and again is same


def test_what_was_given_is_kept():
    x, y = np.ones((60, 2)), np.zeros((60, 3))
    data = rows(copier(), x, 2 * x, y, y)
    assert list(data.given) == ["x_train", "x_valid", "y_train", "y_valid"]
    np.testing.assert_array_equal(data.given["x_train"], x)
    np.testing.assert_array_equal(data.given["y_valid"], y)
    assert list(rows(copier(), x).given) == ["x_train", "x_valid"]


def test_arrays_that_are_given_as_one():
    with pytest.raises(ValueError, match="x_train is a tuple of 2 arrays; give them one by one"):
        _pair((np.ones((5, 2)), np.ones((4, 2))), None, "train")
    several = [np.ones((5, 2)), np.zeros((5, 2))]
    for given in (several, several[:1], [[1, 2], [3, 4]], np.ones((2, 3)), (np.ones(3),)):
        found, target = _pair(given, None, "train")
        np.testing.assert_array_equal(found, np.array(given))
        assert target is found
    for uneven in ([[1, 2], [3]], [np.ones(2), np.ones(3)]):
        with pytest.raises(ValueError) as refused:
            _pair(uneven, None, "train")
        assert "one by one" not in str(refused.value)
    with pytest.raises(ValueError, match="no more than one number a row"):
        _pair([], None, "train")
    with pytest.raises(ValueError, match="not a single row"):
        _pair(np.ones((0, 2)), None, "train")


def test_one_sequence_in_twenty_is_no_padding():
    x = np.ones((40, 3, 2))
    x[:2, 1:] = 0
    assert _find_mask_value([], x) is None
    x[2, 2:] = 0
    assert _find_mask_value([], x) == 0.0
    masked = _find_mask_value([layers.Dense(2), layers.Embedding(5, 2, mask_zero=True)], x + 1)
    assert masked == 0.0 and masked is not None
