"""The hidden weight of a divergence is the one that was put in."""

import warnings
from contextlib import nullcontext
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from checkup_cases import SIZE, Variational, functional, networks, subject
from checkup_stub import ROWS, Stub, always
from keras import ops

from aeutils import losses
from aeutils.checkup import scale
from aeutils.checkup.divergence import measure
from aeutils.checkup.scale import hidden_weight
from aeutils.models import VariationalAutoencoder


def weight(model, **settings):
    asked = subject(model, **settings)
    return hidden_weight(asked, measure(asked))


@pytest.mark.parametrize("beta", [0.1, 1.0, 30.0])
def test_sums(beta):
    model = Variational(lambda *code: beta * losses.gaussian_kl(*code))
    found, averaged, declared = weight(model)
    assert found == pytest.approx(beta, rel=1e-2) and not averaged and declared == 1


def test_means():
    found, averaged, _ = weight(Variational(mean=True))
    assert found == pytest.approx(SIZE, rel=1e-2) and averaged
    found, averaged, _ = weight(functional(0.5))
    assert found == pytest.approx(SIZE / 2, rel=1e-2) and averaged


def test_a_sum_over_the_batch_too():
    class Summed(Variational):
        def compute_loss(self, *args, **kwargs):
            return 64 * super().compute_loss(*args, **kwargs)

    assert weight(Summed())[0] == pytest.approx(1, rel=1e-2)


@pytest.mark.parametrize("beta", [1.0, 4.0])
def test_logits_and_a_declared_weight(beta):
    x = np.random.default_rng(0).uniform(size=(200, SIZE)).astype("float32")
    found, averaged, declared = weight(VariationalAutoencoder(*networks(), beta=beta), x=x)
    assert found == pytest.approx(beta, rel=1e-2) and not averaged and declared == beta


def test_an_unknown_reconstruction():
    class Other(Variational):
        def compute_loss(self, x, y=None, y_pred=None, sample_weight=None, training=True):
            copies, mean, spread = y_pred
            error = 1e-5 * ops.sum((x - copies) ** 6, axis=-1)
            return ops.mean(error + self.divergence(mean, spread))

    assert weight(Other()) is None


def test_probabilities_of_images():
    encoder, decoder = networks()
    image = keras.Input((6, 4, 1))
    mean, spread = encoder(keras.layers.Flatten()(image))
    encoder = keras.Model(image, [mean, spread])
    decoder = keras.Sequential(
        [decoder, keras.layers.Activation("sigmoid"), keras.layers.Reshape((6, 4, 1))]
    )

    class Images(Variational):
        def compute_loss(self, x, y=None, y_pred=None, sample_weight=None, training=True):
            copies, mean, spread = y_pred
            error = ops.sum(keras.losses.binary_crossentropy(x, copies), axis=(1, 2))
            return ops.mean(error + self.divergence(mean, spread))

    x = np.random.default_rng(0).uniform(size=(200, 6, 4, 1)).astype("float32")
    found, averaged, _ = weight(Images(parts=(encoder, decoder)), x=x)
    assert found == pytest.approx(1, rel=1e-2) and not averaged


RNG = np.random.default_rng(0)
BITS, SHARES = RNG.integers(0, 2, (64, 3, 4)), RNG.uniform(size=(64, 3, 4))


def entropy(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))


def matched(monkeypatch, value, y, raw):
    """By which scale a value is a loss of these outputs."""
    monkeypatch.setattr(scale, "batch", always((None, y)))
    return scale._matched(value, Stub(), raw)


FAR = 3 + 2 * RNG.normal(size=(64, 3, 4)), 3 + 2 * RNG.normal(size=(64, 3, 4))
LOSSES = [
    (entropy(SHARES, SHARES[::-1]), SHARES, SHARES[::-1]),
    (entropy(BITS, 1.0 * BITS[::-1]), BITS, BITS[::-1]),
    (entropy(SHARES, 1 / (1 + np.exp(-FAR[0]))), SHARES, FAR[0]),
    (np.sum((FAR[0] - FAR[1]) ** 2), *FAR),
    (np.sum((FAR[0] - FAR[1]) ** 2) / 2, *FAR),
    (np.sum(np.abs(FAR[0] - FAR[1])), *FAR),
    (np.sum((SHARES - FAR[1]) ** 2), SHARES, FAR[1]),
]


@pytest.mark.parametrize("total, y, raw", LOSSES, ids=range(len(LOSSES)))
@pytest.mark.parametrize("factor, averaged", [(1, False), (1 / 12, True), (1 / 4, False)])
@pytest.mark.parametrize("rows", [1, 64])
def test_each_common_loss_is_known(monkeypatch, total, y, raw, factor, averaged, rows):
    found = matched(monkeypatch, total * factor * rows / 64, y, raw)
    assert found == (pytest.approx(factor * rows), averaged)


def test_a_loss_that_nearly_fits(monkeypatch):
    y, raw = (part.reshape(64, 12) for part in FAR)
    total = np.sum((y - raw) ** 2) / 64
    for off, fits in ((0.149, True), (-0.149, True), (0.151, False), (0.0, True)):
        found = matched(monkeypatch, total * np.exp(off), y, raw)
        assert found == ((1.0, False) if fits else None)
    assert matched(monkeypatch, 0.0, y, raw) is matched(monkeypatch, -1.0, y, raw) is None
    assert matched(monkeypatch, 0.5, y / 1e9, raw / 1e9) is None
    assert matched(monkeypatch, total, y, raw[:, :5]) is None


