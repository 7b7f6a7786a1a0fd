"""Variational autoencoders in the three forms in which people write them.

The dense one gives a tuple, the convolutional one a dictionary, and that of the table is a
functional model whose divergence stands in a layer.
"""

import math
from typing import Any

import keras
from keras import layers, ops

from aeutils.layers import GaussianSampling
from benchmarks.recipes import parts

LATENT_DIM = {"variational": 8, "variational convolutional": 6, "variational table": 4}
DATA = {
    "variational": "mnist",
    "variational convolutional": "small pictures",
    "variational table": "table",
}
VARIANCE = 0.2  # of the Gaussian likelihood of a standardised column


def crossentropy(x: Any, x_hat: Any) -> Any:
    """Return the cross-entropy of each row in nats, summed over its pixels."""
    x_hat = ops.clip(x_hat, 1e-6, 1 - 1e-6)
    nats = -(x * ops.log(x_hat) + (1 - x) * ops.log(1 - x_hat))
    return ops.sum(nats, axis=tuple(range(1, len(x.shape))))


def mean_crossentropy(x: Any, x_hat: Any) -> Any:
    """Return the cross-entropy of each row as a mean over its pixels."""
    return crossentropy(x, x_hat) / math.prod(x.shape[1:])


def gaussian(x: Any, x_hat: Any) -> Any:
    """Return the negative log likelihood of each row but for a constant, summed over columns."""
    return ops.sum(ops.square(x - x_hat), axis=-1) / (2 * VARIANCE)


def mean_square(x: Any, x_hat: Any) -> Any:
    """Return the squared error of each row as a mean over its columns."""
    return ops.mean(ops.square(x - x_hat), axis=-1)


class Variational(keras.Model):
    """Encoder, draw and decoder, with a loss of its own."""

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        divergence: Any,
        reconstruction: Any,
        as_dictionary: bool = False,
    ):
        super().__init__()
        self.encoder, self.decoder, self.divergence = encoder, decoder, divergence
        self.reconstruction, self.as_dictionary = reconstruction, as_dictionary
        self.sampling = GaussianSampling()

    def call(self, x: Any) -> Any:
        """Return reconstruction, mean and log variance."""
        mean, log_var = self.encoder(x)
        x_hat = self.decoder(self.sampling(mean, log_var))
        if self.as_dictionary:
            return {"reconstruction": x_hat, "z_mean": mean, "z_log_var": log_var}
        return x_hat, mean, log_var

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Return reconstruction plus divergence, the mean over the batch."""
        x_hat, mean, log_var = y_pred.values() if self.as_dictionary else y_pred
        return ops.mean(self.reconstruction(x, x_hat) + self.divergence(mean, log_var))


class Divergence(layers.Layer):
    """Pass the mean on and add the divergence to the losses."""

    def __init__(self, divergence: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.divergence = divergence

    def call(self, mean: Any, log_var: Any) -> Any:
        """Return the mean."""
        self.add_loss(ops.mean(self.divergence(mean, log_var)))
        return mean


def build(name: str, divergence: str = "right", summed: bool = True) -> keras.Model:
    """Return an untrained variational autoencoder with the parts ``encoder`` and ``decoder``.

    Parameters
    ----------
    name : str
        A key of ``LATENT_DIM``.
    divergence : str
        As `parts.make_divergence` takes it.
    summed : bool
        Whether the reconstruction is summed over the pixels, as it should, or their mean.
    """
    encoder, decoder = _NETWORKS[name](LATENT_DIM[name])
    if name == "variational table":
        return _functional(encoder, decoder, parts.make_divergence(divergence))
    reconstruction = crossentropy if summed else mean_crossentropy
    as_dictionary = name == "variational convolutional"
    divergence = parts.make_divergence(divergence)
    model = Variational(encoder, decoder, divergence, reconstruction, as_dictionary)
    x = ops.zeros((1, *encoder.input_shape[1:]))
    model(x)
    divergence(*encoder(x))  # which may be a layer, to be built as well
    return model


def _functional(encoder, decoder, divergence) -> keras.Model:
    mean, log_var = encoder.outputs
    mean = Divergence(divergence)(mean, log_var)
    model = keras.Model(encoder.inputs[0], decoder(GaussianSampling()(mean, log_var)))
    model.encoder, model.decoder = encoder, decoder
    return model


def _two_heads(x, h, latent_dim: int) -> keras.Model:
    mean, log_var = (layers.Dense(latent_dim, name=n)(h) for n in ("z_mean", "z_log_var"))
    return keras.Model(x, [mean, log_var])


def _dense(latent_dim: int) -> tuple[keras.Model, keras.Model]:
    x, z = keras.Input((784,)), keras.Input((latent_dim,))
    h = layers.Dense(128, "elu")(z)
    decoder = keras.Model(z, layers.Dense(784, "sigmoid")(h))
    return _two_heads(x, layers.Dense(128, "elu")(x), latent_dim), decoder


def _table(latent_dim: int) -> tuple[keras.Model, keras.Model]:
    x, z = keras.Input((30,)), keras.Input((latent_dim,))
    decoder = keras.Model(z, layers.Dense(30)(layers.Dense(24, "elu")(z)))
    return _two_heads(x, layers.Dense(24, "elu")(x), latent_dim), decoder


def _convolutional(latent_dim: int) -> tuple[keras.Model, keras.Model]:
    x, z = keras.Input((8, 8, 1)), keras.Input((latent_dim,))
    h = layers.Conv2D(16, 3, 2, "same", activation="elu")(x)
    h = layers.Flatten()(layers.Conv2D(32, 3, 2, "same", activation="elu")(h))
    g = layers.Reshape((2, 2, 32))(layers.Dense(128, "elu")(z))
    g = layers.Conv2DTranspose(16, 3, 2, "same", activation="elu")(g)
    out = layers.Conv2DTranspose(1, 3, 2, "same", activation="sigmoid")(g)
    return _two_heads(x, h, latent_dim), keras.Model(z, out)


_NETWORKS = {
    "variational": _dense,
    "variational convolutional": _convolutional,
    "variational table": _table,
}
