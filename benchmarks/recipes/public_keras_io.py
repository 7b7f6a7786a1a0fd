"""Small copies of the examples of keras.io on autoencoders."""

import keras
import numpy as np
from keras import layers, ops

from benchmarks.recipes.parts import Tensor
from benchmarks.recipes.recipe import (
    NEAR_PCA,
    Recipe,
    gain_from_old_noise,
    pictures,
    trained,
    with_noise,
)
from benchmarks.recipes.subject import Data

EXAMPLES = "https://keras.io/examples"


class Draw(layers.Layer):
    """Draw a code from mean and log variance."""

    def __init__(self):
        super().__init__()
        self.seeds = keras.random.SeedGenerator(0)

    def call(self, inputs: Tensor) -> Tensor:
        """Return the code."""
        mean, log_var = inputs
        return mean + ops.exp(log_var / 2) * keras.random.normal(ops.shape(mean), seed=self.seeds)


class WithTrainStep(keras.Model):
    """A model whose loss stands in its training step alone: it has no ``call``.

    The original writes a gradient tape; on other backends than TensorFlow the same sum is the loss.
    """

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = _encoder_of_three(), _decoder()
        self.trackers = [keras.metrics.Mean(n) for n in ("loss", "reconstruction", "kl")]

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """Return the means that are shown."""
        return self.trackers

    def train_step(self, data: Tensor) -> dict[str, Tensor]:
        """Take one step by a gradient tape."""
        import tensorflow as tf

        x = data[0] if isinstance(data, tuple) else data
        with tf.GradientTape() as tape:
            reconstruction, kl = self.terms(x)
            total = reconstruction + kl
        gradients = tape.gradient(total, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        for tracker, value in zip(self.trackers, (total, reconstruction, kl), strict=True):
            tracker.update_state(value)
        return {tracker.name: tracker.result() for tracker in self.trackers}

    def terms(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the two parts of the loss, each a mean over the batch."""
        mean, log_var, z = self.encoder(x)
        nats = keras.losses.binary_crossentropy(x, self.decoder(z))
        kl = -0.5 * (1 + log_var - ops.square(mean) - ops.exp(log_var))
        return ops.mean(ops.sum(nats, axis=(1, 2))), ops.mean(ops.sum(kl, axis=1))


def _encoder_of_three() -> keras.Model:
    x = keras.Input((28, 28, 1))
    h = layers.Conv2D(8, 3, 2, "same", activation="relu")(x)
    h = layers.Flatten()(layers.Conv2D(16, 3, 2, "same", activation="relu")(h))
    h = layers.Dense(16, "relu")(h)
    mean, log_var = layers.Dense(2, name="z_mean")(h), layers.Dense(2, name="z_log_var")(h)
    return keras.Model(x, [mean, log_var, Draw()([mean, log_var])])


def _decoder() -> keras.Model:
    z = keras.Input((2,))
    h = layers.Reshape((7, 7, 16))(layers.Dense(7 * 7 * 16, "relu")(z))
    for count in (16, 8):
        h = layers.Conv2DTranspose(count, 3, 2, "same", activation="relu")(h)
    return keras.Model(z, layers.Conv2DTranspose(1, 3, 1, "same", activation="sigmoid")(h))


def variational() -> keras.Model:
    """Return the model with a training step of its own."""
    model = WithTrainStep()
    model.compile(keras.optimizers.Adam(2e-3))
    return model


def denoiser() -> keras.Model:
    """Return convolutions, pooling, and transposed convolutions, trained as a denoiser."""
    x = keras.Input((28, 28, 1))
    h = layers.Conv2D(16, 3, padding="same", activation="relu")(x)
    h = layers.MaxPooling2D(2, padding="same")(h)
    h = layers.Conv2D(16, 3, padding="same", activation="relu")(h)
    h = layers.MaxPooling2D(2, padding="same", name="code")(h)
    for _ in range(2):
        h = layers.Conv2DTranspose(16, 3, 2, "same", activation="relu")(h)
    model = keras.Model(x, layers.Conv2D(1, 3, padding="same", activation="sigmoid")(h))
    model.compile("adam", loss="binary_crossentropy")
    return model


def noisy_pictures() -> Data:
    """Return pictures with noise that is drawn once."""
    return with_noise(pictures(), 0.4)


def windows() -> Data:
    """Return windows of 96 steps of a made-up daily series, each a step after the last."""
    rng, steps = np.random.default_rng(0), np.arange(1600)
    series = np.where(steps % 96 < 40, 1.0, 4.0) + rng.normal(0, 0.4, len(steps))
    series = (series - series.mean()) / series.std()
    rows = np.lib.stride_tricks.sliding_window_view(series, 96)[..., None].astype("float32")
    cut = int(0.9 * len(rows))
    return Data(rows[:cut], rows[cut:])


def detector() -> keras.Model:
    """Return one-dimensional convolutions with strides and dropout, and their way back."""
    relu = {"padding": "same", "strides": 2, "activation": "relu"}
    parts = [layers.Conv1D(32, 7, **relu), layers.Dropout(0.2), layers.Conv1D(16, 7, **relu)]
    parts[-1].name = "code"
    parts += [layers.Conv1DTranspose(16, 7, **relu), layers.Dropout(0.2)]
    parts += [layers.Conv1DTranspose(32, 7, **relu), layers.Conv1DTranspose(1, 7, padding="same")]
    x = h = keras.Input((96, 1))
    for part in parts:
        h = part(h)
    model = keras.Model(x, h)
    model.compile(keras.optimizers.Adam(1e-3), loss="mse")
    return model


RECIPES = (
    Recipe(
        "variational",
        "Variational AutoEncoder",
        "François Chollet",
        f"{EXAMPLES}/generative/vae/",
        trained("keras.io vae", variational, pictures, 40, with_targets=False),
        sound="Both parts are sums, and scale and divergence agree.",
        shown_by=NEAR_PCA,
    ),
    Recipe(
        "convolutional denoiser",
        "Convolutional autoencoder for image denoising",
        "Santiago L. Valdarrama",
        f"{EXAMPLES}/vision/autoencoder/",
        trained("keras.io denoiser", denoiser, noisy_pictures, 8),
        sound="The noise is drawn once, but new noise costs so small and short a training nothing.",
        shown_by=gain_from_old_noise(0.4, True, pictures),
        also=("noise_repeats",),
    ),
    Recipe(
        "anomalies of a series",
        "Timeseries anomaly detection using an Autoencoder",
        "Pavithra Vijay",
        f"{EXAMPLES}/timeseries/timeseries_anomaly_detection/",
        trained("keras.io series", detector, windows, 12),
        sound="Standardised by the training values, a linear output. Its code has four numbers for "
        "each of the series, and it copies white noise by half.",
        also=("identity", "modes_apart"),
    ),
)
