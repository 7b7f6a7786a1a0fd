"""Checks for the exercises of the chapter `pca`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import WrongAnswer, as_array, call

EIGENVALUES = np.array([0.5, 4.0, 0.25, 2.0, 1.0])
PIXELS, CODE_SIZE = 6, 3


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
    if not np.isclose(error, falling[2:].sum()):
        raise WrongAnswer("For the eigenvalues 4, 2, 1, 0.5, 0.25 and k = 2 it should be 1.75.")
    nothing = float(as_array(call(expected_error, EIGENVALUES.copy(), 0)))
    if not np.isclose(nothing, falling.sum()):
        raise WrongAnswer("With k = 0 nothing is kept, and the error is the sum of them all.")
    return "The error is the sum of the eigenvalues that do not fit into the code."


def check_2(largest_angle: Callable[[np.ndarray, np.ndarray], float]) -> str:
    """Accept a function that returns the largest principal angle of two subspaces in degrees."""
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, PIXELS, CODE_SIZE))
    degrees = float(as_array(call(largest_angle, first.copy(), second.copy())))
    cosines = _cosines(*(np.linalg.qr(basis)[0] for basis in (first, second)))
    unit = _cosines(*(basis / np.linalg.norm(basis, axis=0) for basis in (first, second)))
    right, smallest = np.degrees(np.arccos(cosines[[-1, 0]]))
    raw = np.clip(_cosines(first, second), 0, 1)
    wrong = {
        np.radians(right): "That is in radians; the task asks for degrees.",
        smallest: "That is the smallest angle: it belongs to the largest singular value.",
        cosines[-1]: "That is the cosine of the angle. Take the arc cosine, then degrees.",
        np.degrees(np.arcsin(cosines[-1])): "The singular values are cosines, not sines.",
        np.degrees(np.arccos(raw[-1])): "These bases are not orthonormal: replace each by the Q "
        "of its QR decomposition first.",
        np.degrees(np.arccos(unit[-1])): "Columns of length 1 are not enough: they must also be "
        "at right angles to each other. Use the Q of a QR decomposition.",
    }
    for value, hint in wrong.items():
        if np.isclose(degrees, value):
            raise WrongAnswer(hint)
    if not np.isclose(degrees, right, atol=1e-3):
        raise WrongAnswer("scipy.linalg.subspace_angles gives another value for these bases.")
    same = call(largest_angle, first.copy(), first @ rng.normal(size=(CODE_SIZE, CODE_SIZE)))
    if not np.isclose(np.nan_to_num(np.asarray(same, dtype=float), nan=90.0), 0, atol=1e-3):
        raise WrongAnswer(
            "Two bases of one subspace must give 0. A cosine of 1 + 1e-16 has no arc cosine: clip "
            "the singular values to 1."
        )
    return "With orthonormal bases the smallest singular value is the largest angle's cosine."


def check_3(other_weights: Callable) -> str:
    """Accept a function (encoder, decoder, a) that returns the weights whose code is z a."""
    rng = np.random.default_rng(0)
    encoder, decoder = rng.normal(size=(PIXELS, CODE_SIZE)), rng.normal(size=(CODE_SIZE, PIXELS))
    a, x = rng.normal(size=(CODE_SIZE, CODE_SIZE)), rng.normal(size=(4, PIXELS))
    answer = call(other_weights, encoder.copy(), decoder.copy(), a.copy())
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        raise WrongAnswer("Return two matrices: the new encoder and the new decoder.")
    new_encoder = as_array(answer[0], encoder.shape)
    new_decoder = as_array(answer[1], decoder.shape)
    if np.allclose(new_encoder, encoder):
        raise WrongAnswer("The encoder is the old one, so the code is still z and not z a.")
    if np.allclose(new_encoder, encoder @ np.linalg.inv(a)):
        raise WrongAnswer("This code is z a^-1: the encoder gets a, the decoder its inverse.")
    if not np.allclose(x @ new_encoder, x @ encoder @ a):
        raise WrongAnswer("The new code should be z a, with z = x @ encoder as it was.")
    wrong = (
        (decoder, "The decoder is the old one, but it now receives z a: it must undo a first."),
        (a @ decoder, "The decoder multiplies by a a second time; it has to undo it."),
        (a.T @ decoder, "The transpose undoes a rotation only; a general a needs its inverse."),
    )
    for value, hint in wrong:
        if np.allclose(new_decoder, value):
            raise WrongAnswer(hint)
    if not np.allclose(x @ new_encoder @ new_decoder, x @ encoder @ decoder):
        raise WrongAnswer("The reconstruction has changed. What brings z a back to z?")
    return "The encoder takes a, the decoder its inverse, and the product stays."


def _cosines(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.linalg.svd(first.T @ second, compute_uv=False)
