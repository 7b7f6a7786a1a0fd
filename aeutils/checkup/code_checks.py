"""Checks of the code: its dimensions, ways round it, and whether it holds anything back."""

from typing import Any

import numpy as np

from aeutils.checkup.codes import unit_nats
from aeutils.checkup.exchange import exchanged_copies, misses
from aeutils.checkup.findings import Outcome, fine, look, register, wrong
from aeutils.checkup.noise import noise
from aeutils.checkup.objective import penalties
from aeutils.checkup.subject import Subject

ROUND = "pitfalls.ipynb#error-29-a-way-round-the-code"
TINY = 1e-8  # of the largest variance: a direction that rounding makes
SPARSE = ("spars", "penalty", "lifetime")


def _variances(rows: np.ndarray) -> np.ndarray:
    """Return the variances along the principal components of rows, the largest first."""
    rows = rows.reshape(len(rows), -1).astype("float64")
    return np.linalg.svd(rows - rows.mean(axis=0), compute_uv=False) ** 2 / len(rows)


def _needed(variances: np.ndarray) -> int:
    """Return how many components hold 99 % of the variance."""
    if variances.sum() <= 0:
        return 0
    return int(np.searchsorted(np.cumsum(variances) / variances.sum(), 0.99) + 1)


@register("code_dimensions", "Dimensions of the code", "vanilla.ipynb#dead-code-units")
def code_dimensions(subject: Subject) -> Outcome | None:
    """Count the principal components that hold 99 % of the variance of the codes."""
    codes = subject.codes
    if codes is None or not np.isfinite(codes).all() or subject.posterior is not None:
        return None
    variances = _variances(codes)
    size = codes.shape[1]
    if variances.sum() <= 1e-10 * max(float(np.mean(codes.astype("float64") ** 2)), 1e-12):
        advice = "Every input has the same code: the encoder is dead or cut off."
        return (wrong if subject.trained else look)(f"0 of {size}", advice)
    used, share = _needed(variances), variances.sum() ** 2 / np.sum(variances**2)
    measured = f"{used} of {size} hold 99 % of the variance (participation ratio {share:.1f})"
    if subject.data.kind == "tokens" or not subject.trained:
        return fine(measured)
    needed = _needed(_variances(subject.data.x_valid))
    if used < size / 4 and used < needed / 2:
        return look(
            f"{measured}; the data need {needed}",
            "Most of the code is idle: look for dead units, a large penalty or step size, or take "
            "fewer numbers.",
        )
    return fine(measured)


@register("code_ignored", "Code and output", ROUND)
def code_ignored(subject: Subject) -> Outcome | None:
    """Look whether the output moves at all when the code or the input does."""
    pair = exchanged_copies(subject)
    if pair is None or not subject.trained:
        return None
    copies, others = pair
    if subject.posterior is not None and np.all(unit_nats(subject) < 0.01):
        return None
    if subject.codes is None or not np.any(np.ptp(subject.codes, axis=0) > 1e-6):
        return None
    scale = max(float(np.abs(copies).max()), 1e-6)
    by_code, by_input = np.abs(copies - others).max() / scale, np.ptp(copies, axis=0).max() / scale
    measured = f"another code moves the output by {by_code:.2g} of its largest number"
    if max(by_code, by_input) < 1e-5:
        return wrong(
            f"{measured}, another input by {by_input:.2g}",
            "The decoder does not use its code: look at its first layer, and for dead units in it.",
        )
    return fine(measured)


@register("way_round", "Ways round the code", ROUND)
def way_round(subject: Subject) -> Outcome | None:
    """Exchange the code for that of another row: the copy has to become one of that row.

    Who knows nothing of a row but the code of another one cannot beat the mean row. A copy that
    does has learned of its row elsewhere.
    """
    pair = exchanged_copies(subject)
    if pair is None or not subject.trained:
        return None
    copies, others = pair
    errors = misses(subject, copies, others)
    if errors is None or errors[0] > 0.8 * errors[2]:
        return None
    own, other, mean = errors
    if subject.data.filled is None and subject.data.kind != "tokens":  # sets of another scale
        mean = min(mean, float(subject.data.target_valid[: len(copies)].var(axis=0).mean()))
    measured = f"error {own:.3g}, with the code of another row {other:.3g}, of the mean row"
    measured += f" {mean:.3g}"
    advice = "What the decoder gives comes past the code: remove the skip connections, or the"
    advice += " inputs of the decoder other than the code."
    if other - own < 0.05 * mean or other < 0.8 * mean:
        return (wrong if subject.data.copies else look)(measured, advice)
    return fine(measured)


