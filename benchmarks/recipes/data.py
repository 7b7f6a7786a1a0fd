"""Small data sets: digits of two sizes, a table, sequences with padding and tokens.

`load` gives one of them as it should be, or with something wrong in it.
"""

from collections.abc import Callable
from functools import cache

import numpy as np

from aeutils.data import load_images
from benchmarks.recipes.subject import Data

SEQUENCE_LENGTH, WORDS = 12, 24
UNKNOWN = 1  # behind 0, the padding


def load(name: str, variant: str = "") -> Data:
    """Return a data set.

    Parameters
    ----------
    name : str
        A key of ``DATA_SETS``.
    variant : str
        A key of ``VARIANTS``, several with a ``+`` between them, or nothing.

    Raises
    ------
    ValueError
        If there is no such data set or variant.
    """
    if name not in DATA_SETS:
        raise ValueError(f"name is {name!r}; choose of {', '.join(DATA_SETS)}.")
    data = DATA_SETS[name]()
    for part in filter(None, variant.split("+")):
        if part not in VARIANTS:
            raise ValueError(f"variant is {part!r}; choose of {', '.join(VARIANTS)}.")
        data = VARIANTS[part](data)
    return data


@cache
def _mnist() -> Data:
    images = load_images("mnist", "small", flat=True)
    return Data(images.x_train[:1500], images.x_valid[:500])


@cache
def _small_digits() -> Data:
    from sklearn.datasets import load_digits

    pixels = (load_digits().data / 16).astype("float32")
    pixels = pixels[np.random.default_rng(0).permutation(len(pixels))]
    return Data(pixels[:1300], pixels[1300:])


@cache
def _small_pictures() -> Data:
    digits = _small_digits()
    shape = (-1, 8, 8, 1)
    return Data(digits.x_train.reshape(shape), digits.x_valid.reshape(shape))


@cache
def _raw_table() -> Data:
    from sklearn.datasets import load_breast_cancer

    rows = load_breast_cancer().data.astype("float32")
    rows = rows[np.random.default_rng(0).permutation(len(rows))]
    return Data(rows[:420], rows[420:])


@cache
def _table() -> Data:
    raw = _raw_table()
    mean, sd = raw.x_train.mean(axis=0), raw.x_train.std(axis=0)
    return Data((raw.x_train - mean) / sd, (raw.x_valid - mean) / sd)


@cache
def _waves() -> Data:
    """Return two values a step, turning at a speed and from a phase of their own; then zeros."""
    rng = np.random.default_rng(0)
    count, steps = 1500, np.arange(SEQUENCE_LENGTH)
    speed, phase = rng.uniform(0.2, 0.6, (count, 1)), rng.uniform(0, 2 * np.pi, (count, 1))
    angle = speed * steps + phase
    waves = np.stack([np.sin(angle), np.cos(angle)], axis=-1) * 0.9
    waves += rng.normal(0, 0.02, waves.shape)
    waves[steps >= rng.integers(6, SEQUENCE_LENGTH + 1, (count, 1))] = 0
    waves = waves.astype("float32")
    return Data(waves[:1200], waves[1200:], mask_value=0.0)


@cache
def _tokens() -> Data:
    """Return sentences that count up by one or two; three words in a hundred are unknown."""
    rng = np.random.default_rng(0)
    count, steps = 1500, np.arange(SEQUENCE_LENGTH)
    first, step = rng.integers(0, WORDS - 2, (count, 1)), rng.integers(1, 3, (count, 1))
    words = 2 + (first + step * steps) % (WORDS - 2)
    words[rng.random(words.shape) < 0.03] = UNKNOWN
    words[steps >= rng.integers(6, SEQUENCE_LENGTH + 1, (count, 1))] = 0
    words = words.astype("int32")
    return Data(words[:1200], words[1200:], mask_value=0)


def _both(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Data], Data]:
    """Return a variant that changes the inputs of both sets in the same way."""
    return lambda data: data.changed(x_train=change(data.x_train), x_valid=change(data.x_valid))


def _standardised(data: Data) -> Data:
    mean, sd = data.x_train.mean(axis=0), data.x_train.std(axis=0) + 0.1
    return _both(lambda x: ((x - mean) / sd).astype("float32"))(data)


def _with_gaps(x: np.ndarray) -> np.ndarray:
    x = x.copy()
    rows = np.random.default_rng(1).permutation(len(x))[: len(x) // 50 + 1]
    x.reshape(len(x), -1)[rows, x[0].size // 2] = np.nan
    return x


def _leaked(data: Data) -> Data:
    return data.changed(x_valid=data.x_train[::3][: len(data.x_valid)])


def _half_leaked(data: Data) -> Data:
    x = data.x_valid.copy()
    x[::2] = data.x_train[: len(x[::2])]
    return data.changed(x_valid=x)


def _noisy_once(data: Data) -> Data:
    """Return forty rows with noise that they keep, and validation rows with noise of that kind."""
    rng, few = np.random.default_rng(2), data.changed(x_train=data.x_train[:40])
    noisy = _both(lambda x: (x + rng.normal(0, 0.4, x.shape)).astype("float32"))(few)
    return noisy.changed(y_train=few.x_train, y_valid=few.x_valid)


def _constant_columns(data: Data) -> Data:
    """Return rows a part of whose columns was lost for the training and has one value there."""
    x = data.x_train.copy()
    columns = x.reshape(len(x), -1)
    spread = columns.std(axis=0)
    columns[:, np.argsort(spread)[len(spread) * 3 // 4 :]] = 0
    return data.changed(x_train=x)


def _unknown(x: np.ndarray) -> np.ndarray:
    lost = np.random.default_rng(3).random(x.shape) < 0.55
    return np.where(lost & (x > 0), UNKNOWN, x).astype(x.dtype)


def _coloured(x: np.ndarray) -> np.ndarray:
    tint = np.array([1.0, 0.7, 0.3], "float32")
    return x * tint


VARIANTS: dict[str, Callable[[Data], Data]] = {
    "times 255": _both(lambda x: x * np.float32(255)),
    "raw": lambda data: _raw_table(),
    "inputs times 255": lambda data: _both(lambda x: x * np.float32(255))(data).changed(
        y_train=data.x_train, y_valid=data.x_valid
    ),
    "raw inputs": lambda data: _raw_table().changed(y_train=data.x_train, y_valid=data.x_valid),
    "validation times 255": lambda data: data.changed(x_valid=data.x_valid * np.float32(255)),
    "validation raw": lambda data: data.changed(x_valid=_raw_table().x_valid),
    "standardised": _standardised,
    "gaps": _both(_with_gaps),
    "leaked": _leaked,
    "half leaked": _half_leaked,
    "few": lambda data: data.changed(x_train=data.x_train[:40]),
    "noisy once": _noisy_once,
    "constant columns": _constant_columns,
    "unknown words": _both(_unknown),
    "coloured": _both(_coloured),
}
DATA_SETS: dict[str, Callable[[], Data]] = {
    "mnist": _mnist,
    "small digits": _small_digits,
    "small pictures": _small_pictures,
    "table": _table,
    "waves": _waves,
    "tokens": _tokens,
}
