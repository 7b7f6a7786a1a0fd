"""The k-th largest number is that of a sorted row, on both backends and in every corner."""

import keras
import numpy as np
import pytest
from keras import ops

from aeutils.layers import kth_largest

RNG = np.random.default_rng(0)
ROWS = {
    "any sign": RNG.normal(size=(2, 40, 7)),
    "below zero": -RNG.exponential(size=(2, 40, 7)),
    "ties": RNG.integers(-2, 3, size=(2, 40, 7)),
    "zeros": np.zeros((2, 3, 7)),
    "signed zeros": np.array([[[0.0, -0.0, 0.0, -0.0, 1.0, -1.0, 0.0]]]),
    "infinite": np.array([[[np.inf, -np.inf, 0.0, 1.0, np.inf, -1e30, 1e-30]]]),
    "huge": 1e38 * RNG.normal(size=(1, 5, 7)),
}


def by_sorting(z, k):
    return np.sort(z, axis=-1)[..., ::-1][..., k - 1 : k]


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("k", [1, 2, 4, 7])
def test_same_as_sorting(name, k):
    z = ROWS[name].astype("float32")
    np.testing.assert_array_equal(ops.convert_to_numpy(kth_largest(z, k)), by_sorting(z, k))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_fewer_bits(dtype):
    z = ops.cast(ROWS["any sign"], dtype)
    found = kth_largest(z, 3)
    assert keras.backend.standardize_dtype(found.dtype) == dtype
    numbers = ops.convert_to_numpy(ops.cast(z, "float32"))
    np.testing.assert_array_equal(
        ops.convert_to_numpy(ops.cast(found, "float32")), by_sorting(numbers, 3)
    )


@pytest.mark.parametrize("k", [[2, 5], np.array([5, 2])])
def test_a_count_for_each_item(k):
    z = ROWS["any sign"].astype("float32")
    expected = [by_sorting(rows, count) for rows, count in zip(z, k, strict=True)]
    np.testing.assert_array_equal(ops.convert_to_numpy(kth_largest(z, k)), expected)


@keras.saving.register_keras_serializable("test_layers_selection")
class Largest(keras.layers.Layer):
    def call(self, z):
        return z * kth_largest(z, 2)


def test_no_gradient_flows_through_it():
    """The product has the slope of its first factor alone: w = 1 moves by the rate times that."""
    x = np.array([[1.0, 2.0, 4.0]], "float32")
    start = keras.initializers.Ones()
    scale = keras.layers.EinsumDense("bi,i->bi", output_shape=3, kernel_initializer=start)
    model = keras.Sequential([keras.Input((3,)), scale, Largest()])
    model.compile(keras.optimizers.SGD(1.0), lambda _, y: ops.sum(y, axis=-1))
    model.fit(x, x, verbose=0)
    np.testing.assert_allclose(scale.get_weights()[0], 1 - 2 * x[0], rtol=1e-6)
