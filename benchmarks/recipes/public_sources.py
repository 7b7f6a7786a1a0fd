"""Small copies of the examples of Chinese introductions to autoencoders, with their errors.

They are a textbook's chapter, notes on another textbook, an article with derivations and two
introductions with code, of which we have the texts without their addresses.
"""

from functools import partial
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from benchmarks.recipes import parts, variational
from benchmarks.recipes.data import load
from benchmarks.recipes.parts import Tensor
from benchmarks.recipes.public_blog import share_in_use
from benchmarks.recipes.recipe import (
    Evidence,
    Known,
    Recipe,
    dead_outputs,
    dead_units,
    digits,
    error_over_pca,
    gain_from_old_noise,
    trained,
    with_noise,
)
from benchmarks.recipes.subject import Data, Subject

CHAPTER = ("Chapter on autoencoders of a textbook on TensorFlow and Keras", "unknown", "unknown")
ARTICLE = ("Article on plain, variational and denoising autoencoders", "unknown", "unknown")
CODE = ("Introduction to autoencoders with code", "unknown", "unknown")


def dense(units: int, *, output: str, rate: float, code: str = "relu", **kind: Any) -> keras.Model:
    """Return one hidden layer, compiled with the squared error."""
    x = keras.Input((784,))
    h = layers.Dense(units, code, name="code", activity_regularizer=kind.get("penalty"))(x)
    model = kind.get("base", keras.Model)(x, layers.Dense(784, output)(h))
    model.compile(keras.optimizers.Adam(rate), loss="mse")
    return model


def deep() -> keras.Model:
    """Return 784-128-64-32-16-8-4-2 and back, ReLU in all layers but the last."""
    x = keras.Input((784,))
    h, sizes = x, (128, 64, 32, 16, 8, 4, 2, 4, 8, 16, 32, 64, 128)
    for i, size in enumerate(sizes):
        h = layers.Dense(size, "relu", name="code" if i == 6 else None)(h)
    model = keras.Model(x, layers.Dense(784, "sigmoid")(h))
    model.compile(keras.optimizers.Adam(1e-3), loss="binary_crossentropy")
    return model


def noisy_digits() -> Data:
    """Return digits with noise of mean and standard deviation 0.5, drawn once."""
    return with_noise(digits(), 0.5, mean=0.5, clip=False)


def vae(divergence: str, summed: bool = True) -> keras.Model:
    """Return the dense variational model with this divergence."""
    model = variational.build("variational", divergence, summed)
    model.compile(keras.optimizers.Adam(1e-3))
    return model


class TwoScales(keras.Model):
    """The bound of a text in which the reconstruction is a mean and the scale is a deviation."""

    def __init__(self):
        super().__init__()
        network = variational.build("variational")
        self.encoder, self.decoder = network.encoder, network.decoder

    def call(self, x: Tensor) -> Tensor:
        """Return copies, mean and standard deviation under the name of a log variance."""
        mean, deviation = self.encoder(x)
        z = mean + deviation * keras.random.normal(ops.shape(mean))
        return self.decoder(z), mean, deviation

    def compute_loss(
        self,
        x: Tensor = None,
        y: Tensor = None,
        y_pred: Tensor = None,
        sample_weight: Tensor = None,
        training: bool = True,
    ) -> Tensor:
        """Return the sum of the cross-entropy and of the divergence of a log variance."""
        x_hat, mean, log_var = y_pred
        kl = 0.5 * ops.sum(ops.exp(log_var) + ops.square(mean) - 1 - log_var, axis=-1)
        return ops.mean(variational.crossentropy(x, x_hat) + kl)


def deviation_in_two_roles() -> keras.Model:
    """Return the model that takes a deviation for a log variance."""
    model = TwoScales()
    model(ops.zeros((1, 784)))
    model.compile(keras.optimizers.Adam(1e-3))
    return model


def sentences() -> keras.Model:
    """Return a bidirectional LSTM, its state repeated, and another one, without a mask."""
    x = keras.Input((12, 2))
    h = layers.Bidirectional(layers.LSTM(24), name="code")(x)
    h = layers.Bidirectional(layers.LSTM(24, return_sequences=True))(layers.RepeatVector(12)(h))
    model = keras.Model(x, layers.Dense(2)(h))
    model.compile(keras.optimizers.Adam(5e-3), loss="mse")
    return model


def divergence_at_prior(subject: Subject) -> float:
    """Return the mean of the divergence where the code is the prior itself, which should be 0."""
    z = np.zeros((500, 8), "float32")
    return float(np.mean(ops.convert_to_numpy(subject.model.divergence(z, z))))


def active_units(subject: Subject) -> float:
    """Return how many units of the code differ between images."""
    z = ops.convert_to_numpy(subject.model.encoder(subject.data.x_valid)[0])
    return float(np.sum(z.var(axis=0) > 0.01))


def drawn_deviation(subject: Subject) -> float:
    """Return the mean size of the deviation, which the divergence takes for a log variance."""
    deviation = ops.convert_to_numpy(subject.model.encoder(subject.data.x_valid)[1])
    return float(np.mean(np.abs(deviation)))


