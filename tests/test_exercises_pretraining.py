"""The exercises of the chapter `pretraining` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests

DIGITS = range(10)


def draw(y, count, rng):
    chosen = [rng.permutation(np.flatnonzero(y == digit))[: count // 10] for digit in DIGITS]
    return np.concatenate(chosen)


def draw_by_choice(y, count, rng):
    groups = [np.flatnonzero(y == digit) for digit in DIGITS]
    return np.array([rng.choice(g, count // 10, replace=False) for g in groups]).ravel().tolist()


def draw_by_loop(y, count, rng):
    left, chosen = dict.fromkeys(DIGITS, count // 10), []
    for image in rng.permutation(len(y)):
        if left[y[image]]:
            left[y[image]] -= 1
            chosen.append(float(image))
    return chosen


def draw_by_global(y, count, rng):
    return draw(y, count, np.random.default_rng())


def draw_twice(y, count, rng):
    return np.concatenate([np.flatnonzero(y == digit)[:5].repeat(2) for digit in DIGITS])


def first_of_each(y, count, rng):
    return np.concatenate([np.flatnonzero(y == digit)[: count // 10] for digit in DIGITS])


def draw_for_zero(y, count, rng):
    groups = [np.flatnonzero(y == digit) for digit in DIGITS]
    groups[0] = rng.permutation(groups[0])
    return np.concatenate([group[: count // 10] for group in groups])


def one_permutation(y, count, rng):
    groups = [np.flatnonzero(y == digit) for digit in DIGITS]
    order = rng.permutation(min(len(group) for group in groups))[: count // 10]
    return np.concatenate([group[order] for group in groups])


def one_long_permutation(y, count, rng):
    groups = [np.flatnonzero(y == digit) for digit in DIGITS]
    order = rng.permutation(max(len(group) for group in groups))
    return np.concatenate([g[order[order < len(g)][: count // 10]] for g in groups])


def rolled(y, count, rng):
    groups = [np.flatnonzero(y == digit) for digit in DIGITS]
    return np.concatenate([np.roll(g, rng.integers(len(g)))[: count // 10] for g in groups])


def from_the_first(y, count, rng):
    few = count // 10
    groups = [np.flatnonzero(y == digit)[: few + 1] for digit in DIGITS]
    return np.concatenate([rng.permutation(group)[:few] for group in groups])


def two_draws(y, count, rng):
    return draw(y, count, np.random.default_rng(rng.integers(2)))


def four_draws(y, count, rng):
    return draw(y, count, np.random.default_rng(rng.integers(4)))


def needed(counts, accuracies, target):
    return np.exp(np.interp(target, accuracies, np.log(counts)))


def needed_by_loop(counts, accuracies, target):
    for place in range(len(counts) - 1):
        low, high = accuracies[place], accuracies[place + 1]
        if low <= target <= high:
            share = (target - low) / (high - low)
            return [counts[place] ** (1 - share) * counts[place + 1] ** share]
    return None


def last_segment(counts, accuracies, target):
    share = (target - accuracies[-2]) / (accuracies[-1] - accuracies[-2])
    return counts[-2] ** (1 - share) * counts[-1] ** share


def first_segment(counts, accuracies, target):
    share = (target - accuracies[0]) / (accuracies[1] - accuracies[0])
    return counts[0] ** (1 - share) * counts[1] ** share


def first_dots(counts, accuracies, target):
    return needed(counts[:2], accuracies[:2], target)


def gain(ours, theirs):
    difference = ours - theirs
    return difference.mean(), difference.std(ddof=1) / np.sqrt(len(difference))


def mean_and(error):
    return lambda ours, theirs: ((ours - theirs).mean(), error(ours, theirs))


def without_the_last(y, count, rng):
    images = [np.flatnonzero(y == digit)[:-1] for digit in range(10)]
    return np.concatenate([rng.permutation(some)[: count // 10] for some in images])


RIGHT = [
    ("pretraining.1", draw),
    ("pretraining.1", draw_by_choice),
    ("pretraining.1", draw_by_loop),
    ("pretraining.2", needed),
    ("pretraining.2", needed_by_loop),
    ("pretraining.2", lambda n, a, t: 2 ** np.float32(np.interp(t, a, np.log2(n)))),
    ("pretraining.2", lambda n, a, t: 10 ** float(np.interp(t, a, np.log10(n)))),
    ("pretraining.3", gain),
    ("pretraining.3", lambda a, b: [np.mean(a - b), np.sqrt(np.var(a - b, ddof=1) / len(a))]),
]
WRONG = [
    ("pretraining.1", without_the_last, "Any image may be drawn"),
    ("pretraining.1", lambda y, n, rng: y[draw(y, n, rng)], "not their labels"),
    ("pretraining.1", draw_twice, "drawn twice"),
    ("pretraining.1", lambda y, n, rng: rng.permutation(len(y))[:n], "draw within each digit"),
    ("pretraining.1", first_of_each, "Shuffle"),
    ("pretraining.1", lambda y, n, rng: draw(y, n // 2, rng), "shape"),
    ("pretraining.1", lambda y, n, rng: draw(y, n, np.random.default_rng(0)), "Shuffle"),
    ("pretraining.1", lambda y, n, rng: draw(y, 100, rng), "shape"),
    ("pretraining.1", draw_by_global, "nothing else"),
    ("pretraining.1", lambda y, n, rng: draw(y, n, rng) + 0.5, "whole numbers"),
    ("pretraining.1", draw_for_zero, "always the same"),
    ("pretraining.1", one_permutation, "not yet"),
    ("pretraining.1", one_long_permutation, "an order of its own"),
    ("pretraining.1", rolled, "do not roll"),
    ("pretraining.1", from_the_first, "then cut"),
    ("pretraining.1", two_draws, "not yet"),
    ("pretraining.1", four_draws, "not yet"),
    ("pretraining.2", first_segment, "first two"),
    ("pretraining.2", first_dots, "first two"),
    ("pretraining.2", lambda n, a, t: round(needed(n, a, t)), "rounded"),
    ("pretraining.2", lambda n, a, t: np.ceil(needed(n, a, t)), "rounded"),
    ("pretraining.2", last_segment, "last two"),
    ("pretraining.3", mean_and(lambda a, b: (a - b).std(ddof=1) / np.sqrt(5)), "not of 5"),
    ("pretraining.2", lambda n, a, t: np.interp(t, a, n), "over the logarithm"),
    ("pretraining.2", lambda n, a, t: np.interp(t, a, np.log(n)), "np.exp"),
    ("pretraining.2", lambda n, a, t: np.interp(t, a, np.log10(n)), "base ten"),
    ("pretraining.2", lambda n, a, t: np.interp(t, n, a), "accuracies, then counts"),
    ("pretraining.2", lambda n, a, t: n[np.abs(a - t).argmin()], "nearest count"),
    ("pretraining.2", lambda n, a, t: 10, "3,981"),
    ("pretraining.3", lambda a, b: gain(b, a), "sign is turned"),
    ("pretraining.3", lambda a, b: (a.mean(), 0.1), "mean of the 5"),
    (
        "pretraining.3",
        mean_and(lambda a, b: np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 5)),
        "paired",
    ),
    ("pretraining.3", mean_and(lambda a, b: (a - b).std(ddof=1)), "one draw"),
    ("pretraining.3", mean_and(lambda a, b: (a - b).std() / np.sqrt(5)), "by 4, not by 5"),
    ("pretraining.3", mean_and(lambda a, b: (a - b).std()), "Use ddof=1"),
    ("pretraining.3", mean_and(lambda a, b: (a - b).std(ddof=1) / 5), "root of 5, not by 5"),
    ("pretraining.3", mean_and(lambda a, b: 0.5), "root of their number"),
    ("pretraining.3", lambda a, b: (a - b).mean(), "shape"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
