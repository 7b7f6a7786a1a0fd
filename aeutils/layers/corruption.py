"""Layers that damage the input, for a denoising autoencoder to repair."""

from typing import Any

import keras
from keras import ops

from aeutils.layers.base import SameShape, Tensor, check_range


@keras.saving.register_keras_serializable("aeutils")
class GaussianCorruption(SameShape):
    """Add Gaussian noise to the input while training, drawn afresh in each call.

    Unlike `keras.layers.GaussianNoise` it can have a mean and clip the sum back to [0, 1]. To
    corrupt images outside of training, call it with ``training=True``.

    Parameters
    ----------
    mean, stddev : float
        Mean and standard deviation of the noise, in units of the input.
    clip : bool
        Whether to clip the noisy input to [0, 1].
    seed : int, optional
        Seed of the noise; by default it follows the global seed.

    Raises
    ------
    ValueError
        If `mean` is no finite number or `stddev` is negative.
    """

    settings = ("mean", "stddev", "clip", "seed")

    def __init__(
        self,
        mean: float = 0.0,
        stddev: float = 1.0,
        clip: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.mean = check_range("mean", mean, -1e6, 1e6)
        self.stddev = check_range("stddev", stddev, 0, 1e6)
        self.clip, self.seed = clip, seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Return the noisy input while training, else the input."""
        if not training:
            return x
        noise = keras.random.normal(
            ops.shape(x), self.mean, self.stddev, dtype=x.dtype, seed=self.seed_generator
        )
        return ops.clip(x + noise, 0, 1) if self.clip else x + noise


@keras.saving.register_keras_serializable("aeutils")
class MaskingCorruption(SameShape):
    """Set a random share of the input to zero while training, drawn afresh in each call.

    The masking noise of `Vincent et al. (2010) <https://www.jmlr.org/papers/v11/vincent10a.html>`_.
    Unlike `keras.layers.Dropout` it does not scale up what is left.

    Parameters
    ----------
    rate : float
        Share of the inputs that become 0, from 0 to 1.
    seed : int, optional
        Seed of the mask; by default it follows the global seed.

    Raises
    ------
    ValueError
        If `rate` is not within [0, 1].
    """

    settings = ("rate", "seed")

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.rate, self.seed = check_range("rate", rate, 0, 1), seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Return the masked input while training, else the input."""
        if not training:
            return x
        kept = keras.random.uniform(ops.shape(x), seed=self.seed_generator) >= self.rate
        return x * ops.cast(kept, x.dtype)
