"""Likelihoods and divergences against scipy.stats, integration and sampling."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy import integrate, stats

from aeutils import losses

RNG = np.random.default_rng(0)
MEAN, OTHER_MEAN = RNG.normal(size=(2, 3, 4))
LOG_VAR, OTHER_LOG_VAR = RNG.uniform(-2, 2, size=(2, 3, 4))
SD, OTHER_SD = np.exp(LOG_VAR / 2), np.exp(OTHER_LOG_VAR / 2)


def values(function, *arguments):
    return ops.convert_to_numpy(function(*(np.asarray(a, "float32") for a in arguments)))


def test_bernoulli_nll_is_that_of_scipy():
    x, logits = RNG.integers(0, 2, (5, 7)), RNG.normal(0, 3, (5, 7))
    p = 1 / (1 + np.exp(-logits))
    expected = -stats.bernoulli(p).logpmf(x).sum(axis=-1)
    np.testing.assert_allclose(values(losses.bernoulli_nll, x, logits), expected, rtol=1e-5)


def test_bernoulli_nll_of_grey_pixels_has_its_floor_at_the_pixel():
    x = np.array([[0.2, 0.5, 0.9]])
    entropy = stats.bernoulli(x).entropy().sum()
    best = values(losses.bernoulli_nll, x, np.log(x / (1 - x)))[0]
    assert best == pytest.approx(entropy, rel=1e-5)
    assert values(losses.bernoulli_nll, x, np.log(x / (1 - x)) + 0.1)[0] > best


def test_bernoulli_nll_sums_over_pixels_and_not_over_images():
    """Error 8: a mean over pixels would be a hidden beta of 784."""
    nll = values(losses.bernoulli_nll, np.ones((2, 784)), np.zeros((2, 784)))
    np.testing.assert_allclose(nll, [784 * np.log(2)] * 2, rtol=1e-5)


@pytest.mark.parametrize("logit", [-200.0, 200.0])
def test_bernoulli_nll_of_extreme_logits_is_finite(logit):
    assert values(losses.bernoulli_nll, [[0.0, 1.0]], [[logit, logit]])[0] == pytest.approx(200)


def test_gaussian_nll_is_that_of_scipy():
    x = RNG.normal(size=(3, 4))
    expected = -stats.norm(MEAN, SD).logpdf(x).sum(axis=-1)
    np.testing.assert_allclose(values(losses.gaussian_nll, x, MEAN, LOG_VAR), expected, rtol=1e-5)
    unit = -stats.norm(MEAN, 1).logpdf(x).sum(axis=-1)
    np.testing.assert_allclose(values(losses.gaussian_nll, x, MEAN), unit, rtol=1e-5)


def test_gaussian_kl_is_an_integral():
    for q, p in zip(
        np.stack([MEAN, SD], -1)[0], np.stack([OTHER_MEAN, OTHER_SD], -1)[0], strict=True
    ):
        q_density, p_density = stats.norm(*q), stats.norm(*p)
        expected = integrate.quad(
            lambda t, q=q_density, p=p_density: q.pdf(t) * (q.logpdf(t) - p.logpdf(t)),
            q[0] - 12 * q[1],
            q[0] + 12 * q[1],
        )[0]
        numbers = [[q[0]]], [[2 * np.log(q[1])]], [[p[0]]], [[2 * np.log(p[1])]]
        assert values(losses.gaussian_kl, *numbers)[0] == pytest.approx(expected, rel=1e-4)


def test_gaussian_kl_to_the_prior_is_a_mean_over_samples():
    """Error 7: a term that samples from the prior, or has another sign, is no divergence."""
    z = MEAN + SD * np.random.default_rng(1).standard_normal((200_000, 3, 4))
    log_ratio = stats.norm(MEAN, SD).logpdf(z) - stats.norm.logpdf(z)
    by_sampling = log_ratio.sum(axis=-1)
    error = 5 * by_sampling.std(axis=0) / np.sqrt(len(z))
    assert (
        np.abs(values(losses.gaussian_kl, MEAN, LOG_VAR) - by_sampling.mean(axis=0)) < error
    ).all()


def test_divergences_are_zero_for_equals_only():
    """Error 7 again: not negative, whatever the arguments."""
    assert (values(losses.gaussian_kl, MEAN, LOG_VAR, MEAN, LOG_VAR) == 0).all()
    assert (values(losses.gaussian_kl, np.zeros((2, 3)), np.zeros((2, 3))) == 0).all()
    mean, other = RNG.normal(size=(2, 1000, 1)), RNG.uniform(-3, 3, size=(2, 1000, 1))
    assert (values(losses.gaussian_kl, mean[0], other[0], mean[1], other[1]) > 0).all()
    p, q = RNG.uniform(0.01, 0.99, size=(2, 1000, 1))
    assert (values(losses.bernoulli_kl, p, q) >= 0).all()
    assert values(losses.bernoulli_kl, p, p) == pytest.approx(np.zeros(1000), abs=1e-6)


def test_gaussian_kl_takes_the_log_of_the_variance():
    """Error 9: with a standard deviation of 2, its own logarithm in place of that of 4 shows."""
    expected = 0.5 * (4 - 1 - np.log(4))
    assert values(losses.gaussian_kl, [[0.0]], [[np.log(4)]])[0] == pytest.approx(expected)


def test_bernoulli_kl_is_that_of_scipy():
    p, q = RNG.uniform(0.01, 0.99, size=(2, 5, 3))
    expected = sum(stats.entropy([a, 1 - a], [b, 1 - b]) for a, b in zip(p.T, q.T, strict=True))
    np.testing.assert_allclose(values(losses.bernoulli_kl, p, q), expected, rtol=1e-4)


def test_bernoulli_kl_at_the_ends():
    p, q = [[0.0], [1.0], [0.0], [0.5], [1.0]], [[0.5], [0.5], [0.0], [0.0], [0.0]]
    expected = [np.log(2), np.log(2), 0, np.inf, np.inf]
    np.testing.assert_allclose(values(losses.bernoulli_kl, p, q), expected, rtol=1e-6)


@pytest.mark.parametrize("kind", ["float16", "bfloat16"])
def test_half_precision_is_computed_in_float32(kind):
    """The sum over 784 pixels that are all wrong, 7840 nats, would be rounded to steps of 4."""
    logits = ops.cast(np.full((1, 784), 10.0078125), kind)
    nll = losses.bernoulli_nll(np.zeros((1, 784), "float32"), logits)
    assert "float32" in str(nll.dtype)
    expected = 784 * np.logaddexp(0, np.asarray(ops.cast(logits, "float32"))[0, 0])
    assert float(nll[0]) == pytest.approx(expected, rel=1e-6)
    half = [ops.cast(a, kind) for a in (MEAN, LOG_VAR)]
    assert "float32" in str(losses.gaussian_kl(*half).dtype)
    assert "float32" in str(losses.gaussian_nll(MEAN.astype("float32"), *half).dtype)


def test_leading_axes_are_kept():
    x = np.zeros((6, 3, 4))
    assert values(losses.gaussian_nll, x, MEAN, LOG_VAR).shape == (6, 3)
    assert values(losses.bernoulli_nll, np.zeros((1, 4)), np.zeros((6, 4))).shape == (6,)


@pytest.mark.parametrize(
    "function", [losses.bernoulli_nll, losses.gaussian_nll, losses.gaussian_kl, losses.bernoulli_kl]
)
def test_features_that_would_be_spread_silently(function):
    with pytest.raises(ValueError, match=r"The last axes differ: .*\(2, 4\).*\(2, 1\)"):
        function(np.zeros((2, 4)), np.zeros((2, 1)))


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (losses.bernoulli_nll, [[[0.0, 1.0]], [[0.5, -1.0]]]),
        (losses.gaussian_nll, [[[0.0, 1.0]], [[0.5, -1.0]], [[0.1, 0.2]]]),
        (losses.gaussian_kl, [[[0.0, 1.0]], [[0.5, -1.0]], [[0.1, 0.2]], [[0.3, 0.4]]]),
        (losses.bernoulli_kl, [[[0.2, 0.7]], [[0.5, 0.1]]]),
    ],
)
def test_lists_whole_axes_and_leading_axes(function, arguments):
    """A list is taken as an array is, and more axes in front change nothing."""
    expected = values(function, *arguments)
    assert expected.shape == (1,)
    assert ops.convert_to_numpy(function(*arguments)) == pytest.approx(expected)
    deep = [np.tile(a, (3, 5, 1)) for a in arguments]
    found = values(function, *deep)
    assert found.shape == (3, 5) and np.allclose(found, expected)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="a tape of TensorFlow")
def test_gradient_of_bernoulli_kl_where_the_pixel_is_ruled_out():
    """0 log 0 adds nothing: of (1 - p) log((1 - p) / (1 - q)) the derivative stays."""
    import tensorflow as tf

    p, q = tf.constant([[0.0, 0.25]]), tf.constant([[0.5, 0.5]])
    with tf.GradientTape() as tape:
        tape.watch([p, q])
        divergence = losses.bernoulli_kl(p, q)
    by_p, by_q = tape.gradient(divergence, [p, q])
    assert by_p.numpy()[0] == pytest.approx([-np.log(2) - 1, np.log(0.5) - np.log(1.5)], rel=1e-5)
    assert by_q.numpy()[0] == pytest.approx([2, -0.5 + 1.5], rel=1e-5)
