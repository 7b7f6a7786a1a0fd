"""With the code of another row a copy is of that row, and padding and tokens are counted right."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from checkup_cases import AXES, SIZE, Variational, copier, dense, subject
from checkup_stub import ROWS, Stub, always, data, step
from keras import layers

from aeutils.checkup import exchange
from aeutils.checkup.exchange import exchanged_copies, misses, other_rows


@pytest.mark.parametrize("make", [copier, lambda: Variational(draw=lambda mean, spread: mean)])
def test_copies_follow_the_code(make):
    copies, others = exchanged_copies(subject(make()))
    np.testing.assert_allclose(others, copies[other_rows(len(copies))], atol=1e-5)


@pytest.mark.parametrize("count", [8, 9, 400])
def test_the_other_row_is_another_at_no_fixed_distance(count):
    other = other_rows(count)
    assert sorted(other) == list(range(count))
    steps = (other - np.arange(count)) % count
    assert 0 not in steps and len(set(steps)) > 3


def test_a_skip_stays_with_its_row():
    x = keras.Input((SIZE,))
    skip = layers.Add()([dense(AXES.T)(dense(AXES)(x)), dense(np.eye(SIZE))(x)])
    asked = subject(keras.Model(x, skip))
    copies, others = exchanged_copies(asked)
    rows = asked.data.x_valid
    other = rows[other_rows(len(rows))]
    np.testing.assert_allclose(others, rows + other @ AXES @ AXES.T, atol=1e-4)


def test_a_side_branch_is_not_taken_for_the_code():
    x = keras.Input((SIZE,))
    scale = dense(np.zeros((2, SIZE)), bias=np.ones(SIZE))(dense(AXES[:, :2])(x))
    model = keras.Model(x, dense(AXES.T)(dense(AXES)(layers.Multiply()([x, scale]))))
    copies, others = exchanged_copies(subject(model))
    np.testing.assert_allclose(others, copies[other_rows(len(copies))], atol=1e-5)


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


def test_without_a_posterior_it_goes_through_the_layers(monkeypatch):
    monkeypatch.setattr(exchange, "_through_layers", lambda s, x, other, copies: (x, other))
    asked = Stub(data(ROWS, ROWS[:5]), copies=lambda x: x + 1)
    copies, (x, other) = exchange.exchanged_copies(asked)
    np.testing.assert_array_equal(copies, ROWS[:5] + 1)
    assert len(x) == 5 and other.tolist() == other_rows(5).tolist()
    monkeypatch.setattr(exchange, "_through_layers", always(None))
    assert exchange.exchanged_copies(Stub(copies=lambda x: x)) is None


def through(monkeypatch, far, sizes=(), size=2, row=40):
    """What is given by the code and by layers of these sizes, and which of these were asked.

    `far` holds how far the copies by the code, and by each layer in turn, are from wanted ones.
    """
    monkeypatch.setattr(exchange, "_far", lambda given, wanted, copies: far[given])
    steps = [step(np.ones((1, k)), name=f"{place}") for place, k in enumerate(sizes)]
    steps = [SimpleNamespace(layer=s.layer.name, size=s.size) for s in steps]
    x, asked = np.ones((3, row)), []
    subject = Stub(
        data(x, x),
        code_step=SimpleNamespace(size=size),
        steps=steps,
        with_code_of=lambda x, other: 0,
        with_output_of=lambda layer, x, other: asked.append(layer) or len(asked),
    )
    found = exchange._through_layers(subject, x, np.array([1, 2, 0]), x)
    return found, [int(layer) for layer in asked]


def test_through_which_layers_all_passes(monkeypatch):
    sizes = (2, 1, 2, 16, 17, 3, 2)  # the first and the last are never asked
    assert through(monkeypatch, [0.09], sizes) == (0, [])
    assert through(monkeypatch, [0.1] * 5, sizes) == (0, [2, 3, 5])
    assert through(monkeypatch, [0.5, 0.5, 0.09], sizes) == (2, [2, 3])
    assert through(monkeypatch, [0.5, 0.1, 0.5, 0.09], sizes) == (3, [2, 3, 5])
    assert through(monkeypatch, [0.5] * 5, (0, 9, 10, 11, 0), row=20) == (0, [1, 2])
    assert through(monkeypatch, [0.5] * 20, [3] * 20)[1] == list(range(1, 13))
    assert exchange._through_layers(Stub(), None, None, None) is None


def test_how_far_copies_are_from_those_of_another_row():
    wanted, given = np.array([[1.0, 1], [4, 4]]), np.array([[1.0, 4], [4, 4]])
    copies = np.array([[7.0, 7], [4, 4]])
    assert exchange._far(given, wanted, copies) == pytest.approx((9 / 72) ** 0.5)
    same = exchange._far(wanted + 1e-7, wanted, wanted)
    assert same == pytest.approx(0.1)


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("shape", [(6, 4), (6, 4, 3)])
def test_misses_of_numbers(shape, ended):
    target = np.random.default_rng(0).normal(size=shape)
    target[1:4, 3] = -9 if ended else 1
    asked = Stub(data(target[::-1], target, kind="sequences", mask_value=-9 if ended else None))
    left = np.ones((6, 4), bool) if asked.data.filled is None else ~asked.data.filled
    copies, others = target + np.arange(4.0).reshape(4, *[1] * (len(shape) - 2)), 0 * target
    known = [
        np.mean((guess - target)[left] ** 2)
        for guess in (copies, others, np.broadcast_to(asked.data.mean_row, shape))
    ]
    assert misses(asked, copies, others) == pytest.approx(tuple(known))
    assert misses(asked, copies[:, :3], others) is None


def test_misses_of_words_that_have_no_output():
    words = np.array([[0, 1, 2], [0, 2, 1]])
    asked = Stub(data(words, words, kind="tokens"))
    assert misses(asked, np.ones((2, 3, 3)), np.ones((2, 3, 3))) is not None
    assert misses(asked, np.ones((2, 3, 2)), np.ones((2, 3, 2))) is None
    assert misses(asked, np.ones((2, 4, 3)), np.ones((2, 4, 3))) is None
    assert misses(asked, np.ones((2, 3)), np.ones((2, 3))) is None
    assert misses(asked, np.ones((2, 3, 3, 1)), np.ones((2, 3, 3, 1))) is None
    below = Stub(data(words, words - 1, kind="tokens"))
    assert misses(below, np.ones((2, 3, 3)), np.ones((2, 3, 3))) is None
