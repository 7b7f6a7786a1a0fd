"""Small copies of the models of "Building Autoencoders in Keras", the post of the Keras blog."""

from functools import partial

import keras
import numpy as np
from keras import layers, ops

from benchmarks.recipes.parts import Tensor
from benchmarks.recipes.recipe import (
    LEARNS_NOTHING,
    Evidence,
    Known,
    Recipe,
    digits,
    gain_from_old_noise,
    pictures,
    trained,
    with_noise,
)
from benchmarks.recipes.subject import Data, Subject

BLOG = (
    "Building Autoencoders in Keras",
    "François Chollet",
    "https://blog.keras.io/building-autoencoders-in-keras.html",
)


def dense(*units: int, penalty: float = 0.0, optimizer: str = "adam") -> keras.Model:
    """Return ReLU layers of these sizes, the code in their middle, and a sigmoid output."""
    x = keras.Input((784,))
    h, middle = x, len(units) // 2
    for i, size in enumerate(units):
        regularizer = keras.regularizers.L1(penalty) if penalty and i == middle else None
        name = "code" if i == middle else None
        h = layers.Dense(size, "relu", activity_regularizer=regularizer, name=name)(h)
    model = keras.Model(x, layers.Dense(784, "sigmoid")(h))
    model.compile(optimizer, loss="binary_crossentropy")
    return model


def convolutional(*filters: int) -> keras.Model:
    """Return three or two times a convolution and pooling, and the way back by upsampling."""
    x = keras.Input((28, 28, 1))
    h = x
    for i, count in enumerate(filters):
        h = layers.Conv2D(count, 3, padding="same", activation="relu")(h)
        name = "code" if i == len(filters) - 1 else None
        h = layers.MaxPooling2D(2, padding="same", name=name)(h)
    for i, count in enumerate(filters[::-1]):
        # From 4 to 8 to 16, of which the last convolution without padding leaves 14.
        cut = len(filters) == 3 and i == 2
        h = layers.Conv2D(count, 3, padding="valid" if cut else "same", activation="relu")(h)
        h = layers.UpSampling2D(2)(h)
    model = keras.Model(x, layers.Conv2D(1, 3, padding="same", activation="sigmoid")(h))
    model.compile("adam", loss="binary_crossentropy")
    return model


def sequences() -> Data:
    """Return waves of full length: the recipe says nothing of padding."""
    rng, steps = np.random.default_rng(0), np.arange(12)
    speed, phase = rng.uniform(0.2, 0.6, (1500, 1)), rng.uniform(0, 6.28, (1500, 1))
    waves = 0.9 * np.stack([np.sin(speed * steps + phase), np.cos(speed * steps + phase)], axis=-1)
    return Data(waves[:1200].astype("float32"), waves[1200:].astype("float32"))


def recurrent() -> keras.Model:
    """Return an LSTM, its last state repeated, and an LSTM as wide as the data."""
    x = keras.Input((12, 2))
    h = layers.RepeatVector(12)(layers.LSTM(32, name="code")(x))
    model = keras.Model(x, layers.LSTM(2, return_sequences=True)(h))
    model.compile(keras.optimizers.Adam(0.01), loss="mse")
    return model


class ScaleOfTheBlog(layers.Layer):
    """Draw with the exponential as standard deviation; charge it as if it were the variance."""

    def call(self, mean: Tensor, log_sigma: Tensor) -> Tensor:
        """Return the draw."""
        kl = -0.5 * ops.sum(1 + log_sigma - ops.square(mean) - ops.exp(log_sigma), axis=-1)
        self.add_loss(ops.mean(kl) / 784)
        return mean + ops.exp(log_sigma) * keras.random.normal(ops.shape(mean))


def variational() -> keras.Model:
    """Return the variational model with its parts."""
    x, z = keras.Input((784,)), keras.Input((2,))
    h = layers.Dense(64, "relu")(x)
    mean, log_sigma = layers.Dense(2, name="mean")(h), layers.Dense(2, name="log_sigma")(h)
    decoder = keras.Model(z, layers.Dense(784, "sigmoid")(layers.Dense(64, "relu")(z)))
    model = keras.Model(x, decoder(ScaleOfTheBlog()(mean, log_sigma)))
    model.encoder, model.decoder = keras.Model(x, [mean, log_sigma]), decoder
    model.compile("adam", loss="binary_crossentropy")
    return model


def scale_of_charge(subject: Subject) -> float:
    """Return the factor between the drawn variance and the charged one, at its median."""
    log_sigma = ops.convert_to_numpy(subject.model.encoder(subject.data.x_valid)[1])
    return float(np.exp(np.median(np.abs(log_sigma))))


def share_in_use(subject: Subject) -> float:
    """Return the share of the numbers of a code that are above a hundredth of the largest."""
    code = keras.Model(subject.model.inputs[0], subject.model.get_layer("code").output)
    z = ops.convert_to_numpy(code(subject.data.x_valid))
    return float(np.mean(np.abs(z) > 0.01 * np.abs(z).max()))


def noisy_pictures() -> Data:
    """Return pictures with the noise of the post, drawn once."""
    return with_noise(pictures(), 0.5)


RECIPES = (
    Recipe(
        "simple",
        *BLOG,
        trained("blog simple", partial(dense, 32), digits, 40),
        sound="Scaled pixels, a sigmoid with the cross-entropy, and Adam.",
    ),
    Recipe(
        "simple, as first published",
        *BLOG,
        trained("blog adadelta", partial(dense, 32, optimizer="adadelta"), digits, 40),
        (
            Known(
                ("learning_rate",),
                "The rate of Adadelta was 1 then and is 0.001 today; copies still name it.",
                LEARNS_NOTHING,
            ),
        ),
        also=("mean_error", "pca_error", "same_output", "loss_at_start"),
    ),
    Recipe(
        "sparse",
        *BLOG,
        trained("blog sparse", partial(dense, 32, penalty=1e-4), digits, 40),
        sound="The penalty is small, and paid.",
    ),
    Recipe(
        "deep",
        *BLOG,
        trained("blog deep", partial(dense, 128, 64, 32, 64, 128), digits, 40),
        sound="As the simple one, with more layers.",
    ),
    Recipe(
        "convolutional",
        *BLOG,
        trained("blog convolutional", partial(convolutional, 16, 8, 8), pictures, 12),
        sound="Shapes fit, and the range fits the output.",
    ),
    Recipe(
        "denoising",
        *BLOG,
        trained("blog denoising", partial(convolutional, 32, 32), noisy_pictures, 5),
        sound="The noise is drawn once, but new noise costs so small and short a training nothing.",
        shown_by=gain_from_old_noise(0.5, True, pictures),
        also=("noise_repeats",),
    ),
    Recipe(
        "sequence to sequence",
        *BLOG,
        trained("blog sequence", recurrent, sequences, 40),
        sound="Values within the range of the tanh of the last LSTM, and no padding.",
    ),
    Recipe(
        "variational",
        *BLOG,
        trained("blog variational", variational, digits, 40),
        (
            Known(
                ("kl_variance",),
                "The draw takes the exponential for the standard deviation, the divergence takes "
                "it for the variance.",
                Evidence("factor between drawn and charged variance", scale_of_charge, low=1.2),
            ),
        ),
    ),
)
