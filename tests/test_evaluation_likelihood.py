"""Bounds on the likelihood of a linear Gaussian model, whose evidence is known."""

import numpy as np
import pytest
from scipy import stats

from aeutils import losses
from aeutils.evaluation import elbo_terms, importance_weighted_nll

RNG = np.random.default_rng(0)
W, NOISE = RNG.normal(size=(2, 5)), 0.5  # x = z W + noise
X = RNG.normal(size=(40, 2)) @ W + NOISE * RNG.normal(size=(40, 5))
NLL = -stats.multivariate_normal(np.zeros(5), W.T @ W + NOISE**2 * np.eye(5)).logpdf(X)
COVARIANCE = np.linalg.inv(np.eye(2) + W @ W.T / NOISE**2)
MEANS = X @ W.T @ COVARIANCE / NOISE**2


def nll(x, mean):
    return losses.gaussian_nll(x, mean, np.full(mean.shape, 2 * np.log(NOISE)))


def decode(z):
    return z @ W


def encode(x, shift=0.0):
    """Return the best posterior with independent components, or one beside it."""
    mean = np.asarray(x) @ W.T @ COVARIANCE / NOISE**2 + shift
    return mean, np.broadcast_to(-np.log(np.diag(np.linalg.inv(COVARIANCE))), mean.shape)


def exact_gap(shift=0.0):
    """Return the divergence of that posterior from the true one."""
    sd2 = 1 / np.diag(np.linalg.inv(COVARIANCE))
    precision = np.linalg.inv(COVARIANCE)
    offset = np.full(2, shift)
    trace = np.trace(precision @ np.diag(sd2)) - 2 + offset @ precision @ offset
    return 0.5 * (trace + np.log(np.linalg.det(COVARIANCE) / np.prod(sd2)))


@pytest.mark.parametrize("shift", [0.0, 0.3])
def test_gap_of_the_elbo_is_the_divergence_from_the_posterior(shift):
    """Error 10: with the sign of the divergence turned the bound would lie below the truth."""
    reconstruction, kl = elbo_terms(
        X, lambda x: encode(x, shift), decode, samples=4000, nll=nll, seed=1
    )
    assert reconstruction.shape == kl.shape == (40,)
    gap = reconstruction + kl - NLL
    assert gap.mean() == pytest.approx(exact_gap(shift), abs=0.03)
    assert (gap > -0.2).all()


def test_divergence_is_that_of_the_encoder():
    kl = elbo_terms(X, encode, decode, nll=nll)[1]
    mean, log_var = encode(X)
    expected = 0.5 * np.sum(np.exp(log_var) + mean**2 - 1 - log_var, axis=1)
    np.testing.assert_allclose(kl, expected, rtol=1e-5)


def test_many_importance_samples_give_the_evidence():
    estimate = importance_weighted_nll(X, encode, decode, samples=5000, nll=nll)
    assert estimate.shape == (40,)
    np.testing.assert_allclose(estimate, NLL, atol=0.05)
    assert estimate.mean() == pytest.approx(NLL.mean(), abs=0.005)


def test_more_samples_tighten_the_bound():
    means = [
        np.mean(
            [
                importance_weighted_nll(
                    X, lambda x: encode(x, 0.3), decode, samples=k, nll=nll, seed=s
                )
                for s in range(20)
            ]
        )
        for k in (1, 5, 50)
    ]
    assert means[0] > means[1] + 0.05 > means[2] + 0.1 > NLL.mean()
    assert means[0] == pytest.approx(NLL.mean() + exact_gap(0.3), abs=0.1)


def test_condition_reaches_encoder_and_decoder():
    condition = RNG.normal(size=(40, 5))
    settings = {"samples": 500, "nll": nll, "condition": condition, "seed": 2}
    functions = lambda pair: encode(pair[0] - pair[1]), lambda pair: pair[0] @ W + pair[1]
    shifted = importance_weighted_nll(X + condition, *functions, **settings)
    plain = importance_weighted_nll(X, encode, decode, samples=500, nll=nll, seed=2)
    np.testing.assert_allclose(shifted, plain, atol=1e-3)
    reconstruction, _ = elbo_terms(X + condition, *functions, **settings)
    expected, _ = elbo_terms(X, encode, decode, samples=500, nll=nll, seed=2)
    np.testing.assert_allclose(reconstruction, expected, atol=1e-3)


