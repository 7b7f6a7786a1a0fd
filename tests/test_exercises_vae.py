"""The exercises of the chapter `vae` accept right answers and explain wrong ones."""

import math

import numpy as np
import pytest
from exercise_cases import make_argument_test, make_mutant_test, make_tests
from scipy.special import logsumexp

pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # np.matrix


def code_cost(z_mean, z_log_var):
    return 0.5 * np.sum(np.exp(z_log_var) + z_mean**2 - 1 - z_log_var, axis=1)


def cost_by_loop(z_mean, z_log_var):
    return [
        sum(0.5 * (math.exp(v) + m * m - 1 - v) for m, v in zip(means, log_vars, strict=True))
        for means, log_vars in zip(z_mean, z_log_var, strict=True)
    ]


def cost_by_sd(z_mean, sd):
    with np.errstate(all="ignore"):
        return 0.5 * np.sum(sd**2 + z_mean**2 - 1 - np.log(sd**2), axis=1)


def estimate_nll(log_weights):
    return np.log(log_weights.shape[1]) - logsumexp(log_weights, axis=1)


def with_shift(log_weights, shift):
    mean = np.mean(np.exp(log_weights - shift), axis=1)
    return -np.squeeze(np.broadcast_to(shift, (len(log_weights), 1)), 1) - np.log(mean)


def own_largest(log_weights):
    return with_shift(log_weights, log_weights.max(axis=1, keepdims=True))


def in_place(log_weights):
    largest = log_weights.max(axis=1)
    log_weights -= largest[:, None]
    return -largest - np.log(np.exp(log_weights).mean(axis=1))


RIGHT = [
    ("vae.1", code_cost),
    ("vae.1", cost_by_loop),
    ("vae.1", lambda mean, log_var: cost_by_sd(mean, np.exp(log_var / 2))),
    ("vae.1", lambda mean, log_var: code_cost(np.float32(mean), np.float32(log_var))),
    ("vae.1", lambda mean, log_var: (cost for cost in code_cost(mean, log_var))),
    ("vae.1", lambda mean, log_var: np.asmatrix(code_cost(mean, log_var))),
    ("vae.2", lambda pixels, units: pixels / units),
    ("vae.2", lambda pixels, units: np.float32(pixels / units)),
    ("vae.3", estimate_nll),
    ("vae.3", own_largest),
    ("vae.3", in_place),
    ("vae.3", lambda a: list(estimate_nll(a))),
    ("vae.3", lambda a: (nll for nll in estimate_nll(a))),
    ("vae.3", lambda a: np.asmatrix(estimate_nll(a))),
]
WRONG = [
    ("vae.1", cost_by_sd, "for a standard deviation"),
    ("vae.1", lambda mean, log_var: code_cost(mean, 2 * log_var), "logarithm of the standard"),
    ("vae.1", lambda mean, log_var: -code_cost(mean, log_var), "never negative"),
    ("vae.1", lambda mean, log_var: code_cost(mean, log_var) / mean.shape[1], "adds up"),
    ("vae.1", lambda mean, log_var: code_cost(mean, log_var) / 4, "adds up"),
    ("vae.1", lambda mean, log_var: 2 * code_cost(mean, log_var), "one half"),
    ("vae.1", lambda mean, log_var: code_cost(0 * mean, log_var), "means are left out"),
    ("vae.1", lambda mean, log_var: code_cost(mean, log_var).sum(), "for each image"),
    ("vae.1", lambda mean, log_var: 0 * mean[:, 0], "must be 0"),
    ("vae.1", lambda mean, log_var: code_cost(mean, np.clip(log_var, -3, 3)), "clip nothing"),
    ("vae.1", lambda mean, log_var: code_cost(mean, np.minimum(log_var, 5)), "clip nothing"),
    ("vae.1", lambda mean, log_var: np.maximum(code_cost(mean, log_var), 0.5), "clip nothing"),
    ("vae.1", lambda mean, log_var: ["cost"] * len(mean), "Expected numbers"),
    ("vae.2", lambda pixels, units: pixels, "averaged, too"),
    ("vae.2", lambda pixels, units: pixels * units, "shrinks"),
    ("vae.2", lambda pixels, units: units / pixels, "Turned round"),
    ("vae.2", lambda pixels, units: pixels // units, "whole number"),
    ("vae.2", lambda pixels, units: 1, "do not cancel"),
    ("vae.2", lambda pixels, units: 1 / pixels, "multiply the whole loss"),
    ("vae.2", lambda pixels, units: 784 / units, "as a multiple"),
    ("vae.2", lambda pixels, units: 784 / 16, "as a multiple"),
    ("vae.2", lambda pixels, units: round(pixels / units, 1), "as a multiple"),
    ("vae.2", lambda pixels, units: max(pixels, units) / min(pixels, units), "Turned round"),
    ("vae.2", lambda pixels, units: max(pixels / units, 1), "do not cancel"),
    ("vae.3", lambda a: with_shift(a, 0), "largest log weight"),
    ("vae.3", lambda a: with_shift(a, -1000), "not one for all"),
    ("vae.3", lambda a: with_shift(a, a.max()), "not one for all"),
    ("vae.3", lambda a: with_shift(a, a[:, :1]), "not any of them"),
    ("vae.3", lambda a: with_shift(a, a.mean(axis=1, keepdims=True)), "not any of them"),
    ("vae.3", lambda a: ["nll"] * len(a), "Expected numbers"),
    ("vae.3", lambda a: -a.mean(axis=1), "mean of the logarithms"),
    ("vae.3", lambda a: -estimate_nll(a), "sign is turned"),
    ("vae.3", lambda a: -logsumexp(a, axis=1), "logarithm of k"),
    ("vae.3", lambda a: math.log(50) - logsumexp(a, axis=1), "the answer is 1000"),
    ("vae.3", lambda a: -a.max(axis=1), "largest weight alone"),
    ("vae.3", lambda a: a[:, 0] * 0, "the answer is 1000"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
