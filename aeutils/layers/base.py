"""What the layers of this package share."""

from numbers import Real
from typing import Any

import keras
from keras import ops

Tensor = Any  # of the backend in use


def check_range(name: str, value: float, low: float, high: float = float("inf")) -> float:
    """Return a setting as a float, or say what range it must lie in."""
    if isinstance(value, bool) or not isinstance(value, Real) or not low <= value <= high:
        raise ValueError(f"{name} is {value!r}; it must be a number from {low:g} to {high:g}.")
    return float(value)


def _as_float(x: Tensor) -> Tensor:
    """Return a tensor of whole numbers or truth values as floats, anything else as it is."""
    kind = getattr(x, "dtype", None)
    if kind is None or "float" in keras.backend.standardize_dtype(kind):
        return x
    return ops.cast(x, keras.config.floatx())


class SameShape(keras.layers.Layer):
    """A layer without weights whose output has the shape of its input.

    `settings` names the arguments of ``__init__``, which are kept under the same names.
    """

    settings: tuple[str, ...]

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.built = True

    def __call__(self, *inputs: Tensor, **kwargs: Any) -> Tensor:
        """Turn whole numbers and truth values into floats, then call the layer."""
        return super().__call__(*(_as_float(x) for x in inputs), **kwargs)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the input."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return what a saved model needs to make the layer again."""
        return super().get_config() | {name: getattr(self, name) for name in self.settings}
