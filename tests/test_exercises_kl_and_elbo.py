"""The exercises of the chapter `kl-and-elbo` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests
from scipy.special import logsumexp


def divergence(mean_1, log_var_1, mean_2, log_var_2):
    var_1, var_2 = np.exp(log_var_1), np.exp(log_var_2)
    return 0.5 * ((var_1 + (mean_1 - mean_2) ** 2) / var_2 - 1 + np.log(var_2 / var_1))


def by_quadrature(mean_1, log_var_1, mean_2, log_var_2):
    nodes, weights = np.polynomial.hermite_e.hermegauss(4)
    total = 0.0
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        z = mean_1 + np.exp(0.5 * log_var_1) * node
        squares = (z - mean_2) ** 2 / np.exp(log_var_2) - node**2
        total = total + weight * 0.5 * (squares + log_var_2 - log_var_1)
    return total


def divergence_in_place(mean_1, log_var_1, mean_2, log_var_2):
    mean_1 -= mean_2
    mean_1 **= 2
    mean_1 /= np.exp(log_var_2)
    log_var_1 -= log_var_2
    return 0.5 * (np.exp(log_var_1) + mean_1 - 1 - log_var_1)


def bound(log_w):
    return logsumexp(log_w, axis=0) - np.log(len(log_w))


def by_loops(log_w):
    result = []
    for column in log_w.T.tolist():
        largest = max(column)
        total = sum(np.exp(value - largest) for value in column)
        result.append(largest + float(np.log(total / len(column))))
    return result


def in_place(log_w):
    log_w = log_w.copy()
    largest = log_w.max(axis=0)
    log_w -= largest
    return np.log(np.exp(log_w).mean(axis=0)) + largest


def one_maximum(log_w):
    return log_w.max() + np.log(np.mean(np.exp(log_w - log_w.max()), axis=0))


def constant_shift(log_w):
    return np.log(np.mean(np.exp(log_w + 500.0), axis=0)) - 500.0


def floored(log_w):
    return np.log(np.mean(np.exp(log_w), axis=0) + 1e-300)


def elementwise(mean_1, log_var_1, mean_2, log_var_2):
    result = np.empty(np.shape(mean_1), dtype="float32")
    for place in np.ndindex(result.shape):
        sd_1, sd_2 = np.exp(0.5 * log_var_1[place]), np.exp(0.5 * log_var_2[place])
        shift = (sd_1**2 + (mean_1[place] - mean_2[place]) ** 2) / (2 * sd_2**2)
        result[place] = np.log(sd_2 / sd_1) + shift - 0.5
    return result


def clipped(mean_1, log_var_1, mean_2, log_var_2):
    return divergence(mean_1, np.clip(log_var_1, -4, 4), mean_2, np.clip(log_var_2, -4, 4))


def gap_by_cholesky(covariance):
    log_det = 2 * np.log(np.diag(np.linalg.cholesky(covariance))).sum()
    diagonal = [np.linalg.inv(covariance)[n, n] for n in range(len(covariance))]
    return 0.5 * (sum(np.log(diagonal)) + log_det)


def gap_of_pairs(covariance):
    scale = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(scale, scale)
    pairs = correlation[np.triu_indices(len(covariance), 1)]
    return -0.5 * np.sum(np.log(1 - pairs**2))


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
    ("kl-and-elbo.1", by_quadrature),
    ("kl-and-elbo.1", divergence_in_place),
    ("kl-and-elbo.1", elementwise),
    ("kl-and-elbo.1", lambda *a: [list(row) if np.ndim(row) else row for row in divergence(*a)]),
    ("kl-and-elbo.2", bound),
    ("kl-and-elbo.2", lambda w: w.max(0) + np.log(np.mean(np.exp(w - w.max(0)), axis=0))),
    ("kl-and-elbo.2", by_loops),
    ("kl-and-elbo.2", in_place),
    ("kl-and-elbo.2", lambda w: np.logaddexp.reduce(w, axis=0) - np.log(w.shape[0])),
    ("kl-and-elbo.2", lambda w: bound(w.astype("float32"))),
    ("kl-and-elbo.3", gap),
    ("kl-and-elbo.3", gap_by_cholesky),
    ("kl-and-elbo.3", lambda c: 0.5 * (np.log(np.diag(np.linalg.inv(c))).sum() + log_det(c))),
    ("kl-and-elbo.4", 1536),
    ("kl-and-elbo.4", 32 * 32 * 3 / 2),
    ("kl-and-elbo.4", np.float32(1536)),
]
WRONG = [
    ("kl-and-elbo.1", lambda *given: "text", "Expected numbers"),
    ("kl-and-elbo.2", lambda w: (w.mean(axis=0), 0.0), "Expected numbers"),
    ("kl-and-elbo.1", lambda *a: -divergence(*a), "never negative"),
    ("kl-and-elbo.1", lambda a, u, b, v: divergence(b, v, a, u), "not symmetric"),
    ("kl-and-elbo.1", lambda *a: 2 * divergence(*a), "one half"),
    ("kl-and-elbo.1", lambda *a: divergence(*a) + 0.5, "-1/2"),
    ("kl-and-elbo.1", lambda a, u, b, v: divergence(a, 2 * u, b, 2 * v), "log variances"),
    ("kl-and-elbo.1", lambda a, u, b, v: divergence(a, u, 0 * b, 0 * v), "standard Gaussian"),
    ("kl-and-elbo.1", lambda a, u, b, v: divergence(a, u, b, v) + u - v, "wrong sign"),
    ("kl-and-elbo.1", lambda *a: divergence(*a).sum(), "one number for each"),
    ("kl-and-elbo.1", lambda a, u, b, v: 0 * a, "formula above"),
    ("kl-and-elbo.1", clipped, "formula above"),
    ("kl-and-elbo.1", lambda *a: divergence(*a) + 1e-3 * (a[0] == a[2]), "must be 0"),
    ("kl-and-elbo.2", lambda w: w.mean(axis=0), "plain bound"),
    ("kl-and-elbo.2", lambda w: logsumexp(w, axis=0), "divide"),
    ("kl-and-elbo.2", lambda w: bound(w) - np.log(len(w)), "twice"),
    ("kl-and-elbo.2", lambda w: np.exp(bound(w)), "logarithm is asked"),
    ("kl-and-elbo.2", lambda w: -bound(w), "not a loss"),
    ("kl-and-elbo.2", lambda w: w.max(axis=0), "best sample"),
    ("kl-and-elbo.2", lambda w: logsumexp(w, axis=1), "axis 0"),
    ("kl-and-elbo.2", lambda w: np.log(np.mean(np.exp(w), axis=0)), "exp(-2000)"),
    ("kl-and-elbo.2", lambda w: 0 * w[0], "over the samples"),
    ("kl-and-elbo.2", one_maximum, "each column"),
    ("kl-and-elbo.2", constant_shift, "exp(-2000)"),
    ("kl-and-elbo.2", floored, "exp(-2000)"),
    ("kl-and-elbo.2", lambda w: logsumexp(w, axis=0) - np.log(6), "over the samples"),
    ("kl-and-elbo.3", gap_of_marginals, "other direction"),
    ("kl-and-elbo.3", gap_of_moments, "too wide"),
    ("kl-and-elbo.3", lambda c: 2 * gap(c), "one half"),
    ("kl-and-elbo.3", lambda c: -gap(c), "not negative"),
    ("kl-and-elbo.3", lambda c: gap(c) - 0.5 * log_det(c), "determinant"),
    ("kl-and-elbo.3", lambda c: gap(c) + (c[0, -1] == 0), "whatever their number"),
    ("kl-and-elbo.3", gap_of_pairs, "precision P"),
    ("kl-and-elbo.3", lambda c: gap(c) if len(c) == 3 else 1.0, "precision P"),
    ("kl-and-elbo.3", lambda c: 0.0, "precision P"),
    ("kl-and-elbo.4", 3072, "twice"),
    ("kl-and-elbo.4", 6144, "other side"),
    ("kl-and-elbo.4", 1 / 3072, "other way round"),
    ("kl-and-elbo.4", 2 / 3072, "1 / c"),
    ("kl-and-elbo.4", 1536.01, "not exact"),
    ("kl-and-elbo.4", np.sqrt(1536), "standard deviation"),
    ("kl-and-elbo.4", 512, "three values"),
    ("kl-and-elbo.4", 392, "MNIST"),
    ("kl-and-elbo.4", 0.5, "their mean"),
    ("kl-and-elbo.4", 1.0, "half of the sum"),
    ("kl-and-elbo.4", 7, "weight of a squared error"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
