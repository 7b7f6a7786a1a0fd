"""Checks for the exercises of the chapter `applications`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import as_array, call, judge

# Number of scores, wanted share of false alarms, and what is added to the scores.
THRESHOLDS = ((4001, 0.1, 0.0), (3000, 0.034, -10.0), (3500, 0.375, 2.0))


def _between(scores: np.ndarray, share: float) -> tuple[float, float]:
    """Smallest and largest of the customary sample quantiles, the conformal one included."""
    n, ordered = len(scores), np.sort(scores)
    low = ordered[int(np.floor((n - 1) * (1 - share)))]
    high = ordered[min(int(np.ceil((n + 1) * (1 - share) - 1e-9)), n) - 1]
    return float(min(low, np.quantile(scores, 1 - share))), float(high)


def check_1(find_threshold: Callable) -> str:
    """Accept a function (scores, share) that returns a quantile of the scores."""
    for count, share, shift in THRESHOLDS:
        scores = np.random.default_rng(count).gamma(2.0, size=count) + shift
        low, high = _between(scores, share)
        answer = as_array(call(find_threshold, scores.copy(), share))
        right = np.clip(answer, low - 1e-9, high + 1e-9)
        wrong = (
            (np.quantile(scores, share), "Most normal images would raise an alarm: it is "
             "the high scores that do."),
            (np.percentile(scores, 1 - share), "A percentile counts to 100, a quantile to 1."),
            (scores.max(), "Above the maximum there are no false alarms at all, and few anomalies "
             "are found; the share that is wanted is not used."),
            ((1 - share) * scores.max(), "A part of the largest score is no share of the images."),
            (scores.mean() + 2 * scores.std(), "Two standard deviations have nothing to do with "
             "the share that is wanted, and scores are not Gaussian."),
            (np.quantile(scores, 1 - share / 2), "An anomaly has a high score, never a low one: "
             "the whole share belongs to one side."),
        )  # fmt: skip
        hint = "Which score do all normal images but the wanted share stay below?"
        judge(answer, right, wrong, hint)
    return "No anomaly was needed."


WHOLE = (
    [0, 0, 0, 0, 0, 0, -1, -1, -1, 1, 1, 5],
    [7, 7, 7, -3, 2, 2, 2, 2, 7],
    # Values that differ, but not in 8 or 16 bits, and several above 100.
    [4, 4, 9, 9, 9, 9, 9, 260, 260, 65540, -20, -20, -20, -20, 0, 0],
)


def check_2(entropy: Callable) -> str:
    """Accept a function (q) that returns the entropy of whole numbers in bits."""
    for values in WHOLE:
        q = np.array(values)
        counts = np.unique(q, return_counts=True)[1]
        p = counts / len(q)
        right = -np.sum(p * np.log2(p))
        wrong = (
            (-np.sum(p * np.log(p)), "These are nats: take the logarithm to the base 2."),
            (-right, "A code has no negative length: the logarithm of a probability is below "
             "zero."),
            (np.log2(len(p)), "This gives each of the values a word of the same length; frequent "
             "ones can have a shorter one."),
            (np.log2(np.ptp(q) + 1), "This is the logarithm of the range; values that never occur "
             "need no word."),
            (right * len(q), "This is what all numbers cost together; the mean is asked for."),
            (-np.mean(np.log2(p)), "This is the mean over the different values; a frequent one "
             "has to be counted as often as it occurs."),
        )  # fmt: skip
        answer = as_array(call(entropy, q.copy()))
        hint = "A value with probability p costs -log2(p) bits, p of the time."
        judge(answer, right, wrong, hint)
    return "A little over 1.7 bits, where a word of fixed length takes 2."


# The number 300 does not fit into 8 bits.
SHAPES = ((3, 4, 8), (5, 2, 300), (1, 6, 7))


def check_3(hamming: Callable) -> str:
    """Accept a function (a, b) that returns the matrix of numbers of differing signs."""
    for rows, columns, bits in SHAPES:
        rng = np.random.default_rng(bits)
        a = rng.choice([-1.0, 1.0], (rows, bits))
        b = rng.choice([-1.0, 1.0], (columns, bits))
        b[0] = -a[0]
        b[-1] = a[0]
        right = (a[:, None] != b).sum(axis=2)
        product = ("The product is the number of equal bits less that of different ones: what "
                   "has to be done to it?")  # fmt: skip
        wrong = (
            (a @ b.T, product),
            (-(a @ b.T), product),
            (bits - right, "This counts the bits that are the same."),
            (2 * right, "Each bit that differs changes the product by 2: divide."),
            (right / bits, "This is the share of the bits; their number is asked for."),
            (4 * right, "This is the squared Euclidean distance, and a bit that differs adds 4 "
             "to it."),
            (np.sqrt(4 * right), "This is the Euclidean distance; it has the same order, but is "
             "not the number of bits."),
            (np.abs(a.sum(axis=1)[:, None] - b.sum(axis=1)) / 2, "The numbers of positive bits "
             "differ by this; bits at different places can still be different."),
        )  # fmt: skip
        answer = as_array(call(hamming, a.copy(), b.copy()), right.shape)
        hint = "Equal bits have the product 1, different ones -1: add them up."
        judge(answer, right, wrong, hint)
    return "One matrix product for all pairs."
