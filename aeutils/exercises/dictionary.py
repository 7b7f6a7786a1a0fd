"""Checks for the exercises of the chapter `dictionary`."""

from collections.abc import Callable
from math import comb, factorial, log, log2

import numpy as np

from aeutils.exercises import as_array, call, judge


def check_1(bits_to_choose: Callable) -> str:
    """Accept a function (m, k) that gives the bits to say which k of m atoms are on."""
    for m, k in ((512, 16), (576, 16), (10, 1), (40, 7), (8, 4)):
        answer = as_array(call(bits_to_choose, m, k))
        ways = comb(m, k)
        wrong = (
            (log(ways), "This is in nats: bits come from the logarithm to base 2."),
            (k * log2(m), "An atom is on once, and the order of the atoms does not matter."),
            (log2(ways * factorial(k)), "The order in which the atoms are named does not matter."),
            (ways, "These are the choices; the bits are their logarithm to base 2."),
            (m, "One bit an atom would also allow other numbers of atoms than k."),
            (log2(m), "This names one atom; k of them are on."),
        )
        judge(answer, log2(ways), wrong, "Count the ways to choose k of m, and take log2.")
    return "To say which 16 of 512 atoms are on takes 99 bits beside the 16 numbers."


def check_2(beyond: Callable) -> str:
    """Accept a function (table, dictionary) that gives the share explained of what is left."""
    for table, dictionary in ((0.28, 0.6), (0.5, 0.5), (0.1, 0.9), (0.4, 0.3)):
        answer = as_array(call(beyond, table, dictionary))
        right = 1 - (1 - dictionary) / (1 - table)
        wrong = (
            (1 - right, "This is the share that stays unexplained."),
            (dictionary - table, "Divide by what the table leaves."),
            ((dictionary - table) / dictionary, "Divide by what the table leaves, 1 - table."),
            (dictionary * (1 - table), "Compare the two errors, 1 - dictionary and 1 - table."),
            (dictionary / (1 - table), "A part of it is what the table explains already."),
            (1 - dictionary / table, "Compare what is left, 1 minus each share."),
        )
        judge(answer, right, wrong, "Divide the error of the dictionary by that of the table.")
    return "It can be negative: then the table alone is the better copy."


def check_3(recovered_once: Callable) -> str:
    """Accept a function (truth, atoms, least) that counts features with an atom of their own."""
    for truth, atoms, least in _worlds():
        answer = as_array(call(recovered_once, truth.copy(), atoms.copy(), least))
        unit = atoms / np.linalg.norm(atoms, axis=1, keepdims=True)
        cosine = np.abs(truth @ unit.T)
        near = cosine.max(axis=1) > least
        nearest = cosine.argmax(axis=1)
        right = _own(cosine, least)
        wrong = (
            (near.mean(), "This counts two features of one atom twice: ask the atom for its "
             "nearest feature."),
            (len(set(nearest[near])) / len(truth), "These are atoms that are nearest to some "
             "feature. Ask each of them whether that feature is the nearest to it."),
            (_own(cosine, -1), "The cosine has to be above `least` as well."),
            (_own(truth @ unit.T, least), "An atom may point the other way: take the absolute "
             "cosine."),
            (_own(np.abs(truth @ atoms.T), least), "Divide each atom by its length first."),
            (right * len(truth), "Give the share of features, not their number."),
            (right * len(truth) / len(atoms), "Divide by the features, not by the atoms."),
            (1 - right, "This is the share that is not recovered."),
        )  # fmt: skip
        judge(answer, right, wrong, "Feature and atom have to be each other's nearest.")
    return "An atom between two features now counts for one of them at most."


def _own(cosine: np.ndarray, least: float) -> float:
    nearest = cosine.argmax(axis=1)
    mutual = cosine[:, nearest].argmax(axis=0) == np.arange(len(cosine))
    return float(np.mean(mutual & (cosine.max(axis=1) > least)))


def _worlds() -> list[tuple[np.ndarray, np.ndarray, float]]:
    """Return features, atoms and thresholds: some atoms are shared, turned or long.

    The first atom is shared by two features, but nearer to one, so that no tie has to be broken.
    The second is the nearest to the third feature and nearer to the fourth, which has its own atom.
    In the first world all the mistakes of `check_3` give numbers of their own.
    """
    worlds = []
    for seed, (features, size, least) in ((3, (14, 5, 0.9)), (1, (12, 4, 0.8)), (2, (9, 6, 0.7))):
        rng = np.random.default_rng(seed)
        truth = rng.normal(size=(features, size))
        truth[1] = truth[0] + 0.2 * truth[1]
        truth[3] = truth[2] + 0.2 * truth[3]
        truth /= np.linalg.norm(truth, axis=1, keepdims=True)
        near = truth[2:] * rng.choice([-1, 1], (features - 2, 1))
        near[0] = 0.4 * truth[2] + 0.6 * truth[3]
        shared = 1.1 * truth[:1] + 0.9 * truth[1:2]
        atoms = np.concatenate([shared, near[:-3], rng.normal(size=(7, size))])
        worlds.append((truth, atoms * rng.uniform(0.2, 3, (len(atoms), 1)), least))
    return worlds
