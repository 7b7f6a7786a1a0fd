"""Codes that are empty, ignored or gone round are found, and healthy ones are not."""

import keras
import numpy as np
import pytest
from checkup_cases import AXES, SIZE, UNITS, Variational, X, copier, dense, subject, verdict
from keras import layers, ops

from aeutils.checkup import code_checks
from aeutils.layers import ActivityPenalty


def round_the_code(share):
    """Of each row a share goes past the code, and the rest comes through it."""
    x = keras.Input((SIZE,))
    through = dense((1 - share) * AXES.T)(dense(AXES)(x))
    return keras.Model(x, layers.Add()([through, dense(share * np.eye(SIZE))(x)]))


def constant():
    """A decoder that does not look at its code."""
    x = keras.Input((SIZE,))
    return keras.Model(x, dense(np.zeros((UNITS, SIZE)), bias=np.ones(SIZE))(dense(AXES)(x)))


def wide(*middle, penalty=None):
    """A linear autoencoder with more units than inputs."""
    weights = np.linalg.qr(np.random.default_rng(1).normal(size=(30, 30)))[0][:SIZE]
    code = dense(weights, activity_regularizer=penalty)
    return keras.Sequential([keras.Input((SIZE,)), *middle, code, dense(weights.T)])


def squeezed():
    """An autoencoder with a narrower side branch that scales the units, as attention does."""
    x = keras.Input((SIZE,))
    scale = dense(np.zeros((2, SIZE)), bias=np.ones(SIZE))(dense(AXES[:, :2])(x))
    return keras.Model(x, dense(AXES.T)(dense(AXES)(layers.Multiply()([x, scale]))))


@pytest.mark.parametrize("check", ["code_dimensions", "code_ignored", "way_round"])
@pytest.mark.parametrize("model", [copier, squeezed, Variational], ids=lambda m: m.__name__)
def test_healthy(check, model):
    assert verdict(getattr(code_checks, check)(subject(model()))) in ("fine", None)


def test_dimensions():
    outcome = code_checks.code_dimensions(subject(copier()))
    assert outcome.measured.startswith("3 of 3 hold 99 %")
    dead = keras.Sequential([keras.Input((SIZE,)), dense(0 * AXES), dense(AXES.T)])
    assert verdict(code_checks.code_dimensions(subject(dead))) == "wrong"
    dead.compile("adam", "mse")
    assert verdict(code_checks.code_dimensions(subject(dead))) == "look"


def test_idle_code():
    weights = np.tile(AXES[:, :1], 8)
    idle = keras.Sequential([keras.Input((SIZE,)), dense(weights), dense(weights.T / 8)])
    outcome = code_checks.code_dimensions(subject(idle, x=np.tile(X, (2, 1)) + noise()))
    assert verdict(outcome) == "look" and outcome.measured.startswith("1 of 8")


def noise():
    return np.random.default_rng(2).normal(size=(2 * len(X), SIZE)).astype("float32")


def test_code_ignored():
    assert verdict(code_checks.code_ignored(subject(constant()))) == "wrong"
    empty = keras.Sequential([keras.Input((SIZE,)), layers.Dense(SIZE)])
    assert code_checks.code_ignored(subject(empty)) is None


def test_collapsed_code_is_left_to_its_own_check():
    model = Variational(draw=lambda mean, spread: 0 * mean)
    for layer in (model.encoder.get_layer("z_mean"), model.encoder.get_layer("z_log_var")):
        layer.set_weights([0 * weights for weights in layer.get_weights()])
    assert code_checks.code_ignored(subject(model)) is None


@pytest.mark.parametrize(
    "share, expected", [(1.0, "wrong"), (0.5, "wrong"), (0.1, "fine"), (0.02, "fine")]
)
def test_way_round(share, expected):
    assert verdict(code_checks.way_round(subject(round_the_code(share)))) == expected


def test_way_round_with_validation_rows_of_another_scale():
    """Their own mean, not that of the training rows, is what any code has to beat."""
    model = copier()
    x = np.concatenate([X[:300], 5 + 0.2 * X[300:]])
    model.layers[-1].bias.assign(5 - 5 * AXES.sum(axis=0) @ AXES.T)
    assert verdict(code_checks.way_round(subject(model, x))) in ("fine", None)


