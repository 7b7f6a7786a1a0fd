"""An encoder gives what we say, for as long as we say so; its draws are seen."""

from contextlib import contextmanager, nullcontext
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from checkup_cases import UNITS, Variational, copier, functional, networks, subject
from checkup_stub import ROWS, Stub, always, step
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


def posterior(mean, spread):
    return SimpleNamespace(mean=np.asarray(mean), log_var=np.asarray(spread))


def test_divergence_of_one_code():
    found = codes.divergence(np.array([[1.0, 0.0], [0.0, 0.0]]), np.array([[2.0, 1.0], [1.0, 1.0]]))
    assert found == pytest.approx((2 - np.log(2)) / 2, rel=1e-6)


def test_what_each_kind_says_of_a_deviation():
    known = {
        "a log variance": (np.exp(0.3), 2 * np.log(0.6)),
        "a log standard deviation": (np.exp(0.6), np.log(0.6)),
        "a standard deviation": (0.6, 0.6),
        "a variance": (np.sqrt(0.6), 0.36),
    }
    assert known.keys() == codes.KINDS.keys()
    for name, (to, back) in codes.KINDS.items():
        assert (to(0.6), back(0.6)) == pytest.approx(known[name])
    assert codes.KINDS["a variance"][0](-1.0) == 0


@pytest.mark.parametrize(
    "wanted, off, same",
    [(10.0, 0.0100, True), (10.0, 0.0102, False), (0.0, 0.9e-4, True), (0.0, 1.1e-4, False)],
)
def test_how_near_is_the_same(wanted, off, same):
    wanted = np.full((2, 3), wanted)
    assert codes._same(wanted + off, wanted) is same
    assert codes._same((wanted - off).reshape(2, 1, 3), wanted) is same


def test_another_size_is_not_the_same():
    assert codes._same(np.ones((2, 3)), np.ones((2, 2))) is False


def test_the_first_layers_that_give_mean_and_spread():
    mean, spread = np.arange(16.0).reshape(8, 2), -np.arange(16.0).reshape(8, 2)
    steps = [
        step(part[:5], name=name) for name, part in zip("abcde", [ROWS, mean] * 2, strict=False)
    ]
    steps += [step(spread[:5], name="e"), step(spread[:5], name="f")]
    asked = Stub(steps=steps, posterior=posterior(mean, spread))
    assert [layer.name for layer in codes.code_layers(asked)] == ["b", "e"]
    asked.posterior = posterior(mean, mean)
    assert codes.code_layers(asked) is None
    asked.posterior = posterior(mean, spread + 1)
    assert codes.code_layers(asked) is None


def test_numbers_in_the_form_of_an_output():
    found = codes.as_output(np.arange(15.0).reshape(5, 3), np.ones((2, 1, 3), "float16"))
    assert found.shape == (5, 1, 3) and ops.convert_to_numpy(found).dtype == "float16"
    np.testing.assert_array_equal(np.ravel(found), np.arange(15))


def test_layers_answer_with_the_code(monkeypatch):
    one, other = keras.layers.Identity(), keras.layers.Identity()
    monkeypatch.setattr(codes, "code_layers", always((one, other)))
    with codes.given(Stub(), MEAN, SPREAD):
        found = [ops.convert_to_numpy(layer.call(np.ones((1, UNITS)))) for layer in (one, other)]
    np.testing.assert_allclose(found, [MEAN, SPREAD])
    assert "call" not in vars(one) and "call" not in vars(other)


def test_an_encoder_answers_with_the_code(monkeypatch):
    monkeypatch.setattr(codes, "code_layers", always(None))
    layer = keras.layers.Identity()
    with codes.given(Stub(encoder=layer), MEAN, SPREAD):
        found = layer.call([np.ones((1, UNITS)), np.zeros((1, UNITS))])
    np.testing.assert_allclose(found, [MEAN, SPREAD])
    with pytest.raises(ValueError, match="no layer"), codes.given(Stub(), MEAN, SPREAD):
        pass


def test_the_parts_of_an_encoder():
    own = [np.zeros((1, 2), kind) for kind in ("float64", "float32", "float64", "float64")]
    mean, spread = np.full((4, 2), 5.0), np.full((4, 2), 2.0)
    for amount in (2, 3, 4):
        found = codes._parts(own[:amount], mean, spread)
        named = codes._parts(dict(zip("abcd", own[:amount], strict=False)), mean, spread)
        assert len(found) == amount and list(named) == list("abcd")[:amount]
        assert found[0].dtype == "float64" and found[1].dtype == "float32"
        np.testing.assert_array_equal(found[0], mean)
        np.testing.assert_array_equal(named["b"], spread)
        np.testing.assert_array_equal(found[1], spread)
    drawn = 5 + np.e * np.random.default_rng(0).normal(size=(4, 2))
    np.testing.assert_allclose(codes._parts(own[:3], mean, spread)[2], drawn)
    assert all(
        part is known
        for part, known in zip(codes._parts(own, mean, spread)[2:], own[2:], strict=True)
    )


