"""Small copies of TensorFlow's tutorials on autoencoders and of the examples on keras.io."""

import keras
import numpy as np
from keras import layers, ops

from aeutils.data import load_images
from benchmarks.recipes.parts import Tensor
from benchmarks.recipes.recipe import (
    NEAR_PCA,
    Recipe,
    gain_from_old_noise,
    pictures,
    trained,
    with_noise,
)
from benchmarks.recipes.subject import Data, Subject

INTRO = (
    "Intro to Autoencoders",
    "The TensorFlow Authors",
    "https://www.tensorflow.org/tutorials/generative/autoencoder",
)
CVAE = (
    "Convolutional Variational Autoencoder",
    "The TensorFlow Authors",
    "https://www.tensorflow.org/tutorials/generative/cvae",
)


def clothes() -> Data:
    """Return 1,500 pictures of clothes without a channel, as the tutorial has them."""
    images = load_images("fashion-mnist", "small")
    shape = (-1, 28, 28)
    return Data(images.x_train[:1500].reshape(shape), images.x_valid[:500].reshape(shape))


class Pair(keras.Model):
    """A subclassed model with an encoder and a decoder."""

    def __init__(self, encoder: keras.Sequential, decoder: keras.Sequential):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def call(self, x: Tensor) -> Tensor:
        """Return the copies."""
        return self.decoder(self.encoder(x))


def basic() -> keras.Model:
    """Return a dense pair around 64 numbers."""
    encoder = [keras.Input((28, 28)), layers.Flatten(), layers.Dense(64, "relu")]
    decoder = [keras.Input((64,)), layers.Dense(784, "sigmoid"), layers.Reshape((28, 28))]
    return _compiled(Pair(keras.Sequential(encoder), keras.Sequential(decoder)), "mse")


def denoiser() -> keras.Model:
    """Return a convolutional pair with strides."""
    encoder = [layers.Conv2D(n, 3, 2, "same", activation="relu") for n in (16, 8)]
    decoder = [layers.Conv2DTranspose(n, 3, 2, "same", activation="relu") for n in (8, 16)]
    decoder += [layers.Conv2D(1, 3, padding="same", activation="sigmoid")]
    model = Pair(
        keras.Sequential([keras.Input((28, 28, 1)), *encoder]),
        keras.Sequential([keras.Input((7, 7, 8)), *decoder]),
    )
    return _compiled(model, "mse")


def pictures_of_clothes() -> Data:
    """Return the clothes with a channel."""
    rows = clothes()
    return Data(rows.x_train[..., None], rows.x_valid[..., None])


def noisy_clothes() -> Data:
    """Return clothes with noise that is drawn once."""
    return with_noise(pictures_of_clothes(), 0.2)


def heartbeats() -> Data:
    """Return made-up beats of 140 steps: a few bumps whose places and heights differ."""
    rng, steps = np.random.default_rng(0), np.arange(140)
    places, widths = np.array([20, 45, 60, 75, 110]), np.array([8, 4, 3, 4, 12])
    heights = np.array([0.3, -0.5, 2.0, -0.8, 0.6]) * rng.normal(1, 0.5, (1500, 5))
    moved = places + rng.normal(0, 3, (1500, 5))
    bumps = np.exp(-((steps - moved[..., None]) ** 2) / (2 * widths[:, None] ** 2))
    beats = np.einsum("nb,nbt->nt", heights, bumps) + rng.normal(0, 0.03, (1500, 140))
    low, high = beats[:1200].min(), beats[:1200].max()
    beats = ((beats - low) / (high - low)).astype("float32")
    return Data(beats[:1200], beats[1200:])


def detector() -> keras.Model:
    """Return a dense pair of 32-16-8-16-32 for beats of 140 steps."""
    encoder = [layers.Dense(n, "relu") for n in (32, 16, 8)]
    decoder = [layers.Dense(16, "relu"), layers.Dense(32, "relu"), layers.Dense(140, "sigmoid")]
    model = Pair(
        keras.Sequential([keras.Input((140,)), *encoder]),
        keras.Sequential([keras.Input((8,)), *decoder]),
    )
    return _compiled(model, "mae")


def _compiled(model: keras.Model, loss: str) -> keras.Model:
    model(ops.zeros((1, *model.encoder.input_shape[1:])))
    model.compile("adam", loss=loss)
    return model


