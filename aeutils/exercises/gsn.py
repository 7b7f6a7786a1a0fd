"""Checks for the exercises of the chapter `gsn`."""

from collections.abc import Callable

import numpy as np
from scipy.special import logsumexp

from aeutils.exercises import WrongAnswer, as_array, as_numbers, call, judge


def check_1(transition: Callable) -> str:
    """Accept a function (data, corrupted) that returns the table of one step of the chain."""
    for n, m in ((4, 5), (5, 3), (3, 3)):
        rng = np.random.default_rng(n)
        data, corrupted = rng.dirichlet(np.ones(n)), rng.dirichlet(np.ones(m), size=n)
        answer = as_array(call(transition, data.copy(), corrupted.copy()), (n, n))
        joint = data[:, None] * corrupted
        right = corrupted @ (joint / joint.sum(axis=0)).T
        wrong = (
            (right.T, "Rows and columns are exchanged: a row belongs to the image the step starts "
             "at."),
            (corrupted @ (corrupted / corrupted.sum(axis=0)).T, "The denoiser does not know the "
             "data: by Bayes' rule each image counts with its share."),
            (corrupted @ joint.T, "The rows of the denoiser do not sum to 1: divide by the sum "
             "over the images."),
            (corrupted @ corrupted.T, "The way back is not the corruption turned round; it takes "
             "Bayes' rule."),
            (np.tile(data, (n, 1)), "The chain ends at the data, but one step does not lead "
             "there."),
        )  # fmt: skip
        order = "First the corruption, then the denoiser: the product of their tables, in this "
        judge(answer, right, wrong, order + "order.")
    return "The corruption, then the denoiser that Bayes' rule gives."


def _labels(steps: int, chains: int) -> np.ndarray:
    """Labels of shape (steps, chains): of a chain that stays, of one that never does, others."""
    labels = np.random.default_rng(steps).integers(3, size=(steps, chains))
    labels[:, 0], labels[:, 1] = 1, np.arange(steps)
    return 7 * labels


def check_2(change_rate: Callable) -> str:
    """Accept a function of labels (steps, chains): share of the steps that change the label."""
    for labels in (_labels(7, 4), _labels(5, 6), _labels(4, 4)):
        answer = float(as_array(call(change_rate, labels.copy())))
        changed = labels[1:] != labels[:-1]
        across = labels[:, 1:] != labels[:, :-1]
        wrong = (
            (across.mean(), "This compares one chain with the next; the steps are along axis 0."),
            (changed.sum(), "This is the number of changes; divide by the number of steps."),
            (changed.sum(axis=0).mean(), "These are changes per chain; divide by the steps as "
             "well."),
            (changed.sum() / labels.size, "Seven images have six steps between them: the first has "
             "nothing before it."),
            (1 - changed.mean(), "This is the share of the steps that keep the label."),
            (np.abs(np.diff(labels, axis=0)).mean(), "Labels are names: a step from 1 to 7 is one "
             "change, not six."),
            (np.diff(labels, axis=0).mean(), "Labels are names, so their difference means nothing; "
             "ask only whether they differ."),
        )  # fmt: skip
        hint = "Compare each label with the one before it in its chain."
        judge(answer, changed.mean(), wrong, hint)
    return "Each label against the one before it in the same chain."


def check_3(log_bound: Callable) -> str:
    """Accept a function (x, means): the bound from m states for each black and white image."""
    for n, m, pixels in ((3, 6, 4), (5, 2, 7), (4, 4, 4)):
        rng = np.random.default_rng(n)
        x = rng.integers(2, size=(n, pixels)).astype(float)
        x[0, 0], x[0, 1] = 1, 0
        means = rng.uniform(0.05, 0.95, size=(m, pixels))
        means[0, 0] = 0.01
        answer = as_numbers(call(log_bound, x.copy(), means.copy()))
        right, log_p = _bound(x, means)
        if answer.shape == () and np.isclose(answer, right.mean()):
            raise WrongAnswer("This is the mean over the images; return one number for each.")
        answer = as_array(answer, right.shape)
        by_mean = _bound(x, means.mean(axis=0, keepdims=True))[0]
        wrong = (
            (right + np.log(m), "The sum over the states is not divided by their number."),
            (log_p.mean(axis=1), "This is the mean of the logarithms; it must be the logarithm "
             "of the mean."),
            (log_p.max(axis=1), "Only the best state counts here; take the mean over all of "
             "them."),
            (log_p.max(axis=1) - np.log(m), "Only the best state counts here; take the mean over "
             "all of them."),
            (by_mean, "These are the probabilities under the mean of the states: average the "
             "probabilities of the image, not those of the pixels."),
            (_log_mean(x @ np.log(means).T), "A white pixel counts as well, with the probability "
             "that it is white."),
            (right / pixels, "The bound is for the image; do not divide by the pixels."),
            (np.exp(right), "This is the probability; return its logarithm."),
            (-right, "The bound is on the logarithm of the probability, not on its negative."),
        )  # fmt: skip
        judge(answer, right, wrong, "The logarithm of the mean over the states of P(x | state).")
    _check_underflow(log_bound)
    return "The logarithm of the mean of the probabilities, without underflow."


def _check_underflow(log_bound: Callable) -> None:
    # Images of little and of much ink: their log probabilities lie more than a thousand apart.
    x = np.repeat([[1.0], [0.0]], 784, axis=1)
    x[1, :3] = 1
    means = np.full((3, 784), 0.1)
    means[0, :2], means[1, 2], means[2, 5] = 0.2, 0.3, 0.01
    with np.errstate(divide="ignore"):
        answer = as_numbers(call(log_bound, x.copy(), means.copy()))
    if not np.allclose(answer, _bound(x, means)[0], rtol=1e-4):
        raise WrongAnswer(
            "Right for a few pixels, but with 784 all the products vanish: take the logarithm of "
            "the sum without leaving logarithms (scipy.special.logsumexp)."
        )


def _log_mean(log_p: np.ndarray) -> np.ndarray:
    return logsumexp(log_p, axis=1) - np.log(log_p.shape[1])


def _bound(x: np.ndarray, means: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the right answer and the log probability of each image under each state."""
    log_p = x @ np.log(means).T + (1 - x) @ np.log(1 - means).T
    return _log_mean(log_p), log_p
