"""What the layers share: checked settings, the shape of the input."""

import math

import keras
import numpy as np
import pytest

from aeutils.layers.base import SameShape, _as_float, check_range


@keras.saving.register_keras_serializable("tests")
class Doubled(SameShape):
    """A layer with one setting."""

    settings = ("by",)

    def __init__(self, by, **kwargs):
        super().__init__(**kwargs)
        self.by = by

    def call(self, x):
        return x * self.by


def test_settings_come_back():
    layer = Doubled.from_config(Doubled(by=2, name="twice").get_config())
    assert (layer.by, layer.name) == (2, "twice")


def test_shape_is_that_of_the_input():
    assert Doubled(by=2)(keras.Input((3, 4))).shape == (None, 3, 4)


@pytest.mark.parametrize("value", [0, 1, 0.5, np.float32(0.5), np.int64(1)])
def test_value_in_range(value):
    assert check_range("rate", value, 0, 1) == value
    assert type(check_range("rate", value, 0, 1)) is float


@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan, math.inf, "0.5", None, True])
def test_value_outside_range(value):
    with pytest.raises(ValueError, match="rate is .* from 0 to 1"):
        check_range("rate", value, 0, 1)


def test_without_an_upper_limit_any_finite_or_infinite_size_will_do():
    assert check_range("l1", 1e300, 0) == 1e300
    assert check_range("l1", math.inf, 0) == math.inf
    with pytest.raises(ValueError, match="l1 is -1; it must be a number from 0 to inf"):
        check_range("l1", -1, 0)


@pytest.mark.parametrize("kind", ["int32", "uint8", "bool"])
def test_whole_numbers_and_truth_values_become_floats(kind):
    x = np.array([[0, 1]], kind)
    assert keras.backend.standardize_dtype(_as_float(x).dtype) == "float32"
    assert np.allclose(keras.ops.convert_to_numpy(Doubled(by=0.25)(x)), [[0, 0.25]])


@pytest.mark.parametrize("kind", ["float16", "float32", "float64"])
def test_floats_and_what_is_no_tensor_stay_what_they_are(kind):
    x = np.zeros((1, 2), kind)
    assert _as_float(x) is x
    assert _as_float(3) == 3 and _as_float(None) is None


def test_built_from_the_start_and_without_weights():
    layer = Doubled(by=2)
    assert layer.built and layer.weights == []
    assert layer.compute_output_shape((None, 3)) == (None, 3)
