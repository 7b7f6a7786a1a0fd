"""Six wrong divergences are told from the right one, in three ways of writing a model."""

from types import SimpleNamespace

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
from checkup_stub import Stub, always, data, said
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


def measured(*excess, error=0.0, prior=None, factor=1.0, fits="a log variance"):
    """What was measured of a divergence: of seven points, those that are not named at 50."""
    excess = np.array([0.0, *excess, *[50.0] * (6 - len(excess))])
    return SimpleNamespace(
        excess=excess, error=np.full(7, error), prior=prior, factor=factor, fits=fits
    )


def asked_of(monkeypatch, check, found, **answers):
    """What a check says of a divergence."""
    monkeypatch.setattr(checks, "measure", always(found))
    answers = {"posterior": SimpleNamespace(mean=np.ones((4, 5)))} | answers
    return said(getattr(checks, check)(Stub(**answers)))


@pytest.mark.parametrize(
    "least, most, error, below",
    [
        (-1.0, 100.0, 0.0, False),
        (-1.1, 100.0, 0.0, True),
        (-2.0, 100.0, 0.5, False),
        (-2.1, 100.0, 0.5, True),
        (-1.1, -100.0, 0.0, True),
        (-0.9, 2.0, 0.0, True),
    ],
)
def test_a_point_is_below_the_prior_for_sure(least, most, error, below):
    found = measured(5.0, 5.0, most if most > 0 else 5.0, least, 2.0, 2.0, error=error)
    found.excess[0] = 0.0
    if most > 0:
        assert checks._lowest(found) == ("sd 0.7", least, below)
    margin = max(0.02 * max(most, 5.0), 4 * error)
    assert checks._margin(found) == pytest.approx(margin)


def test_the_margin_is_that_of_the_largest_error():
    found = measured(-3.0, 100.0)
    found.error[:] = [0, 0.25, 3, 0, 0, 0, 1]
    assert checks._lowest(found) == ("mean 1", -3.0, True)
    assert checks._margin(found) == 12
    found.excess[4] = -400.0
    assert checks._margin(measured(-400.0)) == 8
    assert checks._lowest(measured(-400.0)) == ("mean 1", -400.0, True)


@pytest.mark.parametrize(
    "excess, turned",
    [((-1, -2, 9), True), ((-1, 0, 9), False), ((0, -1, 9), False), ((-0.1, -0.1, 50), False)],
)
def test_a_divergence_that_is_turned(monkeypatch, excess, turned):
    found = measured(*excess)
    assert bool(checks._turned(found)) is turned
    first = asked_of(monkeypatch, "kl_negative", found)
    words = f"a code with mean 1 costs {excess[0]:.3g}"
    if turned:
        assert first == ("wrong", f"{words}, less than the prior")
        assert asked_of(monkeypatch, "kl_at_prior", found) is None
    else:
        assert first == ("fine", f"{words} more than the prior")


@pytest.mark.parametrize(
    "prior, expected",
    [
        (None, ("fine", "a code with mean 1 costs 5 more than the prior")),
        (1.0, ("fine", "a code with mean 1 costs 5 more than the prior")),
        (0.9, ("wrong", "-1.1 for sd 1.5")),
    ],
)
def test_a_divergence_below_zero(monkeypatch, prior, expected):
    found = measured(5.0, -2.0, prior=prior)
    assert asked_of(monkeypatch, "kl_negative", found) == expected
    assert asked_of(monkeypatch, "kl_negative", found, posterior=None) is None
    assert asked_of(monkeypatch, "kl_negative", None) is None


@pytest.mark.parametrize(
    "least, prior, expected",
    [
        (-0.6, None, ("wrong", "sd 1.5 costs 0.6 less than the prior")),
        (-0.5, None, ("fine", "least at the prior")),
        (2.0, 1.0, ("fine", "least at the prior, where it is 0")),
        (2.0, 1.1, ("look", "1.1 at the prior, where it has to be 0")),
        (2.0, -1.1, ("look", "-1.1 at the prior, where it has to be 0")),
        (2.0, None, ("fine", "least at the prior")),
    ],
)
def test_the_divergence_at_the_prior(monkeypatch, least, prior, expected):
    found = measured(5.0, least, prior=prior)
    assert asked_of(monkeypatch, "kl_at_prior", found) == expected
    assert asked_of(monkeypatch, "kl_at_prior", found, posterior=None) is None
    assert asked_of(monkeypatch, "kl_at_prior", None) is None


def weight_said(monkeypatch, weight, averaged=False, declared=1.0, units=5, size=24, **found):
    """What is said of a weight of the divergence beside the reconstruction."""
    weighed = weight if weight is None else (weight, averaged, declared)
    monkeypatch.setattr(checks, "hidden_weight", always(weighed))
    rows = data(np.ones((4, size)), np.ones((4, size)))
    posterior = SimpleNamespace(mean=np.ones((4, units)))
    found = measured(**found)
    return asked_of(monkeypatch, "kl_scale", found, rows=rows, posterior=posterior)


