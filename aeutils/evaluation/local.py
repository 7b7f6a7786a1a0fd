"""PCA in groups of images: the cheapest code that is not linear."""

from collections.abc import Iterable
from numbers import Integral

import numpy as np
from sklearn.cluster import KMeans

from aeutils.data import check_images
from aeutils.evaluation.curves import fit_curve
from aeutils.evaluation.errors import CURVE_ROWS, principal_components, squared_error_per_image

GROUPED_ROWS = 20_000  # that the groups are found on


class LocalPCA:
    """Groups of images, found by k-means, and the principal components of each group.

    The first number of a code names the group, the others are components. A code of `code_size`
    numbers thus has ``code_size - 1`` components. See
    `Kambhatla & Leen (1997) <https://doi.org/10.1162/neco.1997.9.7.1493>`_.

    Parameters
    ----------
    x_train : ndarray of shape (n, ...)
        Images in [0, 1]; groups come from the first 20,000, means and components from all.
    groups : int
        How many groups, from 1 (PCA) to the number of images.
    seed : int
        What k-means starts from.

    Raises
    ------
    ValueError
        For images outside [0, 1], or an impossible number of groups.
    """

    def __init__(self, x_train: np.ndarray, groups: int, *, seed: int = 0) -> None:
        check_images(x_train, "x_train")
        rows = np.reshape(x_train, (len(x_train), -1)).astype("float32")
        most = min(len(rows), GROUPED_ROWS)
        if not (isinstance(groups, Integral) and 1 <= groups <= most):
            raise ValueError(f"groups is {groups!r}; give a whole number in 1 to {most}.")
        self.shape, self.groups = np.shape(x_train)[1:], int(groups)
        self._centres = KMeans(groups, n_init=1, random_state=seed).fit(rows[:GROUPED_ROWS])
        chosen = self._centres.predict(rows)
        self.means = np.stack([rows[chosen == g].mean(axis=0) for g in range(groups)])
        self._axes = [self._components(rows[chosen == g], g) for g in range(groups)]

    def _components(self, rows: np.ndarray, group: int) -> np.ndarray:
        if len(rows) < 2:
            return np.zeros((rows.shape[1], 0), "float32")
        centred = rows.astype(np.float64) - self.means[group]
        return principal_components(centred).astype("float32")

    def encode(self, x: np.ndarray, code_size: int) -> np.ndarray:
        """Return codes of shape (n, code_size): the number of the group, then components.

        A group that has fewer components leaves the rest at 0.

        Raises
        ------
        ValueError
            If `x` has images of another shape, or `code_size` is below 1.
        """
        if np.shape(x)[1:] != self.shape or len(x) == 0:
            raise ValueError(f"x has shape {np.shape(x)}; expected (n, {self.shape}), n above 0.")
        if not isinstance(code_size, Integral) or code_size < 1:
            raise ValueError(f"code_size is {code_size!r}; the number of the group takes one.")
        rows = np.reshape(x, (len(x), -1)).astype("float32")
        chosen = self._centres.predict(rows)
        codes = np.zeros((len(rows), code_size), "float32")
        codes[:, 0] = chosen
        for group in np.unique(chosen):
            axes = self._axes[group][:, : code_size - 1]
            inside = chosen == group
            codes[inside, 1 : 1 + axes.shape[1]] = (rows[inside] - self.means[group]) @ axes
        return codes

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """Return the images, of the shape of those in training, that `codes` stand for.

        Raises
        ------
        ValueError
            If `codes` is no array of shape (n, code_size), or its first number names no group.
        """
        codes = np.asarray(codes, "float32")
        if (
            codes.ndim != 2
            or codes.shape[1] == 0
            or not np.isin(codes[:, 0], range(self.groups)).all()
        ):
            raise ValueError(
                f"codes has shape {codes.shape}; expected (n, code_size), and first numbers in 0 "
                f"to {self.groups - 1}, the groups."
            )
        rows = self.means[codes[:, 0].astype(int)]
        for group in np.unique(codes[:, 0]).astype(int):
            axes, inside = self._axes[group][:, : codes.shape[1] - 1], codes[:, 0] == group
            rows[inside] += codes[inside, 1 : 1 + axes.shape[1]] @ axes.T
        return rows.reshape(-1, *self.shape)


def local_pca_errors(
    x_train: np.ndarray,
    x_test: np.ndarray,
    code_sizes: Iterable[int],
    groups: int,
    *,
    seed: int = 0,
) -> dict[int, float]:
    """Return the test error of `LocalPCA` with a curve behind it, for several code sizes.

    Parameters
    ----------
    x_train, x_test : ndarray of shape (n, ...)
        Images in [0, 1]; groups, components and the curve (`fit_curve`, of 500 images) come from
        `x_train` alone.
    code_sizes : iterable of int
        Numbers per image, 1 or more, that of the group included.
    groups, seed : int
        As `LocalPCA` takes them.

    Returns
    -------
    dict of int to float
        Mean squared error per image on `x_test` by code size.

    Raises
    ------
    ValueError
        As `LocalPCA` does.
    """
    check_images(x_test, "x_test")
    local, some = LocalPCA(x_train, groups, seed=seed), x_train[:CURVE_ROWS]

    def error(size: int) -> float:
        seen, new = (local.decode(local.encode(x, size)) for x in (some, x_test))
        return float(squared_error_per_image(x_test, fit_curve(seen, some)(new)).mean())

    return {size: error(size) for size in code_sizes}
