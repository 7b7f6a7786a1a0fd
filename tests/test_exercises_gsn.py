"""The exercises of the chapter `gsn` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests
from scipy.special import logsumexp
from scipy.stats import bernoulli


def denoiser(data, corrupted):
    joint = data[:, None] * corrupted
    return (joint / joint.sum(axis=0)).T


def transition(data, corrupted):
    return corrupted @ denoiser(data, corrupted)


def transition_by_loop(data, corrupted):
    n, m = corrupted.shape
    total = [sum(data[i] * corrupted[i][j] for i in range(n)) for j in range(m)]
    way = lambda i, k, j: corrupted[i][j] * data[k] * corrupted[k][j] / total[j]  # noqa: E731
    return [[sum(way(i, k, j) for j in range(m)) for k in range(n)] for i in range(n)]


def log_p(x, means):
    return x @ np.log(means).T + (1 - x) @ np.log(1 - means).T


def log_bound(x, means):
    return logsumexp(log_p(x, means), axis=1) - np.log(len(means))


def by_scipy(x, means):
    return logsumexp(bernoulli.logpmf(x[:, None], means).sum(axis=2), axis=1) - np.log(len(means))


def by_loop(x, means):
    shared = [np.where(row == 1, means, 1 - means) for row in x]
    logs = [np.log(p).sum(axis=1) for p in shared]
    return [row.max() + np.log(np.mean(np.exp(row - row.max()))) for row in logs]


def naive(x, means):
    with np.errstate(divide="ignore"):
        return np.log(np.exp(log_p(x, means)).mean(axis=1))


def changes(labels):
    return labels[1:] != labels[:-1]


def change_rate_by_loop(labels):
    steps = [a != b for chain in labels.T for a, b in zip(chain[1:], chain[:-1], strict=True)]
    return sum(steps) / len(steps)


def one_largest_for_all(x, means):
    logs = log_p(x, means)
    with np.errstate(divide="ignore"):
        return logs.max() + np.log(np.exp(logs - logs.max()).mean(axis=1))


def best_where_small(x, means):
    right = naive(x, means)
    return np.where(np.isfinite(right), right, log_p(x, means).max(axis=1))


def in_32_bits(x, means):
    x, means = x.astype("float32"), means.astype("float32")
    log_p = (x[:, None] * np.log(means) + (1 - x[:, None]) * np.log(1 - means)).cumsum(axis=2)
    return logsumexp(log_p[..., -1], axis=1) - np.log(len(means))


RIGHT = [
    ("gsn.3", in_32_bits),
    ("gsn.1", transition),
    ("gsn.1", lambda p, c: np.einsum("ij,kj,k,j->ik", c, c, p, 1 / (p @ c))),
    ("gsn.1", transition_by_loop),
    ("gsn.2", lambda labels: changes(labels).mean()),
    ("gsn.2", lambda labels: (np.diff(labels, axis=0) != 0).sum() / labels[1:].size),
    ("gsn.2", change_rate_by_loop),
    ("gsn.3", log_bound),
    ("gsn.3", by_scipy),
    ("gsn.3", by_loop),
    ("gsn.3", lambda x, m: log_bound(x.astype("float32"), m).astype("float32")),
    ("gsn.3", lambda x, m: log_bound(x.astype(bool).astype(int), m)),
]
WRONG = [
    ("gsn.1", lambda p, c: transition(p, c).T, "Rows and columns"),
    ("gsn.1", lambda p, c: c @ (c / c.sum(axis=0)).T, "does not know the data"),
    ("gsn.1", lambda p, c: c @ (p[:, None] * c).T, "sum to 1"),
    ("gsn.1", lambda p, c: c @ c.T, "turned round"),
    ("gsn.1", lambda p, c: np.tile(p, (len(p), 1)), "one step does not"),
    ("gsn.1", lambda p, c: denoiser(p, c) @ c, "shape"),
    ("gsn.1", lambda p, c: np.eye(len(p)), "in this order"),
    ("gsn.2", lambda a: (a[:, 1:] != a[:, :-1]).mean(), "axis 0"),
    ("gsn.2", lambda a: changes(a).sum(), "number of changes"),
    ("gsn.2", lambda a: changes(a).sum(axis=0).mean(), "per chain"),
    ("gsn.2", lambda a: changes(a).sum() / a.size, "six steps"),
    ("gsn.2", lambda a: 1 - changes(a).mean(), "keep the label"),
    ("gsn.2", lambda a: np.abs(np.diff(a, axis=0)).mean(), "one change, not six"),
    ("gsn.2", lambda a: np.diff(a, axis=0).mean(), "means nothing"),
    ("gsn.2", lambda a: 0.123, "the one before it"),
    ("gsn.2", lambda a: (np.diff(a, axis=0) % 7 != 0).mean(), "the one before it"),
    ("gsn.2", lambda a: changes(a).mean(axis=0), "single number"),
    ("gsn.3", lambda x, m: log_bound(x, m).mean(), "one number for each"),
    ("gsn.3", lambda x, m: log_bound(x, m) + np.log(len(m)), "divided by their number"),
    ("gsn.3", lambda x, m: log_p(x, m).mean(axis=1), "logarithm of the mean"),
    ("gsn.3", lambda x, m: log_p(x, m).max(axis=1), "Only the best"),
    ("gsn.3", lambda x, m: log_p(x, m).max(axis=1) - np.log(len(m)), "Only the best"),
    ("gsn.3", lambda x, m: log_bound(x, m.mean(axis=0, keepdims=True)), "not those of the pixels"),
    ("gsn.3", lambda x, m: np.log(np.exp(x @ np.log(m).T).mean(axis=1)), "white pixel"),
    ("gsn.3", lambda x, m: log_bound(x, m) / x.shape[1], "divide by the pixels"),
    ("gsn.3", lambda x, m: np.exp(log_bound(x, m)), "return its logarithm"),
    ("gsn.3", lambda x, m: -log_bound(x, m), "not on its negative"),
    ("gsn.3", naive, "products vanish"),
    ("gsn.3", one_largest_for_all, "products vanish"),
    ("gsn.3", best_where_small, "products vanish"),
    ("gsn.3", lambda x, m: log_bound(x, np.maximum(m, 0.05)), "mean over the states"),
    ("gsn.3", lambda x, m: x, "shape"),
    ("gsn.3", lambda x, m: 0 * x[:, 0], "mean over the states"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
