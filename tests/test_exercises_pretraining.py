"""The exercises of the chapter `pretraining` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_tests

DIGITS = range(10)


def draw(y, count, rng):
    chosen = [rng.permutation(np.flatnonzero(y == digit))[: count // 10] for digit in DIGITS]
    return np.concatenate(chosen)


def draw_by_choice(y, count, rng):
    groups = [np.flatnonzero(y == digit) for digit in DIGITS]
    return np.array([rng.choice(g, count // 10, replace=False) for g in groups]).ravel().tolist()


def draw_twice(y, count, rng):
    return np.concatenate([np.flatnonzero(y == digit)[:5].repeat(2) for digit in DIGITS])


def first_of_each(y, count, rng):
    return np.concatenate([np.flatnonzero(y == digit)[: count // 10] for digit in DIGITS])


def needed(counts, accuracies, target):
    return np.exp(np.interp(target, accuracies, np.log(counts)))


def gain(ours, theirs):
    difference = ours - theirs
    return difference.mean(), difference.std(ddof=1) / np.sqrt(5)


def mean_and(error):
    return lambda ours, theirs: ((ours - theirs).mean(), error(ours, theirs))


RIGHT = [
    ("pretraining.1", draw),
    ("pretraining.1", draw_by_choice),
    ("pretraining.2", needed),
    ("pretraining.2", lambda n, a, t: 10 ** float(np.interp(t, a, np.log10(n)))),
    ("pretraining.3", gain),
    ("pretraining.3", lambda a, b: [np.mean(a - b), np.sqrt(np.var(a - b, ddof=1) / len(a))]),
]
WRONG = [
    ("pretraining.1", lambda y, n, rng: y[draw(y, n, rng)], "not their labels"),
    ("pretraining.1", draw_twice, "drawn twice"),
    ("pretraining.1", lambda y, n, rng: rng.permutation(len(y))[:n], "draw within each digit"),
    ("pretraining.1", first_of_each, "Shuffle"),
    ("pretraining.1", lambda y, n, rng: draw(y, n // 2, rng), "shape"),
    ("pretraining.2", lambda n, a, t: np.interp(t, a, n), "over the logarithm"),
    ("pretraining.2", lambda n, a, t: np.interp(t, a, np.log(n)), "np.exp"),
    ("pretraining.2", lambda n, a, t: np.interp(t, a, np.log10(n)), "base ten"),
    ("pretraining.2", lambda n, a, t: np.interp(t, n, a), "accuracies, then counts"),
    ("pretraining.2", lambda n, a, t: n[np.abs(a - t).argmin()], "nearest count"),
    ("pretraining.2", lambda n, a, t: 10, "1,585"),
    ("pretraining.3", lambda a, b: gain(b, a), "sign is turned"),
    ("pretraining.3", lambda a, b: (a.mean(), 0.1), "five differences"),
    (
        "pretraining.3",
        mean_and(lambda a, b: np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 5)),
        "paired",
    ),
    ("pretraining.3", mean_and(lambda a, b: (a - b).std(ddof=1)), "one seed"),
    ("pretraining.3", mean_and(lambda a, b: (a - b).std() / np.sqrt(5)), "by 4, not by 5"),
    ("pretraining.3", mean_and(lambda a, b: (a - b).std()), "Use ddof=1"),
    ("pretraining.3", mean_and(lambda a, b: (a - b).std(ddof=1) / 5), "root of 5, not by 5"),
    ("pretraining.3", mean_and(lambda a, b: 0.5), "over the root of 5"),
    ("pretraining.3", lambda a, b: (a - b).mean(), "shape"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
