"""The loss of a batch is that of `fit`, and asking for it makes no step."""

from contextlib import nullcontext
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from checkup_cases import copier, subject
from checkup_stub import Stub, data
from keras import ops

from aeutils.checkup import objective
from aeutils.checkup.state import kept
from aeutils.layers import ActivityPenalty


class ByStep(keras.Sequential):
    """A training step of its own, which forgets the penalties."""

    def train_step(self, *arguments):
        return self.by_jax(*arguments) if len(arguments) > 1 else self.by_tape(*arguments)

    def by_tape(self, data):
        import tensorflow as tf

        x, y = data
        with tf.GradientTape() as tape:
            loss = ops.mean(ops.square(y - self(x, training=True)))
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        return {"loss": loss}

    def by_jax(self, state, data):
        import jax

        weights, others, slots, metrics = state
        x, y = data

        def loss_of(weights):
            copies, _ = self.stateless_call(weights, others, x, training=True)
            return ops.mean(ops.square(y - copies))

        loss, gradients = jax.value_and_grad(loss_of)(weights)
        weights, slots = self.optimizer.stateless_apply(slots, gradients, weights)
        return {"loss": loss}, (weights, others, slots, metrics)


def model(kind=keras.Sequential, *middle):
    made = kind(copier(*middle).layers)
    made(np.zeros((1, 24), "float32"))
    made.compile(keras.optimizers.SGD(0.1), "mse")
    made.optimizer.build(made.trainable_variables)
    return made


def error(made, x):
    return float(np.mean((x - ops.convert_to_numpy(made(x))) ** 2))


def test_loss_with_a_penalty():
    made = model(keras.Sequential, ActivityPenalty(0.1))
    asked = subject(made)
    x = asked.data.x_train[:64]
    (penalty,) = objective.penalties(asked, x)
    codes = ops.convert_to_numpy(made.layers[0](x))
    assert penalty == pytest.approx(0.1 * np.abs(codes).sum(axis=1).mean(), rel=1e-4)
    assert objective.batch_loss(asked, x, x) == pytest.approx(error(made, x) + penalty, rel=1e-4)
    with objective.raised_penalties(2.0):
        raised = objective.batch_loss(asked, x, x)
    assert raised == pytest.approx(error(made, x) + penalty + 2, rel=1e-4)
    assert objective.penalties(asked, x) == [pytest.approx(penalty)]


def test_no_loss_to_ask():
    plain = subject(copier())
    x = plain.data.x_train[:8]
    assert objective.batch_loss(plain, x, x) is None
    assert objective.loss_of(object(), x, x, x) is None


def test_own_step_is_asked_and_makes_no_step():
    made = model(ByStep, ActivityPenalty(0.1))
    asked = subject(made)
    x = asked.data.x_train[:64]
    before = [ops.convert_to_numpy(v).copy() for v in made.variables + made.optimizer.variables]
    assert objective.batch_loss(asked, x, x) == pytest.approx(error(made, x), rel=1e-4)
    with objective.raised_penalties(2.0):
        assert objective.batch_loss(asked, x, x) == pytest.approx(error(made, x), rel=1e-4)
    after = [ops.convert_to_numpy(v) for v in made.variables + made.optimizer.variables]
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)
    assert isinstance(made.optimizer, keras.optimizers.SGD)


def test_a_step_that_takes_neither_form_says_nothing():
    class Refusing(keras.Sequential):
        def train_step(self, *arguments):
            raise TypeError("another form")

    made = model(Refusing)
    with kept(made):
        assert objective.step_logs(made, np.ones((8, 24)), np.ones((8, 24))) is None


def test_overrides():
    assert objective.overrides(model(ByStep), "train_step")
    assert not objective.overrides(model(ByStep), "compute_loss")
    assert not objective.overrides(model(), "train_step")
    assert not objective.overrides(None, "train_step")


@pytest.mark.parametrize("rows", [5, 64, 100])
def test_a_batch_has_64_rows(rows):
    x = np.arange(2.0 * rows).reshape(rows, 2)
    found, target = objective.batch(Stub(data(x, x, y_train=x + 1, y_valid=x)))
    np.testing.assert_array_equal(found, x[np.arange(64) % rows])
    np.testing.assert_array_equal(target, found + 1)


def test_penalties_in_both_modes(monkeypatch):
    trainer, modes = SimpleNamespace(losses=[]), []

    def call(model, x, training):
        modes.append((model, x, training))
        trainer.losses = [np.array(2.0), np.array(3.0)]

    monkeypatch.setattr(objective, "call", call)
    asked = Stub(model="model", trainer=trainer)
    assert objective.penalties(asked, "x") == objective.penalties(asked, "x", False) == [2.0, 3.0]
    assert modes == [("model", "x", True), ("model", "x", False)]


class Asked(keras.Model):
    """A model whose whole loss is chosen."""

    answer = np.array([1.0, 2.0])

    def call(self, x):
        return x

    def _compute_loss(self, x, y, outputs, weight, training=None):
        assert (x, y, outputs, weight, training) == ("x", "y", "outputs", None, True)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class AskedOwn(Asked):
    def compute_loss(self, *arguments, **settings):
        return 0.0


def loss_of(kind=Asked, loss="mse", answer=None, compiled=True):
    model = kind()
    if compiled:
        model.compile("sgd", loss)
    if answer is not None:
        model.answer = answer
    return objective.loss_of(model, "x", "y", "outputs")


