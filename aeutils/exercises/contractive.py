"""Checks for the exercises of the chapter `contractive`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import WrongAnswer, as_array, call, judge

SHRINK_HINTS = {
    1 / 4: "Each slope is divided by 4, but the penalty sums their squares.",
    16.0: "The other way round: the code moves less, so the penalty falls.",
    4.0: "The slopes shrink, they do not grow, and the penalty sums their squares.",
    1.0: "The copies stay the same, but the penalty looks at the code, not at the copy.",
}


def check_1(change: float) -> str:
    """Accept the factor by which the penalty changes when the code is divided by 4."""
    factor = float(as_array(change))
    for value, hint in SHRINK_HINTS.items():
        if np.isclose(factor, value):
            raise WrongAnswer(hint)
    if not np.isclose(factor, 1 / 16):
        raise WrongAnswer("Each entry of the Jacobian is divided by 4; the penalty sums squares.")
    return "One sixteenth, and every copy is what it was."


def check_2(tanh_penalty: Callable) -> str:
    """Accept a function (z, kernel) that returns the squared Jacobian norm of a tanh encoder."""
    rng = np.random.default_rng(0)
    for n, units, pixels, size in ((5, 4, 6, 1.0), (3, 7, 2, 0.1), (4, 2, 9, 5.0)):
        z = rng.uniform(-0.9, 0.9, size=(n, units)) * np.linspace(0.1, 1.1, n)[:, None]
        kernel = size * rng.normal(size=(pixels, units))
        answer = as_array(call(tanh_penalty, z.copy(), kernel.copy()), (n,))
        _judge_penalty(answer, z, kernel)
    return "Only the slope of the unit has changed."


def _judge_penalty(answer: np.ndarray, z: np.ndarray, kernel: np.ndarray) -> None:
    lengths, slope = (kernel**2).sum(axis=0), 1 - z**2
    pixels, units = kernel.shape
    wrong = (
        ((z * (1 - z)) ** 2 @ lengths, "This is the slope of the sigmoid; here it is 1 - z**2."),
        (slope @ lengths, "The slope is squared too: the penalty sums the squares of J."),
        (slope**2 @ kernel.sum(axis=0), "The weights are squared too, before they are summed."),
        (slope**2 @ lengths / pixels, "The penalty is a sum over the pixels, not their mean."),
        (slope**2 @ lengths / units, "The penalty is a sum over the units, not their mean."),
        (np.sqrt(slope**2 @ lengths), "This is the norm; the penalty is its square."),
        ((1 - np.tanh(z) ** 2) ** 2 @ lengths, "z is already the output of tanh."),
        (np.full(len(z), (slope**2 @ lengths).mean()), "Each image has a penalty of its own."),
    )
    judge(
        answer,
        slope**2 @ lengths,
        wrong,
        "Each entry of J is (1 - z_j**2) W_ij; sum their squares for each image.",
    )


def check_3(expected_change: Callable) -> str:
    """Accept a function (jacobian, s) that returns the expected squared move of the output."""
    rng = np.random.default_rng(0)
    for outputs, inputs, s in ((3, 5, 0.1), (6, 2, 0.02), (4, 4, 0.3)):
        jacobian = rng.normal(size=(outputs, inputs))
        answer = float(as_array(call(expected_change, jacobian.copy(), s)))
        norm = (jacobian**2).sum()
        wrong = (
            (s * norm, "The noise has standard deviation s; its variance is s squared."),
            (s**2 * np.sqrt(norm), "The norm of the Jacobian enters squared."),
            (s * np.sqrt(norm), "This is the root; the squared distance is asked for."),
            (s**2 * np.linalg.norm(jacobian, 2) ** 2, "The largest singular value gives the "
             "worst case. Noise goes in all directions, so all entries count."),
            (s**2 * norm / outputs, "The squared distance sums over the outputs; it is no mean."),
            (s**2 * norm / inputs, "Each input brings its own noise: sum over the inputs, no "
             "mean."),
            (s**2 * jacobian.sum() ** 2, "Noise in two pixels is independent: square, then sum."),
        )  # fmt: skip
        judge(
            answer,
            s**2 * norm,
            wrong,
            "The output moves by J e; take the mean of its squared length over e.",
        )
    return "The variance of the noise times the squared norm of the Jacobian."


def check_4(factors: Callable) -> str:
    """Accept a function (jacobian, directions) that returns the stretch of each direction."""
    rng = np.random.default_rng(0)
    for k, outputs, inputs in ((4, 3, 6), (2, 5, 3), (6, 2, 2)):
        jacobian = rng.normal(size=(outputs, inputs))
        directions = rng.normal(size=(k, inputs)) * np.geomspace(0.01, 50, k)[:, None]
        answer = as_array(call(factors, jacobian.copy(), directions.copy()), (k,))
        moved, lengths = (np.linalg.norm(a, axis=1) for a in (directions @ jacobian.T, directions))
        wrong = (
            (moved, "The directions have any length: divide by it."),
            (moved / lengths**2, "Divide by the length of the direction, not by its square."),
            ((moved / lengths) ** 2, "This is the factor squared: take the root."),
            (moved**2 / lengths, "The length of the code's move is a root of a sum of squares."),
            (lengths / moved, "The other way round: length in the code over length in the image."),
            (moved / np.linalg.norm(directions), "Each direction has its own length to divide by."),
        )
        judge(
            answer,
            moved / lengths,
            wrong,
            "Send each direction through J and compare its length before and after.",
        )
    return "Length after over length before."
