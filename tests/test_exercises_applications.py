"""The exercises of the chapter `applications` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests


def find_threshold(scores, share):
    return np.quantile(scores, 1 - share)


def by_sorting(scores, share):
    return np.sort(scores)[round((len(scores) - 1) * (1 - share))]


def conformal(scores, share):
    rank = int(np.ceil((len(scores) + 1) * (1 - share) - 1e-9))
    return np.float32(np.sort(scores)[rank - 1])


def bound(a, b):
    return np.abs(a.sum(axis=1)[:, None] - b.sum(axis=1)) / 2


def probabilities(q):
    return np.unique(q, return_counts=True)[1] / len(q)


def entropy(q):
    p = probabilities(q)
    return -np.sum(p * np.log2(p))


def by_each(q):
    return np.mean([-np.log2(np.mean(q == value)) for value in q])


def hamming(a, b):
    return (a.shape[1] - a @ b.T) / 2


def by_bytes(a, b):
    return (a.shape[1] - (a.astype(np.int8) @ b.astype(np.int8).T).astype(int)) / 2


def by_pairs(a, b):
    return [[np.sum(x != y) for y in b] for x in a]


WANTED = "but the wanted share"
RIGHT = [
    ("applications.1", find_threshold),
    ("applications.1", by_sorting),
    ("applications.1", lambda s, share: np.quantile(s, 1 - share, method="median_unbiased")),
    ("applications.1", lambda s, share: np.quantile(s, 1 - share, method="higher")),
    ("applications.1", lambda s, share: [np.percentile(s, 100 * (1 - share))]),
    ("applications.1", conformal),
    ("applications.2", entropy),
    ("applications.2", by_each),
    ("applications.3", hamming),
    ("applications.3", by_pairs),
    ("applications.3", lambda a, b: ((a[:, None] - b) ** 2).sum(axis=-1) // 4),
    ("applications.3", lambda a, b: (a[:, None] != b).sum(axis=2).astype(np.int16)),
]
WRONG = [
    ("applications.1", lambda s, share: np.quantile(s, share), "the high scores"),
    ("applications.1", lambda s, share: np.percentile(s, 1 - share), "counts to 100"),
    ("applications.1", lambda s, share: s.max(), "no false alarms at all"),
    ("applications.1", lambda s, share: (1 - share) * s.max(), "no share of the images"),
    ("applications.1", lambda s, share: s.mean() + 2 * s.std(), "not Gaussian"),
    ("applications.1", lambda s, share: np.quantile(s, 1 - share / 2), "one side"),
    ("applications.1", lambda s, share: np.median(s), "but the wanted share"),
    ("applications.1", lambda s, share: np.quantile(s, 0.9), "but the wanted share"),
    ("applications.1", lambda s, share: find_threshold(s, round(share, 2)), WANTED),
    ("applications.1", lambda s, share: find_threshold(s, max(share, 0.05)), WANTED),
    ("applications.1", lambda s, share: find_threshold(s, 1 / int(1 / share)), WANTED),
    ("applications.1", lambda s, share: s, "single number"),
    ("applications.2", lambda q: entropy(q) * np.log(2), "nats"),
    ("applications.2", lambda q: -entropy(q), "no negative length"),
    ("applications.2", lambda q: np.log2(len(np.unique(q))), "same length"),
    ("applications.2", lambda q: np.log2(np.ptp(q) + 1), "range"),
    ("applications.2", lambda q: entropy(q) * len(q), "all numbers cost together"),
    ("applications.2", lambda q: -np.mean(np.log2(probabilities(q))), "different values"),
    ("applications.2", lambda q: 1.0, "costs -log2(p)"),
    ("applications.2", lambda q: entropy(q.astype(np.int8)), "costs -log2(p)"),
    ("applications.2", lambda q: entropy(np.minimum(q, 100)), "costs -log2(p)"),
    ("applications.3", lambda a, b: a @ b.T, "equal bits less"),
    ("applications.3", lambda a, b: -a @ b.T, "equal bits less"),
    ("applications.3", lambda a, b: (a.shape[1] + a @ b.T) / 2, "are the same"),
    ("applications.3", lambda a, b: a.shape[1] - a @ b.T, "divide"),
    ("applications.3", lambda a, b: hamming(a, b) / a.shape[1], "share of the bits"),
    ("applications.3", lambda a, b: 4 * hamming(a, b), "squared Euclidean"),
    ("applications.3", lambda a, b: 2 * np.sqrt(hamming(a, b)), "the same order"),
    ("applications.3", lambda a, b: hamming(a, b) + 1, "add them up"),
    ("applications.3", lambda a, b: hamming(a[:, :32], b[:, :32]), "add them up"),
    ("applications.3", by_bytes, "add them up"),
    ("applications.3", lambda a, b: hamming(a, b).astype(np.uint8), "add them up"),
    ("applications.3", bound, "different places"),
    ("applications.3", lambda a, b: hamming(b, a), "shape"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
