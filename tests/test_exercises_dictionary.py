"""The exercises of the chapter `dictionary` accept right answers and explain wrong ones."""

from math import comb, lgamma, log, log2

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests


def bits(m, k):
    return log2(comb(m, k))


def beyond(table, dictionary):
    return 1 - (1 - dictionary) / (1 - table)


def cosines(truth, atoms):
    return truth @ (atoms / np.linalg.norm(atoms, axis=1, keepdims=True)).T


def own(cosine, least):
    nearest = cosine.argmax(axis=1)
    mutual = cosine[:, nearest].argmax(axis=0) == np.arange(len(cosine))
    return np.mean(mutual & (cosine.max(axis=1) > least))


def once(truth, atoms, least):
    return own(np.abs(cosines(truth, atoms)), least)


def by_a_loop(truth, atoms, least):
    count, cosine = 0, np.abs(cosines(truth, atoms))
    for feature, row in enumerate(cosine):
        atom = row.argmax()
        count += row[atom] > least and cosine[:, atom].argmax() == feature
    return count / len(truth)


def each_others_largest(truth, atoms, least):
    c = np.abs(cosines(truth, atoms))
    mutual = (c == c.max(axis=1, keepdims=True)) & (c == c.max(axis=0, keepdims=True))
    return (mutual & (c > least)).any(axis=1).mean()


def atoms_that_are_nearest(truth, atoms, least):
    c = np.abs(cosines(truth, atoms))
    return len(set(c.argmax(axis=1)[c.max(axis=1) > least])) / len(truth)


RIGHT = [
    ("dictionary.1", bits),
    ("dictionary.1", lambda m, k: sum(log2((m - n) / (k - n)) for n in range(k))),
    ("dictionary.1", lambda m, k: (lgamma(m + 1) - lgamma(k + 1) - lgamma(m - k + 1)) / log(2)),
    ("dictionary.2", beyond),
    ("dictionary.2", lambda table, dictionary: (dictionary - table) / (1 - table)),
    ("dictionary.2", lambda table, dictionary: np.array([beyond(table, dictionary)])),
    ("dictionary.3", once),
    ("dictionary.3", by_a_loop),
    ("dictionary.3", each_others_largest),
]
WRONG = [
    ("dictionary.3", lambda truth, atoms, least: once(truth, atoms, 0.9), "cosine"),
    ("dictionary.1", lambda m, k: bits(m, k) * log(2), "nats"),
    ("dictionary.1", lambda m, k: k * log2(m), "order of the atoms"),
    ("dictionary.1", lambda m, k: sum(log2(m - n) for n in range(k)), "order in which"),
    ("dictionary.1", comb, "logarithm"),
    ("dictionary.1", lambda m, k: m, "One bit an atom"),
    ("dictionary.1", lambda m, k: log2(m), "names one atom"),
    ("dictionary.1", lambda m, k: k + 0.5, "Count the ways"),
    ("dictionary.1", 99, "function"),
    ("dictionary.2", lambda table, dictionary: (1 - dictionary) / (1 - table), "unexplained"),
    ("dictionary.2", lambda table, dictionary: dictionary - table, "Divide by what"),
    ("dictionary.2", lambda t, d: (d - t) / d, "1 - table"),
    ("dictionary.2", lambda table, dictionary: dictionary * (1 - table), "two errors"),
    ("dictionary.2", lambda table, dictionary: dictionary / (1 - table), "A part of it"),
    ("dictionary.2", lambda table, dictionary: 1 - dictionary / table, "what is left"),
    ("dictionary.2", lambda table, dictionary: 0.45, "error of the dictionary"),
    (
        "dictionary.3",
        lambda t, a, least: (np.abs(cosines(t, a)).max(axis=1) > least).mean(),
        "twice",
    ),
    ("dictionary.3", atoms_that_are_nearest, "nearest to it"),
    ("dictionary.3", lambda t, a, least: once(t, a, -1), "above `least`"),
    ("dictionary.3", lambda t, a, least: own(cosines(t, a), least), "other way"),
    ("dictionary.3", lambda t, a, least: own(np.abs(t @ a.T), least), "length"),
    ("dictionary.3", lambda t, a, least: once(t, a, least) * len(t), "number"),
    ("dictionary.3", lambda t, a, least: once(t, a, least) * len(t) / len(a), "not by the atoms"),
    ("dictionary.3", lambda t, a, least: 1 - once(t, a, least), "not recovered"),
    ("dictionary.3", lambda t, a, least: 0.123, "each other"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
