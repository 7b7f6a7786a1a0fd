"""Rates that hardly move a weight, accuracy of pixels, gradients that are lost, frozen layers."""

import keras
import numpy as np
import pytest
from checkup_cases import SIZE, X, copier, dense, subject, verdict
from keras import layers, ops

from aeutils.adam import fused
from aeutils.checkup import training_checks

SCHEDULE = keras.optimizers.schedules.CosineDecay


def compiled(optimizer="adam", loss="mse", **settings):
    """An untrained model."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((SIZE,)), layers.Dense(8, "relu"), layers.Dense(3), layers.Dense(SIZE)]
    )
    model.compile(optimizer, loss, **settings)
    return model


def trained(model):
    """The same, and its optimizer says that it has made a step."""
    model.optimizer.iterations.assign(1)
    return model


@pytest.mark.parametrize(
    "optimizer, expected",
    [
        ("adadelta", "wrong"),
        ("adagrad", "wrong"),
        (keras.optimizers.SGD(0.001), "wrong"),
        (keras.optimizers.SGD(0.001, momentum=0.9), "fine"),
        (keras.optimizers.Adam(0.0), "wrong"),
        ("sgd", "look"),
        (keras.optimizers.Adam(0.5), "look"),
        (keras.optimizers.Adam(1e-8), "look"),
        (keras.optimizers.Adadelta(10.0), "fine"),
        (keras.optimizers.Adam(SCHEDULE(0.0, 100, warmup_target=1e-3, warmup_steps=10)), "fine"),
        (fused(keras.optimizers.Adam(1e-3)), "fine"),
    ],
)
def test_learning_rate(optimizer, expected):
    assert verdict(training_checks.learning_rate(subject(compiled(optimizer)))) == expected


def test_learning_rate_of_a_model_that_has_learned():
    model = copier()
    model.compile(keras.optimizers.Adadelta())
    model.compile("adadelta", "mse")
    assert verdict(training_checks.learning_rate(subject(trained(model)))) == "look"
    assert verdict(training_checks.learning_rate(subject(trained(compiled("sgd"))))) == "wrong"


def half_learned(rate):
    """A model half way to the best linear copy, its trained steps plain ones of this rate."""
    model = copier()
    model.layers[-1].kernel.assign(0.5 * model.layers[-1].kernel)
    model.compile(keras.optimizers.SGD(rate), "mse")
    return trained(model)


def test_plain_steps_of_a_model_that_has_learned_less_than_pca():
    outcome = training_checks.learning_rate(subject(half_learned(0.01)))
    assert outcome.verdict == "wrong" and "ten times as large" in outcome.measured
    assert verdict(training_checks.learning_rate(subject(half_learned(1.0)))) == "fine"
    # Rows so large that a larger step would overshoot.
    assert verdict(training_checks.learning_rate(subject(half_learned(0.01), 30 * X))) == "fine"
    good = copier()
    good.compile("sgd", "mse")
    assert verdict(training_checks.learning_rate(subject(trained(good)))) == "fine"


def test_learning_rate_keeps_silent_without_an_optimizer():
    assert training_checks.learning_rate(subject(copier())) is None


@pytest.mark.parametrize("metric", ["accuracy", "binary_accuracy", keras.metrics.BinaryAccuracy()])
def test_accuracy(metric):
    grey = 0.5 + 0.01 * np.clip(np.round(X), -1, 1)
    model = compiled(metrics=[metric])
    assert verdict(training_checks.accuracy(subject(model, grey.astype("float32")))) == "wrong"
    bits = (X > 0).astype("float32")
    assert verdict(training_checks.accuracy(subject(model, bits))) == "fine"
    assert training_checks.accuracy(subject(compiled(metrics=["mae"]))) is None


def test_accuracy_that_only_asks_for_the_largest_value():
    table = (X * np.arange(1, SIZE + 1)).astype("float32")  # no two values of a row are alike
    outcome = training_checks.accuracy(subject(compiled(metrics=["accuracy"]), table))
    assert outcome.verdict == "wrong" and "off by 3 standard deviations" in outcome.measured
    shares = np.exp(table - table.max(axis=1, keepdims=True))
    shares = (shares / shares.sum(axis=1, keepdims=True)).astype("float32")
    assert verdict(training_checks.accuracy(subject(compiled(metrics=["acc"]), shares))) == "look"


def test_loss_at_start():
    assert verdict(training_checks.loss_at_start(subject(compiled()))) == "fine"
    loud = compiled()
    loud.layers[-1].kernel.assign(100 * loud.layers[-1].kernel)
    assert verdict(training_checks.loss_at_start(subject(loud))) == "look"
    assert training_checks.loss_at_start(subject(trained(compiled()))) is None


def test_gradients():
    assert verdict(training_checks.gradients(subject(compiled()))) == "fine"
    off = compiled()
    off.layers[0].bias.assign(np.full(8, -100.0))
    outcome = training_checks.gradients(subject(off))
    assert outcome.verdict == "wrong" and "none in 1 of 3" in outcome.measured
    spoilt = compiled()
    spoilt.layers[0].bias.assign(np.full(8, np.nan))
    assert "not finite" in training_checks.gradients(subject(spoilt)).measured
    faint = compiled()
    faint.layers[-1].kernel.assign(1e-7 * faint.layers[-1].kernel)
    assert verdict(training_checks.gradients(subject(faint))) == "look"


@pytest.mark.parametrize("layers_between, expected", [(1, "fine"), (8, "wrong")])
def test_a_gradient_that_dies_on_its_way(layers_between, expected):
    """Sigmoids as they are drawn, and the mean row behind them: all that such a stack learns."""
    keras.utils.set_random_seed(0)
    middle = [layers.Dense(16, "sigmoid") for _ in range(layers_between)]
    last = dense(np.random.default_rng(0).normal(size=(16, SIZE)) * 0.01)
    model = keras.Sequential([keras.Input((SIZE,)), *middle, last])
    model.compile("adam", "mse")
    asked = subject(trained(model))
    last.bias.assign(asked.data.mean_row - asked.copies(asked.data.x_train).mean(axis=0))
    outcome = training_checks.gradients(subject(model))
    assert outcome.verdict == expected and ("of the mean row" in outcome.measured) == (
        expected == "wrong"
    )


def test_a_dead_code_is_named_once():
    model = compiled()
    model.layers[1].activation = keras.activations.relu
    model.layers[1].bias.assign(np.full(3, -100.0))
    outcome = training_checks.gradients(subject(trained(model)))
    assert outcome.verdict == "look" and "3 of 3 units of the code are off" in outcome.measured


class Cut(keras.Sequential):
    """The code is reached by no gradient."""

    def call(self, x, training=None):
        code = self.layers[0](x)
        return self.layers[-1](ops.stop_gradient(code))


def test_a_gradient_that_is_cut():
    model = Cut([keras.Input((SIZE,)), layers.Dense(3), layers.Dense(SIZE)])
    model.compile("adam", "mse")
    assert verdict(training_checks.gradients(subject(model))) == "wrong"
    if keras.backend.backend() == "tensorflow":
        assert verdict(training_checks.frozen(subject(model))) == "wrong"


def test_frozen():
    part, whole = compiled(), compiled()
    part.layers[0].trainable = False
    whole.trainable = False
    outcome = training_checks.frozen(subject(part))
    assert outcome.verdict == "look" and outcome.measured.startswith("1 layers")
    assert verdict(training_checks.frozen(subject(whole))) == "wrong"
    assert verdict(training_checks.frozen(subject(compiled()))) == "fine"


def test_a_frozen_layer_that_is_as_it_was_drawn():
    keras.utils.set_random_seed(1)
    model = trained(compiled())
    model.layers[0].trainable = False
    outcome = training_checks.frozen(subject(model))
    assert outcome.verdict == "wrong" and "1 are as they were drawn" in outcome.measured
    model.layers[0].bias.assign(np.full(8, 0.01))  # it was trained elsewhere
    assert verdict(training_checks.frozen(subject(model))) == "look"


def test_one_layer_has_no_gradient_to_compare():
    model = keras.Sequential([keras.Input((SIZE,)), dense(np.eye(SIZE))])
    assert training_checks.gradients(subject(model, X)) is None
