"""Checks for the exercises of the chapter `autoencoders`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import WrongAnswer, as_array, as_numbers, call, judge


def check_1(copying_weights: Callable) -> str:
    """Accept a function (pixels, units) that returns w_e and w_d whose product is the identity."""
    for pixels, units in ((4, 4), (5, 7), (3, 9), (20, 33), (1, 2)):
        w_e, w_d = _two(call(copying_weights, pixels, units), (pixels, units), (units, pixels))
        product, identity = w_e @ w_d, np.eye(pixels)
        scale = np.trace(product) / pixels
        scaled = abs(scale) > 1e-6 and np.allclose(product, scale * identity, atol=1e-6)
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
            product.round(6),
            identity,
            wrong if pixels > 1 else (),
            "w_e @ w_d is not the identity: each pixel has to come back where it was.",
        )
    return "w_e @ w_d is the identity, whatever the images are: nothing was learned from them."


def check_2(best_constants: Callable) -> str:
    """Accept a function of images that returns their mean and a median of each pixel."""
    rng = np.random.default_rng(0)
    images = (
        rng.uniform(size=(7, 5)) ** 3,
        rng.normal(size=(4, 3)),  # of an even number, all between the two in the middle are right
        rng.integers(1, 9, size=(11, 6)) / 4,
        rng.uniform(size=(20, 2)) ** 2 + 3,
    )
    for values in images:
        _check_constants(call(best_constants, values.copy()), values)
    return "The mean for squared error, the median for absolute error, pixel by pixel."


def _check_constants(answer, values: np.ndarray) -> None:
    pixels = values.shape[1]
    mean, median = values.mean(axis=0), np.median(values, axis=0)
    if not isinstance(answer, str) and _shape(answer) in ((), (2,)):
        raise WrongAnswer("Two images are wanted: go over the images, along axis 0.")
    squared, absolute = _two(answer, (pixels,), (pixels,))
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
    low, high = np.sort(values, axis=0)[[(len(values) - 1) // 2, len(values) // 2]]
    # A value near the middle can be as good as the median to all digits: the error decides.
    if np.all((absolute >= low - 1e-6) & (absolute <= high + 1e-6)):
        return
    judge(
        absolute,
        median,
        (
            (mean, "The absolute error does not care how far away a value is, so not the mean."),
            (np.zeros(pixels), "On digits it is nearly all 0, but these values are not."),
        ),
        "The absolute error is smallest where as many values lie above as below.",
    )


def check_3(encoder_gradient: Callable) -> str:
    """Accept a function (x, z, w_d, delta_d) that returns the gradient of w_e behind a ReLU."""
    rng = np.random.default_rng(0)
    for images, pixels, units, scale in ((6, 5, 4, 1.0), (1, 3, 8, 1.0), (9, 7, 3, 1e-3)):
        x, w_e = rng.uniform(size=(images, pixels)), rng.normal(size=(pixels, units))
        w_d, delta_d = rng.normal(size=(units, pixels)), rng.normal(size=(images, pixels))
        # The smallest codes are on by little: a threshold other than 0 shows.
        z = scale * np.maximum(x @ w_e, 0)
        given = [array.copy() for array in (x, z, w_d, delta_d)]
        answer = as_array(call(encoder_gradient, *given), (pixels, units))
        _check_gradient(answer, x, z, delta_d, delta_d @ w_d.T)
    return "The error sent back counts where the unit is on, and nowhere else."


def _check_gradient(answer, x, z, delta_d, sent_back) -> None:
    wrong = [
        (x.T @ sent_back, "The slope of the ReLU is missing: a unit that is off passes nothing."),
        (x.T @ (sent_back * z * (1 - z)), "z (1 - z) is the slope of the sigmoid. That of the ReLU "
         "is 1 where the unit is on, and else 0."),
        (x.T @ (sent_back * z), "The slope of the ReLU is 1 where the unit is on, not z."),
        (-x.T @ (sent_back * (z > 0)), "The sign is turned. Gradient descent subtracts later."),
    ]  # fmt: skip
    if len(x) > 1:
        mean = x.T @ (sent_back * (z > 0)) / len(x)
        wrong.append((mean, "The mean over the images is already in delta_d."))
    judge(
        answer,
        x.T @ (sent_back * (z > 0)),
        wrong,
        "Send delta_d back through w_d, multiply by the slope of the ReLU, then by the inputs.",
    )


def _shape(answer) -> tuple[int, ...] | None:
    """Return the shape of an answer, None if its parts have different ones."""
    try:
        return np.shape(answer)
    except ValueError:
        return None


def _two(answer, first: tuple[int, ...], second: tuple[int, ...]) -> list[np.ndarray]:
    """Return an answer of two arrays as arrays of these shapes."""
    if not isinstance(answer, tuple | list):
        stacked = as_numbers(answer)  # two of one shape, as an array or a tensor
        answer = list(stacked) if stacked.ndim else []
    if len(answer) != 2:
        raise WrongAnswer("The function has to return two arrays.")
    return [as_array(part, shape) for part, shape in zip(answer, (first, second), strict=True)]