def moved_by_padding(subject: Subject) -> float:
    """Return how far a code moves, in deviations, if the padding holds other numbers."""
    code = keras.Model(subject.model.inputs[0], subject.model.get_layer("code").output)
    x = subject.data.x_valid
    padded = np.where((x == 0).all(axis=-1, keepdims=True), 0.5, x).astype("float32")
    short = (x == 0).all(axis=-1).any(axis=1)
    z, moved = (ops.convert_to_numpy(code(a[short])) for a in (x, padded))
    return float(np.abs(z - moved).mean() / z.std())


def _waves() -> Data:
    return load("waves")


_L1 = keras.regularizers.L1(1e-2)
_PLAIN = partial(dense, 128, output="relu", rate=1e-2)
_UNPAID = partial(dense, 128, output="sigmoid", rate=3e-3, penalty=_L1, base=parts.WithoutPenalties)
_TWO = partial(dense, 2, output="sigmoid", rate=1e-2, penalty=keras.regularizers.L1(1e-2))
RECIPES = (
    Recipe(
        "784-128-784",
        *CHAPTER,
        trained("source plain", _PLAIN, digits, 20),
        (
            Known(
                ("dead_outputs",),
                "ReLU behind the last layer and a rate of 0.01: pixels die.",
                Evidence("share of dead pixels", dead_outputs, low=0.05),
            ),
            Known(
                ("pca_error",),
                "The network loses to PCA with as many numbers.",
                Evidence("error over that of PCA", error_over_pca, low=1.2),
            ),
        ),
        also=("dead_units", "code_dimensions"),
    ),
    Recipe(
        "sparse, unpaid",
        *CHAPTER,
        trained("source unpaid", _UNPAID, digits, 20),
        (
            Known(
                ("penalty_missing", "dense_code"),
                "The loop by hand never adds the penalty.",
                Evidence("share of the code in use", share_in_use, low=0.2),
            ),
        ),
        also=("pca_error", "dead_units"),
    ),
    Recipe(
        "two sparse units",
        *CODE,
        trained("source two", _TWO, digits, 20),
        (
            Known(
                ("dead_units", "same_output", "penalty_strength"),
                "ReLU and a penalty on two units: they go off.",
                Evidence("share of dead units", dead_units, low=0.4),
            ),
        ),
        also=("mean_error", "pca_error", "code_ignored", "code_dimensions"),
    ),
    Recipe(
        "denoising",
        *CHAPTER,
        trained(
            "source denoising", partial(dense, 800, output="sigmoid", rate=1e-3), noisy_digits, 30
        ),
        (
            Known(
                ("noise_repeats", "overfit"),
                "The noise is drawn into an array once and is the same in each epoch.",
                gain_from_old_noise(0.5, False, digits, mean=0.5, low=1.05),
            ),
        ),
        also=("data_range",),
    ),
    Recipe(
        "deep to two numbers",
        *CODE,
        trained("source deep", deep, digits, 20),
        (
            Known(
                ("dead_units",),
                "Twelve ReLU layers with two units in the middle: units that are never on.",
                Evidence("share of dead units", dead_units, low=0.05),
            ),
        ),
        also=("mean_error", "same_output", "code_ignored", "gradients", "code_dimensions"),
    ),
    Recipe(
        "divergence by distance",
        *CODE,
        trained("source distance", partial(vae, "log distance"), digits, 20, with_targets=False),
        (
            Known(
                ("kl_negative", "kl_at_prior"),
                "The logarithm of a distance to a draw from the prior is no divergence.",
                Evidence("its mean at the prior, in nats", divergence_at_prior, low=0.5),
            ),
        ),
    ),
    Recipe(
        "mean against sum",
        *ARTICLE,
        trained("source mean", partial(vae, "right", False), digits, 20, with_targets=False),
        (
            Known(
                ("kl_scale", "collapsed"),
                "The cross-entropy is a mean over 784 pixels, the divergence a sum.",
                Evidence("units in use", active_units, high=0.5),
            ),
        ),
        also=("mean_error", "same_output", "code_ignored", "pca_error"),
    ),
    Recipe(
        "one name for two scales",
        *ARTICLE,
        trained("source scales", deviation_in_two_roles, digits, 20, with_targets=False),
        (
            Known(
                ("kl_variance",),
                "The draw takes for a deviation what the divergence takes for a log variance.",
                Evidence("mean size of the drawn deviation", drawn_deviation, high=0.7),
            ),
        ),
        also=("kl_at_prior", "collapsed"),
    ),
    Recipe(
        "variational",
        *CHAPTER,
        trained("source vae", partial(vae, "right"), digits, 30, with_targets=False),
        sound="Both parts are sums, and scale and divergence agree.",
    ),
    Recipe(
        "sentences",
        *CHAPTER,
        trained("source sentences", sentences, _waves, 25),
        (
            Known(
                ("padding_code", "padding_loss"),
                "The LSTM reads the padding and the loss counts it; waves for word vectors.",
                Evidence("deviations a code moves with the padding", moved_by_padding, low=0.1),
            ),
        ),
    ),
)
