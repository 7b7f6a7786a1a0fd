"""Checks for the exercises of the chapter `vae`."""

from collections.abc import Callable, Iterator

import numpy as np
from scipy.special import logsumexp

from aeutils.exercises import WrongAnswer, as_array, call, judge


def check_1(code_cost: Callable) -> str:
    """Accept a function (z_mean, z_log_var) that returns KL to the standard Gaussian prior."""
    rng = np.random.default_rng(0)
    otherwise = "For a mean of 0 and a log variance of 0 it must be 0."
    for shape in ((5, 4), (3, 7), (1, 2)):
        mean, log_var = rng.normal(size=(2, *shape))
        answer = call(_listed(code_cost), mean.copy(), log_var.copy())
        _judge_cost(answer, mean, log_var, otherwise)
    # The prior itself, far means, and variances near 0 and far above 1.
    log_var = np.array([[0, 0, 0], [-8, 6, 0], [-7.5, -8, -6], [6, 5, 5.5], [0.3, 0, -0.2]])
    mean = np.array([[0, 0, 0], [0, 0, 0], [4, -6, 9], [0.1, -0.2, 0], [0, 0.1, 0]])
    answer = call(_listed(code_cost), mean.copy(), log_var.copy())
    otherwise = (
        "Right for log variances near 0 and not for all: clip nothing, neither what goes in nor "
        "what comes out. A code that is the prior costs 0; a very narrow or wide one costs a lot."
    )
    _judge_cost(answer, mean, log_var, otherwise)
    return "Half of variance plus squared mean minus 1 minus log variance, summed."


def _listed(function: Callable) -> Callable:
    """Take a generator or a matrix from a reader's function as the numbers that it holds."""

    def run(*arguments):
        result = function(*arguments)
        if isinstance(result, np.matrix):
            return np.asarray(result).ravel()
        return list(result) if isinstance(result, Iterator) else result

    return run if callable(function) else function


def _judge_cost(answer, mean, log_var, otherwise) -> None:
    terms = np.exp(log_var) + mean**2 - 1 - log_var
    right = 0.5 * terms.sum(axis=1)
    with np.errstate(all="ignore"):
        as_sd = 0.5 * np.sum(log_var**2 + mean**2 - 1 - np.log(log_var**2), axis=1)
        half_sd = 0.5 * np.sum(np.exp(2 * log_var) + mean**2 - 1 - 2 * log_var, axis=1)
    if np.isscalar(answer) or getattr(answer, "shape", None) == ():
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
    judge(answer, right, hints, otherwise)


def check_2(hidden_beta: Callable) -> str:
    """Accept a function (pixels, units): the weight of KL where both are averaged."""
    for pixels, units in ((784, 16), (784, 10), (3072, 128), (50, 50), (10, 64), (28, 3), (1, 7)):
        answer = as_array(call(hidden_beta, pixels, units))
        wrong = (
            (pixels, "That is the answer for KL summed over the code; here it is averaged, too."),
            (pixels * units, "The mean over the units makes KL smaller, so the hidden beta "
             "shrinks."),
            (units / pixels, "Turned round: averaging over the pixels makes the reconstruction "
             "small, so KL weighs more, not less."),
            (pixels // units, "Beta need not be a whole number."),
            (1, "Two means, but over different numbers of terms: they do not cancel."),
            (1 / pixels, "Bring the reconstruction to the weight 1: multiply the whole loss by "
             "the number of pixels."),
        )  # fmt: skip
        otherwise = "Write D / pixels + R / units as a multiple of D + beta R."
        judge(answer, pixels / units, wrong, otherwise)
    return "Pixels over units: 784 / 16 = 49 is milder than 784, and far from the ELBO."


def check_3(estimate_nll: Callable) -> str:
    """Accept a function that turns log weights (n, k) into estimates of -log p(x)."""
    rng = np.random.default_rng(0)
    cases = ((4, 50, 0, 3), (6, 7, 1500, 3), (3, 1, 400, 3), (8, 20, 0, 600))
    for images, count, apart, spread in cases:
        level = -1000 - apart * np.arange(images)[:, None]
        log_weights = level + spread * rng.normal(size=(images, count))
        with np.errstate(all="ignore"):
            answer = call(_listed(estimate_nll), log_weights.copy())
        _judge_nll(answer, log_weights)
    return "The logarithm of the mean weight, with the largest taken out for safety."


def _judge_nll(answer, log_weights) -> None:
    total = logsumexp(log_weights, axis=1)
    right = np.log(log_weights.shape[1]) - total
    if _overflows(answer, right.shape):
        raise WrongAnswer(
            "In floating point exp of a number far below 0 is 0, and far above 0 it is inf: take "
            "out the largest log weight of each image, not one for all and not any of them."
        )
    answer = as_array(answer, right.shape)
    wrong = (
        (-log_weights.mean(axis=1), "This is the mean of the logarithms, the negative ELBO: "
         "average the weights, then take the logarithm."),
        (-right, "The sign is turned: an estimate of -log p(x) is above 0 here."),
        (-total, "The sum of the weights in place of their mean: the logarithm of k is missing."),
        (-log_weights.max(axis=1), "This is the largest weight alone; the others count as well."),
    )  # fmt: skip
    judge(answer, right, wrong, "If all log weights of an image are -1000, the answer is 1000.")


def _overflows(answer, shape) -> bool:
    try:
        values = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        return False
    return values.shape == shape and not np.isfinite(values).all()
