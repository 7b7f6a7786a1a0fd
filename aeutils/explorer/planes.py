"""Walks from noise to data in a plane, where the best denoiser has a closed form."""

from collections.abc import Mapping, Sequence

import numpy as np

from aeutils.explorer.page import Explorer, make_explorer

COUNTS = (1, 2, 3, 5, 10, 20, 50)
REACH = 3.0  # of the plane, from the middle to each side
STILL_SIDE, STILL_STARTS, STILL_STEPS, DOTS = 320, 12, 50, 12

World = tuple[np.ndarray, Sequence[float], float]


def plane(
    worlds: Mapping[str, World],
    *,
    counts: Sequence[int] = COUNTS,
    title: str = "Walks from noise in a plane",
) -> Explorer:
    """Let a reader put a noisy point into a plane and follow it back to the data, step by step.

    A world is a mixture of round Gaussians. The page computes its best denoiser and the walk of
    DDIM from level 1 to 0, in steps of equal size, on the cosine schedule.

    Parameters
    ----------
    worlds : mapping of str to tuple of centres, shares and spread
        For each world centres of shape (k, 2) within 3 of the middle, their shares of shape (k,),
        above 0, and the standard deviation of each Gaussian; 0 makes a world of points.
    counts : sequence of int
        The numbers of steps that can be chosen.
    title : str
        What the explorer is, for those who cannot see it.

    Raises
    ------
    ValueError
        If a world or the numbers of steps are not of this kind.
    """
    made = {name: _world(name, *world) for name, world in worlds.items()}
    counts = [int(count) for count in counts]
    if not made or not counts or min(counts) < 1:
        raise ValueError(
            f"Give one world or more and numbers of steps above 0; there are {len(made)} worlds, "
            f"and counts is {counts}."
        )
    data = {
        "title": title,
        "worlds": [{"name": name, **world} for name, world in made.items()],
        "counts": counts,
        "reach": REACH,
    }
    first = next(iter(made))
    alt = (
        f"{title}. The data of the world {first} in grey, and walks that lead there from "
        f"{STILL_STARTS} points on a circle."
    )
    return make_explorer("plane", data, _still(made[first]), alt)


def _world(name: str, centres: np.ndarray, shares: Sequence[float], spread: float) -> dict:
    """Return a world as what JSON can hold; refuse what is none."""
    centres, shares, spread = np.asarray(centres, float), np.asarray(shares, float), float(spread)
    inside = centres.ndim == 2 and centres.shape[1:] == (2,) and (np.abs(centres) < REACH).all()
    if not inside or not len(centres):
        raise ValueError(
            f"worlds[{name!r}] has centres of shape {centres.shape}; expected (k, 2), all between "
            f"{-REACH} and {REACH}."
        )
    if shares.shape != centres.shape[:1] or not (np.isfinite(shares) & (shares > 0)).all():
        raise ValueError(
            f"worlds[{name!r}] has shares of shape {shares.shape}; expected {centres.shape[:1]}, "
            "finite numbers above 0."
        )
    if not 0 <= spread < REACH:
        raise ValueError(f"worlds[{name!r}] has the spread {spread}; expected 0 to {REACH}.")
    rounded = {"centres": centres.round(6).tolist(), "shares": shares.round(6).tolist()}
    return {**rounded, "spread": spread}


def walk_back(start: np.ndarray, steps: int, world: dict) -> tuple[np.ndarray, np.ndarray]:
    """Return states and guesses of a walk of DDIM, each of shape (steps + 1, 2).

    The last guess is the last state, as in ``plane.js``.
    """
    states, guesses = [np.asarray(start, float)], []
    angles = np.pi / 2 * np.linspace(1, 0, steps + 1)
    for angle, lower in zip(angles[:-1], angles[1:], strict=True):
        clean = _guess(states[-1], np.cos(angle), np.sin(angle), world)
        noise = (states[-1] - np.cos(angle) * clean) / np.sin(angle)
        guesses.append(clean)
        states.append(np.cos(lower) * clean + np.sin(lower) * noise)
    return np.array(states), np.array([*guesses, states[-1]])


def _guess(x: np.ndarray, kept: float, noise: float, world: dict) -> np.ndarray:
    """Return the mean of the clean points behind a noisy one, of shape (2,)."""
    centres, spread = np.array(world["centres"]), world["spread"]
    variance = (kept * spread) ** 2 + noise**2
    logs = np.log(world["shares"]) - np.sum((x - kept * centres) ** 2, axis=1) / (2 * variance)
    weights = np.exp(logs - logs.max())
    pulled = kept * spread**2 / variance
    return (1 - pulled * kept) * weights @ centres / weights.sum() + pulled * x


def _still(world: dict) -> np.ndarray:
    """Return a picture of the data and of walks that lead there."""
    image = np.zeros((STILL_SIDE, STILL_SIDE))
    around = np.stack([np.cos(turn := np.linspace(0, 2 * np.pi, 60)), np.sin(turn)], axis=1)
    for centre in np.array(world["centres"]):
        _draw(image, centre + max(2 * world["spread"], 0.02) * around, 0.5)
    for direction in around[:: 60 // STILL_STARTS]:
        states, _ = walk_back(2 * direction, STILL_STEPS, world)
        places = np.linspace(0, STILL_STEPS, STILL_STEPS * DOTS)
        line = [np.interp(places, np.arange(STILL_STEPS + 1), axis) for axis in states.T]
        _draw(image, np.stack(line, axis=1), 1.0)
    return image


def _draw(image: np.ndarray, points: np.ndarray, ink: float) -> None:
    """Set the pixels at points of the plane."""
    places = (STILL_SIDE - 1) * (0.5 + points * [1, -1] / (2 * REACH))
    columns, rows = np.clip(np.rint(places), 0, STILL_SIDE - 1).astype(int).T
    image[rows, columns] = ink
