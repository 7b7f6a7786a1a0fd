"""Checks for the exercises of the chapter `pretraining`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import WrongAnswer, as_array, call, judge


def check_1(draw: Callable) -> str:
    """Accept a function (y, count, rng) that draws `count` images, as many of each digit."""
    rng = np.random.default_rng(0)
    y = rng.permutation(np.repeat(np.arange(10), np.arange(20, 40, 2)))
    first, second = (call(draw, y, 100, np.random.default_rng(seed)) for seed in (1, 2))
    indices = as_array(first, (100,)).astype(int)
    if indices.min() < 0 or indices.max() >= len(y) or np.array_equal(np.unique(first), range(10)):
        raise WrongAnswer("Return the numbers of the images (positions in y), not their labels.")
    if len(set(indices)) < 100:
        raise WrongAnswer("Some image is drawn twice: its label would be paid for once, not twice.")
    if (np.bincount(y[indices], minlength=10) != 10).any():
        raise WrongAnswer("The digits do not get the same share: draw within each digit.")
    if set(indices) == set(as_array(second, (100,)).astype(int)):
        raise WrongAnswer("Two seeds give the same images. Shuffle those of a digit with rng.")
    return "Ten of each digit, none of them twice, others for another seed."


def check_2(needed: Callable) -> str:
    """Accept a function (counts, accuracies, target) that interpolates over log counts."""
    counts, accuracies, target = np.array([100, 1000, 10_000]), np.array([0.7, 0.8, 0.95]), 0.83
    answer = float(as_array(call(needed, counts, accuracies, target)))
    right = 10**3.2
    wrong = {
        np.interp(target, accuracies, counts): "This is a straight line over the count. Draw it "
        "over the logarithm of the count.",
        np.log(right): "This is still the logarithm: undo it with np.exp.",
        3.2: "This is still the logarithm to base ten: undo it.",
        np.interp(target, counts, accuracies): "np.interp takes the point first, then where the "
        "curve is known, then its values: here accuracies, then counts.",
        1000.0: "This is the nearest count that was measured. Interpolate to the next.",
    }
    judge(
        answer,
        right,
        wrong.items(),
        "Between 1,000 labels (0.80) and 10,000 (0.95), 0.83 lies at 1,585.",
    )
    return "A straight line over the logarithm of the count, read backwards."


def check_3(gain: Callable) -> str:
    """Accept a function (ours, theirs) that returns the mean gain and its standard error."""
    theirs = np.array([0.71, 0.80, 0.76, 0.84, 0.74])
    ours = theirs + np.array([0.02, 0.01, 0.03, 0.01, 0.03])
    difference = ours - theirs
    mean, error = as_array(call(gain, ours, theirs), (2,))
    if np.isclose(mean, -difference.mean()):
        raise WrongAnswer("The sign is turned: a gain is ours minus theirs.")
    if not np.isclose(mean, difference.mean()):
        raise WrongAnswer("The first number is the mean of the five differences, here 0.02.")
    unpaired = np.sqrt((ours.var(ddof=1) + theirs.var(ddof=1)) / 5)
    wrong = {
        unpaired: "This treats the two as if they had different draws. They are paired: take the "
        "five differences first.",
        difference.std(ddof=1): "This is the spread of one seed. The mean of five is surer, by the "
        "root of 5.",
        difference.std() / np.sqrt(5): "The spread of a few numbers around their own mean is too "
        "small: divide by 4, not by 5 (ddof=1).",
        difference.std(): "Use ddof=1, and divide by the root of 5 for the mean.",
        difference.std(ddof=1) / 5: "Divide by the root of 5, not by 5.",
    }
    judge(
        error,
        difference.std(ddof=1) / np.sqrt(5),
        wrong.items(),
        "The second number: spread of the differences over the root of 5.",
    )
    return "Differences first, then their mean, their spread and the root of 5."
