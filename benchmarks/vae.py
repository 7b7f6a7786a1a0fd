"""784-512-10 on Fashion-MNIST: an eager gradient-tape loop against the recipe of the chapter.

The textbook (source A of the book): negative ELBO, Adam at a constant learning rate of 0.001,
batches of 100, 80 epochs.

The book: the same network and loss in a compiled step, Nadam instead of the chapter's Adam, and a
larger learning rate that falls along a cosine over as many epochs as the textbook's error asks
for, with a margin.
"""

import keras
import numpy as np
from keras import layers, ops

from aeutils import losses
from aeutils.data import load_images
from aeutils.models import VariationalAutoencoder
from aeutils.session import Session
from aeutils.training import fit
from benchmarks.comparison import compare, has_gradient_tape, train_by_tape
from benchmarks.rows import Comparison

TEXTBOOK_EPOCHS = 80
TEXTBOOK_BATCH = 100
HIDDEN, LATENT = 512, 10


def measure(session: Session) -> list[Comparison]:
    """Train by both recipes and compare the negative ELBO of the validation images, in nats.

    Both draw one code for each image.
    """
    fashion = load_images("fashion-mnist", session.scale, flat=True)

    def train_book() -> dict[str, list[float]]:
        return fit(
            _make_book(),
            fashion.x_train,
            valid=fashion.x_valid,
            epochs=session.pick(small=30, full=32),
            batch_size=session.pick(small=40, full=100),
            learning_rate=3e-3,
            optimizer="nadam",
        ).history

    comparison = compare(
        "negative ELBO in nats",
        train_textbook=(lambda: _train_textbook(fashion.x_train)) if has_gradient_tape() else None,
        find_error=lambda model: _negative_elbo(fashion.x_valid, *model(fashion.x_valid)),
        train_book=train_book,
        book_error="val_loss",
    )
    return [comparison]


def _negative_elbo(x, logits, z_mean, z_log_var) -> float:
    terms = losses.bernoulli_nll(x, logits) + losses.gaussian_kl(z_mean, z_log_var)
    return float(ops.mean(terms))


def _make_book() -> keras.Model:
    x = keras.Input((784,))
    h = layers.Dense(HIDDEN, activation="relu")(x)
    encoder = keras.Model(x, [layers.Dense(LATENT)(h), layers.Dense(LATENT)(h)])
    decoder = keras.Sequential(
        [keras.Input((LATENT,)), layers.Dense(HIDDEN, activation="relu"), layers.Dense(784)]
    )
    return VariationalAutoencoder(encoder, decoder)


class _Textbook(keras.Model):
    """One class that calls its five layers, as the textbook writes it."""

    def __init__(self):
        # TensorFlow takes no name with an underscore at its start.
        super().__init__(name="textbook")
        self.trunk = layers.Dense(HIDDEN, activation="relu")
        self.mean, self.log_var = layers.Dense(LATENT), layers.Dense(LATENT)
        self.hidden = layers.Dense(HIDDEN, activation="relu")
        self.logits = layers.Dense(784)

    def call(self, x):
        import tensorflow as tf

        h = self.trunk(x)
        mean, log_var = self.mean(h), self.log_var(h)
        z = mean + tf.exp(log_var / 2) * tf.random.normal(tf.shape(mean))
        return self.logits(self.hidden(z)), mean, log_var


def _train_textbook(x: np.ndarray) -> keras.Model:
    import tensorflow as tf

    model = _Textbook()

    def find_loss(batch):
        logits, mean, log_var = model(batch)
        pixels = tf.nn.sigmoid_cross_entropy_with_logits(labels=batch, logits=logits)
        kl = tf.reduce_sum(tf.exp(log_var) + tf.square(mean) - 1 - log_var, axis=-1) / 2
        return tf.reduce_mean(tf.reduce_sum(pixels, axis=-1) + kl)

    images = tf.data.Dataset.from_tensor_slices(x)
    return train_by_tape(
        model,
        find_loss,
        batches=images.shuffle(5 * TEXTBOOK_BATCH).batch(TEXTBOOK_BATCH),
        epochs=TEXTBOOK_EPOCHS,
        learning_rate=1e-3,
    )
