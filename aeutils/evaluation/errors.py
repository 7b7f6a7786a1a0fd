"""Errors of reconstructions, and those of the simple methods that every chapter starts from."""

from collections.abc import Iterable
from numbers import Integral

import numpy as np

from aeutils.data import check_images
from aeutils.evaluation.curves import fit_curve

# Rows that the curve behind PCA is read off: 392,000 pairs of grey values for images of 28 x 28.
CURVE_ROWS = 500


def squared_error_per_image(x: np.ndarray, x_hat: np.ndarray) -> np.ndarray:
    """Return the squared error of each image, summed over its pixels.

    Parameters
    ----------
    x, x_hat : ndarray of shape (n, ...)
        Images and their reconstructions, of one shape.

    Returns
    -------
    ndarray of shape (n,)
        Sum over the pixels of ``(x - x_hat) ** 2``: 784 times the mean squared error per pixel
        for images of 28 x 28.

    Raises
    ------
    ValueError
        If the shapes differ or `x` is empty.
    """
    x, x_hat = (np.asarray(a) for a in (x, x_hat))
    if x.shape != x_hat.shape or x.ndim < 2 or x.size == 0:
        raise ValueError(
            f"x has shape {x.shape} and x_hat {x_hat.shape}; both must be (n, ...) and the same."
        )
    # Whole numbers would wrap round below zero.
    difference = np.subtract(x, x_hat, dtype=np.result_type(x, x_hat, np.float32))
    difference = difference.reshape(len(x), -1)
    return np.einsum("ij,ij->i", difference, difference, dtype=np.float64)


def mse(x: np.ndarray, x_hat: np.ndarray) -> float:
    """Return the mean squared error per pixel, over all images.

    Takes and raises what `squared_error_per_image` does.
    """
    return float(squared_error_per_image(x, x_hat).mean() / np.asarray(x)[0].size)


def mean_image_error(x_train: np.ndarray, x_test: np.ndarray) -> float:
    """Return the squared error per image of predicting the mean training image every time.

    Parameters
    ----------
    x_train, x_test : ndarray of shape (n, ...)
        Images in [0, 1].

    Returns
    -------
    float
        Mean over the test images of the squared error per image; PCA with 0 components.
    """
    return pca_errors(x_train, x_test, [0])[0]


def pca_errors(
    x_train: np.ndarray, x_test: np.ndarray, code_sizes: Iterable[int], *, curve: bool = False
) -> dict[int, float]:
    """Return the test error of PCA for several code sizes, from one decomposition.

    No linear autoencoder has a lower training error at the same code size, see
    `Baldi & Hornik (1989) <https://doi.org/10.1016/0893-6080(89)90014-2>`_.

    Parameters
    ----------
    x_train, x_test : ndarray of shape (n, ...)
        Images in [0, 1]; the components come from `x_train` alone.
    code_sizes : iterable of int
        Numbers of components, from 0 to the number of pixels.
    curve : bool
        Send the copies through a curve, see `fit_curve`, one for each code size, that is read
        off 500 training images. The decoder is then no longer linear.

    Returns
    -------
    dict of int to float
        Mean squared error per image on `x_test` by code size.

    Raises
    ------
    ValueError
        For images of unequal shapes or outside [0, 1], fewer than two training images, or an
        impossible code size.
    """
    check_images(x_train, "x_train")
    check_images(x_test, "x_test")
    if x_train.shape[1:] != x_test.shape[1:]:
        raise ValueError(
            f"x_train has images of shape {x_train.shape[1:]}, x_test of {x_test.shape[1:]}; "
            "both must be the same."
        )
    if len(x_train) < 2:
        raise ValueError("x_train has one image; PCA needs two or more.")
    train, test = (np.reshape(x, (len(x), -1)).astype(np.float64) for x in (x_train, x_test))
    code_sizes = list(code_sizes)
    if not all(isinstance(k, Integral) and 0 <= k <= train.shape[1] for k in code_sizes):
        raise ValueError(
            f"code_sizes is {code_sizes}; each must be a whole number in 0 to {train.shape[1]}."
        )
    mean = train.mean(axis=0)
    train -= mean
    test -= mean
    components = principal_components(train)
    if curve:
        return {
            size: _error_behind_a_curve(train[:CURVE_ROWS], test, mean, components[:, :size])
            for size in code_sizes
        }
    energy = ((test @ components) ** 2).mean(axis=0)
    error = np.sum(test**2) / len(test) - np.concatenate([[0.0], np.cumsum(energy)])
    # More components than there are do not help.
    return {size: float(max(error[min(size, len(energy))], 0.0)) for size in code_sizes}


def _error_behind_a_curve(
    train: np.ndarray, test: np.ndarray, mean: np.ndarray, kept: np.ndarray
) -> float:
    """Return the squared error per image of copies by the components kept, and then a curve."""
    copies, test_copies = (mean + x @ kept @ kept.T for x in (train, test))
    bent = fit_curve(copies, mean + train)(test_copies)
    return float(squared_error_per_image(mean + test, bent).mean())


def principal_components(centred: np.ndarray) -> np.ndarray:
    """Return the principal components of rows as columns, the first one first.

    Through the matrix of all pairs of columns or of rows, whichever is the smaller.

    Parameters
    ----------
    centred : ndarray of shape (n, features)
        Rows without their mean.

    Returns
    -------
    ndarray of shape (features, min(features, n - 1))
        Orthonormal columns; `features` of them where there are as many rows or more.
    """
    rows, columns = centred.shape
    if columns <= rows:
        return np.linalg.eigh(centred.T @ centred)[1][:, ::-1]
    return np.linalg.svd(centred, full_matrices=False)[2][: rows - 1].T
