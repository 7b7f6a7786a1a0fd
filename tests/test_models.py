"""The variational autoencoder trains on the negative ELBO, and a saved one is the same."""

import inspect

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


def test_settings_and_their_defaults():
    made = make(beta=0, seed=3)
    plain = VariationalAutoencoder(made.encoder, made.decoder, name="images")
    assert (plain.beta, plain.seed, plain.name) == (1.0, None, "images")
    assert (made.beta, made.seed, made.sampling.get_config()["seed"]) == (0, 3, 3)
    assert (plain.reconstruction.name, plain.kl.name) == ("reconstruction", "kl")
    config = plain.get_config()
    assert (config["beta"], config["seed"], config["name"]) == (1.0, None, "images")


def test_loss_is_called_as_that_of_keras():
    ours, theirs = (
        {name: p.default for name, p in inspect.signature(kind.compute_loss).parameters.items()}
        for kind in (VariationalAutoencoder, keras.Model)
    )
    assert theirs.items() >= (ours | {"x": theirs["x"]}).items()


@pytest.mark.parametrize(("encoded", "number"), [(1, "1 tensor;"), (3, "3 tensors;")])
@pytest.mark.parametrize("kind", [tuple, list])
def test_encoder_that_does_not_return_mean_and_log_variance(encoded, number, kind):
    model = make()
    model.encoder = lambda x: x if encoded == 1 else kind([x] * encoded)
    with pytest.raises(ValueError, match=f"The encoder returns {number} expected two, the mean"):
        model.call(X[:2])


def test_encoder_may_return_a_tuple_or_a_list():
    """Of logits, mean and log variance the latter two are those of the encoder."""
    model, mean = make(), np.ones((2, 3), "float32")
    for kind in (tuple, list):
        model.encoder = lambda x, kind=kind: kind([mean, mean - 30])
        logits, z_mean, z_log_var = model.call(X[:2])
        assert z_mean is mean and (np.asarray(z_log_var) == -29).all()
        expected = ops.convert_to_numpy(model.decoder(mean))
        np.testing.assert_allclose(ops.convert_to_numpy(logits), expected, atol=1e-4)


def test_loss_by_hand():
    """Pixels that are one half: log 2 nats each; codes of mean 2 and variance 1: 2 nats each."""
    model = make(beta=0.25)
    outputs = np.zeros((5, 12)), np.full((5, 3), 2.0), np.zeros((5, 3))
    loss = model.compute_loss(x=X[:5], y_pred=[a.astype("float32") for a in outputs])
    assert float(loss) == pytest.approx(12 * np.log(2) + 0.25 * 6, rel=1e-6)
    assert float(model.reconstruction.result()) == pytest.approx(12 * np.log(2), rel=1e-6)
    assert float(model.kl.result()) == pytest.approx(6, rel=1e-6)


@pytest.mark.parametrize(("pixels", "range_"), [(X * 1.5, "0 to 1.5"), (X - 0.5, "-0.5 to 0.5")])
def test_pixels_lie_between_zero_and_one(pixels, range_):
    with pytest.raises(ValueError, match=range_):
        fit(make(), pixels, valid=None, epochs=1)


def test_loss_is_the_negative_elbo():
    """Errors 8 to 10: sum over pixels, log variance, the divergence once and with its sign."""
    model = make()
    model.compile()
    logs = model.evaluate(X, batch_size=256, verbose=0, return_dict=True)
    reconstruction, kl = evaluation.elbo_terms(X, model.encoder, model.decoder, samples=200)
    assert logs["kl"] == pytest.approx(kl.mean(), rel=1e-4)
    assert logs["reconstruction"] == pytest.approx(reconstruction.mean(), rel=0.02)
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + logs["kl"], rel=1e-5)


def test_penalties_of_the_layers_are_added():
    inputs, made = keras.Input((12,)), make()
    punished = layers.Dense(3, kernel_regularizer=keras.regularizers.L2(10.0))
    encoder = keras.Model(inputs, [punished(inputs), layers.Dense(3)(inputs)])
    model = VariationalAutoencoder(encoder, made.decoder, seed=0)
    loss = float(model.compute_loss(X, y_pred=model(X)))
    elbo = float(model.reconstruction.result() + model.kl.result())
    kernel = ops.convert_to_numpy(punished.kernel)
    assert loss - elbo == pytest.approx(10 * np.sum(kernel**2), rel=1e-4)


@pytest.mark.parametrize("options", [{"y": X}, {"loss": "mse"}, {"y": 1 - X, "valid": (X, 1 - X)}])
def test_targets_and_a_second_loss_are_refused(options):
    with pytest.raises(ValueError, match="This model makes its own loss"):
        fit(make(), X, **{"valid": None, "epochs": 1} | options)


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
