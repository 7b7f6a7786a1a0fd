"""Denoising of MNIST: convolutions with pooling and upsampling against the recipe of the chapter.

The textbook (source A of the book): filters of 32, 32 and 16, each followed by pooling, the same
backwards with upsampling; noise with standard deviation 0.5, drawn once and clipped to [0, 1];
cross-entropy, Adam at its own learning rate of 0.001, batches of 128, 50 epochs.

The book: strided convolutions around a dense code, normalised over the batch; noise drawn anew
for each epoch; a learning rate that falls along a cosine over as many epochs as the textbook's
error asks for, with a margin.
"""

import keras
import numpy as np
from keras import layers

from aeutils.data import load_images
from aeutils.session import Session
from aeutils.training import fit
from benchmarks.comparison import compare
from benchmarks.rows import Comparison

TEXTBOOK_EPOCHS = 50
TEXTBOOK_BATCH = 128
NOISE = 0.5


def measure(session: Session) -> list[Comparison]:
    """Train by both recipes and compare the cross-entropy per pixel of the same noisy images."""
    mnist = load_images("mnist", session.scale)
    x = mnist.x_train
    rng = np.random.default_rng(session.seed)
    valid = _corrupt(mnist.x_valid, rng), mnist.x_valid

    def train_book() -> dict[str, list[float]]:
        return fit(
            _bottleneck(width=session.pick(small=8, full=32)),
            lambda: _corrupt(x, rng),
            x,
            valid=valid,
            loss="binary_crossentropy",
            epochs=4,
            batch_size=session.pick(small=32, full=128),
            learning_rate=3e-3,
        ).history

    comparison = compare(
        "cross-entropy per pixel, denoised",
        train_textbook=lambda: _train_textbook(_corrupt(x, rng), x),
        find_error=lambda model: model.evaluate(*valid, batch_size=500, verbose=0),
        train_book=train_book,
        book_error="val_loss",
    )
    return [comparison]


def _corrupt(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    noise = rng.standard_normal(x.shape, dtype="float32")
    return np.clip(x + np.float32(NOISE) * noise, 0, 1)


def _train_textbook(noisy: np.ndarray, x: np.ndarray) -> keras.Model:
    def conv(filters, padding="same"):
        return layers.Conv2D(filters, 3, padding=padding, activation="relu")

    model = keras.Sequential([keras.Input((28, 28, 1))])
    for filters in (32, 32, 16):
        model.add(conv(filters))
        model.add(layers.MaxPooling2D(2, padding="same"))
    for filters, padding in ((16, "same"), (32, "same"), (32, "valid")):
        model.add(conv(filters, padding))
        model.add(layers.UpSampling2D(2))
    model.add(layers.Conv2D(1, 3, padding="same", activation="sigmoid"))
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(noisy, x, batch_size=TEXTBOOK_BATCH, epochs=TEXTBOOK_EPOCHS, verbose=0)
    return model


def _bottleneck(width: int, latent_dim: int = 256) -> keras.Model:
    """Return the chapter's network: 28 x 28 to 7 x 7, a dense code, and back."""
    options = {"strides": 2, "padding": "same"}
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            *_normalised(layers.Conv2D(width, 3, **options)),
            *_normalised(layers.Conv2D(2 * width, 3, **options)),
            layers.Flatten(),
            layers.Dense(latent_dim),
            *_normalised(layers.Dense(49 * 2 * width)),
            layers.Reshape((7, 7, 2 * width)),
            *_normalised(layers.Conv2DTranspose(width, 4, **options)),
            layers.Conv2DTranspose(1, 4, activation="sigmoid", **options),
        ]
    )


def _normalised(layer: keras.Layer) -> list[keras.Layer]:
    # As in the chapter, the units are normalised after their activation.
    layer.activation = keras.activations.relu
    return [layer, layers.BatchNormalization(momentum=0.9)]
