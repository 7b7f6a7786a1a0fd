"""784-100-30-100-784 on Fashion-MNIST: a plain `fit` against the recipe of the chapter.

The textbook (Géron, Hands-On Machine Learning, chapter 17): ReLU in all layers but the last,
squared error, Nadam at its own learning rate of 0.001, batches of 32, 20 epochs.

The book: SELU and a linear code, a sigmoid at the output, larger batches and a larger learning
rate that falls along a cosine over as many epochs as the textbook's error asks for, with a margin.
"""

import keras
import numpy as np
from keras import layers

from aeutils.data import load_images
from aeutils.evaluation import mse
from aeutils.session import Session
from aeutils.training import fit
from benchmarks.comparison import compare
from benchmarks.rows import Comparison

TEXTBOOK_EPOCHS = 20


def measure(session: Session) -> list[Comparison]:
    """Train by both recipes and compare the squared error per pixel of the validation images."""
    fashion = load_images("fashion-mnist", session.scale, flat=True)

    def train_book() -> dict[str, list[float]]:
        return fit(
            _stack(hidden="selu", code="linear", output="sigmoid"),
            fashion.x_train,
            valid=fashion.x_valid,
            loss="mse",
            epochs=session.pick(small=4, full=10),
            batch_size=session.pick(small=50, full=100),
            learning_rate=session.pick(small=8e-3, full=3e-3),
        ).history

    comparison = compare(
        "MSE per pixel",
        train_textbook=lambda: _train_textbook(fashion.x_train),
        find_error=lambda model: mse(fashion.x_valid, model.predict(fashion.x_valid, verbose=0)),
        train_book=train_book,
        book_error="val_loss",
    )
    return [comparison]


def _stack(hidden: str, code: str, output: str) -> keras.Model:
    sizes = ((100, hidden), (30, code), (100, hidden), (784, output))
    dense = [layers.Dense(units, activation=activation) for units, activation in sizes]
    return keras.Sequential([keras.Input((784,)), *dense])


def _train_textbook(x: np.ndarray) -> keras.Model:
    model = _stack(hidden="relu", code="relu", output="linear")
    model.compile(optimizer="nadam", loss="mse")
    model.fit(x, x, epochs=TEXTBOOK_EPOCHS, verbose=0)
    return model
