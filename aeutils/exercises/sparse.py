"""Checks for the exercises of the chapter `sparse`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import as_array, call, judge

TARGET = 0.1


def _kl(on, mean):
    return on * np.log(on / mean) + (1 - on) * np.log((1 - on) / (1 - mean))


def check_1(penalty: Callable) -> str:
    """Accept a function of codes (n, units) in (0, 1): sum of KL(0.1, mean activation)."""
    z = np.random.default_rng(0).uniform(0.05, 0.6, size=(8, 5))
    answer = float(as_array(call(penalty, z)))
    mean = z.mean(axis=0)
    right = _kl(TARGET, mean).sum()
    wrong = {
        _kl(mean, TARGET).sum(): "The two arguments are exchanged: the target comes first.",
        _kl(TARGET, mean).mean(): "This is the mean over the units; the penalty is their sum.",
        _kl(TARGET, z).sum(axis=1).mean(): "Take the mean over the images first, then the "
        "divergence of it: a single activation may well be far from the target.",
        _kl(TARGET, z.mean(axis=1)).sum(): "This is the mean over the units of each image; the "
        "target is for the mean over the images of each unit, axis 0.",
        (TARGET * np.log(TARGET / mean)).sum(): "Half of it is missing: a unit is also off with "
        "probability 1 - 0.1.",
        -right: "The sign is turned: a divergence is never negative.",
        _kl(TARGET, mean).sum() / len(z): "The mean over the batch is taken already; divided by "
        "the batch size once more, the penalty all but vanishes.",
    }
    judge(
        answer,
        right,
        wrong.items(),
        "Mean over the images, divergence of each unit, sum over the units.",
    )
    return "One mean for each unit, one divergence for each mean, and their sum."


def check_2(total_loss: Callable) -> str:
    """Accept a function (x, x_hat, losses): mean squared error plus all the model's losses."""
    x, x_hat = np.random.default_rng(1).uniform(size=(2, 3, 784))
    losses = [0.25, 0.4]
    error = np.mean((x - x_hat) ** 2)
    answer = float(as_array(call(total_loss, x, x_hat, losses)))
    wrong = {
        error: "The losses of the model are never added: this trains the plain autoencoder.",
        error + losses[0]: "Only the first of the losses is added; a model may have several.",
        error + np.mean(losses): "Add the losses up: they have their weights already.",
        error - sum(losses): "A penalty is added, not taken away.",
        784 * error + sum(losses): "The squared error is summed over the pixels here, so the "
        "penalty weighs 784 times less than in the chapter.",
        error + sum(losses) / len(x): "The losses are divided by the batch size, but they are "
        "means over the batch already.",
    }
    judge(
        answer,
        error + sum(losses),
        wrong.items(),
        "Mean squared error over images and pixels, plus the sum of the list.",
    )
    return "The error and everything on the list."


def _keep(z, winners, axis):
    least = np.sort(z, axis=axis).take([-winners], axis=axis)
    return np.where(z >= least, z, 0)


def check_3(keep_winners: Callable) -> str:
    """Accept a function (z, rate) that keeps the largest activations of each unit of a batch."""
    z = np.random.default_rng(2).uniform(0.1, 1, size=(20, 10))
    answer = as_array(call(keep_winners, z.copy(), 0.1), z.shape)
    right = _keep(z, 2, 0)
    flat = _keep(z.reshape(-1, 1), 20, 0).reshape(z.shape)
    wrong = (
        (_keep(z, 1, 1), "Here the units compete for an image. Let the images compete for a unit."),
        (flat, "This keeps the largest of the whole batch: a weak unit may get none of them."),
        (-_keep(-z, 2, 0), "These are the smallest activations of each unit."),
        ((right > 0).astype(float), "The winners keep their value; this is the mask."),
        (z - right, "These are the losers: the winners were set to 0."),
        (_keep(z, 1, 0), "One winner for each unit; of 20 images, a share of 0.1 is two."),
        (z, "Nothing has been set to 0."),
    )  # fmt: skip
    judge(answer, right, wrong, "Sort each column, and keep what reaches its second largest value.")
    return "Each unit keeps its two best images of twenty."
