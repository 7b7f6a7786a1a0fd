"""What a model gives comes in one form: one output of several, logits as probabilities, a shape."""

from contextlib import contextmanager
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from checkup_cases import SIZE, X, copier, dense, subject
from checkup_stub import data
from keras import layers, ops

from aeutils.checkup import answers
from aeutils.checkup.answers import Answers

UNIT = ((X - X.min()) / np.ptp(X)).astype("float32")


def identity(loss=None, scale=1.0):
    model = keras.Sequential([keras.Input((SIZE,)), dense(scale * np.eye(SIZE))])
    if loss is not None:
        model.compile("adam", loss)
    return model


class Several(keras.Model):
    def __init__(self, form):
        super().__init__()
        self.form = form

    def call(self, x):
        return self.form(x)


@pytest.mark.parametrize(
    "form",
    [
        lambda x: x,
        lambda x: (x, x[:, :3]),
        lambda x: [x[:, :3], x],
        lambda x: {"code": x[:, :3], "copies": x},
    ],
)
def test_the_reconstruction_among_several(form):
    np.testing.assert_allclose(subject(Several(form)).valid_copies, X[300:])


def test_more_rows_than_a_batch():
    asked = subject(copier())
    assert asked.outputs(X).shape == X.shape
    scalar = subject(Several(lambda x: (x, ops.mean(x))))
    assert np.shape(scalar.outputs(X)[1]) == ()


def test_copies_take_the_shape_of_the_targets():
    flat = keras.Sequential([keras.Input((4, 6)), layers.Flatten()])
    asked = subject(flat, X.reshape(400, 4, 6))
    assert asked.raw_valid.shape == (100, 24) and asked.valid_copies.shape == (100, 4, 6)


def custom(y, p):
    return ops.mean(ops.binary_crossentropy(y, p, from_logits=True))


@pytest.mark.parametrize(
    "model, x, expected",
    [
        (identity(keras.losses.BinaryCrossentropy(from_logits=True)), UNIT, True),
        (identity(custom, scale=0.0), (UNIT > 0.5).astype("float32"), True),
        (identity("mse"), UNIT, False),
        (identity("binary_crossentropy"), UNIT, False),
        (identity(custom), X, False),
        (identity(), UNIT, False),
    ],
)
def test_gives_logits(model, x, expected):
    asked = subject(model, x)
    assert asked.gives_logits is expected
    if expected:
        copies = 1 / (1 + np.exp(-asked.raw_valid))
        np.testing.assert_allclose(asked.valid_copies, copies, rtol=1e-5)


def test_trained():
    fresh = keras.Sequential([keras.Input((SIZE,)), layers.Dense(3), layers.Dense(SIZE)])
    assert not subject(fresh).trained
    fresh.compile("adam", "mse")
    assert not subject(fresh).trained
    fresh.optimizer.iterations.assign(1)
    assert subject(fresh).trained
    assert subject(copier()).trained
    loaded = keras.Sequential([keras.Input((SIZE,)), layers.Dense(3), layers.Dense(SIZE)])
    loaded.compile("adam", "mse")
    for layer in loaded.layers:
        layer.bias.assign(np.linspace(-0.1, 0.2, layer.bias.shape[0]))
    assert subject(loaded).trained
    assert subject(Several(lambda x: x)).trained


def test_training_leaves_no_trace_and_draws_anew():
    model = keras.Sequential(
        [keras.Input((SIZE,)), layers.BatchNormalization(), layers.GaussianNoise(0.1)]
    )
    asked = subject(model)
    before = ops.convert_to_numpy(model.layers[0].moving_mean).copy()
    first, second = (asked.copies(X, training=True) for _ in range(2))
    assert np.abs(first - second).max() > 0.01
    np.testing.assert_array_equal(before, ops.convert_to_numpy(model.layers[0].moving_mean))


