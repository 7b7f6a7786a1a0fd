"""Checks for the exercises of the chapter `stacked`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import WrongAnswer, as_array, call, judge

SIZES = (784, 1000, 500, 250, 30)
KERNELS = sum(a * b for a, b in zip(SIZES, SIZES[1:], strict=False))
ENCODER_BIASES, DECODER_BIASES = sum(SIZES[1:]), sum(SIZES[:-1])
RIGHT_COUNT = KERNELS + ENCODER_BIASES + DECODER_BIASES
COUNT_HINTS = {
    KERNELS: "These are the kernels. Each of the eight layers also has a bias.",
    KERNELS + ENCODER_BIASES: "The biases of the decoder are missing: they are not tied.",
    KERNELS + DECODER_BIASES: "The biases of the encoder are missing.",
    KERNELS + 2 * ENCODER_BIASES: "The decoder's layers have 250, 500, 1000 and 784 outputs, so "
    "its biases are not as many as the encoder's.",
    RIGHT_COUNT + KERNELS: "This is the free network. A tied kernel is adjusted once, not twice.",
}


def check_1(parameters: int) -> str:
    """Accept the number of parameters of the tied 784-1000-500-250-30 with biases."""
    count = int(as_array(parameters))
    if count != RIGHT_COUNT:
        raise WrongAnswer(
            COUNT_HINTS.get(count, "Add four kernels, each once, and one bias for each output.")
        )
    return "Four kernels, each counted once, and eight biases."


def check_2(gradient: Callable) -> str:
    """Accept a function (x, w) that returns the gradient of the sum of (x w w^T - x) ** 2."""
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(6, 5)), rng.normal(size=(5, 2))
    answer = as_array(call(gradient, x.copy(), w.copy()), w.shape)
    error = x @ w @ w.T - x
    by_encoder, by_decoder = 2 * x.T @ error @ w, 2 * error.T @ x @ w
    right = by_encoder + by_decoder
    wrong = (
        (by_encoder, "This is what the encoder asks for. The kernel is used a second time."),
        (by_decoder, "This is what the decoder asks for. The kernel is used in the encoder, too."),
        (2 * by_encoder, "The two uses do not ask for the same: the decoder's share is another."),
        (2 * by_decoder, "The two uses do not ask for the same: the encoder's share is another."),
        (right / 2, "The gradient of a square has a factor of 2; here it is missing, or the two "
         "uses are averaged. They add up."),
        (-right, "The sign is turned: the gradient points to where the error grows."),
        (right / x.size, "The error is summed over all entries, not averaged."),
        (right / len(x), "The error is summed over all images, not averaged."),
    )  # fmt: skip
    judge(answer, right, wrong, "Compare with finite differences: change one entry of w a little.")
    return "A shared kernel gets the sum of what its two uses ask for."


def check_3(move_right: Callable) -> str:
    """Accept a function that moves images (n, height, width) one pixel to the right."""
    x = np.random.default_rng(0).uniform(0.1, 1, size=(2, 4, 5))
    given = x.copy()
    answer = as_array(call(move_right, given), x.shape)
    right = np.pad(x, ((0, 0), (0, 0), (1, 0)))[:, :, :-1]
    wrong = (
        (np.roll(x, 1, axis=2), "What falls off at the right comes back at the left: it wraps."),
        (np.roll(x, 1, axis=1), "This moves down, and it wraps: the width is the last axis."),
        (np.roll(x, 1), "This runs through all images as one long row: name the axis."),
        (np.pad(x, ((0, 0), (1, 0), (0, 0)))[:, :-1], "This moves down: the width is the last "
         "axis."),
        (np.pad(x, ((0, 0), (0, 0), (0, 1)))[:, :, 1:], "This moves to the left."),
        (x, "Nothing has moved."),
    )  # fmt: skip
    for value, hint in wrong:
        if np.allclose(answer, value):
            raise WrongAnswer(hint)
    moved = np.allclose(answer[:, :, 1:], right[:, :, 1:])
    if moved and not np.allclose(answer, right):
        raise WrongAnswer("Moved rightly, but the column that becomes free is not black (0).")
    if not np.allclose(answer, right):
        raise WrongAnswer("Column 1 of the result should be column 0 of the image, and so on.")
    if not np.array_equal(given, x):
        raise WrongAnswer("The result is right, but your function changed the images it was given.")
    return "Every column moved by one, and black came in at the left."
