"""Errors and the PCA baseline, by hand and against scikit-learn."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from aeutils.evaluation import (
    fit_curve,
    mean_image_error,
    mse,
    pca_errors,
    principal_components,
    squared_error_per_image,
)

X = np.array([[0.0, 1.0, 0.5], [1.0, 0.0, 0.0]], np.float32)
X_HAT = np.array([[0.5, 1.0, 0.0], [0.0, 0.0, 1.0]], np.float32)


@pytest.fixture(scope="module")
def split():
    """Return training and test images of 4 x 5 pixels with unequal variances, in [0, 1]."""
    rng = np.random.default_rng(0)
    mixing = rng.normal(size=(20, 20)) * np.linspace(1, 0.05, 20)[:, None]
    images = rng.normal(size=(160, 20)) @ mixing
    images = (images - images.min()) / (images.max() - images.min())
    images = np.clip(images, 0, 1).astype(np.float32).reshape(160, 4, 5, 1)
    return images[:120], images[120:]


def test_squared_error_per_image_by_hand():
    assert squared_error_per_image(X, X_HAT).tolist() == [0.5, 2.0]
    assert squared_error_per_image(X, X).tolist() == [0.0, 0.0]


def test_mse_by_hand():
    assert mse(X, X_HAT) == pytest.approx(2.5 / 6)


def test_errors_do_not_depend_on_the_shape_of_an_image():
    x, x_hat = np.random.default_rng(1).random((2, 5, 28, 28, 1), dtype=np.float32)
    flat, flat_hat = x.reshape(5, 784), x_hat.reshape(5, 784)
    errors = squared_error_per_image(x, x_hat)
    assert np.array_equal(errors, squared_error_per_image(flat, flat_hat))
    assert mse(x, x_hat) == mse(flat, flat_hat) == pytest.approx(errors.mean() / 784)


def test_errors_are_symmetric_and_take_lists():
    assert mse(X, X_HAT) == mse(X_HAT, X) == mse(X.tolist(), X_HAT.tolist())


def test_errors_are_summed_in_double_precision():
    ones = np.ones((1, 10_000), np.float32)
    total = squared_error_per_image(ones, ones * np.float32(0.9))
    assert total.dtype == np.float64
    assert total[0] == pytest.approx(10_000 * float(np.float32(1) - np.float32(0.9)) ** 2, rel=1e-9)


@pytest.mark.parametrize("function", [squared_error_per_image, mse])
@pytest.mark.parametrize(
    ("x", "x_hat"),
    [
        (X, X[:1]),
        (X, X[:, :2]),
        (X.reshape(2, 3, 1), X),
        (X[:0], X[:0]),
        (X[0], X[0]),
    ],
)
def test_errors_of_unequal_shapes(function, x, x_hat):
    with pytest.raises(ValueError, match="x has shape .* and x_hat .*; both must be") as error:
        function(x, x_hat)
    assert str(x.shape) in str(error.value) and str(x_hat.shape) in str(error.value)


@pytest.mark.parametrize("flat", [False, True])
def test_pca_errors_are_those_of_scikit_learn(split, flat):
    train, test = (x.reshape(len(x), -1) for x in split)
    sizes = [1, 2, 5, 19]
    given = (train, test) if flat else split
    errors = pca_errors(*given, sizes)
    assert list(errors) == sizes
    for size in sizes:
        pca = PCA(size, svd_solver="full").fit(train.astype(np.float64))
        x_hat = pca.inverse_transform(pca.transform(test))
        expected = squared_error_per_image(test.astype(np.float64), x_hat).mean()
        assert errors[size] == pytest.approx(expected, rel=1e-9)


def test_pca_with_no_component_predicts_the_mean_image(split):
    train, test = split
    mean = train.mean(axis=0, dtype=np.float64)
    expected = squared_error_per_image(test, np.broadcast_to(mean, test.shape)).mean()
    assert pca_errors(train, test, [0])[0] == pytest.approx(expected, rel=1e-9)
    assert mean_image_error(train, test) == pytest.approx(expected, rel=1e-9)


def test_mean_image_comes_from_the_training_set(split):
    train, test = split
    assert mean_image_error(train, test) != pytest.approx(mean_image_error(test, test), rel=1e-4)


def test_pca_error_falls_to_zero(split):
    errors = pca_errors(*split, range(21))
    values = list(errors.values())
    assert all(np.diff(values) <= 1e-12)
    assert 0 <= errors[20] < 1e-9 * errors[0]


def test_pca_errors_do_not_change_when_nothing_of_substance_does(split):
    train, test = split
    rng = np.random.default_rng(2)
    expected = pca_errors(train, test, [3])[3]
    shuffled = pca_errors(train[rng.permutation(120)], test[::-1], [3])[3]
    mirrored = pca_errors(train[:, ::-1], test[:, ::-1], [3])[3]
    negative = pca_errors(1 - train, 1 - test, [3])[3]
    # Half the contrast is a quarter of the squared error.
    faint = 4 * pca_errors(train / 2, test / 2, [3])[3]
    assert [shuffled, mirrored, negative, faint] == pytest.approx([expected] * 4, rel=1e-6)


def test_pca_leaves_its_input_alone(split):
    train, test = (x.astype(np.float64).reshape(len(x), -1) for x in split)
    before = train.copy(), test.copy()
    pca_errors(train, test, [2])
    assert np.array_equal(train, before[0]) and np.array_equal(test, before[1])


@pytest.mark.parametrize("function", [mean_image_error, lambda a, b: pca_errors(a, b, [1])])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda train, test: (train, test[:, :3]), r"x_train has images of shape \(4, 5, 1\)"),
        (lambda train, test: (train[..., 0], test), "x_train has shape"),
        (lambda train, test: (train, test[:0]), "x_test has shape"),
        (lambda train, test: (train * 255, test), "x_train runs from"),
        (lambda train, test: (train, test - 1), "x_test runs from"),
        (lambda train, test: (train, test.astype(np.uint8)), "x_test has type uint8"),
    ],
)
def test_pca_of_images_that_are_none(split, function, change, message):
    with pytest.raises(ValueError, match=message):
        function(*change(*split))


@pytest.mark.parametrize("size", [-1, 21])
def test_impossible_code_sizes(split, size):
    with pytest.raises(ValueError, match="each must be a whole number in 0 to 20") as error:
        pca_errors(*split, [2, size])
    assert str([2, size]) in str(error.value)


def test_errors_of_whole_numbers_do_not_wrap_round():
    x, x_hat = np.zeros((1, 4), np.uint8), np.ones((1, 4), np.uint8)
    assert mse(x, x_hat) == 1.0


def test_pca_needs_two_images():
    with pytest.raises(ValueError, match="x_train has one image"):
        pca_errors(np.zeros((1, 4)), np.zeros((3, 4)), [1])


def test_code_sizes_are_whole_numbers():
    with pytest.raises(ValueError, match="must be a whole number"):
        pca_errors(np.zeros((3, 4)), np.zeros((3, 4)), [1.5])


def test_pca_of_two_images_has_one_component():
    train = np.array([[0.0, 0.25, 0.5], [1.0, 0.25, 0.5]])
    test = np.array([[0.0, 0.75, 0.5]])
    assert pca_errors(train, test, [0, 1, 2, 3]) == pytest.approx(
        {0: 0.5, 1: 0.25, 2: 0.25, 3: 0.25}
    )


def test_message_has_both_shapes_of_an_image():
    with pytest.raises(ValueError, match=r"shape \(4, 5, 1\), x_test of \(2, 3, 1\); both"):
        pca_errors(np.zeros((3, 4, 5, 1)), np.zeros((3, 2, 3, 1)), [1])


def test_square_of_rows_gives_as_many_components_as_columns():
    rows = np.random.default_rng(0).normal(size=(6, 6))
    centred = rows - rows.mean(axis=0)
    found = principal_components(centred)
    assert found.shape == (6, 6)
    np.testing.assert_allclose(found.T @ found, np.eye(6), atol=1e-12)
    variances = ((centred @ found) ** 2).sum(axis=0)
    assert all(np.diff(variances) <= 1e-12) and variances[5] < 1e-9


def test_few_rows_need_no_square_of_the_columns(monkeypatch):
    sizes = []
    for name in ("eigh", "svd"):
        original = getattr(np.linalg, name)

        def record(*arguments, original=original, **options):
            result = original(*arguments, **options)
            sizes.extend(np.size(part) for part in (*arguments, *result))
            return result

        monkeypatch.setattr(np.linalg, name, record)
    assert principal_components(np.random.default_rng(0).normal(size=(3, 50))).shape == (50, 2)
    assert max(sizes) == 3 * 50
    sizes.clear()
    assert principal_components(np.random.default_rng(0).normal(size=(50, 3))).shape == (3, 3)
    assert max(sizes) == 3 * 3


@pytest.mark.parametrize("shape", [(30, 6), (5, 12)])
def test_principal_components_are_those_of_scikit_learn(shape):
    rows = np.random.default_rng(0).normal(size=shape) * np.arange(1, shape[1] + 1)
    centred = rows - rows.mean(axis=0)
    found = principal_components(centred)
    expected = PCA(found.shape[1]).fit(rows).components_.T
    assert found.shape == (shape[1], min(shape[1], shape[0] - 1))
    np.testing.assert_allclose(np.abs(np.sum(found * expected, axis=0)), 1, rtol=1e-6)


@pytest.mark.parametrize("size", [1, 3])
def test_the_curve_behind_pca_is_that_of_all_pixels(split, size):
    train, test = (x.reshape(len(x), -1) for x in split)
    model = PCA(size).fit(train)
    seen, new = (model.inverse_transform(model.transform(x)) for x in (train, test))
    bent = fit_curve(seen, train)(new)
    found = pca_errors(train, test, [size], curve=True)[size]
    assert found == pytest.approx(squared_error_per_image(test, bent).mean(), rel=1e-4)


def test_a_curve_helps_where_the_images_are_a_bent_plane():
    rng = np.random.default_rng(3)
    plane = rng.normal(size=(300, 2)) @ rng.normal(size=(2, 40))
    images = 1 / (1 + np.exp(-4 * plane))
    plain, bent = (pca_errors(images[:200], images[200:], [2], curve=c)[2] for c in (False, True))
    assert bent < 0.7 * plain
