"""With the code of another row a copy is of that row, and padding and tokens are counted right."""


import keras
import numpy as np
import pytest
from checkup_cases import AXES, SIZE, Variational, copier, dense, subject
from checkup_stub import Stub, data
from keras import layers

from aeutils.checkup.exchange import exchanged_copies, misses


@pytest.mark.parametrize("make", [copier, lambda: Variational(draw=lambda mean, spread: mean)])
def test_copies_follow_the_code(make):
    copies, others = exchanged_copies(subject(make()))
    np.testing.assert_allclose(others, np.roll(copies, -(len(copies) // 2), axis=0), atol=1e-5)


def test_a_skip_stays_with_its_row():
    x = keras.Input((SIZE,))
    skip = layers.Add()([dense(AXES.T)(dense(AXES)(x)), dense(np.eye(SIZE))(x)])
    asked = subject(keras.Model(x, skip))
    copies, others = exchanged_copies(asked)
    rows = asked.data.x_valid
    half = np.roll(rows, -(len(rows) // 2), axis=0)
    np.testing.assert_allclose(others, rows + half @ AXES @ AXES.T, atol=1e-4)


def test_a_side_branch_is_not_taken_for_the_code():
    x = keras.Input((SIZE,))
    scale = dense(np.zeros((2, SIZE)), bias=np.ones(SIZE))(dense(AXES[:, :2])(x))
    model = keras.Model(x, dense(AXES.T)(dense(AXES)(layers.Multiply()([x, scale]))))
    copies, others = exchanged_copies(subject(model))
    np.testing.assert_allclose(others, np.roll(copies, -(len(copies) // 2), axis=0), atol=1e-5)


def test_misses():
    asked = subject(copier())
    target = asked.data.target_valid
    own, other, mean = misses(asked, target + 0.1, target + 0.2)
    assert own == pytest.approx(0.01, rel=1e-3) and other == pytest.approx(0.04, rel=1e-3)
    known = np.mean((asked.data.target_train.mean(axis=0) - target) ** 2)
    assert mean == pytest.approx(known, rel=1e-3)
    assert misses(asked, target[:, :-1], target) is None


def test_misses_of_tokens():
    rng = np.random.default_rng(0)
    x = rng.integers(1, 5, size=(80, 6))
    x[:, 4:] = 0
    model = keras.Sequential([keras.Input((6,)), layers.Embedding(5, 4, mask_zero=True)])
    model.add(layers.Dense(5, "softmax"))
    asked = subject(model, x=x)
    right = np.eye(5)[asked.data.target_valid]
    right[:, 4:] = 0.2  # what is said of padding does not count
    own, other, mean = misses(asked, right, np.full_like(right, 0.2))
    assert own == pytest.approx(0, abs=1e-6) and other == pytest.approx(0.8)
    assert mean == pytest.approx(0.75, abs=0.05)
    assert misses(asked, right[..., :2], right[..., :2]) is None


def test_tokens_without_padding_have_their_misses():
    words = np.array([[0, 1, 2], [0, 2, 1], [0, 1, 1], [1, 0, 2]])
    sure, none = np.eye(3)[words], np.eye(3)[(words + 1) % 3]
    asked = Stub(data(words, words[:2], kind="tokens"))
    known = 0.0, 1.0, 1 - (0.75 + 0.5 + 0.5 + 0.75 + 0.25 + 0.5) / 6
    assert misses(asked, sure[:2], none[:2]) == pytest.approx(known)
