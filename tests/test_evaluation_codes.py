"""Probes, dead units and active ones, by hand and against scikit-learn."""

import contextlib
import pkgutil
import warnings

import numpy as np
import pytest
import threadpoolctl
from sklearn.neighbors import KNeighborsClassifier

from aeutils.evaluation import active_units, dead_units, knn_accuracy, linear_probe_accuracy

PROBES = [knn_accuracy, linear_probe_accuracy]


def codes(distance, classes=3, count=60, seed=0):
    """Return codes of two numbers around one centre for each class, and their labels."""
    rng = np.random.default_rng(seed)
    y = np.arange(count) % classes
    angle = 2 * np.pi * y / classes
    centres = distance * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return centres + rng.normal(size=(count, 2)), y


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


def test_settings_of_the_probes(monkeypatch):
    """Ten neighbours; one thread and at most 200 iterations for the linear one."""
    limits = []

    def limit(number):
        limits.append(number)
        return contextlib.nullcontext()

    monkeypatch.setattr(threadpoolctl, "threadpool_limits", limit)
    for name, probe, setting, default in (
        ("sklearn.neighbors.KNeighborsClassifier", knn_accuracy, "n_neighbors", 10),
        ("sklearn.linear_model.LogisticRegression", linear_probe_accuracy, "max_iter", 200),
    ):
        made = []
        kind = pkgutil.resolve_name(name)
        with monkeypatch.context() as patch:
            patch.setattr(name, lambda *a, kind=kind, made=made, **k: keep(made, kind(*a, **k)))
            probe(*codes(3), *codes(3))
            probe(*codes(3), *codes(3), 7)
        assert [getattr(model, setting) for model in made] == [default, 7]
    assert limits == [1, 1]


def keep(made, model):
    made.append(model)
    return model


def test_probe_of_a_single_test_code():
    z, y = codes(50)
    for probe in PROBES:
        assert probe(z, y, z[:1], y[:1]) == 1.0


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


def test_active_units_by_hand():
    z_mean = np.array(
        [[0.0, 1.0, 0.0, 0.3], [0.0, -1.0, 0.1, 0.0]]
    )  # variances 0, 1, 0.0025, 0.0225
    assert active_units(z_mean) == 2
    assert active_units(z_mean, threshold=0.5) == 1
    assert active_units(z_mean[[0, 0]]) == 0


@pytest.mark.parametrize(
    "z_mean", [np.zeros(3), np.zeros((1, 3)), np.zeros((4, 2, 2)), [[0.0], [np.inf]]]
)
def test_active_units_of_no_codes(z_mean):
    with pytest.raises(ValueError, match="z_mean (has shape|holds values)"):
        active_units(z_mean)


def test_variance_at_the_threshold_is_not_active():
    z_mean = np.array([[0.0, 0.0], [1.0, 3.0]])  # variances 0.25 and 2.25
    assert active_units(z_mean, threshold=0.25) == 1
    assert active_units(z_mean, threshold=0.125) == 2


def test_unit_of_a_variational_code_is_active_above_a_hundredth():
    half = np.sqrt([0.0099, 0.0101])
    assert active_units(np.stack([-half, half])) == 1
