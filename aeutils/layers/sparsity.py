"""Layers that make a code sparse, by a penalty or by selection."""

from numbers import Integral
from typing import Any

import keras
from keras import ops

from aeutils.layers.base import SameShape, Tensor, check_range
from aeutils.layers.selection import kth_largest


@keras.saving.register_keras_serializable("aeutils")
class ActivityPenalty(SameShape):
    """Pass codes on unchanged and add a penalty on their size to the loss of the model.

    The penalty of one image is ``l1 * sum(|z|) + l2 * sum(z ** 2)`` over its units; the loss gets
    the mean over the batch, so that it does not depend on the batch size (the scaling of
    ``activity_regularizer`` differs between versions of Keras).

    Parameters
    ----------
    l1, l2 : float
        Weights of the two sums, 0 or more, in units of the loss.

    Raises
    ------
    ValueError
        If a weight is negative or not finite.
    """

    settings = ("l1", "l2")

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.l1, self.l2 = check_range("l1", l1, 0, 1e6), check_range("l2", l2, 0, 1e6)

    def call(self, z: Tensor) -> Tensor:
        """Return the codes and add the penalty to the losses."""
        exact = ops.cast(z, "float32")  # in 16 bits small penalties are 0 and large ones infinite
        size = self.l1 * ops.abs(exact) + self.l2 * ops.square(exact)
        self.add_loss(ops.mean(ops.sum(size, axis=tuple(range(1, len(z.shape))))))
        return z


@keras.saving.register_keras_serializable("aeutils")
class SparsityTarget(SameShape):
    """Pass codes on unchanged and add the distance of their mean activations from a target.

    The mean of each unit is taken over the batch (and over the places of a convolutional code).
    ``"kl"`` is the divergence KL(target, mean) of two Bernoulli distributions in nats, and
    ``"squared"`` is ``(mean - target) ** 2``; the loss gets `weight` times the sum over the units.
    Source: Ng, Sparse autoencoder, CS294A lecture notes (2011).

    Parameters
    ----------
    target : float
        The mean activation that each unit should have; inside (0, 1) for ``"kl"``.
    weight : float
        Factor of the penalty, 0 or more.
    divergence : {"kl", "squared"}
        Which distance. With ``"kl"`` the codes must lie in [0, 1], as behind a sigmoid; the loss
        is not a number where a mean lies outside.

    Raises
    ------
    ValueError
        For an unknown divergence, a target outside its range or a negative weight.
    """

    settings = ("target", "weight", "divergence")

    def __init__(self, target: float, weight: float, divergence: str = "kl", **kwargs: Any):
        super().__init__(**kwargs)
        if divergence not in ("kl", "squared"):
            raise ValueError(f"divergence is {divergence!r}; choose 'kl' or 'squared'.")
        limits = (1e-6, 1 - 1e-6) if divergence == "kl" else (-1e6, 1e6)
        self.target = check_range("target", target, *limits)
        self.weight = check_range("weight", weight, 0, 1e6)
        self.divergence = divergence

    def call(self, z: Tensor) -> Tensor:
        """Return the codes and add the penalty to the losses."""
        mean = ops.mean(ops.cast(z, "float32"), axis=tuple(range(len(z.shape) - 1)))
        distance = self._kl(mean) if self.divergence == "kl" else ops.square(mean - self.target)
        self.add_loss(self.weight * ops.sum(distance))
        return z

    def _kl(self, mean):
        on, off = self.target, 1 - self.target
        tiny = keras.config.epsilon()
        divergence = on * ops.log(on / ops.maximum(mean, tiny))
        divergence += off * ops.log(off / ops.maximum(1 - mean, tiny))
        inside = ops.logical_and(mean >= 0, mean <= 1)
        return ops.where(inside, divergence, float("nan"))


@keras.saving.register_keras_serializable("aeutils")
class KSparse(SameShape):
    """Keep the k largest activations of each image and set the others to zero.

    In training and afterwards alike; see
    `Makhzani & Frey (2014) <https://arxiv.org/abs/1312.5663>`_.

    Parameters
    ----------
    k : int
        How many units of each image stay, 1 or more.

    Raises
    ------
    ValueError
        If `k` is no such number, or greater than the number of units.
    """

    settings = ("k",)

    def __init__(self, k: int, **kwargs: Any):
        super().__init__(**kwargs)
        if not isinstance(k, Integral) or k < 1:
            raise ValueError(f"k is {k!r}; it must be a whole number of 1 or more.")
        self.k = int(k)

    def call(self, z: Tensor) -> Tensor:
        """Return the codes with all but the k largest of each image at zero."""
        if self.k > z.shape[-1]:
            raise ValueError(f"k is {self.k}, but the code has {z.shape[-1]} units.")
        return ops.where(z >= kth_largest(z, self.k), z, 0.0)


@keras.saving.register_keras_serializable("aeutils")
class LifetimeSparsity(SameShape):
    """While training keep the winners of each unit over the batch and set its others to zero.

    A unit keeps the share `rate` of its largest activations, at least one; afterwards the layer
    does nothing. Behind a ReLU a unit that is 0 for each image of a batch wins with a zero, which
    passes no gradient, and so may die. See
    `Makhzani & Frey (2015) <https://arxiv.org/abs/1409.2752>`_.

    Parameters
    ----------
    rate : float
        Share of the images of a batch that each unit may respond to, from 0 to 1.

    Raises
    ------
    ValueError
        If `rate` is not within [0, 1], or the code is not of shape (batch, units).
    """

    settings = ("rate",)

    def __init__(self, rate: float, **kwargs: Any):
        super().__init__(**kwargs)
        self.rate = check_range("rate", rate, 0, 1)

    def call(self, z: Tensor, training: bool = False) -> Tensor:
        """Return the winners while training, else the codes."""
        if len(z.shape) != 2:
            raise ValueError(f"The code has shape {z.shape}; expected (batch, units).")
        if not training:
            return z
        by_unit, count = ops.transpose(z), ops.shape(z)[0]
        if isinstance(count, int):
            winners = max(round(self.rate * count), 1)
        else:  # TensorFlow does not know the batch size before it runs
            winners = ops.cast(ops.round(self.rate * ops.cast(count, "float32")), "int32")
            winners = ops.maximum(winners, 1)
        winning = by_unit >= kth_largest(by_unit, winners)
        return ops.transpose(ops.where(winning, by_unit, 0.0))