def draws_seen(monkeypatch, mean, decoder=None, steps=(), noise=0.0, layers=None, send=None):
    """The code that is seen, and how it was asked for."""
    asked = SimpleNamespace(given=[], kept=[], calls=[])

    @contextmanager
    def kept(*models, **settings):
        asked.kept.append((models, settings))
        yield

    def call(model, x, training):
        asked.calls.append((x, training))
        if send is not None:
            send()

    def trace(model, x, training=False):
        asked.calls.append((x, training))
        return None, list(steps)

    def noise_of(subject, training):
        assert training is True
        return noise

    patches = {"kept": kept, "call": call, "trace": trace, "noise": noise_of}
    patches |= {"limit": always(0.25), "code_layers": always(layers)}
    patches["given"] = lambda subject, *code: asked.given.append(code) or nullcontext()
    for name, patch in patches.items():
        monkeypatch.setattr(codes, name, patch)
    found = codes.draws(Stub(decoder=decoder, model="model"), mean, mean + 1)
    assert asked.kept == [(("model",), {"seeds": False})]
    ((x, training),) = asked.calls
    assert training is True
    np.testing.assert_array_equal(x, np.tile(ROWS[:1], (len(mean), 1)))
    ((first, second),) = asked.given
    assert first is mean
    np.testing.assert_array_equal(second, mean + 1)
    return found


VARIED = np.arange(8.0).reshape(4, 2)


@pytest.mark.parametrize("by_name", [False, True])
def test_a_decoder_tells_what_it_gets(monkeypatch, by_name):
    decoder, answers = keras.layers.Identity(), []
    drawn = VARIED + np.array([[0.1, -0.1]])

    def send():
        for code in (VARIED[:2], drawn, drawn + 1):
            answers.append(decoder.call(**{"inputs": code}) if by_name else decoder.call(code))

    found = draws_seen(monkeypatch, VARIED, decoder, send=send, noise=1.0)
    np.testing.assert_array_equal(found, drawn)
    assert answers[1] is drawn and "call" not in vars(decoder)


def test_layers_without_weights_tell_the_code(monkeypatch):
    drawn = (VARIED + np.array([[0.1, -0.1]])).reshape(4, 2, 1)
    mean, spread = step(drawn + 2, name="mean"), step(drawn + 3, name="spread")
    steps = [mean, spread, step(drawn + 4, weights=[1]), step(ROWS), step(drawn), step(drawn + 5)]
    layers = (mean.layer, spread.layer)
    found = draws_seen(monkeypatch, VARIED, steps=steps, layers=layers, noise=1.0)
    np.testing.assert_array_equal(found, drawn[..., 0])
    found = draws_seen(monkeypatch, VARIED, steps=steps[2:], noise=1.0)
    np.testing.assert_array_equal(found, drawn[..., 0])


@pytest.mark.parametrize("noise, seen", [(0.2, True), (0.25, False), (1.0, False)])
def test_a_code_that_is_not_drawn(monkeypatch, noise, seen):
    steps = [step(VARIED), step(VARIED + 1)]
    found = draws_seen(monkeypatch, VARIED, steps=steps, noise=noise)
    assert found is None or np.array_equal(found, VARIED)
    assert (found is not None) is seen
    assert draws_seen(monkeypatch, VARIED, steps=[step(ROWS)], noise=noise) is None


@pytest.mark.parametrize("spread, seen", [(1e-3, False), (1.1e-3, True)])
def test_how_far_a_draw_lies_from_its_mean(monkeypatch, spread, seen):
    code = np.tile([[spread, -spread]], (4, 1))
    assert np.std(code) == spread
    found = draws_seen(monkeypatch, np.zeros((4, 2)), steps=[step(code)], noise=1.0)
    assert (found is not None) is seen


def spread_of(monkeypatch, sd, units):
    """What is said of draws of this deviation, and how often they were asked for."""
    asked = []

    def draws(subject, mean, spread):
        asked.append(mean.shape)
        assert not mean.any() and np.all(spread == 0.5) and spread.shape == mean.shape
        return None if sd is None else np.resize([sd, -sd], mean.shape)

    monkeypatch.setattr(codes, "draws", draws)
    found = codes.drawn_spread(Stub(posterior=posterior(np.ones((5, units)), 0)))
    assert set(asked) == {(256, units)}
    return found, len(asked)


@pytest.mark.parametrize("units, times", [(1, 8), (2, 4), (3, 2), (4, 2), (8, 1), (9, 1)])
def test_how_many_codes_are_drawn(monkeypatch, units, times):
    assert spread_of(monkeypatch, None, units) == (None, times)
    assert spread_of(monkeypatch, 0.5, units) == ((0.5, "a standard deviation"), times)


@pytest.mark.parametrize("kind", codes.KINDS)
@pytest.mark.parametrize("off, fits", [(0.0, True), (0.079, True), (-0.079, True), (-0.081, False)])
def test_which_kind_the_draws_fit(monkeypatch, kind, off, fits):
    sd = float(codes.KINDS[kind][0](0.5) * np.exp(off))
    found = spread_of(monkeypatch, sd, 2)[0]
    assert found == (pytest.approx(sd), kind if fits else None)


def test_no_spread_at_all(monkeypatch):
    assert spread_of(monkeypatch, 0.0, 2)[0] == (0.0, None)


@pytest.mark.parametrize(
    "drawn, kind",
    [(None, "a log variance"), ((1.0, None), "a log variance"), ((1.0, "a variance"),) * 2],
)
def test_the_nats_of_each_unit(monkeypatch, drawn, kind):
    kind = kind if isinstance(kind, str) else kind[1]
    monkeypatch.setattr(codes, "drawn_spread", always(drawn))
    mean = np.array([[1.0, 0.0], [3.0, 0.0]])
    spread = np.array([[0.5, 0.2], [0.5, 0.0]], "float32")
    sd = np.maximum(codes.KINDS[kind][0](spread.astype("float64")), 1e-9)
    known = ((sd**2 + mean**2 - 1) / 2 - np.log(sd)).mean(axis=0)
    found = codes.unit_nats(Stub(posterior=posterior(mean, spread)))
    np.testing.assert_allclose(found, known, rtol=1e-5)
