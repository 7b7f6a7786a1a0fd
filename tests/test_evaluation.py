"""Errors, the PCA baseline and probes, by hand and against scikit-learn."""

import warnings

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier

from aeutils.evaluation import (
    dead_units,
    knn_accuracy,
    linear_probe_accuracy,
    mean_image_error,
    mse,
    pca_errors,
    squared_error_per_image,
)

X = np.array([[0.0, 1.0, 0.5], [1.0, 0.0, 0.0]], np.float32)
X_HAT = np.array([[0.5, 1.0, 0.0], [0.0, 0.0, 1.0]], np.float32)
PROBES = [knn_accuracy, linear_probe_accuracy]


@pytest.fixture(scope="module")
def split():
    """Return training and test images of 4 x 5 pixels with unequal variances, in [0, 1]."""
    rng = np.random.default_rng(0)
    mixing = rng.normal(size=(20, 20)) * np.linspace(1, 0.05, 20)[:, None]
    images = rng.normal(size=(160, 20)) @ mixing
    images = (images - images.min()) / (images.max() - images.min())
    images = np.clip(images, 0, 1).astype(np.float32).reshape(160, 4, 5, 1)
    return images[:120], images[120:]


def codes(distance, classes=3, count=60, seed=0):
    """Return codes of two numbers around one centre for each class, and their labels."""
    rng = np.random.default_rng(seed)
    y = np.arange(count) % classes
    angle = 2 * np.pi * y / classes
    centres = distance * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return centres + rng.normal(size=(count, 2)), y


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


@pytest.mark.parametrize("probe", PROBES)
def test_probe_of_separate_classes_is_perfect(probe):
    assert probe(*codes(50), *codes(50, seed=1)) == 1.0


@pytest.mark.parametrize("probe", PROBES)
def test_probe_of_random_codes_is_chance(probe):
    accuracy = probe(*codes(0, count=1500), *codes(0, count=1500, seed=1))
    assert isinstance(accuracy, float)
    assert accuracy == pytest.approx(1 / 3, abs=0.05)


@pytest.mark.parametrize("options", [{}, {"n_neighbors": 1}, {"n_neighbors": 25}])
def test_knn_is_that_of_scikit_learn(options):
    train, test = codes(1.5, count=200), codes(1.5, count=200, seed=1)
    model = KNeighborsClassifier(options.get("n_neighbors", 10)).fit(*train)
    assert knn_accuracy(*train, *test, **options) == model.score(*test)


def test_linear_probe_is_linear_and_standardises():
    z_train, y_train = codes(3, classes=2, count=200)
    z_test, y_test = codes(3, classes=2, count=200, seed=1)
    tiny = np.array([1e-6, 1.0])  # the axis that tells the classes apart, made very small
    expected = linear_probe_accuracy(z_train, y_train, z_test, y_test)
    assert expected > 0.98
    assert linear_probe_accuracy(z_train * tiny, y_train, z_test * tiny, y_test) == expected
    ring, inside = codes(8, classes=40, count=400)[0], codes(0, count=400, seed=3)[0]
    z, y = np.concatenate([ring, inside]), np.repeat([0, 1], 400)
    assert linear_probe_accuracy(z, y, z, y) < 0.7 < 0.98 < knn_accuracy(z, y, z, y)


def test_linear_probe_that_has_not_converged_is_silent():
    many = codes(8, classes=12, count=400), codes(8, classes=12, count=400, seed=1)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        stopped = linear_probe_accuracy(*many[0], *many[1], max_iter=1)
    assert not seen
    assert stopped < linear_probe_accuracy(*many[0], *many[1]) - 0.02


@pytest.mark.parametrize("probe", PROBES)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda z, y: (z, y[:-1], z, y), r"z_train has shape \(60, 2\) and y_train \(59,\)"),
        (lambda z, y: (z, y, z[:, 0], y), r"z_test has shape \(60,\)"),
        (lambda z, y: (z, y, z[:0], y[:0]), r"z_test has shape \(0, 2\)"),
        (lambda z, y: (z * np.nan, y, z, y), "z_train holds values that are not finite"),
        (lambda z, y: (z, y, z / np.zeros(2), y), "z_test holds values that are not finite"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_probe_of_bad_codes(probe, change, message):
    with pytest.raises(ValueError, match=message):
        probe(*change(*codes(3)))


def test_errors_of_whole_numbers_do_not_wrap_round():
    x, x_hat = np.zeros((1, 4), np.uint8), np.ones((1, 4), np.uint8)
    assert mse(x, x_hat) == 1.0


def test_pca_needs_two_images():
    with pytest.raises(ValueError, match="x_train has one image"):
        pca_errors(np.zeros((1, 4)), np.zeros((3, 4)), [1])


def test_code_sizes_are_whole_numbers():
    with pytest.raises(ValueError, match="must be a whole number"):
        pca_errors(np.zeros((3, 4)), np.zeros((3, 4)), [1.5])


def test_dead_units_by_hand():
    z = np.array([[0.0, 1.0, 0.5, 0.2], [0.0, 1.0, 0.5, 0.3], [0.0, 1.0, 0.6, 0.2]])
    assert dead_units(z) == 0.5
    assert dead_units(z[:2]) == 0.75
    assert dead_units(z[:, 3:]) == 0.0


def test_dead_units_of_a_convolutional_code():
    z = np.zeros((2, 2, 2, 3))
    z[0, 1, 0, 0] = 1
    assert dead_units(z) == pytest.approx(2 / 3)


def test_squeezed_relu_code_is_found_dead():
    """Two ReLU units whose input is always negative: the network draws one image for all."""
    x = np.random.default_rng(0).uniform(size=(50, 10))
    assert dead_units(np.maximum(-x @ np.ones((10, 2)), 0)) == 1.0


@pytest.mark.parametrize("z", [np.zeros(3), np.zeros((1, 3)), np.zeros((5, 0)), [[0.0], [np.nan]]])
def test_dead_units_of_no_codes(z):
    with pytest.raises(ValueError, match="z has shape|not finite"):
        dead_units(z)
