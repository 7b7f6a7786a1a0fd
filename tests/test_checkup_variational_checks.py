"""Six wrong divergences are told from the right one, in three ways of writing a model."""

import keras
import numpy as np
import pytest
from checkup_cases import (
    UNITS,
    Divergence,
    Variational,
    copier,
    functional,
    networks,
    subject,
    verdict,
)
from keras import ops

from aeutils import losses
from aeutils.checkup import variational_checks as checks
from aeutils.layers import GaussianSampling
from aeutils.models import VariationalAutoencoder

DRAW = GaussianSampling(seed=0)
KEYS = ("kl_negative", "kl_at_prior", "kl_scale", "kl_variance", "collapsed")


def asked(model, keys=KEYS, **settings):
    examined = subject(model, **settings)
    return {key: verdict(getattr(checks, key)(examined)) for key in keys}


def distance(mean, spread):
    z, prior = DRAW(mean, spread), DRAW(0 * mean, 0 * mean)
    return ops.log(ops.sum((z - prior) ** 2, axis=-1))


def twice(mean, spread):
    return losses.gaussian_kl(DRAW(mean, spread), spread)


def sampled(mean, spread):
    """The divergence of one draw, as some write it: right on average."""
    z = DRAW(mean, spread)
    terms = ops.square(z) - ops.square(z - mean) / ops.exp(spread) - spread
    return 0.5 * ops.sum(terms, axis=-1)


def test_healthy():
    everything = asked(Variational())
    assert everything.pop("kl_scale") == "fine"
    assert set(everything.values()) == {"fine"}


def test_the_model_of_the_book():
    model = VariationalAutoencoder(*networks())
    x = np.random.default_rng(0).uniform(size=(200, 24)).astype("float32")
    assert "wrong" not in asked(model, x=x).values()


def test_one_draw_instead_of_the_formula():
    assert "wrong" not in asked(Variational(sampled)).values()


@pytest.mark.parametrize(
    "divergence, key",
    [
        (lambda *code: -losses.gaussian_kl(*code), "kl_negative"),
        (lambda mean, spread: losses.gaussian_kl(mean, ops.exp(spread / 2)), "kl_at_prior"),
        (distance, "kl_at_prior"),
        (twice, "kl_at_prior"),
        (lambda mean, spread: losses.gaussian_kl(mean, 2 * spread), "kl_variance"),
        (lambda *code: losses.gaussian_kl(*code) / UNITS / 99, "kl_scale"),
    ],
    ids=["turned", "standard deviation", "log distance", "twice", "log sd", "tiny"],
)
def test_wrong_divergences(divergence, key):
    found = asked(Variational(divergence))
    assert found[key] == ("look" if key == "kl_scale" else "wrong")
    others = {k for k, v in found.items() if v == "wrong"} - {key}
    assert not others


@pytest.mark.parametrize(
    "draw, expected",
    [
        (lambda mean, spread: mean, "wrong"),
        (lambda mean, spread: DRAW(mean, 2 * spread), "wrong"),
        (lambda mean, spread: DRAW(mean, spread - 4), "look"),
        (DRAW, "fine"),
    ],
    ids=["nothing", "variance as sd", "small", "right"],
)
def test_draws(draw, expected):
    assert asked(Variational(draw=draw), ["kl_variance"]) == {"kl_variance": expected}


def test_standard_deviations_in_place_of_log_variances():
    """A model may give a standard deviation, if all of it takes it for one."""

    def divergence(mean, sd):
        return losses.gaussian_kl(mean, 2 * ops.log(sd))

    model = Variational(divergence, lambda mean, sd: DRAW(mean, 2 * ops.log(sd)))
    spread = model.encoder.get_layer("z_log_var")
    spread.set_weights([0 * spread.get_weights()[0], np.full(UNITS, 0.3)])
    found = asked(model)
    assert set(found.values()) <= {"fine"}, found


def test_hidden_weights():
    def weighed(model):
        return checks.kl_scale(subject(model))

    mean = weighed(Variational(mean=True))
    assert verdict(mean) == "wrong" and mean.measured.startswith("24 times")
    averaged = Variational(lambda *c: losses.gaussian_kl(*c) / 6, parts=networks(6))
    assert verdict(weighed(averaged)) == "wrong"
    chosen = Variational(lambda *c: losses.gaussian_kl(*c) / 5, parts=networks(5))
    assert verdict(weighed(chosen)) == "look"
    declared = Variational(lambda *c: 24 * losses.gaussian_kl(*c))
    declared.beta = 24.0
    assert verdict(weighed(declared)) == "fine"


@pytest.mark.parametrize("weight, expected", [(1.0, "wrong"), (1 / 24, "fine")])
def test_a_divergence_added_by_a_layer(weight, expected):
    found = asked(functional(weight), KEYS[:-1])
    assert found.pop("kl_scale") == expected
    assert set(found.values()) == {"fine"}


class FreeBits(Divergence):
    def call(self, mean, spread):
        self.add_loss(ops.mean(ops.maximum(losses.gaussian_kl(mean, spread), 1.0)))
        return mean


def test_what_is_above_zero_at_the_prior_may_be_intended():
    outcome = checks.kl_at_prior(subject(functional(1.0, FreeBits)))
    assert verdict(outcome) == "look" and outcome.measured.startswith("1 at the prior")


def test_free_bits_are_no_error():
    def free(mean, spread):
        return ops.maximum(losses.gaussian_kl(mean, spread), 1.0)

    assert "wrong" not in asked(Variational(free)).values()


@pytest.mark.parametrize("dead, expected", [(0, "fine"), (1, "look"), (UNITS, "wrong")])
def test_collapsed(dead, expected):
    model = Variational()
    for layer in (model.encoder.get_layer("z_mean"), model.encoder.get_layer("z_log_var")):
        kernel, bias = layer.get_weights()
        kernel[:, :dead], bias[:dead] = 0, 0
        layer.set_weights([kernel, bias])
    assert asked(model, ["collapsed"]) == {"collapsed": expected}


def test_plain_models_are_not_asked():
    assert set(asked(copier()).values()) == {None}


class Stepping(keras.Model):
    """A model with a training step of its own and no `call`, as in the examples of Keras."""

    def __init__(self, divergence):
        super().__init__()
        encoder, self.decoder = networks()
        mean, spread = encoder.outputs
        self.encoder = keras.Model(encoder.inputs, [mean, spread, GaussianSampling()(mean, spread)])
        self.divergence = divergence

    def train_step(self, data):
        import tensorflow as tf

        with tf.GradientTape() as tape:
            mean, spread, z = self.encoder(data)
            reconstruction = ops.mean(ops.sum(ops.square(data - self.decoder(z)), axis=-1))
            kl = ops.mean(self.divergence(mean, spread))
            total = reconstruction + kl
        gradients = tape.gradient(total, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        return {"loss": total, "reconstruction_loss": reconstruction, "kl_loss": kl}


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="a step with a tape")
def test_a_training_step_of_its_own():
    model = Stepping(losses.gaussian_kl)
    model.compile("adam")
    before = [ops.convert_to_numpy(w) for w in model.trainable_weights]
    found = asked(model, KEYS[:-1])
    assert set(found.values()) == {"fine"}, found
    for value, weight in zip(before, model.trainable_weights, strict=True):
        np.testing.assert_array_equal(value, ops.convert_to_numpy(weight))
    turned = Stepping(lambda *code: -losses.gaussian_kl(*code))
    turned.compile("adam")
    assert asked(turned, ["kl_negative"]) == {"kl_negative": "wrong"}
