"""Copies made with the codes of other rows, and how far they are from the targets."""

from typing import Any

import numpy as np

from aeutils.checkup.answers import ROWS
from aeutils.checkup.codes import given
from aeutils.checkup.measures import probabilities
from aeutils.checkup.once import once
from aeutils.checkup.state import kept


@once
def exchanged_copies(subject: Any) -> tuple[np.ndarray, np.ndarray] | None:
    """Return copies of validation rows with their own codes and with those of other rows.

    None where the code is not seen.
    """
    x = subject.data.x_valid[:ROWS]
    other = other_rows(len(x))
    copies = subject.copies(x)
    if subject.posterior is None:
        others = _through_layers(subject, x, other, copies)
        return None if others is None else (copies, others)
    parts = subject.posterior.mean[: len(x)], subject.posterior.log_var[: len(x)]
    try:
        with kept(subject.model), given(subject, *(part[other] for part in parts)):
            return copies, subject.copies(x)
    except ValueError:  # the code comes from no layer that is known
        return None


def other_rows(count: int) -> np.ndarray:
    """Return for each row another one, drawn: those at a fixed distance may be alike."""
    order = np.random.default_rng(0).permutation(count)
    other = np.empty_like(order)
    other[order] = np.roll(order, 1)
    return other


def _through_layers(subject: Any, x: np.ndarray, other: np.ndarray, copies: np.ndarray) -> Any:
    """Exchange the output of the narrowest layer through which all passes.

    The very narrowest may be a side branch, as in a block of squeeze and excitation. If all of the
    narrow ones leave something out, that is a way round the code, and we exchange the narrowest.
    """
    step = subject.code_step
    if step is None:
        return None
    first = subject.with_code_of(x, x[other])
    if _far(first, copies[other], copies) < 0.1:
        return first
    widest = min(8 * step.size, subject.data.target_size / 2)
    narrow = [s for s in subject.steps[1:-1] if step.size <= s.size <= widest]
    for layer in list(dict.fromkeys(s.layer for s in narrow))[:12]:
        others = subject.with_output_of(layer, x, x[other])
        if _far(others, copies[other], copies) < 0.1:
            return others
    return first


def _far(given: np.ndarray, wanted: np.ndarray, copies: np.ndarray) -> float:
    """Return the distance of outputs from wanted ones, as a share of that between two rows."""
    apart = max(float(np.mean((copies - wanted) ** 2)), 1e-12)
    return float(np.sqrt(np.mean((given - wanted) ** 2) / apart))


def misses(
    subject: Any, copies: np.ndarray, others: np.ndarray
) -> tuple[float, float, float] | None:
    """Return the errors of copies, of copies with other codes, and of the mean training row.

    Squared errors without padding; for tokens the mean probability that the right one misses.
    None where outputs and targets do not fit.
    """
    target = subject.data.target_valid[: len(copies)]
    weight = np.ones(target.shape)
    if subject.data.filled is not None:
        weight = 1.0 - subject.data.filled[: len(copies)]
    if subject.data.kind == "tokens":
        return _token_misses(subject, copies, others, target, weight)
    if copies.shape != target.shape:
        return None
    weight = weight.reshape(*weight.shape, *[1] * (target.ndim - weight.ndim))
    share = weight / np.broadcast_to(weight, target.shape).sum()
    return tuple(
        float(np.sum(share * (guess - target) ** 2))
        for guess in (copies, others, subject.data.mean_row)
    )


def _token_misses(subject, copies, others, target, weight):
    if copies.ndim != 3 or copies.shape[:2] != target.shape:
        return None
    places, rows = subject.data.target_train.astype(int), target.astype(int)
    if rows.max() >= copies.shape[-1] or rows.min() < 0:
        return None
    copies, others = (probabilities(part) for part in (copies, others))
    counts = np.stack([np.bincount(p, minlength=copies.shape[-1]) for p in places.T])
    common = np.broadcast_to(counts / counts.sum(axis=1, keepdims=True), copies.shape)
    right = [np.take_along_axis(p, rows[..., None], -1)[..., 0] for p in (copies, others, common)]
    return tuple(float(1 - np.sum(weight * p) / weight.sum()) for p in right)
