"""How every chapter compares the recipe of a textbook with that of the book."""

import time
from collections.abc import Callable, Iterable

import keras

from benchmarks.rows import Comparison


def compare(
    quantity: str,
    *,
    train_textbook: Callable[[], keras.Model] | None,
    find_error: Callable[[keras.Model], float],
    train_book: Callable[[], dict[str, list[float]]],
    book_error: str,
) -> Comparison:
    """Train by both recipes, one after the other, and time them.

    Parameters
    ----------
    quantity : str
        What is compared, with its unit.
    train_textbook : callable, or None
        Makes and trains the textbook's model; ``None`` where its recipe cannot run.
    find_error : callable
        Returns the validation error of the textbook's model; its time is not counted.
    train_book : callable
        Makes and trains the book's model by `aeutils.training.fit` and returns its
        ``history``; all it does is counted.
    book_error : str
        The key in ``history`` of the same error on the same validation data.
    """
    textbook_error = textbook_seconds = None
    if train_textbook is not None:
        start = time.perf_counter()
        textbook = train_textbook()
        textbook_seconds = time.perf_counter() - start
        textbook_error = float(find_error(textbook))
        print(f"textbook: {textbook_error:.4g} in {textbook_seconds:.1f} s")
    start = time.perf_counter()
    history = train_book()
    total = time.perf_counter() - start
    # The clock of `fit` starts after the model is made.
    before = total - history["seconds"][-1]
    reached = first_reached(history[book_error], history["seconds"], textbook_error)
    return Comparison(
        quantity=quantity,
        textbook_error=textbook_error,
        textbook_seconds=textbook_seconds,
        book_error=float(history[book_error][-1]),
        book_seconds=total,
        seconds_to_textbook_error=None if reached is None else before + reached,
    )


def first_reached(errors: list[float], seconds: list[float], target: float | None) -> float | None:
    """Return the seconds at the first error that is at the target or below, or ``None``."""
    if target is None:
        return None
    pairs = zip(errors, seconds, strict=True)
    return next((float(time) for error, time in pairs if error <= target), None)


def has_gradient_tape() -> bool:
    """Say whether the loops of textbooks can run, and print a line where they cannot."""
    if keras.backend.backend() == "tensorflow":
        return True
    print("The textbook's loop needs TensorFlow's gradient tape: the book's recipe runs alone.")
    return False


def train_by_tape(
    model: keras.Model,
    find_loss: Callable,
    *,
    batches: Iterable,
    epochs: int,
    learning_rate: float,
) -> keras.Model:
    """Run the loop that textbooks write, eagerly and with Adam, and return the model.

    Parameters
    ----------
    model : keras.Model
        What to train.
    find_loss : callable
        Returns the loss of a batch.
    batches : iterable
        The batches of an epoch; it can be gone through again.
    epochs : int
        How often it is.
    learning_rate : float
        Constant learning rate of Adam.
    """
    import tensorflow as tf

    optimizer = keras.optimizers.Adam(learning_rate)
    for _ in range(epochs):
        for batch in batches:
            with tf.GradientTape() as tape:
                loss = find_loss(batch)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    return model