@pytest.mark.parametrize(
    "weight, averaged, units, size, expected",
    [
        (24.0, True, 5, 24, "wrong"),
        (28.7, True, 5, 24, "wrong"),
        (28.9, True, 5, 24, "look"),
        (19.3, True, 5, 24, "wrong"),
        (19.1, True, 5, 24, "fine"),
        (24.0, False, 5, 24, "look"),
        (20.0, True, 5, 20, "wrong"),
        (19.0, True, 5, 19, "fine"),
        (1 / 6, False, 6, 24, "wrong"),
        (1 / 6, True, 6, 24, "fine"),
        (1.019 / 6, False, 6, 24, "wrong"),
        (1.021 / 6, False, 6, 24, "fine"),
        (0.979 / 6, False, 6, 24, "fine"),
        (0.2, False, 5, 24, "look"),
        (0.25, False, 4, 24, "wrong"),
        (1 / 3, False, 3, 24, "fine"),
        (20.0, False, 5, 24, "look"),
        (19.9, False, 5, 24, "fine"),
        (0.05, False, 5, 24, "look"),
        (0.051, False, 5, 24, "fine"),
        (1.0, False, 5, 24, "fine"),
    ],
)
def test_how_the_two_terms_stand(monkeypatch, weight, averaged, units, size, expected):
    words = f"{weight:.3g} times that of the bound, where both terms are sums"
    found = weight_said(monkeypatch, weight, averaged, units=units, size=size)
    assert found == (expected, words)
    declared = weight_said(monkeypatch, 4 * weight, averaged, 4.0, units=units, size=size)
    words = f"{4 * weight:.3g} times that of the bound, where both terms are sums"
    assert declared == (expected, f"{words} (beta is declared as 4)")


def test_who_is_not_asked_for_a_weight(monkeypatch):
    assert weight_said(monkeypatch, 1.0)[0] == "fine"
    assert weight_said(monkeypatch, 1.0, factor=0.5)[0] == "fine"
    assert weight_said(monkeypatch, 1.0, factor=0.0) is None
    assert weight_said(monkeypatch, 1.0, fits=None) is None
    assert weight_said(monkeypatch, None) is None
    assert weight_said(monkeypatch, 1.0, declared=0.0)[0] == "fine"
    assert asked_of(monkeypatch, "kl_scale", None) is None
    assert asked_of(monkeypatch, "kl_scale", measured(), posterior=None) is None


def spread_said(monkeypatch, drawn, found="a log variance", **answers):
    """What is said of draws, beside a divergence that takes the spread for something."""
    monkeypatch.setattr(checks, "drawn_spread", always(drawn))
    found = found if found is None else measured(fits=found)
    if found is not None and found.fits == "nothing":
        found.fits = None
    return asked_of(monkeypatch, "kl_variance", found, **answers)


DRAWN = "where the encoder gives 0.5, codes are drawn with a standard deviation of {:.3g}"


@pytest.mark.parametrize(
    "sd, kind, taken, expected",
    [
        (9e-4, None, "a log variance", ("wrong", "")),
        (1e-3, None, "a log variance", ("look", "")),
        (1.28, "a log variance", "a log variance", ("fine", ": it is a log variance")),
        (1.28, "a log variance", None, ("fine", ": it is a log variance")),
        (1.28, "a log variance", "nothing", ("fine", ": it is a log variance")),
        (0.9, None, "a variance", ("look", "")),
        (0.5, "a variance", "a log variance", ("wrong", ", so that it is a variance; the diver")),
    ],
)
def test_what_is_drawn_and_what_it_is_taken_for(monkeypatch, sd, kind, taken, expected):
    found = spread_said(monkeypatch, (sd, kind), taken)
    assert found[0] == expected[0] and found[1].startswith(DRAWN.format(sd) + expected[1])
    assert spread_said(monkeypatch, (sd, kind), taken, posterior=None) is None
    assert spread_said(monkeypatch, None) is None


@pytest.mark.parametrize(
    "nats, expected",
    [
        ([0.009, 0.0], ("wrong", "2 of 2 units below 0.01 nats, 0.009 nats in all")),
        ([0.01, 0.0], ("look", "1 of 2 units below 0.01 nats, 0.01 nats in all")),
        ([0.01, 0.5], ("fine", "0 of 2 units below 0.01 nats, 0.51 nats in all")),
    ],
)
def test_units_below_a_hundredth_of_a_nat(monkeypatch, nats, expected):
    monkeypatch.setattr(checks, "unit_nats", always(np.array(nats)))
    assert asked_of(monkeypatch, "collapsed", None) == expected
    assert asked_of(monkeypatch, "collapsed", None, trained=False) is None
    assert asked_of(monkeypatch, "collapsed", None, posterior=None) is None
