"""Checks for the exercises of the chapter `cvae`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import WrongAnswer, as_array, call, judge


def _rows(codes, labels):
    return np.concatenate([codes, labels], axis=1)


def check_1(grid: Callable) -> str:
    """Accept a function of codes (n, d): all pairs with ten labels, as rows (10 n, d + 10)."""
    z = np.random.default_rng(0).normal(size=(3, 4))
    eye = np.eye(10)
    answer = np.asarray(call(grid, z.copy()))
    if answer.shape == (30, 5):
        raise WrongAnswer("The label must be ten numbers, one of them 1, not one number.")
    if answer.shape == (40, 14):
        raise WrongAnswer("Four times ten rows: the codes were counted along the wrong axis.")
    answer = as_array(answer, (30, 14))
    repeated, tiled = np.repeat(z, 10, axis=0), np.tile(eye, (3, 1))
    wrong = (
        (_rows(tiled, repeated), "The decoder takes the code first and the label after it."),
        (_rows(repeated, np.repeat(eye, 3, axis=0)), "Both are repeated in blocks, so that a code "
        "does not meet each label. One has to change slowly and the other fast."),
        (_rows(np.tile(z, (10, 1)), tiled), "Both run through from the start again and again. One "
        "code must stay for ten rows, while the label changes."),
        (_rows(np.tile(z, (10, 1)), np.repeat(eye, 3, axis=0)), "All pairs are there, sorted by "
        "label; the picture wants one row for each code."),
    )  # fmt: skip
    judge(
        answer,
        _rows(repeated, tiled),
        wrong,
        "Each code stays for ten rows, in which the label runs from 0 to 9.",
    )
    return "Three codes become thirty rows, and each code meets each label once."


def _softmax(a, axis=1):
    powers = np.exp(a - a.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def check_2(posterior: Callable) -> str:
    """Accept a function (log_likelihood (n, 10), prior (10,)): p(y given x) of shape (n, 10)."""
    rng = np.random.default_rng(1)
    log_likelihood = -900 + rng.normal(scale=2, size=(4, 10))
    prior = rng.dirichlet(np.full(10, 5.0))
    answer = np.asarray(call(posterior, log_likelihood.copy(), prior.copy()), dtype=float)
    if not np.isfinite(answer).all() or not answer.any():
        raise WrongAnswer(
            "exp(-900) is 0 in floating point, and the sum of ten such zeros is 0. Subtract the "
            "largest logarithm of each image first; it cancels."
        )
    answer = as_array(answer, (4, 10))
    joint = log_likelihood + np.log(prior)
    right = _softmax(joint)
    wrong = (
        (_softmax(log_likelihood), "The prior is not used: a rare label needs more evidence."),
        (_softmax(log_likelihood + prior), "The prior is added as it is: add its logarithm."),
        (_softmax(joint, 0), "The sum runs over the images; the labels of one image compete."),
        (np.log(right), "This is the logarithm of it."),
        (_softmax(-log_likelihood + np.log(prior)), "The sign is turned: these are log "
        "likelihoods, and the larger one is the better one."),
        (joint / joint.sum(axis=1, keepdims=True), "Logarithms were divided by their sum; take "
        "the exponential first."),
        (_softmax(log_likelihood) * prior, "The prior comes before the sum: these rows do not add "
        "up to 1."),
    )  # fmt: skip
    judge(answer, right, wrong, "Add log prior to log likelihood, exponentiate, divide by the sum.")
    return "Likelihood times prior, divided by the sum over the labels."


def check_3(gain: Callable) -> str:
    """Accept a function of two arrays of nats (n,): mean of the gain and its standard error."""
    rng = np.random.default_rng(2)
    plain = rng.normal(90, 25, size=60)
    conditional = plain - rng.normal(4, 3, size=60)
    answer = as_array(call(gain, plain.copy(), conditional.copy()), (2,))
    difference = plain - conditional
    mean, spread = difference.mean(), difference.std(ddof=1)
    error = spread / np.sqrt(60)
    apart = np.sqrt((plain.var(ddof=1) + conditional.var(ddof=1)) / 60)
    population = difference.std() / np.sqrt(60)
    if np.isclose(answer[0], mean, rtol=1e-6) and np.isclose(answer[1], population, rtol=1e-6):
        answer[1] = error  # NumPy's default divides by n: as good for a standard error
    wrong = (
        ((-mean, error), "The sign is turned: fewer nats for the conditional model are a gain."),
        ((mean, apart), "This error is for two sets of different images. Take the difference of "
        "each image first: hard images are hard for both models, and that cancels."),
        ((mean, spread), "This is the spread over the images. The error of their mean is smaller "
        "by the square root of their number."),
        ((mean, difference.std()), "This is the spread over the images. The error of their mean "
        "is smaller by the square root of their number."),
        ((mean, spread / 60), "Divide by the square root of the number of images."),
        ((difference.sum(), error), "The gain is the mean over the images, not their sum."),
    )  # fmt: skip
    judge(
        answer,
        (mean, error),
        wrong,
        "Mean of plain minus conditional, and its standard deviation over the root of n.",
    )
    return "Image by image first, then the mean and its error."
