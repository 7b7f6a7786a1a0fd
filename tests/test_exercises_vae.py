"""The exercises of the chapter `vae` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_tests
from scipy.special import logsumexp


def code_cost(z_mean, z_log_var):
    return 0.5 * np.sum(np.exp(z_log_var) + z_mean**2 - 1 - z_log_var, axis=1)


def cost_by_sd(z_mean, sd):
    with np.errstate(all="ignore"):
        return 0.5 * np.sum(sd**2 + z_mean**2 - 1 - np.log(sd**2), axis=1)


def estimate_nll(log_weights):
    return np.log(log_weights.shape[1]) - logsumexp(log_weights, axis=1)


def naive(log_weights):
    return -np.log(np.mean(np.exp(log_weights), axis=1))


RIGHT = [
    ("vae.1", code_cost),
    ("vae.1", lambda mean, log_var: cost_by_sd(mean, np.exp(log_var / 2))),
    ("vae.2", 784 / 16),
    ("vae.2", np.float32(49)),
    ("vae.3", estimate_nll),
    ("vae.3", lambda a: list(estimate_nll(a))),
]
WRONG = [
    ("vae.1", cost_by_sd, "for a standard deviation"),
    ("vae.1", lambda mean, log_var: code_cost(mean, 2 * log_var), "logarithm of the standard"),
    ("vae.1", lambda mean, log_var: -code_cost(mean, log_var), "never negative"),
    ("vae.1", lambda mean, log_var: code_cost(mean, log_var) / mean.shape[1], "adds up"),
    ("vae.1", lambda mean, log_var: 2 * code_cost(mean, log_var), "one half"),
    ("vae.1", lambda mean, log_var: code_cost(0 * mean, log_var), "means are left out"),
    ("vae.1", lambda mean, log_var: code_cost(mean, log_var).sum(), "for each image"),
    ("vae.1", lambda mean, log_var: 0 * mean[:, 0], "must be 0"),
    ("vae.2", 784, "averaged, too"),
    ("vae.2", 784 * 16, "shrinks"),
    ("vae.2", 16 / 784, "Turned round"),
    ("vae.2", 1, "do not cancel"),
    ("vae.2", 1 / 784, "multiply the whole loss"),
    ("vae.2", 7, "as a multiple"),
    ("vae.3", naive, "largest log weight"),
    ("vae.3", lambda a: -a.mean(axis=1), "mean of the logarithms"),
    ("vae.3", lambda a: -estimate_nll(a), "sign is turned"),
    ("vae.3", lambda a: -logsumexp(a, axis=1), "logarithm of k"),
    ("vae.3", lambda a: -a.max(axis=1), "largest weight alone"),
    ("vae.3", lambda a: a[:, 0] * 0, "the answer is 1000"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
