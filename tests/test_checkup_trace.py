"""What each layer gives is seen and can be replaced, and nothing of it stays in the model."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from checkup_cases import AXES, SIZE, X, copier, dense
from keras import layers, ops

from aeutils.checkup import trace as module
from aeutils.checkup.trace import Step, call, leaves, output_of, trace, with_calls


class Block(layers.Layer):
    def __init__(self):
        super().__init__()
        self.inner = dense(AXES)

    def call(self, x):
        return self.inner(x)


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.block, self.last = Block(), dense(AXES.T)

    def call(self, x):
        return self.last(self.block(x))


def test_steps_in_their_order():
    model = copier()
    output, steps = trace(model, X)
    named = [step.layer for step in steps if not isinstance(step.layer, layers.InputLayer)]
    assert named == list(model.layers)
    assert [step.size for step in steps][-2:] == [3, SIZE]
    np.testing.assert_array_equal(ops.convert_to_numpy(steps[-1].output), output)


def test_layers_of_the_readers_own_are_opened():
    model = Subclassed()
    assert leaves(model) == [model.block.inner, model.last]
    assert [step.size for step in trace(model, X)[1]] == [3, SIZE]


def test_a_nested_model_is_opened_and_a_recurrent_layer_is_not():
    inner = keras.Sequential([keras.Input((SIZE,)), dense(AXES)])
    x = keras.Input((SIZE,))
    model = keras.Model(x, dense(AXES.T)(inner(x)))
    assert inner.layers[0] in leaves(model)
    recurrent = keras.Sequential([keras.Input((4, 2)), layers.LSTM(3)])
    assert recurrent.layers[0] in leaves(recurrent)


def test_a_replaced_output_reaches_what_follows():
    model = copier()
    none = trace(model, X, replace={model.layers[0]: ops.zeros_like})[0]
    np.testing.assert_allclose(ops.convert_to_numpy(none), 1e-6, atol=1e-7)


def test_nothing_stays():
    for model in (copier(), Subclassed()):
        before = ops.convert_to_numpy(call(model, X, False))
        own = [set(vars(layer)) for layer in leaves(model)]
        trace(model, X, replace={leaves(model)[0]: lambda z: 0 * z})
        assert own == [set(vars(layer)) for layer in leaves(model)]
        np.testing.assert_array_equal(before, ops.convert_to_numpy(call(model, X, False)))


def test_call_of_what_knows_no_training():
    assert call(lambda x: x + 1, 1, False) == 2
    noisy = keras.Sequential([keras.Input((SIZE,)), layers.Dropout(0.5)])
    kept = [ops.convert_to_numpy(call(noisy, X, training)) for training in (False, True, None)]
    np.testing.assert_array_equal(kept[0], X)
    assert (kept[1] == 0).mean() > 0.4


def test_the_size_of_a_step():
    assert Step(None, np.ones((7, 2, 3))).size == 6 and Step(None, np.ones(7)).size == 1


class Part:
    """A layer by its call alone."""

    def __init__(self, answer=None, parts=()):
        self.answer, self._layers = answer, list(parts)

    def call(self, *arguments, **settings):
        return self.answer(*arguments, **settings)


def chain(*parts, built=True):
    """A model that calls its parts one after the other, and tells what it was called with."""

    def model(x, training=None):
        model.seen.append((x, training))
        for part in parts:
            x = part.call(x)
        return x

    model._layers, model.built, model.seen = list(parts), built, []
    return model


def test_what_is_opened():
    inner = [Part(), Part()]
    own = Part(parts=inner)
    keras_layer = type("Wrapper", (Part,), {"__module__": "keras.src.layers"})(parts=inner)
    assert leaves(chain(own, inner[1], keras_layer)) == [*inner, keras_layer]
    assert leaves(SimpleNamespace(_layers=[keras_layer, own])) == [keras_layer, *inner]


def test_a_call_of_its_own_comes_back():
    plain, special = Part(lambda: 1), Part(lambda: 1)
    special.call = own = lambda: 2
    with pytest.raises(KeyError), with_calls({plain: lambda: 3, special: lambda: 4}):
        assert (plain.call(), special.call()) == (3, 4)
        raise KeyError
    assert (plain.call(), special.call()) == (1, 2) and special.__dict__["call"] is own
    assert "call" not in vars(plain)


def test_of_several_outputs_the_first_is_seen():
    x = ops.convert_to_tensor(np.ones((4, 2), "float32"))
    pair, scalar = Part(lambda x: (x + 1, x + 2)), Part(lambda parts: ops.sum(parts[1]))
    text, last = Part(lambda x: "no tensor"), Part(lambda _: [x, x])
    output, steps = trace(chain(pair, scalar, text, last), x)
    assert [step.layer for step in steps] == [pair, last] and isinstance(output, list)
    np.testing.assert_array_equal(ops.convert_to_numpy(steps[0].output), 2 * np.ones((4, 2)))
    (step,) = trace(chain(Part(ops.sum), Part(lambda _: ops.ones((4,)))), x)[1]
    assert tuple(step.output.shape) == (4,)


def test_what_replaces_an_output_has_its_type():
    x = ops.convert_to_tensor(np.ones((4, 2), "float32"))
    first, last = Part(lambda x: (x + 1, x)), Part(lambda x: 3 * x)
    doubled = {first: lambda z: np.asarray(2 * ops.convert_to_numpy(z), "float64")}
    output, steps = trace(chain(first, last), x, replace=doubled)
    np.testing.assert_array_equal(ops.convert_to_numpy(output), 12 * np.ones((4, 2)))
    assert [keras.backend.standardize_dtype(step.output.dtype) for step in steps] == ["float32"] * 2
    np.testing.assert_array_equal(ops.convert_to_numpy(steps[0].output), 4 * np.ones((4, 2)))


def test_a_model_is_called_once_and_built_before():
    rows = np.ones((4, 2))
    for built, lengths in ((True, [4]), (False, [1, 4])):
        for training in (False, True, None):
            model = chain(Part(lambda x: x), built=built)
            trace(model, rows, training=training)
            assert [(len(x), mode) for x, mode in model.seen] == [(n, training) for n in lengths]
    model = chain(Part(lambda x: x))
    trace(model, rows)
    assert model.seen[0][1] is False


def test_the_last_output_of_a_layer(monkeypatch):
    wanted, other = Part(), Part()
    steps = [Step(part, k) for k, part in enumerate((wanted, other, wanted, other, wanted, other))]
    monkeypatch.setattr(module, "trace", lambda model, x: ((model, x), steps))
    assert output_of(wanted, "model", "x") == 4 and output_of(other, "model", "x") == 5


def test_an_error_of_the_model_itself_is_told():
    def broken(x, training):
        raise TypeError("no such row")

    with pytest.raises(TypeError, match="no such row"):
        call(broken, 1, True)
    assert call(lambda x, training: (x, training), 1, True) == (1, True)
    assert call(lambda x, training="own": (x, training), 1, None) == (1, "own")
