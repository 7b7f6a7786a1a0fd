"""The model that several chapters share: the variational autoencoder."""

from typing import Any

import keras
from keras import ops

from aeutils import losses
from aeutils.layers import GaussianSampling
from aeutils.layers.base import Tensor


@keras.saving.register_keras_serializable("aeutils")
class VariationalAutoencoder(keras.Model):
    """Variational autoencoder with Gaussian codes and Bernoulli pixels.

    Trains on the negative ELBO, the sum of a reconstruction and a divergence in nats per image
    (`Kingma & Welling 2014 <https://arxiv.org/abs/1312.6114>`_), which the history shows apart as
    ``reconstruction`` and ``kl``; ``loss`` weighs the divergence by `beta`
    (`Higgins et al. 2017 <https://openreview.net/forum?id=Sy2fzU9gl>`_).

    Parameters
    ----------
    encoder : keras.Model
        From images (batch, features) to two tensors (batch, latent_dim): mean and logarithm of the
        variance of the code.
    decoder : keras.Model
        From codes (batch, latent_dim) to logits (batch, features).
    beta : float
        Weight of the divergence; 1 for the ELBO.
    seed : int, optional
        Seed of the codes that are drawn; by default it follows the global seed.

    Raises
    ------
    ValueError
        If `beta` is negative; when called, if the encoder does not return two tensors; when
        trained, for targets or a loss.
    """

    target_range = (0.0, 1.0)

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        beta: float = 1.0,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if not beta >= 0:
            raise ValueError(f"beta is {beta!r}; it must be a number of 0 or more.")
        self.encoder, self.decoder = encoder, decoder
        self.beta, self.seed = beta, seed
        self.sampling = GaussianSampling(seed)
        self.reconstruction = keras.metrics.Mean("reconstruction")
        self.kl = keras.metrics.Mean("kl")

    def call(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return logits of a reconstruction, and mean and log variance of the code."""
        codes = self.encoder(x)
        if not isinstance(codes, (tuple, list)) or len(codes) != 2:
            number = len(codes) if isinstance(codes, (tuple, list)) else 1
            raise ValueError(
                f"The encoder returns {number} tensor{'s' * (number != 1)}; expected two, the mean "
                "and the logarithm of the variance of the code. This model draws the code itself, "
                "so leave out one that the encoder has drawn."
            )
        z_mean, z_log_var = codes
        return self.decoder(self.sampling(z_mean, z_log_var)), z_mean, z_log_var

    def compute_loss(
        self,
        x: Tensor,
        y: Tensor | None = None,
        y_pred: tuple[Tensor, Tensor, Tensor] | None = None,
        sample_weight: Tensor | None = None,
        training: bool = True,
    ) -> Tensor:
        """Return the negative ELBO, with the divergence times beta, as a mean over the batch.

        Penalties of the layers are added.
        """
        if y is not None:
            raise ValueError("This model makes its own loss of its inputs: give no y and no loss.")
        logits, z_mean, z_log_var = y_pred
        reconstruction = losses.bernoulli_nll(x, logits)
        kl = losses.gaussian_kl(z_mean, z_log_var)
        self.reconstruction.update_state(reconstruction)
        self.kl.update_state(kl)
        return ops.mean(reconstruction + self.beta * kl) + sum(self.losses)

    def get_config(self) -> dict[str, Any]:
        """Return what a saved model needs to make the model again."""
        return {
            **super().get_config(),
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "decoder": keras.saving.serialize_keras_object(self.decoder),
            "beta": self.beta,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "VariationalAutoencoder":
        """Make the model, its encoder and its decoder."""
        parts = {
            k: keras.saving.deserialize_keras_object(config[k]) for k in ("encoder", "decoder")
        }
        return cls(**{**config, **parts})
