"""Checks for the exercises of the chapter `vae`."""

from collections.abc import Callable

import numpy as np
from scipy.special import logsumexp

from aeutils.exercises import WrongAnswer, as_array, call, judge

PIXELS, UNITS = 784, 16


def check_1(code_cost: Callable) -> str:
    """Accept a function (z_mean, z_log_var) that returns KL to the standard Gaussian prior."""
    rng = np.random.default_rng(0)
    mean, log_var = rng.normal(size=(2, 5, 4))
    terms = np.exp(log_var) + mean**2 - 1 - log_var
    right = 0.5 * terms.sum(axis=1)
    with np.errstate(all="ignore"):
        as_sd = 0.5 * np.sum(log_var**2 + mean**2 - 1 - np.log(log_var**2), axis=1)
        half_sd = 0.5 * np.sum(np.exp(2 * log_var) + mean**2 - 1 - 2 * log_var, axis=1)
    answer = np.asarray(call(code_cost, mean, log_var))
    if answer.shape == ():
        raise WrongAnswer("Return one number for each image: sum over the units only.")
    answer = as_array(answer, right.shape)
    wrong = {
        "This takes the log variance for a standard deviation: exp(z_log_var) is the variance.": (
            as_sd
        ),
        "This takes z_log_var for the logarithm of the standard deviation; it is that of the "
        "variance.": half_sd,
        "The sign is turned: KL is never negative.": -right,
        "The mean over the units is too small by their number: KL adds up over the units.": (
            right / mean.shape[1]
        ),
        "The factor of one half is missing.": 2 * right,
        "The means are left out: a Gaussian of variance 1 far from the origin costs something.": (
            right - 0.5 * np.sum(mean**2, axis=1)
        ),
    }
    hints = ((value, hint) for hint, value in wrong.items())
    judge(answer, right, hints, "For a mean of 0 and a log variance of 0 it must be 0.")
    return "Half of variance plus squared mean minus 1 minus log variance, summed."


def check_2(hidden_beta: float) -> str:
    """Accept the weight of KL where pixels and code units are both averaged."""
    wrong = (
        (PIXELS, "That is the answer for KL summed over the code; here it is averaged, too."),
        (PIXELS * UNITS, "The mean over the units makes KL smaller, so the hidden beta shrinks."),
        (UNITS / PIXELS, "Turned round: averaging over the pixels makes the reconstruction small, "
         "so KL weighs more, not less."),
        (1, "Two means, but over different numbers of terms: they do not cancel."),
        (1 / PIXELS, "Bring the reconstruction to the weight 1: multiply the whole loss by 784."),
    )  # fmt: skip
    otherwise = "Write D / 784 + R / 16 as a multiple of D + beta R."
    judge(as_array(hidden_beta), PIXELS / UNITS, wrong, otherwise)
    return "784 / 16: milder than 784, and still far from the ELBO."


def check_3(estimate_nll: Callable) -> str:
    """Accept a function that turns log weights (n, k) into estimates of -log p(x)."""
    log_weights = np.random.default_rng(0).normal(-1000, 3, size=(4, 50))
    total = logsumexp(log_weights, axis=1)
    right = np.log(log_weights.shape[1]) - total
    with np.errstate(all="ignore"):
        answer = np.asarray(call(estimate_nll, log_weights), dtype=float)
    if answer.shape == right.shape and not np.isfinite(answer).all():
        raise WrongAnswer("exp(-1000) is 0 in floating point: take out the largest log weight.")
    answer = as_array(answer, right.shape)
    wrong = (
        (-log_weights.mean(axis=1), "This is the mean of the logarithms, the negative ELBO: "
         "average the weights, then take the logarithm."),
        (-right, "The sign is turned: an estimate of -log p(x) is about 1000 here."),
        (-total, "The sum of the weights in place of their mean: the logarithm of k is missing."),
        (-log_weights.max(axis=1), "This is the largest weight alone; the others count as well."),
    )  # fmt: skip
    judge(answer, right, wrong, "If all log weights of an image are -1000, the answer is 1000.")
    return "The logarithm of the mean weight, with the largest taken out for safety."
