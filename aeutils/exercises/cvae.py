"""Checks for the exercises of the chapter `cvae`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import WrongAnswer, as_array, as_numbers, call, judge


def _rows(codes, labels):
    return np.concatenate([codes, labels], axis=1)


def check_1(grid: Callable) -> str:
    """Accept a function of codes (n, d): all pairs with ten labels, as rows (10 n, d + 10)."""
    volumes = set()
    for seed, (count, size, scale) in enumerate(((3, 4, 2), (6, 8, 20))):
        z = np.random.default_rng(seed).normal(scale=scale, size=(count, size))
        volumes.add(round(_judge_grid(call(grid, z.copy()), z), 3))
    if len(volumes) > 1:
        raise WrongAnswer("The label changes with the codes. It is one-hot, times a fixed number.")
    return "Each code meets each label once, and stays while the label changes."


def _judge_grid(answer, z):
    count, size = z.shape
    answer = as_numbers(answer)
    if answer.shape == (10 * count, size + 1):
        raise WrongAnswer("The label must be ten numbers, one of them 1, not one number.")
    if answer.shape == (10 * size, size + 10):
        raise WrongAnswer("Ten rows for each unit: the codes were counted along the wrong axis.")
    answer = as_array(answer, (10 * count, size + 10)).copy()
    eye = np.eye(10)
    repeated, tiled = np.repeat(z, 10, axis=0), np.tile(eye, (count, 1))
    volume = float(answer[0, size])
    if volume > 0 and np.allclose(answer[:, size:], volume * tiled):
        if not 0.1 <= volume <= 100:
            raise WrongAnswer("The label is in the right place, but not of a size to be heard.")
        answer[:, size:] /= volume  # a louder label is a label
    wrong = (
        (_rows(tiled, repeated), "The decoder takes the code first and the label after it."),
        (_rows(repeated, np.repeat(eye, count, axis=0)), "Both are repeated in blocks, so that a "
        "code does not meet each label. One has to change slowly and the other fast."),
        (_rows(np.tile(z, (10, 1)), tiled), "Both run through from the start again and again. One "
        "code must stay for ten rows, while the label changes."),
        (_rows(np.tile(z, (10, 1)), np.repeat(eye, count, axis=0)), "All pairs are there, sorted "
        "by label; the picture wants one row for each code."),
    )  # fmt: skip
    right = _rows(repeated, tiled)
    judge(answer, right, wrong, "Each code stays for ten rows, the label runs from 0 to 9.")
    return volume


def _softmax(a, axis=1):
    powers = np.exp(a - a.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


ORDER = (-7, -2, 0, -0.004, -5, -0.16, -3, -6, -1, -4)  # of the labels of one image, times 400


def check_2(posterior: Callable) -> str:
    """Accept a function (log_likelihood (n, 10), prior (10,)): p(y given x) of shape (n, 10)."""
    for seed, levels in enumerate(((-900, -905, -890, -910), (-100, -900, -2500))):
        rng = np.random.default_rng(seed + 1)
        log_likelihood = np.array(levels)[:, None] + rng.normal(scale=2, size=(len(levels), 10))
        if seed == 1:  # labels far apart: only the largest logarithm may be subtracted
            log_likelihood[-1] = log_likelihood[-1].mean() + 400 * np.array(ORDER)
        prior = rng.dirichlet(np.full(10, 5.0))
        answer = call(posterior, log_likelihood.copy(), prior.copy())
        _judge_posterior(answer, log_likelihood, prior)
    return "Likelihood times prior, divided by the sum over the labels."


def _judge_posterior(answer, log_likelihood, prior):
    answer = as_numbers(answer)
    lost = answer.ndim == 2 and not answer.any(axis=1).all()
    if not np.isfinite(answer).all() or lost:
        raise WrongAnswer(
            "exp(-900) is 0 in floating point, and the sum of ten such zeros is 0; exp(900) is "
            "infinite. Subtract the largest logarithm of each image first; it cancels."
        )
    answer = as_array(answer, log_likelihood.shape)
    joint = log_likelihood + np.log(prior)
    right = _softmax(joint)
    wrong = (
        (_softmax(log_likelihood), "The prior is not used: a rare label needs more evidence."),
        (_softmax(log_likelihood + prior), "The prior is added as it is: add its logarithm."),
        (_softmax(joint, 0), "The sum runs over the images; the labels of one image compete."),
        (np.log(np.maximum(right, 1e-300)), "This is the logarithm of it."),
        (_softmax(-log_likelihood + np.log(prior)), "The sign is turned: these are log "
        "likelihoods, and the larger one is the better one."),
        (joint / joint.sum(axis=1, keepdims=True), "Logarithms were divided by their sum; take "
        "the exponential first."),
        (_softmax(log_likelihood) * prior, "The prior comes before the sum: these rows do not add "
        "up to 1."),
    )  # fmt: skip
    if np.allclose(answer, right, rtol=1e-3, atol=1e-3) and np.allclose(answer.sum(1), 1):
        if (answer[right < 1e-12] > 1e-11).any():
            raise WrongAnswer("A hopeless label gets a share: logarithms were cut off.")
        return  # single precision is not exact where logarithms are large
    judge(answer, right, wrong, "Add log prior to log likelihood, exponentiate, divide by the sum.")


def check_3(gain: Callable) -> str:
    """Accept a function of two arrays of nats (n,): mean of the gain and its standard error."""
    for count, mean in ((60, 4), (25, -1.5)):
        rng = np.random.default_rng(count)
        plain = rng.normal(90, 25, size=count)
        conditional = plain - rng.normal(mean, 3, size=count)
        _judge_gain(call(gain, plain.copy(), conditional.copy()), plain, conditional)
    return "Image by image first, then the mean and its error."


def _judge_gain(answer, plain, conditional):
    answer, count = as_array(answer, (2,)).copy(), len(plain)
    difference = plain - conditional
    mean, spread = difference.mean(), difference.std(ddof=1)
    error = spread / np.sqrt(count)
    apart = np.sqrt((plain.var(ddof=1) + conditional.var(ddof=1)) / count)
    population = difference.std() / np.sqrt(count)
    if np.allclose(answer, (mean, population)):
        answer[1] = error  # NumPy's default divides by n: as good for a standard error
    wrong = (
        ((-mean, error), "The sign is turned: fewer nats for the conditional model are a gain."),
        ((mean, apart), "This error is for two sets of different images. Take the difference of "
        "each image first: hard images are hard for both models, and that cancels."),
        ((mean, spread), "This is the spread over the images. The error of their mean is smaller "
        "by the square root of their number."),
        ((mean, difference.std()), "This is the spread over the images. The error of their mean "
        "is smaller by the square root of their number."),
        ((mean, spread / count), "Divide by the square root of the number of images."),
        ((difference.sum(), error), "The gain is the mean over the images, not their sum."),
    )  # fmt: skip
    judge(
        answer,
        (mean, error),
        wrong,
        "Mean of plain minus conditional, and its standard deviation over the root of n.",
    )
