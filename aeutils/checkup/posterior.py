"""The distribution of the code that a variational model gives, wherever it keeps it."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from aeutils.checkup.trace import call, output_of

SPREAD = ("log_var", "logvar", "log_sigma", "logsigma", "var", "sigma", "std", "stddev")
CENTRE = ("mean", "mu", "loc")


@dataclass(frozen=True)
class Posterior:
    """Mean and log variance of the codes of the validation rows, each (n, code size)."""

    mean: np.ndarray
    log_var: np.ndarray


def find_posterior(subject: Any) -> Posterior | None:
    """Return what the outputs, the encoder or two layers by their names give; None if nothing.

    What is called a log variance is taken at its word; a check asks whether it is one.
    """
    for parts in _candidates(subject):
        pair = _first_pair(parts)
        if pair is not None:
            return Posterior(*pair)
    return _by_names(subject)


def _candidates(subject):
    if callable(subject.encoder):
        yield call(subject.encoder, subject.data.x_valid, False)
    outputs = subject.valid_outputs
    outputs = list(outputs.values()) if isinstance(outputs, dict) else outputs
    if isinstance(outputs, (tuple, list)) and len(outputs) >= 3:
        copies = subject.reconstruction(outputs)
        yield [part for part in outputs if part is not copies]


def _first_pair(parts: Any) -> tuple[np.ndarray, np.ndarray] | None:
    if isinstance(parts, dict):
        parts = list(parts.values())
    if not isinstance(parts, (tuple, list)) or len(parts) < 2:
        return None
    mean, log_var = (np.asarray(ops.convert_to_numpy(part)) for part in parts[:2])
    if mean.shape != log_var.shape or mean.ndim < 2:
        return None
    if np.mean((mean - log_var) ** 2) < 0.5 * mean.var():
        return None  # a code and its nearest word of a code book
    return mean.reshape(len(mean), -1), log_var.reshape(len(mean), -1)


def _by_names(subject) -> Posterior | None:
    """Two layers of one size, one named as a mean and one as a spread."""
    steps = [
        s for s in subject.steps if isinstance(s.layer, (keras.layers.Dense, keras.layers.Conv2D))
    ]
    spread = [s for s in steps if any(word in s.layer.name.lower() for word in SPREAD)]
    centre = [s for s in steps if any(word in s.layer.name.lower() for word in CENTRE)]
    for one in centre:
        for other in spread:
            if one.layer is not other.layer and one.output.shape == other.output.shape:
                return Posterior(*(_all_rows(subject, step.layer) for step in (one, other)))
    return None


def _all_rows(subject, layer) -> np.ndarray:
    x = subject.data.x_valid
    return ops.convert_to_numpy(output_of(layer, subject.model, x)).reshape(len(x), -1)
