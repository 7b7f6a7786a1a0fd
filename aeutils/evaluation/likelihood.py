"""The bound on the likelihood that variational autoencoders train, and a tighter one."""

from collections.abc import Callable
from numbers import Integral

import numpy as np
from keras import ops
from scipy.special import logsumexp

from aeutils import losses


def elbo_terms(
    x: np.ndarray,
    encode: Callable,
    decode: Callable,
    *,
    samples: int = 1,
    nll: Callable = losses.bernoulli_nll,
    condition: np.ndarray | None = None,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the two parts of the negative ELBO of each image.

    Parameters
    ----------
    x : ndarray of shape (n, features)
        Images.
    encode : callable
        Gives mean and log variance of q(z given x), each of shape (n, latent_dim), for `x`, or for
        ``[x, condition]``.
    decode : callable
        Gives for codes, or for ``[z, condition]``, what `nll` compares the images with.
    samples : int
        Codes drawn for each image.
    nll : callable
        ``nll(x, decode(z))`` is -log p(x given z), as `aeutils.losses.bernoulli_nll`.
    condition : ndarray of shape (n, ...), optional
        What encoder and decoder know besides, such as labels as one-hot vectors.
    seed : int
        Seed of the codes.

    Returns
    -------
    reconstruction, kl : ndarray of shape (n,)
        Mean of -log p(x given z) over the codes, and KL to the standard Gaussian prior, in nats.
        Their sum is the negative ELBO, at least -log p(x) but for the error of sampling.

    Raises
    ------
    ValueError
        For no images, fewer than one sample, or a condition of another length.
    """
    _check(x, samples, condition)
    rng = np.random.default_rng(seed)
    z_mean, z_log_var = (ops.convert_to_numpy(a) for a in encode(_join(x, condition)))
    reconstruction = np.zeros(len(x))
    for _ in range(samples):
        z = z_mean + np.exp(z_log_var / 2) * rng.standard_normal(z_mean.shape)
        x_hat = decode(_join(z.astype(z_mean.dtype), condition))
        reconstruction += ops.convert_to_numpy(nll(x, x_hat)) / samples
    return reconstruction, ops.convert_to_numpy(losses.gaussian_kl(z_mean, z_log_var))


def importance_weighted_nll(
    x: np.ndarray,
    encode: Callable,
    decode: Callable,
    *,
    samples: int,
    nll: Callable = losses.bernoulli_nll,
    condition: np.ndarray | None = None,
    seed: int = 0,
) -> np.ndarray:
    """Return an upper bound on -log p(x) of each image, the tighter the more samples.

    The mean over codes from q(z given x) of the weights p(x, z) / q(z given x) estimates p(x);
    its logarithm is on average too low, and right in the limit of many samples
    (`Burda et al. 2016 <https://arxiv.org/abs/1509.00519>`_). One sample gives the negative ELBO.
    Takes and raises what `elbo_terms` does; the literature uses 5,000 samples.

    Returns
    -------
    ndarray of shape (n,)
        Estimates of -log p(x) in nats. Quote their mean with its standard error over the images.
    """
    _check(x, samples, condition)
    rng = np.random.default_rng(seed)
    z_mean, z_log_var = (ops.convert_to_numpy(a) for a in encode(_join(x, condition)))
    result = np.empty(len(x))
    for i, (mean, log_var) in enumerate(zip(z_mean, z_log_var, strict=True)):
        noise = rng.standard_normal((samples, len(mean))).astype(mean.dtype)
        z = mean + np.exp(log_var / 2) * noise
        repeated = None if condition is None else np.repeat(condition[i : i + 1], samples, axis=0)
        log_likelihood = -ops.convert_to_numpy(nll(x[i : i + 1], decode(_join(z, repeated))))
        # Prior over posterior: the constants of the two Gaussians cancel.
        log_ratio = 0.5 * np.sum(noise**2 + log_var - z**2, axis=1)
        result[i] = np.log(samples) - logsumexp((log_likelihood + log_ratio).astype(np.float64))
    return result


def _join(inputs, condition):
    return inputs if condition is None else [inputs, condition]


def _check(x, samples, condition) -> None:
    if np.ndim(x) < 2 or len(x) == 0:
        raise ValueError(f"x has shape {np.shape(x)}; expected (n, features) with n above 0.")
    if not isinstance(samples, Integral) or samples < 1:
        raise ValueError(f"samples is {samples!r}; it must be a whole number of 1 or more.")
    if condition is not None and len(condition) != len(x):
        raise ValueError(f"x has {len(x)} rows and condition {len(condition)}; they must match.")
