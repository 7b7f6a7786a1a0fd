"""Seeing and replacing what each layer gives, whatever way the model was written."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from aeutils.layers.base import Tensor


@dataclass(frozen=True)
class Step:
    """One call of a layer without layers of its own, in the order of the calls.

    Attributes
    ----------
    layer : keras.Layer
        The layer that was called.
    output : tensor
        What it gave; of several outputs, the first.
    """

    layer: keras.Layer
    output: Tensor

    @property
    def size(self) -> int:
        """Numbers for each row."""
        return int(np.prod(self.output.shape[1:]))


def leaves(model: keras.Layer) -> list[keras.Layer]:
    """Return the layers that a model is made of.

    A layer of Keras is one, also where it holds others, as a recurrent layer its cell; a model and
    a layer of the reader's own are opened.
    """
    found = []
    for layer in model._layers:
        ours = type(layer).__module__.startswith("keras.")
        closed = not layer._layers or (ours and not isinstance(layer, keras.Model))
        found += [layer] if closed else leaves(layer)
    return list(dict.fromkeys(found))


@contextmanager
def with_calls(calls: Mapping[keras.Layer, Callable]) -> Iterator[None]:
    """Have layers answer by other functions in place of their `call`, until the block ends."""
    own = {layer: layer.__dict__.get("call") for layer in calls}
    for layer, function in calls.items():
        object.__setattr__(layer, "call", function)
    try:
        yield
    finally:
        for layer, before in own.items():
            object.__delattr__(layer, "call")
            if before is not None:
                object.__setattr__(layer, "call", before)


def _spy(layer, call, steps: list[Step], replace: dict):
    def spied(*arguments, **settings):
        output = call(*arguments, **settings)
        first = output[0] if isinstance(output, (tuple, list)) else output
        if id(layer) in replace:
            output = first = ops.cast(replace[id(layer)](first), first.dtype)
        if hasattr(first, "shape") and len(first.shape) > 0:
            steps.append(Step(layer, first))
        return output

    return spied


def trace(
    model: keras.Layer, x: Tensor, *, training: bool | None = False, replace: dict | None = None
) -> tuple[Any, list[Step]]:
    """Call a model and return its output with what each of its layers gave.

    Parameters
    ----------
    model : keras.Layer
        The model; it is called outside of any compiled function.
    x : tensor of shape (n, ...)
        Its inputs.
    training : bool
        Whether the layers behave as in training.
    replace : dict of keras.Layer to callable, optional
        A function for each layer whose output is to be another: from what the layer gave to what
        the layers after it get.

    Returns
    -------
    tuple of object and list of Step
        What the model returns, and the calls in their order.
    """
    steps: list[Step] = []
    replace = {id(layer): function for layer, function in (replace or {}).items()}
    if not model.built:  # which may call the layers with no values
        call(model, x[:1], training)
    with with_calls({a: _spy(a, a.call, steps, replace) for a in leaves(model)}):
        output = call(model, x, training)
    return output, steps


def output_of(layer: keras.Layer, model: keras.Layer, x: Tensor) -> Tensor:
    """Return what a layer gives when its model is called on `x`; of several calls, the last."""
    return [step.output for step in trace(model, x)[1] if step.layer is layer][-1]


def call(model: Any, x: Tensor, training: bool | None) -> Any:
    """Call a model, also one that does not know the argument `training`; None leaves it out."""
    if training is None:
        return model(x)
    try:
        return model(x, training=training)
    except TypeError as problem:
        if "training" not in str(problem):
            raise
        return model(x)
