"""What the layers share: checked settings, the shape of the input."""

import math

import keras
import numpy as np
import pytest

from aeutils.layers.base import SameShape, check_range


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
