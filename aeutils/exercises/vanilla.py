"""Checks for the exercises of the chapter `vanilla`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import WrongAnswer, as_array, call, judge

PIXELS, UNITS = 784, 128
RIGHT_COUNT = 2 * PIXELS * UNITS + UNITS + PIXELS
COUNT_HINTS = {
    2 * PIXELS * UNITS: "These are the two kernels. Each layer also has one bias for each output.",
    PIXELS * UNITS + UNITS: "This is the encoder alone. The decoder has its own kernel and biases.",
    2 * (PIXELS * UNITS + UNITS): "The decoder has 784 outputs, so it has 784 biases, not 128.",
    PIXELS * UNITS + UNITS + PIXELS: "The kernels are counted once, but there are two of them.",
}


def check_1(parameters: int) -> str:
    """Accept the number of parameters of 784-128-784 with biases."""
    count = float(as_array(parameters))
    if count != RIGHT_COUNT:
        raise WrongAnswer(COUNT_HINTS.get(count, "Count kernel and biases of each of two layers."))
    return "Two kernels of 784 x 128 and 128 + 784 biases."


# How many pixels of each kind the images have: unused ones that are drawn and that are not; dead
# ones that all images use and that some do; and live ones that are used and drawn by all, used by
# some, drawn in some, and faint.
KINDS = ((2, 1, 3, 1, 4, 2, 3, 2), (1, 3, 1, 2, 2, 1, 5, 4))


def _images(kinds: tuple[int, ...], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Images and reconstructions of shape (count, pixels) with pixels of the given kinds."""
    kind = np.repeat(np.arange(8), kinds)
    rng = np.random.default_rng(count)
    x, x_hat = rng.uniform(0.3, 1, size=(2, count, len(kind))).astype("float32")
    x[:, kind < 2] = 0
    x_hat[:, (kind > 0) & (kind < 4)] = 0
    some = np.ix_(np.arange(count) < count // 2, (kind == 3) | (kind == 5))
    x[some] = 0
    x_hat[np.ix_(np.arange(count) < count // 2, kind == 6)] = 0
    x[:, kind == 7] *= 1e-6
    x_hat[:, kind == 7] *= 1e-6
    order = rng.permutation(len(kind))
    return x[:, order], x_hat[:, order]


def check_2(dead_share: Callable) -> str:
    """Accept a function (x, x_hat) that returns the share of used pixels never drawn."""
    for kinds, count in zip(KINDS, (6, 9), strict=True):
        x, x_hat = _images(kinds, count)
        share = float(as_array(call(dead_share, x.copy(), x_hat.copy())))
        used, always = (x > 0).any(axis=0), (x > 0).all(axis=0)
        never, sometimes = (x_hat == 0).all(axis=0), (x_hat == 0).any(axis=0)
        every = "A pixel is dead only if it is 0 in every image: the largest value decides, not "
        every += "the smallest, and not the mean over images."
        some = "A pixel is used if one image lights it up: the largest value decides, not the "
        some += "smallest."
        faint = "A faint pixel is not 0: compare with 0, not with a threshold."
        wrong = (
            (never.mean(), "Pixels that the data never use do not count: leave them out of both "
             "the count and the total."),
            ((never & used).mean(), "The right pixels, divided by the wrong total: by all pixels, "
             "not by those that the data use."),
            (never.sum() / used.sum(), "A pixel that the data never use is not dead; nobody asked "
             "for it."),
            ((x_hat[:, used] == 0).mean(), every),
            (sometimes[used].mean(), every),
            (never[always].mean(), some),
            (sometimes[always].mean(), some),
            ((x_hat[:, used] < 0.2).all(axis=0).mean(), faint),
            (never[(x > 0.2).any(axis=0)].mean(), faint),
            ((~never[used]).mean(), "This is the share of the pixels that are alive."),
        )  # fmt: skip
        right = never[used].mean()
        counts = f"{never[used].sum()} of {used.sum()} used pixels are dead in the test"
        judge(share, right, wrong, f"{counts}, so it should be {right:.4f}, not {share:.4f}.")
    return "Used pixels that are 0 in every reconstruction, over used pixels."


def check_3(gradient: Callable) -> str:
    """Accept a function (a, x) that returns the slope of cross-entropy after a sigmoid."""
    rng = np.random.default_rng(0)
    few = np.array([-3.0, -0.5, 0.0, 2.0]), np.array([1.0, 0.3, 0.0, 0.9])
    many = rng.normal(0, 8, size=(3, 5)), rng.uniform(size=(3, 5))
    for a, x in (few, many):
        x_hat = 1 / (1 + np.exp(-a))
        answer = as_array(call(gradient, a.copy(), x.copy()), a.shape)
        wrong = (
            (x - x_hat, "The sign is turned: where the output is too bright, the slope is "
             "positive."),
            (a - x, "The error is that of the output: send a through the sigmoid first."),
            (2 * (x_hat - x) * x_hat * (1 - x_hat), "This is the slope of the squared error."),
            ((x_hat - x) * x_hat * (1 - x_hat), "The factor of the sigmoid cancels; it is too "
             "much."),
            ((x_hat - x) / (x_hat * (1 - x_hat)), "This is the slope by the output. By the chain "
             "rule it is multiplied by the slope of the sigmoid."),
        )  # fmt: skip
        judge(answer, x_hat - x, wrong, "Compare with finite differences, as the chapter does.")
    return "The output minus the target, and nothing else."
