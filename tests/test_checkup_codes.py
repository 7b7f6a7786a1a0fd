"""An encoder gives what we say, for as long as we say so; its draws are seen."""

import keras
import numpy as np
import pytest
from checkup_cases import UNITS, Variational, copier, functional, networks, subject
from keras import ops

from aeutils import losses
from aeutils.checkup import codes
from aeutils.layers import GaussianSampling
from aeutils.models import VariationalAutoencoder

MEAN, SPREAD = np.full((5, UNITS), 0.7), np.full((5, UNITS), -1.0)


def clipped():
    """An encoder whose outputs come from no layer."""
    encoder, decoder = networks()
    mean, spread = encoder.outputs
    encoder = keras.Model(encoder.inputs, [1 * mean, ops.clip(spread, -5, 5)])
    return Variational(parts=(encoder, decoder))


def test_divergence():
    mean, spread = np.random.default_rng(0).normal(size=(2, 9, 4)).astype("float32")
    known = float(ops.mean(losses.gaussian_kl(mean, spread)))
    assert codes.divergence(mean, np.exp(spread / 2)) == pytest.approx(known, rel=1e-5)


def test_kinds_are_there_and_back():
    for to, back in codes.KINDS.values():
        assert back(to(0.6)) == pytest.approx(0.6)


@pytest.mark.parametrize(
    "make", [Variational, clipped, lambda: VariationalAutoencoder(*networks())]
)
def test_given(make):
    asked = subject(make())
    x = asked.data.x_valid[:5]
    before = asked.outputs(x)[1:]
    with codes.given(asked, MEAN, SPREAD):
        found = asked.outputs(x)[1:]
    np.testing.assert_allclose(found[0], MEAN, rtol=1e-6)
    np.testing.assert_allclose(found[1], SPREAD, rtol=1e-6)
    np.testing.assert_array_equal(asked.outputs(x)[1], before[0])


def test_layers_of_the_code():
    asked = subject(functional(1.0))
    assert [layer.name for layer in codes.code_layers(asked)] == ["z_mean", "z_log_var"]


def test_a_code_that_comes_from_nowhere():
    asked = subject(Variational())
    asked.encoder, asked.posterior = None, asked.posterior
    asked.posterior.mean[:] += 1
    with pytest.raises(ValueError, match="no layer"), codes.given(asked, MEAN, SPREAD):
        pass


@pytest.mark.parametrize("make", [Variational, clipped, lambda: functional(1.0)])
def test_draws(make):
    sd, kind = codes.drawn_spread(subject(make()))
    assert kind == "a log variance" and sd == pytest.approx(np.exp(0.25), rel=0.05)


def test_draws_that_are_none():
    sd, kind = codes.drawn_spread(subject(Variational(draw=lambda mean, spread: mean)))
    assert sd < 1e-6 and kind is None


def test_draws_of_another_kind():
    draw = GaussianSampling()
    model = Variational(draw=lambda mean, sd: draw(mean, 2 * ops.log(sd)))
    model.encoder.get_layer("z_log_var").bias.assign(np.full(UNITS, 0.5))
    assert codes.drawn_spread(subject(model))[1] == "a standard deviation"


def test_unit_nats():
    asked = subject(Variational())
    found = codes.unit_nats(asked)
    mean, spread = asked.posterior.mean, asked.posterior.log_var
    known = (np.exp(spread) + mean**2 - 1 - spread).mean(axis=0) / 2
    np.testing.assert_allclose(found, known, rtol=1e-4)


def test_plain_model_has_no_code_to_give():
    assert subject(copier()).posterior is None
