"""The exercises of the chapter `kl-and-elbo` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_tests
from scipy import integrate, stats
from scipy.special import logsumexp


def divergence(mean_1, log_var_1, mean_2, log_var_2):
    var_1, var_2 = np.exp(log_var_1), np.exp(log_var_2)
    return 0.5 * ((var_1 + (mean_1 - mean_2) ** 2) / var_2 - 1 + np.log(var_2 / var_1))


def by_integration(mean_1, log_var_1, mean_2, log_var_2):
    result = []
    for a, u, b, v in zip(mean_1, log_var_1, mean_2, log_var_2, strict=True):
        p, q = stats.norm(a, np.exp(u / 2)), stats.norm(b, np.exp(v / 2))
        value = integrate.quad(lambda t, p=p, q=q: p.pdf(t) * (p.logpdf(t) - q.logpdf(t)), -20, 20)
        result.append(value[0])
    return result


def bound(log_w):
    return logsumexp(log_w, axis=0) - np.log(len(log_w))


def gap(covariance):
    precision = np.linalg.inv(covariance)
    return 0.5 * np.log(np.prod(np.diag(precision)) / np.linalg.det(precision))


def gap_of_marginals(covariance):
    return 0.5 * np.log(np.prod(np.diag(covariance)) / np.linalg.det(covariance))


def gap_of_moments(covariance):
    ratios = np.diag(covariance) * np.diag(np.linalg.inv(covariance))
    return 0.5 * (ratios.sum() - len(ratios)) - gap_of_marginals(covariance)


def log_det(matrix):
    return np.log(np.linalg.det(matrix))


RIGHT = [
    ("kl-and-elbo.1", divergence),
    ("kl-and-elbo.1", by_integration),
    ("kl-and-elbo.2", bound),
    ("kl-and-elbo.2", lambda w: w.max(0) + np.log(np.mean(np.exp(w - w.max(0)), axis=0))),
    ("kl-and-elbo.3", gap),
    ("kl-and-elbo.3", lambda c: 0.5 * (np.log(np.diag(np.linalg.inv(c))).sum() + log_det(c))),
    ("kl-and-elbo.4", 1536),
    ("kl-and-elbo.4", 32 * 32 * 3 / 2),
]
WRONG = [
    ("kl-and-elbo.1", lambda *a: -divergence(*a), "never negative"),
    ("kl-and-elbo.1", lambda a, u, b, v: divergence(b, v, a, u), "not symmetric"),
    ("kl-and-elbo.1", lambda *a: 2 * divergence(*a), "one half"),
    ("kl-and-elbo.1", lambda *a: divergence(*a) + 0.5, "-1/2"),
    ("kl-and-elbo.1", lambda a, u, b, v: divergence(a, 2 * u, b, 2 * v), "log variances"),
    ("kl-and-elbo.1", lambda a, u, b, v: divergence(a, u, 0 * b, 0 * v), "standard Gaussian"),
    ("kl-and-elbo.1", lambda a, u, b, v: divergence(a, u, b, v) + u - v, "wrong sign"),
    ("kl-and-elbo.1", lambda *a: divergence(*a).sum(), "one number for each"),
    ("kl-and-elbo.1", lambda a, u, b, v: 0 * a, "formula above"),
    ("kl-and-elbo.2", lambda w: w.mean(axis=0), "plain bound"),
    ("kl-and-elbo.2", lambda w: logsumexp(w, axis=0), "divide"),
    ("kl-and-elbo.2", lambda w: bound(w) - np.log(len(w)), "twice"),
    ("kl-and-elbo.2", lambda w: np.exp(bound(w)), "logarithm is asked"),
    ("kl-and-elbo.2", lambda w: -bound(w), "not a loss"),
    ("kl-and-elbo.2", lambda w: w.max(axis=0), "best sample"),
    ("kl-and-elbo.2", lambda w: logsumexp(w, axis=1), "axis 0"),
    ("kl-and-elbo.2", lambda w: np.log(np.mean(np.exp(w), axis=0)), "-inf"),
    ("kl-and-elbo.2", lambda w: 0 * w[0], "over the samples"),
    ("kl-and-elbo.3", gap_of_marginals, "other direction"),
    ("kl-and-elbo.3", gap_of_moments, "too wide"),
    ("kl-and-elbo.3", lambda c: 2 * gap(c), "one half"),
    ("kl-and-elbo.3", lambda c: -gap(c), "not negative"),
    ("kl-and-elbo.3", lambda c: gap(c) - 0.5 * log_det(c), "determinant"),
    ("kl-and-elbo.3", lambda c: gap(c) if len(c) == 3 else 1.0, "whatever their number"),
    ("kl-and-elbo.3", lambda c: 0.0, "precision P"),
    ("kl-and-elbo.4", 3072, "twice"),
    ("kl-and-elbo.4", 6144, "other side"),
    ("kl-and-elbo.4", 1 / 3072, "other way round"),
    ("kl-and-elbo.4", 2 / 3072, "1 / c"),
    ("kl-and-elbo.4", 512, "three values"),
    ("kl-and-elbo.4", 392, "MNIST"),
    ("kl-and-elbo.4", 0.5, "their mean"),
    ("kl-and-elbo.4", 1.0, "half of the sum"),
    ("kl-and-elbo.4", 7, "weight of a squared error"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
