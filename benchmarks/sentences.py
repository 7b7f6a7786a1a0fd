"""Sentences of news: the textbook's two-way LSTM against the recipe of the chapter.

The textbook (source A of the book): sentences padded at their start to 50 words; a two-way LSTM
of 512, its output repeated, a second one of the size of the word vectors; squared error, padding
included; Adam at its own learning rate of 0.001, batches of 64 from a generator, 20 epochs.

The book: sentences of the median length, padding left out; LSTMs of 128 in one direction and a
dense layer; a larger learning rate that falls along a cosine over as many epochs as the
textbook's error asks for, with a margin.

Both have the same word vectors and train on the same sentences. Their error is that of the words
that both see: the first ones of a sentence, up to the book's length, without padding.
"""

from dataclasses import dataclass

import keras
import numpy as np
from keras import layers, ops

from aeutils.data.text import load_text
from aeutils.data.word_vectors import embedding_matrix, train_word_vectors
from aeutils.data.words import Vocabulary, make_sentence_splitter, tokenize
from aeutils.session import Session
from aeutils.training import fit
from benchmarks.comparison import compare
from benchmarks.rows import Comparison

DIM = 50
TEXTBOOK_EPOCHS = 20
TEXTBOOK_BATCH = 64
TEXTBOOK_LENGTH = 50
TEXTBOOK_CODE = 512
CODE = 128


def measure(session: Session) -> list[Comparison]:
    """Train by both recipes and compare the squared error of a number of a word vector."""
    corpus = _read(session)

    def train_book() -> dict[str, list[float]]:
        return fit(
            _Book(corpus.matrix, corpus.length),
            corpus.train[:, : corpus.length],
            valid=corpus.valid[:, : corpus.length],
            epochs=session.pick(small=8, full=5),
            batch_size=64,
            learning_rate=1e-2,
        ).history

    comparison = compare(
        "MSE of word vectors",
        train_textbook=lambda: _train_textbook(_pad_start(corpus.train), corpus.matrix),
        find_error=lambda model: _word_error(model, corpus),
        train_book=train_book,
        book_error="val_word_error",
    )
    return [comparison]


@dataclass(frozen=True)
class _Corpus:
    """Numbers of words (n, 50), zero where there is none, their vectors, and the median length."""

    train: np.ndarray
    valid: np.ndarray
    matrix: np.ndarray
    length: int


def _read(session: Session) -> _Corpus:
    text = load_text(session.scale)
    splitter = make_sentence_splitter(text.train)
    train, valid = (
        [tokenize(s) for document in documents for s in splitter.split(document)]
        for documents in (text.train, text.valid)
    )
    vocabulary = Vocabulary(train, session.pick(small=3000, full=5000))
    vectors = train_word_vectors(
        train, dim=DIM, epochs=session.pick(small=20, full=5), seed=session.seed
    )
    # At the full scale an epoch of all sentences would take the textbook's model four minutes.
    chosen = np.random.default_rng(session.seed).permutation(len(train))[:10_000]
    return _Corpus(
        train=vocabulary.encode([train[i] for i in chosen], TEXTBOOK_LENGTH),
        valid=vocabulary.encode(valid[:2000], TEXTBOOK_LENGTH),
        matrix=embedding_matrix(vectors, vocabulary)[0],
        length=int(np.median([len(sentence) for sentence in train])),
    )


def _pad_start(ids: np.ndarray) -> np.ndarray:
    """Move the words of each row to its end; a stable sort keeps their order."""
    order = np.argsort(ids > 0, axis=1, kind="stable")
    return np.take_along_axis(ids, order, axis=1)


def _word_error(model: keras.Model, corpus: _Corpus) -> float:
    """Return the error of the textbook's model over the first words of each sentence."""
    ids = _pad_start(corpus.valid)
    seen = (ids > 0) & (np.cumsum(ids > 0, axis=1) <= corpus.length)
    x = corpus.matrix[ids]
    return np.mean(np.square(x - model.predict(x, batch_size=500, verbose=0))[seen])


def _train_textbook(ids: np.ndarray, matrix: np.ndarray) -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((TEXTBOOK_LENGTH, DIM)),
            layers.Bidirectional(layers.LSTM(TEXTBOOK_CODE), merge_mode="sum"),
            layers.RepeatVector(TEXTBOOK_LENGTH),
            layers.Bidirectional(layers.LSTM(DIM, return_sequences=True), merge_mode="sum"),
        ]
    )
    steps = len(ids) // TEXTBOOK_BATCH

    def batches():
        while True:
            order = np.random.permutation(len(ids))
            for rows in np.split(order[: steps * TEXTBOOK_BATCH], steps):
                x = matrix[ids[rows]]
                yield x, x

    model.compile(optimizer="adam", loss="mse")
    model.fit(batches(), steps_per_epoch=steps, epochs=TEXTBOOK_EPOCHS, shuffle=False, verbose=0)
    return model


class _Book(keras.Model):
    """The model of the chapter: word numbers in, padding out of the network and of the loss."""

    def __init__(self, matrix: np.ndarray, length: int):
        # TensorFlow takes no name with an underscore at its start.
        super().__init__(name="book")
        self.words = layers.Embedding(*matrix.shape, weights=[matrix], trainable=False)
        self.repeat, self.dense = layers.RepeatVector(length), layers.Dense(DIM)
        self.encoder = layers.LSTM(CODE)
        self.decoder = layers.LSTM(CODE, return_sequences=True)
        self.word_error = keras.metrics.Mean("word_error")

    def call(self, ids):
        mask = ops.not_equal(ids, 0)
        z = self.encoder(self.words(ids), mask=mask)
        return self.dense(self.decoder(self.repeat(z), mask=mask))

    def compute_loss(self, x, y=None, y_pred=None, sample_weight=None, training=True):
        weight = ops.cast(ops.not_equal(x, 0), "float32")
        error = ops.mean((self.words(x) - y_pred) ** 2, axis=-1)
        # Batches have unequal numbers of words, so that a mean of their losses is another number.
        self.word_error.update_state(error, weight)
        return ops.sum(error * weight) / ops.sum(weight)
