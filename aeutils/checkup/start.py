"""Whether a layer still has the numbers that its initialisers drew."""

import math
from typing import Any

import keras
import numpy as np
from keras import initializers, ops
from scipy.stats import ks_2samp

WITH_BIAS, ALONE, ENOUGH = 20, 1000, 20_000
REJECTED, OFF = 1e-3, 3.3  # of healthy draws one in a thousand fails each of the tests
FIXED = (initializers.Zeros, initializers.Ones, initializers.Constant, initializers.Identity)


def as_drawn(layer: keras.Layer) -> bool:
    """Say whether the weights that a layer itself owns look as they did before any training.

    A bias has to be exactly at its start, which no training leaves alone, and a matrix has to be
    one that its initialiser may have drawn: orthogonal where that is asked for, else of numbers
    that neither their mean square nor a test of Kolmogorov and Smirnov tells from new draws.
    Weights that were trained elsewhere fail one of these. False, too, where no initialiser is
    known, nothing is random, or there are too few numbers: 20 beside a bias, 1,000 without one.
    """
    answers = [_answer(layer, weight) for weight in _own(layer)]
    sizes = [math.prod(weight.shape) for weight in _own(layer)]
    least = WITH_BIAS if None in answers else ALONE
    drawn = any(answer and size >= least for answer, size in zip(answers, sizes, strict=True))
    return drawn and False not in answers


def _own(layer: Any) -> list[Any]:
    """Return the weights of a layer without those of layers in it, and without seeds."""
    return [
        weight
        for weight in (*layer._trainable_variables, *layer._non_trainable_variables)
        if "seed" not in weight.path
    ]


def _answer(layer: Any, weight: Any) -> bool | None:
    """Say whether a weight may have been drawn; None if it is at its start, which is no draw."""
    name = weight.path.rpartition("/")[2]
    value = ops.convert_to_numpy(weight).astype("float64")
    if name == "bias":  # zeros, but for ones at the gate that forgets
        return None if np.isin(value, (0, 1)).all() else False
    names = (f"{name}_initializer", f"{name.removesuffix('_kernel')}_initializer")
    initializer = next((getattr(layer, n) for n in names if hasattr(layer, n)), None)
    if initializer is None:
        return False
    initializer = initializers.get(initializer)
    if isinstance(initializer, FIXED):
        start = ops.convert_to_numpy(initializer(weight.shape))
        return None if np.array_equal(value, start) else False
    if isinstance(initializer, initializers.Orthogonal):
        return _orthogonal(value, initializer.gain)
    return _like_draws(value, initializer)


def _orthogonal(value: np.ndarray, gain: float) -> bool:
    """Say whether the rows of a matrix, or its columns, are orthogonal and of length `gain`."""
    matrix = value.reshape(-1, value.shape[-1])
    matrix = matrix.T if matrix.shape[0] > matrix.shape[1] else matrix
    return bool(np.allclose(matrix @ matrix.T, gain**2 * np.eye(len(matrix)), atol=1e-4))


def _like_draws(value: np.ndarray, initializer: Any) -> bool:
    """Say whether numbers cannot be told from what an initialiser draws with other seeds."""
    settings = initializer.get_config()
    if "seed" not in settings:
        return False
    kind, count = type(initializer), -(-ENOUGH // value.size)
    drawn = np.concatenate(
        [
            ops.convert_to_numpy(kind.from_config(settings | {"seed": seed})(value.shape)).ravel()
            for seed in range(count)
        ]
    )
    squares = drawn.astype("float64") ** 2
    error = squares.std() * math.sqrt(1 / value.size + 1 / drawn.size)
    if abs(np.mean(value**2) - squares.mean()) > OFF * error:
        return False
    return bool(ks_2samp(value.ravel(), drawn).pvalue > REJECTED)
