"""Walks in a plane: NumPy, JavaScript and the formula agree, and what is no world is refused."""

import json
from importlib import resources

import numpy as np
import pytest
import quickjs

from aeutils.explorer import planes
from aeutils.explorer.planes import COUNTS, plane, walk_back

SCRIPT = resources.files("aeutils.explorer").joinpath("plane.js").read_text(encoding="utf-8")
CENTRES = np.array([[-1.3, -0.6], [1.1, -0.9], [0.2, 1.2]])
SHARES = np.array([0.5, 0.3, 0.2])
BLOBS = CENTRES, SHARES, 0.1
POINTS = np.random.default_rng(0).uniform(-2, 2, size=(30, 2)), np.full(30, 1 / 30), 0.0
WORLDS = {"blobs": BLOBS, "points": POINTS}
STARTS = np.random.default_rng(1).normal(size=(6, 2))


def packed(name):
    return next(one for one in plane(WORLDS).data["worlds"] if one["name"] == name)


@pytest.mark.parametrize("steps", [1, 2, 7, 50])
@pytest.mark.parametrize("name", WORLDS)
def test_the_script_walks_as_numpy_does(name, steps):
    world, context = packed(name), quickjs.Context()
    context.eval(SCRIPT + ";0")
    for start in STARTS:
        call = f"walkBack({json.dumps(start.tolist())}, {steps}, {json.dumps(world)})"
        found = json.loads(context.eval(f"JSON.stringify({call})"))
        for expected, key in zip(
            walk_back(start, steps, world), ("states", "guesses"), strict=True
        ):
            assert np.array(found[key]).shape == (steps + 1, 2)
            assert np.abs(np.array(found[key]) - expected).max() < 1e-9


def test_the_guess_is_the_mean_of_clean_points_behind_a_noisy_one():
    centres, shares, spread = BLOBS
    rng, kept, noise = np.random.default_rng(2), np.cos(0.9), np.sin(0.9)
    clean = centres[rng.choice(3, size=400_000, p=shares)]
    clean = clean + spread * rng.normal(size=clean.shape)
    noisy, at = kept * clean + noise * rng.normal(size=clean.shape), np.array([0.3, -0.2])
    near = np.linalg.norm(noisy - at, axis=1) < 0.1
    found = planes._guess(at, kept, noise, packed("blobs"))
    assert np.abs(clean[near].mean(axis=0) - found).max() < 0.05


def test_where_walks_begin_and_end():
    for start in STARTS:
        states, guesses = walk_back(start, 1, packed("blobs"))
        assert np.allclose(states[0], start)
        assert np.allclose(states[1], SHARES @ CENTRES) and np.allclose(guesses, states[1])
        states, guesses = walk_back(start, 200, packed("points"))
        assert np.linalg.norm(POINTS[0] - states[-1], axis=1).min() < 1e-3
        assert np.array_equal(states[-1], guesses[-1])


def test_what_the_page_holds():
    made = plane(WORLDS, title="Plane")
    assert made.data["counts"] == list(COUNTS)
    assert made.data["title"] == "Plane"
    world = packed("blobs")
    assert np.allclose(world["centres"], CENTRES) and np.allclose(world["shares"], SHARES)
    assert world["spread"] == 0.1 and packed("points")["spread"] == 0
    assert "world blobs in grey" in made.alt and "12 points on a circle" in made.alt
    assert plane(WORLDS, counts=(4, 8)).data["counts"] == [4, 8]


def test_the_still_picture_has_the_data_and_walks_that_end_there():
    image = planes._still(packed("blobs"))
    side = len(image)
    column, row = (side - 1) * (0.5 + np.array([1, -1]) * (CENTRES[0] + [0.2, 0]) / 6)
    assert image[round(row), round(column)] == 0.5
    column, row = (side - 1) * (0.5 + np.array([2, 0]) / 6)
    assert image[round(row), round(column)] == 1
    black = np.argwhere(image == 1)[:, ::-1] / (side - 1) - 0.5
    ends = 6 * black * [1, -1]
    assert all(np.linalg.norm(ends - centre, axis=1).min() < 0.2 for centre in CENTRES)


@pytest.mark.parametrize(
    "worlds, counts, message",
    [
        ({}, (1,), "Give one world or more.* 0 worlds"),
        (WORLDS, (), r"counts is \[\]"),
        (WORLDS, (3, 0), r"steps above 0; .*counts is \[3, 0\]"),
        ({"a": (CENTRES.T, SHARES, 0.1)}, (1,), r"worlds\['a'\] has centres of shape \(2, 3\)"),
        ({"a": (CENTRES[:0], SHARES[:0], 0.1)}, (1,), r"centres of shape \(0, 2\)"),
        ({"a": (3 * CENTRES, SHARES, 0.1)}, (1,), "all between -3.0 and 3.0"),
        ({"a": (np.nan * CENTRES, SHARES, 0.1)}, (1,), "all between"),
        ({"a": (CENTRES, SHARES[:2], 0.1)}, (1,), r"shares of shape \(2,\); expected \(3,\)"),
        ({"a": (CENTRES, 0 * SHARES, 0.1)}, (1,), "finite numbers above 0"),
        ({"a": (CENTRES, np.inf * SHARES, 0.1)}, (1,), "finite numbers above 0"),
        ({"a": (CENTRES, SHARES, -0.1)}, (1,), r"worlds\['a'\] has the spread -0.1; expected 0"),
        ({"a": (CENTRES, SHARES, np.nan)}, (1,), "has the spread nan"),
    ],
)
def test_what_is_no_world_is_refused(worlds, counts, message):
    with pytest.raises(ValueError, match=message):
        plane(worlds, counts=counts)
