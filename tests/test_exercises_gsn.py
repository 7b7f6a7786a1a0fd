"""The exercises of the chapter `gsn` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_tests
from scipy.special import logsumexp
from scipy.stats import norm

from aeutils.evaluation import parzen_log_likelihood


def denoiser(data, corrupted):
    joint = data[:, None] * corrupted
    return (joint / joint.sum(axis=0)).T


def transition(data, corrupted):
    return corrupted @ denoiser(data, corrupted)


def exponents(x, s, width):
    return -((x[:, None] - s) ** 2).sum(axis=2) / (2 * width**2)


def factor(x, width):
    return x.shape[1] * np.log(width * np.sqrt(2 * np.pi))


def by_density(x, s, width):
    return logsumexp(norm.logpdf(x[:, None], s, width).sum(axis=2), axis=1) - np.log(len(s))


def naive(x, s, width):
    return np.log(np.exp(exponents(x, s, width)).mean(axis=1)) - factor(x, width)


def changes(labels):
    return labels[1:] != labels[:-1]


RIGHT = [
    ("gsn.1", transition),
    ("gsn.1", lambda p, c: np.einsum("ij,kj,k,j->ik", c, c, p, 1 / (p @ c))),
    ("gsn.2", lambda labels: changes(labels).mean()),
    ("gsn.2", lambda labels: (np.diff(labels, axis=0) != 0).sum() / labels[1:].size),
    ("gsn.3", parzen_log_likelihood),
    ("gsn.3", by_density),
]
WRONG = [
    ("gsn.1", lambda p, c: transition(p, c).T, "Rows and columns"),
    ("gsn.1", lambda p, c: c @ (c / c.sum(axis=0)).T, "does not know the data"),
    ("gsn.1", lambda p, c: c @ (p[:, None] * c).T, "sum to 1"),
    ("gsn.1", lambda p, c: c @ c.T, "turned round"),
    ("gsn.1", lambda p, c: np.tile(p, (4, 1)), "one step does not"),
    ("gsn.1", lambda p, c: denoiser(p, c) @ c, "shape"),
    ("gsn.1", lambda p, c: np.eye(4), "in this order"),
    ("gsn.2", lambda a: (a[:, 1:] != a[:, :-1]).mean(), "axis 0"),
    ("gsn.2", lambda a: changes(a).sum(), "number of changes"),
    ("gsn.2", lambda a: changes(a).sum(axis=0).mean(), "per chain"),
    ("gsn.2", lambda a: changes(a).sum() / a.size, "six steps"),
    ("gsn.2", lambda a: 1 - changes(a).mean(), "keep the label"),
    ("gsn.2", lambda a: np.abs(np.diff(a, axis=0)).mean(), "one change, not six"),
    ("gsn.2", lambda a: np.diff(a, axis=0).mean(), "means nothing"),
    ("gsn.2", lambda a: 0.123, "the one before it"),
    ("gsn.2", lambda a: changes(a).mean(axis=0), "single number"),
    ("gsn.3", lambda x, s, h: by_density(x, s, h).mean(), "one number for each"),
    ("gsn.3", lambda x, s, h: by_density(x, s, h) + np.log(len(s)), "divided by their number"),
    ("gsn.3", lambda x, s, h: by_density(x, s, h) + factor(x, h), "makes them densities"),
    ("gsn.3", lambda x, s, h: logsumexp(exponents(x, s, h), axis=1), "Neither"),
    ("gsn.3", lambda x, s, h: exponents(x, s, h).mean(axis=1) - factor(x, h), "of the mean"),
    ("gsn.3", lambda x, s, h: naive(x, s, h) + 0.75 * factor(x, h), "one pixel"),
    ("gsn.3", lambda x, s, h: naive(x, s, h**0.5) + factor(x, h**0.5) - factor(x, h), "squared"),
    ("gsn.3", lambda x, s, h: naive(x, s, h / 2**0.5) - 2 * np.log(2), "The 2 below"),
    ("gsn.3", lambda x, s, h: exponents(x, s, h).max(axis=1) - factor(x, h), "nearest sample"),
    ("gsn.3", lambda x, s, h: -by_density(x, s, h), "parzen_log_likelihood"),
    ("gsn.3", naive, "exponentials vanish"),
    ("gsn.3", lambda x, s, h: x, "shape"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
