"""The gradient of a batch is that of the loss, and asking for it changes nothing."""

import sys
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from checkup_cases import AXES, SIZE, Variational, copier, subject
from checkup_stub import Stub, always, data
from keras import layers, ops

from aeutils.checkup import gradients as module
from aeutils.checkup.gradients import falls, gradients, own_loss


def test_gradient_of_a_linear_model():
    model = copier()
    model.layers[-1].bias.assign(np.full(SIZE, 0.5))
    for compile_it in (False, True):
        if compile_it:
            model.compile("adam", "mse")
        rows = subject(model)
        x = rows.data.x_train[:128].astype("float64")
        away = x @ AXES @ AXES.T + 0.5 - x
        bias = gradients(rows)[-1][1]
        np.testing.assert_allclose(bias, 2 * away.mean(axis=0) / SIZE, atol=1e-6)


def test_penalties_count():
    model = copier(activity_regularizer=keras.regularizers.L2(10.0))
    model.compile("adam", "mse")
    assert np.abs(gradients(subject(model))[0][1]).max() > 1


def test_state_stays():
    model = keras.Sequential(
        [keras.Input((SIZE,)), layers.BatchNormalization(), layers.Dropout(0.5), layers.Dense(SIZE)]
    )
    model.compile("adam", "mse")
    before = [ops.convert_to_numpy(v).copy() for v in model.variables]
    gradients(subject(model))
    for old, new in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(old, ops.convert_to_numpy(new))


class ByHand(keras.Sequential):
    def train_step(self, data):
        return {}


@pytest.mark.parametrize("kind, expected", [(keras.Sequential, True), (ByHand, False)])
def test_own_loss(kind, expected):
    model = kind(copier().layers)
    assert not own_loss(model)
    model.compile("adam", "mse")
    assert own_loss(model) is expected


def test_own_loss_of_a_model_with_a_loss_method():
    model = Variational()
    model.compile("adam")
    assert own_loss(model)
    assert all(grad is not None for _, grad in gradients(subject(model)))


def test_falls_of_a_quadratic_loss():
    """One bias that is off by 0.5 everywhere: the loss along its gradient is a parabola."""
    model = copier()
    for layer in model.layers:
        layer.trainable = layer is model.layers[-1]
    model.layers[-1].bias.assign(np.full(SIZE, 0.5))
    model.compile("adam", "mse")
    rows = subject(model)
    before = [ops.convert_to_numpy(w).copy() for w in model.weights]
    small, large, absurd = falls(rows, (0.01, 0.1, 1e4))
    assert large / small == pytest.approx(10, rel=0.05) and small > 0 > absurd
    for old, new in zip(before, model.weights, strict=True):
        np.testing.assert_array_equal(old, ops.convert_to_numpy(new))


class WithLoss(keras.Model):
    def call(self, x):
        return x

    def compute_loss(self, *arguments, **settings):
        return 0.0


class Plain(keras.Model):
    def call(self, x):
        return x


@pytest.mark.parametrize(
    "kind, loss, expected",
    [(Plain, "mse", True), (Plain, None, False), (Plain, ["mse"], False)]
    + [(Plain, {"a": "mse"}, False), (WithLoss, None, True), (WithLoss, ["mse"], True)],
)
def test_whose_loss_can_be_asked_for(kind, loss, expected):
    model = kind()
    assert own_loss(model) is False
    model.compile("sgd", loss)
    assert own_loss(model) is expected


def test_what_is_no_model_has_no_loss_of_its_own():
    assert own_loss(SimpleNamespace(loss="mse", compiled=True)) is False


def batch_loss(monkeypatch, copies, target, own=False, kind="table", logits=False, terms=()):
    """The loss of these copies, and what `compute_loss` was asked for."""
    seen = []

    def compute_loss(**given):
        seen.append({name: np.asarray(value) for name, value in given.items()})
        return "own"

    model = SimpleNamespace(losses=list(terms), compute_loss=compute_loss)
    monkeypatch.setattr(module, "own_loss", lambda asked: own and asked == "trainer")
    monkeypatch.setattr(
        module, "call", lambda asked, x, training: (copies, "more") if training is True else None
    )
    asked = Stub(data(kind=kind), model=model, trainer="trainer")
    asked.reconstruction = lambda outputs: outputs[0]
    return module.batch_loss(asked, "x", target, logits), seen


def test_the_loss_of_a_batch(monkeypatch):
    ones, zeros = np.ones((4, 6), "float32"), np.zeros((4, 2, 3), "float32")
    value = batch_loss(monkeypatch, 3 * ones, 5 * zeros + 1)[0]
    assert float(value) == 4
    value = batch_loss(monkeypatch, 3 * ones, zeros + 1, terms=[ops.ones((2,)), ops.ones(())])[0]
    assert float(value) == 7
    assert float(batch_loss(monkeypatch, 0 * ones, zeros + 1, logits=True)[0]) == 0.25
    assert float(batch_loss(monkeypatch, zeros, 0 * zeros + 2)[0]) == 4


