"""An epoch of the textbook's sentence autoencoder beside an epoch of the book's."""

import time
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers, ops

from aeutils.data.text import load_text
from aeutils.data.word_vectors import embedding_matrix, train_word_vectors
from aeutils.data.words import Vocabulary, make_sentence_splitter, tokenize
from aeutils.session import Session
from aeutils.training import fit

SENTENCES = 2000
EPOCHS = 3
DIM = 50
TEXTBOOK_LENGTH = 50
TEXTBOOK_CODE = 512
CODE = 128


@dataclass(frozen=True)
class Epochs:
    """Milliseconds for one sentence in an epoch after the first, by recipe."""

    textbook: float
    both_ways: float
    one_way: float

    def as_rows(self) -> list[str]:
        """Return the rows of the table: recipe, milliseconds, times faster than the textbook."""
        names = {
            "textbook: both ways, code of 512, 50 words": self.textbook,
            "book: both ways, code of 128, median length": self.both_ways,
            "book: one way, code of 128, median length": self.one_way,
        }
        return [
            f"| {name} | {value:.2f} | {self.textbook / value:.1f} |"
            for name, value in names.items()
        ]


def compare(session: Session) -> Epochs:
    """Train all three on the same sentences, whose word vectors are the same, and time them."""
    sentences, length = _read(session)
    vocabulary = Vocabulary(sentences, size=3000)
    vectors = train_word_vectors(sentences, dim=DIM, epochs=1, seed=session.seed)
    matrix, _ = embedding_matrix(vectors, vocabulary)
    chosen = sentences[:SENTENCES]
    ids = vocabulary.encode(chosen, length)
    long_ids = vocabulary.encode(chosen, TEXTBOOK_LENGTH)
    return Epochs(
        textbook=_time_textbook(long_ids, matrix),
        both_ways=_time_book(_Book(matrix, length, both_ways=True), ids),
        one_way=_time_book(_Book(matrix, length, both_ways=False), ids),
    )


def _read(session: Session) -> tuple[list[list[str]], int]:
    """Return the sentences of the training documents and their median length in words."""
    documents = load_text(session.scale).train[: session.pick(small=240, full=1000)]
    splitter = make_sentence_splitter(documents)
    sentences = [tokenize(s) for document in documents for s in splitter.split(document)]
    return sentences, int(np.median([len(s) for s in sentences]))


def _time_textbook(ids: np.ndarray, matrix: np.ndarray) -> float:
    """Time the textbook's model: batches of 64 from a generator, no mask."""
    model = keras.Sequential(
        [
            keras.Input((TEXTBOOK_LENGTH, DIM)),
            layers.Bidirectional(layers.LSTM(TEXTBOOK_CODE), merge_mode="sum"),
            layers.RepeatVector(TEXTBOOK_LENGTH),
            layers.Bidirectional(layers.LSTM(DIM, return_sequences=True), merge_mode="sum"),
        ]
    )
    steps = len(ids) // 64

    def batches():
        while True:
            order = np.random.permutation(len(ids))
            for step in range(steps):
                x = matrix[ids[order[64 * step : 64 * (step + 1)]]]
                yield x, x

    model.compile(optimizer="adam", loss="mse")
    seconds = _Seconds()
    model.fit(batches(), steps_per_epoch=steps, epochs=EPOCHS, verbose=0, callbacks=[seconds])
    return _milliseconds(seconds.values, 64 * steps)


def _time_book(model: keras.Model, ids: np.ndarray) -> float:
    history = fit(model, ids, valid=None, epochs=EPOCHS, batch_size=64).history
    return _milliseconds(history["seconds"], len(ids))


def _milliseconds(seconds: list[float], sentences: int) -> float:
    """Divide the time of the quickest epoch after the first, which also compiles."""
    return 1000 * float(np.diff(seconds).min()) / sentences


class _Seconds(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.values = []

    def on_epoch_end(self, epoch, logs=None):
        self.values.append(time.perf_counter())


class _Book(keras.Model):
    """The model of the chapter: word numbers in, padding out of the network and of the loss."""

    def __init__(self, matrix: np.ndarray, length: int, both_ways: bool):
        # TensorFlow takes no name with an underscore at its start.
        super().__init__(name="book")
        self.words = layers.Embedding(*matrix.shape, weights=[matrix], trainable=False)
        self.repeat, self.dense = layers.RepeatVector(length), layers.Dense(DIM)
        self.encoder = layers.LSTM(CODE)
        self.decoder = layers.LSTM(CODE, return_sequences=True)
        if both_ways:
            self.encoder = layers.Bidirectional(self.encoder, merge_mode="sum")
            self.decoder = layers.Bidirectional(self.decoder, merge_mode="sum")

    def call(self, ids):
        mask = ops.not_equal(ids, 0)
        z = self.encoder(self.words(ids), mask=mask)
        return self.dense(self.decoder(self.repeat(z), mask=mask))

    def compute_loss(self, x, y=None, y_pred=None, sample_weight=None, training=True):
        weight = ops.cast(ops.not_equal(x, 0), "float32")
        error = ops.mean((self.words(x) - y_pred) ** 2, axis=-1)
        return ops.sum(error * weight) / ops.sum(weight)