@register("identity", "Copies of everything", "denoising.ipynb#more-units-than-pixels")
def identity(subject: Subject) -> Outcome | None:
    """Copy noise and shuffled rows: a code with room for everything copies them as well.

    Training may not have come so far. But where no layer is smaller than a row, and neither noise
    nor a penalty is asked for, a plain copy is all that the loss asks for, and it has no error.
    """
    x, codes = subject.data.x_valid, subject.codes
    if codes is None or subject.data.kind == "tokens" or subject.posterior is not None:
        return None
    size = int(np.prod(x.shape[1:]))
    if codes.shape[1] < size or not subject.trained:
        return None
    if subject.valid_copies.shape != x.shape or not subject.data.copies:
        return None
    noise_share, shuffled, own = (_unexplained(subject, rows) for rows in _others(subject))
    measured = f"of the variance {noise_share:.2g} of noise, {shuffled:.2g} of shuffled rows and"
    measured += f" {own:.2g} of the data are lost; {codes.shape[1]} numbers for {size}"
    limited = penalties(subject, x[:8]) or noise(subject, True) > 1e-4 or _sparse(subject, size)
    copied = own <= 0.1 and max(noise_share, shuffled) <= max(3 * own, 0.02)
    room = own < 0.5 and not limited and _all_wide(subject, size) and _full_rank(subject)
    if not copied and not room:
        return fine(measured)
    advice = "The code can hold every input: take fewer units than inputs, or add noise or a"
    advice += " penalty."
    measured += "" if copied else ", with no layer that is smaller and nothing that restrains it"
    return (look if limited else wrong)(measured, advice)


def _sparse(subject: Any, size: int) -> bool:
    """Say whether few units of a code are on in a row: what a ReLU leaves by itself is a half."""
    on = np.mean(np.sum(subject.codes != 0, axis=1))
    return bool(on < 0.25 * min(size, subject.codes.shape[1]))


def _all_wide(subject: Any, size: int) -> bool:
    """Say whether all layers hold as many numbers as a row, and one with weights gives a vector.

    Maps of convolutions alone say nothing: each of their numbers sees a part of the image.
    """
    last = subject.output_step
    inside = [step for step in subject.steps[:-1] if last is None or step.layer is not last.layer]
    vector = any(step.layer.weights and len(step.output.shape) == 2 for step in inside)
    one_row = subject.data.kind in ("images", "table")
    return bool(one_row and vector and all(step.size >= size for step in inside))


def _full_rank(subject: Any) -> bool:
    """Say whether codes vary in half as many directions as the rows or more."""
    ranks = [
        int(np.sum(v > TINY * v[0])) for v in map(_variances, (subject.codes, subject.data.x_valid))
    ]
    return ranks[0] >= 0.5 * ranks[1]


def _others(subject: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x = subject.data.x_valid
    rng = np.random.default_rng(0)
    noisy = rng.normal(x.mean(), x.std(), x.shape).clip(x.min(), x.max()).astype(x.dtype)
    order = rng.permutation(int(np.prod(x.shape[1:])))
    return noisy, x.reshape(len(x), -1)[:, order].reshape(x.shape), x


def _unexplained(subject: Any, x: np.ndarray) -> float:
    copies = subject.copies(x)
    return float(np.mean((copies - x) ** 2) / max(np.mean((x - x.mean(axis=0)) ** 2), 1e-12))


@register("dense_code", "A penalty and a code that is not sparse", "sparse.ipynb#how-l1-is-cheated")
def dense_code(subject: Subject) -> Outcome | None:
    """Where a layer of the code asks for few active units, count the active ones."""
    codes = subject.codes
    if codes is None or subject.posterior is not None or not subject.trained:
        return None
    if not any(_asks_for_few(step.layer) for step in subject.steps):
        return None
    largest = max(float(np.abs(codes).max()), 1e-12)
    active = float(np.mean(np.abs(codes) > 0.01 * largest))
    measured = f"{active:.0%} of the code above a hundredth of its largest number"
    if active > 0.9 and np.mean(np.abs(codes)) > 0.2 * largest:
        return look(
            measured,
            "The penalty does not make the code sparse: is it added to the loss, is its weight"
            " large enough, and can the code be 0 (ReLU, or a sigmoid with a target)?",
        )
    return fine(measured)


def _asks_for_few(layer: Any) -> bool:
    l1 = getattr(getattr(layer, "activity_regularizer", None), "l1", None)
    if l1 is not None and float(np.asarray(l1)) > 0:
        return True
    return any(word in type(layer).__name__.lower() for word in SPARSE)
