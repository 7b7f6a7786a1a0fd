"""Packed networks: the answer of Keras to within rounding, in NumPy and in JavaScript."""

import json
from importlib import resources

import keras
import numpy as np
import pytest
import quickjs
from keras import layers

from aeutils.explorer import networks
from aeutils.explorer.networks import ACTIVATIONS, as_array, as_text, pack, unpack

SCRIPT = resources.files("aeutils.explorer").joinpath("runtime.js").read_text(encoding="utf-8")
BITS = {6: 0.15, 8: 0.05, 16: 2e-4}


def rows(n, *shape):
    return np.random.default_rng(1).normal(size=(n, *shape)).astype("float32")


def answers(model, x):
    return keras.ops.convert_to_numpy(model(x, training=False)).reshape(len(x), -1)


def in_javascript(network, x):
    """The answers of `runtime.js`, which a browser would give."""
    context = quickjs.Context()
    context.eval(SCRIPT + ";0")
    context.eval(f"const run = makeNetwork({json.dumps(network.as_json())});0")
    return np.array(
        [json.loads(context.eval(f"JSON.stringify([...run({row.tolist()})])")) for row in x]
    )


def chain(*parts, inputs=(6,)):
    model = keras.Sequential([keras.Input(inputs), *parts])
    for place, weight in enumerate(model.weights):
        weight.assign(np.random.default_rng(place).normal(size=weight.shape) / 2)
    return model


