"""What is handed to `aeutils.examine`, and the keys that it may answer with."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

from aeutils.checkup.run import load_checks

ALL_KEYS = tuple(check.key for check in load_checks())


@dataclass(frozen=True)
class Data:
    """Training and validation rows, with targets where these are not the rows themselves.

    Attributes
    ----------
    x_train, x_valid : ndarray of shape (n, ...)
        Inputs.
    y_train, y_valid : ndarray of shape (n, ...), optional
        What is to be reconstructed; by default the inputs.
    mask_value : float, optional
        What fills the end of short sequences.
    """

    x_train: np.ndarray
    x_valid: np.ndarray
    y_train: np.ndarray | None = None
    y_valid: np.ndarray | None = None
    mask_value: float | None = None

    def changed(self, **arrays: Any) -> "Data":
        """Return a copy with other arrays."""
        return replace(self, **arrays)

    @property
    def targets(self) -> tuple[np.ndarray, np.ndarray]:
        """What is to be reconstructed, of both sets."""
        train = self.x_train if self.y_train is None else self.y_train
        return train, self.x_valid if self.y_valid is None else self.y_valid


@dataclass(frozen=True)
class Subject:
    """A model, or a pair of encoder and decoder, with its data."""

    data: Data
    model: keras.Model | None = None
    encoder: keras.Model | None = None
    decoder: keras.Model | None = None
    loss: str | Callable | None = None

    def arguments(self) -> dict[str, Any]:
        """Return what `examine` is called with; what there is not is left out."""
        found = {name: getattr(self, name) for name in ("model", "encoder", "decoder", "loss")}
        found |= vars(self.data)
        return {name: value for name, value in found.items() if value is not None}
