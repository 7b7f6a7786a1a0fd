"""Discrepancy of two sets of points and Parzen windows, by hand and against SciPy."""

import numpy as np
import pytest
from scipy import special, stats

from aeutils.evaluation import mmd, mmd_test, parzen_log_likelihood
from aeutils.evaluation import samples as module


def points(n, shift=0.0, seed=0):
    return np.random.default_rng(seed).normal(size=(n, 2)) + shift


def test_mmd_by_hand():
    x, y = np.array([[0.0], [1.0]]), np.array([[2.0], [4.0]])

    def kernel(distance):
        return np.exp(-(distance**2) / 8)

    across = np.mean([kernel(d) for d in (2, 4, 1, 3)])
    assert mmd(x, y, [2.0]) == pytest.approx(kernel(1) + kernel(2) - 2 * across)


def test_mmd_has_a_closed_form_for_gaussians():
    """Two standard Gaussians in d dimensions, m apart, with a kernel of width h."""
    h, m, d = 1.5, 1.0, 2
    scale = (h**2 / (h**2 + 2)) ** (d / 2)
    expected = 2 * scale * (1 - np.exp(-(d * m**2) / (2 * (h**2 + 2))))
    assert mmd(points(3000), points(3000, m, 1), [h]) == pytest.approx(expected, abs=0.01)


def test_mmd_of_one_distribution_is_zero_on_average():
    values = [mmd(points(50, seed=2 * s), points(60, seed=2 * s + 1)) for s in range(200)]
    assert abs(np.mean(values)) < 4 * np.std(values) / np.sqrt(200)
    assert min(values) < 0


def test_default_widths_come_from_the_second_set():
    y = np.array([[0.0], [1.0], [3.0]])  # distances 1, 2, 3
    x = points(5)[:, :1]
    assert mmd(x, y) == mmd(x, y, [1, 2, 4])


def test_p_values_are_uniform_where_nothing_differs():
    p_values = [
        mmd_test(points(20, seed=2 * s), points(20, seed=2 * s + 1), permutations=39, seed=s)[1]
        for s in range(200)
    ]
    assert np.mean(np.array(p_values) <= 0.25) == pytest.approx(0.25, abs=0.1)
    assert min(p_values) >= 1 / 40


def test_p_value_counts_divisions_of_both_sets():
    pooled, rng = np.concatenate([points(12), points(15, 0.3, 1)]), np.random.default_rng(3)
    given, p_value = mmd_test(pooled[:12], pooled[12:], [1.0], permutations=19, seed=3)
    orders = [rng.permutation(27) for _ in range(19)]
    others = [mmd(pooled[order[:12]], pooled[order[12:]], [1.0]) for order in orders]
    assert p_value == (1 + np.sum(np.array(others) >= given)) / 20
    assert 0.05 < p_value < 1


def test_p_value_of_sets_that_differ_is_the_least():
    discrepancy, p_value = mmd_test(points(50), points(50, 2, 1), permutations=99)
    assert discrepancy == mmd(points(50), points(50, 2, 1))
    assert p_value == 0.01


def test_parzen_is_a_mixture_of_gaussians():
    x, samples = np.random.default_rng(0).random((2, 700, 20))
    for bandwidth in (0.1, 1.0):
        around_each = stats.norm(samples[:60], bandwidth).logpdf(x[:, None]).sum(axis=-1)
        expected = special.logsumexp(around_each, axis=1, b=1 / 60)
        given = parzen_log_likelihood(x, samples[:60], bandwidth)
        np.testing.assert_allclose(given, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (points(3), points(3)[:, :1], r"x \(3, 2\), .* \(3, 1\)"),
        (points(3)[0], points(3), "expected"),
        (points(3)[:0], points(3), "expected"),
        (points(3) * np.nan, points(3), "not finite"),
    ],
)
def test_sets_that_do_not_fit(x, y, message):
    for function in (mmd, mmd_test, lambda x, y: parzen_log_likelihood(x, y, 1.0)):
        with pytest.raises(ValueError, match=message):
            function(x, y)


@pytest.mark.parametrize("width", [0, -1.0, np.nan, np.inf, "wide"])
def test_impossible_widths(width):
    with pytest.raises(ValueError, match="must be a number above 0"):
        mmd(points(3), points(3), [width])
    with pytest.raises(ValueError, match="must be a number above 0"):
        parzen_log_likelihood(points(3), points(3), width)


def test_mmd_needs_two_points():
    with pytest.raises(ValueError, match="x has 1 rows and y 3"):
        mmd(points(1), points(3))


def test_too_many_points_are_refused(monkeypatch):
    monkeypatch.setattr(module, "MOST_POINTS", 10)
    assert np.isfinite(mmd(points(5), points(5)))
    with pytest.raises(ValueError, match="x and y have 11 rows together; .* more than 10 need"):
        mmd(points(5), points(6))


def test_twenty_thousand_points_are_the_most():
    with pytest.raises(ValueError, match="have 20001 rows together; .* more than 20000 need"):
        mmd(np.zeros((10_001, 1)), np.zeros((10_000, 1)))
    assert module.MOST_POINTS == 20_000


def test_divisions_of_the_same_points_in_another_order_count():
    x = np.repeat([[0.0], [1.0], [2.5]], [10, 20, 7], axis=0)
    assert mmd_test(x, x[::-1], [0.7])[1] == 1
    x, y = points(3), points(3, shift=5.0, seed=1)
    assert mmd_test(x, y, permutations=2000)[1] == pytest.approx(2 / 20, abs=0.02)


def test_p_value_by_default():
    """200 divisions, drawn with the seed 0."""
    x, y = points(6), points(6, 0.5, 1)
    assert mmd_test(points(20), points(20, 9, 1))[1] == 1 / 201
    given, *others = (mmd_test(x, y, **k)[1] for k in ({}, {"seed": 0}, {"permutations": 200}))
    assert others == [given] * 2 and given != mmd_test(x, y, seed=1)[1]


def test_divisions_as_far_apart_as_the_given_one_count():
    same = np.zeros((4, 2))
    assert mmd_test(same, same, [1.0], permutations=9) == (0.0, 1.0)


@pytest.mark.parametrize(("rows", "parts"), [(500, [500]), (501, [251, 250]), (3, [3])])
def test_parzen_takes_at_most_500_images_at_once(rows, parts, monkeypatch):
    sizes, original = [], module._squared_distances

    def record(x, y):
        sizes.append(len(x))
        return original(x, y)

    monkeypatch.setattr(module, "_squared_distances", record)
    assert parzen_log_likelihood(points(rows), points(2), 1.0).shape == (rows,)
    assert sizes == parts
