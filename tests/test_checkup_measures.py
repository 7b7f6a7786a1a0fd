"""Errors of copies, of the mean row and of tokens."""

import keras
import numpy as np
import pytest
from checkup_cases import SIZE, X, copier, dense, subject
from checkup_stub import ROWS, Stub, always, data
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


def test_what_can_be_compared():
    whole = np.ones((4, 3), int)
    assert measures.comparable(Stub(data(whole, whole, kind="tokens"))) is False
    assert measures.comparable(Stub(data(whole, whole))) is True
    assert measures.comparable(Stub(data(1.0 * whole, 1.0 * whole, kind="tokens"))) is True
    assert measures.comparable(Stub(valid_copies=ROWS)) is False
    assert measures.comparable(Stub(valid_copies=ROWS[30:] * np.inf)) is False


def test_mean_squares_are_of_high_precision():
    rng = np.random.default_rng(0)
    copies, target = rng.normal(1000, 1, size=(2, 50)).astype("float32")
    known = np.mean((copies.astype("float64") - target.astype("float64")) ** 2)
    assert measures.mean_square(copies, target) == pytest.approx(known, rel=1e-13)


def test_no_share_of_an_error_that_is_none():
    flat = np.full((4, 3), 2.0)
    assert measures.errors(Stub(data(flat, flat), valid_copies=flat + 1)) is None
    assert measures.errors(Stub(data(flat, flat + 1), valid_copies=flat)) == (1.0, 1.0)


@pytest.mark.parametrize("share, expected", [(None, True), (0.9, True), (1.0, False), (1.5, False)])
def test_who_has_learned(monkeypatch, share, expected):
    monkeypatch.setattr(measures, "ratio", always(share))
    assert measures.learned(Stub()) is expected
    assert measures.learned(Stub(trained=False)) is False


@pytest.mark.parametrize(
    "kind, most, shape, expected",
    [
        ("tokens", 4, (2, 3, 5), True),
        ("tokens", 5, (2, 3, 5), False),
        ("tokens", 1.5, (2, 3, 5), False),
        ("table", 4, (2, 3, 5), False),
        ("tokens", 4, (2, 4, 5), False),
        ("tokens", 4, (2, 3), False),
        ("tokens", 4, (2, 3, 5, 1), False),
    ],
)
def test_outputs_for_each_word_of_a_list(kind, most, shape, expected):
    words = np.array([[0, 1, 2], [3, 0, most]])
    found = measures.is_vocabulary(Stub(data(words, words, kind=kind), raw_valid=np.ones(shape)))
    assert bool(found) is expected


@pytest.mark.parametrize(
    "numbers, expected",
    [
        ([0.0, 1.0], True),
        ([0.4, 0.605], True),
        ([0.4, 0.62], False),
        ([0.9, 0.9], False),
        ([-0.1, 1.1], False),
        ([-0.1, 0.5], False),
    ],
)
def test_numbers_that_are_probabilities(numbers, expected):
    assert measures.are_probabilities(np.tile(numbers, (2, 3, 1))) is expected


def test_how_often_tokens_stand_in_training_rows():
    words = np.array([[0, 1, 1], [5, 1, 4]])
    counts = np.array([1.5, 3.5, 0.5, 0.5, 1.5])
    found = measures.frequencies(data(words, words, kind="tokens"), 5)
    np.testing.assert_allclose(found, counts / counts.sum())
    assert len(measures.frequencies(data(words, words, kind="tokens"), 9)) == 9


def test_outputs_that_stand_still_at_an_edge():
    """One varies, one stands at 0, one elsewhere, and of one no target varies."""
    rows = np.tile(X[:, :1], (1, 4)) * [1, 1, 1, 1e-3]
    weights = np.diag([1.0, 0, 0, 0])
    model = keras.Sequential(
        [keras.Input((4,)), dense(weights, activation="relu", bias=np.array([9.0, -1, 2, -1]))]
    )
    seen = subject(model, rows.astype("float32"))
    still, asked = measures.still_outputs(seen)
    assert still.tolist() == [False, True, True, False]
    assert asked.tolist() == [True, True, True, False]
    assert measures.at_edge(seen).tolist() == [False, True, False, True]
    model.layers[0].activation = keras.activations.linear
    assert not measures.at_edge(subject(model, rows.astype("float32"))).any()


@pytest.mark.parametrize(
    "activation, low, high",
    [
        ("relu", 0, None),
        ("relu6", 0, None),
        ("sigmoid", 0, 1),
        ("hard_sigmoid", 0, 1),
        ("tanh", -1, 1),
        ("linear", None, None),
        (None, None, None),
    ],
)
def test_where_an_activation_has_no_slope(activation, low, high):
    def stuck(*columns):
        """Whether each column of copies lies at an edge; the last row stands for training rows."""
        copies = np.array(columns, float).T
        rows = {"valid_copies": copies[:-1], "train_copies": copies[-1:]}
        return measures.at_edge(Stub(output_activation=activation, **rows)).tolist()

    assert stuck([0.5, 0.5], [2.0, 2.0]) == [False, False]
    for edge, other in ((low, high), (high, low)):
        if edge is not None:
            near, off = edge + 9.9e-5, edge + 1.1e-4
            assert stuck([edge, edge], [near, edge]) == [True, True]
            assert stuck([off, edge], [edge, off]) == [False, False]
        if edge is not None and other is not None:
            assert stuck([edge, other]) == [True]
