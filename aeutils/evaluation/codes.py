"""What a code knows: units that are used, and classes that can be read off it."""

import numpy as np


def dead_units(z: np.ndarray) -> float:
    """Return the share of the units of a code that are the same for every image.

    Such a unit says nothing about an image: a ReLU that is never on, a saturated sigmoid.

    Parameters
    ----------
    z : ndarray of shape (n, ..., units)
        Codes of two images or more; a unit of a convolutional code is looked at in all places.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        If there are fewer than two codes, or they have no units or are not finite.
    """
    z = _check_codes(z, "z")
    z = z.reshape(-1, z.shape[-1])
    return float(np.mean(z.max(axis=0) == z.min(axis=0)))


def active_units(z_mean: np.ndarray, threshold: float = 0.01) -> int:
    """Return how many units of a variational code carry information about the image.

    A unit counts if the mean of its posterior varies over the images by more than `threshold`;
    where the posterior has collapsed to the prior, the mean is the same for all. The measure and
    the threshold are those of `Burda et al. (2016) <https://arxiv.org/abs/1509.00519>`_.

    Parameters
    ----------
    z_mean : ndarray of shape (n, latent_dim)
        Posterior means of two images or more.
    threshold : float
        Variance above which a unit counts.

    Returns
    -------
    int
        From 0 to ``latent_dim``.

    Raises
    ------
    ValueError
        If there are fewer than two codes, or they are no matrix or not finite.
    """
    z_mean = _check_codes(z_mean, "z_mean")
    if z_mean.ndim != 2:
        raise ValueError(f"z_mean has shape {z_mean.shape}; expected (n, latent_dim).")
    return int(np.sum(z_mean.var(axis=0) > threshold))


def knn_accuracy(
    z_train: np.ndarray,
    y_train: np.ndarray,
    z_test: np.ndarray,
    y_test: np.ndarray,
    n_neighbors: int = 10,
) -> float:
    """Return the accuracy of a nearest-neighbour classifier on codes.

    Parameters
    ----------
    z_train, z_test : ndarray of shape (n, latent_dim)
        Codes.
    y_train, y_test : ndarray of shape (n,)
        Class labels.
    n_neighbors : int
        Size of the neighbourhood; 10 is what the literature on two-dimensional codes uses.

    Returns
    -------
    float
        Fraction of the test codes that get their class.

    Raises
    ------
    ValueError
        If codes and labels differ in number, or codes are no matrix or not finite.
    """
    from sklearn.neighbors import KNeighborsClassifier

    return _probe(KNeighborsClassifier(n_neighbors), z_train, y_train, z_test, y_test)


def linear_probe_accuracy(
    z_train: np.ndarray,
    y_train: np.ndarray,
    z_test: np.ndarray,
    y_test: np.ndarray,
    max_iter: int = 200,
) -> float:
    """Return the accuracy of multinomial logistic regression on standardised codes.

    Takes what `knn_accuracy` takes and raises the same; `max_iter` bounds the iterations of the
    solver, which need not have converged for a probe to be informative.
    """
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from threadpoolctl import threadpool_limits

    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=max_iter))
    # The products are small: on a busy machine several threads mostly wait for each other.
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore", ConvergenceWarning)
        return _probe(model, z_train, y_train, z_test, y_test)


def _check_codes(z, name: str) -> np.ndarray:
    z = np.asarray(z)
    if z.ndim < 2 or len(z) < 2 or z.size == 0:
        raise ValueError(f"{name} has shape {z.shape}; expected (n, ..., units) with n above 1.")
    _check_finite(z, name)
    return z


def _check_finite(z, name: str) -> None:
    if not np.isfinite(z).all():
        raise ValueError(f"{name} holds values that are not finite; did training diverge?")


def _probe(model, z_train, y_train, z_test, y_test) -> float:
    for name, z, y in (("train", z_train, y_train), ("test", z_test, y_test)):
        if np.ndim(z) != 2 or len(z) != len(y) or len(z) == 0:
            raise ValueError(
                f"z_{name} has shape {np.shape(z)} and y_{name} {np.shape(y)}; expected "
                "(n, latent_dim) and (n,)."
            )
        _check_finite(z, f"z_{name}")
    return float(model.fit(z_train, y_train).score(z_test, y_test))
