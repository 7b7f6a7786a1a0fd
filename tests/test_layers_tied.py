"""`TiedDense` shares the kernel of another layer, in training, counting, saving and loading."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from aeutils.layers import TiedDense
from aeutils.training import fit

X = np.random.default_rng(0).uniform(size=(64, 6)).astype("float32")


def make_model(activation="sigmoid"):
    """Return a tied 6-4-2-4-6 autoencoder and its two encoder layers."""
    inputs = keras.Input((6,))
    first, second = layers.Dense(4, "tanh"), layers.Dense(2)
    z = second(first(inputs))
    x_hat = TiedDense(first, activation)(TiedDense(second, "tanh")(z))
    return keras.Model(inputs, x_hat), first, second


def outputs(model):
    return ops.convert_to_numpy(model(X))


def test_formula():
    dense = layers.Dense(4)
    z = dense(X)
    tied = TiedDense(dense, "sigmoid")
    tied(z)
    tied.bias.assign(np.arange(6) / 10)
    kernel = dense.get_weights()[0]
    expected = 1 / (1 + np.exp(-(ops.convert_to_numpy(z) @ kernel.T + np.arange(6) / 10)))
    np.testing.assert_allclose(ops.convert_to_numpy(tied(z)), expected, rtol=1e-5)


def test_kernels_are_counted_once():
    model, _, _ = make_model()
    kernels = 6 * 4 + 4 * 2
    assert model.count_params() == kernels + (4 + 2) + (4 + 6)
    assert [len(layer.weights) for layer in model.layers] == [0, 2, 2, 1, 1]
    assert sum(np.prod(w.shape) for w in model.trainable_variables) == model.count_params()


def test_stays_tied_in_training():
    model, first, _ = make_model()
    before = first.get_weights()[0].copy()
    fit(model, X, valid=None, epochs=2, loss="mse", batch_size=16)
    assert not np.allclose(first.get_weights()[0], before)
    middle = keras.Model(model.inputs[0], model.layers[3].output)
    h, kernel = ops.convert_to_numpy(middle(X)), first.get_weights()[0]
    bias = model.layers[4].get_weights()[0]
    assert np.abs(bias).max() > 0
    np.testing.assert_allclose(
        outputs(model), 1 / (1 + np.exp(-(h @ kernel.T + bias))), rtol=1e-4, atol=1e-6
    )


def untied(weights):
    """Return the weights of the untied network that computes the same."""
    return [*weights[:4], weights[2].T, weights[4], weights[0].T, weights[5]]


def test_gradient_has_both_uses():
    """The kernel takes the step that encoder and decoder of an untied network take together."""
    model, first, _ = make_model()
    before = model.get_weights()
    sizes = ((4, "tanh"), (2, None), (4, "tanh"), (6, "sigmoid"))
    free = keras.Sequential([keras.Input((6,)), *[layers.Dense(n, a) for n, a in sizes]])
    free.set_weights(untied(before))
    np.testing.assert_allclose(outputs(free), outputs(model), rtol=1e-5)
    settings = {"loss": "mse", "optimizer": "sgd", "learning_rate": 0.5, "schedule": "constant"}
    for network in (model, free):
        fit(network, X, valid=None, epochs=1, batch_size=64, **settings)
    pairs = zip(free.get_weights(), untied(before), strict=True)
    steps = [after - start for after, start in pairs]
    together = steps[0] + steps[6].T
    np.testing.assert_allclose(first.get_weights()[0] - before[0], together, rtol=1e-3, atol=1e-6)


def test_saved_model_comes_back_tied(tmp_path):
    model, _, _ = make_model()
    fit(model, X, valid=None, epochs=1, loss="mse")
    model.save(tmp_path / "tied.keras")
    loaded = keras.models.load_model(tmp_path / "tied.keras")
    np.testing.assert_allclose(outputs(loaded), outputs(model), rtol=1e-6)
    assert loaded.count_params() == model.count_params()
    loaded.layers[1].kernel.assign(loaded.layers[1].kernel * 2)
    model.layers[1].kernel.assign(model.layers[1].kernel * 2)
    np.testing.assert_allclose(outputs(loaded), outputs(model), rtol=1e-6)


def test_weights_can_be_loaded_alone(tmp_path):
    model, other = make_model()[0], make_model()[0]
    model.save_weights(tmp_path / "tied.weights.h5")
    other.load_weights(tmp_path / "tied.weights.h5")
    np.testing.assert_allclose(outputs(other), outputs(model), rtol=1e-6)


@pytest.mark.parametrize("tied_to", [None, "dense", layers.Flatten()])
def test_only_dense_can_be_tied_to(tied_to):
    with pytest.raises(ValueError, match="give the Dense layer"):
        TiedDense(tied_to)


def test_encoder_has_to_be_built():
    with pytest.raises(ValueError, match="no kernel yet"):
        TiedDense(layers.Dense(4))(X[:, :4])


def test_copy_that_would_not_be_tied_is_refused():
    with pytest.raises(ValueError, match="save and load it"):
        keras.models.clone_model(make_model()[0])


def test_a_saved_encoder_that_is_a_model_of_its_own_is_refused(tmp_path):
    first = layers.Dense(4)
    encoder = keras.Sequential([keras.Input((6,)), first])
    decoder = keras.Sequential([keras.Input((4,)), TiedDense(first)])
    model = keras.Sequential([keras.Input((6,)), encoder, decoder])
    model.save(tmp_path / "model.keras")
    with pytest.raises(
        ValueError, match="in a model inside of the saved one.*use its load_weights"
    ):
        keras.models.load_model(tmp_path / "model.keras")


def test_wrong_order_is_refused():
    _, first, second = make_model()
    with pytest.raises(ValueError, match="reverse order"):
        TiedDense(first)(second(first(X)))


def test_bias_starts_at_zero_without_an_activation():
    dense = layers.Dense(4)
    z = dense(X)
    tied = TiedDense(dense)
    expected = ops.convert_to_numpy(z) @ dense.get_weights()[0].T
    np.testing.assert_allclose(ops.convert_to_numpy(tied(z)), expected, rtol=1e-5, atol=1e-6)
    assert tied.bias.shape == (6,) and not ops.convert_to_numpy(tied.bias).any()
    assert tied.compute_output_shape((None, 7, 4)) == (None, 7, 6)


def test_axes_before_the_last_are_kept():
    dense = layers.Dense(4)
    dense.build((None, 6))
    z = np.random.default_rng(1).random((2, 3, 4), dtype=np.float32)
    x_hat = ops.convert_to_numpy(TiedDense(dense)(z))
    np.testing.assert_allclose(x_hat, z @ dense.get_weights()[0].T, rtol=1e-5, atol=1e-6)
