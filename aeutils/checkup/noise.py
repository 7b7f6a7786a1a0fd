"""Noise in a model, seen where rows are all alike."""

from typing import Any

import keras
import numpy as np
from keras import ops

from aeutils.checkup.once import once
from aeutils.checkup.state import kept
from aeutils.checkup.trace import Step, trace

ROWS = 64  # as many as in other checks: each new size costs compilations


def alike(subject: Any) -> np.ndarray:
    """One row many times: only noise can make their outputs differ."""
    x = subject.data.x_valid
    row = int(np.argmax(x.reshape(len(x), -1).std(axis=1)))
    return np.repeat(x[row : row + 1], ROWS, axis=0)


def two_calls(subject: Any, training: bool | None) -> tuple[np.ndarray, np.ndarray]:
    """Return what the model gives in two calls for one row many times."""
    x = alike(subject)
    with kept(subject.model):
        return tuple(subject.reconstruction(subject.outputs(x, training)) for _ in range(2))


def differ(a: np.ndarray, b: np.ndarray) -> float:
    """Return the largest difference, as a share of the largest number."""
    return float(np.max(np.abs(a - b)) / max(np.max(np.abs(a)), 1e-6))


@once
def noise(subject: Any, training: bool | None) -> float:
    """Return how far the outputs for one and the same row lie apart."""
    with kept(subject.model):
        copies = subject.reconstruction(subject.outputs(alike(subject), training))
    return differ(copies, copies[:1])


def limit() -> float:
    """Return what rounding may change, as a share of the largest output."""
    return 1e-4 if keras.config.floatx() == "float32" else 2e-2


def with_noise_of_others(x: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return rows in which each number has the noise of another row whose target is the same there.

    Where no two targets are the same, it is that of the row with the nearest target: noise that
    depends on the target, as clipped noise does, stays what it was.

    Parameters
    ----------
    x, target : ndarray of shape (n, ...)
        Rows with noise and the same rows without.
    """
    rows, clean = x.reshape(len(x), -1), target.reshape(len(x), -1).astype(np.float64)
    keys = np.random.default_rng(0).random(clean.shape)
    changed = np.empty_like(rows)
    for column in range(clean.shape[1]):
        order = np.lexsort((keys[:, column], clean[:, column]))
        moved = np.roll((rows[:, column] - clean[:, column])[order], 1)
        changed[order, column] = clean[order, column] + moved
    return changed.reshape(x.shape)


def first_noisy(subject: Any, training: bool | None = False) -> tuple[int, Step] | None:
    """Return place and call of the first layer whose outputs for one and the same row differ."""
    with kept(subject.model):
        steps = trace(subject.model, alike(subject), training=training)[1]
    for place, step in enumerate(steps):
        output = ops.convert_to_numpy(step.output)
        if len(output) == ROWS and differ(output, output[:1]) > limit():
            return place, step
    return None
