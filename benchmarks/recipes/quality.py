"""How sound a model is, measured without `examine`: what a healthy twin is chosen by.

The error stands beside that of the mean row and of PCA with as many numbers as the code has. A
sequence is judged at the steps that are no padding, words by their cross-entropy beside that of
their frequencies.
"""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from benchmarks.recipes.subject import Subject

UNITS = layers.Dense | layers.Conv2D | layers.Conv1D | layers.RNN | layers.Bidirectional


@dataclass(frozen=True)
class Quality:
    """Errors of a model and its rivals, and shares of what is always the same.

    Attributes
    ----------
    error, mean_error : float
        Squared error on the validation rows, or cross-entropy in nats a word; and that of the mean
        row, or of the frequencies.
    pca_error : float, optional
        That of PCA; none for words.
    dead_outputs, dead_units : float
        Share of the columns that vary in the data and never in the output; share of the hidden
        units that are the same for all training rows.
    """

    error: float
    mean_error: float
    pca_error: float | None
    dead_outputs: float
    dead_units: float

    @property
    def healthy(self) -> bool:
        """Whether the model clearly beats the mean row and nothing in it is dead."""
        about_pca = self.pca_error is None or self.error < 1.5 * self.pca_error
        beats_pca = self.pca_error is not None and self.error < self.pca_error
        beats = beats_pca or self.error < 0.6 * self.mean_error
        return beats and about_pca and self.dead_outputs == 0 and self.dead_units == 0


def reconstruct(subject: Subject, x: np.ndarray) -> np.ndarray:
    """Return the copies that a model, or a pair, makes; means of the code where it draws."""
    encoder = subject.encoder or getattr(subject.model, "encoder", None)
    decoder = subject.decoder or getattr(subject.model, "decoder", None)
    if encoder is not None and decoder is not None:
        z = encoder(x)
        y = decoder(z[0] if isinstance(z, list | tuple) else z)
    else:
        y = subject.model(x)
    return ops.convert_to_numpy(y)


def measure(subject: Subject, code: int) -> Quality:
    """Measure a subject whose code has as many numbers as `code` says."""
    data = subject.data
    y_train, y = data.targets
    y_hat = reconstruct(subject, data.x_valid)
    dead_units = _dead_units(subject)
    if np.issubdtype(y.dtype, np.integer):
        return Quality(*_word_errors(y_train, y, y_hat), None, 0.0, dead_units)
    real = np.ones(y.shape, bool)
    if data.mask_value is not None:
        real = np.broadcast_to((y != data.mask_value).any(axis=-1, keepdims=True), y.shape)
    kept = y_train if data.mask_value is None else y_train[y_train.any(axis=-1)]
    rivals = np.broadcast_to(kept.mean(axis=0), y.shape), _pca(y_train, y, code)
    errors = [float(np.mean((y - rival)[real] ** 2)) for rival in (y_hat, *rivals)]
    varies = y.std(axis=0) > 0.01 * y.std(axis=0).max()
    dead = np.mean((np.ptp(y_hat, axis=0) == 0)[varies])
    return Quality(*errors, float(dead), dead_units)


def _word_errors(train: np.ndarray, y: np.ndarray, y_hat: np.ndarray) -> tuple[float, float]:
    share = np.bincount(train[train > 0], minlength=y_hat.shape[-1]) / np.sum(train > 0)
    chosen = np.take_along_axis(y_hat, y[..., None], axis=-1)[..., 0]
    nats = [-np.log(np.maximum(p, 1e-9))[y > 0].mean() for p in (chosen, share[y])]
    return float(nats[0]), float(nats[1])


def _pca(train: np.ndarray, y: np.ndarray, code: int) -> np.ndarray:
    flat, mean = train.reshape(len(train), -1).astype(float), train.reshape(len(train), -1).mean(0)
    axes = np.linalg.svd(flat - mean, full_matrices=False)[2][:code]
    centred = y.reshape(len(y), -1) - mean
    return (centred @ axes.T @ axes + mean).reshape(y.shape)


def _dead_units(subject: Subject) -> float:
    """Return the share of hidden units that are the same for all training rows."""
    encoder, decoder = (
        getattr(subject, name) or getattr(subject.model, name, None)
        for name in ("encoder", "decoder")
    )
    x = subject.data.x_train[:1000]
    same: list[np.ndarray] = []
    if encoder is None or decoder is None:
        same += _constant(subject.model, x)
    else:
        same += _constant(encoder, x)
        z = encoder(x)
        same += _constant(decoder, ops.convert_to_numpy(z[0] if isinstance(z, list | tuple) else z))
    return float(np.mean(np.concatenate(same))) if same else 0.0


def _constant(model: keras.Model, x: np.ndarray) -> list[np.ndarray]:
    """Say of each hidden unit of a network of layers whether it never changes."""
    if not getattr(model, "layers", None) or not hasattr(model, "inputs") or not model.inputs:
        return []
    hidden = [_output(layer) for layer in model.layers if isinstance(layer, UNITS)]
    hidden = [y for y in hidden if y is not None and y is not model.outputs[0]]
    if not hidden:
        return []
    values: Any = keras.Model(model.inputs[0], hidden)(x)
    values = values if isinstance(values, list | tuple) else [values]
    arrays = [ops.convert_to_numpy(v).reshape(-1, v.shape[-1]) for v in values]
    return [np.ptp(a, axis=0) == 0 for a in arrays]


def _output(layer: layers.Layer) -> Any:
    try:
        return layer.output
    except (AttributeError, ValueError):
        return None


def code_size(subject: Subject) -> int:
    """Return how many numbers the code of a subject has."""
    encoder = subject.encoder or getattr(subject.model, "encoder", None)
    x = subject.data.x_train[:1]
    if encoder is not None:
        z = encoder(x)
        return int(np.prod((z[0] if isinstance(z, list | tuple) else z).shape[1:]))
    return int(np.prod(subject.model.get_layer("code").output.shape[1:]))
