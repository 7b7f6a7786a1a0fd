"""The code of a variational model: giving it one of our own, and what is drawn from it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from keras import ops

from aeutils import losses
from aeutils.checkup.noise import limit, noise
from aeutils.checkup.once import once
from aeutils.checkup.state import kept
from aeutils.checkup.trace import call, trace, with_calls

# What the second tensor of an encoder may be: to a standard deviation, and from it.
KINDS: dict[str, tuple[Callable, Callable]] = {
    "a log variance": (lambda s: np.exp(s / 2), lambda sd: 2 * np.log(sd)),
    "a log standard deviation": (np.exp, np.log),
    "a standard deviation": (lambda s: s, lambda sd: sd),
    "a variance": (lambda s: np.sqrt(np.maximum(s, 0)), np.square),
}


def divergence(mean: np.ndarray, sd: np.ndarray) -> float:
    """Return KL(N(mean, sd^2), N(0, 1)), the sum over units and the mean over rows, in nats."""
    return float(np.mean(ops.convert_to_numpy(losses.gaussian_kl(mean, 2 * np.log(sd)))))


def code_layers(subject: Any) -> tuple[keras.Layer, keras.Layer] | None:
    """Return the layers whose outputs are the mean and the spread of the code."""
    found = []
    for wanted in (subject.posterior.mean, subject.posterior.log_var):
        hits = [s.layer for s in subject.steps if _same(s.output, wanted[: len(s.output)])]
        if not hits:
            return None
        found.append(hits[0])
    return tuple(found) if found[0] is not found[1] else None


def _same(output: Any, wanted: np.ndarray) -> bool:
    output = ops.convert_to_numpy(output)
    if output.size != wanted.size:
        return False
    return np.allclose(output.reshape(wanted.shape), wanted, rtol=1e-3, atol=1e-4)


@contextmanager
def given(subject: Any, mean: np.ndarray, spread: np.ndarray) -> Iterator[None]:
    """Have the encoder of a model give these, whatever it sees.

    Raises
    ------
    ValueError
        If the model has neither an encoder nor two layers that give mean and spread.
    """
    layers = code_layers(subject)
    if layers is not None:
        answers = {
            layers[0]: lambda out: as_output(mean, out),
            layers[1]: lambda out: as_output(spread, out),
        }
    elif isinstance(subject.encoder, keras.Layer):
        answers = {subject.encoder: lambda out: _parts(out, mean, spread)}
    else:
        raise ValueError("The mean and the spread of the code come from no layer that is known.")
    with with_calls({layer: _answering(layer.call, a) for layer, a in answers.items()}):
        yield


def _answering(own: Callable, answer: Callable) -> Callable:
    return lambda *args, **kwargs: answer(own(*args, **kwargs))


def as_output(value: np.ndarray, output: Any) -> Any:
    """Return numbers of our own in the form of what a layer gave."""
    shape = (len(value), *output.shape[1:])
    return ops.cast(ops.convert_to_tensor(value.reshape(shape)), output.dtype)


def _parts(outputs: Any, mean: np.ndarray, spread: np.ndarray) -> Any:
    names = list(outputs) if isinstance(outputs, dict) else None
    parts = list(outputs.values()) if names else list(outputs)
    parts[:2] = as_output(mean, parts[0]), as_output(spread, parts[1])
    if len(parts) == 3:
        noise = np.random.default_rng(0).normal(size=mean.shape)
        parts[2] = as_output(mean + np.exp(spread / 2) * noise, parts[2])
    return dict(zip(names, parts, strict=True)) if names else parts


def draws(subject: Any, mean: np.ndarray, spread: np.ndarray) -> np.ndarray | None:
    """Return the codes that the decoder gets in training mode; None where they are not seen."""
    x, seen = subject.data.x_train[:1].repeat(len(mean), axis=0), []
    decoder = subject.decoder
    with kept(subject.model, seeds=False), given(subject, mean, spread):
        if isinstance(decoder, keras.Layer):
            with with_calls({decoder: _listening(decoder.call, seen)}):
                call(subject.model, x, True)
        else:
            steps = trace(subject.model, x, training=True)[1]
            layers = code_layers(subject) or ()
            seen = [s.output for s in steps if s.layer not in layers and not s.layer.weights]
    seen = [ops.convert_to_numpy(z) for z in seen]
    fitting = [z.reshape(mean.shape) for z in seen if z.size == mean.size]
    drawn = [z for z in fitting if np.std(z - mean) > 1e-3]
    if drawn:
        return drawn[0]
    return fitting[0] if fitting and noise(subject, True) < limit() else None


def _listening(own: Callable, seen: list) -> Callable:
    def heard(*args, **kwargs):
        seen.append(args[0] if args else next(iter(kwargs.values())))
        return own(*args, **kwargs)

    return heard


@once
def drawn_spread(subject: Any) -> tuple[float, str | None] | None:
    """Return the standard deviation of draws at a second tensor of 0.5, and what that makes it.

    None where the draws are not seen; no kind where they fit none.
    """
    units = subject.posterior.mean.shape[1]
    shape = (256, units)
    found = [
        draws(subject, np.zeros(shape), np.full(shape, 0.5)) for _ in range(max(8 // units, 1))
    ]
    if found[0] is None:
        return None
    sd = float(np.std(found))
    kinds = {name: abs(np.log(max(sd, 1e-9) / float(to(0.5)))) for name, (to, _) in KINDS.items()}
    best = min(kinds, key=kinds.get)
    return sd, best if kinds[best] < 0.08 else None


def unit_nats(subject: Any) -> np.ndarray:
    """Return the mean divergence of each unit over the validation rows, in nats."""
    drawn = drawn_spread(subject)
    kind = (drawn and drawn[1]) or "a log variance"
    mean, spread = subject.posterior.mean, subject.posterior.log_var
    sd = np.maximum(KINDS[kind][0](spread.astype("float64")), 1e-9)
    units = range(mean.shape[1])
    return np.array([divergence(mean[:, [unit]], sd[:, [unit]]) for unit in units])
