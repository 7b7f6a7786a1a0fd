"""Noise is drawn afresh in each step, in training only, with the moments that were asked for."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from aeutils.layers import GaussianCorruption, MaskingCorruption
from aeutils.training import fit, gains_from_xla

X = np.full((200, 500), 0.5, "float32")
BOTH = [GaussianCorruption(0.5, 0.5), MaskingCorruption(0.3)]


def corrupt(layer, x=X):
    return ops.convert_to_numpy(layer(x, training=True))


@pytest.mark.parametrize("layer", BOTH)
def test_nothing_happens_outside_of_training(layer):
    np.testing.assert_array_equal(ops.convert_to_numpy(layer(X)), X)


@pytest.mark.parametrize("layer", BOTH)
def test_each_call_draws_afresh(layer):
    assert (corrupt(layer) != corrupt(layer)).mean() > 0.3


class Recorder(layers.Layer):
    """Sums what passes through in training, so that a repeated draw would show."""

    def build(self, input_shape):
        self.total = self.add_weight(shape=(), initializer="zeros", trainable=False)
        self.squares = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, x, training=False):
        if training:
            self.total.assign(self.total + ops.sum(x))
            self.squares.assign(self.squares + ops.square(ops.sum(x)))
        return x


def test_each_step_of_a_training_draws_afresh():
    """The same noise in each of 32 steps would give each step the same sum."""
    model = keras.Sequential(
        [keras.Input((50,)), GaussianCorruption(0, 1), recorder := Recorder(), layers.Dense(50)]
    )
    x = np.zeros((4, 50), "float32")
    fit(model, x, valid=None, epochs=32, batch_size=4, loss="mse")
    total, squares = float(recorder.total), float(recorder.squares)
    variance = squares / 32 - (total / 32) ** 2
    assert variance == pytest.approx(200, rel=0.7)


def test_gaussian_moments():
    noise = corrupt(GaussianCorruption(0.5, 0.25)) - X
    assert noise.mean() == pytest.approx(0.5, abs=0.005)
    assert noise.std() == pytest.approx(0.25, abs=0.005)
    assert corrupt(GaussianCorruption(0.5, 0.5)).max() > 1.5


def test_gaussian_clip():
    noisy = corrupt(GaussianCorruption(0, 0.5, clip=True))
    assert (noisy.min(), noisy.max()) == (0, 1)
    # P(0.5 + 0.5 N < 0) = P(N < -1) = 0.1587
    assert (noisy == 0).mean() == pytest.approx(0.1587, abs=0.01)


def test_masking_share_and_scale():
    masked = corrupt(MaskingCorruption(0.3))
    assert (masked == 0).mean() == pytest.approx(0.3, abs=0.01)
    assert set(np.unique(masked)) == {0.0, 0.5}


def test_seed_repeats_the_noise():
    for make in (lambda: GaussianCorruption(seed=3), lambda: MaskingCorruption(0.5, seed=3)):
        np.testing.assert_array_equal(corrupt(make()), corrupt(make()))


@pytest.mark.parametrize(
    "layer", [GaussianCorruption(0.1, 0.2, True, 7), MaskingCorruption(0.4, 7)]
)
def test_settings_survive_saving(layer, tmp_path):
    model = keras.Sequential([keras.Input((3,)), layer, layers.Dense(3)])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras").layers[0]
    assert loaded.get_config() == layer.get_config()


def test_noise_is_not_compiled_by_xla_on_tensorflow():
    model = keras.Sequential([keras.Input((3,)), MaskingCorruption(0.5), layers.Dense(3)])
    assert gains_from_xla(model) == (keras.backend.backend() == "jax")


@pytest.mark.parametrize(
    "make",
    [
        lambda: GaussianCorruption(stddev=-1),
        lambda: GaussianCorruption(mean=float("nan")),
        lambda: MaskingCorruption(30),
        lambda: MaskingCorruption(-0.1),
    ],
)
def test_impossible_setting(make):
    with pytest.raises(ValueError, match="must be a number from"):
        make()


LIMIT = 1e6


@pytest.mark.parametrize(
    ("make", "good", "bad"),
    [
        (lambda v: GaussianCorruption(mean=v), (-LIMIT, 0, LIMIT), (-LIMIT - 0.5, LIMIT + 0.5)),
        (lambda v: GaussianCorruption(stddev=v), (0, 0.5, LIMIT), (-0.001, LIMIT + 0.5)),
        (MaskingCorruption, (0, 0.5, 1), (-0.001, 1.001)),
    ],
    ids=["mean", "stddev", "rate"],
)
def test_settings_at_both_sides_of_their_limits(make, good, bad):
    for value in good:
        assert value in make(value).get_config().values()
    for value in bad:
        with pytest.raises(ValueError, match="must be a number from"):
            make(value)


def test_default_noise_is_standard_normal_and_not_clipped():
    config = GaussianCorruption().get_config()
    assert [config[name] for name in GaussianCorruption.settings] == [0, 1, False, None]
    noise = corrupt(GaussianCorruption()) - X
    assert abs(noise.mean()) < 0.02 and noise.std() == pytest.approx(1, abs=0.02)
    assert MaskingCorruption(0.5).seed is None


def test_a_draw_as_large_as_the_rate_is_kept(monkeypatch):
    """So that nothing is lost at a rate of 0, and everything at a rate of 1."""
    monkeypatch.setattr(keras.random, "uniform", lambda shape, **options: ops.zeros(shape))
    assert (corrupt(MaskingCorruption(0.0)) == X).all()
    assert not corrupt(MaskingCorruption(1e-6)).any()
    monkeypatch.undo()
    assert not corrupt(MaskingCorruption(1)).any()


@pytest.mark.parametrize("layer", [GaussianCorruption, lambda **o: MaskingCorruption(0.5, **o)])
def test_type_of_the_layer_is_kept(layer):
    noisy = layer(dtype="float16")(ops.ones((2, 3)), training=True)
    assert keras.backend.standardize_dtype(noisy.dtype) == "float16"
