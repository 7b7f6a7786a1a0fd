"""Padding that the loss or the code counts, and tokens without a vocabulary."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from checkup_cases import X, copier, subject, verdict
from checkup_stub import Stub, always, data, said, step
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


def filled_up(lengths, steps=4):
    """Sequences of these lengths, of one number a step, filled up with zeros."""
    real = np.arange(steps) < np.array(lengths)[:, None]
    return (1.0 + np.arange(real.size).reshape(real.shape)) * real


def sequences(lengths, steps=4, *, tokens=False, **settings):
    """The same in both sets, as numbers or as tokens."""
    rows = filled_up(lengths, steps)
    rows = rows.astype(int) if tokens else rows[..., None]
    kind = "tokens" if tokens else "sequences"
    return data(rows, rows, kind=kind, mask_value=0, **settings)


def layers_of(*parts):
    """A model with these layers."""
    return SimpleNamespace(_flatten_layers=lambda: list(parts))


@pytest.mark.parametrize(
    "lengths, expected",
    [([1, 2, 3], True), ([0, 4, 3, 3], True), ([2, 3, 3], False), ([4, 4, 4], False)],
)
def test_three_lengths_say_that_zeros_are_padding(lengths, expected):
    plain = layers_of(layers.Dense(2))
    rows = sequences(lengths)
    assert sequence_checks.certain(Stub(rows, model=plain)) is expected
    inside = rows.x_valid.copy()
    inside[0, 0] = 0
    assert sequence_checks.certain(Stub(data(inside, inside, mask_value=0), model=plain)) is (
        expected and lengths[0] < 2
    )
    for mask in (layers.Masking(), layers.Embedding(5, 2, mask_zero=True)):
        assert sequence_checks.certain(Stub(rows, model=layers_of(layers.Dense(2), mask))) is True
    assert not sequence_checks._masks(Stub(model=layers_of(layers.Embedding(5, 2))))


def padding_said(monkeypatch, rows, losses=(1.0, 2.0), *, own=True, proof=(True, True), **answers):
    """What is said where the loss is as given with padding as it is and with another one."""
    seen, left = [], list(losses)
    output = np.arange(rows.x_valid.size * 2.0).reshape(*rows.x_valid.shape[:2], 2)

    def loss(subject, x, y, layer, change):
        seen.append((x, y, ops.convert_to_numpy(change(output[: len(x)]))))
        return left.pop(0)

    patches = {
        "own_loss": always(own),
        "certain": always(proof[0]),
        "_padding_learned": always(proof[1]),
        "_loss": loss,
    }
    for name, patch in patches.items():
        monkeypatch.setattr(sequence_checks, name, patch)
    answers = {"output_step": step(output), "model": layers_of()} | answers
    outcome = sequence_checks.padding_loss(Stub(rows, **answers))
    return said(outcome), seen, outcome


@pytest.mark.parametrize(
    "losses, counted",
    [
        ((0.0, 1e-12), False),
        ((0.0, 1.1e-12), True),
        ((2.0, 2.0 + 1.9e-6), False),
        ((-2.0, -2.0 - 1.9e-6), False),
        ((-2.0, -2.0 - 2.1e-6), True),
        ((0.5, 0.5 + 7e-7), True),
        ((1.0, 0.5), True),
        ((1.0, 1.0), False),
    ],
)
def test_a_loss_that_moves_with_the_padding(monkeypatch, losses, counted):
    found = padding_said(monkeypatch, sequences([3, 3, 4, 2]), losses)[0]
    assert found == (
        ("wrong", "25% of the steps are padding, and the loss counts them")
        if counted
        else ("fine", "25% of the steps are padding; the loss leaves them out")
    )


@pytest.mark.parametrize(
    "lengths, proof, expected",
    [
        ([4, 4, 4, 4, 3, 1], (True, True), "look"),
        ([4, 4, 4, 2, 2], (True, True), "wrong"),
        ([1, 2, 3, 4], (True, False), "look"),
        ([1, 2, 3, 4], (False, True), "look"),
    ],
)
def test_when_padding_in_the_loss_is_proved(monkeypatch, lengths, proof, expected):
    """The limit is a fifth of the steps."""
    found, _, outcome = padding_said(monkeypatch, sequences(lengths), proof=proof)
    assert found[0] == expected and outcome.advice.startswith("The model is trained on empty")
    masked = layers_of(layers.Masking())
    outcome = padding_said(monkeypatch, sequences(lengths), proof=proof, model=masked)[2]
    assert outcome.verdict == expected and outcome.advice.startswith("The mask of the input")


def test_padding_is_changed_and_nothing_else(monkeypatch):
    for tokens in (False, True):
        rows = sequences([4, 3, 2], tokens=tokens)
        ((x, y, plain), (_, _, other)) = padding_said(monkeypatch, rows)[1]
        np.testing.assert_array_equal(x, rows.x_valid[1:])
        np.testing.assert_array_equal(y, rows.target_valid[1:])
        filled = rows.filled[1:]
        np.testing.assert_array_equal(other[~filled], plain[~filled])
        changed = plain[filled][:, ::-1] if tokens else plain[filled] + 1
        np.testing.assert_array_equal(other[filled], changed)
    many = padding_said(monkeypatch, sequences([3] * 70))[1]
    assert len(many[0][0]) == 64


def test_who_is_not_asked_for_padding_in_the_loss(monkeypatch):
    rows = sequences([4, 3, 2])
    assert padding_said(monkeypatch, rows)[0] is not None
    assert padding_said(monkeypatch, sequences([4, 4, 3]))[0] is None
    assert padding_said(monkeypatch, rows, own=False)[0] is None
    assert padding_said(monkeypatch, rows, output_step=None)[0] is None
    assert padding_said(monkeypatch, rows, output_step=step(np.ones((3, 4))))[0] is None
    assert padding_said(monkeypatch, rows, output_step=step(np.ones((3, 5, 2))))[0] is None
    assert padding_said(monkeypatch, rows, output_step=step(np.ones((3, 4, 4, 2))))[0] is None
    assert padding_said(monkeypatch, data(rows.x_train, rows.x_valid))[0] is None


@pytest.mark.parametrize("other, expected", [(2.0, False), (2.1, True), (1.0, False)])
def test_padding_is_learned_where_it_is_nearer(monkeypatch, other, expected):
    monkeypatch.setattr(sequence_checks, "is_vocabulary", always(False))
    rows = data(*[np.tile([[[3.0], [9.0]]], (4, 1, 1))] * 2, kind="sequences", mask_value=9)
    raw = np.tile([[[9.0 - other] * 2, [10.0, 8.0]]], (4, 1, 1))
    learned = sequence_checks._padding_learned(Stub(rows, raw_valid=raw))
    assert learned is expected
    assert sequence_checks._padding_learned(Stub(rows, raw_valid=raw, trained=False)) is False


@pytest.mark.parametrize("right, expected", [(2, False), (3, True), (4, True), (0, False)])
def test_padding_is_learned_where_it_is_the_likeliest_word(monkeypatch, right, expected):
    monkeypatch.setattr(sequence_checks, "is_vocabulary", always(True))
    rows = data(*[np.tile([[3, 1]], (4, 1))] * 2, kind="tokens", mask_value=1)
    raw = np.zeros((4, 2, 5))
    raw[:, 0, 1] = raw[right:, 1, 4] = raw[:right, 1, 1] = 1
    assert sequence_checks._padding_learned(Stub(rows, raw_valid=raw)) is expected


def test_the_loss_of_a_changed_output(monkeypatch):
    layer, change, seen = object(), object(), {}

    def trace(model, x, replace):
        assert model is whole and replace == {layer: change}
        return f"outputs of {x}", []

    def compute_loss(**given):
        seen.update(given)
        return ops.convert_to_tensor(2.5)

    whole = SimpleNamespace(compute_loss=compute_loss)
    monkeypatch.setattr(sequence_checks, "trace", trace)
    call = SimpleNamespace(layer=layer)
    found = sequence_checks._loss(Stub(model=whole), "x", np.ones(2), call, change)
    assert found == 2.5 and isinstance(found, float)
    assert seen["x"] == "x" and seen["y_pred"] == "outputs of x" and len(seen["y"]) == 2


def code_said(monkeypatch, lengths, codes, moved=0.0, sure=True, **answers):
    """What is said where codes of sequences are these, and move with more padding."""
    seen = []

    def code_of(x):
        seen.append(x)
        return codes + moved * (len(seen) > 1)

    monkeypatch.setattr(sequence_checks, "certain", always(sure))
    answers = {"encoder": len, "code_of": code_of} | answers
    return said(sequence_checks.padding_code(Stub(sequences(lengths), **answers))), seen


@pytest.mark.parametrize(
    "size, moved, sure, expected",
    [
        (100.0, 1.0, True, ("fine", "0.01")),
        (100.0, 1.1, True, ("look", "0.011")),
        (10.0, 1.0, True, ("look", "0.1")),
        (10.0, 1.1, True, ("wrong", "0.11")),
        (10.0, 1.1, False, ("look", "0.11")),
        (0.0, 9e-8, True, ("look", "0.09")),
    ],
)
def test_codes_that_move_with_padding(monkeypatch, size, moved, sure, expected):
    codes = np.array([[size, 500 + size], [-size, 500 - size]] * 2)
    found, (short, longer) = code_said(monkeypatch, [3, 4, 2, 1, 1], codes, moved, sure)
    words = f"codes move by {expected[1]} of their spread with 4 more steps of padding"
    assert found == (expected[0], words)
    assert short.shape == (4, 4, 1) and longer.shape == (4, 8, 1)
    np.testing.assert_array_equal(longer[:, :4], short)
    assert not longer[:, 4:].any()


def test_who_is_not_asked_for_padding_in_the_code(monkeypatch):
    codes = np.array([[1.0, 2.0], [5.0, -1.0], [4.0, 4.0]])
    assert code_said(monkeypatch, [3, 3, 2], codes)[0][0] == "fine"
    assert code_said(monkeypatch, [3, 3, 2], codes, encoder=None)[0] is None
    assert code_said(monkeypatch, [3, 3, 2], codes, encoder=None, code_step=1)[0][0] == "fine"
    assert code_said(monkeypatch, [4, 3, 2], codes)[0] is None
    assert code_said(monkeypatch, [3, 3, 2], codes[..., None])[0] is None
    assert code_said(monkeypatch, [3, 3, 2], codes, code_of=lambda x: x[:, :, 0])[0] is None
    assert code_said(monkeypatch, [3, 3, 2], codes, code_of=lambda x: 1 / 0)[0] is None
    plain = sequences([3, 3, 2])
    plain = data(plain.x_train, plain.x_valid)
    assert sequence_checks.padding_code(Stub(plain, encoder=len)) is None
    assert len(code_said(monkeypatch, [3] * 70, codes)[1][0]) == 64


def test_models_take_any_length_for_a_while():
    inner, encoder = keras.Sequential([layers.Identity()]), keras.Sequential([layers.Identity()])
    whole = keras.Sequential([inner, layers.Dense(2)])
    models = (whole, inner, encoder)
    with sequence_checks._any_length(Stub(model=whole, encoder=encoder)):
        assert all(model._assert_input_compatibility("rows", of="any") is None for model in models)
        assert all("_assert_input_compatibility" in vars(model) for model in models)
    assert not any("_assert_input_compatibility" in vars(model) for model in models)
    assert "_assert_input_compatibility" not in vars(whole.layers[-1])


def tokens_said(monkeypatch, words, raw=None, *, vocabulary=True, asks=True, **settings):
    """What is said of tokens, with what comes after the first questions as a word."""
    patches = {
        "is_vocabulary": always(vocabulary),
        "_no_vocabulary": lambda s, r, w: "none",
        "_asks_for_probabilities": always(asks),
        "_words": lambda s, shares: len(shares),
    }
    for name, patch in patches.items():
        monkeypatch.setattr(sequence_checks, name, patch)
    words, raw = np.array(words), np.full((2, 2, 7), 0.5) if raw is None else raw
    rows = data(words, words, **({"kind": "tokens"} | settings))
    outcome = sequence_checks.tokens(Stub(rows, raw_valid=raw))
    return outcome if isinstance(outcome, (int, str)) else said(outcome)


def test_which_question_tokens_are_asked(monkeypatch):
    words = [[1, 2], [3, 4]]
    sums = ("wrong", "outputs of a word sum to 3.5, not to 1")
    assert tokens_said(monkeypatch, words) == sums
    assert tokens_said(monkeypatch, words, np.full((2, 2, 7), 1 / 7)) == 7
    assert tokens_said(monkeypatch, words, asks=False) == 7
    assert tokens_said(monkeypatch, words, vocabulary=False) == "none"
    assert tokens_said(monkeypatch, words, kind="table") is None
    assert tokens_said(monkeypatch, [[1.5, 2], [3, 4]]) is None


def words_said(shares, new, train=None, **settings):
    """What is said of words with these shares in training, and these numbers in validation."""
    train = np.arange(10) if train is None else np.array(train)
    kept = np.repeat(np.arange(len(new)), new)
    rows = data(train[None], kept[None], kind="tokens", **settings)
    return said(sequence_checks._words(Stub(rows), np.array(shares)))


@pytest.mark.parametrize(
    "most, second, in_use, expected",
    [
        (0.3, 0.05, 10, "fine"),
        (0.31, 0.05, 10, "wrong"),
        (0.31, 0.05, 9, "look"),
        (0.4, 0.1, 10, "look"),
        (0.41, 0.1, 10, "wrong"),
        (0.41, 0.11, 10, "look"),
    ],
)
def test_a_word_far_above_the_others(most, second, in_use, expected):
    shares = [0.04, second, 0.03, most] + [0.01] * 6
    found = words_said(shares, [1] * in_use, np.arange(in_use))
    words = f"{most:.0%} are token 3; 0.0% never in training"
    words += f"; the next token has {second:.0%}" if expected == "wrong" else ""
    assert found == (expected, words)


@pytest.mark.parametrize(
    "share, count, of, expected",
    [
        (0.0125, 45, 400, "fine"),
        (0.0125, 46, 400, "wrong"),
        (0.1, 80, 200, "fine"),
        (0.1, 81, 200, "wrong"),
        (0.1, 81, 199, "fine"),
        (0.03, 26, 200, "fine"),
        (0.03, 27, 200, "wrong"),
    ],
)
def test_a_word_that_is_more_frequent_in_the_new_rows(share, count, of, expected):
    shares = [0.2] * 4 + [share]
    new = [*np.bincount(np.arange(of - count) % 4, minlength=4), count]
    found = words_said(shares, new)
    words = "20% are token 0; 0.0% never in training"
    if expected == "wrong":
        words += f"; token 4 has {count / of:.0%} of the words in validation rows, {share:.1%}"
        words += " in training rows"
    assert found == (expected, words)


@pytest.mark.parametrize("strange, expected", [(1, "fine"), (2, "look")])
def test_words_that_never_came_in_training(strange, expected):
    new = [20 - strange, 0, strange]
    found = words_said([0.3, 0.3, 0.3], new, [0, 1])
    assert found == (expected, f"30% are token 0; {strange / 20:.1%} never in training")
    padded = data(np.array([[0, 1]]), np.array([[0, 0, 2, 2, 2]]), kind="tokens", mask_value=2)
    found = said(sequence_checks._words(Stub(padded), np.array([0.2, 0.2, 0.6])))
    assert found == ("look", "60% are token 2; 0.0% never in training")


def test_a_loss_of_keras_says_what_it_takes():
    def asks(loss):
        return sequence_checks._asks_for_probabilities(Stub(loss=loss))

    assert asks("sparse_categorical_crossentropy") is True
    assert asks(keras.losses.SparseCategoricalCrossentropy(from_logits=True)) is False
    assert asks("mse") is False


def asks(monkeypatch, normed, plain=100.0, risen=103.0, *, padded=False, own=True, **answers):
    """Whether a loss with these answers takes probabilities; `normed` is a function of the nats."""
    raw = np.random.default_rng(0).normal(size=(70, 3, 5))
    words = np.random.default_rng(1).integers(1, 5, size=(70, 3))
    words[:, 2] = np.where(padded, 0, words[:, 2])
    raw[:, 2, 0] = -9.0
    raw[0, 0, words[0, 0]] = -90.0  # so improbable that it takes the floor
    chosen = np.exp(raw) / np.exp(raw).sum(axis=-1, keepdims=True)
    chosen = np.maximum(
        chosen[:64][np.indices((64, 3))[0], np.indices((64, 3))[1], words[:64]], 1e-7
    )
    nats, left, seen = -np.log(chosen), [plain, risen], []

    def loss(subject, x, y, layer, change):
        seen.append((len(x), len(y), ops.convert_to_numpy(change(np.array([1.0, 1.0])))))
        return left.pop(0) if left else normed(nats)

    monkeypatch.setattr(sequence_checks, "_loss", loss)
    monkeypatch.setattr(sequence_checks, "own_loss", always(own))
    rows = data(words, words, kind="tokens", mask_value=0 if padded else None)
    model = SimpleNamespace(losses=[np.array(0.5), np.array(1.5)])
    answers = {"output_step": step(raw), "loss": len, "model": model} | answers
    found = sequence_checks._asks_for_probabilities(Stub(rows, raw_valid=raw, **answers))
    if seen:
        assert [part[:2] for part in seen] == [(64, 64)] * 3
        np.testing.assert_allclose([part[2] for part in seen], [[1, 1], [4, 4], [0.5, 0.5]])
    return found


@pytest.mark.parametrize(
    "share, risen, expected",
    [
        (1.0, 103, True),
        (1.0099, 103, True),
        (1.0101, 103, False),
        (0.9899, 103, False),
        (1.0, 101, False),
        (1.0, 101.1, True),
        (1.0, 98.9, True),
    ],
)
def test_a_loss_of_ones_own_is_asked(monkeypatch, share, risen, expected):
    assert asks(monkeypatch, lambda n: 2 + share * n.mean(), risen=risen) == expected
    assert asks(monkeypatch, lambda n: 2 + share * n.mean(), -100.0, -risen) == expected
    padded = asks(monkeypatch, lambda n: 2 + share * n[:, :2].mean(), risen=risen, padded=True)
    assert padded == expected
    whole = asks(monkeypatch, lambda n: 2 + share * n.mean(), risen=risen, padded=True)
    assert whole == expected


def test_who_cannot_be_asked_what_the_loss_takes(monkeypatch):
    def right(nats):
        return 2 + nats.mean()

    assert asks(monkeypatch, right)
    assert asks(monkeypatch, right, own=False) is False
    assert asks(monkeypatch, right, output_step=None) is False
    assert asks(monkeypatch, right, output_step=step(np.ones((70, 15)))) is False


@pytest.mark.parametrize(
    "shape, loss, expected",
    [
        ((4, 3, 2), "sparse_categorical_crossentropy", "tokens up to 8 for 2 outputs"),
        ((4, 3, 2), "mse", None),
        ((4, 3, 1), "mse", "mse between numbers of words"),
        ((4, 3), "mse", "mse between numbers of words"),
        ((4, 3), "mean_absolute_error", "mean_absolute_error between numbers of words"),
        ((4, 3), "binary_crossentropy", None),
        ((4, 2), "mse", None),
        ((2, 3, 2), "sparse_categorical_crossentropy", None),
        ((4, 6), "sparse_categorical_crossentropy", None),
    ],
)
def test_outputs_that_are_no_vocabulary(shape, loss, expected):
    words = np.array([[1, 2, 3]] * 3 + [[8, 0, 1]])
    outcome = sequence_checks._no_vocabulary(Stub(loss=loss), np.ones(shape), words)
    assert said(outcome) == (expected and ("wrong", expected))
