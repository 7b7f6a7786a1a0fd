"""Checks for the exercises of the chapter `autoencoders`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import WrongAnswer, as_array, call, judge


def check_1(copying_weights: Callable) -> str:
    """Accept a function (pixels, units) that returns w_e and w_d whose product is the identity."""
    for pixels, units in ((4, 4), (5, 7), (3, 9)):
        w_e, w_d = _two(call(copying_weights, pixels, units), (pixels, units), (units, pixels))
        product, identity = w_e @ w_d, np.eye(pixels)
        scale = np.trace(product) / pixels
        scaled = abs(scale) > 1e-6 and np.allclose(product, scale * identity)
        if scaled and not np.isclose(scale, 1):
            raise WrongAnswer(
                f"The copy is {scale:g} times the image: where several units carry one pixel, "
                "their weights in the decoder have to add up to one."
            )
        wrong = (
            (0, "w_e @ w_d is zero, so each copy is empty: the two use different units."),
            (np.ones((pixels, pixels)) * product[0, 0], "All pixels of the copy are the same: "
             "each pixel needs a unit of its own."),
        )  # fmt: skip
        judge(
            product,
            identity,
            wrong,
            "w_e @ w_d is not the identity: each pixel has to come back where it was.",
        )
    return "w_e @ w_d is the identity, whatever the images are: nothing was learned from them."


def check_2(best_constants: Callable) -> str:
    """Accept a function of images that returns their mean and their median."""
    values = np.random.default_rng(0).uniform(size=(7, 5)) ** 3
    mean, median = values.mean(axis=0), np.median(values, axis=0)
    answer = call(best_constants, values)
    if np.shape(answer) in ((), (2,)):
        raise WrongAnswer("Two images of 5 pixels are wanted: go over the images, along axis 0.")
    squared, absolute = _two(answer, (5,), (5,))
    if np.allclose(squared, median) and np.allclose(absolute, mean):
        raise WrongAnswer("These are the right images in the wrong order: squared error first.")
    judge(
        squared,
        mean,
        (
            (median, "Squared error is not smallest at the median: one far value pulls at it."),
            ((values.max(axis=0) + values.min(axis=0)) / 2, "The middle between the extremes is "
             "best for the largest error, not for the mean of the squares."),
        ),
        "Where the slope of the mean squared error is zero, how do the values enter?",
    )  # fmt: skip
    judge(
        absolute,
        median,
        (
            (mean, "The absolute error does not care how far away a value is, so not the mean."),
            (np.zeros(5), "On digits it is nearly all 0, but these values are above 0."),
        ),
        "The absolute error is smallest where as many values lie above as below.",
    )
    return "The mean for squared error, the median for absolute error, pixel by pixel."


def check_3(encoder_gradient: Callable) -> str:
    """Accept a function (x, z, w_d, delta_d) that returns the gradient of w_e behind a ReLU."""
    rng = np.random.default_rng(0)
    x, w_e, w_d = rng.uniform(size=(6, 5)), rng.normal(size=(5, 4)), rng.normal(size=(4, 5))
    z, delta_d = np.maximum(x @ w_e, 0), rng.normal(size=(6, 5))
    sent_back = delta_d @ w_d.T
    answer = as_array(call(encoder_gradient, x, z, w_d, delta_d), (5, 4))
    wrong = (
        (x.T @ sent_back, "The slope of the ReLU is missing: a unit that is off passes nothing."),
        (x.T @ (sent_back * z * (1 - z)), "z (1 - z) is the slope of the sigmoid. That of the ReLU "
         "is 1 where the unit is on, and else 0."),
        (x.T @ (sent_back * z), "The slope of the ReLU is 1 where the unit is on, not z."),
        (x.T @ (sent_back * (z > 0)) / 6, "The mean over the images is already in delta_d."),
        (-x.T @ (sent_back * (z > 0)), "The sign is turned. Gradient descent subtracts later."),
    )  # fmt: skip
    judge(
        answer,
        x.T @ (sent_back * (z > 0)),
        wrong,
        "Send delta_d back through w_d, multiply by the slope of the ReLU, then by the inputs.",
    )
    return "The error sent back counts where the unit is on, and nowhere else."


def _two(answer, first: tuple[int, ...], second: tuple[int, ...]) -> list[np.ndarray]:
    """Return an answer of two arrays as arrays of these shapes."""
    if not isinstance(answer, tuple | list | np.ndarray) or len(answer) != 2:
        raise WrongAnswer("The function has to return two arrays.")
    return [as_array(part, shape) for part, shape in zip(answer, (first, second), strict=True)]
