"""A sheet to draw on, and what networks make of the drawing."""

from collections.abc import Mapping, Sequence

import keras
import numpy as np

from aeutils.explorer.networks import Network, as_text, pack
from aeutils.explorer.page import Explorer, make_explorer
from aeutils.explorer.pictures import as_squares, tile

BITS = 6


def draw(
    models: Mapping[str, keras.Model],
    images: np.ndarray,
    *,
    names: Sequence[str] = (),
    noise: Sequence[float] = (),
    level: int = 0,
    title: str = "A sheet to draw on",
) -> Explorer:
    """Let a reader draw, and see what networks make of the drawing.

    The drawing is shifted by whole pixels so that its centre of mass is in the middle, as the
    images of MNIST are; their digits fit into the frame of the sheet.

    Parameters
    ----------
    models : mapping of str to keras.Model
        From the pixels of a square image in [0, 1], as a row, to as many. The keys are the names
        below the answers.
    images : ndarray of shape (n, side, side, 1), (n, side, side) or (n, side * side)
        Drawings to begin with, in [0, 1]; the first one lies on the sheet.
    names : sequence of str
        What the buttons that choose a drawing say; by default 1, 2, 3, ...
    noise : sequence of float
        Standard deviations of Gaussian noise, which is added and cut off at 0 and 1. They get a
        slider, and errors are told in decibels. By default there is no noise, and an error is the
        mean of squares over the pixels.
    level : int
        Which of `noise` comes first, counted from 0.
    title : str
        What the explorer is, for those who cannot see it.

    Raises
    ------
    ValueError
        If the arguments do not fit each other, a model cannot be packed, or the page gets larger
        than 300,000 bytes.
    """
    squares = as_squares(images)
    names = list(names) or [str(n) for n in range(1, len(squares) + 1)]
    noise = [round(float(deviation), 4) for deviation in noise]
    _check(models, squares, names, noise, level)
    size = squares[0].size
    rows = squares.reshape(-1, size)
    networks = [pack(model, BITS, rows) for model in models.values()]
    for name, network in zip(models, networks, strict=True):
        if network.answer.size != size:
            raise ValueError(
                f"models[{name!r}] gives {network.answer.size} numbers for {size} pixels; it must "
                "give as many."
            )
    data = {
        "title": title,
        "networks": [network.as_json() for network in networks],
        "models": list(models),
        "images": as_text(np.rint(255 * squares).astype("uint8")),
        "side": squares.shape[1],
        "names": names,
        "levels": noise,
        "level": level,
    }
    still, rows = _still(squares, networks, noise[level] if noise else 0)
    alt = f"{title}. From top to bottom: {', '.join([*rows, *models])}."
    return make_explorer("draw", data, still, alt)


def _still(
    squares: np.ndarray, networks: Sequence[Network], deviation: float
) -> tuple[np.ndarray, list[str]]:
    """Return rows of drawings, of noisy ones if there is noise, and of answers; name the first."""
    drawn = squares.reshape(len(squares), -1)
    normal = np.random.default_rng(0).normal(size=drawn.shape).astype("float32")
    given = np.clip(drawn + deviation * normal, 0, 1)
    rows = {"the drawings": drawn}
    if deviation:
        rows[f"with noise of {deviation:g}"] = given
    shown = [*rows.values(), *(network(given) for network in networks)]
    still = tile(as_squares(np.concatenate(shown)), len(squares))
    return still.repeat(2, 0).repeat(2, 1), list(rows)


def _check(models: Mapping, squares: np.ndarray, names: list, noise: list, level: int):
    """Refuse what does not fit together."""
    if not models or len(names) != len(squares):
        raise ValueError(
            f"models has {len(models)} models; expected one or more, and a name for each of "
            f"{len(squares)} images, but names has {len(names)}."
        )
    if not np.isfinite(noise).all() or min(noise, default=0) < 0:
        raise ValueError(f"noise is {noise}; standard deviations are finite and not below 0.")
    if level not in range(max(len(noise), 1)):
        raise ValueError(f"level is {level}; it must be the place of a number in noise.")
    for name, model in models.items():
        shape = getattr(model, "input_shape", None)
        if shape != (None, squares[0].size):
            raise ValueError(
                f"models[{name!r}] takes inputs of shape {shape}; expected {squares[0].size} "
                "pixels as a row."
            )