@pytest.mark.parametrize("bits", BITS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_an_activation_in_three_languages(activation, bits):
    model = chain(layers.Dense(9, activation), layers.Dense(5, activation))
    network, x = pack(model, bits), rows(20, 6)
    expected = answers(model, x)
    assert np.abs(network(x) - expected).max() < BITS[bits] * np.abs(expected).max()
    assert np.abs(in_javascript(network, x) - network(x)).max() < 1e-5


def test_all_kinds_of_layers_and_models_in_models():
    scaled = layers.Rescaling(2.0, offset=np.arange(6, dtype="float32").reshape(2, 3))
    inner = keras.Sequential([keras.Input((6,)), layers.Dense(7, use_bias=False), layers.ReLU()])
    parts = [scaled, layers.Flatten(), layers.Dropout(0.5), inner, layers.LeakyReLU(0.3)]
    parts += [layers.Dense(4), layers.LeakyReLU(0.1), layers.Activation("tanh")]
    parts += [layers.GaussianNoise(1.0), layers.Reshape((2, 2, 1))]
    model, x = chain(*parts, inputs=(2, 3)), rows(10, 2, 3)
    network = pack(model, 16)
    assert np.abs(network(x.reshape(10, 6)) - answers(model, x)).max() < 1e-3
    assert np.abs(in_javascript(network, x.reshape(10, 6)) - answers(model, x)).max() < 1e-3
    slopes = [layer.slope for layer in network.layers]
    assert len(slopes) == 7 and np.allclose(slopes[3], 0.3) and np.allclose(slopes[5], 0.1)


def test_a_functional_model_and_layers_that_another_model_uses():
    x = keras.Input((6,))
    z = layers.Dense(2, name="code")(x)
    whole = keras.Model(x, layers.Dense(6, "sigmoid")(z))
    decoder = keras.Sequential([keras.Input((2,)), whole.layers[-1]])
    for model, size in ((whole, 6), (decoder, 2)):
        x = rows(5, size)
        assert np.abs(pack(model, 16)(x) - answers(model, x)).max() < 1e-3


def test_a_packed_network_is_read_again():
    model = chain(layers.Rescaling(0.5), layers.Dense(5, "relu"), layers.Dense(3))
    network, x = pack(model), rows(4, 6)
    again = unpack(json.loads(json.dumps(network.as_json())))
    assert np.array_equal(again(x), network(x))
    assert again.layers[0].kernel is None and again.layers[1].kernel.dtype == "int8"
    assert np.array_equal(again.probe, network.probe)
    assert np.array_equal(again.answer, answers(model, network.probe[None])[0])


def test_weights_are_rounded_for_each_unit():
    model = chain(layers.Dense(3, use_bias=False))
    model.layers[0].kernel.assign(rows(6, 3) * [1e-3, 1, 0])
    network = pack(model)
    kernel = network.layers[0].kernel
    assert np.abs(kernel).max(axis=0).tolist() == [127, 127, 0]
    gap = np.abs(kernel * network.layers[0].scale - model.layers[0].kernel.numpy()).max(axis=0)
    assert (gap <= np.abs(model.layers[0].kernel.numpy()).max(axis=0) / 253).all()
    sizes = [len(pack(model, bits).as_json()["layers"][0]["kernel"]["data"]) for bits in BITS]
    assert sizes == [12, 16, 32]  # the last column is zero


def test_rows_and_columns_of_zeros_take_no_place():
    model, x = chain(layers.Dense(5), layers.Dense(4)), rows(9, 6)
    first, bias, last, shift = model.get_weights()
    first[[0, 3]], first[:, 4], last[4], last[2, 1] = 0, 0, 0, 0
    model.set_weights([first, bias, last, shift])
    network = pack(model, 6)
    packed = network.as_json()
    assert [len(layer["kernel"]["data"]) for layer in packed["layers"]] == [16, 16]
    assert len(pack(chain(layers.Dense(5)), 6).as_json()["layers"][0]) == 5
    again = unpack(packed)
    assert all(
        np.array_equal(one.kernel, other.kernel)
        for one, other in zip(network.layers, again.layers, strict=True)
    )
    assert np.abs(in_javascript(network, x) - network(x)).max() < 1e-5


def test_the_probe_may_be_given():
    model, x = chain(layers.Dense(5)), rows(3, 6)
    network = pack(model, 16, x)
    assert np.array_equal(network.probe, x[0])
    assert np.allclose(network.answer, answers(model, x)[0])
    for wrong in (rows(3, 5), rows(0, 6)):
        with pytest.raises(ValueError, match=r"x has shape .*; expected \('n', 6\), n above 0"):
            pack(model, 16, wrong)


@pytest.mark.parametrize(
    "values, kind",
    [
        (np.arange(-32, 32, dtype="int8").reshape(8, 8), "int6"),
        (np.arange(-33, 32, dtype="int8"), "int8"),
        (np.arange(-32, 33, dtype="int8"), "int8"),
        (np.array([0, 255], "uint8"), "uint8"),
        (np.array([-300, 300], "int16"), "int16"),
        (rows(2, 3), "float32"),
        (np.arange(3), "float32"),
    ],
)
def test_arrays_as_text(values, kind):
    text = as_text(values)
    back = as_array(text)
    assert text["type"] == kind and np.array_equal(back, values.ravel())
    assert back.dtype == (kind if kind != "int6" else "int8")
    context = quickjs.Context()
    context.eval(SCRIPT + ";0")
    found = context.eval(f"JSON.stringify([...numbers({json.dumps(text)})])")
    assert json.loads(found) == back.tolist()


def two_inputs():
    pair = [keras.Input((2,)), keras.Input((2,))]
    return keras.Model(pair, layers.Dense(2)(pair[0]))


def two_outputs():
    x = keras.Input((2,))
    return keras.Model(x, [layers.Dense(2)(x), layers.Dense(2)(x)])


def diverged():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4)])
    model.layers[0].kernel.assign(np.full((3, 4), np.nan))
    return model


def branches():
    x = keras.Input((4,))
    return keras.Model(x, layers.Dense(4)(x) + layers.Dense(4)(x))


@pytest.mark.parametrize(
    "model, message",
    [
        (lambda: chain(layers.Dense(3), layers.Softmax()), "'softmax.*' is a Softmax"),
        (lambda: chain(layers.Dense(3, "softmax")), "'dense.*' has the activation softmax"),
        (lambda: chain(layers.Dense(3), inputs=(4, 2)), "is a Dense on an input of shape"),
        (lambda: chain(layers.ReLU(max_value=0.5)), "'re_lu.*' is a ReLU"),
        (two_inputs, "model 'functional.*' must have one input"),
        (two_outputs, "model 'functional.*' must have one input"),
        (lambda: keras.Sequential([layers.Dense(2)]), "must have one input of a known shape"),
        (lambda: layers.Dense(2), "must have one input"),
        (branches, "model 'functional.*' is no chain"),
        (diverged, "model 'sequential.*' gives values that are not finite; did training diverge"),
    ],
)
def test_what_cannot_be_packed_is_named(model, message):
    with pytest.raises(ValueError, match=message):
        pack(model())


def test_bits():
    with pytest.raises(ValueError, match="bits is 4; it must be 6, 8 or 16"):
        networks.pack(chain(layers.Dense(2)), 4)
