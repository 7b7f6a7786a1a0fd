"""Checks for the exercises of the chapter `gsn`."""

from collections.abc import Callable

import numpy as np
from scipy.special import logsumexp

from aeutils.exercises import WrongAnswer, as_array, call, judge


def check_1(transition: Callable) -> str:
    """Accept a function (data, corrupted) that returns the table of one step of the chain."""
    rng = np.random.default_rng(0)
    data, corrupted = rng.dirichlet(np.ones(4)), rng.dirichlet(np.ones(5), size=4)
    answer = as_array(call(transition, data, corrupted), (4, 4))
    joint = data[:, None] * corrupted
    denoiser = (joint / joint.sum(axis=0)).T
    flat = (corrupted / corrupted.sum(axis=0)).T
    right = corrupted @ denoiser
    wrong = (
        (right.T, "Rows and columns are exchanged: a row belongs to the image the step starts at."),
        (corrupted @ flat, "The denoiser does not know the data: by Bayes' rule each image counts "
         "with its share."),
        (corrupted @ joint.T, "The rows of the denoiser do not sum to 1: divide by the sum over "
         "the images."),
        (corrupted @ corrupted.T, "The way back is not the corruption turned round; it takes "
         "Bayes' rule."),
        (np.tile(data, (4, 1)), "The chain ends at the data, but one step does not lead there."),
    )  # fmt: skip
    judge(
        answer,
        right,
        wrong,
        "First the corruption, then the denoiser: the product of their tables, in this order.",
    )
    return "The corruption, then the denoiser that Bayes' rule gives."


def check_2(change_rate: Callable) -> str:
    """Accept a function of labels (steps, chains): share of the steps that change the label."""
    labels = np.random.default_rng(0).integers(3, size=(7, 4))
    labels[:, 0] = 1  # a chain that never changes
    labels[:, 1] = np.arange(7)  # one that always does
    answer = float(as_array(call(change_rate, labels)))
    changed = labels[1:] != labels[:-1]
    across = labels[:, 1:] != labels[:, :-1]
    wrong = (
        (across.mean(), "This compares one chain with the next; the steps are along axis 0."),
        (changed.sum(), "This is the number of changes; divide by the number of steps."),
        (changed.sum(axis=0).mean(), "These are changes per chain; divide by the steps as well."),
        (changed.sum() / labels.size, "Seven images have six steps between them: the first has "
         "nothing before it."),
        (1 - changed.mean(), "This is the share of the steps that keep the label."),
        (np.abs(np.diff(labels, axis=0)).mean(), "Labels are names: a step from 1 to 7 is one "
         "change, not six."),
        (np.diff(labels, axis=0).mean(), "Labels are names, so their difference means nothing; "
         "ask only whether they differ."),
    )  # fmt: skip
    judge(answer, changed.mean(), wrong, "Compare each label with the one before it in its chain.")
    return "Each label against the one before it in the same chain."


def check_3(log_likelihood: Callable) -> str:
    """Accept a function (x, samples, bandwidth): the Parzen log likelihood of each image."""
    rng = np.random.default_rng(0)
    x, samples = rng.uniform(size=(3, 4)), rng.uniform(size=(6, 4))
    far, far_samples = np.ones((2, 784)), np.zeros((3, 784))
    right, terms, constant = _parzen(x, samples, 0.3)
    answer = np.asarray(call(log_likelihood, x, samples, 0.3), dtype=float)
    if answer.shape == () and np.isclose(answer, right.mean()):
        raise WrongAnswer("This is the mean over the images; return one number for each.")
    answer = as_array(answer, right.shape)
    log_sum = logsumexp(terms, axis=1)
    wide = -((x[:, None] - samples) ** 2).sum(axis=2) / (2 * 0.3)
    wrong = (
        (log_sum - constant, "The sum over the samples is not divided by their number."),
        (log_sum - np.log(6), "The Gaussians lack the factor that makes them densities."),
        (log_sum, "Neither the number of samples nor the factor of the Gaussian is there."),
        (terms.mean(axis=1) - constant, "This is the mean of the logarithms; it must be the "
         "logarithm of the mean."),
        (log_sum - np.log(6) - constant / 4, "The factor is that of one pixel: an image has "
         "x.shape[1] of them."),
        (logsumexp(wide, axis=1) - np.log(6) - constant, "Divide by twice the squared bandwidth."),
        (logsumexp(2 * terms, axis=1) - np.log(6) - constant, "The 2 below the squared distance "
         "is missing."),
        (terms.max(axis=1) - constant, "Only the nearest sample counts here; take the mean over "
         "all of them."),
    )  # fmt: skip
    judge(answer, right, wrong, "Compare with evaluation.parzen_log_likelihood.")
    with np.errstate(divide="ignore"):
        answer = np.asarray(call(log_likelihood, far, far_samples, 0.1), dtype=float)
    if not np.allclose(answer, _parzen(far, far_samples, 0.1)[0]):
        raise WrongAnswer(
            "Right for 4 pixels, but with 784 all the exponentials vanish: take the logarithm of "
            "the sum without leaving logarithms (scipy.special.logsumexp)."
        )
    return "The logarithm of the mean of the densities, without underflow."


def _parzen(x, samples, bandwidth):
    """Return the right answer, the exponents and the logarithm of the Gaussian's factor."""
    terms = -((x[:, None] - samples) ** 2).sum(axis=2) / (2 * bandwidth**2)
    constant = x.shape[1] * np.log(bandwidth * np.sqrt(2 * np.pi))
    return logsumexp(terms, axis=1) - np.log(len(samples)) - constant, terms, constant
