"""The best guess at a drawn rating."""

import numpy as np
import pytest

from aeutils.data.ratings import expected_rating


def test_expected_rating():
    rng = np.random.default_rng(0)
    known = np.array([[-1.0, 1.2, 3.0], [3.4, 4.9, 7.0]])
    drawn = np.clip(np.rint(known + rng.normal(0, 0.8, (200_000, 2, 3))), 1, 5)
    assert np.allclose(expected_rating(known, 0.8), drawn.mean(axis=0), atol=0.01)
    for noise in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="^noise is .*; it must be a number above 0"):
            expected_rating(known, noise)


def test_a_rating_at_a_border_and_far_from_it():
    """By hand: halfway between two whole numbers, and where only the ends are left."""
    assert expected_rating(np.array(3.0)) == pytest.approx(3)
    assert expected_rating(np.array([-99.0, 99.0])).tolist() == [1, 5]
    assert np.allclose(expected_rating([1.5, 2.5, 3.5, 4.5], 1e-6), [1.5, 2.5, 3.5, 4.5])
    # P(noise above 0.5) with a standard deviation of 0.7 is 0.2375, above 1.5 it is 0.0161.
    assert expected_rating(np.array(1.0)) == pytest.approx(1 + 0.2375 + 0.0161 + 0.0002, abs=2e-4)
