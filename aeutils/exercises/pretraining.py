"""Checks for the exercises of the chapter `pretraining`."""

from collections.abc import Callable

import numpy as np
from numpy.random import PCG64, Generator, Philox

from aeutils.exercises import WrongAnswer, as_array, call, judge

# How many images of each digit there are, and how many labels are asked for.
STOCKS = (
    (tuple(range(20, 40, 2)), 100),
    (tuple(range(40, 10, -3)), 30),
    ((25,) * 10, 200),
)


def check_1(draw: Callable) -> str:
    """Accept a function (y, count, rng) that draws `count` images, as many of each digit."""
    for number, (stock, count) in enumerate(STOCKS):
        y = np.random.default_rng(number).permutation(np.repeat(np.arange(10), stock))
        generators = [PCG64(1), Philox(2), PCG64(1)]
        draws = [call(draw, y.copy(), count, Generator(kind)) for kind in generators]
        first, second, again = (_images(drawn, y, count) for drawn in draws)
        if set(first) == set(second):
            raise WrongAnswer("Two seeds give the same images. Shuffle those of a digit with rng.")
        if set(first) != set(again):
            raise WrongAnswer("The same seed gives other images: draw with rng and nothing else.")
        seeds = [Generator(PCG64(seed)) for seed in range(3, 33)]
        many = [_images(call(draw, y.copy(), count, rng), y, count) for rng in seeds]
        _look_through(many, y)
    return "As many of each digit, none of them twice, others for another seed."


