"""An epoch as one compiled call against the batches that `keras.Model.fit` hands over.

Both train the same models from the same weights with Adam at a constant rate, in turn in one
process, three times each; of a model the pair with the median ratio is kept. Keras executes 16
steps at a time and chooses itself what XLA compiles.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers

from aeutils.data import load_images
from aeutils.session import Session
from aeutils.training import STEPS_PER_EXECUTION, fit
from benchmarks import convolutional, vae, vanilla
from benchmarks.rows import Epochs

PAIRS = 3
VALID = 500


@dataclass(frozen=True)
class _Case:
    """A model, its loss, the data (n, ...) that it copies, and the settings of its training."""

    name: str
    make: Callable[[], keras.Model]
    loss: str | None
    x: np.ndarray
    batch_size: int
    epochs: int


def measure(session: Session) -> list[Epochs]:
    """Train a dense, a convolutional, a recurrent and a variational model both ways."""
    return [_compare(case, session) for case in _make_cases(session)]


def _make_cases(session: Session) -> list[_Case]:
    mnist, fashion = (load_images(name, session.scale) for name in ("mnist", "fashion-mnist"))
    flat = mnist.x_train.reshape(-1, 784)
    batch, epochs = session.pick(small=64, full=256), session.pick(small=10, full=5)
    width = session.pick(small=8, full=32)
    words = np.random.default_rng(session.seed).standard_normal(
        (session.pick(small=4000, full=20_000), 10, 50), dtype="float32"
    )
    return [
        _Case("dense", lambda: vanilla.make_model("sigmoid"), "mse", flat, batch, epochs),
        _Case(
            "convolutional",
            lambda: convolutional._bottleneck(width),
            "binary_crossentropy",
            mnist.x_train,
            session.pick(small=32, full=128),
            3,
        ),
        _Case("recurrent", _make_recurrent, "mse", words, 64, 3),
        _Case(
            "variational",
            vae._make_book,
            None,
            fashion.x_train.reshape(-1, 784),
            session.pick(small=40, full=100),
            session.pick(small=10, full=5),
        ),
    ]


def _make_recurrent() -> keras.Model:
    steps = [layers.LSTM(64), layers.RepeatVector(10), layers.LSTM(64, return_sequences=True)]
    return keras.Sequential([keras.Input((10, 50)), *steps, layers.Dense(50)])


def _compare(case: _Case, session: Session) -> Epochs:
    pairs = []
    for _ in range(PAIRS):
        by_keras, by_epochs = _train_by_keras(case, session), _train_by_epochs(case, session)
        print(f"{case.name}: Keras {by_keras[-1]:.2f} s, epochs {by_epochs[-1]:.2f} s", flush=True)
        pairs.append((by_keras, by_epochs))
    pairs.sort(key=lambda pair: pair[0][-1] / pair[1][-1])
    by_keras, by_epochs = pairs[PAIRS // 2]
    return Epochs(
        model=case.name,
        epochs=case.epochs,
        keras_seconds=by_keras[-1],
        keras_start=_start_of(by_keras),
        epochs_seconds=by_epochs[-1],
        epochs_start=_start_of(by_epochs),
    )


def _start_of(seconds: list[float]) -> float:
    """Return by how much the first epoch took longer than the quickest of the others."""
    return max(0.0, seconds[0] - float(np.diff(seconds).min()))


def _make(case: _Case, session: Session) -> keras.Model:
    keras.utils.set_random_seed(session.seed)
    model = case.make()
    model(case.x[:1])
    return model


def _train_by_epochs(case: _Case, session: Session) -> list[float]:
    """Return the seconds from the call of `fit` to the end of each epoch."""
    model, valid = _make(case, session), case.x[:VALID]
    settings = {"batch_size": case.batch_size, "epochs": case.epochs, "schedule": "constant"}
    return fit(model, case.x, valid=valid, loss=case.loss, **settings).history["seconds"]


def _train_by_keras(case: _Case, session: Session) -> list[float]:
    model, valid, ends = _make(case, session), case.x[:VALID], []
    y = () if case.loss is None else (case.x,)
    start = time.perf_counter()
    model.compile("adam", case.loss, steps_per_execution=STEPS_PER_EXECUTION)
    clock = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda *_: ends.append(time.perf_counter() - start)
    )
    model.fit(
        case.x,
        *y,
        validation_data=(valid, valid if y else None),
        validation_batch_size=VALID,
        batch_size=case.batch_size,
        epochs=case.epochs,
        callbacks=[clock],
        verbose=0,
    )
    return ends
