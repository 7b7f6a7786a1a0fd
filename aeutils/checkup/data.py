"""The rows of a check-up: as given, without those that are not finite, and what kind they are."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import keras
import numpy as np

from aeutils import inputs
from aeutils.evaluation import principal_components

TRAIN_ROWS, VALID_ROWS, LEAST_ROWS = 4000, 500, 8


@dataclass(frozen=True)
class Data:
    """Rows to examine with.

    Attributes
    ----------
    given : dict of str to ndarray
        All rows as they came, under the names of the arguments.
    x_train, x_valid : ndarray of shape (n, ...)
        Finite rows, as the model takes them; 4,000 and 500 at most, drawn with a fixed seed.
    target_train, target_valid : ndarray of shape (n, ...)
        What the model has to return for these rows.
    kind : {"images", "table", "sequences", "tokens"}
        What a row is.
    copies : bool
        Whether the targets are the inputs.
    mask_value : float or None
        What fills the end of a short sequence.
    """

    given: dict[str, np.ndarray]
    x_train: np.ndarray
    x_valid: np.ndarray
    target_train: np.ndarray
    target_valid: np.ndarray
    kind: str
    copies: bool
    mask_value: float | None

    @property
    def target_size(self) -> int:
        """Numbers in one target."""
        return int(np.prod(self.target_valid.shape[1:]))

    @cached_property
    def target_rows(self) -> np.ndarray:
        """The training targets as rows of numbers, (n, features), float64."""
        return self.target_train.reshape(len(self.target_train), -1).astype(np.float64)

    @cached_property
    def axes(self) -> np.ndarray:
        """Principal axes of the training targets as columns, the first one first."""
        rows = self.target_rows
        return principal_components(rows - rows.mean(axis=0))

    @cached_property
    def mean_row(self) -> np.ndarray:
        """The mean target of the training rows; of sequences, without their padding."""
        if self.filled_train is None:
            return self.target_train.mean(axis=0, dtype=np.float64)
        steps = ~self.filled_train.reshape(
            *self.filled_train.shape, *[1] * (self.target_train.ndim - 2)
        )
        whole = np.sum(self.target_train * steps, axis=(0, 1), dtype=np.float64) / steps.sum()
        counts = steps.sum(axis=0)
        sums = np.sum(self.target_train * steps, axis=0, dtype=np.float64)
        return np.where(counts > 0, sums / np.maximum(counts, 1), whole)

    @cached_property
    def filled(self) -> np.ndarray | None:
        """Which steps of the validation sequences are padding, (n, steps); None without any."""
        return self._padding(self.target_valid)

    @cached_property
    def filled_train(self) -> np.ndarray | None:
        """The same of the training sequences."""
        return self._padding(self.target_train)

    def _padding(self, target: np.ndarray) -> np.ndarray | None:
        return padding(target, self.mask_value) if self.mask_value is not None else None


def padding(x: np.ndarray, mask_value: float) -> np.ndarray:
    """Return which steps at the ends of sequences (n, steps, ...) hold the mask value alone."""
    empty = empty_steps(x, mask_value)
    behind = np.flip(np.logical_and.accumulate(np.flip(empty, 1), axis=1), 1)
    ahead = np.logical_and.accumulate(empty, axis=1)
    return behind | ahead


def empty_steps(x: np.ndarray, mask_value: float) -> np.ndarray:
    """Return which steps of sequences (n, steps, ...) hold the mask value alone, (n, steps)."""
    return (x == mask_value).reshape(*x.shape[:2], -1).all(axis=-1)


def take(
    model: Any, x_train: Any, x_valid: Any, y_train: Any, y_valid: Any, mask_value: Any
) -> Data:
    """Look at what the caller gives, and choose the rows to examine with.

    Parameters
    ----------
    model : keras.Model or list
        The model, or a list of it and its parts, as far as they are there.
    x_train, x_valid, y_train, y_valid, mask_value : object
        As in `aeutils.examine`.

    Raises
    ------
    ValueError
        If an argument holds no numbers, inputs and targets differ in number, or fewer than 8 rows
        of a set are finite.
    """
    pairs = {"train": _pair(x_train, y_train, "train"), "valid": None}
    if x_valid is None:
        x, y = pairs["train"]
        order, cut = np.random.default_rng(0).permutation(len(x)), max(len(x) * 4 // 5, 1)
        parts = {"train": np.sort(order[:cut]), "valid": np.sort(order[cut:])}
        pairs = {name: (x[part], y[part]) for name, part in parts.items()}
        pairs = {name: (a, a if y is x else b) for name, (a, b) in pairs.items()}
    else:
        pairs["valid"] = _pair(x_valid, y_valid, "valid")
    given = {f"x_{name}": pair[0] for name, pair in pairs.items()}
    copies = all(y is x for x, y in pairs.values())
    given |= {} if copies else {f"y_{name}": pair[1] for name, pair in pairs.items()}
    x, y = _draw(*pairs["train"], TRAIN_ROWS, "x_train")
    x_new, y_new = _draw(*pairs["valid"], VALID_ROWS, "x_valid")
    parts = [part for part in keras.tree.flatten(model) if isinstance(part, keras.Layer)]
    layers = [layer for part in parts for layer in part._flatten_layers()]
    kind = _kind(layers, x)
    if kind in ("sequences", "tokens") and mask_value is None:
        mask_value = _find_mask_value(layers, x)
    return Data(given, x, x_new, y, y_new, kind, copies, mask_value)


def _pair(x: Any, y: Any, name: str) -> tuple[np.ndarray, np.ndarray]:
    if x is None:
        raise ValueError(f"x_{name} is missing; give the rows that the model is made for.")
    arrays = isinstance(x, (tuple, list)) and len(x) > 0 and np.ndim(x[0]) > 1
    if arrays and len({np.shape(part) for part in x}) > 1:
        raise ValueError(
            f"x_{name} is a {type(x).__name__} of {len(x)} arrays; give them one by one: "
            "examine(model, x_train, x_valid)."
        )
    x = inputs.as_array(x, f"x_{name}")
    if y is not None:
        y = inputs.as_array(y, f"y_{name}")
    if y is None or np.array_equal(x, y):
        y = x
    if x.ndim < 2:
        raise ValueError(
            f"x_{name} has shape {x.shape}, no more than one number a row. Labels are not what an "
            "autoencoder copies; a single row is given as x[None]."
        )
    if len(x) == 0:
        raise ValueError(f"x_{name} has shape {x.shape}: not a single row.")
    if len(x) != len(y):
        raise ValueError(f"x_{name} has {len(x)} rows and y_{name} {len(y)}; they must match.")
    return x, y


def _draw(x: np.ndarray, y: np.ndarray, most: int, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return at most so many finite rows, in their order, as the model takes them."""
    finite = np.isfinite(x.reshape(len(x), -1)).all(axis=1)
    if y is not x:
        finite &= np.isfinite(y.reshape(len(y), -1)).all(axis=1)
    rows = np.flatnonzero(finite)
    if len(rows) < LEAST_ROWS:
        raise ValueError(
            f"{name} has {len(rows)} finite rows; a check-up needs {LEAST_ROWS} or more."
        )
    drawn = np.random.default_rng(0).choice(rows, min(most, len(rows)), replace=False)
    rows = np.sort(drawn)
    chosen = x[rows]
    if chosen.dtype.kind == "f":
        chosen = chosen.astype("float32")
    return chosen, chosen if y is x else y[rows]


def _kind(layers: list[keras.Layer], x: np.ndarray) -> str:
    steps = (keras.layers.RNN, keras.layers.Bidirectional, keras.layers.Conv1D)
    steps += (keras.layers.TimeDistributed, keras.layers.Masking, keras.layers.Conv1DTranspose)
    steps += (keras.layers.MultiHeadAttention, keras.layers.GlobalAveragePooling1D)
    if x.ndim == 2:
        words = any(isinstance(layer, keras.layers.Embedding) for layer in layers)
        return "tokens" if words and x.min() >= 0 and np.all(x == np.round(x)) else "table"
    return "sequences" if x.ndim == 3 and any(isinstance(a, steps) for a in layers) else "images"


def _find_mask_value(layers: list[keras.Layer], x: np.ndarray) -> float | None:
    """Return what a masking layer or the data say; None where no sequence ends early."""
    for layer in layers:
        if isinstance(layer, keras.layers.Masking):
            return float(layer.mask_value)
        if isinstance(layer, keras.layers.Embedding) and layer.mask_zero:
            return 0.0
    return 0.0 if padding(x, 0.0).any(axis=1).mean() > 0.05 else None
