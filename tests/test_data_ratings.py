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
