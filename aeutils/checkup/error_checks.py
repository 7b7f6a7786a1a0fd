"""Checks of the error: against the mean row, PCA, the nearest training row, and training rows."""

import math

import numpy as np

from aeutils.checkup.findings import Outcome, fine, look, register, wrong
from aeutils.checkup.measures import (
    at_edge,
    comparable,
    errors,
    is_vocabulary,
    mean_square,
    still_outputs,
)
from aeutils.checkup.settings import loss_name
from aeutils.checkup.subject import Subject
from aeutils.evaluation.curves import fit_curve
from aeutils.evaluation.errors import CURVE_ROWS

PCA_PAGE = "pca.ipynb#the-floor-for-the-rest-of-the-book"
OVERFIT_PAGE = "stacked.ipynb#too-strong-a-network"
HARDLY, WORSE, BITS = 0.9, 1.25, 8
DRAWN = 1.05
FAR, UNEXPLAINED = 5, 0.2
NEAR_ROWS = 200


@register(
    "mean_error", "Error against the mean row", "vanilla.ipynb#the-images-and-the-number-to-beat"
)
def mean_error(subject: Subject) -> Outcome | None:
    """Compare the error with that of giving the mean training row every time."""
    pair = errors(subject)
    if pair is None:
        return None
    share = pair[0] / pair[1]
    rival = "the frequencies of the tokens" if is_vocabulary(subject) else "the mean row"
    measured = f"{pair[0]:.4g}, {share:.3g} times that of {rival}"
    if not subject.trained or share < HARDLY:
        return fine(measured)
    known = bool(loss_name(subject.loss)) and subject.posterior is None
    if subject.data.copies and share >= (1 if known else DRAWN):
        return wrong(
            measured,
            "It has learned nothing of a single row. Look at the range of the data, the rate and "
            "the output, then train again.",
        )
    return look(
        measured, "It has learned hardly anything of a single row. Train longer, or faster."
    )


@register("pca_error", "Error against PCA", PCA_PAGE)
def pca_error(subject: Subject) -> Outcome | None:
    """Compare the error with that of PCA: as many numbers, and as many as its bits pay for.

    A longer training may repair it, except where outputs without a gradient alone cost more than
    all of PCA's error. Whoever is not behind is told of the next rival: PCA and a curve.
    """
    data, codes = subject.data, subject.codes
    if not (subject.trained and data.copies and comparable(subject)) or codes is None:
        return None
    size = codes.shape[1]
    if size >= min(data.target_rows.shape) or size == 0:
        return None
    fair = min(size, max(1, round(code_bits(codes) / BITS)))
    error = mean_square(subject.valid_copies, data.target_valid, data.filled)
    rivals = {k: pca_valid_error(subject, k) for k in {size, fair}}
    measured = f"{error:.4g}; PCA with {size} numbers {rivals[size]:.4g}"
    if fair < size:
        measured += f", with {fair} (as many bits) {rivals[fair]:.4g}"
    if error > WORSE * rivals[fair]:
        dead = still_outputs(subject)[0] & at_edge(subject)
        lost = _error_at(subject, dead) if data.filled is None else 0.0
        if lost > rivals[size]:
            return wrong(
                f"{measured}; the outputs that never change cost {lost:.4g} alone",
                "A linear map copies better, and no further training repairs outputs without a "
                "gradient. Leave the activation of the last layer out, or take a sigmoid.",
            )
        return look(
            measured,
            "A linear map through as small a code copies better. Train longer, or look for dead "
            "units and outputs.",
        )
    if data.filled is None and data.target_rows.min() >= 0 and data.target_rows.max() <= 1:
        bent = pca_valid_error(subject, size, curve=True)
        measured += f"; PCA with {size} numbers and a curve {bent:.4g}"
    return fine(measured)


def _error_at(subject: Subject, chosen: np.ndarray) -> float:
    """Return the part of the error on validation rows that the chosen outputs have."""
    squares = (subject.valid_copies - subject.data.target_valid.astype(np.float64)) ** 2
    return float(squares.reshape(len(squares), -1)[:, chosen].sum() / squares.size)


def pca_valid_error(subject: Subject, size: int, *, curve: bool = False) -> float:
    """Return the error on validation rows of PCA with so many numbers, and of a curve behind it."""
    data = subject.data
    mean, axes = data.target_rows.mean(axis=0), data.axes[:, :size]
    new = data.target_valid.reshape(len(data.target_valid), -1)
    seen = data.target_rows[:CURVE_ROWS]
    copies, of_seen = (mean + (rows - mean) @ axes @ axes.T for rows in (new, seen))
    if curve:
        copies = fit_curve(of_seen, seen)(copies)
    return mean_square(copies.reshape(data.target_valid.shape), data.target_valid, data.filled)