class SampledBound(keras.Model):
    """A convolutional model of two numbers whose bound is one draw, divergence included."""

    def __init__(self):
        super().__init__()
        convolutions = [layers.Conv2D(n, 3, 2, activation="relu") for n in (8, 16)]
        encoder = [keras.Input((28, 28, 1)), *convolutions, layers.Flatten(), layers.Dense(4)]
        up = [layers.Conv2DTranspose(n, 3, 2, "same", activation="relu") for n in (16, 8)]
        first = [keras.Input((2,)), layers.Dense(7 * 7 * 8, "relu"), layers.Reshape((7, 7, 8))]
        self.encoder = keras.Sequential(encoder)
        self.decoder = keras.Sequential([*first, *up, layers.Conv2DTranspose(1, 3, 1, "same")])

    def call(self, x: Tensor) -> Tensor:
        """Return logits, code, mean and log variance."""
        mean, log_var = ops.split(self.encoder(x), 2, axis=1)
        z = mean + ops.exp(log_var / 2) * keras.random.normal(ops.shape(mean))
        return self.decoder(z), z, mean, log_var

    def compute_loss(
        self,
        x: Tensor = None,
        y: Tensor = None,
        y_pred: Tensor = None,
        sample_weight: Tensor = None,
        training: bool = True,
    ) -> Tensor:
        """Return the negative bound of one draw."""
        logits, z, mean, log_var = y_pred
        nats = ops.sum(ops.softplus(logits) - x * logits, axis=(1, 2, 3))
        prior = -0.5 * ops.sum(ops.square(z), axis=1)
        posterior = -0.5 * ops.sum(ops.square(z - mean) / ops.exp(log_var) + log_var, axis=1)
        return ops.mean(nats - prior + posterior)


class Probabilities(keras.Model):
    """What the tutorial draws pictures with: the probabilities, from the mean of the code."""

    def __init__(self, model: SampledBound):
        super().__init__()
        x, z = keras.Input((28, 28, 1)), keras.Input((2,))
        heads = model.encoder(x)
        self.encoder = keras.Model(x, [heads[:, :2], heads[:, 2:]])
        self.decoder = keras.Model(z, layers.Activation("sigmoid")(model.decoder(z)))

    def call(self, x: Tensor) -> Tensor:
        """Return probabilities, mean and log variance."""
        mean, log_var = self.encoder(x)
        return self.decoder(mean), mean, log_var


def sampled_bound() -> keras.Model:
    """Return the model of the tutorial on variational autoencoders."""
    model = SampledBound()
    model(ops.zeros((1, 28, 28, 1)))
    model.compile("adam", jit_compile=False)
    return model


def binary_pictures() -> Data:
    """Return pictures of zeros and ones, cut at one half."""
    rows = pictures()
    return Data(*((x > 0.5).astype("float32") for x in (rows.x_train, rows.x_valid)))


def _show_pair(store) -> Subject:
    """Return the two parts: the tutorial never calls its model."""
    subject = trained("tf cvae", sampled_bound, binary_pictures, 40, with_targets=False)(store)
    shown = Probabilities(subject.model)
    return Subject(subject.data, encoder=shown.encoder, decoder=shown.decoder)


RECIPES = (
    Recipe(
        "basic",
        *INTRO,
        trained("tf basic", basic, clothes, 20),
        sound="Scaled pixels, a sigmoid, 64 numbers.",
        also=("dead_units",),
    ),
    Recipe(
        "denoising",
        *INTRO,
        trained("tf denoising", denoiser, noisy_clothes, 10),
        sound="The noise is drawn once, but new noise costs so small and short a training nothing.",
        shown_by=gain_from_old_noise(0.2, True, pictures_of_clothes),
        also=("noise_repeats",),
    ),
    Recipe(
        "anomaly detection",
        *INTRO,
        trained("tf anomaly", detector, heartbeats, 150),
        sound="Scaled to 0 to 1 with the least and largest training value; beats of our own.",
    ),
    Recipe(
        "convolutional variational",
        *CVAE,
        _show_pair,
        sound="One draw for the whole bound is unbiased; the pictures are zeros and ones.",
        shown_by=NEAR_PCA,
    ),
)
