"""Ratings that are drawn from a model: their range, their noise and the best guess."""

import math

import numpy as np
from scipy.special import ndtr

LOWEST, HIGHEST = 1, 5
NOISE = 0.7  # standard deviation of what no model can know


def expected_rating(known: np.ndarray, noise: float = NOISE) -> np.ndarray:
    """Return the mean of a rating that is drawn with noise, rounded, and kept in 1 to 5.

    Parameters
    ----------
    known : ndarray
        The rating before noise and rounding.
    noise : float
        Standard deviation of the noise.

    Returns
    -------
    ndarray
        Of the shape of `known`: the guess with the smallest squared error.

    Raises
    ------
    ValueError
        If `noise` is not above 0.
    """
    if not 0 < noise < math.inf:
        raise ValueError(f"noise is {noise!r}; it must be a number above 0.")
    borders = np.arange(LOWEST, HIGHEST) + 0.5
    return LOWEST + ndtr((np.asarray(known)[..., None] - borders) / noise).sum(axis=-1)
