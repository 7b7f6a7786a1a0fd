"""Checks for the exercises of the chapter `kl-and-elbo`."""

from collections.abc import Callable

import numpy as np
from scipy.special import logsumexp

from aeutils.exercises import WrongAnswer, as_array, as_numbers, call, judge


def check_1(divergence: Callable) -> str:
    """Accept a function (mean_1, log_var_1, mean_2, log_var_2) that returns KL(first, second)."""
    rng = np.random.default_rng(0)
    for shape in ((3,), (4, 2), (1,)):
        _judge_divergence(divergence, *rng.normal(size=(4, *shape)))
    # Wide beside narrow, far apart: a clip or a small constant would show.
    extreme = (np.array([5.0, 0.0]), np.array([-9.0, 4.0]), np.array([-5.0, 0.0]))
    _judge_divergence(divergence, *extreme, np.array([3.0, -4.0]))
    same = rng.normal(size=(2, 5))
    equals = as_array(call(divergence, *same, *same), (5,))
    if not np.allclose(equals, 0, atol=1e-6):
        raise WrongAnswer("Between equal Gaussians the divergence must be 0.")
    return "Zero for equals, positive for all others, and not symmetric."


def _judge_divergence(divergence, mean_1, log_var_1, mean_2, log_var_2) -> None:
    given = (mean_1, log_var_1, mean_2, log_var_2)
    # A function that works in place must not change what its answer is compared with.
    answer = as_numbers(call(divergence, *(array.copy() for array in given)))

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


def check_2(tighter_bound: Callable) -> str:
    """Accept a function (log_w) that returns the logarithm of the mean weight of each image."""
    rng = np.random.default_rng(0)
    for shape in ((6, 4), (3, 5), (1, 2)):
        _judge_bound(tighter_bound, rng.normal(scale=2.0, size=shape))
    log_w = rng.normal(scale=2.0, size=(7, 4))
    with np.errstate(all="ignore"):
        _judge_range(tighter_bound, log_w - 2000.0, "near exp(-2000) the exponential becomes 0")
        _judge_range(tighter_bound, log_w + 900.0, "near exp(900) the exponential becomes inf")
        levels = np.array([0.0, -2000.0, 900.0, -1000.0])
        _judge_range(
            tighter_bound,
            log_w + levels,
            "of images thousands of nats apart one maximum for all does not help: use that of "
            "each column. Otherwise the exponential becomes 0",
        )
        # One weight that carries the mean, beside others that vanish.
        alone = np.where(np.arange(7)[:, None] == 3, log_w, log_w - 1000.0)
        _judge_range(tighter_bound, alone, "hundreds of nats below the largest one vanishes")
    return "The logarithm of the mean, safe for weights that no float can hold."


def _judge_bound(tighter_bound, log_w) -> None:
    count, images = log_w.shape
    right = logsumexp(log_w, axis=0) - np.log(count)
    answer = as_numbers(call(tighter_bound, log_w))
    if answer.shape == (count,) and count != images:
        raise WrongAnswer("The samples are in the rows: average over axis 0.")
    answer = as_array(answer, right.shape)
    wrong = (
        (log_w.mean(axis=0), "This is the mean of the logarithms: the plain bound. Average the "
         "weights first, then take the logarithm."),
        (right + np.log(count), "This is the logarithm of the sum; divide by the number of "
         "samples."),
        (right - np.log(count), "You divided by the number of samples twice."),
        (np.exp(right), "This is the mean weight; its logarithm is asked for."),
        (-right, "The sign is turned: the bound itself is asked for, not a loss."),
        (log_w.max(axis=0), "This is the best sample alone; it may lie above the evidence."),
    )  # fmt: skip
    wrong = wrong if count > 1 else ()
    judge(answer, right, wrong, "It must be log(mean(exp(log_w))) over the samples.")


def _judge_range(tighter_bound, log_w, what: str) -> None:
    right = logsumexp(log_w, axis=0) - np.log(len(log_w))
    answer = as_numbers(call(tighter_bound, log_w))
    if answer.shape != right.shape or not np.allclose(answer, right, rtol=1e-5, atol=1e-4):
        raise WrongAnswer(
            f"For weights {what} and the logarithm is not right any more: take the largest log "
            "weight of each image out first, as scipy.special.logsumexp does."
        )


def check_3(independence_gap: Callable) -> str:
    """Accept a function (covariance) that returns the gap of the best mean-field Gaussian."""
    rng = np.random.default_rng(0)
    for units in (3, 2, 5, 8):
        factor = rng.normal(size=(units, units)) / 2 + np.eye(units)
        _judge_gap(independence_gap, factor @ factor.T)
    _judge_gap(independence_gap, np.array([[1.0, 0.999], [0.999, 1.0]]))
    for variances in ([0.5, 2.0], [3.0], [1e-3, 1.0, 40.0]):
        gap = float(as_array(call(independence_gap, np.diag(variances))))
        if not np.isclose(gap, 0, atol=1e-6):
            raise WrongAnswer("For independent units the gap must be 0, whatever their number.")
    return "Zero where the units are independent, and it grows with their correlation."


def _judge_gap(independence_gap, covariance) -> None:
    units = len(covariance)
    precision = np.linalg.inv(covariance)
    log_det = np.linalg.slogdet(precision)[1]
    right = 0.5 * (np.log(np.diag(precision)).sum() - log_det)
    marginals = 0.5 * (np.log(np.diag(covariance)).sum() + log_det)
    ratios = np.sum(np.diag(covariance) * np.diag(precision))
    moments = 0.5 * (ratios - units - np.log(np.diag(covariance)).sum() - log_det)
    answer = float(as_array(call(independence_gap, covariance.copy())))
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
    # With two units the diagonals of both matrices give the same gap.
    wrong = [(value, hint) for value, hint in wrong if not np.isclose(value, right)]
    judge(answer, right, wrong, "The chapter has the formula with the precision P.")


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
        (np.sqrt(values / 2), "This is the standard deviation of the noise; its square is asked."),
    )
    answer = float(as_array(noise_variance))
    hint = "Set 1 / (2 c) equal to the weight of a squared error."
    judge(answer, values / 2, wrong, hint)
    if abs(answer - values / 2) > 1e-6:
        raise WrongAnswer(f"Close, but not exact. {hint}")
    return "1 / (2 c) = 1 / 3072: it expects noise with a standard deviation of 39."
