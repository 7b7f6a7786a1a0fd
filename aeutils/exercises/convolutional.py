"""Checks for the exercises of the chapter `convolutional`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import WrongAnswer, as_array, as_numbers, call

WEIGHTS = 5 * 5 * 16 * 32
RIGHT_COUNT = WEIGHTS + 32
COUNT_HINTS = {
    WEIGHTS: "These are the kernels. Each of the 32 filters has a bias, too.",
    5 * 5 * 32 + 32: "A kernel reads all 16 channels: it has 5 x 5 x 16 weights.",
    WEIGHTS + 16: "The biases belong to the outputs: there are 32.",
    784 * RIGHT_COUNT: "The weights are the same at all 784 places: count them once.",
    WEIGHTS + 784 * 32: "The bias is shared over all places, too.",
    784 * 16 * 784 * 32 + 784 * 32: "This is a dense layer, which shares nothing.",
}
# Odd and even kernels, strides of 1 to 4, remainders of 0 to 2, and kernels as large as the image.
SIZES = (
    (28, 3, 1, "same"),
    (28, 3, 2, "same"),
    (7, 3, 2, "same"),
    (14, 4, 1, "same"),
    (28, 4, 2, "same"),
    (11, 3, 3, "same"),
    (10, 2, 3, "same"),
    (6, 1, 4, "same"),
    (5, 1, 4, "same"),
    (16, 3, 1, "valid"),
    (28, 5, 2, "valid"),
    (7, 2, 2, "valid"),
    (12, 4, 3, "valid"),
    (13, 4, 3, "valid"),
    (9, 6, 1, "valid"),
    (5, 5, 4, "valid"),
    (3, 1, 4, "valid"),
)


def check_1(parameters: int) -> str:
    """Accept the number of parameters of a convolution of 5 x 5 from 16 to 32 channels."""
    count = float(as_array(parameters))
    if count != RIGHT_COUNT:
        hint = "Count the weights of one kernel, times the number of kernels, plus the biases."
        raise WrongAnswer(COUNT_HINTS.get(count, hint))
    return "32 kernels of 5 x 5 x 16 and 32 biases, however large the image."


def check_2(output_size: Callable) -> str:
    """Accept a function (n, kernel, stride, padding) that returns the side of the output."""
    answers = [float(as_array(call(output_size, *case))) for case in SIZES]
    right = [_size(*case) for case in SIZES]
    wrong = (
        ([n // s if p == "same" else (n - k) // s + 1 for n, k, s, p in SIZES],
         "With same padding the size is rounded up: 7 halved is 4."),
        ([n / s if p == "same" else (n - k) // s + 1 for n, k, s, p in SIZES],
         "A size is a whole number: 7 halved is rounded up to 4."),
        ([-(-n // s) if p == "same" else (n - k) // s for n, k, s, p in SIZES],
         "With valid padding one is missing: a kernel as large as the image fits once."),
        ([-(-n // s) if p == "same" else (n - k) / s + 1 for n, k, s, p in SIZES],
         "With valid padding round down: a kernel that does not fit whole is left out."),
        ([-(-n // s) if p == "same" else -(-(n - k) // s) + 1 for n, k, s, p in SIZES],
         "With valid padding round down: a kernel that does not fit whole is left out."),
        ([-(-n // s) for n, k, s, p in SIZES],
         "This is the size for same padding; valid padding loses the margin."),
        ([(n - k) // s + 1 for n, k, s, p in SIZES],
         "This is the size for valid padding; same padding keeps the margin."),
        ([(n + 2 * ((k - 1) // 2) - k) // s + 1 if p == "same" else (n - k) // s + 1
          for n, k, s, p in SIZES],
         "An even kernel needs one pixel of padding more on one side: Keras adds it."),
        ([(n + 2 * (k // 2) - k) // s + 1 if p == "same" else (n - k) // s + 1
          for n, k, s, p in SIZES],
         "With an even kernel this pads one pixel too many: the size is n over the stride."),
        ([n // s + n % s if p == "same" else (n - k) // s + 1 for n, k, s, p in SIZES],
         "Any remainder adds one place, also a remainder of 2."),
    )  # fmt: skip
    for values, hint in wrong:
        if np.allclose(answers, values):
            raise WrongAnswer(hint)
    for case, answer, expected in zip(SIZES, answers, right, strict=True):
        if answer != expected:
            n, kernel, stride, padding = case
            raise WrongAnswer(
                f"For n = {n}, kernel {kernel}, stride {stride}, {padding!r}, Keras gives "
                f"{expected}, your function {answer:g}."
            )
    return "Same: n over the stride, rounded up. Valid: the places where the kernel fits whole."


def check_3(count_stamps: Callable) -> str:
    """Accept a function (n, kernel, stride) that counts the inputs that reach each output."""
    for n, kernel, stride in ((5, 3, 2), (4, 4, 2), (3, 2, 3), (2, 5, 1), (9, 5, 2)):
        right = _stamps(n, kernel, stride)
        answer = as_numbers(call(count_stamps, n, kernel, stride))
        if answer.shape == (stride * n,) and len(right) != stride * n:
            raise WrongAnswer(
                f"{stride * n} pixels is the length with same padding. Here the last of the {n} "
                f"stamps starts at pixel {stride * (n - 1)} and is {kernel} long."
            )
        if answer.shape == (n + kernel - 1,) and stride > 1:
            raise WrongAnswer("The stamps are set a stride apart, not one pixel apart.")
        answer = as_array(answer, right.shape)
        if np.array_equal(answer, np.minimum(right, 1)) and right.max() > 1:
            raise WrongAnswer("Where stamps overlap they add up: count each of them.")
        if not np.allclose(answer, right):
            raise WrongAnswer(
                f"For n = {n}, kernel {kernel}, stride {stride}, it should be "
                f"{' '.join(str(count) for count in right)}."
            )
    return "Uneven where the stride does not divide the kernel, even away from the ends if it does."


def _size(n: int, kernel: int, stride: int, padding: str) -> int:
    """Return the side of what a convolution of Keras gives."""
    return -(-n // stride) if padding == "same" else (n - kernel) // stride + 1


def _stamps(n: int, kernel: int, stride: int) -> np.ndarray:
    """Return how many of n stamps reach each pixel in one dimension, with valid padding."""
    counts = np.zeros(stride * (n - 1) + kernel, dtype=int)
    for first in range(0, stride * n, stride):
        counts[first : first + kernel] += 1
    return counts
