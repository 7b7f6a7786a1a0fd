"""Likelihoods and divergences in nats: summed over the last axis, one number for each example.

Whole numbers and half precision are taken and computed in float32.

The sum and not the mean over the pixels is what the likelihood of an image asks for: a mean would
weigh a divergence of the code as many times more as there are pixels.
"""

import math
from typing import Any

import keras
import numpy as np
from keras import ops

Tensor = Any  # of the backend in use; arrays of NumPy are taken as well


def bernoulli_nll(x: Tensor, logits: Tensor) -> Tensor:
    """Return the negative log likelihood of pixels under independent Bernoulli distributions.

    For pixels between 0 and 1 it is the cross-entropy, which has a floor above zero.

    Parameters
    ----------
    x : tensor of shape (..., features)
        Pixels in [0, 1].
    logits : tensor of shape (..., features)
        Logarithm of the odds that a pixel is 1: what the decoder gives before its sigmoid.

    Returns
    -------
    tensor of shape (...)
        ``-sum(x * log(p) + (1 - x) * log(1 - p))`` in nats, with ``p = sigmoid(logits)``.

    Raises
    ------
    ValueError
        If `x` and `logits` differ in their last axis.
    """
    x, logits = _check_features(x=x, logits=logits)
    return ops.sum(ops.softplus(logits) - x * logits, axis=-1)


def gaussian_nll(x: Tensor, mean: Tensor, log_var: Tensor = 0.0) -> Tensor:
    """Return the negative log density under independent Gaussian distributions.

    Parameters
    ----------
    x, mean : tensor of shape (..., features)
        Values and the means of their distributions.
    log_var : tensor of shape (..., features), or float
        Logarithm of the variance, not of the standard deviation; 0 for a variance of 1.

    Returns
    -------
    tensor of shape (...)
        ``0.5 * sum(log(2 pi) + log_var + (x - mean) ** 2 / exp(log_var))`` in nats.

    Raises
    ------
    ValueError
        If `x`, `mean` and a `log_var` that is no single number differ in their last axis.
    """
    x, mean, log_var = _check_features(x=x, mean=mean, log_var=log_var)
    squares = ops.multiply(ops.square(x - mean), ops.exp(-log_var))
    return 0.5 * ops.sum(math.log(2 * math.pi) + log_var + squares, axis=-1)


def gaussian_kl(
    mean: Tensor, log_var: Tensor, prior_mean: Tensor = 0.0, prior_log_var: Tensor = 0.0
) -> Tensor:
    """Return KL(q, p) of two Gaussian distributions with independent components.

    Parameters
    ----------
    mean, log_var : tensor of shape (..., latent_dim)
        Mean and logarithm of the variance of q.
    prior_mean, prior_log_var : tensor of shape (..., latent_dim), or float
        The same of p; by default p is the standard Gaussian.

    Returns
    -------
    tensor of shape (...)
        The divergence in nats; for the standard Gaussian
        ``0.5 * sum(exp(log_var) + mean ** 2 - 1 - log_var)``
        (`Kingma & Welling 2014 <https://arxiv.org/abs/1312.6114>`_, appendix B).

    Raises
    ------
    ValueError
        If arguments that are no single number differ in their last axis.
    """
    mean, log_var, prior_mean, prior_log_var = _check_features(
        mean=mean, log_var=log_var, prior_mean=prior_mean, prior_log_var=prior_log_var
    )
    log_ratio = log_var - prior_log_var
    distance = ops.multiply(ops.square(mean - prior_mean), ops.exp(-prior_log_var))
    return 0.5 * ops.sum(ops.expm1(log_ratio) - log_ratio + distance, axis=-1)


def bernoulli_kl(p: Tensor, q: Tensor) -> Tensor:
    """Return KL(p, q) of independent Bernoulli distributions.

    Parameters
    ----------
    p, q : tensor of shape (..., features)
        Probabilities of a 1, in [0, 1].

    Returns
    -------
    tensor of shape (...)
        ``sum(p * log(p / q) + (1 - p) * log((1 - p) / (1 - q)))`` in nats, where 0 log 0 is 0;
        infinite where `q` rules out what `p` allows.

    Raises
    ------
    ValueError
        If `p` and `q` differ in their last axis.
    """
    p, q = _check_features(p=p, q=q)
    p, q = ops.convert_to_tensor(p), ops.convert_to_tensor(q)
    return ops.sum(_p_log_ratio(p, q) + _p_log_ratio(1 - p, 1 - q), axis=-1)


def _p_log_ratio(p: Tensor, q: Tensor) -> Tensor:
    # A logarithm of zero in the branch that is not taken would make the gradient no number.
    log_p = ops.log(ops.where(p > 0, p, 1.0))
    log_q = ops.log(ops.where(p > 0, q, 1.0))
    return p * (log_p - log_q)


def _check_features(**arguments: Tensor) -> list[Tensor]:
    """Refuse what would be spread silently over an axis of another length; return one type."""
    shapes = {name: np.shape(a) for name, a in arguments.items()}
    shapes = {name: shape for name, shape in shapes.items() if len(shape)}
    if len({shape[-1] for shape in shapes.values()}) > 1:
        listed = ", ".join(f"{name} {tuple(shape)}" for name, shape in shapes.items())
        raise ValueError(f"The last axes differ: {listed}. They must be of one length.")
    return _as_one_type(list(arguments.values()))


def _as_one_type(arguments: list[Tensor]) -> list[Tensor]:
    """Return tensors in the widest of their types, float32 at least; numbers stay as they are."""
    arrays = [ops.convert_to_tensor(a) if np.ndim(a) else a for a in arguments]
    kinds = [keras.backend.standardize_dtype(a.dtype) for a in arrays if hasattr(a, "dtype")]
    widest = keras.backend.result_type("float32", *kinds)
    return [ops.cast(a, widest) if hasattr(a, "dtype") else a for a in arrays]
