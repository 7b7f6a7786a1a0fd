"""The variational autoencoder trains on the negative ELBO, and a saved one is the same."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from aeutils import evaluation
from aeutils.models import VariationalAutoencoder
from aeutils.training import fit

X = np.random.default_rng(0).integers(0, 2, (256, 3)).repeat(4, axis=1).astype("float32")


def make(beta=1.0, seed=0):
    keras.utils.set_random_seed(seed)
    inputs, codes = keras.Input((12,)), keras.Input((3,))
    hidden = layers.Dense(16, "relu")(inputs)
    encoder = keras.Model(inputs, [layers.Dense(3)(hidden), layers.Dense(3)(hidden)])
    decoder = keras.Model(codes, layers.Dense(12)(layers.Dense(16, "relu")(codes)))
    return VariationalAutoencoder(encoder, decoder, beta=beta, seed=seed)


def test_loss_is_the_negative_elbo():
    """Errors 8 to 10: sum over pixels, log variance, the divergence once and with its sign."""
    model = make()
    model.compile()
    logs = model.evaluate(X, batch_size=256, verbose=0, return_dict=True)
    reconstruction, kl = evaluation.elbo_terms(X, model.encoder, model.decoder, samples=200)
    assert logs["kl"] == pytest.approx(kl.mean(), rel=1e-4)
    assert logs["reconstruction"] == pytest.approx(reconstruction.mean(), rel=0.02)
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + logs["kl"], rel=1e-5)


def test_beta_weighs_the_divergence():
    model = make(beta=4)
    model.compile()
    logs = model.evaluate(X, batch_size=256, verbose=0, return_dict=True)
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + 4 * logs["kl"], rel=1e-5)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_training_lowers_both_sides_of_the_history(jit_compile):
    model = make()
    settings = {"epochs": 20, "learning_rate": 0.02, "batch_size": 32, "jit_compile": jit_compile}
    history = fit(model, X, valid=X[:64], **settings).history
    assert history["loss"][-1] < history["loss"][0] - 2
    total = np.add(history["reconstruction"], history["kl"])
    np.testing.assert_allclose(history["loss"], total, rtol=1e-4)
    assert {"val_loss", "val_reconstruction", "val_kl"} <= set(history)
    assert evaluation.active_units(ops.convert_to_numpy(model.encoder(X)[0])) > 0


def test_saved_model_gives_identical_outputs(tmp_path):
    model = make(beta=2, seed=5)
    fit(model, X, valid=None, epochs=1)
    model.save(tmp_path / "vae.keras")
    loaded = keras.models.load_model(tmp_path / "vae.keras")
    assert (loaded.beta, loaded.seed) == (2, 5)
    for given, expected in zip(loaded.encoder(X), model.encoder(X), strict=True):
        np.testing.assert_array_equal(*map(ops.convert_to_numpy, (given, expected)))
    z = np.ones((4, 3), "float32")
    np.testing.assert_array_equal(*(ops.convert_to_numpy(m.decoder(z)) for m in (loaded, model)))


@pytest.fixture(params=["mixed_float16", "mixed_bfloat16"])
def half(request):
    keras.config.set_dtype_policy(request.param)
    yield request.param
    keras.config.set_dtype_policy("float32")


def test_mixed_precision_trains_and_is_measured_in_float32(half):
    """On TensorFlow, half precision beside float32 was a type error."""
    model = make()
    assert model.encoder.layers[-1].compute_dtype != "float32"
    history = fit(model, X, valid=X[:64], epochs=20, learning_rate=0.02, batch_size=32).history
    assert history["loss"][-1] < history["loss"][0] - 2
    reconstruction, kl = evaluation.elbo_terms(X, model.encoder, model.decoder, samples=50)
    total = reconstruction.mean() + kl.mean()
    assert total == pytest.approx(history["loss"][-1], rel=0.1)
    weights = model.encoder.get_weights(), model.decoder.get_weights()
    keras.config.set_dtype_policy("float32")
    exact = make()
    exact.encoder.set_weights(weights[0])
    exact.decoder.set_weights(weights[1])
    terms = evaluation.elbo_terms(X, exact.encoder, exact.decoder, samples=50)
    assert total == pytest.approx(np.mean(terms[0]) + np.mean(terms[1]), rel=0.01)
    bound = evaluation.importance_weighted_nll(X, model.encoder, model.decoder, samples=5)
    assert np.isfinite(bound).all()


@pytest.mark.parametrize("beta", [-1, float("nan")])
def test_impossible_beta(beta):
    with pytest.raises(ValueError, match="beta is"):
        make(beta=beta)
