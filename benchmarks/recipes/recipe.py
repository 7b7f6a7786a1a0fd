"""A recipe that many people run, what is known to be wrong with it, and how we measured that."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import keras
import numpy as np

from benchmarks.recipes import quality, training
from benchmarks.recipes.data import load
from benchmarks.recipes.subject import Data, Subject
from benchmarks.recipes.training import Store


@dataclass(frozen=True)
class Evidence:
    """A number that shows an error, or that there is none, and the range it lies in then.

    Attributes
    ----------
    words : str
        What is measured.
    measure : callable
        Takes the trained subject, gives the number.
    low, high : float
        Between which values it shows what is claimed.
    """

    words: str
    measure: Callable[[Subject], float]
    low: float = -np.inf
    high: float = np.inf


@dataclass(frozen=True)
class Known:
    """A known error of a recipe: the keys that name it, why it is one, and its measurement."""

    keys: tuple[str, ...]
    why: str
    evidence: Evidence


@dataclass(frozen=True)
class Recipe:
    """A small copy of a public recipe.

    Attributes
    ----------
    name, title, author, address : str
        Our name for it; title, author and address of what it copies, as far as known.
    make : callable
        Takes a `Store`, gives the trained subject.
    known : tuple of Known
        Its errors; none if it is sound.
    sound : str
        Of a recipe without known errors, why we take it for sound.
    shown_by : Evidence, optional
        What shows that it is; by default an error well below that of the mean row.
    also : tuple of str
        Keys that are right as a consequence of its errors or of its size, and count neither as
        found nor as false.
    """

    name: str
    title: str
    author: str
    address: str
    make: Callable[[Store], Subject]
    known: tuple[Known, ...] = ()
    sound: str = ""
    shown_by: Evidence | None = None
    also: tuple[str, ...] = ()

    @property
    def keys(self) -> set[str]:
        """All keys that are right."""
        return {key for known in self.known for key in known.keys} | set(self.also)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What is measured: of its errors, or that it copies well where there is none."""
        return tuple(known.evidence for known in self.known) or (self.shown_by or COPIES_WELL,)


def error_over_mean(subject: Subject) -> float:
    """Return the squared error of the copies over that of the mean row."""
    found = quality.measure(subject, quality.code_size(subject))
    return found.error / found.mean_error


def error_over_pca(subject: Subject) -> float:
    """Return the error over that of PCA with as many numbers."""
    found = quality.measure(subject, quality.code_size(subject))
    return found.error / found.pca_error


NEAR_PCA = Evidence("error over that of PCA", error_over_pca, high=1.15)
COPIES_WELL = Evidence("error over that of the mean row", error_over_mean, high=0.7)
LEARNS_NOTHING = Evidence("error over that of the mean row", error_over_mean, low=0.9)


def dead_outputs(subject: Subject) -> float:
    """Return the share of the columns that vary and are never drawn."""
    return quality.measure(subject, 1).dead_outputs


def dead_units(subject: Subject) -> float:
    """Return the share of the hidden units that are the same for all training rows."""
    return quality.measure(subject, 1).dead_units


def digits() -> Data:
    """Return 1,500 digits in rows of 784 pixels."""
    return load("mnist")


def pictures() -> Data:
    """Return the same digits as pictures of 28 by 28."""
    rows, shape = digits(), (-1, 28, 28, 1)
    return Data(rows.x_train.reshape(shape), rows.x_valid.reshape(shape))


def with_noise(data: Data, stddev: float, mean: float = 0.0, clip: bool = True) -> Data:
    """Return data with noise that is drawn once, and the clean rows as targets."""
    rng = np.random.default_rng(4)

    def damaged(x: np.ndarray) -> np.ndarray:
        noisy = x + rng.normal(mean, stddev, x.shape)
        return (np.clip(noisy, 0, 1) if clip else noisy).astype("float32")

    return Data(damaged(data.x_train), damaged(data.x_valid), data.x_train, data.x_valid)


def gain_from_old_noise(
    stddev: float, clip: bool, data: Callable[[], Data], *, mean: float = 0.0, low: float = 0.0
) -> Evidence:
    """Measure the error on new noise on the training rows over that on the stored noise.

    With `low` above 1 it is to show that the network knows the stored noise, else that it does not.
    """

    def measure(subject: Subject) -> float:
        clean, stored = data().x_train[:500], subject.data.x_train[:500]
        noisy = clean + np.random.default_rng(5).normal(mean, stddev, clean.shape)
        noisy = (np.clip(noisy, 0, 1) if clip else noisy).astype("float32")
        errors = [np.mean((clean - quality.reconstruct(subject, x)) ** 2) for x in (noisy, stored)]
        return float(errors[0] / errors[1])

    words = "error on new noise over that on the stored noise"
    return Evidence(words, measure, low, np.inf if low else 1.05)


def trained(
    name: str,
    build: Callable[[], keras.Model],
    data: Callable[[], Data],
    epochs: int,
    batch_size: int = 50,
    with_targets: bool = True,
) -> Callable[[Store], Subject]:
    """Return what trains a model that `build` gives compiled, and shows it with its data."""

    def train(model: keras.Model) -> None:
        arrays = data()
        y = arrays.targets[0] if with_targets else None
        training.fit(model, arrays.x_train, y, epochs, batch_size)

    return partial(_subject, f"{name}, {epochs} by {batch_size}", build, train, data)


def _subject(name, build, train, data, store: Store) -> Subject:
    return Subject(data(), store.train(f"public {name}", build, train))
