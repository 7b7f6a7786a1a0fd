"""Checks for the exercises of the chapter `kl-and-elbo`."""

from collections.abc import Callable

import numpy as np
from scipy.special import logsumexp

from aeutils.exercises import WrongAnswer, as_array, call, judge


def check_1(divergence: Callable) -> str:
    """Accept a function (mean_1, log_var_1, mean_2, log_var_2) that returns KL(first, second)."""
    mean_1, mean_2 = np.array([[0.3, -1.0, 2.0], [0.0, 0.5, 1.0]])
    log_var_1, log_var_2 = np.array([[-1.0, 0.4, 0.9], [0.5, -0.7, 0.2]])
    answer = np.asarray(call(divergence, mean_1, log_var_1, mean_2, log_var_2))

    def formula(mean_1, log_var_1, mean_2, log_var_2):
        squares = (mean_1 - mean_2) ** 2
        ratio = log_var_1 - log_var_2
        return 0.5 * (np.exp(ratio) + squares / np.exp(log_var_2) - 1 - ratio)

    right = formula(mean_1, log_var_1, mean_2, log_var_2)
    if answer.shape == () and np.isclose(answer, right.sum()):
        raise WrongAnswer("This is the sum over the entries; return one number for each.")
    answer = as_array(answer, right.shape)
    backwards = formula(mean_2, log_var_2, mean_1, log_var_1)
    doubled = formula(mean_1, 2 * log_var_1, mean_2, 2 * log_var_2)
    wrong = (
        (-right, "The sign is turned: a divergence is never negative."),
        (backwards, "This is the divergence from the second to the first; it is not symmetric."),
        (2 * right, "The factor one half is missing."),
        (right + 0.5, "The constant -1/2 is missing: equal Gaussians must give 0."),
        (doubled, "These are log variances, not logarithms of standard deviations: the variance "
         "is exp(log_var)."),
        (formula(mean_1, log_var_1, 0 * mean_2, 0 * log_var_2), "This is the divergence to the "
         "standard Gaussian; use the second mean and variance."),
        (right + log_var_1 - log_var_2, "The logarithm of the ratio of the variances has the "
         "wrong sign."),
    )  # fmt: skip
    judge(answer, right, wrong, "Compare with the formula above; its s is exp(log_var / 2).")
    return "Zero for equals, positive for all others, and not symmetric."


def check_2(tighter_bound: Callable) -> str:
    """Accept a function (log_w) that returns the logarithm of the mean weight of each image."""
    log_w = np.random.default_rng(0).normal(scale=2.0, size=(6, 4))
    right = logsumexp(log_w, axis=0) - np.log(6)
    answer = np.asarray(call(tighter_bound, log_w))
    if answer.shape == (6,):
        raise WrongAnswer("The samples are in the rows: average over axis 0.")
    answer = as_array(answer, right.shape)
    wrong = (
        (log_w.mean(axis=0), "This is the mean of the logarithms: the plain bound. Average the "
         "weights first, then take the logarithm."),
        (right + np.log(6), "This is the logarithm of the sum; divide by the number of samples."),
        (right - np.log(6), "You divided by the number of samples twice."),
        (np.exp(right), "This is the mean weight; its logarithm is asked for."),
        (-right, "The sign is turned: the bound itself is asked for, not a loss."),
        (log_w.max(axis=0), "This is the best sample alone; it may lie above the evidence."),
    )  # fmt: skip
    judge(answer, right, wrong, "It must be log(mean(exp(log_w))) over the samples.")
    with np.errstate(all="ignore"):
        tiny = np.asarray(call(tighter_bound, log_w - 2000.0), dtype=float)
    if not np.allclose(tiny, right - 2000.0):
        raise WrongAnswer(
            "For weights near exp(-2000) the exponential becomes 0 and its logarithm -inf: take "
            "the largest log weight out first, as scipy.special.logsumexp does."
        )
    return "The logarithm of the mean, safe for weights that no float can hold."


def check_3(independence_gap: Callable) -> str:
    """Accept a function (covariance) that returns the gap of the best mean-field Gaussian."""
    factor = np.array([[1.0, 0.0, 0.0], [0.8, 0.6, 0.0], [-0.3, 0.5, 1.2]])
    covariance = factor @ factor.T
    precision = np.linalg.inv(covariance)
    log_det = np.linalg.slogdet(precision)[1]
    right = 0.5 * (np.log(np.diag(precision)).sum() - log_det)
    marginals = 0.5 * (np.log(np.diag(covariance)).sum() + log_det)
    ratios = np.sum(np.diag(covariance) * np.diag(precision))
    moments = 0.5 * (ratios - 3 - np.log(np.diag(covariance)).sum() - log_det)
    answer = float(as_array(call(independence_gap, covariance)))
    wrong = (
        (marginals, "You took the diagonal of the covariance. That is the best q for the other "
         "direction of the divergence; the bound asks for the diagonal of its inverse."),
        (moments, "This q has the variances of the posterior, and so is too wide: the best has 1 "
         "over the diagonal of the inverse."),
        (2 * right, "The factor one half is missing."),
        (-right, "The sign is turned: a gap is not negative."),
        (0.5 * np.log(np.diag(precision)).sum(), "The log determinant of the inverse covariance "
         "is missing: for a diagonal covariance the gap must be 0."),
    )  # fmt: skip
    judge(answer, right, wrong, "The chapter has the formula with the precision P.")
    if not np.isclose(float(as_array(call(independence_gap, np.diag([0.5, 2.0])))), 0):
        raise WrongAnswer("For independent units the gap must be 0, whatever their number.")
    return "Zero where the units are independent, and it grows with their correlation."


def check_4(noise_variance: float) -> str:
    """Accept the noise variance behind a mean over 32 x 32 x 3 values."""
    values = 32 * 32 * 3
    wrong = (
        (values, "The Gaussian has the squared error over *twice* the variance."),
        (2 * values, "The factor two stands on the other side."),
        (1 / values, "The other way round: the mean makes the error small, so c is large."),
        (2 / values, "This is 1 / c: what the squared error is multiplied by in half."),
        (32 * 32 / 2, "Each pixel has three values, and the mean is over all of them."),
        (392.0, "This is for the 784 pixels of MNIST."),
        (0.5, "This would be the sum of the squares; the program takes their mean."),
        (1.0, "This would be half of the sum of the squares; the program takes their mean."),
    )
    answer = float(as_array(noise_variance))
    judge(answer, values / 2, wrong, "Set 1 / (2 c) equal to the weight of a squared error.")
    return "1 / (2 c) = 1 / 3072: it expects noise with a standard deviation of 39."
