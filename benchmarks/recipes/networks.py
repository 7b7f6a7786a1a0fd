"""Autoencoders of several architectures, each with the same switches for what may go wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
from keras import layers

from aeutils.layers import ActivityPenalty, GaussianCorruption, TiedDense
from benchmarks.recipes import parts
from benchmarks.recipes.data import SEQUENCE_LENGTH, WORDS


@dataclass(frozen=True)
class Options:
    """Switches of a network.

    Attributes
    ----------
    code : int
        Numbers in the code; 0 for what suits the architecture.
    hidden, code_activation, output : str
        Activations; an empty `output` for the one that suits the data.
    inputs, outputs : int
        Columns or channels of both sides, 0 for those of the data.
    depth : int
        How many hidden layers stand in the place of each.
    l1, penalty : float, str
        Weight of a penalty on the code, and how it is taken: ``mean`` or ``sum`` over the batch.
    paid : str
        ``by Keras``, ``by hand`` or ``never``: who adds the penalty to the loss.
    noise, noise_kind : float, str
        Standard deviation of noise on the input, and whether it is ``fresh``, ``repeated`` or
        drawn ``always``, in use as well.
    momentum : float
        Of batch normalisation behind each hidden layer; 0 for none.
    skip : bool
        Whether the decoder gets the first hidden layer of the encoder as well.
    centred : bool
        Whether the mean of the batch is taken off the codes.
    masked : bool
        Whether sequences tell the encoder where their padding begins.
    frozen : bool
        Whether the encoder stays as it was drawn.
    repeated_steps : int
        Steps of a sequence that the decoder writes; 0 for all.
    late_reshape : bool
        Whether a layer that changes no number stands behind the last activation.
    """

    code: int = 0
    hidden: str = "elu"
    code_activation: str = "linear"
    output: str = ""
    inputs: int = 0
    outputs: int = 0
    depth: int = 1
    l1: float = 0.0
    penalty: str = "mean"
    paid: str = "by Keras"
    noise: float = 0.0
    noise_kind: str = "fresh"
    momentum: float = 0.0
    skip: bool = False
    centred: bool = False
    masked: bool = True
    frozen: bool = False
    repeated_steps: int = 0
    late_reshape: bool = False


@dataclass(frozen=True)
class Architecture:
    """Data set, shape of a row, size of the code, activation of the output, and the layers."""

    data: str
    shape: tuple[int, ...]
    code: int
    output: str
    encoder: Callable[[Options], list[layers.Layer]]
    decoder: Callable[[Options], list[layers.Layer]]
    out: Callable[[Options, str], layers.Layer]


def build(name: str, **switches: Any) -> keras.Model:
    """Return an untrained network, with a layer that is called ``code``.

    Parameters
    ----------
    name : str
        A key of ``ARCHITECTURES``.
    **switches
        Fields of `Options`.
    """
    kind, options = ARCHITECTURES[name], Options(**switches)
    shape = (*kind.shape[:-1], options.inputs or kind.shape[-1])
    x = keras.Input(shape, dtype="int32" if kind.data == "tokens" else "float32")
    h, ways = _damage(x, options), []
    encoder = kind.encoder(options)
    for layer in encoder:
        layer.trainable = not options.frozen
        h = _hidden(layer, options)(h)
        ways += [h] if isinstance(layer, layers.Dense | layers.Conv2D | layers.LSTM) else []
    z = _code(h, kind, options, tied=name == "tied")
    h = z
    for layer in _mirrored(encoder, options) if name == "tied" else kind.decoder(options):
        h = _hidden(layer, options)(h)
    h = layers.Concatenate()([h, ways[0]]) if options.skip else h
    y = _out(kind, options, encoder if name == "tied" else [])(h)
    y = layers.Reshape(y.shape[1:])(y) if options.late_reshape else y
    model = {"by Keras": keras.Model, "by hand": parts.WithPenalties}
    return model.get(options.paid, parts.WithoutPenalties)(x, y)


def _damage(x, options: Options):
    if not options.noise:
        return x
    if options.noise_kind == "repeated":
        return parts.RepeatedNoise(options.noise)(x)
    always = {"training": True} if options.noise_kind == "always" else {}
    return GaussianCorruption(0.0, options.noise)(x, **always)


def _hidden(layer, options: Options):
    """Follow a hidden layer by batch normalisation, where this is asked for."""
    if not options.momentum or not isinstance(layer, layers.Dense | layers.Conv2D):
        return layer
    return keras.Sequential([layer, layers.BatchNormalization(momentum=options.momentum)])


def _code(h, kind: Architecture, options: Options, tied: bool):
    size = options.code or kind.code
    code = layers.Dense(size, options.code_activation, name="code")
    code.trainable = not options.frozen
    z = code(h)
    if options.l1:
        z = _PENALTIES[options.penalty](options.l1)(z)
    return parts.BatchCentre()(z) if options.centred else z


_PENALTIES: dict[str, Callable[[float], layers.Layer]] = {
    "mean": ActivityPenalty,
    "sum": parts.SummedPenalty,
}


def _out(kind: Architecture, options: Options, encoder: list):
    output = options.output or kind.output
    return TiedDense(encoder[0], output) if encoder else kind.out(options, output)


def _mirrored(encoder: list, options: Options) -> list:
    """Return the hidden layers of a tied decoder; that behind the code is free."""
    free = layers.Dense(encoder[-1].units, options.hidden)
    return [free, *(TiedDense(layer, options.hidden) for layer in encoder[:0:-1])]


def _stack(*sizes: int) -> Callable[[Options], list[layers.Layer]]:
    return lambda o: [layers.Dense(n, o.hidden) for n in sizes for _ in range(o.depth)]


def _dense(units: int) -> Callable[[Options, str], layers.Layer]:
    return lambda o, output: layers.Dense(o.outputs or units, output)


def _conv_encoder(o: Options) -> list[layers.Layer]:
    same = [layers.Conv2D(16, 3, padding="same", activation=o.hidden) for _ in range(o.depth - 1)]
    strided = [layers.Conv2D(n, 3, 2, "same", activation=o.hidden) for n in (16, 32)]
    return [*same, *strided, layers.Flatten()]


def _conv_decoder(o: Options) -> list[layers.Layer]:
    first = [layers.Dense(128, o.hidden), layers.Reshape((2, 2, 32))]
    up = layers.Conv2DTranspose(16, 3, 2, "same", activation=o.hidden)
    same = [layers.Conv2D(16, 3, padding="same", activation=o.hidden) for _ in range(o.depth - 1)]
    return [*first, up, *same]


def _conv_out(o: Options, output: str) -> layers.Layer:
    return layers.Conv2DTranspose(o.outputs or 1, 3, 2, "same", activation=output)


def _reader(*kinds: Callable[[], layers.Layer]) -> Callable[[Options], list[layers.Layer]]:
    return lambda o: [layers.Masking()] * o.masked + [kind() for kind in kinds]


def _writer(kind: Callable[[], layers.Layer]) -> Callable[[Options], list[layers.Layer]]:
    return lambda o: [layers.RepeatVector(o.repeated_steps or SEQUENCE_LENGTH), kind()]


def _word_reader(*kinds: Callable[[], layers.Layer]) -> Callable[[Options], list[layers.Layer]]:
    def make(o: Options) -> list[layers.Layer]:
        return [layers.Embedding(WORDS, 16, mask_zero=o.masked), *(kind() for kind in kinds)]

    return make


def _lstm() -> layers.Layer:
    return layers.LSTM(32)


def _gru() -> layers.Layer:
    return layers.GRU(32)


def _both_ways() -> layers.Layer:
    return layers.Bidirectional(layers.LSTM(20))


def _lstm_steps() -> layers.Layer:
    return layers.LSTM(32, return_sequences=True)


def _gru_steps() -> layers.Layer:
    return layers.GRU(32, return_sequences=True)


_WAVES = "waves", (SEQUENCE_LENGTH, 2), 8, "linear"
_TOKENS = "tokens", (SEQUENCE_LENGTH,), 12, "softmax"
ARCHITECTURES = {
    "dense": Architecture("mnist", (784,), 16, "sigmoid", _stack(128), _stack(128), _dense(784)),
    "convolutional": Architecture(
        "small pictures", (8, 8, 1), 10, "sigmoid", _conv_encoder, _conv_decoder, _conv_out
    ),
    "deep": Architecture(
        "small digits", (64,), 10, "sigmoid", _stack(64, 48, 32), _stack(32, 48, 64), _dense(64)
    ),
    "tied": Architecture(
        "small digits", (64,), 10, "sigmoid", _stack(64, 32), _stack(32, 64), _dense(64)
    ),
    "table": Architecture("table", (30,), 6, "linear", _stack(24), _stack(24), _dense(30)),
    "lstm": Architecture(*_WAVES, _reader(_lstm), _writer(_lstm_steps), _dense(2)),
    "gru": Architecture(*_WAVES, _reader(_gru), _writer(_gru_steps), _dense(2)),
    "both ways": Architecture(*_WAVES, _reader(_both_ways), _writer(_gru_steps), _dense(2)),
    "lstm of words": Architecture(
        *_TOKENS, _word_reader(_lstm), _writer(_lstm_steps), _dense(WORDS)
    ),
    "gru of words": Architecture(*_TOKENS, _word_reader(_gru), _writer(_gru_steps), _dense(WORDS)),
    "both ways of words": Architecture(
        *_TOKENS, _word_reader(_both_ways), _writer(_gru_steps), _dense(WORDS)
    ),
}
