"""The lower bound of the evidence of one hidden number, for a Gaussian that the hand moves."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import norm

from aeutils.explorer.page import Explorer, make_explorer

SIZE = (240, 400)  # of the still picture
WIDE = 4  # the largest standard deviation of q; bound.js has it as the lowest top of a bell


def bound(
    seen: float,
    noise_sd: float,
    *,
    start: Sequence[float] = (0.0, 1.0),
    title: str = "Move q and watch the bound",
) -> Explorer:
    """Let a reader move q(z), and see bound, gap and divergence beside the log evidence.

    The model is that of the chapter on the bound: a hidden z from N(0, 1), and x = z + noise.

    Parameters
    ----------
    seen : float
        The x that was seen.
    noise_sd : float
        Standard deviation of the noise, above 0.
    start : (float, float)
        Mean and standard deviation of q at first.
    title : str
        What the explorer is, for those who cannot see it.

    Raises
    ------
    ValueError
        If an argument is not finite, a standard deviation is not above 0, or `start` lies outside
        of the picture.
    """
    if not np.isfinite([seen, noise_sd]).all() or noise_sd <= 0:
        raise ValueError(
            f"seen is {seen} and noise_sd {noise_sd}; both must be finite, and noise_sd above 0."
        )
    sd = (1 + noise_sd**-2) ** -0.5
    posterior = [sd**2 * seen / noise_sd**2, sd]
    left, right, top = min(0, seen) - 2.5, max(0, seen) + 2, 1.8 * norm.pdf(0) / sd
    narrow = norm.pdf(0) / top
    inside = np.shape(start) == (2,) and left <= start[0] <= right and narrow <= start[1] < WIDE
    if not inside:
        raise ValueError(
            f"start is {start}; expected a mean from {left:g} to {right:g} and a standard "
            f"deviation from {narrow:.3f} to {WIDE}."
        )
    data = {
        "title": title,
        "seen": float(seen),
        "noise": float(noise_sd),
        "posterior": [float(number) for number in posterior],
        "evidence": float(norm.logpdf(seen, 0, np.hypot(1, noise_sd))),
        "start": [float(number) for number in start],
        "range": [float(left), float(right), float(top)],
    }
    bells = [(0, 1), tuple(start), tuple(posterior)]
    alt = (
        f"{title}. Three densities of the hidden number: the posterior, dark, lies between the "
        "prior, pale, and the number that was seen; q, grey, can be moved."
    )
    return make_explorer("bound", data, _still(bells, (left, right), top), alt)


def _still(
    bells: Sequence[tuple[float, float]], across: tuple[float, float], top: float
) -> np.ndarray:
    """Return a picture of densities, each darker than the one before, over an axis."""
    height, width = SIZE
    z = np.linspace(*across, width)
    picture = np.zeros(SIZE, "float32")
    picture[-2:] = 1
    for number, (mean, sd) in enumerate(bells, start=1):
        place = (height - 3) * (1 - norm.pdf(z, mean, sd) / top)
        # A line has the same thickness where it is steep.
        thick = 1.5 * np.sqrt(1 + np.gradient(place) ** 2)
        far = np.abs(np.arange(height)[:, None] - place)
        picture = np.maximum(picture, (far < thick) * number / len(bells))
    return picture.astype("float32")
