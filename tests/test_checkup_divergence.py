"""The divergence of a model is measured as it is, in three ways of writing it."""

import warnings
from contextlib import contextmanager, nullcontext
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


def test_the_least_move_that_counts(monkeypatch):
    for move, counts in ((1e-9, False), (1.1e-9, True)):
        values = np.zeros((2, 7))
        values[:, 3] = move
        found = measured(monkeypatch, None, (values, 1), None)[0]
        assert (found is not None) is counts


def test_the_error_of_each_difference():
    values = np.random.default_rng(0).normal(size=(5, 7)) * np.arange(1, 8)
    found = divergence._fit(values, True, pairs_of("a log variance"))
    mean, variance = values.mean(axis=0), values.var(axis=0)
    np.testing.assert_allclose(found.error, np.sqrt((variance + variance[0]) / 4))
    np.testing.assert_allclose(found.excess, mean - mean[0])
    assert found.prior == pytest.approx(mean[0]) and found.fits is None


def test_differences_are_those_to_the_first_code():
    pairs = pairs_of("a log standard deviation")[1:]
    values = 3 * np.array([codes.divergence(mean, np.exp(log)) for mean, log in pairs])
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        found = divergence._fit(np.stack([values, values]), True, pairs)
    assert found.fits == "a log standard deviation" and found.factor == pytest.approx(3)


def test_codes_that_mean_nothing():
    pairs = [(mean, np.full_like(spread, np.nan)) for mean, spread in pairs_of("a variance")]
    found = divergence._fit(np.arange(14.0).reshape(2, 7), True, pairs)
    assert found.factor == 0 and found.fits is None


def fitted(monkeypatch, known, values):
    """What fits values where each kind, by its name, says this of the points."""
    kinds = {name: (lambda spread, name=name: name, None) for name in known}
    monkeypatch.setattr(divergence, "KINDS", kinds)
    monkeypatch.setattr(divergence, "divergence", lambda place, name: known[name][place])
    return divergence._fit(np.array([values]), True, [(place, None) for place in range(3)])


@pytest.mark.parametrize("off, fits", [(0.0999, "one"), (0.1, None), (-0.0999, "one")])
@pytest.mark.parametrize("size", [1.0, 128.0, 1 / 128])
def test_the_limit_of_a_fit(monkeypatch, off, fits, size):
    found = fitted(monkeypatch, {"one": [0.0, 1.0, 0.0]}, [0.0, size, size * off])
    assert found.fits == fits and found.factor == size


def test_the_best_of_several_fits(monkeypatch):
    right, near, endless = [0.0, 1.0, 2.0], [0.0, 1.0, 2.1], [0.0, 1.0, np.inf]
    known = {"none": endless, "near": near, "one": right, "same": right, "far": [0.0, 2.0, 1.0]}
    found = fitted(monkeypatch, known, [0.0, 3.0, 6.0])
    assert found.fits == "one" and found.factor == 3


PAIRS = [(np.full((2, 2), float(k)), np.full((2, 2), -float(k))) for k in range(3)]


def patched(monkeypatch, own, **patches):
    """A subject whose model has methods of its own, and what was given to it."""
    state = SimpleNamespace(code=None, codes=[])

    @contextmanager
    def given(subject, mean, spread):
        assert (mean == -spread).all()
        state.code = mean.max()
        state.codes.append(state.code)
        yield
        state.code = None

    standard = {
        "kept": lambda model: nullcontext(),
        "given": given,
        "overrides": lambda model, name: name in own,
        "batch": always(("x", np.array([1.0, 2.0]))),
    }
    for name, patch in (standard | patches).items():
        monkeypatch.setattr(divergence, name, patch)
    return Stub(model="model", trainer=SimpleNamespace(losses=[], metrics=[])), state


def by_outputs(monkeypatch, own=("compute_loss",), places=(1, 2), known=True):
    calls = []

    def loss_of(model, x, y, outputs):
        calls.append(outputs)
        return outputs[2] + len(calls) / 1000 if known or len(calls) != 9 else None

    asked, _ = patched(
        monkeypatch,
        own,
        call=lambda model, x, training: (model, x) if training is True else None,
        code_places=lambda subject, outputs: list(places) if places else None,
        _plain_copies=lambda subject, outputs, value: (*outputs, value),
        exchanged=lambda outputs, places, mean, spread: (outputs, places, mean.max(), spread.max()),
        loss_of=loss_of,
    )
    return divergence._by_outputs(asked, PAIRS), calls


