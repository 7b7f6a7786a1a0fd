"""Penalties that nobody adds, that grow with the batch or that win are found."""

from contextlib import contextmanager, nullcontext
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from checkup_cases import AXES, SIZE, UNITS, copier, dense, functional, subject, verdict
from checkup_stub import ROWS, Stub, always, said, step
from keras import layers, ops

from aeutils.checkup import penalty_checks
from aeutils.checkup.trace import Step
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


def missing_said(monkeypatch, losses, terms=2, own=("train_step",)):
    """What is said of the loss of a batch as it is, and with raised penalties."""
    amounts, left = [], list(losses)

    @contextmanager
    def raised(amount):
        amounts.append(amount)
        yield

    monkeypatch.setattr(penalty_checks, "penalties", lambda s, x: [1.0] * terms)
    monkeypatch.setattr(penalty_checks, "batch", always((ROWS, ROWS)))
    monkeypatch.setattr(penalty_checks, "batch_loss", lambda s, x, y: left.pop(0))
    monkeypatch.setattr(penalty_checks, "raised_penalties", raised)
    monkeypatch.setattr(penalty_checks, "overrides", lambda model, name: name in own)
    return penalty_checks.penalty_missing(Stub()), amounts


@pytest.mark.parametrize(
    "plain, raised, amount, counted, expected",
    [
        (0.5, 0.99, 1.0, "0.49", "wrong"),
        (0.5, 1.0, 1.0, "0.50", "fine"),
        (0.5, 2.5, 1.0, "2.00", "fine"),
        (4.0, 16.0, 4.0, "3.00", "fine"),
        (4.0, 16.2, 4.0, "3.05", "look"),
        (-4.0, -4.0, 4.0, "0.00", "wrong"),
    ],
)
def test_by_how_much_the_loss_rises(monkeypatch, plain, raised, amount, counted, expected):
    outcome, amounts = missing_said(monkeypatch, (plain, raised))
    words = f"2 in model.losses; raised by 1 each, the loss rises by {counted}"
    assert said(outcome) == (expected, words) and amounts == [amount]
    assert said(missing_said(monkeypatch, (plain, raised), own=())[0]) == ("fine", words)


def test_whose_penalties_cannot_be_missing(monkeypatch):
    assert missing_said(monkeypatch, (1.0, 2.0), terms=0)[0] is None
    assert missing_said(monkeypatch, (None, 2.0))[0] is None
    assert missing_said(monkeypatch, (np.nan, 2.0))[0] is None
    for own, name in ((("train_step", "compute_loss"), "train_step"), (("compute_loss",),) * 2):
        advice = missing_said(monkeypatch, (1.0, 1.0), own=own)[0].advice
        assert advice.endswith(f"`{name if isinstance(name, str) else name[0]}`.")


def batch_said(monkeypatch, small, large):
    """What is said of the penalties of eight rows, and of eight times these."""
    asked = []

    def penalties(subject, x):
        asked.append(x)
        return small if len(asked) == 1 else large

    monkeypatch.setattr(penalty_checks, "penalties", penalties)
    found = said(penalty_checks.penalty_batch(Stub()))
    np.testing.assert_array_equal(asked[0], ROWS[:8])
    np.testing.assert_array_equal(asked[1], np.tile(ROWS[:8], (8, 1)))
    return found


@pytest.mark.parametrize(
    "times, expected",
    [
        (8, "wrong"),
        (9.59, "wrong"),
        (9.61, "look"),
        (6.41, "wrong"),
        (6.39, "look"),
        (1 / 8, "wrong"),
        (1.19 / 8, "wrong"),
        (1.21 / 8, "look"),
        (0.81 / 8, "wrong"),
        (0.79 / 8, "look"),
        (0.5, "look"),
        (0.51, "fine"),
        (1.99, "fine"),
        (2.0, "look"),
        (1.0, "fine"),
        (-1.0, "look"),
    ],
)
def test_penalties_and_the_size_of_a_batch(monkeypatch, times, expected):
    words = f"8 times the batch, {times:.3g} times the penalty"
    assert batch_said(monkeypatch, [2.0], [2.0 * times]) == (expected, words)
    several = batch_said(monkeypatch, [0.0, 2.0, 2.0], [5.0, 2.0, 2.0 * times])
    assert several == (expected if times != -1 else "fine", words if times != -1 else several[1])