class OnlyTrained(keras.Model):
    """A model whose train step uses the two parts, as in many guides."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = (layers.Identity() for _ in range(2))


def test_a_model_that_cannot_be_called():
    model = OnlyTrained()
    model.compile("adam")
    asked = subject(model)
    assert asked.trainer is model and asked.model is not model
    np.testing.assert_allclose(asked.valid_copies, X[300:])


def plain(rows=None, **found):
    """The answers of a model that are given here."""
    asked = Answers(copier(), rows or data(), loss=found.pop("loss", None))
    asked.output_activation = found.pop("output_activation", None)
    vars(asked).update(found)
    return asked


def test_batches_have_256_rows(monkeypatch):
    seen = []

    def call(model, x, training):
        seen.append((len(x), training))
        return ops.convert_to_tensor(x), ops.convert_to_tensor(float(len(seen)))

    monkeypatch.setattr(answers, "call", call)
    x = np.arange(600.0).reshape(300, 2)
    copies, number = plain().outputs(x)
    assert seen == [(256, False), (44, False)] and number == 1
    np.testing.assert_array_equal(copies, x)
    monkeypatch.setattr(Answers, "as_targets", lambda self, raw: raw + 1)
    np.testing.assert_array_equal(plain().copies(x), x + 1)
    assert seen[2:] == [(256, False), (44, False)]


def test_several_outputs_of_another_shape():
    asked = plain()
    wide, narrow = np.ones((10, 9)), np.ones((10, 2))
    assert asked.reconstruction((wide, narrow)) is wide
    assert asked.reconstruction((wide, np.ones((4, 6)))).shape == (4, 6)


def test_the_shape_of_the_targets():
    maps = data(np.ones((30, 2, 3)), np.ones((10, 2, 3)))
    asked = plain(maps, gives_logits=False)
    assert asked.as_targets(np.ones((4, 6))).shape == (4, 2, 3)
    assert asked.as_targets(np.ones((4, 3, 2))).shape == (4, 2, 3)
    assert asked.as_targets(np.ones((4, 7))).shape == (4, 7)
    assert asked.as_targets(np.ones((4, 2, 3))).shape == (4, 2, 3)
    rows = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(asked.as_targets(rows.reshape(1, 6))[0], rows)


def test_copies_of_training_rows_are_as_many_as_those_of_validation():
    asked = plain(copies=lambda x: x + 1)
    np.testing.assert_array_equal(asked.train_copies, asked.data.x_train[:10] + 1)


HALF = np.tile([[0.0, 1.0], [1.0, 0.0]], (5, 1))
LOGITS = keras.losses.BinaryCrossentropy(from_logits=True)


@pytest.mark.parametrize(
    "target, raw, loss, activation, expected",
    [
        (HALF, 20 * HALF - 10, LOGITS, None, True),
        (HALF - 0.1, 20 * HALF - 10, LOGITS, None, False),
        (HALF + 0.1, 20 * HALF - 10, LOGITS, None, False),
        (1.5 * HALF, 20 * HALF - 10, LOGITS, None, False),
        (HALF, np.ones((10, 3)), LOGITS, None, False),
        (HALF, 20 * HALF - 10, "", None, True),
        (HALF, 20 * HALF - 10, "", "linear", True),
        (HALF, 20 * HALF - 10, "", "relu", False),
        (HALF, 20 * HALF - 10, "mse", None, False),
        (HALF, HALF, "", None, False),
        (HALF, 0 * HALF - 0.9, "", None, True),
        (HALF, (20 * HALF - 10).reshape(10, 2, 1), "", None, True),
    ],
)
def test_who_gives_logits(target, raw, loss, activation, expected):
    asked = plain(data(target, target), loss=loss, output_activation=activation, raw_valid=raw)
    assert asked.gives_logits is expected


def test_logits_are_as_near_as_they_are():
    """Of errors 0.09 and 0.16 the first is smaller, of twice the numbers neither is."""
    target, raw = np.full((10, 2), 0.5), np.full((10, 2), np.log(4.0))
    asked = plain(data(target, target), raw_valid=raw, loss="")
    assert asked.gives_logits is True


class Parts(SimpleNamespace):
    """A model that names its parts; it can be called."""

    def __call__(self, x):
        return x


def test_what_belongs_to_a_model():
    own = Parts(encoder="own encoder", decoder="own decoder", loss="mse")
    asked = Answers(own, data())
    assert (asked.model, asked.trainer, asked.loss) == (own, own, "mse")
    assert (asked.encoder, asked.decoder) == ("own encoder", "own decoder")
    asked = Answers(own, data(), encoder="e", decoder="d", loss="l")
    assert (asked.encoder, asked.decoder, asked.loss) == ("e", "d", "l")
    bare = Answers(Parts(), data())
    assert bare.encoder is bare.decoder is bare.loss is None and bare.data.kind == "table"


def test_what_belongs_to_two_parts(monkeypatch):
    monkeypatch.setattr(answers, "Pair", lambda *parts: parts)
    asked = Answers(None, data(), encoder="e", decoder="d")
    assert asked.model == asked.trainer == ("e", "d") and asked.loss is None
    model = OnlyTrained()
    asked = Answers(model, data())
    assert asked.trainer is model and asked.model == (model.encoder, model.decoder)


@pytest.mark.parametrize(
    "steps, biases, expected",
    [(None, (True, False), True), (None, (False, True), False), (None, None, True)]
    + [(0, (True, False), False), (0, (False, True), True), (0, None, False)]
    + [(1, (False, False), True), (1, None, True)],
)
def test_what_shows_that_a_model_was_trained(monkeypatch, steps, biases, expected):
    asked, seen = plain(), []
    asked.encoder, asked.decoder = "e", "d"
    optimizer = None if steps is None else SimpleNamespace(iterations=np.array(steps))
    asked.trainer = SimpleNamespace(optimizer=optimizer)
    monkeypatch.setattr(answers, "moved", lambda parts: seen.append(parts) or biases)
    assert asked.trained is expected
    assert seen in ([], [[asked.model, "e", "d"]])


def test_calls_in_training_leave_nothing_but_the_random_numbers(monkeypatch):
    seen = []

    @contextmanager
    def kept(*models, **settings):
        seen.append((models, settings))
        yield

    monkeypatch.setattr(answers, "kept", kept)
    monkeypatch.setattr(answers, "call", lambda model, x, training: ops.convert_to_tensor(x))
    asked = plain()
    asked.outputs(np.ones((3, 2)))
    assert not seen
    asked.outputs(np.ones((3, 2)), training=True)
    assert seen == [((asked.model,), {"seeds": False})]


def test_numbers_are_joined_over_batches(monkeypatch):
    monkeypatch.setattr(answers, "call", lambda model, x, training: [x, x[0, 0]])
    rows, first = plain().outputs(np.arange(600.0).reshape(300, 2))
    assert rows.shape == (300, 2) and first == 0


def test_what_is_given_for_the_validation_rows():
    target = data().target_valid
    asked = Answers(Parts(), data())
    asked.outputs = lambda x: (x[:, :2], x + 1)
    asked.as_targets = lambda raw: raw + 1
    assert len(asked.valid_outputs) == 2
    np.testing.assert_array_equal(asked.raw_valid, target + 1)
    np.testing.assert_array_equal(asked.valid_copies, (target + 1) + 1)


def test_the_reconstruction_by_its_shape():
    asked = plain()
    one, other = np.ones((4, 6)), np.zeros((4, 6))
    assert asked.reconstruction(one) is one
    assert asked.reconstruction([np.ones(6), np.ones((6, 4)), one, other]) is one
    assert asked.reconstruction({"code": np.ones((4, 2)), "copies": one}) is one


@pytest.mark.parametrize("target, expected", [(0.0, False), (1.0, True), (0.7, True)])
def test_the_nearer_of_two_readings(target, expected):
    raw = np.full((10, 2), 3.0 if expected else -0.1)
    asked = plain(data(np.full((10, 2), target), np.full((10, 2), target)), raw_valid=raw, loss="")
    assert asked.gives_logits is expected


def test_equal_errors_are_no_logits(monkeypatch):
    monkeypatch.setattr(answers, "expit", lambda raw: 1 - raw)
    target = np.full((10, 2), 0.5)
    for raw, expected in ((0.25, False), (0.75, False)):
        raw = np.full((10, 2), raw)
        assert plain(data(target, target), raw_valid=raw, loss="").gives_logits is expected
    monkeypatch.setattr(answers, "expit", lambda raw: np.where(raw == 1, -1.0, 0.5))
    raw = np.tile([1.0, 1.0, 1.0, 0.0], (10, 1))
    assert not plain(data(raw / 2, raw / 2), raw_valid=raw, loss="").gives_logits