def test_the_loss_of_tokens(monkeypatch):
    words = np.array([[0, 2], [1, 1]])
    raw = np.full((2, 2, 3), 0.25, "float32")
    raw[0, 0, 0] = raw[0, 1, 2] = raw[1, :, 1] = 0.5
    value = batch_loss(monkeypatch, raw, words, kind="tokens")[0]
    assert float(value) == pytest.approx(np.log(2), rel=1e-5)
    flat = batch_loss(monkeypatch, 2 + words.astype("float32"), words, kind="tokens")[0]
    assert float(flat) == 4


def test_the_loss_of_its_own(monkeypatch):
    target = np.ones((4, 6))
    value, (given,) = batch_loss(monkeypatch, "copies", target, own=True)
    assert value == "own" and given["x"] == "x"
    np.testing.assert_array_equal(given["y"], target)
    assert list(given["y_pred"]) == ["copies", "more"]


def asked_gradients(monkeypatch, tensorflow):
    """The gradients that one of the two backends gives, and the loss that it got."""
    x = np.arange(400.0).reshape(200, 2)
    seen, kept_models = [], []

    def by(name):
        def found(weights, loss):
            seen.append((name, weights, loss()))
            return [ops.ones((2,)), None]

        return found

    def kept(model):
        kept_models.append(model)
        return nullcontext()

    patches = {"_by_tape": by("tape"), "_by_jax": by("jax"), "kept": kept}
    patches |= {"is_tensorflow": always(tensorflow), "batch_loss": lambda *given: given}
    for name, patch in patches.items():
        monkeypatch.setattr(module, name, patch)
    model = SimpleNamespace(trainable_weights=("a", "b"))
    asked = Stub(data(x, x[:9], y_train=x + 1, y_valid=x[:9]), model=model, gives_logits="logits")
    found = module.gradients(asked)
    assert kept_models == [model]
    return asked, found, seen


@pytest.mark.parametrize("tensorflow, name", [(True, "tape"), (False, "jax")])
def test_gradients_of_128_rows(monkeypatch, tensorflow, name):
    asked, found, ((backend, weights, loss),) = asked_gradients(monkeypatch, tensorflow)
    assert backend == name and weights == ["a", "b"]
    assert loss[0] is asked and loss[3] == "logits"
    np.testing.assert_array_equal(loss[1], asked.data.x_train[:128])
    np.testing.assert_array_equal(loss[2], asked.data.x_train[:128] + 1)
    assert [weight for weight, _ in found] == ["a", "b"] and found[1][1] is None
    assert isinstance(found[0][1], np.ndarray) and found[0][1].sum() == 2


class Number:
    """A weight of one number."""

    def __init__(self, value):
        self.value = value

    def assign(self, value):
        self.value = value

    def __sub__(self, other):
        return self.value - other


def test_by_how_much_a_step_lowers_the_loss(monkeypatch):
    """A loss w^2 at w = 3, and a gradient that is said to be 4."""
    weight, other = Number(3.0), Number(5.0)

    @contextmanager
    def kept(model):
        before = weight.value
        yield
        weight.value = before

    def loss(subject, x, y, gives_logits):
        assert len(x) == len(y) == 128 and gives_logits is False and other.value == 5.0
        return weight.value**2

    monkeypatch.setattr(module, "kept", kept)
    monkeypatch.setattr(module, "batch_loss", loss)
    monkeypatch.setattr(module, "gradients", always([(weight, 4.0), (other, None)]))
    rows = np.zeros((200, 2))
    assert module.falls(Stub(data(rows, rows[:9])), (0.25, 1.0, 2.0)) == [5.0, 8.0, -16.0]
    assert weight.value == 3.0


def test_gradients_by_jax(monkeypatch):
    """Weights are taken from what is differentiated, and penalties do not stay in the layers."""
    scopes = []

    class Scope:
        def __init__(self, pairs, collect_losses=False):
            self.pairs, self.collects = list(pairs), collect_losses
            scopes.append(self)

        def __enter__(self):
            for weight, value in self.pairs:
                weight.value = value

        def __exit__(self, *problem):
            return False

    def grad(function):
        def slopes(values):
            start = function(values)
            return [
                function([v + (k == place) for k, v in enumerate(values)]) - start
                for place in range(len(values))
            ]

        return slopes

    monkeypatch.setitem(sys.modules, "jax", SimpleNamespace(grad=grad))
    monkeypatch.setattr(module.keras, "StatelessScope", Scope)
    weights = [Number(2.0), Number(5.0)]
    found = module._by_jax(weights, lambda: 3 * weights[0].value + 7 * weights[1].value)
    assert found == [3.0, 7.0] and len(scopes) == 3 and all(scope.collects for scope in scopes)
    assert [weight for weight, _ in scopes[0].pairs] == weights
