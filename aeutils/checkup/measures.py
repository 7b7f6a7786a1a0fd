"""Errors that several checks need: of the copies, of the mean row, of tokens."""

import numpy as np
from scipy.special import softmax

from aeutils.checkup.data import Data
from aeutils.checkup.settings import loss_name
from aeutils.checkup.subject import Subject

VARIED, STILL = 0.05, 1e-6
EDGES = {"sigmoid": (0.0, 1.0), "hard_sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}
FLAT = EDGES | {"relu": (0.0,), "relu6": (0.0,)}


def mean_square(copies: np.ndarray, target: np.ndarray, filled: np.ndarray | None = None) -> float:
    """Return the mean squared error, without the steps that are padding.

    Parameters
    ----------
    copies, target : ndarray of shape (n, ...)
        What a model gives and what it has to give; a row without its first axis counts for all.
    filled : ndarray of shape (n, steps), optional
        Which steps are padding.
    """
    squares = (np.asarray(copies, dtype=np.float64) - target) ** 2
    return float(squares.mean() if filled is None else squares[~filled].mean())


def comparable(subject: Subject) -> bool:
    """Say whether copies and targets are finite, of one shape, and no tokens."""
    data = subject.data
    if data.kind == "tokens" and data.target_valid.dtype.kind in "iu":
        return False
    same = subject.valid_copies.shape == data.target_valid.shape
    return same and bool(np.isfinite(subject.valid_copies).all())


def still_outputs(subject: Subject) -> tuple[np.ndarray, np.ndarray]:
    """Return which outputs are the same in all rows though their targets vary, and which vary.

    Two arrays of shape (features,). A target varies from a twentieth of the mean variance on.
    """
    target = subject.data.target_rows
    spread = target.var(axis=0)
    asked = spread > VARIED * spread.mean()
    copies = _all_copies(subject)
    return asked & (np.ptp(copies, axis=0) <= STILL * max(float(np.ptp(target)), STILL)), asked


def at_edge(subject: Subject) -> np.ndarray:
    """Return which outputs lie in all rows where the last activation has no slope, (features,)."""
    copies, edges = _all_copies(subject), FLAT.get(subject.output_activation, ())
    apart = [np.abs(copies - edge) for edge in edges] or [np.full_like(copies, np.inf)]
    return np.all(np.min(apart, axis=0) <= 1e-4, axis=0)


def _all_copies(subject: Subject) -> np.ndarray:
    copies = np.concatenate([subject.valid_copies, subject.train_copies])
    return copies.reshape(len(copies), -1)


def errors(subject: Subject) -> tuple[float, float] | None:
    """Return the error of the copies of validation rows and that of knowing nothing.

    For numbers it is the mean squared error against that of the mean training row, for a model
    with the mean absolute error as loss that error against the median row, and for tokens the
    cross-entropy in nats against the frequencies of the training tokens. None where no such error
    can be told.
    """
    data = subject.data
    if is_vocabulary(subject):
        return _token_errors(subject)
    if not comparable(subject) or loss_name(subject.loss) in ("cosinesimilarity",):
        return None
    target = data.target_valid
    if loss_name(subject.loss) == "meanabsoluteerror" and data.filled is None:
        median = np.median(data.target_train, axis=0)
        pair = [np.abs(copies - target).mean() for copies in (subject.valid_copies, median)]
    else:
        pair = [mean_square(c, target, data.filled) for c in (subject.valid_copies, data.mean_row)]
    return (float(pair[0]), float(pair[1])) if pair[1] > 0 else None


def ratio(subject: Subject) -> float | None:
    """Return the error as a share of that of knowing nothing; None where it cannot be told."""
    pair = errors(subject)
    return None if pair is None else pair[0] / pair[1]


def learned(subject: Subject) -> bool:
    """Say whether the model is trained and not seen to be worse than knowing nothing."""
    share = ratio(subject)
    return subject.trained and (share is None or share < 1)


def is_vocabulary(subject: Subject) -> bool:
    """Say whether the targets are tokens and the model gives one number for each word of a list."""
    data, raw = subject.data, subject.raw_valid
    whole = data.kind == "tokens" and bool(np.all(data.target_valid == data.target_valid.round()))
    fits = raw.ndim == 3 and raw.shape[:2] == data.target_valid.shape
    return whole and fits and data.target_valid.max() < raw.shape[2]


def are_probabilities(raw: np.ndarray) -> bool:
    """Say whether the numbers of the last axis are none below 0 and sum to one."""
    return bool(raw.min() >= 0 and np.allclose(raw.sum(axis=-1), 1, atol=1e-2))


def probabilities(raw: np.ndarray) -> np.ndarray:
    """Return the probabilities of words; what does not sum to one is taken as logits."""
    raw = raw.astype(np.float64)
    return raw if are_probabilities(raw) else softmax(raw, axis=-1)


def _token_errors(subject: Subject) -> tuple[float, float]:
    data = subject.data
    words = data.target_valid.astype(int)
    chosen = np.take_along_axis(probabilities(subject.raw_valid), words[..., None], -1)[..., 0]
    keep = np.ones(words.shape, bool) if data.filled is None else ~data.filled
    shares = frequencies(data, subject.raw_valid.shape[2])
    surprise = -np.log(np.maximum(chosen, 1e-12))
    return float(surprise[keep].mean()), float(-np.log(shares[words])[keep].mean())


def frequencies(data: Data, size: int) -> np.ndarray:
    """Return how often each token stands in the training rows, padding apart; none is zero."""
    tokens = data.target_train.astype(int)
    tokens = tokens.ravel() if data.filled_train is None else tokens[~data.filled_train]
    counts = np.bincount(tokens[tokens < size], minlength=size) + 0.5
    return counts / counts.sum()