def code_bits(codes: np.ndarray) -> float:
    """Return how many bits a code takes at eight for each number.

    A unit of two values takes its entropy. Where most units of a row are exactly 0, a row takes
    eight bits for each of the others, and the logarithm of the ways to choose them.
    """
    units = codes.shape[1]
    low, high = codes.min(axis=0), codes.max(axis=0)
    near = np.minimum(np.abs(codes - low), np.abs(codes - high)) <= 0.02 * (high - low)
    if near.all():
        share = np.maximum((np.abs(codes - low) > np.abs(codes - high)).mean(axis=0), 1e-12)
        return float(-np.sum(share * np.log2(share) + (1 - share) * np.log2(1 - share)))
    on = round(float((codes != 0).sum(axis=1).mean()))
    if on > 0.5 * units:
        return float(BITS * units)
    ways = math.lgamma(units + 1) - math.lgamma(on + 1) - math.lgamma(units - on + 1)
    return BITS * on + ways / math.log(2)


@register(
    "nearest_error", "Error against the nearest training row", "applications.ipynb#task-3-retrieval"
)
def nearest_error(subject: Subject) -> Outcome | None:
    """Compare the error with that of giving the nearest training row in place of a copy."""
    data = subject.data
    if not (subject.trained and data.copies and comparable(subject)) or data.filled is not None:
        return None
    rows = data.target_rows
    new = data.target_valid[:NEAR_ROWS].reshape(-1, rows.shape[1]).astype(np.float64)
    squares = (new**2).sum(axis=1)[:, None] - 2 * new @ rows.T + (rows**2).sum(axis=1)
    nearest = float(np.maximum(squares.min(axis=1), 0).mean() / rows.shape[1])
    error = mean_square(subject.valid_copies[:NEAR_ROWS], data.target_valid[:NEAR_ROWS])
    measured = f"{error:.4g}; the nearest of {len(rows)} training rows {nearest:.4g}"
    if error > nearest:
        return look(
            measured,
            "The most similar row known is a better copy. Train longer, or widen the code.",
        )
    return fine(measured)


@register("overfit", "Error on new rows against training rows", OVERFIT_PAGE)
def overfit(subject: Subject) -> Outcome | None:
    """Compare the error on validation rows with that on training rows.

    Learned by heart is what is better than PCA of the same training rows on these, and worse on
    new ones: a map with fewer freedoms had learned more that holds.
    """
    data, pair = subject.data, errors(subject)
    if not subject.trained or pair is None or is_vocabulary(subject):
        return None
    rows = slice(len(subject.train_copies))
    filled = None if data.filled_train is None else data.filled_train[rows]
    seen = mean_square(subject.train_copies, data.target_train[rows], filled)
    new = mean_square(subject.valid_copies, data.target_valid, data.filled)
    measured = f"{new:.4g} on validation rows, {seen:.4g} on training rows"
    if new > 1.5 * seen:
        by_heart = new > FAR * seen and pair[0] > UNEXPLAINED * pair[1]
        linear = _linear_errors(subject)
        if linear is not None and seen * WORSE < linear[0] and new > WORSE * linear[1]:
            by_heart = True
            measured += f"; PCA of these {linear[1]:.4g} and {linear[0]:.4g}"
        if by_heart:
            advice = "It knows the training rows by heart. Take more rows, or a smaller network."
            return wrong(measured, advice)
        return look(
            measured,
            "New rows are copied worse. If the training error is a good one, take more rows, noise "
            "or a smaller network; else look at the scale of the columns first.",
        )
    return fine(measured)


def _linear_errors(subject: Subject) -> tuple[float, float] | None:
    """Return the errors of PCA on training and on validation rows, as many numbers as the code."""
    data, codes = subject.data, subject.codes
    if not (data.copies and comparable(subject)) or codes is None or data.filled is not None:
        return None
    rows = data.target_rows
    size = codes.shape[1]
    if size >= min(rows.shape) or size == 0:
        return None
    centred = rows - rows.mean(axis=0)
    kept = centred @ data.axes[:, :size]
    seen = (np.sum(centred**2) - np.sum(kept**2)) / rows.size
    return float(seen), pca_valid_error(subject, size)
