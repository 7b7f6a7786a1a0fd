"""A curve behind the answers of a model: the cheapest step beyond a linear map."""

from collections.abc import Callable

import numpy as np
from sklearn.isotonic import IsotonicRegression

from aeutils.inputs import as_array


def fit_curve(answers: np.ndarray, targets: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return the rising curve that brings `answers` closest to `targets` in squared error.

    One curve for all pixels, found by isotonic regression. Behind a linear map it makes a
    linear-nonlinear model, see `Chichilnisky (2001) <https://doi.org/10.1080/713663221>`_.

    Parameters
    ----------
    answers, targets : ndarray of one shape
        What a model says and what it should have said, of any shape that is not empty.

    Returns
    -------
    callable
        Maps finite answers of any shape to float32 values between the smallest and the largest
        target: never falling, linear between the answers seen, constant beyond them.

    Raises
    ------
    ValueError
        If the shapes differ, or an array is empty or has values that are not finite.
    """
    answers, targets = as_array(answers, "answers"), as_array(targets, "targets")
    if answers.shape != targets.shape or answers.size == 0:
        raise ValueError(
            f"answers has shape {answers.shape} and targets {targets.shape}; both must be the "
            "same, and not empty."
        )
    if not (np.isfinite(answers).all() and np.isfinite(targets).all()):
        raise ValueError("answers or targets hold values that are not finite; leave them out.")
    fitted = IsotonicRegression(out_of_bounds="clip").fit(answers.ravel(), targets.ravel())

    def curve(answers: np.ndarray) -> np.ndarray:
        answers = as_array(answers, "answers")
        return fitted.predict(answers.ravel()).reshape(answers.shape).astype("float32")

    return curve