def test_penalties_that_cannot_be_compared(monkeypatch):
    assert batch_said(monkeypatch, [1.0], [1.0, 1.0]) is None
    assert batch_said(monkeypatch, [0.0], [1.0]) is batch_said(monkeypatch, [], []) is None
    assert batch_said(monkeypatch, [1.0, 1.0], [0.0, 0.25])[1].endswith("0 times the penalty")


def strength_said(monkeypatch, penalty, total, *, price=0.0, codes=ROWS, **answers):
    """What is said of a penalty in a loss."""
    monkeypatch.setattr(penalty_checks, "penalties", always(penalty))
    monkeypatch.setattr(penalty_checks, "batch_loss", always(total))
    monkeypatch.setattr(penalty_checks, "_price", always(price))
    return said(penalty_checks.penalty_strength(Stub(codes=codes, **answers)))


@pytest.mark.parametrize(
    "penalty, total, expected",
    [([15.0, 5.0], 22.0, "fine"), ([15.0, 5.1], 22.1, "look"), ([20.1], 18.1, "look")],
)
def test_a_penalty_that_is_most_of_the_loss(monkeypatch, penalty, total, expected):
    words = f"{sum(penalty):.3g} beside 2 of the rest of the loss"
    assert strength_said(monkeypatch, penalty, total, price=99.0) == (expected, words)


@pytest.mark.parametrize(
    "moved, price, expected",
    [
        (0.0, 20.0, "fine"),
        (0.0, 20.1, "wrong"),
        (1e-3, 20.1, "wrong"),
        (1.1e-3, 20.1, "fine"),
        (0.5, 20.1, "fine"),
    ],
)
def test_a_penalty_that_has_won(monkeypatch, moved, price, expected):
    codes = np.array([[1.0, moved], [1.0, -moved]])
    words = "0 beside 2 of the rest of the loss"
    if expected == "wrong":
        words += f"; no unit of the code is on, and a code of size 1 would cost {price:.3g}"
    assert strength_said(monkeypatch, [0.0], 2.0, price=price, codes=codes) == (expected, words)
    tiny = codes * [0, 1e-3]
    found = strength_said(monkeypatch, [0.0], 2.0, price=price, codes=tiny)
    assert found[0] == ("wrong" if price > 20 and moved <= 1e-3 else "fine")


def test_whose_penalties_are_not_weighed(monkeypatch):
    assert strength_said(monkeypatch, [1.0], 2.0)[0] == "fine"
    assert strength_said(monkeypatch, [], 2.0) is None
    assert strength_said(monkeypatch, [1.0], None) is None
    assert strength_said(monkeypatch, [1.0], np.inf) is None
    assert strength_said(monkeypatch, [1.0], 2.0, codes=None) is None
    assert strength_said(monkeypatch, [1.0], 2.0, posterior=1) is None
    assert strength_said(monkeypatch, [1.0], 2.0, trained=False) is None


class Named:
    """What can be a key and has a name."""

    def __init__(self, name):
        self.name = name


def test_the_price_of_a_code_of_ordinary_size(monkeypatch):
    seen = {}

    def trace(model, x, training, replace):
        ((layer, change),) = replace.items()
        seen.update(layer=layer.name, drawn=change("own"), training=training)
        return None, []

    monkeypatch.setattr(penalty_checks, "trace", trace)
    monkeypatch.setattr(penalty_checks, "kept", lambda model: nullcontext())
    model = SimpleNamespace(losses=[np.array(1.5), np.array(2.0)])
    steps = [Step(Named(f"{size}"), np.ones((4, size))) for size in (5, 3, 6)]
    asked = Stub(trainer=model, steps=steps, code_step=step(np.ones((4, 3))))
    assert penalty_checks._price(asked, ROWS) == 3.5
    assert seen["layer"] == "3" and seen["training"] is True
    known = np.abs(np.random.default_rng(0).normal(size=(40, 3)))
    np.testing.assert_array_equal(seen["drawn"], known)
    assert penalty_checks._price(Stub(), ROWS) == 0.0
