"""Padding that the loss or the code counts, and tokens without a vocabulary."""

import keras
import numpy as np
import pytest
from checkup_cases import X, copier, subject, verdict
from keras import layers, ops

from aeutils.checkup import sequence_checks

STEPS, WORDS = 8, 12
RNG = np.random.default_rng(0)
LENGTHS = RNG.integers(2, STEPS + 1, 200)
REAL = np.arange(STEPS) < LENGTHS[:, None]
ROWS = (2 + RNG.normal(size=(200, STEPS, 3))).astype("float32") * REAL[..., None]
TOKENS = RNG.integers(1, WORDS, (200, STEPS)) * REAL


class Gate(layers.Layer):
    """Pass on what is real and 0 for padding, as a model that was trained on padding does."""

    def call(self, x):
        return x * ops.cast(ops.any(x != 0, axis=-1, keepdims=True), x.dtype)


def recurrent(masked, length=STEPS):
    """An encoder of sums over steps, and a decoder that is told nothing of the end."""
    x = keras.Input((length, 3))
    inside = layers.Masking()(x) if masked else x
    z = layers.SimpleRNN(3, name="code", activation="tanh")(inside)
    y = layers.TimeDistributed(layers.Dense(3))(layers.RepeatVector(STEPS)(z))
    model = keras.Model(x, y)
    model.compile("adam", "mse")
    return model


def keeps_padding(masked):
    x = keras.Input((STEPS, 3))
    last = layers.TimeDistributed(layers.Dense(3))
    model = keras.Model(x, last(layers.Masking()(x) if masked else Gate()(x)))
    last.set_weights([np.eye(3), np.zeros(3)])
    model.compile("adam", "mse")
    model.optimizer.iterations.assign(1)
    return model


def test_padding_loss():
    outcome = sequence_checks.padding_loss(subject(keeps_padding(False), ROWS))
    assert outcome.verdict == "wrong" and "the loss counts them" in outcome.measured
    assert verdict(sequence_checks.padding_loss(subject(keeps_padding(True), ROWS))) == "fine"
    # What weights of the steps may keep out of the loss is no proof.
    assert verdict(sequence_checks.padding_loss(subject(recurrent(True), ROWS))) == "look"


def test_padding_loss_keeps_silent():
    assert sequence_checks.padding_loss(subject(copier())) is None
    full = 2 + RNG.normal(size=(200, STEPS, 3)).astype("float32")
    assert sequence_checks.padding_loss(subject(recurrent(False), full)) is None


@pytest.mark.parametrize("masked, expected", [(True, "fine"), (False, "wrong")])
def test_padding_code(masked, expected):
    rows = subject(recurrent(masked, None), ROWS)
    assert verdict(sequence_checks.padding_code(rows)) == expected


def test_padding_code_keeps_silent_where_the_length_is_fixed():
    assert sequence_checks.padding_code(subject(recurrent(False), ROWS)) is None


def test_certain():
    model = recurrent(False)
    assert sequence_checks.certain(subject(model, ROWS))
    holes = ROWS.copy()
    holes[:, 1] = 0
    assert not sequence_checks.certain(subject(model, holes))
    assert sequence_checks.certain(subject(recurrent(True), holes))


def speaker(activation, width=WORDS):
    x = keras.Input((STEPS,))
    z = layers.Embedding(WORDS, 4, mask_zero=True)(x)
    return keras.Model(x, layers.Dense(width, activation)(layers.LSTM(4, return_sequences=True)(z)))


@pytest.mark.parametrize(
    "activation, width, loss, expected",
    [
        ("softmax", WORDS, "sparse_categorical_crossentropy", "fine"),
        ("sigmoid", WORDS, "sparse_categorical_crossentropy", "wrong"),
        ("softmax", WORDS - 3, "sparse_categorical_crossentropy", "wrong"),
        (None, 1, "mse", "wrong"),
        (None, WORDS, keras.losses.SparseCategoricalCrossentropy(from_logits=True), "fine"),
    ],
)
def test_tokens(activation, width, loss, expected):
    model = speaker(activation, width)
    model.compile("adam", loss)
    assert verdict(sequence_checks.tokens(subject(model, TOKENS))) == expected


def test_tokens_that_are_one_word():
    model = speaker("softmax")
    model.compile("adam", "sparse_categorical_crossentropy")
    same = np.where(RNG.random(TOKENS.shape) < 0.6, 1, TOKENS) * REAL
    assert verdict(sequence_checks.tokens(subject(model, same))) == "look"
    assert sequence_checks.tokens(subject(copier(), X)) is None
