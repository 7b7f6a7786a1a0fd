"""784-128-784 on MNIST: an eager gradient-tape loop against the recipe of the chapter.

The textbook (source A of the book): ReLU at the output, squared error, Adam at a constant
learning rate of 0.01, batches of 256, 50 epochs.

The book: the recipe of the chapter, with sigmoid and cross-entropy, and a learning rate that falls
along a cosine.
"""

import keras
import numpy as np
from keras import layers

from aeutils.data import load_images
from aeutils.evaluation import mse
from aeutils.session import Session
from aeutils.training import fit
from benchmarks.comparison import compare, has_gradient_tape, train_by_tape
from benchmarks.rows import Comparison

TEXTBOOK_EPOCHS = 50
TEXTBOOK_BATCH = 256


def measure(session: Session) -> list[Comparison]:
    """Train by both recipes and compare the squared error per pixel of the validation images."""
    mnist = load_images("mnist", session.scale, flat=True)

    def train_book() -> dict[str, list[float]]:
        return fit(
            make_model("sigmoid"),
            mnist.x_train,
            valid=mnist.x_valid,
            loss="binary_crossentropy",
            metrics=["mse"],
            epochs=20,
            batch_size=session.pick(small=32, full=128),
            learning_rate=session.pick(small=5e-3, full=3e-3),
        ).history

    comparison = compare(
        "MSE per pixel",
        train_textbook=(lambda: _train_textbook(mnist.x_train)) if has_gradient_tape() else None,
        find_error=lambda model: mse(mnist.x_valid, model.predict(mnist.x_valid, verbose=0)),
        train_book=train_book,
        book_error="val_mse",
    )
    return [comparison]


def make_model(activation: str) -> keras.Model:
    """Return 784-128-784 with a ReLU code and the activation of its output."""
    return keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dense(128, activation="relu"),
            layers.Dense(784, activation=activation),
        ]
    )


def _train_textbook(x: np.ndarray) -> keras.Model:
    import tensorflow as tf

    model = make_model("relu")
    return train_by_tape(
        model,
        lambda batch: tf.reduce_mean(tf.square(model(batch) - batch)),
        batches=tf.data.Dataset.from_tensor_slices(x).batch(TEXTBOOK_BATCH),
        epochs=TEXTBOOK_EPOCHS,
        learning_rate=1e-2,
    )
