"""What training takes: arrays from whatever holds them, looked at before the first step."""

import math
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import keras
import numpy as np

# The values that a target must have for a loss of Keras to be the loss of anything.
PROBABILITIES = (0.0, 1.0)
TARGETS = {
    "binarycrossentropy": PROBABILITIES,
    "binaryfocalcrossentropy": PROBABILITIES,
    "categoricalcrossentropy": PROBABILITIES,
    "categoricalfocalcrossentropy": PROBABILITIES,
    "kldivergence": PROBABILITIES,
    "poisson": (0.0, math.inf),
}
NUMBERS = "biuf"


def is_data_set(x: Any) -> bool:
    """Say whether `x` is an object that hands over batches, not rows."""
    tensorflow = sys.modules.get("tensorflow")
    kinds = (keras.utils.PyDataset, *((tensorflow.data.Dataset,) if tensorflow else ()))
    return isinstance(x, kinds)


def as_array(x: Any, name: str) -> np.ndarray:
    """Return what a caller gives as rows of numbers, whatever holds them.

    Parameters
    ----------
    x : array_like of shape (n, ...)
        An array, a tensor of any backend, a list of rows of one shape, or a table of numbers.
    name : str
        What the error calls it.

    Returns
    -------
    ndarray of shape (n, ...)
        The same numbers; `x` itself where it is an array of NumPy.

    Raises
    ------
    ValueError
        If `x` is something else, or its rows differ in shape or are no numbers.
    """
    kind = type(x).__name__
    if isinstance(x, (Iterator, Mapping, str, bytes)) or hasattr(x, "toarray"):
        advice = "x.toarray() makes an array of it" if hasattr(x, "toarray") else "give an array"
        raise ValueError(
            f"{name} is a {kind}; {advice}, or hand over batches by a keras.utils.PyDataset or a "
            "tf.data.Dataset."
        )
    try:
        array = np.asarray(x)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name} is a {kind} that makes no array ({error}). All rows must have one shape."
        ) from error
    if str(array.dtype) == "bfloat16":  # which NumPy itself does not count among the numbers
        array = array.astype("float32")
    if array.dtype.kind not in NUMBERS:
        raise ValueError(
            f"{name} is a {kind} that holds values of type {array.dtype}, not numbers. Turn each "
            "column into numbers first."
        )
    return array


def check_rows(
    x: np.ndarray, y: np.ndarray | None, x_name: str, y_name: str
) -> tuple[float, float]:
    """Refuse no rows, unequal numbers of them and values not finite; return the range of `x`."""
    if np.ndim(x) < 2 or len(x) == 0:
        raise ValueError(f"{x_name} has shape {np.shape(x)}; expected (n, ...) with n above 0.")
    if y is not None and (np.ndim(y) == 0 or len(y) != len(x)):
        rows = len(y) if np.ndim(y) else "none"
        raise ValueError(f"{x_name} has {len(x)} rows and {y_name} {rows}; they must match.")
    scale = value_range(x, x_name)
    if y is not None and y is not x:
        value_range(y, y_name)
    return scale


def value_range(values: np.ndarray, name: str) -> tuple[float, float]:
    """Return the smallest and the largest value, or say which rows are not finite."""
    if values.size == 0:
        raise ValueError(f"{name} has shape {values.shape}; it holds no numbers.")
    low, high = float(values.min()), float(values.max())
    if math.isfinite(low) and math.isfinite(high):
        return low, high
    bad = ~np.isfinite(values.reshape(len(values), -1)).all(axis=1)
    raise ValueError(
        f"{name} holds values that are not finite (NaN or infinite) in {bad.sum()} of {len(bad)} "
        f"rows, the first of them row {np.argmax(bad)}. Remove these rows or fill the gaps."
    )


def check_targets(model: keras.Model, y: np.ndarray | None, loss: Any, name: str) -> None:
    """Refuse targets for which a loss is no loss, as pixels of 0 to 255 for a cross-entropy.

    Keras would train all the same, and the loss would fall below zero without end. A model that
    brings its own loss says by an attribute ``target_range`` what it asks for.
    """
    least, most = TARGETS.get(name_of(loss), (-math.inf, math.inf))
    if loss is None:
        least, most = getattr(model, "target_range", None) or (least, most)
    if y is None or not (np.size(y) and math.isfinite(least)):
        return
    low, high = value_range(y, name)
    if low < least or high > most:
        bound = f"from {least:g} to {most:g}" if math.isfinite(most) else f"of {least:g} or more"
        raise ValueError(
            f"{name} runs from {low:.4g} to {high:.4g}, and the loss asks for targets {bound}. "
            "Divide pixels of 0 to 255 by 255; for standardised data take loss='mse' and an output "
            "without activation."
        )


def name_of(loss: Any) -> str:
    """Return the name of a loss in small letters; none of several, or of none."""
    if loss is None or isinstance(loss, (list, tuple, dict)):
        return ""
    loss = keras.losses.get(loss)
    name = type(loss).__name__ if isinstance(loss, keras.losses.Loss) else loss.__name__
    return name.replace("_", "").lower()


def draw_again(draw: Callable[[], Any], x: np.ndarray) -> np.ndarray:
    """Return the inputs of the next epoch, which have the shape of those before."""
    shape, x = np.shape(x), as_array(draw(), "x()")
    if np.shape(x) != shape:
        raise ValueError(
            f"x() returned inputs of shape {np.shape(x)}, and {shape} for the epoch before: it "
            "must return as many for each epoch."
        )
    return x


def pair_valid(valid: Any, y: Any, loss: Any) -> tuple[np.ndarray, np.ndarray | None] | None:
    """Return validation inputs and targets as a pair of arrays, or None."""
    if valid is None:
        return None
    if not isinstance(valid, tuple):
        if y is not None:
            raise ValueError("valid is one array, but y is given: valid must be (inputs, targets).")
        valid = as_array(valid, "valid")
        valid = (valid, valid if loss is not None else None)
    if len(valid) != 2 or (valid[1] is None and loss is not None):
        raise ValueError("valid must be an array or a tuple of two: (inputs, targets).")
    x, y = valid
    copies = y is x
    x = as_array(x, "valid[0]")
    y = x if copies else y if y is None else as_array(y, "valid[1]")
    check_rows(x, y, "valid[0]", "valid[1]")
    return x, y
