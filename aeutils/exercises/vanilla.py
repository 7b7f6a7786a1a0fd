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
    count = int(as_array(parameters))
    if count != RIGHT_COUNT:
        raise WrongAnswer(COUNT_HINTS.get(count, "Count kernel and biases of each of two layers."))
    return "Two kernels of 784 x 128 and 128 + 784 biases."


def check_2(dead_share: Callable) -> str:
    """Accept a function (x, x_hat) that returns the share of used pixels never drawn."""
    rng = np.random.default_rng(0)
    x, x_hat = rng.uniform(0.1, 1, size=(2, 6, 10))
    x[:, :4] = 0  # never used; of the six others two are dead
    x[:3, 5] = x_hat[:3, 6] = 0  # used, and drawn, in some of the images only
    x_hat[:, [0, 4, 9]] = 0
    share = float(as_array(call(dead_share, x, x_hat)))
    never_drawn = (x_hat == 0).all(axis=0)
    wrong = {
        never_drawn.mean(): "Pixels that the data never use do not count: leave them out of both "
        "the count and the total.",
        (never_drawn & (x > 0).any(axis=0)).mean(): "The right pixels, divided by the wrong total: "
        "by all pixels, not by those that the data use.",
        never_drawn.sum() / 6: "A pixel that the data never use is not dead; nobody asked for it.",
        (x_hat[:, 4:] == 0).mean(): "A pixel is dead only if it is 0 in every image, not in one.",
        4 / 6: "This is the share of the pixels that are alive.",
    }
    judge(
        share,
        2 / 6,
        wrong.items(),
        "Two of six used pixels are dead in the test, so it should be 1/3.",
    )
    return "Used pixels that are 0 in every reconstruction, over used pixels."


def check_3(gradient: Callable) -> str:
    """Accept a function (a, x) that returns the slope of cross-entropy after a sigmoid."""
    a, x = np.array([-3.0, -0.5, 0.0, 2.0]), np.array([1.0, 0.3, 0.0, 0.9])
    x_hat = 1 / (1 + np.exp(-a))
    answer = as_array(call(gradient, a, x), a.shape)
    wrong = (
        (x - x_hat, "The sign is turned: where the output is too bright, the slope is positive."),
        (a - x, "The error is that of the output: send a through the sigmoid first."),
        (2 * (x_hat - x) * x_hat * (1 - x_hat), "This is the slope of the squared error."),
        ((x_hat - x) * x_hat * (1 - x_hat), "The factor of the sigmoid cancels; it is too much."),
        ((x_hat - x) / (x_hat * (1 - x_hat)), "This is the slope by the output. By the chain rule "
         "it is multiplied by the slope of the sigmoid."),
    )  # fmt: skip
    judge(answer, x_hat - x, wrong, "Compare with finite differences, as the chapter does.")
    return "The output minus the target, and nothing else."
