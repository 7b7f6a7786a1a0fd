"""Layers, losses and models with an error in them, and their right versions where Keras has none.

The errors are those of `book/pitfalls.ipynb`; each says in its first line what is wrong with it.
"""

from typing import Any

import keras
from keras import layers, ops

from aeutils import losses
from aeutils.layers import GaussianSampling

Tensor = Any  # of the backend in use


class RepeatedNoise(layers.Layer):
    """Noise with a fixed seed: each call of a training adds the same one."""

    def __init__(self, stddev: float, **kwargs: Any):
        super().__init__(**kwargs)
        self.stddev = stddev

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Return the noisy rows while training, else the rows."""
        if not training:
            return x
        return x + self.stddev * keras.random.normal(ops.shape(x), seed=7)


class SummedPenalty(layers.Layer):
    """A penalty that is summed over the batch, so that a larger batch pays more."""

    def __init__(self, l1: float, **kwargs: Any):
        super().__init__(**kwargs)
        self.l1 = l1

    def call(self, z: Tensor) -> Tensor:
        """Return the codes and add the penalty to the losses."""
        self.add_loss(self.l1 * ops.sum(ops.abs(z)))
        return z


class BatchCentre(layers.Layer):
    """Take the mean of the batch off each code, in use as well as in training."""

    def call(self, z: Tensor) -> Tensor:
        """Return the codes without the mean of those that came with them."""
        return z - ops.mean(z, axis=0, keepdims=True)


class WithoutPenalties(keras.Model):
    """A loss by hand that never adds what the layers have put on ``model.losses``."""

    def compute_loss(
        self,
        x: Tensor = None,
        y: Tensor = None,
        y_pred: Tensor = None,
        sample_weight: Tensor = None,
        training: bool = True,
    ) -> Tensor:
        """Return the mean squared error and nothing else."""
        return ops.mean(ops.square(y - y_pred))


class WithPenalties(WithoutPenalties):
    """The same loss by hand, with the penalties added."""

    def compute_loss(self, *args: Any, **kwargs: Any) -> Tensor:
        """Return the mean squared error and the penalties."""
        return super().compute_loss(*args, **kwargs) + sum(self.losses)


def masked_mse(y: Tensor, y_pred: Tensor) -> Tensor:
    """Return the squared error of the steps that are no padding."""
    real = ops.cast(ops.any(y != 0, axis=-1), y_pred.dtype)
    error = ops.mean(ops.square(y - y_pred), axis=-1)
    return ops.sum(error * real) / ops.sum(real)


def masked_crossentropy(y: Tensor, y_pred: Tensor) -> Tensor:
    """Return the cross-entropy of the words that are no padding."""
    real = ops.cast(y != 0, y_pred.dtype)
    error = ops.sparse_categorical_crossentropy(y, y_pred)
    return ops.sum(error * real) / ops.sum(real)


class LogDistance(layers.Layer):
    """A "divergence" that is the logarithm of a distance to a draw from the prior."""

    def __init__(self):
        super().__init__()
        self.sampling = GaussianSampling()

    def call(self, mean: Tensor, log_var: Tensor) -> Tensor:
        """Return the term of each row."""
        z, prior = self.sampling(mean, log_var), self.sampling(0 * mean, 0 * mean)
        return ops.log(ops.sum(ops.square(z - prior), axis=-1) + 1e-7)


class InsideExpectation(layers.Layer):
    """The closed form with a draw in the place of the mean: the variance counts twice."""

    def __init__(self):
        super().__init__()
        self.sampling = GaussianSampling()

    def call(self, mean: Tensor, log_var: Tensor) -> Tensor:
        """Return the term of each row."""
        return losses.gaussian_kl(self.sampling(mean, log_var), log_var)


def scale_mixed_up(mean: Tensor, log_var: Tensor) -> Tensor:
    """Put the standard deviation where the formula asks for the log variance."""
    return losses.gaussian_kl(mean, ops.exp(log_var / 2))


def sign_turned(mean: Tensor, log_var: Tensor) -> Tensor:
    """Reward a divergence and not charge it; bounded, so that the training ends."""
    return -ops.minimum(losses.gaussian_kl(mean, log_var), 50.0)


def make_divergence(name: str) -> Any:
    """Return the divergence of this name, a function of mean and log variance."""
    made = {"log distance": LogDistance, "inside": InsideExpectation}
    functions = {
        "right": losses.gaussian_kl,
        "scale mixed up": scale_mixed_up,
        "sign turned": sign_turned,
    }
    if name not in made | functions:
        raise ValueError(f"name is {name!r}; choose of {', '.join(made | functions)}.")
    return made[name]() if name in made else functions[name]
