"""Rates that hardly move a weight, accuracy of pixels, gradients that are lost, frozen layers."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from checkup_cases import SIZE, X, copier, dense, subject, verdict
from checkup_stub import ROWS, Stub, always, data, said
from keras import layers, ops

from aeutils.adam import fused
from aeutils.checkup import training_checks
from aeutils.checkup.findings import fine, wrong

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


def optimizer(name, rate, **more):
    """An optimizer with this name and rate."""
    return type(name, (), {"learning_rate": rate, **more})()


def rate_said(monkeypatch, name, rate, *, learned=True, steps=None, **answers):
    """What is said of a rate, of a model that has learned something."""
    momentum = {"momentum": answers.pop("momentum")} if "momentum" in answers else {}
    monkeypatch.setattr(training_checks, "learned", always(learned))
    monkeypatch.setattr(training_checks, "_slow_steps", always(steps))
    trainer = SimpleNamespace(optimizer=optimizer(name, rate, **momentum))
    outcome = training_checks.learning_rate(Stub(trainer=trainer, **answers))
    assert outcome.measured == f"{name} with {rate:.3g}" or outcome is steps
    return outcome.verdict, outcome.advice.split()[0] if outcome.advice else ""


@pytest.mark.parametrize("name", ["Adadelta", "Adagrad", "Ftrl", "SGD"])
def test_the_rates_that_hardly_move_a_weight(monkeypatch, name):
    for rate in (0.001 * 1.001, 0.0001):
        assert rate_said(monkeypatch, name, rate) == ("look", "With")
        assert rate_said(monkeypatch, name, rate, learned=False) == ("wrong", "With")
        assert rate_said(monkeypatch, name, rate, loss=len)[0] == "fine"
    for rate in (0.0010011, 0.0015, 0.5):
        assert rate_said(monkeypatch, name, rate) == ("fine", "")


@pytest.mark.parametrize(
    "rate, momentum, expected",
    [
        (1e-4, 0.9, "look"),
        (1e-3, 0.9, "fine"),
        (1e-5, 0.999, "look"),
        (1.1e-5, 0.999, "fine"),
        (1e-3, None, "look"),
        (1e-3, 0.0, "look"),
    ],
)
def test_momentum_makes_a_rate_larger(monkeypatch, rate, momentum, expected):
    assert rate_said(monkeypatch, "SGD", rate, momentum=momentum)[0] == expected


def test_without_a_rate_nothing_moves(monkeypatch):
    assert rate_said(monkeypatch, "Adam", 0.0) == ("look", "Without")
    assert rate_said(monkeypatch, "Adam", 0.0, learned=False) == ("wrong", "Without")
    assert rate_said(monkeypatch, "Lion", -1.0) == ("look", "Without")
    assert rate_said(monkeypatch, "Lion", 0.5) == ("fine", "")
    assert rate_said(monkeypatch, "Lion", 1e-9, learned=False) == ("fine", "")
    assert training_checks.learning_rate(Stub()) is None
    assert training_checks.learning_rate(Stub(trainer=SimpleNamespace(optimizer=None))) is None


@pytest.mark.parametrize(
    "name, rate, momentum, asked",
    [
        ("SGD", 0.01, 0.0, True),
        ("SGD", 0.011, 0.0, False),
        ("SGD", 0.01, 0.5, False),
        ("Lion", 0.01, 0.0, False),
    ],
)
def test_which_rates_are_tried(monkeypatch, name, rate, momentum, asked):
    slow = wrong("tried", "Try 1.")
    found = rate_said(monkeypatch, name, rate, steps=slow, momentum=momentum)
    assert found == (("wrong", "Try") if asked else ("fine", ""))


@pytest.mark.parametrize("name", ["Adam", "AdamW", "Nadam", "Adamax", "RMSprop"])
def test_rates_that_are_too_large_or_too_small(monkeypatch, name):
    assert rate_said(monkeypatch, name, 0.1) == ("fine", "")
    for rate in (0.11, 0.9):
        assert rate_said(monkeypatch, name, rate) == ("look", "Adam")
        assert rate_said(monkeypatch, name, rate, learned=False) == ("wrong", "Adam")
        fresh = rate_said(monkeypatch, name, rate, learned=False, trained=False)
        assert fresh == ("look", "Adam")
    assert rate_said(monkeypatch, name, 1e-6, learned=False) == ("fine", "")
    assert rate_said(monkeypatch, name, 0.9e-6, learned=False) == ("look", "So")
    assert rate_said(monkeypatch, name, 0.9e-6) == ("fine", "")


def steps_said(monkeypatch, falls, poor=True, learned=True, **answers):
    """What is said of steps that lower the loss so far."""
    asked = []
    linear = {True: wrong("", ""), False: fine(""), None: None}[poor]
    monkeypatch.setattr(training_checks, "learned", always(learned))
    monkeypatch.setattr(training_checks, "pca_error", always(linear))
    monkeypatch.setattr(training_checks, "falls", lambda s, rates: asked.append(rates) or falls)
    found = said(training_checks._slow_steps(Stub(**answers), 0.01, "SGD"))
    assert asked in ([], [(0.01, 0.1)])
    return found


@pytest.mark.parametrize(
    "falls, times",
    [
        ((1.0, 5.0), None),
        ((1.0, 5.1), "5.1"),
        ((0.1, 0.9), "9"),
        ((0.0, 1.0), None),
        ((-1.0, 1.0), None),
        ((2.0, 10.5), "5.2"),
    ],
)
def test_a_step_that_could_be_ten_times_as_large(monkeypatch, falls, times):
    words = f"SGD; a step ten times as large lowers the loss {times} times as far, and PCA copies "
    assert steps_said(monkeypatch, falls) == (times and ("wrong", words + "better"))
    assert steps_said(monkeypatch, falls, poor=False) is None
    assert steps_said(monkeypatch, falls, poor=None) is None
    assert steps_said(monkeypatch, falls, learned=False) == ("wrong", "SGD")
    assert steps_said(monkeypatch, falls, learned=False, trained=False) == ("look", "SGD")


def test_the_rate_of_a_schedule_is_its_largest():
    asked = []

    class Plan(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            asked.append(step)
            return 0.5 if step == 100 else 0.25

    found = training_checks._first_rate(optimizer("Adam", 0.1, _learning_rate=Plan()))
    assert found == 0.5 and isinstance(found, float)
    assert asked == [0, 1, 10, 100, 1_000, 10_000]
    outer = optimizer("Scaled", 9.0, inner_optimizer=optimizer("Adam", 0.125))
    assert training_checks._first_rate(outer) == 0.125


def accuracy_said(monkeypatch, metrics=("accuracy",), scores=(0.95, 0.5), target=ROWS[30:], **more):
    """What is said of metrics that give these scores, and what they were asked."""
    asked, left = [], list(scores)

    def score(truth, copies, binary):
        asked.append((truth, copies, binary))
        return left.pop(0)

    monkeypatch.setattr(training_checks, "_score", score)
    trainer = SimpleNamespace(_compile_metrics=SimpleNamespace(_user_metrics=list(metrics)))
    rows = data(target, target, **more)
    return said(training_checks.accuracy(Stub(rows, trainer=trainer))), asked


WORDS = "{}: {:.2f} for a copy that is off by a thousandth"
FAR_WORDS = WORDS + ", {:.2f} for one that is off by 3 standard deviations"


@pytest.mark.parametrize(
    "near, far, expected",
    [
        (0.89, 0.0, ("wrong", WORDS)),
        (0.9, 0.0, ("look", FAR_WORDS)),
        (0.95, 0.95 - 0.01, ("wrong", FAR_WORDS)),
        (0.95, 0.939, ("look", FAR_WORDS)),
    ],
)
def test_the_scores_of_copies_that_are_near_and_far(monkeypatch, near, far, expected):
    found, asked = accuracy_said(monkeypatch, scores=(near, far))
    assert found == (expected[0], expected[1].format("accuracy", near, far))
    target = ROWS[30:].astype("float32")
    noise = np.random.default_rng(0).uniform(-1e-3, 1e-3, target.shape)
    np.testing.assert_array_equal(asked[0][0], target)
    np.testing.assert_allclose(asked[0][1], target + noise * np.ptp(target))
    if len(asked) > 1:
        np.testing.assert_allclose(asked[1][1], target + 3 * target.std(), rtol=1e-6)
    assert not any(binary for *_, binary in asked)


@pytest.mark.parametrize("name", ["binary_accuracy", "BinaryAccuracy"])
def test_a_binary_score_is_asked_once(monkeypatch, name):
    found, asked = accuracy_said(monkeypatch, [name])
    assert found == ("look", WORDS.format(name, 0.95)) and [part[2] for part in asked] == [True]


def test_targets_of_one_number_or_of_shares(monkeypatch):
    found, asked = accuracy_said(monkeypatch, target=ROWS[30:, :1])
    assert found[0] == "look" and [part[2] for part in asked] == [True]
    shares = np.tile([0.2, 0.3, 0.5005], (5, 1))
    assert accuracy_said(monkeypatch, target=shares)[0] == ("look", WORDS.format("accuracy", 0.95))
    for other in (np.tile([0.2, 0.3, 0.9], (5, 1)), np.tile([[0.5], [0.25]], (1, 3))):
        assert "standard deviations" in accuracy_said(monkeypatch, target=other)[0][1]
    steps = np.tile(shares[:, None], (1, 2, 1))
    assert accuracy_said(monkeypatch, target=steps)[0] == ("look", WORDS.format("accuracy", 0.95))
    assert accuracy_said(monkeypatch, target=steps[:, :1])[1][0][2] is False
    flags = np.array([[0.0, 1.0], [1.0, 1.0]])
    known = ("fine", "accuracy, of targets that are 0 or 1")
    assert accuracy_said(monkeypatch, target=flags) == (known, [])
    assert accuracy_said(monkeypatch, target=flags + 1)[0][0] == "look"
    assert accuracy_said(monkeypatch, target=flags - 1)[0][0] == "look"


def test_who_is_not_asked_for_accuracy(monkeypatch):
    for none in ([], [None, "mse"], [keras.losses.mean_squared_error]):
        assert accuracy_said(monkeypatch, none)[0] is None
    assert accuracy_said(monkeypatch, kind="tokens")[0] is None
    assert accuracy_said(monkeypatch, target=np.array([[3, 4], [5, 7]]))[0] is None
    assert accuracy_said(monkeypatch, [None, "mse", "acc"])[0][1].startswith("acc: ")
    assert training_checks.accuracy(Stub()) is None
    for metric, name in (
        (keras.metrics.categorical_accuracy, "categorical_accuracy"),
        (keras.metrics.CategoricalAccuracy(), "CategoricalAccuracy"),
    ):
        assert accuracy_said(monkeypatch, [metric])[0][1].startswith(f"{name}: ")


def test_two_kinds_of_accuracy():
    target, copies = np.array([[0.0, 1], [1, 0]]), np.array([[0.2, 0.9], [0.4, 0.3]])
    assert training_checks._score(target, copies, True) == 0.75
    assert training_checks._score(target, copies, False) == 1.0


@pytest.mark.parametrize("error, expected", [(20.0, "fine"), (20.1, "look"), (1.0, "fine")])
def test_how_far_away_training_may_begin(monkeypatch, error, expected):
    monkeypatch.setattr(training_checks, "errors", always((error, 2.0)))
    found = said(training_checks.loss_at_start(Stub(trained=False)))
    words = f"{error:.4g}, {error / 2:.3g} times that of knowing nothing"
    assert found == (expected, words)
    assert training_checks.loss_at_start(Stub()) is None
    monkeypatch.setattr(training_checks, "errors", always(None))
    assert training_checks.loss_at_start(Stub(trained=False)) is None


def gradients_said(monkeypatch, layers, *, share=None, learned=True, own=True, dead=None, **more):
    """What is said of layers, each with the sizes of its weights and gradients."""
    found = {name: (scale, size, True) for name, (scale, size) in layers.items()}
    patches = {"_by_layer": found, "ratio": share, "learned": learned, "own_loss": own}
    for name, value in (patches | {"dead_units": dead}).items():
        monkeypatch.setattr(training_checks, name, always(value))
    return said(training_checks.gradients(Stub(**more)))


@pytest.mark.parametrize(
    "most, share, learned, expected",
    [
        (1e4, 0.9, False, "fine"),
        (10_000.5, 0.9, False, "wrong"),
        (1.1e4, 0.9, False, "wrong"),
        (1.1e4, 0.9, True, "wrong"),
        (1.1e4, 0.89, True, "fine"),
        (1.1e4, 0.89, False, "look"),
        (1.1e4, None, True, "fine"),
        (1.1e4, None, False, "look"),
    ],
)
def test_gradients_that_die(monkeypatch, most, share, learned, expected):
    layers = {"z": (2.0, 1.0), "a": (0.5, most / 4), "none": (0.0, 1.0)}
    found = gradients_said(monkeypatch, layers, share=share, learned=learned)
    words = f"{most:.3g} times as large in a as in z"
    words += f"; the error is {share} times that of the mean row" if expected == "wrong" else ""
    assert found == (expected, words)
    fresh = gradients_said(monkeypatch, layers, share=share, learned=False, trained=False)
    assert fresh[0] == ("fine" if most == 1e4 else "look")


def test_gradients_that_are_none_or_not_finite(monkeypatch):
    lost = {"a": (1.0, 1.0), "b": (1.0, np.nan), "c": (1.0, np.inf)}
    found = gradients_said(monkeypatch, lost)
    assert found == ("wrong", "not finite in 2 of 3 layers, the first b")
    still = {"a": (1.0, 1.0), "b": (1.0, 0.0), "c": (1.0, 0.0)}
    words = "none in 2 of 3 layers, the first b"
    assert gradients_said(monkeypatch, still) == ("wrong", words)
    assert gradients_said(monkeypatch, still, own=False) == ("look", words)
    assert gradients_said(monkeypatch, still, dead=fine("2 of 9")) == ("wrong", words)
    off = wrong("9 of 9", "")
    repaired = ("look", f"{words}; 9 of 9 units of the code are off")
    assert gradients_said(monkeypatch, still, dead=off) == repaired
    assert gradients_said(monkeypatch, still, dead=off, trained=False) == ("wrong", words)
    assert gradients_said(monkeypatch, {}) is None
    assert gradients_said(monkeypatch, {"a": (1.0, 1.0), "b": (0.0, 1.0)}) is None
    assert gradients_said(monkeypatch, {"a": (1.0, 1.0), "b": (1.0, 1.0)})[0] == "fine"


class Weight(np.ndarray):
    """Numbers with a path, as a variable has one."""

    def __new__(cls, path, *numbers):
        weight = np.array(numbers, "float32").view(cls)
        weight.path = path
        return weight


def test_sizes_by_layer(monkeypatch):
    pairs = [
        (Weight("net/code/kernel", 3, 4), np.array([6.0, 0.0])),
        (Weight("net/code/bias", 12), np.array([8.0])),
        (Weight("net/last/kernel", 1e25), None),
        (Weight("scale", 2), None),
        (Weight("net/half/kernel", 2), None),
        (Weight("net/half/bias", 2), np.array([5.0])),
    ]
    monkeypatch.setattr(training_checks, "gradients_of", always(pairs))
    found = training_checks._by_layer(Stub())
    assert found.pop("net/last") == (pytest.approx(1e25), 0.0, False)
    assert found.pop("net/half") == (pytest.approx(8**0.5), 5.0, True)
    assert found == {"net/code": (13.0, 10.0, True), "scale": (2.0, 0.0, False)}


def frozen_said(monkeypatch, layers=(), *, paths=(), weights=3, trainable=2, own=True, **more):
    """What is said of layers: name, whether trained, whether as drawn, number of weights."""
    layers = [
        SimpleNamespace(name=name, trainable=trains, drawn=drawn, weights=["w"] * count)
        for name, trains, drawn, count in layers
    ]
    model = SimpleNamespace(
        weights=[Weight("seed_generator/seed", 1), *[Weight("a/kernel", 1)] * weights],
        trainable_weights=["w"] * trainable,
        _flatten_layers=lambda: layers,
    )
    monkeypatch.setattr(training_checks, "as_drawn", lambda layer: layer.drawn)
    by_layer = {name: (1.0, 1.0, path) for name, path in paths}
    monkeypatch.setattr(training_checks, "_by_layer", always(by_layer))
    monkeypatch.setattr(training_checks, "own_loss", always(own))
    return said(training_checks.frozen(Stub(model=model, **more)))


def test_layers_that_do_not_train(monkeypatch):
    assert frozen_said(monkeypatch, weights=0) is None
    assert frozen_said(monkeypatch, trainable=0) == ("look", "all weights")
    assert frozen_said(monkeypatch, trainable=0, trained=False) == ("wrong", "all weights")
    cut = [("a", True), ("b", False), ("c", False)]
    words = "the loss does not reach 2 layers, the first b"
    assert frozen_said(monkeypatch, paths=cut) == ("wrong", words)
    assert frozen_said(monkeypatch, paths=cut, own=False) == ("fine", "none")
    assert frozen_said(monkeypatch, paths=cut[:1]) == ("fine", "none")
    assert frozen_said(monkeypatch, [("a", True, True, 2)]) == ("fine", "none")
    still = [("a", True, True, 2), ("b", False, False, 2), ("c", False, True, 2)]
    still += [("d", False, True, 1), ("e", False, False, 0)]
    words = "3 layers, of which 2 are as they were drawn at random, the first c"
    assert frozen_said(monkeypatch, still + still) == ("wrong", words)
    assert frozen_said(monkeypatch, still, trained=False) == ("look", "3 layers, the first b")
    assert frozen_said(monkeypatch, still[:2]) == ("look", "1 layers, the first b")
    assert frozen_said(monkeypatch, still[-1:]) == ("fine", "none")
