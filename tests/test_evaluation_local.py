"""PCA in groups: images whose groups and directions are known, PCA itself, and bad input."""

import numpy as np
import pytest

from aeutils.evaluation import LocalPCA, local_pca_errors, mse, pca_errors

RNG = np.random.default_rng(0)
# Two far groups, each along a direction of its own that the other does not have.
CENTRES = np.array([[0.9, 0.9, 0.9, 0.1, 0.1, 0.1], [0.1, 0.1, 0.1, 0.9, 0.9, 0.9]])
WAYS = np.array([[1, -1, 0, 0, 0, 0], [0, 0, 0, 0, 1, -1]])
WHICH = RNG.integers(2, size=300)
STEP = RNG.uniform(-0.1, 0.1, size=(300, 1))
X = (CENTRES[WHICH] + STEP * WAYS[WHICH]).astype("float32").reshape(300, 2, 3, 1)


def test_the_group_and_one_component_say_everything():
    local = LocalPCA(X[:200], 2)
    codes = local.encode(X[200:], 2)
    assert len(set(zip(codes[:, 0], WHICH[200:], strict=True))) == 2
    for group in (0, 1):
        steps = STEP[200:, 0][WHICH[200:] == group], codes[WHICH[200:] == group, 1]
        assert abs(np.corrcoef(*steps)[0, 1]) > 0.9999
    assert local.decode(codes) == pytest.approx(X[200:], abs=1e-5)
    line = pca_errors(X[:200], X[200:], [2])[2] / 6
    assert mse(X[200:], local.decode(codes)) < line / 100


def test_the_group_alone_is_its_mean():
    local = LocalPCA(X, 2)
    copies = local.decode(local.encode(X, 1))
    for group in (0, 1):
        mean = X[group == WHICH].mean(axis=0)
        assert copies[group == WHICH] == pytest.approx(
            np.broadcast_to(mean, (sum(group == WHICH), 2, 3, 1))
        )


@pytest.mark.parametrize("size", [2, 5, 12])
def test_one_group_is_pca(size):
    rows = RNG.random((90, 10))
    linear = pca_errors(rows[:60], rows[60:], [min(size - 1, 10)], curve=True)
    assert local_pca_errors(rows[:60], rows[60:], [size], 1)[size] == pytest.approx(
        *linear.values(), rel=1e-4
    )


def test_a_group_of_one_image_has_no_component():
    rows = np.array([[0.0, 0.0], [0.1, 0.0], [1.0, 1.0]])
    local = LocalPCA(rows, 2)
    codes = local.encode(rows, 3)
    assert codes[2, 1:].tolist() == [0, 0] and local.decode(codes) == pytest.approx(rows)


def test_another_seed_may_find_other_groups_and_the_same_seed_does_not():
    rows = RNG.random((100, 8))
    first, again, other = (LocalPCA(rows, 9, seed=s).means for s in (1, 1, 2))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


@pytest.mark.parametrize("groups", [0, 301, 2.0, None])
def test_an_impossible_number_of_groups_is_refused(groups):
    with pytest.raises(ValueError, match="whole number in 1 to 300"):
        LocalPCA(X, groups)


def test_values_beyond_one_are_refused():
    with pytest.raises(ValueError, match="x_train"):
        LocalPCA(255 * X, 2)
    with pytest.raises(ValueError, match="x_test"):
        local_pca_errors(X, 255 * X, [2], 2)


@pytest.mark.parametrize(
    ("x", "size", "message"),
    [
        (X.reshape(300, 6), 2, "expected"),
        (X[:0], 2, "n above 0"),
        (X, 0, "the group takes one"),
        (X, 2.0, "the group takes one"),
    ],
)
def test_codes_that_cannot_be_made(x, size, message):
    with pytest.raises(ValueError, match=message):
        LocalPCA(X, 2).encode(x, size)


@pytest.mark.parametrize("codes", [[[2.0, 0.0]], [[0.5, 0.0]], [0.0, 1.0], [[], []]])
def test_codes_that_cannot_be_read(codes):
    with pytest.raises(ValueError, match="0 to 1, the groups"):
        LocalPCA(X, 2).decode(codes)
