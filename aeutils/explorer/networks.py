"""Small networks as text that a page can carry, and the same computation in NumPy.

Each layer is ``activation((x @ kernel) * scale + bias)``. The kernel holds integers of 6, 8 or 16
bits, and each unit has the scale that brings them back. A layer without a kernel scales and shifts
its input, so that one rule computes all layers; ``runtime.js`` has it for the browser.
"""

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops
from scipy.special import erf, expit

ACTIVATIONS: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "linear": lambda a, _: a,
    "relu": lambda a, slope: np.maximum(a, slope * a),
    "selu": lambda a, _: 1.05070099 * np.where(a > 0, a, 1.67326324 * np.expm1(np.minimum(a, 0))),
    "gelu": lambda a, _: a * (1 + erf(a / np.sqrt(2))) / 2,
    "sigmoid": lambda a, _: expit(a),
    "tanh": lambda a, _: np.tanh(a),
    "softplus": lambda a, _: np.logaddexp(a, 0),
}
LARGEST = {6: ("int8", 31), 8: ("int8", 127), 16: ("int16", 32767)}
SIGNS = np.frombuffer(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", dtype="uint8"
)
PROBES = 5


@dataclass(frozen=True)
class Layer:
    """One layer: an optional kernel of shape (inputs, units), scale and bias of shape (units,).

    ``slope`` is that of the activation relu below zero.
    """

    kernel: np.ndarray | None
    scale: np.ndarray
    bias: np.ndarray
    activation: str = "linear"
    slope: float = 0.0

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Return the answer to inputs of shape (n, inputs), of shape (n, units)."""
        product = x if self.kernel is None else x @ self.kernel.astype("float32")
        return ACTIVATIONS[self.activation](product * self.scale + self.bias, self.slope)

    def rounded(self, bits: int) -> "Layer":
        """Return the layer with a kernel of integers, one scale for each unit."""
        if self.kernel is None:
            return self
        name, largest = LARGEST[bits]
        unit = np.abs(self.kernel).max(axis=0) / largest
        unit = np.where(unit > 0, unit, 1).astype("float32")
        kernel = np.rint(self.kernel / unit).astype(name)
        return Layer(kernel, self.scale * unit, self.bias, self.activation, self.slope)

    def as_json(self) -> dict[str, Any]:
        """Return the layer as what JSON can hold, without rows and columns of zeros."""
        arrays = {"scale": self.scale, "bias": self.bias}
        if self.kernel is not None:
            rows, columns = self.kernel.any(axis=1), self.kernel.any(axis=0)
            arrays["kernel"] = self.kernel[rows][:, columns]
            if not (rows.all() and columns.all()):
                arrays |= {"rows": rows.astype("int8"), "columns": columns.astype("int8")}
        texts = {name: as_text(array) for name, array in arrays.items()}
        return {**texts, "activation": self.activation, "slope": self.slope}


@dataclass(frozen=True)
class Network:
    """A chain of layers with rounded weights, and one answer of the Keras model as a proof.

    ``probe`` has the shape (inputs,) and ``answer`` (outputs,).
    """

    layers: tuple[Layer, ...]
    probe: np.ndarray
    answer: np.ndarray

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Return the answer to inputs of shape (n, inputs), of shape (n, outputs)."""
        for layer in self.layers:
            x = layer(x)
        return x

    def as_json(self) -> dict[str, Any]:
        """Return the network as what JSON can hold."""
        layers = [layer.as_json() for layer in self.layers]
        return {"layers": layers, "probe": as_text(self.probe), "answer": as_text(self.answer)}


def pack(model: keras.Model, bits: int = 8, x: np.ndarray | None = None) -> Network:
    """Round the weights of a Keras model for a page.

    Parameters
    ----------
    model : keras.Sequential or keras.Model
        A chain of ``Dense``, ``Rescaling``, ``Activation``, ``ReLU`` and ``LeakyReLU`` layers, and
        of layers that leave the numbers as they are when the model predicts, such as ``Flatten``,
        ``Reshape`` and ``Dropout``. A model may be a layer of it.
    bits : {6, 8, 16}
        Of each weight of a kernel. Rows and columns that are 0 throughout take none.
    x : ndarray of shape (n, ...), optional
        A few inputs to compare with the model, of which the first becomes the probe. By default
        they come from N(0, 1).

    Raises
    ------
    ValueError
        If `model` has a layer or an activation of another kind, or is no chain with one input and
        one output, or `bits` is another number.
    """
    if bits not in LARGEST:
        raise ValueError(f"bits is {bits!r}; it must be 6, 8 or 16.")
    shape = getattr(model, "input_shape", None)
    known = isinstance(shape, tuple) and None not in shape[1:]
    if not known or not isinstance(model.output_shape, tuple):
        raise ValueError(
            f"model {getattr(model, 'name', model)!r} must have one input of a known shape and one "
            "output: give a keras.Sequential with an Input, or keras.Model(x, y)."
        )
    if x is None:
        x = np.random.default_rng(0).normal(size=(PROBES, *shape[1:]))
    x = np.asarray(x, "float32")
    if x.shape[1:] != shape[1:] or len(x) == 0:
        raise ValueError(f"x has shape {x.shape}; expected {('n', *shape[1:])}, n above 0.")
    layers = tuple(_layers(model))
    y = _rows(model(x, training=False))
    if not np.isfinite(y).all():
        raise ValueError(
            f"model {model.name!r} gives values that are not finite; did training diverge?"
        )
    if not np.allclose(Network(layers, x[0], y[0])(_rows(x)), y, rtol=1e-3, atol=1e-4):
        raise ValueError(
            f"model {model.name!r} is no chain: its layers, one after the other, give another "
            "answer. Make a keras.Sequential of the layers that are to be shown."
        )
    return Network(tuple(layer.rounded(bits) for layer in layers), _rows(x)[0], y[0])