@pytest.mark.parametrize("function", [elbo_terms, importance_weighted_nll])
def test_the_codes_follow_the_seed(function):
    first, again, other = (
        np.sum(function(X, encode, decode, samples=2, nll=nll, **seed), axis=0)
        for seed in ({}, {"seed": 0}, {"seed": 1})
    )
    assert np.array_equal(first, again) and not np.array_equal(first, other)


@pytest.mark.parametrize("function", [elbo_terms, importance_weighted_nll])
@pytest.mark.parametrize(
    ("x", "options", "message"),
    [
        (X[:0], {"samples": 1}, "x has shape"),
        (X[0], {"samples": 1}, "x has shape"),
        (X, {"samples": 0}, "samples is 0"),
        (X, {"samples": 1.5}, "samples is 1.5"),
        (X, {"samples": 1, "condition": X[:3]}, "x has 40 rows and condition 3"),
    ],
)
def test_bad_input(function, x, options, message):
    with pytest.raises(ValueError, match=message):
        function(x, encode, decode, **options)


@pytest.mark.parametrize("log_var", [0.0, 1.0])
def test_codes_are_those_of_the_generator(log_var):
    """The mean and so many standard deviations as NumPy draws with the seed."""
    seen = []
    mean = np.arange(6.0).reshape(3, 2)
    gaussian = lambda x: (mean, np.full((3, 2), log_var))  # noqa: E731
    decoded = lambda z: seen.append(z) or z  # noqa: E731
    settings = {"samples": 2, "seed": 5, "nll": lambda x, z: np.zeros(len(z))}
    elbo_terms(X[:3], gaussian, decoded, **settings)
    noise = np.random.default_rng(5).standard_normal((2, 3, 2))
    np.testing.assert_allclose(np.stack(seen), mean + np.exp(log_var) ** 0.5 * noise)
    seen.clear()
    importance_weighted_nll(X[:3], gaussian, decoded, **settings)
    noise = np.random.default_rng(5).standard_normal((3, 2, 2))
    np.testing.assert_allclose(np.stack(seen), mean[:, None] + np.exp(log_var) ** 0.5 * noise)


def test_one_code_is_drawn_unless_said_otherwise():
    given, expected = (elbo_terms(X, encode, decode, nll=nll, **k) for k in ({}, {"samples": 1}))
    np.testing.assert_array_equal(given, expected)


def test_one_sample_gives_the_elbo_of_one_code():
    """For one image both draw the same code."""
    parts = elbo_terms(X[:1], encode, decode, nll=nll, seed=3)
    bound = importance_weighted_nll(X[:1], encode, decode, samples=1, nll=nll, seed=3)
    mean, log_var = encode(X[:1])
    noise = np.random.default_rng(3).standard_normal((1, 2))
    z = mean + np.exp(log_var / 2) * noise
    posterior = stats.norm(mean, np.exp(log_var / 2)).logpdf(z).sum()
    prior = stats.norm().logpdf(z).sum()
    reconstruction = -stats.norm(z @ W, NOISE).logpdf(X[:1]).sum()
    assert parts[0] == pytest.approx([reconstruction], rel=1e-6)
    assert bound == pytest.approx([reconstruction + posterior - prior], rel=1e-6)


def test_pixels_are_bernoulli_unless_said_otherwise():
    x = (X > 0).astype(float)
    for function, settings in ((elbo_terms, {}), (importance_weighted_nll, {"samples": 2})):
        given = function(x, encode, decode, **settings)
        expected = function(x, encode, decode, nll=losses.bernoulli_nll, **settings)
        np.testing.assert_array_equal(given, expected)


def test_encoder_with_variances_for_other_images():
    with pytest.raises(ValueError, match="zip"):
        importance_weighted_nll(X, lambda x: (encode(x)[0], encode(x)[1][1:]), decode, samples=1)
