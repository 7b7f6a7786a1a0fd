"""The divergence of a model is measured as it is, in three ways of writing it."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from checkup_cases import UNITS, Variational, functional, networks, subject
from checkup_stub import Stub, always
from keras import ops

from aeutils import losses
from aeutils.checkup import codes, divergence
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


def test_the_points():
    found = points(3)
    assert all(part.shape == (64, 3) for pair in found for part in pair)
    plain = [(mean[0, 0], sd[0, 0]) for mean, sd in found[:-1]]
    assert plain == [(0, 1), (1, 1), (0, 1.5), (0, 0.3), (0, 0.7), (0, 1.2)]
    assert all(np.ptp(mean) == np.ptp(sd) == 0 for mean, sd in found[:-1])
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(found[-1][0], rng.normal(size=(64, 3)))
    np.testing.assert_array_equal(found[-1][1], np.exp(rng.uniform(-1, 0.6, size=(64, 3))))


def pairs_of(kind):
    """Means and second tensors of the points, where these are of some kind."""
    return [(mean, codes.KINDS[kind][1](sd)) for mean, sd in points(2)]


def known():
    return np.array([codes.divergence(mean, sd) for mean, sd in points(2)])


@pytest.mark.parametrize("kind", codes.KINDS)
def test_which_meaning_fits(kind):
    values = np.stack([5 + 3 * known() + noise for noise in (0.01, -0.01, 0.03)])
    found = divergence._fit(values, True, pairs_of(kind))
    assert found.fits == kind and found.factor == pytest.approx(3)
    np.testing.assert_allclose(found.excess, 3 * (known() - known()[0]), atol=1e-9)
    variance = np.var([0.01, -0.01, 0.03])
    np.testing.assert_allclose(found.error, np.sqrt(2 * variance / 2))
    assert found.prior == pytest.approx(5.01)
    assert divergence._fit(values, False, pairs_of(kind)).prior is None


@pytest.mark.parametrize("off, fits", [(0.08, True), (0.12, False), (-0.08, True)])
def test_a_tenth_of_the_largest_may_be_off(off, fits):
    values = known() - known()[0]
    values[4] += off * values.max()
    found = divergence._fit(np.stack([values, values]), True, pairs_of("a log variance"))
    assert (found.fits == "a log variance") is fits and found.factor == pytest.approx(1, abs=0.02)


def measured(monkeypatch, *answers, drawn=None):
    """What is measured where the three ways to ask give this."""
    seen = []
    for name, answer in zip(("_by_outputs", "_by_penalties", "_by_logs"), answers, strict=True):
        monkeypatch.setattr(
            divergence, name, lambda s, pairs, answer=answer: seen.append(pairs) or answer
        )
    monkeypatch.setattr(divergence, "drawn_spread", always(drawn))
    monkeypatch.setattr(divergence, "_fit", lambda values, absolute, pairs: (values, absolute))
    found = divergence.measure(Stub(posterior=SimpleNamespace(mean=np.ones((5, 2)))))
    return found, seen


def test_the_first_answer_that_moves_is_taken(monkeypatch):
    still, moves = np.ones((2, 7)), np.tile(np.arange(7.0), (2, 1))
    noisy = np.array([[1.0] * 7, [0.0, 2.0] * 3 + [1.0]])
    noisy = np.concatenate([noisy, 2 - noisy])  # moves, but not in the mean
    assert measured(monkeypatch, None, (still, 1), (moves, 2))[0] == (moves, 2)
    assert measured(monkeypatch, (moves, 3), (moves, 1), None)[0] == (moves, 3)
    assert measured(monkeypatch, None, (still, 1), (noisy, 1))[0] is None
    for drawn, kind in (
        (None, "a log variance"),
        ((1, None), "a log variance"),
        ((1, "a variance"),) * 2,
    ):
        kind = kind if isinstance(kind, str) else kind[1]
        seen = measured(monkeypatch, None, None, None, drawn=drawn)[1]
        np.testing.assert_allclose(seen[0][2][1], codes.KINDS[kind][1](1.5))
        assert seen[0][1][0].max() == 1


def test_the_places_of_mean_and_spread():
    asked = Stub(posterior=SimpleNamespace(mean=np.ones((5, 2))))
    copies, code, other = np.ones((4, 6)), np.ones((4, 2)), np.ones((4, 3))
    assert divergence.code_places(asked, [copies, code, code + 1, code]) == [1, 2]
    assert divergence.code_places(asked, (copies, other, code, code)) == [2, 3]
    assert divergence.code_places(asked, (copies, code, other)) is None
    assert divergence.code_places(asked, copies) is None
    asked.reconstruction = lambda outputs: outputs["x"]
    named = {"x": code, "mu": code + 1, "sd": code + 2}
    assert divergence.code_places(asked, named) == ["mu", "sd"]
    new = divergence.exchanged(named, ["mu", "sd"], 7 * code, 8 * code)
    assert list(new) == list(named) and new["x"] is code
    np.testing.assert_array_equal(new["mu"], 7 * code)
    np.testing.assert_array_equal(new["sd"], 8 * code)
    several = divergence.exchanged((copies, code, code), [1, 2], 7 * code, 8 * code)
    assert isinstance(several, tuple) and several[0] is copies
    np.testing.assert_array_equal(several[2], 8 * code)
