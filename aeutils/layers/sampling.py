"""The layer between the encoder and the decoder of a variational autoencoder."""

import keras
from keras import ops

from aeutils.layers.base import SameShape, Tensor


@keras.saving.register_keras_serializable("aeutils")
class GaussianSampling(SameShape):
    """Draw a code from a Gaussian distribution so that gradients reach its mean and variance.

    Computes ``z_mean + exp(z_log_var / 2) * noise`` with standard normal noise, drawn afresh in
    each call, in training and afterwards alike: the reparameterisation of
    `Kingma & Welling (2014) <https://arxiv.org/abs/1312.6114>`_. Where no noise is wanted, use
    `z_mean` itself.

    Parameters
    ----------
    seed : int, optional
        Seed of the noise; by default it follows the global seed.
    """

    settings = ("seed",)

    def __init__(self, seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, z_mean: Tensor, z_log_var: Tensor) -> Tensor:
        """Return a code of the shape of `z_mean`; `z_log_var` is the logarithm of the variance."""
        noise = keras.random.normal(ops.shape(z_mean), dtype=z_mean.dtype, seed=self.seed_generator)
        return z_mean + ops.exp(z_log_var / 2) * noise

    def compute_output_shape(self, z_mean_shape: tuple, z_log_var_shape: tuple) -> tuple:
        """Return the shape of the mean."""
        return z_mean_shape
