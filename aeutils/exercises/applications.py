"""Checks for the exercises of the chapter `applications`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import as_array, call, judge


def check_1(find_threshold: Callable) -> str:
    """Accept a function (scores, share) that returns a quantile of the scores."""
    scores = np.random.default_rng(0).gamma(2.0, size=1001)
    share = 0.1
    right = np.quantile(scores, 1 - share)
    spread = scores.std()
    wrong = (
        (np.quantile(scores, share), "Nine of ten normal images would raise an alarm: it is "
         "the high scores that do."),
        (np.percentile(scores, 1 - share), "A percentile counts to 100, a quantile to 1."),
        (scores.max(), "Above the maximum there are no false alarms at all, and few anomalies "
         "are found; the share that is wanted is not used."),
        ((1 - share) * scores.max(), "A part of the largest score is no share of the images."),
        (scores.mean() + 2 * spread, "Two standard deviations have nothing to do with the share "
         "that is wanted, and scores are not Gaussian."),
        (np.quantile(scores, 1 - share / 2), "An anomaly has a high score, never a low one: the "
         "whole share belongs to one side."),
    )  # fmt: skip
    answer = as_array(call(find_threshold, scores, share))
    judge(answer, right, wrong, "Which score do nine of ten normal images stay below?")
    return "No anomaly was needed."


def check_2(entropy: Callable) -> str:
    """Accept a function (q) that returns the entropy of whole numbers in bits."""
    q = np.array([0, 0, 0, 0, 0, 0, -1, -1, -1, 1, 1, 5])
    p = np.array([6, 3, 2, 1]) / 12
    right = -np.sum(p * np.log2(p))
    wrong = (
        (-np.sum(p * np.log(p)), "These are nats: take the logarithm to the base 2."),
        (-right, "A code has no negative length: the logarithm of a probability is below zero."),
        (2.0, "With two bits each of the four values gets a word of the same length; frequent "
         "ones can have a shorter one."),
        (np.log2(7), "This is the logarithm of the range; values that never occur need no word."),
        (right * len(q), "This is what all numbers cost together; the mean is asked for."),
        (-np.mean(np.log2(p)), "This is the mean over the different values; a frequent one has "
         "to be counted as often as it occurs."),
    )  # fmt: skip
    answer = as_array(call(entropy, q))
    judge(answer, right, wrong, "A value with probability p costs -log2(p) bits, p of the time.")
    return "A little over 1.7 bits, where a word of fixed length takes 2."


def check_3(hamming: Callable) -> str:
    """Accept a function (a, b) that returns the matrix of numbers of differing signs."""
    rng = np.random.default_rng(0)
    a, b = rng.choice([-1.0, 1.0], (3, 8)), rng.choice([-1.0, 1.0], (4, 8))
    right = (a[:, None] != b).sum(axis=2)
    wrong = (
        (a @ b.T, "The product is the number of equal bits less that of different ones: what "
         "has to be done to it?"),
        (-(a @ b.T), "The product is the number of equal bits less that of different ones: what "
         "has to be done to it?"),
        (8 - right, "This counts the bits that are the same."),
        (2 * right, "Each bit that differs changes the product by 2: divide."),
        (right / 8, "This is the share of the bits; their number is asked for."),
        (4 * right, "This is the squared Euclidean distance, and a bit that differs adds 4 to it."),
        (np.sqrt(4 * right), "This is the Euclidean distance; it has the same order, but is not "
         "the number of bits."),
    )  # fmt: skip
    answer = as_array(call(hamming, a, b), right.shape)
    judge(answer, right, wrong, "Equal bits have the product 1, different ones -1: add them up.")
    return "One matrix product for all pairs."
