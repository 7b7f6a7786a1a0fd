"""Models that know nothing, less than PCA, or their training rows by heart."""

import keras
import numpy as np
import pytest
from checkup_cases import AXES, SIZE, X, dense, subject, verdict
from keras import layers

from aeutils.checkup import error_checks


def constant(value=0.0):
    """A model that gives one value whatever it gets, and is trained."""
    last = dense(np.zeros((3, SIZE)), bias=np.full(SIZE, value))
    return keras.Sequential([keras.Input((SIZE,)), dense(AXES, bias=np.full(3, 0.1)), last])


def weaker(share):
    """The best linear copies times a factor."""
    parts = [dense(AXES), dense(share * AXES.T, bias=np.full(SIZE, 1e-6))]
    return keras.Sequential([keras.Input((SIZE,)), *parts])


@pytest.mark.parametrize(
    "model, expected",
    [(constant(0.2), "wrong"), (constant(0.001), "wrong"), (weaker(0.02), "look")]
    + [(weaker(1.0), "fine")],
)
def test_mean_error(model, expected):
    model.compile("adam", "mse")
    model.optimizer.iterations.assign(1)
    assert verdict(error_checks.mean_error(subject(model))) == expected


def test_mean_error_of_an_untrained_model_is_no_error():
    model = keras.Sequential([keras.Input((SIZE,)), layers.Dense(SIZE, "sigmoid")])
    model.compile("adam", "mse")
    assert verdict(error_checks.mean_error(subject(model))) == "fine"


def test_mean_error_of_a_denoiser_is_never_proof():
    clean = {"y_train": X[:300], "y_valid": X[300:]}
    assert verdict(error_checks.mean_error(subject(constant(0.2), **clean))) == "look"


def test_mean_error_keeps_silent():
    other = keras.Sequential([keras.Input((SIZE,)), layers.Dense(7)])
    assert error_checks.mean_error(subject(other)) is None


def test_pca_error():
    assert verdict(error_checks.pca_error(subject(weaker(1.0)))) == "fine"
    outcome = error_checks.pca_error(subject(weaker(0.5)))
    assert outcome.verdict == "look" and "PCA with 3 numbers" in outcome.measured
    wide = keras.Sequential([keras.Input((SIZE,)), layers.Dense(SIZE), layers.Dense(SIZE)])
    assert error_checks.pca_error(subject(wide)) is None


def test_pca_error_is_that_of_pca():
    train, valid = X[:300].astype("float64"), X[300:].astype("float64")
    mean = train.mean(axis=0)
    axes = np.linalg.svd(train - mean)[2][:3].T
    error = np.mean((valid - mean - (valid - mean) @ axes @ axes.T) ** 2)
    assert f"numbers {error:.4g}" in error_checks.pca_error(subject(weaker(1.0))).measured


def test_code_bits():
    rng = np.random.default_rng(0)
    assert error_checks.code_bits(rng.normal(size=(500, 8))) == 64
    bits = rng.integers(0, 2, (5000, 8)).astype(float)
    assert error_checks.code_bits(bits) == pytest.approx(8, abs=0.01)
    sparse = np.zeros((500, 64))
    sparse[:, :2] = rng.normal(size=(500, 2))
    assert error_checks.code_bits(sparse) == pytest.approx(16 + np.log2(64 * 63 / 2))


def test_nearest_error():
    assert verdict(error_checks.nearest_error(subject(weaker(1.0)))) == "fine"
    outcome = error_checks.nearest_error(subject(weaker(0.1)))
    assert outcome.verdict == "look" and "300 training rows" in outcome.measured
    clean = {"y_train": X[:300], "y_valid": X[300:]}
    assert error_checks.nearest_error(subject(weaker(1.0), **clean)) is None


def test_overfit():
    noise = np.random.default_rng(0).normal(size=X.shape).astype("float32")
    first = dense((40 * noise[:300].T).astype("float32"), activation="softmax")
    model = keras.Sequential([keras.Input((SIZE,)), first, dense(noise[:300])])
    assert verdict(error_checks.overfit(subject(model, noise))) == "wrong"
    assert verdict(error_checks.overfit(subject(weaker(1.0)))) == "fine"
    half = keras.Sequential([keras.Input((SIZE,)), first, dense(0.5 * noise[:300])])
    outcome = error_checks.overfit(subject(half, noise))
    assert outcome.verdict == "look" and "by heart" not in outcome.advice
    untrained = keras.Sequential([keras.Input((SIZE,)), layers.Dense(SIZE)])
    assert error_checks.overfit(subject(untrained)) is None


def nearest(sharp):
    """A code of three numbers, and from it the training rows whose codes are near, not a map."""
    codes = X[:300] @ AXES
    choose = dense(
        2 * sharp * codes.T, bias=-sharp * np.sum(codes**2, axis=1), activation="softmax"
    )
    return keras.Sequential([keras.Input((SIZE,)), dense(AXES), choose, dense(X[:300])])


def test_what_pca_of_the_same_rows_knows_better_was_learned_by_heart():
    outcome = error_checks.overfit(subject(nearest(1e3)))
    assert outcome.verdict == "wrong" and "; PCA of these" in outcome.measured
    share = error_checks.errors(subject(nearest(1e3)))
    assert share[0] < error_checks.UNEXPLAINED * share[1]  # the other proof does not see it
    assert verdict(error_checks.overfit(subject(nearest(3.0)))) == "look"


def test_a_little_by_heart_that_costs_little():
    """The best linear copy, and a third of what it leaves of the nearest training row."""
    rows, x = X[:300], keras.Input((SIZE,))
    left = rows - rows @ AXES @ AXES.T
    sharp = dense(2e3 * rows.T, bias=-1e3 * np.sum(rows**2, axis=1), activation="softmax")
    copies = dense(AXES.T)(dense(AXES)(x))
    model = keras.Model(x, layers.Add()([copies, dense(0.35 * left)(sharp(x))]))
    outcome = error_checks.overfit(subject(model))
    assert outcome.verdict == "look" and "PCA" not in outcome.measured
