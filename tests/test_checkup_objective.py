"""The loss of a batch is that of `fit`, and asking for it makes no step."""

import keras
import numpy as np
import pytest
from checkup_cases import copier, subject
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
