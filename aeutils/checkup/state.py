"""Leaving a model as it was."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras
from keras import ops


@contextmanager
def kept(*models: keras.Model, seeds: bool = True) -> Iterator[None]:
    """Give all variables of models, metrics too, the values back that they had.

    Parameters
    ----------
    *models : keras.Model
        The models, with their encoders and decoders where they have them.
    seeds : bool
        Whether the states of random numbers are among them; without them the next call of the
        model draws other numbers.
    """
    names = ("encoder", "decoder")
    parts = [p for model in models for p in (model, *(getattr(model, n, None) for n in names))]
    layers = [part for part in parts if isinstance(part, keras.Layer)]
    variables = {id(v): v for layer in layers for v in layer.variables}
    metrics = {id(v): v for layer in layers for v in getattr(layer, "metrics_variables", [])}
    variables = [v for v in (variables | metrics).values() if seeds or "seed" not in v.path]
    values = [ops.convert_to_numpy(variable).copy() for variable in variables]
    try:
        yield
    finally:
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
