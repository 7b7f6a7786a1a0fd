"""Which layer makes the output and which the code, and copies with the code of another row."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from checkup_cases import AXES, SIZE, Variational, X, copier, dense, subject
from checkup_stub import ROWS, data
from keras import layers, ops

from aeutils.checkup import subject as module
from aeutils.checkup.subject import Subject, is_tensorflow
from aeutils.checkup.trace import Step


def ends(*last):
    return keras.Sequential([keras.Input((SIZE,)), dense(AXES), *last])


@pytest.mark.parametrize(
    "model, expected",
    [
        (ends(dense(AXES.T, activation="sigmoid")), "sigmoid"),
        (ends(dense(AXES.T)), "linear"),
        (ends(dense(AXES.T), layers.Activation("tanh")), "tanh"),
        (ends(dense(AXES.T), layers.ReLU()), "relu"),
        (ends(dense(AXES.T, activation="sigmoid"), layers.Dropout(0.1)), "sigmoid"),
        (ends(dense(AXES.T, activation="sigmoid"), layers.Rescaling(255.0)), None),
        (ends(dense(AXES.T), layers.LeakyReLU()), None),
    ],
)
def test_output_activation(model, expected):
    assert subject(model).output_activation == expected


def test_output_activation_before_a_reshape():
    model = keras.Sequential([keras.Input((4, 6)), layers.Flatten()])
    model = keras.Sequential([*model.layers, dense(AXES), dense(AXES.T, activation="sigmoid")])
    model = keras.Sequential([*model.layers, layers.Reshape((4, 6))])
    assert subject(model, X.reshape(400, 4, 6)).output_activation == "sigmoid"


class ByHand(keras.Model):
    """The last activation is no layer."""

    def __init__(self):
        super().__init__()
        self.first, self.last = dense(AXES), dense(AXES.T)

    def call(self, x):
        return ops.sigmoid(self.last(self.first(x)))


def test_an_activation_that_is_no_layer_is_not_known():
    asked = subject(ByHand())
    assert asked.output_step is None and asked.output_activation is None


def test_codes():
    for model in (copier(), ByHand()):
        asked = subject(model)
        assert asked.code_step.size == 3
        np.testing.assert_allclose(asked.codes, X[300:] @ AXES, atol=1e-4)
    mean = subject(Variational()).codes
    np.testing.assert_allclose(mean, X[300:] @ AXES, atol=1e-4)
    parts = subject(None, encoder=lambda x: ops.matmul(x, AXES), decoder=lambda z: z)
    np.testing.assert_allclose(parts.codes, X[300:] @ AXES, atol=1e-4)


def test_codes_exchanged():
    asked = subject(copier())
    x, other = X[300:], X[:100]
    np.testing.assert_allclose(asked.with_code_of(x, other), other @ AXES @ AXES.T, atol=1e-4)


def test_is_tensorflow():
    assert is_tensorflow() is (keras.backend.backend() == "tensorflow")


def plain(steps=(), output=None, **found):
    """A subject whose layers gave this."""
    asked = Subject.__new__(Subject)
    asked.data, asked.model, asked.encoder = found.pop("data", data()), "model", None
    vars(asked).update({"_traced": (output, list(steps)), "posterior": None} | found)
    return asked


def step(layer, output=None):
    return Step(layer, ROWS[:4] if output is None else np.asarray(output))


WEIGHTED, OTHER = layers.Dense(6), layers.Dense(6)
for each in (WEIGHTED, OTHER):
    each.build((None, 6))


def test_what_the_layers_give_is_asked_once(monkeypatch):
    asked, seen = plain(data=data(np.ones((300, 2)), np.ones((300, 2)))), []
    monkeypatch.setattr(module, "trace", lambda *given: seen.append(given) or ("out", ["steps"]))
    del vars(asked)["_traced"]
    assert asked.steps == asked.steps == ["steps"]
    ((model, x),) = seen
    assert model == "model" and x.shape == (256, 2)


@pytest.mark.parametrize("scaler", [layers.Normalization, layers.Rescaling])
def test_the_first_layer_that_changes_its_inputs(scaler):
    scaler = step(scaler(1.0) if scaler is layers.Rescaling else scaler())
    weighted, none = step(WEIGHTED), step(layers.Flatten())
    assert plain([none, scaler, weighted]).first_step is scaler
    assert plain([none, weighted, scaler]).first_step is weighted
    assert plain([none]).first_step is None


def test_the_layer_that_makes_the_output():
    copies = ROWS[:4]
    makes, moves, early = step(WEIGHTED), step(layers.Flatten()), step(OTHER)
    assert plain([early, makes, moves], copies).output_step is makes
    assert plain([early, makes, moves], (copies, copies[:, :2])).output_step is makes
    flat = step(WEIGHTED, copies.reshape(4, 2, 3))
    assert plain([early, flat, moves], copies).output_step is flat
    other = step(OTHER, copies + 1)
    assert plain([makes, other], copies).output_step is makes
    assert plain([makes, step(OTHER, copies[:, :3])], copies).output_step is makes
    assert plain([moves, other], copies).output_step is None
    whole = plain([makes], copies, gives_logits=False)
    assert whole.output_activation == "linear"
    assert plain([moves], copies).output_activation is None


def sized(*sizes):
    return [step(layers.Identity(), np.ones((4, size))) for size in sizes]


def test_the_code_is_the_last_of_the_narrowest():
    steps = sized(5, 3, 3, 4, 2)
    assert plain(steps).code_step is steps[2]
    start = step(layers.InputLayer((1,)), np.ones((4, 1)))
    assert plain([start, *steps]).code_step is steps[2]
    assert plain(sized(3)).code_step is plain([start, *sized(3)]).code_step is None
    two = sized(3, 6)
    assert plain(two).code_step is two[0]


def test_the_code_is_the_last_layer_of_an_encoder():
    encoder = keras.Sequential([layers.Identity() for _ in range(3)])
    steps = [step(layer, np.ones((4, 7))) for layer in encoder.layers] + sized(2, 6)
    assert plain(steps, encoder=encoder).code_step is steps[2]
    drawn = plain(steps, encoder=encoder, posterior=SimpleNamespace(mean=None))
    assert drawn.code_step is steps[3]
    assert plain(steps[3:], encoder=encoder).code_step is steps[3]
    assert plain(steps, encoder=len).code_step is steps[3]
    assert plain([], encoder=encoder).code_step is None


def test_the_posterior_is_looked_for(monkeypatch):
    asked = plain()
    monkeypatch.setattr(module, "find_posterior", lambda given: (given, "found"))
    del vars(asked)["posterior"]
    assert asked.posterior == (asked, "found")


def test_codes_have_one_axis_for_their_numbers():
    asked = plain(code_of=lambda x: np.arange(60).reshape(10, 2, 3))
    np.testing.assert_array_equal(asked.codes, np.arange(60).reshape(10, 6))
    assert plain(code_of=lambda x: None).codes is None
    mean = np.ones((10, 2))
    assert plain(code_of=len, posterior=SimpleNamespace(mean=mean)).codes is mean


def test_where_a_code_comes_from(monkeypatch):
    monkeypatch.setattr(module, "call", lambda model, x, training: (model(x), training))
    code = plain(encoder=lambda x: 2 * x).code_of(ROWS)
    np.testing.assert_array_equal(code, 2 * ROWS)
    monkeypatch.setattr(module, "call", lambda model, x, training: x if training is False else 0)
    np.testing.assert_array_equal(plain(encoder=len).code_of(ROWS), ROWS)
    layer = layers.Identity()
    monkeypatch.setattr(module, "output_of", lambda *given: given)
    monkeypatch.setattr(module.ops, "convert_to_numpy", lambda value: value)
    asked = plain(code_step=step(layer))
    assert asked.code_of("x") == (layer, "model", "x")
    assert plain(code_step=None).code_of("x") is None


def test_copies_with_the_output_of_other_rows(monkeypatch):
    layer, seen = layers.Identity(), []

    def trace(model, x, replace):
        ((asked, change),) = replace.items()
        seen.append((model, x, asked, change("own")))
        return (ROWS[:4], ROWS[:4, :2]), "steps"

    monkeypatch.setattr(module, "trace", trace)
    monkeypatch.setattr(module, "output_of", lambda *given: given)
    asked = plain(code_step=step(layer), as_targets=lambda raw: raw + 1)
    for found in (asked.with_code_of("x", "other"), asked.with_output_of(layer, "x", "other")):
        np.testing.assert_array_equal(found, ROWS[:4] + 1)
    assert seen == [("model", "x", layer, (layer, "model", "other"))] * 2
    assert plain(code_step=None).with_code_of("x", "other") is None


@pytest.mark.parametrize(
    "name, loaded, expected",
    [("tensorflow", True, True)]
    + [("tensorflow", False, False), ("jax", True, False), ("jax", False, False)],
)
def test_which_backend_computes(monkeypatch, name, loaded, expected):
    monkeypatch.setattr(module.keras.backend, "backend", lambda: name)
    modules = {"tensorflow": None} if loaded else {}
    monkeypatch.setattr(module, "sys", SimpleNamespace(modules=modules))
    assert is_tensorflow() is expected
