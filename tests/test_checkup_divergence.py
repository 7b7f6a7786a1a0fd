"""The divergence of a model is measured as it is, in three ways of writing it."""

import keras
import numpy as np
import pytest
from checkup_cases import UNITS, Variational, functional, networks, subject
from keras import ops

from aeutils import losses
from aeutils.checkup import codes
from aeutils.checkup.divergence import measure, points
from aeutils.layers import GaussianSampling

KNOWN = np.array([codes.divergence(*point) for point in points(UNITS)])


class Logged(keras.Model):
    """A model that computes all of its loss from its input, and reports the divergence."""

    def __init__(self, weight=1.0):
        super().__init__()
        self.encoder, self.decoder = networks()
        self.draw, self.kl, self.weight = GaussianSampling(), keras.metrics.Mean("kl"), weight

    def call(self, x):
        return self.decoder(self.draw(*self.encoder(x)))

    def compute_loss(self, x, y=None, y_pred=None, sample_weight=None, training=True):
        kl = self.weight * losses.gaussian_kl(*self.encoder(x))
        self.kl.update_state(kl)
        return ops.mean(ops.sum(ops.square(x - y_pred), axis=-1) + kl)


@pytest.mark.parametrize("make", [Variational, lambda: functional(1.0), Logged])
def test_right_divergence(make):
    found = measure(subject(make()))
    np.testing.assert_allclose(found.excess, KNOWN, atol=1e-3)
    assert found.fits == "a log variance" and found.factor == pytest.approx(1, rel=1e-3)
    assert found.prior is None or found.prior == pytest.approx(0, abs=1e-5)
    assert np.all(found.error < 1e-3)


def test_weight():
    assert measure(subject(Logged(0.3))).factor == pytest.approx(0.3, rel=1e-3)
    assert measure(subject(functional(0.3))).factor == pytest.approx(0.3, rel=1e-3)


def test_other_meaning():
    found = measure(subject(Variational(lambda m, s: losses.gaussian_kl(m, 2 * s))))
    assert found.fits == "a log standard deviation"


def test_no_meaning():
    found = measure(subject(Variational(lambda m, s: ops.sum(ops.abs(m) ** 3, axis=-1))))
    assert found.fits is None


def test_error_of_a_draw_is_told():
    draw = GaussianSampling()

    def drawn(mean, spread):
        z = draw(mean, spread)
        return 0.5 * ops.sum(z**2 - (z - mean) ** 2 / ops.exp(spread) - spread, axis=-1)

    found = measure(subject(Variational(drawn)))
    assert np.all(found.error[1:] > 1e-3)
    assert np.all(np.abs(found.excess - KNOWN) < 5 * found.error + 1e-3)


def test_nothing_to_measure():
    model = Variational(lambda mean, spread: 0.0)
    assert measure(subject(model)) is None
    asked = subject(None, encoder=model.encoder, decoder=model.decoder)
    assert asked.posterior is not None and measure(asked) is None
