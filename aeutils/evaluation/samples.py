"""Whether two sets of points come from one distribution, and how likely one makes the other."""

from collections.abc import Iterable
from numbers import Real

import numpy as np
from scipy.spatial.distance import pdist
from scipy.special import logsumexp

MOST_POINTS = 20_000
ROUNDING = 1e-12  # of a discrepancy: the same division, in another order of its points


def mmd(x: np.ndarray, y: np.ndarray, bandwidths: Iterable[float] | None = None) -> float:
    """Return the squared maximum mean discrepancy of two sets of points.

    The unbiased estimate of `Gretton et al. (2012)
    <https://www.jmlr.org/papers/v13/gretton12a.html>`_ with the mean of Gaussian kernels
    ``exp(-|a - b| ** 2 / (2 * bandwidth ** 2))``: 0 on average where both sets come from one
    distribution, so that it may be a little below 0.

    Parameters
    ----------
    x, y : ndarray of shape (n, features) and (m, features)
        Two points or more in each.
    bandwidths : iterable of float, optional
        Widths of the kernels, in units of the points. By default 0.5, 1 and 2 times the median
        distance within `y`; to compare several `x`, keep `y` or the widths the same.

    Returns
    -------
    float
        At most 2, and the smaller the more alike the sets are.

    Raises
    ------
    ValueError
        If the sets are no matrices of equal width, have fewer than two rows or values that are
        not finite, together have more than 20,000 rows (all pairs of which need gigabytes), or a
        bandwidth is not above 0.
    """
    return _unbiased(_kernel(x, y, bandwidths), len(x))


def mmd_test(
    x: np.ndarray,
    y: np.ndarray,
    bandwidths: Iterable[float] | None = None,
    *,
    permutations: int = 200,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the discrepancy of two sets and the p-value of their being from one distribution.

    Takes and raises what `mmd` does. The points of both sets are shuffled `permutations` times
    into two new ones.

    Returns
    -------
    discrepancy, p_value : float
        The p-value is the share of divisions, the given one among them, with a discrepancy as
        large as that of the given one: 1 / (`permutations` + 1) at least.
    """
    kernel, rng = _kernel(x, y, bandwidths), np.random.default_rng(seed)
    given, at_least = _unbiased(kernel, len(x)), 1
    for _ in range(permutations):
        order = rng.permutation(len(kernel))
        at_least += _unbiased(kernel[np.ix_(order, order)], len(x)) >= given - ROUNDING
    return given, at_least / (permutations + 1)


def parzen_log_likelihood(x: np.ndarray, samples: np.ndarray, bandwidth: float) -> np.ndarray:
    """Return the log density of images under Gaussians put around the samples of a model.

    The estimate that the literature on generative models without a likelihood has used; in many
    dimensions it says little about the model (`Theis et al. 2016
    <https://arxiv.org/abs/1511.01844>`_).

    Parameters
    ----------
    x : ndarray of shape (n, features)
        Images to be judged.
    samples : ndarray of shape (m, features)
        Samples of the model.
    bandwidth : float
        Standard deviation of the Gaussians; choose it on validation images.

    Returns
    -------
    ndarray of shape (n,)
        ``log(mean(N(x; sample, bandwidth ** 2)))`` over the samples, in nats.

    Raises
    ------
    ValueError
        If the sets are no matrices of equal width, are empty or not finite, or the bandwidth is
        not above 0.
    """
    x, samples = _check_sets(x=x, samples=samples)
    _check_bandwidth(bandwidth)
    constant = np.log(len(samples)) + x.shape[1] * np.log(bandwidth * np.sqrt(2 * np.pi))
    result = [
        logsumexp(-_squared_distances(part, samples) / (2 * bandwidth**2), axis=1)
        for part in np.array_split(x, -(-len(x) // 500))
    ]
    return np.concatenate(result) - constant


def _kernel(x, y, bandwidths) -> np.ndarray:
    x, y = _check_sets(x=x, y=y)
    if min(len(x), len(y)) < 2:
        raise ValueError(f"x has {len(x)} rows and y {len(y)}; two or more are needed of each.")
    if len(x) + len(y) > MOST_POINTS:
        raise ValueError(
            f"x and y have {len(x) + len(y)} rows together; all pairs of more than {MOST_POINTS} "
            "need gigabytes. Take a random part of each."
        )
    if bandwidths is None:
        bandwidths = np.median(pdist(y)) * np.array([0.5, 1, 2])
    both = np.concatenate([x, y])
    squares = _squared_distances(both, both)
    widths = [_check_bandwidth(width) for width in bandwidths]
    return np.mean([np.exp(-squares / (2 * width**2)) for width in widths], axis=0)


def _unbiased(kernel: np.ndarray, n: int) -> float:
    """Return the estimate from the kernel of all pairs, of which the first n are the first set."""
    m = len(kernel) - n
    within_x = (kernel[:n, :n].sum() - np.trace(kernel[:n, :n])) / (n * (n - 1))
    within_y = (kernel[n:, n:].sum() - np.trace(kernel[n:, n:])) / (m * (m - 1))
    return float(within_x + within_y - 2 * kernel[:n, n:].mean())


def _squared_distances(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    from sklearn.metrics.pairwise import euclidean_distances

    return euclidean_distances(x, y, squared=True)


def _check_sets(**sets) -> list[np.ndarray]:
    arrays = [np.asarray(a, np.float64) for a in sets.values()]
    shapes = ", ".join(f"{name} {np.shape(a)}" for name, a in sets.items())
    if not all(a.ndim == 2 and a.size for a in arrays) or len({a.shape[1] for a in arrays}) > 1:
        raise ValueError(f"The shapes are {shapes}; expected (n, features) and (m, features).")
    if not all(np.isfinite(a).all() for a in arrays):
        raise ValueError(f"{' or '.join(sets)} holds values that are not finite.")
    return arrays


def _check_bandwidth(bandwidth) -> float:
    if not (isinstance(bandwidth, Real) and 0 < bandwidth < np.inf):
        raise ValueError(f"bandwidth is {bandwidth!r}; it must be a number above 0.")
    return float(bandwidth)