def _images(drawn: object, y: np.ndarray, count: int) -> np.ndarray:
    """Check one draw, and return the numbers of its images."""
    numbers = as_array(drawn, (count,))
    indices = numbers.astype(int)
    if (indices != numbers).any():
        raise WrongAnswer("The numbers of images are whole numbers.")
    only_labels = np.array_equal(np.unique(indices), range(10))
    if indices.min() < 0 or indices.max() >= len(y) or only_labels:
        raise WrongAnswer("Return the numbers of the images (positions in y), not their labels.")
    if len(set(indices)) < count:
        raise WrongAnswer("Some image is drawn twice: its label would be paid for once, not twice.")
    if (np.bincount(y[indices], minlength=10) != count // 10).any():
        raise WrongAnswer("The digits do not get the same share: draw within each digit.")
    return indices


def _look_through(draws: list[np.ndarray], y: np.ndarray) -> None:
    """Refuse draws of many generators that leave something out or repeat themselves."""
    if len({tuple(sorted(drawn)) for drawn in draws}) < len(draws):
        raise WrongAnswer("Few draws are possible: some of 30 generators give the same. Use rng.")
    places = []
    for digit in range(10):
        images = np.flatnonzero(y == digit)
        chosen = [np.searchsorted(images, np.sort(d[y[d] == digit])) for d in draws]
        if len({tuple(place) for place in chosen}) == 1:
            raise WrongAnswer(f"The images of the {digit} are always the same. Shuffle each digit.")
        reached = len(np.unique(np.concatenate(chosen)))
        # Where most images are drawn each time, a fair draw leaves none out.
        most = 1 if len(draws[0]) > 7 * len(images) else 0.7
        if reached < most * len(images):
            raise WrongAnswer(f"Of {len(images)} images of the {digit}, 30 draws reach {reached}. "
                              "Any image may be drawn: shuffle first, then cut.")  # fmt: skip
        if all(_in_a_row(place, len(images)) for place in chosen):
            raise WrongAnswer("The images of a digit follow each other in y. Shuffle, do not roll.")
        places.append([tuple(place) for place in chosen])
    if any(len(set(digits)) < 5 for digits in zip(*places, strict=True)):
        raise WrongAnswer("Digits share one order of images. Give each digit an order of its own.")


def _in_a_row(places: np.ndarray, number: int) -> bool:
    """Say whether sorted places follow each other on a circle of `number`."""
    steps = np.diff(np.append(places, places[0] + number))
    return (steps > 1).sum() <= 1


# Counts, accuracies, and targets in each segment, at a dot, and near one.
CURVES = (
    ((100, 1000, 10_000), (0.7, 0.8, 0.95), (0.89, 0.83, 0.72, 0.8, 0.949)),
    ((50, 400, 500, 3000), (0.61, 0.7, 0.88, 0.9), (0.65, 0.79, 0.895, 0.611)),
)
FIRST_TWO = (
    "This is the line through the first two dots. Take the two dots between which the target lies."
)
ROUNDED = "This is rounded to a whole number. Return the number as it is."


def check_2(needed: Callable) -> str:
    """Accept a function (counts, accuracies, target) that interpolates over log counts."""
    for counts, accuracies, targets in CURVES:
        counts, accuracies = np.array(counts), np.array(accuracies)
        for target in targets:
            answer = float(as_array(call(needed, counts.copy(), accuracies.copy(), target)))
            right = np.exp(np.interp(target, accuracies, np.log(counts)))
            wrong = (
                (np.interp(target, accuracies, counts), "This is a straight line over the count. "
                 "Draw it over the logarithm of the count."),
                (np.log(right), "This is still the logarithm: undo it with np.exp."),
                (np.log10(right), "This is still the logarithm to base ten: undo it."),
                (np.interp(target, counts, accuracies), "np.interp takes the point first, then "
                 "where the curve is known, then its values: here accuracies, then counts."),
                (np.exp(np.interp(target, accuracies[:2], np.log(counts[:2]))), FIRST_TWO),
                (_along(counts[:2], accuracies[:2], target), FIRST_TWO),
                (counts[np.abs(accuracies - target).argmin()], "This is the nearest count that was "
                 "measured. Interpolate to the next."),
                (_along(counts[-2:], accuracies[-2:], target), "This is the line through the last "
                 "two dots. Take the two dots between which the target lies."),
                (np.floor(right), ROUNDED),
                (np.ceil(right), ROUNDED),
            )  # fmt: skip
            place = f"of {counts.tolist()} labels with accuracies {accuracies.tolist()}"
            judge(answer, right, wrong, f"For {target}, {place}, it should be {right:,.0f} labels.")
    return "A straight line over the logarithm of the count, read backwards."


def _along(counts: np.ndarray, accuracies: np.ndarray, target: float) -> float:
    """Follow the line through two dots."""
    (low, high), (below, above) = np.log(counts), accuracies
    return np.exp(low + (target - below) / (above - below) * (high - low))


THEIRS = (
    np.array([0.71, 0.80, 0.76, 0.84, 0.74]),
    np.array([0.91, 0.88, 0.93]),
    np.array([0.5, 0.62, 0.58, 0.55, 0.66, 0.61, 0.52, 0.6]),
)
GAINS = (
    np.array([0.02, 0.01, 0.03, 0.01, 0.03]),
    np.array([-0.01, 0.004, -0.02]),
    np.array([0.1, 0.02, -0.05, 0.07, 0.0, 0.03, 0.01, -0.02]),
)


def check_3(gain: Callable) -> str:
    """Accept a function (ours, theirs) that returns the mean gain and its standard error."""
    for theirs, difference in zip(THEIRS, GAINS, strict=True):
        ours, n = theirs + difference, len(theirs)
        mean, error = as_array(call(gain, ours.copy(), theirs.copy()), (2,))
        right = difference.mean()
        turned = (-right, "The sign is turned: a gain is ours minus theirs.")
        first = f"The first number is the mean of the {n} differences, here {right:.4f}."
        judge(mean, right, [turned], first)
        spread = difference.std(ddof=1)
        unpaired = np.sqrt((ours.var(ddof=1) + theirs.var(ddof=1)) / n)
        wrong = (
            (unpaired, "This treats the two as if they had different draws. They are paired: take "
             "the differences first."),
            (spread, "This is the spread of one draw. The mean of several is surer, by the root of "
             "their number."),
            (difference.std() / np.sqrt(n), "The spread of a few numbers around their own mean is "
             f"too small: divide by {n - 1}, not by {n} (ddof=1)."),
            (difference.std(), f"Use ddof=1, and divide by the root of {n} for the mean."),
            (spread / n, f"Divide by the root of {n}, not by {n}."),
            (spread / np.sqrt(5), f"There are {n} draws here: take the root of {n}, not of 5."),
        )  # fmt: skip
        second = "The second number: spread of the differences over the root of their number."
        judge(error, spread / np.sqrt(n), wrong, second)
    return "Differences first, then their mean, their spread and the root of their number."