def test_the_weight_that_a_model_declares():
    def declared(**names):
        return scale._declared(Stub(trainer=SimpleNamespace(**names)))

    assert declared() == 1.0 and declared(beta="much") == 1.0
    assert declared(beta=4) == 4.0 and declared(kl_weight=0.5, beta=None) == 0.5
    for name in ("kl_beta", "kl_coefficient", "beta_kl", "kld_weight"):
        assert declared(**{name: 2.0}) == 2.0


def test_the_weight_is_a_share_of_the_scale(monkeypatch):
    monkeypatch.setattr(scale, "_reconstruction", always((3.0, "outputs", 6.0)))
    monkeypatch.setattr(scale, "_matched", always((0.25, True)))
    asked = Stub(trainer=SimpleNamespace(beta=2.0))
    assert hidden_weight(asked, None) == (24.0, True, 2.0)
    monkeypatch.setattr(scale, "_matched", always(None))
    assert hidden_weight(asked, None) is None
    monkeypatch.setattr(scale, "_reconstruction", always(None))
    assert hidden_weight(asked, None) is None


def reconstruction(monkeypatch, own=(), logs=None, total=9.0, places=True, **found):
    """The part of a loss that is the reconstruction, and the spread that was given for it."""
    seen = []
    found = {"fits": None, "factor": 2.0, "prior": None} | found
    patches = {
        "batch": always(("x", "y")),
        "points": always([("mean", np.full((2, 3), 1.5))]),
        "kept": lambda model: nullcontext(),
        "given": lambda s, mean, spread: seen.append(spread) or nullcontext(),
        "call": lambda model, x, training: ["outputs"] if training is True else None,
        "overrides": lambda model, name: name in own,
        "reported": always(logs),
        "code_places": always(places or None),
        "exchanged": lambda outputs, places, mean, spread: (outputs, spread),
        "loss_of": lambda model, x, y, outputs: total,
    }
    for name, patch in patches.items():
        monkeypatch.setattr(scale, name, patch)
    trainer = SimpleNamespace(losses=[np.array([1.0, 2.0]), np.array(0.5)])
    asked = Stub(trainer=trainer, posterior=SimpleNamespace(mean=ROWS))
    return scale._reconstruction(asked, SimpleNamespace(**found)), float(seen[0].max())


def test_where_the_reconstruction_is_found(monkeypatch):
    logs = {"kl": 1.0, "reconstruction_loss": 4.0}
    assert reconstruction(monkeypatch)[0] == (9.0, ["outputs"], 2.0)
    steps = reconstruction(monkeypatch, ["train_step"], logs)[0]
    assert steps == (4.0, ["outputs"], 2.0)
    assert reconstruction(monkeypatch, ["train_step"], {"kl": 1.0})[0] is None
    assert reconstruction(monkeypatch, ["train_step"])[0] is None
    assert reconstruction(monkeypatch, prior=0.0)[0] == (7.0, ["outputs"], 2.0)
    assert reconstruction(monkeypatch, prior=0.0, total=None)[0] is None
    assert reconstruction(monkeypatch, ["compute_loss"], prior=0.0)[0] is None
    assert reconstruction(monkeypatch, ["compute_loss"])[0] == (9.0, ["outputs"], 2.0)
    assert reconstruction(monkeypatch, places=False)[0] is None
    assert reconstruction(monkeypatch, total=None)[0] is None


@pytest.mark.parametrize(
    "fits, spread",
    [("a standard deviation", 1.5), ("a variance", 1.5), ("a log variance", 0.0), (None, 0.0)],
)
def test_the_spread_of_the_prior(monkeypatch, fits, spread):
    assert reconstruction(monkeypatch, fits=fits)[1] == spread


def cross_entropy(y, p):
    """The mean over 64 rows, also of targets that are no probabilities."""
    return float(-np.sum(y * np.log(p) + (1 - y) * np.log(1 - p)) / 64)


@pytest.mark.parametrize("low, high, fits", [(0, 1, True), (-1e-3, 1, False), (0, 1.01, False)])
def test_entropy_is_asked_of_targets_between_0_and_1(monkeypatch, low, high, fits):
    y, raw = np.tile([0.0, 1.0], (64, 6)), np.full((64, 12), 1e-7)
    y[0, 0], y[0, 1] = low, high
    found = matched(monkeypatch, cross_entropy(y, raw), y, raw)
    assert (found == (1.0, False)) is fits


@pytest.mark.parametrize("low, high, inside", [(0, 1, True), (-1e-3, 1, False), (0, 1.01, False)])
def test_outputs_between_0_and_1_are_probabilities(monkeypatch, low, high, inside):
    y, raw = SHARES.reshape(64, 12), SHARES[::-1].reshape(64, 12).copy()
    raw[0, 0], raw[0, 1] = low, high
    for p, fits in ((np.clip(raw, 1e-7, 1 - 1e-7), inside), (1 / (1 + np.exp(-raw)), not inside)):
        found = matched(monkeypatch, cross_entropy(y, p), y, raw)
        assert (found == (1.0, False)) is fits


def test_a_value_below_1(monkeypatch):
    y, raw = np.full((64, 2), 0.5), np.full((64, 2), 0.0)
    raw[:, 0] = 3.0
    y[:, 1] = -1.0
    total = np.sum((y - raw) ** 2) / 64
    assert matched(monkeypatch, total / 100, y / 10, raw / 10) == (1.0, False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert matched(monkeypatch, 0.0, y, raw) is None
