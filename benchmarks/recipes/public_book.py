"""Small copies of the autoencoders of a textbook on machine learning."""

import keras
import numpy as np
from keras import layers, ops

from aeutils.layers import SparsityTarget, TiedDense
from benchmarks.recipes.parts import Tensor
from benchmarks.recipes.public_tensorflow import clothes
from benchmarks.recipes.recipe import Recipe, trained
from benchmarks.recipes.subject import Data

BOOK = (
    "Hands-On Machine Learning with Scikit-Learn, Keras, and TensorFlow, chapter 17",
    "Aurélien Géron",
    "https://github.com/ageron/handson-ml3",
)


def _pair(encoder: list, decoder: list, loss: str = "mse", rate: float = 1e-3) -> keras.Model:
    parts = [layers.Flatten(), *encoder, *decoder, layers.Reshape((28, 28))]
    model = keras.Sequential([keras.Input((28, 28)), *parts])
    model.compile(keras.optimizers.Nadam(rate), loss=loss)
    return model


def stacked() -> keras.Model:
    """Return 784-100-30-100-784 with ReLU and a linear output."""
    encoder = [layers.Dense(100, "relu"), layers.Dense(30, "relu", name="code")]
    return _pair(encoder, [layers.Dense(100, "relu"), layers.Dense(784)])


def tied() -> keras.Model:
    """Return the same stack with tied weights."""
    first, second = layers.Dense(100, "relu"), layers.Dense(30, "relu", name="code")
    return _pair([first, second], [TiedDense(second, "relu"), TiedDense(first)])


def sparse() -> keras.Model:
    """Return 300 sigmoid units with a penalty on their activity."""
    code = [layers.Dense(300, "sigmoid", name="code"), layers.ActivityRegularization(l1=1e-4)]
    decoder = [layers.Dense(100, "relu"), layers.Dense(784)]
    return _pair([layers.Dense(100, "relu"), *code], decoder)


def sparse_by_target() -> keras.Model:
    """Return 300 sigmoid units whose mean activation is to be a tenth."""
    code = [layers.Dense(300, "sigmoid", name="code"), SparsityTarget(0.1, 5e-3)]
    decoder = [layers.Dense(100, "relu"), layers.Dense(784)]
    return _pair([layers.Dense(100, "relu"), *code], decoder)


def by_dropout() -> keras.Model:
    """Return the stack behind a dropout of half of the pixels."""
    encoder = [layers.Dropout(0.5), layers.Dense(100, "relu")]
    code = layers.Dense(30, "relu", name="code")
    return _pair([*encoder, code], [layers.Dense(100, "relu"), layers.Dense(784)])


def recurrent() -> keras.Model:
    """Return LSTMs that read a picture row by row."""
    encoder = [layers.LSTM(60, return_sequences=True), layers.LSTM(30, name="code")]
    decoder = [layers.RepeatVector(28), layers.LSTM(60, return_sequences=True)]
    parts = [*encoder, *decoder, layers.Dense(28)]
    model = keras.Sequential([keras.Input((28, 28)), *parts])
    model.compile(keras.optimizers.Nadam(5e-3), loss="mse")
    return model


class Charged(layers.Layer):
    """Draw the code and add the divergence, divided as the mean over the pixels is."""

    def call(self, inputs: Tensor) -> Tensor:
        """Return the draw."""
        mean, log_var = inputs
        kl = -0.5 * ops.sum(1 + log_var - ops.exp(log_var) - ops.square(mean), axis=-1)
        self.add_loss(ops.mean(kl) / 784)
        return mean + ops.exp(log_var / 2) * keras.random.normal(ops.shape(mean))


def variational() -> keras.Model:
    """Return the variational model: ten numbers, and the divergence divided by 784."""
    x, z = keras.Input((28, 28)), keras.Input((10,))
    h = layers.Dense(100, "relu")(layers.Dense(150, "relu")(layers.Flatten()(x)))
    mean, log_var = layers.Dense(10)(h), layers.Dense(10)(h)
    g = layers.Dense(150, "relu")(layers.Dense(100, "relu")(z))
    decoder = keras.Model(z, layers.Reshape((28, 28))(layers.Dense(784, "sigmoid")(g)))
    model = keras.Model(x, decoder(Charged()([mean, log_var])))
    model.encoder, model.decoder = keras.Model(x, [mean, log_var]), decoder
    model.compile("nadam", loss=by_pixel)
    return model


def by_pixel(x: Tensor, x_hat: Tensor) -> Tensor:
    """Return the cross-entropy, a mean over the pixels."""
    return ops.mean(keras.losses.binary_crossentropy(x, x_hat), axis=-1)


def clothes_by_rows() -> Data:
    """Return fewer clothes, for the slow recurrent model."""
    rows = clothes()
    return Data(rows.x_train[:1000], np.copy(rows.x_valid[:300]))


def _recipe(name: str, build, sound: str, epochs: int = 20, data=clothes, also=()) -> Recipe:
    make = trained(f"book {name}", build, data, epochs)
    return Recipe(name, *BOOK, make, sound=sound, also=also)


RECIPES = (
    _recipe("stacked", stacked, "Scaled pixels, a linear output, squared error, Nadam."),
    _recipe("tied", tied, "The stack with half of the weights."),
    _recipe("sparse by L1", sparse, "The penalty is paid; a sigmoid rests near zero."),
    _recipe("sparse by target", sparse_by_target, "The divergence of each unit from a tenth."),
    _recipe("denoising by dropout", by_dropout, "Each step loses other pixels."),
    _recipe(
        "recurrent", recurrent, "A picture as 28 steps, none of them padding.", 12, clothes_by_rows
    ),
    _recipe("variational", variational, "Both parts are divided by the number of pixels."),
)
