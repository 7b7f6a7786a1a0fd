"""Checks for the exercises of the chapter `stacked`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import NotAttempted, WrongAnswer, as_array, call, judge

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
    count = float(as_array(parameters))
    if count != RIGHT_COUNT:
        raise WrongAnswer(
            COUNT_HINTS.get(count, "Add four kernels, each once, and one bias for each output.")
        )
    return "Four kernels, each counted once, and eight biases."


def check_2(gradient: Callable) -> str:
    """Accept a function (x, w) that returns the gradient of the sum of (x w w^T - x) ** 2."""
    # More images than pixels and fewer, one code unit and as many as pixels, two scales of w.
    for n, p, k, scale in ((6, 5, 2, 1.0), (3, 7, 1, 0.3), (4, 4, 4, 0.1), (1, 3, 2, 1.0)):
        rng = np.random.default_rng(n)
        x, w = rng.normal(size=(n, p)), scale * rng.normal(size=(p, k))
        answer = as_array(call(gradient, x.copy(), w.copy()), w.shape)
        error = x @ w @ w.T - x
        by_encoder, by_decoder = 2 * x.T @ error @ w, 2 * error.T @ x @ w
        right = by_encoder + by_decoder
        wrong = (
            (by_encoder, "This is what the encoder asks for. The kernel is used a second time."),
            (by_decoder, "This is what the decoder asks for. The kernel is used in the encoder, "
             "too."),
            (2 * by_encoder, "The two uses do not ask for the same: the decoder's share is "
             "another."),
            (2 * by_decoder, "The two uses do not ask for the same: the encoder's share is "
             "another."),
            (right / 2, "The gradient of a square has a factor of 2; here it is missing, or the "
             "two uses are averaged. They add up."),
            (-right, "The sign is turned: the gradient points to where the error grows."),
            (right / x.size, "The error is summed over all entries, not averaged."),
            (right / n, "The error is summed over all images, not averaged."),
        )  # fmt: skip
        otherwise = "Compare with central differences: change one entry of w a little, both ways."
        judge(answer, right, wrong, otherwise)
    return "A shared kernel gets the sum of what its two uses ask for."


def _move(function: Callable, given: np.ndarray) -> np.ndarray:
    """Call a function that may change its images, and return what it gives back."""
    before, shape = given.copy(), given.shape
    try:
        return as_array(call(function, given), shape)
    except NotAttempted:
        if np.array_equal(given, before):
            raise
        raise WrongAnswer(
            "Your function moves the images and returns nothing: return them."
        ) from None


def check_3(move_right: Callable) -> str:
    """Accept a function that moves images (n, height, width) one pixel to the right.

    It may do so in place.
    """
    for n, height, width, kind in ((2, 4, 5, "float64"), (3, 5, 3, "float32"), (1, 2, 6, "uint8")):
        rng = np.random.default_rng(n)
        # Centred images have pixels of either sign.
        x = rng.uniform(0.1, 1, (n, height, width)) * rng.choice([-1, 1], (n, height, width))
        x = (255 * abs(x) if kind == "uint8" else x).astype(kind)
        answer = _move(move_right, x.copy())
        right = np.pad(x, ((0, 0), (0, 0), (1, 0)))[:, :, :-1]
        wrong = (
            (np.roll(x, 1, axis=2), "What falls off at the right comes back at the left: "
             "it wraps."),
            (np.roll(x, 1, axis=1), "This moves down, and it wraps: the width is the last axis."),
            (np.roll(x, 1), "This runs through all images as one long row: name the axis."),
            (np.pad(x, ((0, 0), (1, 0), (0, 0)))[:, :-1], "This moves down: the width is the last "
             "axis."),
            (np.pad(x, ((0, 0), (0, 0), (0, 1)))[:, :, 1:], "This moves to the left."),
            (np.pad(x, ((0, 0), (0, 0), (2, 0)))[:, :, :-2], "This moves by two pixels."),
            (x, "Nothing has moved."),
        )  # fmt: skip
        moved = np.allclose(answer[:, :, 1:], right[:, :, 1:])
        otherwise = "Column 1 of the result should be column 0 of the image, and so on."
        if moved:
            otherwise = "Moved rightly, but the column that becomes free is not black (0)."
        judge(answer, right, wrong, otherwise)
    return "Every column moved by one, and black came in at the left."