def test_the_loss_of_outputs():
    assert loss_of() == loss_of(AskedOwn, None) == loss_of(AskedOwn, compiled=False) == 1.5
    assert loss_of(loss=None) is loss_of(compiled=False) is None
    assert loss_of(answer=np.array([])) is None
    for problem in (TypeError("another form"), ValueError("another shape")):
        assert loss_of(answer=problem) is None


def test_a_compiled_loss_that_is_only_declared():
    """An attribute `loss` of a model that was never compiled is no loss."""
    model = Asked()
    object.__setattr__(model, "loss", "mse")
    assert objective.loss_of(model, "x", "y", "outputs") is None


def test_the_loss_of_a_batch(monkeypatch):
    asked = Stub(model="model", trainer="trainer")

    def found(own, logs=None):
        monkeypatch.setattr(objective, "overrides", lambda model, name: name == own)
        monkeypatch.setattr(objective, "step_logs", lambda model, x, y: logs)
        return objective.batch_loss(asked, "x", "y")

    monkeypatch.setattr(objective, "kept", lambda model: nullcontext())
    monkeypatch.setattr(objective, "call", lambda model, x, training: (model, x, training))
    monkeypatch.setattr(objective, "loss_of", lambda *given: given)
    assert found("compute_loss") == ("trainer", "x", "y", ("model", "x", True))
    for name in ("loss", "total_loss", "total"):
        assert found("train_step", {"kl": 1.0, name: 2.0}) == 2.0
    assert found("train_step", {"total": 1.0, "loss": 2.0}) == 2.0
    assert found("train_step", {"kl": 1.0}) is found("train_step") is None


def logs_of(monkeypatch, step):
    """What a step of a model reports, and whether its metrics began anew."""
    events = []
    metric = SimpleNamespace(reset_state=lambda: events.append("reset"))

    def taken(model, batch):
        events.append("step")
        return step(batch)

    monkeypatch.setattr(objective, "_step", taken)
    found = objective.step_logs(SimpleNamespace(metrics=[metric] * 2), np.ones(3), np.zeros(3))
    assert events[:3] == ["reset", "reset", "step"]
    return found


def test_what_a_step_reports(monkeypatch):
    def paired(batch):
        x, y = (part.sum() for part in map(np.asarray, batch))
        return {"x": np.array(x), "y": np.array(y), "rows": np.ones(2)}

    def refusing(batch):
        if isinstance(batch, tuple):
            return None
        raise TypeError("another form")

    def single(batch):
        return {"loss": np.asarray(batch).sum() if not isinstance(batch, tuple) else -1.0}

    monkeypatch.setattr(objective.ops, "convert_to_tensor", np.asarray)
    assert logs_of(monkeypatch, single) == {"loss": 3.0}
    pairs_only = lambda batch: paired(batch) if isinstance(batch, tuple) else 1 / 0  # noqa: E731
    assert logs_of(monkeypatch, pairs_only) == {"x": 3.0, "y": 0.0}
    assert logs_of(monkeypatch, refusing) is None


def variables(*values):
    return [SimpleNamespace(value=value) for value in values]


def test_a_step_by_jax_gets_the_state_and_leaves_it(monkeypatch):
    optimizer = SimpleNamespace(built=True, variables=variables(4))
    model = SimpleNamespace(
        trainable_variables=variables(1, 2),
        non_trainable_variables=variables(3),
        metrics_variables=variables(5, 6),
        optimizer=optimizer,
        train_step=lambda state, batch: ((state, batch), "new state"),
    )
    monkeypatch.setattr(objective.keras.backend, "backend", lambda: "jax")
    assert objective._step(model, "batch") == (([1, 2], [3], [4], [5, 6]), "batch")
    optimizer.built = False
    assert objective._step(model, "batch") is None
    model.optimizer = None
    assert objective._step(model, "batch") is None


def test_a_step_by_tape_moves_no_optimizer(monkeypatch):
    class Holder:
        def train_step(self, batch):
            first = self.first
            answers = [first.apply_gradients([1], extra=2), first.apply(1), self.second.minimize()]
            return batch, first, answers, float(np.asarray(first.learning_rate))

    holder, own = Holder(), [keras.optimizers.SGD(0.25), keras.optimizers.Adam()]
    holder.first, holder.second, holder.number = *own, 3
    monkeypatch.setattr(objective.keras.backend, "backend", lambda: "tensorflow")
    batch, first, answers, rate = objective._step(holder, "batch")
    assert batch == "batch" and first.own is own[0] and rate == 0.25
    assert answers == [None] * 3
    assert [holder.first, holder.second, holder.number] == [*own, 3]


def test_raised_penalties():
    class Penalised(keras.layers.Layer):
        def call(self, x):
            self.add_loss(ops.convert_to_tensor(1.5))
            return x

    layer = Penalised()
    layer(np.ones((1, 2)))
    with pytest.raises(KeyError), objective.raised_penalties(2.0):
        assert [float(term) for term in layer.losses] == [3.5]
        raise KeyError
    assert [float(term) for term in layer.losses] == [1.5]


def test_a_loss_that_refuses_targets_is_asked_without():
    def refuses(y):
        if y is not None:
            raise ValueError("no y")
        return 3.0

    def broken(y):
        raise ValueError("no loss" if y is not None else "not told")

    assert objective.with_targets(1, refuses) == 3.0
    assert objective.with_targets(1, lambda y: y) == 1
    with pytest.raises(ValueError, match="no loss"):
        objective.with_targets(1, broken)
