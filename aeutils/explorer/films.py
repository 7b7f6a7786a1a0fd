"""A walk from noise to an image, step by step."""

from collections.abc import Mapping, Sequence

import numpy as np

from aeutils.explorer.page import Explorer, make_explorer
from aeutils.explorer.pictures import as_sheet, as_squares, tile

STILL_STEPS, STILL_DRAWS = 8, 3

Walk = tuple[Sequence[float], np.ndarray, np.ndarray]


def film(walks: Mapping[str, Walk], *, title: str = "From noise, step by step") -> Explorer:
    """Let a reader go through walks step by step, and see state, guess of the end and level.

    Parameters
    ----------
    walks : mapping of str to tuple of levels, states and guesses
        For each kind of walk the levels, of shape (steps + 1,); images of the states at these
        levels, of shape (steps + 1, draws, side * side) or (steps + 1, draws, side, side), in
        [0, 1]; and images of what was guessed to be the end at each level but the last, of shape
        (steps, draws, ...). Draw k is the same start in each walk.
    title : str
        What the explorer is, for those who cannot see it.

    Raises
    ------
    ValueError
        If there is no walk, levels, states and guesses of a walk do not fit each other or those of
        another walk, or the page gets larger than 300,000 bytes.
    """
    if not walks:
        raise ValueError("walks is empty: give at least one.")
    sheets, told = [], []
    for name, (levels, states, guesses) in walks.items():
        sheets.append(_frames(name, levels, states, guesses))
        told.append({"name": name, "levels": [round(float(level), 4) for level in levels]})
    shapes = {name: sheet.shape[1:] for name, sheet in zip(walks, sheets, strict=True)}
    if len(set(shapes.values())) > 1:
        raise ValueError(f"walks differ in (draws, side, side): {shapes}.")
    draws, side = sheets[0].shape[1:3]
    data = {
        "title": title,
        "walks": told,
        "draws": draws,
        **as_sheet(np.concatenate(sheets).reshape(-1, side, side)),
    }
    longest = max(range(len(told)), key=lambda n: len(told[n]["levels"]))
    still, count = _still(sheets[longest])
    alt = (
        f"{title}. From left to right {count} steps of the walk {told[longest]['name']}; in turn "
        "a row of states, and below it a row of guesses of the end."
    )
    return make_explorer("film", data, still, alt)


def _frames(name: str, levels: Sequence, states: np.ndarray, guesses: np.ndarray) -> np.ndarray:
    """Return the states and then the guesses, of shape (2 * steps + 1, draws, side, side)."""
    levels, states, guesses = (np.asarray(part, "float32") for part in (levels, states, guesses))
    steps = len(levels) - 1
    fits = states.ndim > 2 and (steps, *states.shape[1:]) == guesses.shape
    if levels.ndim != 1 or steps < 1 or len(states) != steps + 1 or not fits:
        raise ValueError(
            f"walks[{name!r}] has levels, states and guesses of shape {levels.shape}, "
            f"{states.shape} and {guesses.shape}; expected (steps + 1,), (steps + 1, draws, pixels)"
            " and (steps, draws, pixels), steps above 0."
        )
    if not np.isfinite(levels).all():
        raise ValueError(f"walks[{name!r}] has levels that are not finite.")
    both = np.concatenate([states, guesses])
    squares = as_squares(both.reshape(-1, *both.shape[2:]), f"walks[{name!r}]")
    return squares.reshape(*both.shape[:2], *squares.shape[1:])


def _still(frames: np.ndarray) -> tuple[np.ndarray, int]:
    """Return rows of evenly spaced states and guesses for a few draws, and how many steps."""
    steps, draws, side = len(frames) // 2, *frames.shape[1:3]
    chosen = np.unique(np.rint(np.linspace(0, steps, STILL_STEPS)).astype(int))
    states, guesses = (
        frames[: steps + 1],
        np.concatenate([frames[steps + 1 :], frames[steps, None]]),
    )
    rows = [
        part[chosen, draw] for draw in range(min(draws, STILL_DRAWS)) for part in (states, guesses)
    ]
    return tile(np.concatenate(rows).reshape(-1, side, side), len(chosen)), len(chosen)
