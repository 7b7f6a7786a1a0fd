"""Checks for the exercises of the chapter `pca`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import WrongAnswer, as_array, as_numbers, call

EIGENVALUES = np.array([0.5, 4.0, 0.25, 2.0, 1.0])
SHAPES = ((6, 3), (5, 1), (9, 4), (4, 4))  # pixels and code size
# Rounding lifts the cosine of few bases above 1, so many are tried.
SAME_SUBSPACES = 100


def check_1(expected_error: Callable[[np.ndarray, int], float]) -> str:
    """Accept a function (eigenvalues, k) that returns the error of the best code of k numbers."""
    error = float(as_array(call(expected_error, EIGENVALUES.copy(), 2)))
    falling = np.sort(EIGENVALUES)[::-1]
    wrong = {
        falling[:2].sum(): "That is what the code keeps. The error is what it discards.",
        falling[2:].mean(): "Sum the discarded eigenvalues: each direction that is lost adds its "
        "own variance to the error, so there is nothing to average.",
        EIGENVALUES[2:].sum(): "The eigenvalues come in no order here: sort them, largest first.",
        np.sort(EIGENVALUES)[2:].sum(): "You kept the smallest eigenvalues and discarded the "
        "largest: turn the order round.",
        falling[1:].sum(): "One too many is discarded: with a code of k numbers, k are kept.",
        falling[3:].sum(): "One too few is discarded: with a code of k numbers, only k are kept.",
        falling[2:].sum() / falling.sum(): "That is a share of the variance; the task asks for "
        "the error itself.",
    }
    for value, hint in wrong.items():
        if np.isclose(error, value):
            raise WrongAnswer(hint)
    if not np.isclose(error, falling[2:].sum(), rtol=1e-4):
        raise WrongAnswer("For the eigenvalues 4, 2, 1, 0.5, 0.25 and k = 2 it should be 1.75.")
    nothing = float(as_array(call(expected_error, EIGENVALUES.copy(), 0)))
    if not np.isclose(nothing, falling.sum(), rtol=1e-4):
        raise WrongAnswer("With k = 0 nothing is kept, and the error is the sum of them all.")
    rng = np.random.default_rng(0)
    for count, k in ((5, 5), (5, 4), (1, 1), (12, 3), (40, 17)):
        values = rng.exponential(size=count)
        error = float(as_array(call(expected_error, values.copy(), k)))
        right = np.sort(values)[::-1][k:].sum()
        if not np.isclose(error, right, rtol=1e-4, atol=1e-6):
            raise WrongAnswer(
                f"With {count} eigenvalues and k = {k} it should be {right:.5g}, and it is "
                f"{error:.5g}: the function has to work for any number of eigenvalues and any k."
            )
    return "The error is the sum of the eigenvalues that do not fit into the code."


def check_2(largest_angle: Callable[[np.ndarray, np.ndarray], float]) -> str:
    """Accept a function that returns the largest principal angle of two subspaces in degrees."""
    rng = np.random.default_rng(0)
    for pixels, code_size in SHAPES[:3]:
        first, second = rng.normal(size=(2, pixels, code_size))
        _judge_angle(largest_angle, first, second)
    axes = np.eye(6)
    close = axes[:, :2] + 1e-3 * axes[:, 2:4] * [0, 1]
    for second in (close, axes[:, 3:5], axes[:, :2] * [1, 100]):
        _judge_angle(largest_angle, axes[:, :2], second)
    for _ in range(SAME_SUBSPACES):
        for pixels, code_size in SHAPES:
            basis = rng.normal(size=(pixels, code_size))
            other = basis @ rng.normal(size=(code_size, code_size))
            same = as_numbers(call(largest_angle, basis, other))
            if not np.isclose(np.nan_to_num(same, nan=90.0), 0, atol=0.1):
                raise WrongAnswer(
                    "Two bases of one subspace must give 0. A cosine of 1 + 1e-16 has no arc "
                    "cosine: clip the singular values to 1."
                )
    return "With orthonormal bases the smallest singular value is the largest angle's cosine."


def check_3(other_weights: Callable) -> str:
    """Accept a function (encoder, decoder, a) that returns the weights whose code is z a."""
    rng = np.random.default_rng(0)
    for pixels, code_size in SHAPES:
        encoder = rng.normal(size=(pixels, code_size))
        decoder = rng.normal(size=(code_size, pixels))
        a = rng.normal(size=(code_size, code_size)) + 2 * np.eye(code_size)
        _judge_weights(other_weights, encoder, decoder, a)
    return "The encoder takes a, the decoder its inverse, and the product stays."


def check_4(smallest_code: Callable[[np.ndarray, float], int]) -> str:
    """Accept a function (eigenvalues, share) that returns the smallest k that keeps the share."""
    cases = [(np.array([0.0, 1.0, 2.0, 1.0, 4.0]), share) for share in (0.75, 0.76, 0.5, 1.0, 0.1)]
    spectra = [np.random.default_rng(0).exponential(size=count) ** 2 for count in (2, 7, 30)]
    cases += [(values, share) for values in spectra for share in (0.3, 0.9, 0.99)]
    for values, share in cases:
        answer = float(as_array(call(smallest_code, values.copy(), share)))
        kept = np.cumsum(np.sort(values)[::-1]) / values.sum()
        right = int(np.argmax(kept >= share)) + 1
        in_order = np.cumsum(values) / values.sum()
        told = f"For the eigenvalues {np.round(values[:6], 3).tolist()} and a share of {share}"
        told = told if len(values) <= 6 else f"With {len(values)} eigenvalues and share {share}"
        if answer == right:
            continue
        if answer == right - 1:
            raise WrongAnswer(f"{told} k is {right}: position 0 stands for a code of one number.")
        if answer == int(np.argmax(in_order >= share)) + 1:
            raise WrongAnswer("The eigenvalues come in no order here: sort them, largest first.")
        if answer == right + 1:
            raise WrongAnswer(f"{told} k = {right} is enough: a share that is reached counts.")
        raise WrongAnswer(f"{told} k is {right}, and your function returns {answer:g}.")
    return "The share is a choice of yours: nothing in the data says which one is enough."


def _judge_angle(largest_angle: Callable, first: np.ndarray, second: np.ndarray) -> None:
    """Compare the answer for two subspaces with the right angle and with typical mistakes."""
    degrees = float(as_array(call(largest_angle, first.copy(), second.copy())))
    cosines = _cosines(*(np.linalg.qr(basis)[0] for basis in (first, second)))
    unit = _cosines(*(basis / np.linalg.norm(basis, axis=0) for basis in (first, second)))
    right, smallest = np.degrees(np.arccos(np.clip(cosines[[-1, 0]], 0, 1)))
    if np.isclose(degrees, right, atol=1e-2):
        return
    raw = np.clip(_cosines(first, second), 0, 1)
    wrong = {
        np.radians(right): "That is in radians; the task asks for degrees.",
        smallest: "That is the smallest angle: it belongs to the largest singular value.",
        cosines[-1]: "That is the cosine of the angle. Take the arc cosine, then degrees.",
        90 - right: "The singular values are cosines, not sines.",
        np.degrees(np.arccos(raw[-1])): "These bases are not orthonormal: replace each by the Q "
        "of its QR decomposition first.",
        np.degrees(np.arccos(min(unit[-1], 1))): "Columns of length 1 are not enough: they must "
        "also be at right angles to each other. Use the Q of a QR decomposition.",
    }
    for value, hint in wrong.items():
        if np.isclose(degrees, value):
            raise WrongAnswer(hint)
    raise WrongAnswer("scipy.linalg.subspace_angles gives another value for these bases.")


def _judge_weights(
    other_weights: Callable, encoder: np.ndarray, decoder: np.ndarray, a: np.ndarray
) -> None:
    """Compare new weights with what the code and the reconstructions have to be."""
    answer = call(other_weights, encoder.copy(), decoder.copy(), a.copy())
    if not isinstance(answer, tuple | list | np.ndarray) or len(answer) != 2:
        raise WrongAnswer("Return two matrices: the new encoder and the new decoder.")
    new_encoder = as_array(answer[0], encoder.shape)
    new_decoder = as_array(answer[1], decoder.shape)
    if _equal(new_encoder, encoder):
        raise WrongAnswer("The encoder is the old one, so the code is still z and not z a.")
    if _equal(new_encoder, encoder @ np.linalg.inv(a)):
        raise WrongAnswer("This code is z a^-1: the encoder gets a, the decoder its inverse.")
    if not _equal(new_encoder, encoder @ a):
        raise WrongAnswer("The new code should be z a, with z = x @ encoder as it was.")
    if _equal(new_decoder, np.linalg.solve(a, decoder)):
        return
    wrong = (
        (decoder, "The decoder is the old one, but it now receives z a: it must undo a first."),
        (a @ decoder, "The decoder multiplies by a a second time; it has to undo it."),
        (a.T @ decoder, "The transpose undoes a rotation only; a general a needs its inverse."),
    )
    for value, hint in wrong:
        if _equal(new_decoder, value):
            raise WrongAnswer(hint)
    raise WrongAnswer("The reconstruction has changed. What brings z a back to z?")


def _equal(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether two matrices are equal up to the rounding of single precision."""
    return np.allclose(first, second, rtol=1e-3, atol=1e-4)


def _cosines(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.linalg.svd(first.T @ second, compute_uv=False)
