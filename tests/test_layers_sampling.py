"""Codes drawn from a Gaussian have its moments, differ in each call and pass gradients on."""

import keras
import numpy as np
from keras import ops

from aeutils.layers import GaussianSampling

MEAN = np.full((20_000, 2), [3.0, -1.0], "float32")
LOG_VAR = np.full((20_000, 2), np.log([4.0, 0.25]), "float32")


def test_moments_are_those_of_mean_and_log_variance():
    """Error 9: a logarithm of the standard deviation in its place would give other spreads."""
    z = ops.convert_to_numpy(GaussianSampling(seed=0)(MEAN, LOG_VAR))
    np.testing.assert_allclose(z.mean(axis=0), [3, -1], atol=0.07)
    np.testing.assert_allclose(z.std(axis=0), [2, 0.5], rtol=0.03)


def test_each_call_draws_afresh_and_a_seed_repeats_it():
    layer, twin = GaussianSampling(seed=1), GaussianSampling(seed=1)
    first, second = (ops.convert_to_numpy(layer(MEAN, LOG_VAR)) for _ in range(2))
    assert (first != second).all()
    np.testing.assert_array_equal(first, ops.convert_to_numpy(twin(MEAN, LOG_VAR)))


def test_layer_comes_back_from_its_config():
    layer = GaussianSampling.from_config(GaussianSampling(seed=3, name="draw").get_config())
    assert (layer.seed, layer.name) == (3, "draw")


def test_training_moves_mean_and_variance():
    """Matching samples to a point pulls the mean there and the variance down."""
    inputs = keras.Input((1,))
    z_mean, z_log_var = keras.layers.Dense(1)(inputs), keras.layers.Dense(1)(inputs)
    model = keras.Model(inputs, GaussianSampling(seed=0)(z_mean, z_log_var))
    assert model.output_shape == (None, 1)
    model.compile(keras.optimizers.Adam(0.1), "mse")
    x = np.ones((64, 1), "float32")
    model.fit(x, 2 * x, epochs=100, verbose=0)
    kernel_mean, bias_mean, kernel_var, bias_var = (
        w.item() for w in map(np.squeeze, model.get_weights())
    )
    assert abs(kernel_mean + bias_mean - 2) < 0.1
    assert kernel_var + bias_var < -3


def test_type_of_the_layer_is_kept_and_the_seed_is_the_global_one_by_default():
    layer = GaussianSampling(dtype="float16")
    assert layer.seed is None
    z = layer(ops.zeros((2, 3)), ops.zeros((2, 3)))
    assert keras.backend.standardize_dtype(z.dtype) == "float16"
    assert layer.compute_output_shape((None, 3), (None, 1)) == (None, 3)