def unpack(network: Mapping[str, Any]) -> Network:
    """Return the network that `Network.as_json` wrote."""
    layers = []
    for entry in network["layers"]:
        kernel, bias = None, as_array(entry["bias"])
        if "kernel" in entry:
            kernel = _kernel(entry, len(bias))
        rest = entry["activation"], entry["slope"]
        layers.append(Layer(kernel, as_array(entry["scale"]), bias, *rest))
    return Network(tuple(layers), as_array(network["probe"]), as_array(network["answer"]))


def _kernel(entry: Mapping[str, Any], units: int) -> np.ndarray:
    """Return the kernel of a layer, with the rows and columns of zeros that were left out."""
    given = as_array(entry["kernel"])
    if "rows" not in entry:
        return given.reshape(-1, units)
    rows, columns = (np.flatnonzero(as_array(entry[name])) for name in ("rows", "columns"))
    whole = np.zeros((len(as_array(entry["rows"])), units), given.dtype)
    whole[np.ix_(rows, columns)] = given.reshape(len(rows), len(columns))
    return whole


def as_text(values: np.ndarray) -> dict[str, str]:
    """Return an array as its type and its bytes in base64, or a sign of base64 for each number.

    Parameters
    ----------
    values : ndarray of any shape
        Integers of 8 or 16 bits; other numbers become floats of 32. Integers from -32 to 31, of
        type int8, take 6 bits. `as_array` returns them flat.
    """
    values = np.asarray(values)
    if values.dtype == "int8" and np.isin(values, np.arange(-32, 32)).all():
        return {"type": "int6", "data": SIGNS[values.ravel() + 32].tobytes().decode()}
    kind = values.dtype.name if values.dtype.name in ("int8", "uint8", "int16") else "float32"
    little = values.astype(np.dtype(kind).newbyteorder("<"))
    return {"type": kind, "data": base64.b64encode(little.tobytes()).decode()}


def as_array(text: dict[str, str]) -> np.ndarray:
    """Return the flat array that `as_text` wrote."""
    if text["type"] == "int6":
        places = np.zeros(128, "int8")
        places[SIGNS] = np.arange(-32, 32)
        return places[np.frombuffer(text["data"].encode(), "uint8")]
    kind = np.dtype(text["type"]).newbyteorder("<")
    return np.frombuffer(base64.b64decode(text["data"]), kind).astype(text["type"])


def _layers(model: keras.Model) -> Iterator[Layer]:
    """Yield the layers of a model, and of the models in it, that change numbers."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        if isinstance(layer, (keras.Sequential, keras.Model)):
            yield from _layers(layer)
        elif (made := _layer(layer)) is not None:
            yield made


def _layer(layer: keras.Layer) -> Layer | None:
    """Return what a layer computes; None if it leaves the numbers as they are."""
    shape = tuple(layer.input.shape[1:])
    if isinstance(layer, keras.layers.Dense) and len(shape) == 1:
        kernel = ops.convert_to_numpy(layer.kernel)
        units = kernel.shape[1]
        bias = ops.convert_to_numpy(layer.bias) if layer.use_bias else np.zeros(units, "float32")
        return Layer(kernel, np.ones(units, "float32"), bias, *_activation(layer))
    size = int(np.prod(shape))
    plain = np.ones(size, "float32"), np.zeros(size, "float32")
    if isinstance(layer, keras.layers.Rescaling):
        numbers = (np.broadcast_to(n, shape).ravel() for n in (layer.scale, layer.offset))
        return Layer(None, *(n.astype("float32") for n in numbers))
    if isinstance(layer, keras.layers.Activation):
        return Layer(None, *plain, *_activation(layer))
    if isinstance(layer, keras.layers.LeakyReLU):
        return Layer(None, *plain, "relu", float(layer.negative_slope))
    x = np.random.default_rng(0).normal(size=(PROBES, *shape)).astype("float32")
    if isinstance(layer, keras.layers.ReLU) and np.allclose(layer(x), np.maximum(x, 0)):
        return Layer(None, *plain, "relu")
    if not layer.weights and np.array_equal(_rows(layer(x, training=False)), _rows(x)):
        return None
    raise ValueError(
        f"Layer {layer.name!r} is a {type(layer).__name__} on an input of shape {shape}, which an "
        "explorer cannot compute. It knows Dense on rows of numbers, Rescaling, Activation, ReLU "
        "and LeakyReLU."
    )


def _activation(layer: keras.Layer) -> tuple[str, float]:
    """Return the name of an activation and its slope below zero."""
    name = getattr(layer.activation, "__name__", str(layer.activation))
    if name not in ACTIVATIONS:
        raise ValueError(
            f"Layer {layer.name!r} has the activation {name}; an explorer knows "
            f"{', '.join(ACTIVATIONS)}."
        )
    return name, 0.0


def _rows(values: Any) -> np.ndarray:
    """Return a tensor or an array as rows of numbers."""
    array = ops.convert_to_numpy(values)
    return array.reshape(len(array), -1)
