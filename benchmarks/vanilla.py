"""784-128-784 on MNIST: an eager gradient-tape loop against the recipe of the chapter."""

import time
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers

from aeutils.data import load_images
from aeutils.evaluation import mse
from aeutils.session import Session
from aeutils.training import fit

TEXTBOOK_EPOCHS = 50
TEXTBOOK_BATCH = 256


@dataclass(frozen=True)
class Comparison:
    """Validation errors per pixel and seconds of both recipes."""

    textbook_error: float
    textbook_seconds: float
    error: float
    seconds: float
    seconds_to_textbook_error: float

    def as_row(self) -> str:
        """Return the cells of the table, separated by bars."""
        ratio = self.textbook_seconds / self.seconds_to_textbook_error
        return (
            f"{self.textbook_error:.4f} | {self.textbook_seconds:.0f} | {self.error:.4f} | "
            f"{self.seconds:.1f} | {self.seconds_to_textbook_error:.1f} | {ratio:.0f}"
        )


def compare(session: Session) -> Comparison:
    """Train by both recipes and time them.

    Raises
    ------
    ValueError
        On another backend than TensorFlow, which the textbook's loop is written for.
    """
    if session.backend != "tensorflow":
        raise ValueError("The textbook's loop needs TensorFlow: make bench BACKEND=tensorflow.")
    mnist = load_images("mnist", session.scale, flat=True)
    textbook = _make_model("relu")
    start = time.perf_counter()
    _train_textbook(textbook, mnist.x_train)
    textbook_seconds = time.perf_counter() - start
    textbook_error = mse(mnist.x_valid, textbook.predict(mnist.x_valid, verbose=0))
    history = fit(
        _make_model("sigmoid"),
        mnist.x_train,
        valid=mnist.x_valid,
        loss="binary_crossentropy",
        metrics=["mse"],
        epochs=session.pick(small=50, full=20),
        batch_size=session.pick(small=64, full=128),
        learning_rate=3e-3,
    ).history
    reached = np.flatnonzero(np.array(history["val_mse"]) <= textbook_error)
    return Comparison(
        textbook_error=textbook_error,
        textbook_seconds=textbook_seconds,
        error=history["val_mse"][-1],
        seconds=history["seconds"][-1],
        seconds_to_textbook_error=history["seconds"][reached[0]] if len(reached) else np.inf,
    )


def _make_model(activation: str) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dense(128, activation="relu"),
            layers.Dense(784, activation=activation),
        ]
    )


def _train_textbook(model: keras.Model, x: np.ndarray) -> None:
    """Run the loop that tutorials share: eager, squared error, Adam at a constant 0.01."""
    import tensorflow as tf

    optimizer = keras.optimizers.Adam(1e-2)
    batches = tf.data.Dataset.from_tensor_slices(x).batch(TEXTBOOK_BATCH)
    for _ in range(TEXTBOOK_EPOCHS):
        for batch in batches:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(model(batch) - batch))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
