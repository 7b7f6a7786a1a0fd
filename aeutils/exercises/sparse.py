"""Checks for the exercises of the chapter `sparse`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import as_array, call, judge

TARGET = 0.1
# Shape of the codes, rate, and how many images win.
BATCHES = (
    ((20, 10), 0.1, 2),
    ((13, 4), 0.2, 3),
    ((8, 12), 0.3, 2),
    ((11, 5), 0.14, 2),
    ((4, 6), 0.1, 1),
)


def _kl(on, mean):
    return on * np.log(on / mean) + (1 - on) * np.log((1 - on) / (1 - mean))


def check_1(penalty: Callable) -> str:
    """Accept a function of codes (n, units) in (0, 1): sum of KL(0.1, mean activation)."""
    rng = np.random.default_rng(0)
    for shape in ((8, 5), (3, 7)):
        # Means from nearly 0 to nearly 1.
        z = rng.uniform(0.8, 1, size=shape) * np.linspace(0.02, 0.99, shape[1])
        answer = float(as_array(call(penalty, z.copy())))
        mean = z.mean(axis=0)
        right = _kl(TARGET, mean).sum()
        wrong = {
            _kl(mean, TARGET).sum(): "The two arguments are exchanged: the target comes first.",
            _kl(TARGET, mean).mean(): "This is the mean over the units; the penalty is their sum.",
            _kl(TARGET, z).sum(axis=1).mean(): "Take the mean over the images first, then the "
            "divergence of it: a single activation may well be far from the target.",
            _kl(TARGET, z.mean(axis=1)).sum(): "This is the mean over the units of each image; "
            "the target is for the mean over the images of each unit, axis 0.",
            (TARGET * np.log(TARGET / mean)).sum(): "Half of it is missing: a unit is also off "
            "with probability 1 - 0.1.",
            -right: "The sign is turned: a divergence is never negative.",
            right / len(z): "The mean over the batch is taken already; divided by the batch size "
            "once more, the penalty all but vanishes.",
            right / np.log(2): "This is in bits: take the natural logarithm.",
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
    rng = np.random.default_rng(1)
    for shape, losses in (((3, 784), [0.25, 0.4]), ((5, 60), [0.7]), ((2, 9), [0.2, 0.2, 0.9])):
        x, x_hat = rng.uniform(size=(2, *shape)).astype("float32")
        error, pixels = np.mean((x - x_hat) ** 2), shape[1]
        answer = float(as_array(call(total_loss, x.copy(), x_hat.copy(), list(losses))))
        right = error + sum(losses)
        wrong = (
            (error, "The losses of the model are never added: this trains the plain autoencoder."),
            (error - sum(losses), "A penalty is added, not taken away."),
            (
                pixels * error + sum(losses),
                f"The squared error is summed over the {pixels} pixels here, so the penalty weighs "
                f"{pixels} times less than in the chapter.",
            ),
            (
                error + sum(losses) / len(x),
                "The losses are divided by the batch size, but they are means over the batch "
                "already.",
            ),
            (np.sqrt(error) + sum(losses), "This is the root of the squared error."),
            (
                error + losses[0],
                "Only the first of the losses is added; a model may have several.",
            ),
            (error + np.mean(losses), "Add the losses up: they have their weights already."),
        )
        judge(answer, right, wrong, "Mean squared error over images and pixels, plus the sum of "
              "the list.")  # fmt: skip
    return "The error and everything on the list."


def _keep(z, winners, axis):
    least = np.sort(z, axis=axis).take([-winners], axis=axis)
    return np.where(z >= least, z, 0)


def check_3(keep_winners: Callable) -> str:
    """Accept a function (z, rate) that keeps the largest activations of each unit of a batch."""
    rng = np.random.default_rng(2)
    for shape, rate, winners in BATCHES:
        z = rng.uniform(0.1, 3, size=shape)
        # Units of a ReLU are 0 for some images; a zero that wins is a zero all the same.
        z[rng.random(shape) < 0.3] = 0
        answer = as_array(call(keep_winners, z.copy(), rate), z.shape)
        right, share = _keep(z, winners, 0), f"of {len(z)} images, a share of {rate} is {winners}"
        flat = _keep(z.reshape(-1, 1), winners * shape[1], 0).reshape(shape)
        wrong = [
            (
                _keep(z, max(round(rate * shape[1]), 1), 1),
                "Here the units compete for an image. Let the images compete for a unit.",
            ),
            (flat, "This keeps the largest of the whole batch: a weak unit may get none of them."),
            (-_keep(-z, winners, 0), "These are the smallest activations of each unit."),
            ((right > 0).astype(float), "The winners keep their value; this is the mask."),
            (z - right, "These are the losers: the winners were set to 0."),
            (_keep(z, 1, 0), f"One winner for each unit; {share}."),
            (z, "Nothing has been set to 0."),
        ]
        fixed = {round(other * len(z)) for other in (0.05, 0.1, 0.2)} | {2, 5}
        wrong += [
            (_keep(z, count, 0), f"You keep {count}; {share}. Take the rate from the argument and "
             "the number of images from z, and round.")
            for count in sorted(fixed & set(range(1, len(z) + 1)))
        ]  # fmt: skip
        wrong += [
            (_keep(z, count, 0), f"The number of winners is rounded the wrong way: {share}.")
            for count in (winners - 1, winners + 1)
        ]
        judge(
            answer, right, wrong, f"Sort each column, and keep what reaches its largest: {share}."
        )
    return "Each unit keeps its best images, as many as the rate says."
