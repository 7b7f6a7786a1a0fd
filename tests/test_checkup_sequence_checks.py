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


def test_padding_loss_behind_a_layer_that_drops_the_mask():
    """RepeatVector: the loss of Keras moves with targets at the padding, so it counts them."""
    model, asked = recurrent(True), subject(recurrent(True), ROWS)
    moved = np.where(REAL[..., None], ROWS, 9).astype("float32")
    losses = [model.evaluate(ROWS, rows, verbose=0) for rows in (ROWS, moved)]
    assert losses[1] > losses[0] + 1
    assert "does not reach the loss" in sequence_checks.padding_loss(asked).advice
    unmasked = sequence_checks.padding_loss(subject(recurrent(False), ROWS))
    assert "Put a Masking layer" in unmasked.advice


def test_padding_loss_keeps_silent():
    assert sequence_checks.padding_loss(subject(copier())) is None
    full = 2 + RNG.normal(size=(200, STEPS, 3)).astype("float32")
    assert sequence_checks.padding_loss(subject(recurrent(False), full)) is None


@pytest.mark.parametrize("length", [None, STEPS])
@pytest.mark.parametrize("masked, expected", [(True, "fine"), (False, "wrong")])
def test_padding_code(masked, expected, length):
    model = recurrent(masked, length)
    assert verdict(sequence_checks.padding_code(subject(model, ROWS))) == expected
    if length is not None:
        with pytest.raises(ValueError):  # the model insists on its length again
            model(np.zeros((2, STEPS + 1, 3), "float32"))


def test_padding_code_keeps_silent_where_the_length_is_fixed():
    flat = [keras.Input((STEPS, 3)), layers.Masking(), layers.Flatten(), layers.Dense(3)]
    model = keras.Sequential([*flat, layers.Dense(3 * STEPS), layers.Reshape((STEPS, 3))])
    asked = subject(model, ROWS)
    assert asked.data.filled is not None
    assert sequence_checks.padding_code(asked) is None


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


def masked_words(y, y_pred):
    real = ops.cast(y != 0, y_pred.dtype)
    return ops.sum(real * ops.sparse_categorical_crossentropy(y, y_pred)) / ops.sum(real)


def all_words(y, y_pred):
    return ops.mean(ops.sparse_categorical_crossentropy(y, y_pred))


def words_by_logits(y, y_pred):
    return ops.mean(ops.sparse_categorical_crossentropy(y, y_pred, from_logits=True))


def not_of_probabilities(y, y_pred):
    return ops.mean(ops.square(ops.one_hot(ops.cast(y, "int32"), WORDS) - y_pred))


@pytest.mark.parametrize(
    "activation, loss, expected",
    [
        (None, masked_words, "wrong"),
        (None, all_words, "wrong"),
        (None, words_by_logits, "fine"),
        (None, not_of_probabilities, "fine"),
        ("softmax", masked_words, "fine"),
    ],
)
def test_a_loss_of_the_readers_own_is_asked_what_it_takes(activation, loss, expected):
    model = speaker(activation)
    model.compile("adam", loss)
    assert verdict(sequence_checks.tokens(subject(model, TOKENS))) == expected


def verdict_on(tokens):
    model = speaker("softmax")
    model.compile("adam", "sparse_categorical_crossentropy")
    return verdict(sequence_checks.tokens(subject(model, tokens)))


def test_tokens_that_are_one_word():
    drawn = RNG.random(TOKENS.shape)
    same = np.where(drawn < 0.6, 1, TOKENS) * REAL
    assert verdict_on(same) == "wrong"
    assert sequence_checks.tokens(subject(copier(), X)) is None
    # Two words of which each has a third may be a language; so may an alphabet of few letters.
    two = np.where(drawn < 0.35, 1, np.where(drawn < 0.65, 2, TOKENS)) * REAL
    assert verdict_on(two) == "look"
    letters = np.where(drawn < 0.6, 1, 1 + TOKENS % 5) * REAL
    assert verdict_on(letters) == "look"


def test_a_word_that_is_frequent_in_one_set():
    drawn = RNG.random(TOKENS.shape)
    other = np.where((drawn < 0.5) & (np.arange(200)[:, None] >= 150), WORDS - 1, TOKENS) * REAL
    rare = np.where((other == WORDS - 1) & (np.arange(200)[:, None] < 150), 1, other)
    assert verdict_on(rare) == "wrong"
    assert verdict_on(TOKENS) == "fine"
