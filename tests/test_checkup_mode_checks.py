"""Noise at the wrong time, and rows that depend on one another, are found."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from checkup_cases import AXES, SIZE, Variational, X, copier, dense, subject, verdict
from checkup_stub import Stub, always, data, said, step
from keras import layers, ops

from aeutils.checkup import mode_checks
from aeutils.layers import LifetimeSparsity


class Noise(layers.Layer):
    """Noise in training; always the same where a number is its seed."""

    def __init__(self, seed=None, always=False):
        super().__init__()
        self.always = always
        self.seed = keras.random.SeedGenerator(0) if seed is None else seed

    def call(self, x, training=False):
        if not training and not self.always:
            return x
        return x + 0.3 * keras.random.normal(ops.shape(x), seed=self.seed)


class Centred(layers.Layer):
    def call(self, x):
        return x - ops.mean(x, axis=0, keepdims=True)


def noisy(layer):
    return keras.Sequential([keras.Input((SIZE,)), layer, dense(AXES), dense(AXES.T)])


def normalised(mean):
    """A normalisation whose moving averages are right, or stand at another mean."""
    layer = layers.BatchNormalization(scale=False, epsilon=1e-6)
    layer.build((None, SIZE))
    layer.set_weights([X.mean(axis=0), X.mean(axis=0) + mean, X.var(axis=0)])
    back = dense(np.diag(X.std(axis=0)))
    return keras.Sequential([keras.Input((SIZE,)), layer, back, dense(AXES), dense(AXES.T)])


@pytest.mark.parametrize(
    "layer, expected",
    [(Noise(seed=3), "wrong"), (Noise(), "fine"), (layers.Dropout(0.2), "fine")]
    + [(layers.Dropout(0.0), None), (layers.BatchNormalization(), None)],
    ids=["repeated", "new", "dropout", "no dropout", "normalisation"],
)
def test_noise_repeats(layer, expected):
    assert verdict(mode_checks.noise_repeats(subject(noisy(layer)))) == expected


class ByHeart(layers.Layer):
    """A denoiser that gives the clean row for the rows of a table, and a projection for others."""

    def __init__(self, noisy_rows, clean_rows):
        super().__init__()
        self.table, self.clean = (
            ops.convert_to_tensor(noisy_rows),
            ops.convert_to_tensor(clean_rows),
        )

    def call(self, x):
        apart = ops.sum(ops.square(x[:, None] - self.table), axis=-1)
        known = ops.cast(ops.min(apart, axis=1, keepdims=True) < 1e-6, x.dtype)
        nearest = ops.take(self.clean, ops.argmin(apart, axis=1), axis=0)
        return known * nearest + (1 - known) * (x @ ops.convert_to_tensor(AXES @ AXES.T))


def clipped(rows):
    return np.clip(rows, X.min() / 2, X.max() / 2)


def shifted(rows):
    """Other rows in place of noise: what is added is no noise that could be exchanged."""
    return rows[::-1]


def with_stored(damage, known):
    """A model that knows so many of its damaged training rows by heart, with its data."""
    noisy_rows = damage(X + 0.3 * np.random.default_rng(1).normal(size=X.shape)).astype("float32")
    parts = [ByHeart(noisy_rows[:known], X[:known]), dense(np.eye(SIZE))]
    model = keras.Sequential([keras.Input((SIZE,)), *parts])
    return subject(model, noisy_rows, y_train=X[:300], y_valid=X[300:])


@pytest.mark.parametrize(
    "damage, known, expected",
    [(np.asarray, 300, "wrong"), (np.asarray, 100, "wrong"), (np.asarray, 1, "fine")]
    + [(clipped, 300, "wrong"), (clipped, 1, "fine"), (shifted, 300, None)],
)
def test_noise_drawn_once(damage, known, expected):
    outcome = mode_checks.noise_repeats(with_stored(damage, known))
    assert verdict(outcome) == expected


def test_noise_drawn_once_needs_noise_in_both_parts():
    rows = {"y_train": 2 * X[:300], "y_valid": 2 * X[300:]}
    same = copier()
    assert mode_checks.noise_repeats(subject(same, **rows)) is None
    assert mode_checks.noise_repeats(subject(same)) is None
    other = {"y_train": X[:300, :7], "y_valid": X[300:, :7]}
    last = keras.Sequential([keras.Input((SIZE,)), dense(AXES), dense(AXES.T[:, :7])])
    assert mode_checks.noise_repeats(subject(last, **other)) is None


def test_a_selection_over_the_batch_is_no_noise():
    assert mode_checks.noise_repeats(subject(copier(LifetimeSparsity(0.2)))) is None


def test_noise_in_inference():
    assert verdict(mode_checks.noise_in_inference(subject(noisy(Noise())))) == "fine"
    assert verdict(mode_checks.noise_in_inference(subject(noisy(Noise(always=True))))) == "wrong"
    assert mode_checks.noise_in_inference(subject(copier())) is None
    assert verdict(mode_checks.noise_in_inference(subject(Variational()))) == "fine"


def test_noise_at_the_code_may_be_a_draw():
    model = copier(Noise(always=True))
    assert verdict(mode_checks.noise_in_inference(subject(model))) == "look"


def test_noise_without_the_argument_training():
    x = keras.Input((SIZE,))
    h = layers.GaussianNoise(0.5)(x, training=True)
    model = keras.Model(x, dense(AXES.T)(dense(AXES)(h)))
    outcome = mode_checks.noise_in_inference(subject(model))
    assert verdict(outcome) == "wrong" and "without `training`" in outcome.measured


def test_batch_dependence():
    assert verdict(mode_checks.batch_dependence(subject(copier(Centred())))) == "wrong"
    assert verdict(mode_checks.batch_dependence(subject(copier()))) == "fine"
    assert verdict(mode_checks.batch_dependence(subject(normalised(0.0)))) == "fine"
    assert mode_checks.batch_dependence(subject(Variational())) is None


@pytest.mark.parametrize("mean, expected", [(0.0, "fine"), (0.15, "wrong"), (2.0, "wrong")])
def test_modes_apart(mean, expected):
    mean = mean * AXES.sum(axis=1)
    assert verdict(mode_checks.modes_apart(subject(normalised(mean)))) == expected


@pytest.mark.parametrize("steps, expected", [(100, "wrong"), (1000, "fine")])
def test_averages_that_have_not_forgotten_their_start(steps, expected):
    """The same small difference, with 37 % of the start left in the averages, and with none."""
    model = normalised(0.07 * AXES.sum(axis=1))
    model.compile("adam", "mse")
    model.optimizer.iterations.assign(steps)
    (layer,) = [a for a in model.layers if isinstance(a, layers.BatchNormalization)]
    layer.momentum = 0.99
    outcome = mode_checks.modes_apart(subject(model))
    assert outcome.verdict == expected and layer.momentum == 0.99


class OnlyInTraining(layers.Layer):
    """Something else than averages that is wrong in use alone."""

    def call(self, x, training=False):
        return x if training else x + 0.2


def test_averages_that_are_no_cause_are_no_proof():
    model = keras.Sequential([*normalised(0.0).layers, OnlyInTraining()])
    assert verdict(mode_checks.modes_apart(subject(model))) == "look"


def test_dropout_of_the_output():
    model = keras.Sequential([*copier().layers, layers.Dropout(0.5)])
    assert verdict(mode_checks.modes_apart(subject(model))) == "look"
    assert mode_checks.modes_apart(subject(copier())) is None


def test_averages_and_seeds_stay():
    model = keras.Sequential([*normalised(0.1).layers, layers.Dropout(0.5)])
    before = [ops.convert_to_numpy(v) for v in model.variables]
    for check in ("noise_repeats", "noise_in_inference", "batch_dependence", "modes_apart"):
        getattr(mode_checks, check)(subject(model))
    for value, variable in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(value, ops.convert_to_numpy(variable))


LIMIT = 0.25


@pytest.fixture
def quarter(monkeypatch):
    """What rounding may change is a quarter."""
    monkeypatch.setattr(mode_checks, "limit", always(LIMIT))


@pytest.mark.parametrize(
    "within, between, expected",
    [
        (0.24, 0.0, None),
        (0.25, 0.24, ("wrong", "two calls differ by 0.24 of the largest output; the rows of a")),
        (0.5, 0.25, ("fine", "two calls differ by 0.25 of the largest output")),
    ],
)
def test_noise_that_is_the_same_in_two_calls(monkeypatch, quarter, within, between, expected):
    first, second = np.ones((4, 2)), np.ones((4, 2))
    first[1, 0], second[1, 0] = 1 - within, 1 - within + between
    asked = []
    monkeypatch.setattr(
        mode_checks, "two_calls", lambda s, training: asked.append(training) or (first, second)
    )
    found = said(mode_checks.noise_repeats(Stub()))
    assert asked == [True] and (found and found[0]) == (expected and expected[0])
    assert found is None or found[1].startswith(expected[1])
    if found and found[0] == "wrong":
        assert found[1].endswith(f"batch differ by {within:.2g}")


def noise_said(monkeypatch, modes, place=0, noisy=None, **answers):
    """What is said where so much noise is in training, in use and without a mode."""
    modes = dict(zip((True, False, None), modes, strict=True))
    monkeypatch.setattr(mode_checks, "noise", lambda s, mode: modes[mode])
    asked = []
    first = noisy if noisy is None else (place, noisy)
    monkeypatch.setattr(mode_checks, "first_noisy", lambda s, mode: asked.append(mode) or first)
    return said(mode_checks.noise_in_inference(Stub(**answers))), asked


WORDS = "copies of one row differ by {} of the largest output"


def test_noise_in_use(monkeypatch, quarter):
    assert noise_said(monkeypatch, (0.24, 0.24, 0.24))[0] is None
    assert noise_said(monkeypatch, (0.25, 0.24, 0.23))[0] == ("fine", WORDS.format(0.23))
    found, asked = noise_said(monkeypatch, (0.5, 0.25, 0.75))
    assert found == ("look", WORDS.format(0.25)) and asked == [False]
    found, asked = noise_said(monkeypatch, (0.5, 0.24, 0.25))
    assert found == ("look", WORDS.format(0.25) + " when the model is called without `training`")
    assert asked == [None]
    drawn = noise_said(monkeypatch, (0.5, 0.25, 0.5), posterior=1)[0]
    assert drawn[0] == "fine" and "the code is drawn here too" in drawn[1]


@pytest.mark.parametrize(
    "place, size, layer, expected",
    [
        (0, 3, None, "wrong"),
        (1, 6, None, "wrong"),
        (1, 5, None, "look"),
        (2, 6, None, "look"),
        (2, 6, layers.Dropout(0.5), "wrong"),
        (3, 3, layers.GaussianNoise(0.5), "wrong"),
        (3, 3, layers.GaussianDropout(0.5), "wrong"),
    ],
)
def test_where_noise_begins(monkeypatch, quarter, place, size, layer, expected):
    plain = step(np.ones((2, size)), name="here")
    noisy = plain if layer is None else type(plain)(layer, np.ones((2, size)))
    found = noise_said(monkeypatch, (0.5, 0.5, 0.5), place, noisy)[0]
    name = "here" if layer is None else layer.name
    assert found == (expected, f"{WORDS.format(0.5)}; it begins at {name!r}")


def batch_said(monkeypatch, moved, noise=0.0, scale=2.0):
    """What is said where a row alone has another copy, and of how many rows it is asked."""
    monkeypatch.setattr(mode_checks, "noise", lambda s, mode: 9 * (mode is not False) + noise)
    monkeypatch.setattr(mode_checks, "limit", always(0.01))
    asked = []

    def copies(x):
        asked.append(len(x))
        signs = np.where(np.arange(len(x)) % 2, -scale, scale)[:, None]
        number = sum(size == 1 for size in asked)
        alone = scale * (1 if number % 2 else -1) + moved * (number == 4)
        return np.full((1, 1), alone) if len(x) == 1 else signs

    x = np.ones((100, 2))
    return said(mode_checks.batch_dependence(Stub(data(x, x), copies=copies))), asked


@pytest.mark.parametrize(
    "moved, scale, expected",
    [
        (0.0, 2.0, ("fine", "0")),
        (2.0, 2.0, ("fine", "1")),
        (2.01, 2.0, ("wrong", "1")),
        (2.4, 2.0, ("wrong", "1.2")),
        (-2.4, 2.0, ("wrong", "1.2")),
        (9e-7, 0.0, ("fine", "0.9")),
    ],
)
def test_a_copy_that_depends_on_its_batch(monkeypatch, moved, scale, expected):
    found, asked = batch_said(monkeypatch, moved, scale=scale)
    words = f"a copy changes by {expected[1]} of the spread of the outputs"
    assert found == (expected[0], words)
    assert asked == [64, 1, 1, 1, 1]
    assert batch_said(monkeypatch, moved, noise=0.01)[0] is None


def modes_said(monkeypatch, use, training, left=None, renewed=0.0, last="dense", rows=300, **more):
    """What is said of copies that are off by these numbers in both modes."""
    x = np.random.default_rng(0).normal(size=(rows, 3))
    asked = []

    def copies(given, mode=False):
        asked.append((len(given), mode))
        return given + (training if mode else use)

    monkeypatch.setattr(mode_checks, "_left_of_start", always(left))
    monkeypatch.setattr(mode_checks, "_with_new_averages", always(renewed))
    kinds = {"dense": layers.Dense, "dropout": layers.Dropout, "noise": layers.GaussianNoise}
    final = SimpleNamespace(layer=kinds[last](1, name="final"))
    answers = {"copies": copies, "steps": [SimpleNamespace(layer=None)] * 2 + [final]} | more
    found = said(mode_checks.modes_apart(Stub(data(x, x), **answers)))
    assert all(part == (min(rows, 256), k == 0) for k, part in enumerate(asked))
    return found


@pytest.mark.parametrize(
    "error, left, renewed, expected",
    [
        (2.59, 0.0, 2.0, "fine"),
        (2.61, 0.0, 2.0, "wrong"),
        (2.61, 0.0, 2.02, "look"),
        (2.61, 0.049, 2.0, "wrong"),
        (2.11, 0.049, 2.0, "fine"),
        (2.11, 0.05, 2.0, "wrong"),
        (2.09, 0.05, 2.0, "fine"),
        (2.11, 0.05, 2.02, "look"),
        (9.0, None, 2.0, "fine"),
    ],
)
def test_averages_that_are_behind(monkeypatch, error, left, renewed, expected):
    found = modes_said(monkeypatch, error**0.5, 2**0.5, left, renewed)
    words = f"error {error:.3g} in use, 2 in training mode"
    if expected != "fine":
        words += f", {renewed:.3g} in use with averages of these rows"
        words += f"; {left:.0%} of the averages are still their start" if left == 0.05 else ""
    assert found == (expected, words)


def test_noise_in_the_last_layer(monkeypatch):
    words = "error 1 in use, {} in training mode"
    for last in ("dropout", "noise"):
        found = modes_said(monkeypatch, 1.0, 1.5, last=last)
        assert found == ("look", words.format(2.25))
        assert modes_said(monkeypatch, 1.0, 1.4, last=last)[0] == "fine"
        assert modes_said(monkeypatch, 2.0, 3.0, last=last)[0] == "look"
        assert modes_said(monkeypatch, 2.0, 2.8, last=last)[0] == "fine"
    assert modes_said(monkeypatch, 1.0, 1.5) == ("fine", words.format(2.25))
    assert modes_said(monkeypatch, 1.0, 1.5, rows=20)[0] == "fine"


def test_whose_modes_are_not_compared(monkeypatch):
    assert modes_said(monkeypatch, 1.0, 1.0) is None
    assert modes_said(monkeypatch, 1.0, 1.5, trained=False) is None
    assert (
        modes_said(monkeypatch, 1.0, 1.5, copies=lambda x, mode=False: np.full((9, 2), 1 + mode))
        is None
    )


def test_what_is_left_of_the_start():
    slow, fast = layers.BatchNormalization(momentum=0.9), layers.BatchNormalization(momentum=0.5)
    steps = [SimpleNamespace(layer=layer) for layer in (fast, slow, layers.Dense(2))]

    def left(iterations, steps=steps):
        optimizer = SimpleNamespace(iterations=np.array(iterations))
        return mode_checks._left_of_start(
            Stub(steps=steps, trainer=SimpleNamespace(optimizer=optimizer))
        )

    assert left(3) == pytest.approx(0.9**3)
    assert left(0) == 0.0 and isinstance(left(0), float)
    assert left(3, steps[2:]) is None
    assert mode_checks._left_of_start(Stub(steps=steps)) == 0.0


def test_the_error_with_new_averages(monkeypatch):
    """One call in training mode without momentum, which comes back; then the error in use."""
    layer, calls = layers.BatchNormalization(momentum=0.9), []
    monkeypatch.setattr(
        mode_checks, "call", lambda model, x, training: calls.append((layer.momentum, training))
    )
    x = np.zeros((4, 2))
    asked = Stub(steps=[SimpleNamespace(layer=layer)], copies=lambda x: x + 4.0)
    assert mode_checks._with_new_averages(asked, x, x + 1) == 9.0
    assert calls == [(0.0, True)] and layer.momentum == 0.9


def by_heart(monkeypatch, known, new, rows=30, apart=1.0, kind="table", **answers):
    """What is said where foreign noise changes the errors so many times."""
    x = np.random.default_rng(0).normal(size=(rows, 3))
    given, left = [], [known, new]
    monkeypatch.setattr(
        mode_checks,
        "_cost_of_exchange",
        lambda subject, x, target: given.append(len(x)) or left.pop(0),
    )
    rows = data(x, x[:9], y_train=x + apart, y_valid=x[:9] + apart, kind=kind)
    asked = Stub(rows, valid_copies=x[:9], **answers)
    return said(mode_checks._noise_by_heart(asked)), given


@pytest.mark.parametrize(
    "known, new, expected",
    [(1.19, 1.0, "fine"), (1.2, 1.0, "wrong"), (3.0, 1.1, None), (3.0, 1.09, "wrong")]
    + [(3.0, 1 / 1.1, None), (3.0, 0.92, "wrong")],
)
def test_noise_of_other_rows(monkeypatch, known, new, expected):
    found, given = by_heart(monkeypatch, known, new, rows=1500)
    assert given == [1000, 9]
    words = f"the noise of other rows changes the error {known:.3g} times on training rows, "
    assert found == (expected and (expected, f"{words}{new:.3g} times on validation rows"))


def test_whose_noise_is_not_exchanged(monkeypatch):
    assert by_heart(monkeypatch, 3.0, 1.0)[0][0] == "wrong"
    assert by_heart(monkeypatch, 3.0, 1.0, trained=False)[0] is None
    assert by_heart(monkeypatch, 3.0, 1.0, apart=0.0)[0] is None
    monkeypatch.setattr(mode_checks, "comparable", always(False))
    assert by_heart(monkeypatch, 3.0, 1.0)[0] is None


def test_modes_that_are_as_far_apart_as_they_may_be(monkeypatch):
    monkeypatch.setattr(mode_checks, "BEHIND", 4.0)
    assert modes_said(monkeypatch, 2.0, 1.0, 0.0)[0] == "fine"
    assert modes_said(monkeypatch, 3.0, 1.0, 0.0, 2.25)[0] == "look"
    monkeypatch.setattr(mode_checks, "differ", always(0.25))
    monkeypatch.setattr(mode_checks, "limit", always(0.25))
    assert modes_said(monkeypatch, 2.0, 1.0)[0] == "fine"