def test_way_round_of_a_denoiser_may_be_intended():
    clean = X[:300], X[300:]
    model = subject(round_the_code(1.0), y_train=clean[0], y_valid=clean[1])
    assert verdict(code_checks.way_round(model)) == "look"


def test_padding_does_not_count():
    lengths = np.random.default_rng(0).integers(1, 4, size=400)
    x = np.abs(np.random.default_rng(1).normal(size=(400, 6, 2))).astype("float32")
    x[np.arange(6)[None] >= lengths[:, None]] = 0
    model = keras.Sequential(
        [keras.Input((6, 2)), layers.Masking(), layers.Flatten()]
        + [dense(np.eye(12)[:, :4]), dense(np.eye(12)[:4]), layers.Reshape((6, 2))]
    )
    outcome = code_checks.way_round(subject(model, x=x))
    assert verdict(outcome) == "fine"
    valid = x[300:]
    outside = np.arange(6)[None] >= lengths[300:, None]
    mistakes = ((ops.convert_to_numpy(model(valid)) - valid) ** 2)[~outside]
    assert outcome.measured.startswith(f"error {mistakes.mean():.3g},")


def test_identity():
    assert verdict(code_checks.identity(subject(wide()))) == "wrong"
    assert verdict(code_checks.identity(subject(wide(layers.GaussianNoise(0.1))))) == "look"
    limited = wide(penalty=keras.regularizers.L1(1e-3))
    assert verdict(code_checks.identity(subject(limited))) == "look"
    assert code_checks.identity(subject(copier())) is None
    narrow = keras.Sequential([keras.Input((SIZE,)), dense(AXES @ AXES.T), dense(AXES @ AXES.T)])
    assert verdict(code_checks.identity(subject(narrow))) == "fine"


def tuned(*middle):
    """As many units as numbers in a row, and weights that serve the data better than strangers."""
    weights = (AXES @ AXES.T + 0.3 * np.eye(SIZE)).astype("float32")
    layers_of = [keras.Input((SIZE,)), *middle, dense(weights), dense(weights)]
    layers_of[-1].kernel.assign(AXES @ AXES.T / 1.3 + 0.3 * np.eye(SIZE))
    return keras.Sequential(layers_of)


def test_room_for_everything_where_strangers_are_not_yet_copied():
    outcome = code_checks.identity(subject(tuned()))
    assert outcome.verdict == "wrong" and "nothing that restrains it" in outcome.measured
    assert verdict(code_checks.identity(subject(tuned(layers.GaussianNoise(0.1))))) == "fine"


def test_maps_of_convolutions_prove_no_room():
    """Blurred images, which a blur copies; each number of its maps sees nine pixels."""
    blur = layers.Conv2D(2, 3, padding="same"), layers.Conv2D(1, 1)
    model = keras.Sequential([keras.Input((12, 12, 1)), *blur])
    blur[0].set_weights([np.full((3, 3, 1, 2), 1 / 9), np.full(2, 1e-6)])
    blur[1].set_weights([np.full((1, 1, 2, 1), 0.5), np.full(1, 1e-6)])
    waves = np.cos(np.linspace(0, 3, 12)[None] + np.random.default_rng(0).normal(size=(400, 1)))
    images = (waves[:, :, None] * waves[::-1, None, :])[..., None].astype("float32")
    assert verdict(code_checks.identity(subject(model, images))) == "fine"
    flat = [
        keras.Input((12, 12, 1)),
        layers.Flatten(),
        dense(np.eye(144)),
        layers.Reshape((12, 12, 1)),
    ]
    blurred = keras.Sequential([*flat, *blur])
    assert verdict(code_checks.identity(subject(blurred, images))) == "wrong"


def test_dense_code():
    positive = dense(np.full((SIZE, UNITS), 0.01), bias=np.ones(UNITS))
    parts = [keras.Input((SIZE,)), positive, ActivityPenalty(0.1), dense(AXES.T)]
    assert verdict(code_checks.dense_code(subject(keras.Sequential(parts)))) == "look"
    sparse = copier(ActivityPenalty(0.1), bias=-np.ones(UNITS), activation="relu")
    assert verdict(code_checks.dense_code(subject(sparse))) == "fine"
    assert code_checks.dense_code(subject(copier())) is None
