"""Data and small models for the tests of the check-up, most of them with weights set by hand."""

import keras
import numpy as np
from keras import layers, ops

from aeutils import losses
from aeutils.checkup import data
from aeutils.checkup.subject import Subject
from aeutils.layers import GaussianSampling

SIZE, UNITS = 24, 3
RNG = np.random.default_rng(0)
AXES = np.linalg.qr(RNG.normal(size=(SIZE, UNITS)))[0].astype("float32")
X = (RNG.normal(size=(400, UNITS)) @ AXES.T + 0.05 * RNG.normal(size=(400, SIZE))).astype("float32")


def subject(model, x=X, **parts):
    """A model with its data, as every check gets it."""
    names = ("y_train", "y_valid")
    rows = [parts.pop(name, None) for name in names]
    cut = len(x) * 3 // 4
    return Subject(model, data.take(model, x[:cut], x[cut:], *rows, None), **parts)


def dense(weights, **settings):
    """A layer with these weights and, unless it is given, a bias that only shows training."""
    bias = settings.pop("bias", np.full(weights.shape[1], 1e-6))
    layer = layers.Dense(weights.shape[1], **settings)
    layer.build((None, len(weights)))
    layer.set_weights([weights, bias])
    return layer


def copier(*middle, **settings):
    """The best linear autoencoder of the data, with more layers at its code."""
    parts = [dense(AXES, name="code", **settings), *middle, dense(AXES.T)]
    return keras.Sequential([keras.Input((SIZE,)), *parts])


def networks(units=UNITS):
    """Encoder to mean and log variance, and decoder, of a variational model of the data."""
    axes = np.zeros((SIZE, units), "float32")
    axes[:, :UNITS] = AXES[:, :units]
    x = keras.Input((SIZE,))
    spread = dense(0.01 * axes, bias=np.full(units, -2.0), name="z_log_var")
    encoder = keras.Model(x, [dense(axes, name="z_mean")(x), spread(x)])
    return encoder, keras.Sequential([keras.Input((units,)), dense(axes.T)])


class Variational(keras.Model):
    """A variational model whose parts can be exchanged for faulty ones."""

    def __init__(self, divergence=losses.gaussian_kl, draw=None, mean=False, parts=None):
        super().__init__()
        self.encoder, self.decoder = parts or networks()
        self.divergence, self.draw = divergence, draw or GaussianSampling()
        self.reduce = ops.mean if mean else ops.sum

    def call(self, x):
        mean, spread = self.encoder(x)
        return self.decoder(self.draw(mean, spread)), mean, spread

    def compute_loss(self, x, y=None, y_pred=None, sample_weight=None, training=True):
        copies, mean, spread = y_pred
        error = self.reduce(ops.square(x - copies), axis=-1)
        return ops.mean(error + self.divergence(mean, spread))


class Divergence(layers.Layer):
    """A layer that adds a divergence to the loss and passes the mean on."""

    def __init__(self, weight=1.0, **settings):
        super().__init__(**settings)
        self.weight = weight

    def call(self, mean, spread):
        self.add_loss(self.weight * ops.mean(losses.gaussian_kl(mean, spread)))
        return mean


def functional(weight, kind=Divergence):
    """A variational model in one piece, its divergence added by a layer."""
    encoder, decoder = networks()
    mean, spread = encoder(encoder.inputs[0])
    mean = kind(weight)(mean, spread)
    copies = decoder(GaussianSampling()(mean, spread))
    model = keras.Model(encoder.inputs[0], copies)
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    model.optimizer.iterations.assign(1)
    return model


def verdict(outcome):
    """The verdict of an outcome, or None where the check kept silent."""
    return outcome and outcome.verdict