def test_the_loss_of_exchanged_outputs(monkeypatch):
    (values, absolute), calls = by_outputs(monkeypatch)
    assert absolute is False and values.shape == (16, 3)
    np.testing.assert_allclose(
        values, np.tile(range(3), (16, 1)) + np.arange(1, 49).reshape(16, 3) / 1000
    )
    assert calls[:2] == [(("model", "x", 1.5), [1, 2], k, -k) for k in (0, 1)]
    assert by_outputs(monkeypatch, own=("train_step",))[0] is None
    assert by_outputs(monkeypatch, places=None)[0] is None
    assert by_outputs(monkeypatch, known=False)[0] is None


def test_one_number_in_place_of_the_copies():
    copies, code = ops.ones((4, 6)), ops.ones((4, 2))
    for outputs in ((copies, code), [code, copies], {"code": code, "copies": copies}):
        asked = Stub()
        asked.reconstruction = lambda given: copies
        found = divergence._plain_copies(asked, outputs, 0.25)
        assert type(found) is type(outputs)
        parts = list(found.values()) if isinstance(found, dict) else list(found)
        assert sum(part is code for part in parts) == 1
        (plain,) = (ops.convert_to_numpy(part) for part in parts if part is not code)
        np.testing.assert_array_equal(plain, np.full((4, 6), 0.25))


def by_penalties(monkeypatch, *terms):
    """What the penalties say whose size is such a function of the code."""

    def call(model, x, training):
        assert (model, x, training) == ("model", "x", True)
        asked.trainer.losses = [np.array(term(state.code)) for term in terms]

    asked, state = patched(monkeypatch, (), call=call)
    found = divergence._by_penalties(asked, PAIRS)
    assert state.codes == [0, 1, 2] * 4
    return found


def test_the_penalties_that_move_with_the_code(monkeypatch):
    terms = (lambda k: 7.0, lambda k: [k, 3 * k], lambda k: 1e-9 * (k == 1), lambda k: k**2 / 8)
    values, absolute = by_penalties(monkeypatch, *terms)
    assert absolute is True
    np.testing.assert_array_equal(values, np.tile([0.0, 2.125, 4.5], (4, 1)))
    assert by_penalties(monkeypatch) is None


def by_logs(monkeypatch, logs):
    asked, state = patched(monkeypatch, (), reported=lambda subject: logs(state.code))
    found = divergence._by_logs(asked, PAIRS)
    assert state.codes == [0, 1, 2] * 4
    return found


@pytest.mark.parametrize("name", ["kl_loss", "divergence", "the_latent_loss", "regularization"])
def test_the_divergence_among_what_is_reported(monkeypatch, name):
    values, absolute = by_logs(monkeypatch, lambda k: {"loss": 9.0, name: k, "kl": 5.0})
    assert absolute is True
    np.testing.assert_array_equal(values, np.tile([0.0, 1.0, 2.0], (4, 1)))
    assert by_logs(monkeypatch, lambda k: {"loss": k}) is None
    assert by_logs(monkeypatch, lambda k: None) is None
    assert by_logs(monkeypatch, lambda k: {name: k} if k != 1 else {}) is None


def test_what_a_model_reports(monkeypatch):
    events, mean = [], keras.metrics.Mean(name="kl")
    other = keras.metrics.TruePositives()
    mean.update_state(100.0)

    def loss_of(model, x, y, outputs):
        events.append((x, outputs))
        mean.update_state(3.0)
        return 4.0

    def reported(*own):
        patches = {"loss_of": loss_of, "step_logs": lambda model, x, y: {"x": x}}
        patches["call"] = lambda *given: given
        asked, _ = patched(monkeypatch, own, **patches)
        asked.trainer.metrics = [other, mean]
        return divergence.reported(asked)

    assert reported() is None and reported("train_step", "compute_loss") == {"x": "x"}
    assert reported("compute_loss") == {"kl": 3.0, "loss": 4.0}
    assert events == [("x", ("model", "x", True))]
