"""What each layer gives is seen and can be replaced, and nothing of it stays in the model."""

import keras
import numpy as np
from checkup_cases import AXES, SIZE, X, copier, dense
from keras import layers, ops

from aeutils.checkup.trace import call, leaves, trace


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
