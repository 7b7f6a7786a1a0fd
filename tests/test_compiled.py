"""An epoch as one call ends where `keras.Model.fit` ends on the same batches."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from aeutils import compiled
from aeutils.layers import GaussianSampling, KSparse, LifetimeSparsity, MaskingCorruption, TiedDense
from aeutils.models import VariationalAutoencoder

RNG = np.random.default_rng(0)
X = RNG.random((50, 6), dtype=np.float32)
IMAGES = RNG.random((50, 8, 8, 1), dtype=np.float32)
WORDS = RNG.integers(0, 5, (50, 7))
LABELS = RNG.integers(0, 3, 50)
JAX = keras.backend.backend() == "jax"


def stack(shape, *parts):
    return keras.Sequential([keras.Input(shape), *parts])


def dense(*parts):
    return stack((6,), layers.Dense(5, "tanh"), *parts, layers.Dense(6))


def convolutional():
    return stack(
        (8, 8, 1),
        layers.Conv2D(3, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(),
        layers.UpSampling2D(),
        layers.Conv2DTranspose(1, 3, padding="same", activation="sigmoid"),
    )


def recurrent():
    return stack(
        (7,),
        layers.Embedding(5, 4, mask_zero=True),
        layers.Bidirectional(layers.LSTM(3)),
        layers.RepeatVector(7),
        layers.LSTM(4, return_sequences=True),
        layers.Dense(5, "softmax"),
    )


def tied():
    inputs = keras.Input((6,))
    encode = layers.Dense(5, "tanh")
    return keras.Model(inputs, TiedDense(encode)(encode(inputs)))


def variational():
    inputs = keras.Input((6,))
    encoder = keras.Model(inputs, [layers.Dense(2)(inputs), layers.Dense(2)(inputs)])
    return VariationalAutoencoder(encoder, stack((2,), layers.Dense(6)), seed=1)


class OwnLoss(keras.Model):
    """Needs no targets, and draws a code."""

    def __init__(self):
        super().__init__()
        self.dense, self.sampling, self.back = layers.Dense(3), GaussianSampling(3), layers.Dense(6)

    def call(self, x):
        return self.back(self.sampling(self.dense(x), ops.zeros_like(x[:, :3])))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return ops.mean(ops.abs(x - y_pred))


class OwnStep(keras.Sequential):
    """Reports of each step what no metric keeps, so that the last step of an epoch counts."""

    def train_step(self, *arguments):
        if JAX:
            logs, state = super().train_step(*arguments)
            return {**logs, "last": 2 * logs["loss"]}, state
        logs = super().train_step(*arguments)
        return {**logs, "last": 2 * logs["loss"]}


class Penalty(layers.Layer):
    """Adds the mean square of what passes through it to the loss."""

    def call(self, x):
        self.add_loss(ops.mean(x**2))
        return x


CASES = {
    "dense": (dense, X, X, {"metrics": ["mae"]}),
    "penalty": (lambda: dense(Penalty()), X, X, {}),
    "winners": (lambda: dense(LifetimeSparsity(0.3)), X, X, {}),
    "largest": (lambda: dense(KSparse(2)), X, X, {}),
    "noise": (lambda: dense(layers.GaussianNoise(0.5, seed=3)), X, X, {}),
    "mask": (lambda: dense(MaskingCorruption(0.5, seed=3)), X, X, {}),
    "batch normalisation": (lambda: dense(layers.BatchNormalization()), X, X, {}),
    "tied": (tied, X, X, {}),
    "convolutional": (convolutional, IMAGES, IMAGES, {}),
    "recurrent": (recurrent, WORDS, WORDS, {"loss": "sparse_categorical_crossentropy"}),
    "labels": (
        lambda: stack((6,), layers.Dense(3, "softmax")),
        X,
        LABELS,
        {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]},
    ),
    "own loss": (OwnLoss, X, None, {"loss": None}),
    "own step": (lambda: OwnStep([keras.Input((6,)), layers.Dense(6)]), X, X, {}),
    "variational": (variational, X, None, {"loss": None}),
    "another optimizer": (dense, X, X, {"optimizer": "rmsprop"}),
}
# Noise of TensorFlow is another one under XLA.
WITH_XLA = ["dense", "winners", "batch normalisation", "tied"]


def train(case, by_epochs, jit_compile, batch_size=16, count=2, rows=50):
    """Train by one of the two ways; the first 13 examples are the validation data too."""
    make, x, y, options = case
    keras.utils.set_random_seed(5)
    model = make()
    x, y = x[:rows], y if y is None else y[:rows]
    model(x[:1])
    options = {"loss": "mse", "optimizer": "adam", "jit_compile": jit_compile, **options}
    model.compile(**options)
    model.optimizer.build(model.trainable_variables)
    valid = (x[:13], y if y is None else y[:13])
    np.random.seed(7)
    if by_epochs:
        y = x if y is not None and y.base is x.base and y.shape == x.shape else y
        sizes = {"batch_size": batch_size, "validation_batch_size": 6}
        history = compiled.fit(
            model, x, y, valid, draw=None, epochs=count, callbacks=[], **sizes
        ).history
    else:
        history = keras.callbacks.History()
        for epoch in range(count):
            order = np.random.permutation(rows)
            model.fit(
                x[order],
                y if y is None else y[order],
                validation_data=valid,
                validation_batch_size=6,
                batch_size=batch_size,
                initial_epoch=epoch,
                epochs=epoch + 1,
                callbacks=[history],
                shuffle=False,
                verbose=0,
            )
        history = history.history
    return model, history


def compare(case, jit_compile, **options):
    (ours, history), (theirs, expected) = (
        train(case, by_epochs, jit_compile, **options) for by_epochs in (True, False)
    )
    assert history.keys() == expected.keys() and "val_loss" in history
    for name, values in expected.items():
        assert history[name] == pytest.approx(values, abs=1e-5, rel=1e-5), name
    for kind in ("weights", "non_trainable_variables"):
        pairs = zip(getattr(ours, kind), getattr(theirs, kind), strict=True)
        for number, (a, b) in enumerate(pairs):
            assert np.allclose(ops.convert_to_numpy(a), ops.convert_to_numpy(b), atol=1e-5), (
                kind,
                number,
            )
    for a, b in zip(ours.optimizer.variables, theirs.optimizer.variables, strict=True):
        assert np.allclose(ops.convert_to_numpy(a), ops.convert_to_numpy(b), atol=1e-5), a.path


@pytest.mark.parametrize("name", CASES)
def test_same_as_fit(name):
    compare(CASES[name], jit_compile=JAX)


@pytest.mark.skipif(JAX, reason="XLA compiles all on JAX")
@pytest.mark.parametrize("name", WITH_XLA)
def test_same_as_fit_under_xla(name):
    compare(CASES[name], jit_compile=True)


@pytest.mark.parametrize("batch_size", [25, 49, 64])
def test_batch_sizes(batch_size):
    """Whole batches only, a single example left over, fewer examples than a batch."""
    compare(CASES["own step"], JAX, batch_size=batch_size)


def test_full_batches_and_what_is_left():
    full, rest = next(compiled._in_turn(9, 4))
    assert ops.convert_to_numpy(full).tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert ops.convert_to_numpy(rest).tolist() == [8]


def test_each_epoch_has_its_own_order():
    first, second = (next(compiled._shuffled(9, 4)) for _ in range(2))
    first, second = ([*map(int, [*ops.ravel(full), *rest])] for full, rest in (first, second))
    assert first != second and sorted(first) == sorted(second) == list(range(9))


def test_later_training_by_keras_sees_its_own_data():
    model, _ = train(CASES["dense"], True, JAX)
    assert model.train_function is None and model.test_function is None
    before = model.evaluate(X, 100 + X, verbose=0)[0]
    model.fit(X, 100 + X, epochs=20, verbose=0)
    assert before > 9e3 and model.evaluate(X, 100 + X, verbose=0)[0] < before


def test_functions_are_taken_away_after_an_error():
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise KeyboardInterrupt

    model, _ = train(CASES["dense"], True, JAX)
    options = {"draw": None, "epochs": 3, "batch_size": 8, "validation_batch_size": 8}
    with pytest.raises(KeyboardInterrupt):
        compiled.fit(model, X, X, None, callbacks=[Stop()], **options)
    assert model.train_function is None
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


def test_numbers_become_what_keras_makes_of_them():
    """Doubles become floats, whole numbers stay: row numbers would suffer from rounding."""
    assert compiled._as_keras_would(np.zeros(2)).dtype == "float32"
    assert compiled._as_keras_would(np.zeros(2, "int32")).dtype == "int32"
    assert compiled._as_keras_would([1.0, 2.0]).dtype == "float32"


@pytest.mark.parametrize("own", ["run_eagerly", "memory", "train function", "distribution"])
def test_what_cannot_go_this_way(own, monkeypatch):
    model = dense()
    model.compile(loss="mse", run_eagerly=own == "run_eagerly")
    if own == "memory":
        monkeypatch.setattr(compiled, "device_memory", lambda: 4 * X.nbytes * 2 - 1)
    if own == "distribution":
        monkeypatch.setattr(keras.distribution, "distribution", lambda: "two devices")
    if own == "train function":
        model = type("Own", (keras.Sequential,), {"make_train_function": lambda self: None})()
        model.compile(loss="mse")
    assert not compiled.possible(model, X, X, None)


def test_what_fills_a_quarter_of_the_memory_goes_this_way(monkeypatch):
    model = dense()
    model.compile(loss="mse")
    monkeypatch.setattr(compiled, "device_memory", lambda: 4 * X.nbytes * 2)
    assert compiled.possible(model, X, X, None)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_recurrence_under_xla_is_left_to_keras_on_tensorflow(jit_compile):
    model = recurrent()
    model.compile(loss="sparse_categorical_crossentropy", jit_compile=jit_compile)
    assert compiled.possible(model, WORDS, WORDS) is (JAX or not jit_compile)


@pytest.mark.parametrize("device", ["cpu", "gpu"])
def test_convolutions_are_left_to_keras_on_jax_on_a_cpu(device, monkeypatch):
    model = convolutional()
    model.compile(loss="mse")
    if JAX:
        import jax

        monkeypatch.setattr(jax, "default_backend", lambda: device)
    assert compiled.possible(model, IMAGES, IMAGES) is not (JAX and device == "cpu")


def test_memory_of_the_device_is_that_of_a_computer():
    assert 2**28 < compiled.device_memory() < 2**50


@pytest.fixture
def as_on_jax(monkeypatch):
    """What asks for the backend is told JAX."""
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    return pytest.importorskip("jax")


@pytest.mark.parametrize("device", ["cpu", "gpu"])
def test_only_convolutions_and_only_on_a_cpu_suffer_on_jax(device, as_on_jax, monkeypatch):
    monkeypatch.setattr(as_on_jax, "default_backend", lambda: device)
    assert compiled._suffers_in_a_loop(convolutional()) is (device == "cpu")
    model = recurrent()
    model.compile(jit_compile=True)
    assert not compiled._suffers_in_a_loop(model)
    assert not compiled._suffers_in_a_loop(dense())


class Device:
    def __init__(self, stats):
        self.memory_stats = lambda: stats


@pytest.mark.parametrize("stats", [None, {}, {"bytes_limit": 12}])
def test_memory_is_what_jax_says_or_that_of_the_machine(stats, as_on_jax, monkeypatch):
    monkeypatch.setattr(compiled.os, "sysconf", {"SC_PAGE_SIZE": 7, "SC_PHYS_PAGES": 11}.get)
    devices = [Device(stats), Device({"bytes_limit": 99})]
    monkeypatch.setattr(as_on_jax, "local_devices", lambda: devices)
    assert compiled.device_memory() == (12 if stats else 77)


@pytest.mark.skipif(JAX, reason="JAX is asked")
def test_memory_on_tensorflow_is_that_of_the_machine_and_jax_is_not_asked(monkeypatch):
    jax = pytest.importorskip("jax")
    monkeypatch.setattr(jax, "local_devices", lambda: [Device({"bytes_limit": 12})])
    monkeypatch.setattr(compiled.os, "sysconf", {"SC_PAGE_SIZE": 7, "SC_PHYS_PAGES": 11}.get)
    assert compiled.device_memory() == 77


def folded(x):
    """The last sum of four rows, and what a state of 1 becomes by 10 * state + sum."""
    state = 1
    for start in range(0, len(x), 4):
        last = x[start : start + 4].sum()
        state = 10 * state + last
    return last, state


@pytest.mark.parametrize("rows", [2, 4, 7, 8])
def test_an_epoch_of_jax_takes_each_batch_once_and_gives_the_logs_of_the_last(rows):
    """A step that writes down its rows: state 10 * state + sum, log of the sum."""
    pytest.importorskip("jax")
    x, order = np.arange(8.0), np.arange(8)[::-1][:rows]

    def step(state, data):
        (batch,) = data
        return {"sum": batch.sum()}, 10 * state + batch.sum()

    full = rows // 4 * 4
    epoch = compiled._make_jax_epoch(step)
    logs, state = epoch(np.float32(1), order[:full].reshape(-1, 4), order[full:], (x,))
    assert (float(logs["sum"]), float(state)) == folded(x[order])


def test_data_are_put_on_the_device_once_where_they_stay_the_same():
    epochs = compiled._epochs_of(X, X)
    first, second = next(epochs), next(epochs)
    assert first is second and first[0] is first[1] and len(first) == 2
    assert np.array_equal(ops.convert_to_numpy(first[0]), X)
    assert len(next(compiled._epochs_of(X, None))) == 1
    inputs, targets = next(compiled._epochs_of(X, LABELS))
    assert np.array_equal(ops.convert_to_numpy(targets), LABELS) and inputs.shape == X.shape


@pytest.mark.parametrize("y", ["none", "the inputs", "others"])
def test_data_drawn_for_each_epoch(y):
    draws = iter([2 * X, 3 * X, X[:-1]])
    targets = {"none": None, "the inputs": X, "others": LABELS}[y]
    epochs = compiled._epochs_of(X, targets, lambda: next(draws))
    for factor in (1, 2, 3):
        inputs, *rest = next(epochs)
        assert np.allclose(ops.convert_to_numpy(inputs), factor * X)
        assert len(rest) == (y != "none")
        if y == "the inputs":
            assert rest[0] is inputs
        elif rest:
            assert np.array_equal(ops.convert_to_numpy(rest[0]), LABELS)
    message = r"x\(\) returned inputs of shape \(49, 6\), and \(50, 6\) for the epoch before"
    with pytest.raises(ValueError, match=message):
        next(epochs)


class Count(keras.callbacks.Callback):
    """Counts the steps that Keras believes to take."""

    def __init__(self):
        super().__init__()
        self.steps, self.tests, self.epochs = 0, 0, []

    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1

    def on_test_batch_end(self, batch, logs=None):
        self.tests += 1

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append(epoch)


def test_an_epoch_is_one_step_and_nothing_is_printed(capsys):
    model = dense()
    model.compile(loss="mse")
    count = Count()
    options = {"epochs": 3, "batch_size": 8, "validation_batch_size": 4, "callbacks": [count]}
    compiled.fit(model, X, X, (X, X), draw=None, **options)
    assert (count.steps, count.tests, count.epochs) == (3, 3, [0, 1, 2])
    assert capsys.readouterr().out == ""


def test_rows_and_data_are_drawn_before_their_epoch():
    inputs = compiled._Inputs(iter([("a", "b"), ("c", "d"), ("e", "f")]), iter([1, 2, 3]))
    assert inputs.current == ("a", "b", 1)
    inputs.on_epoch_begin(0)
    assert inputs.current == ("a", "b", 1)
    inputs.on_epoch_begin(1)
    assert inputs.current == ("c", "d", 2)
    inputs.on_epoch_begin(2)
    assert inputs.current == ("e", "f", 3)


@pytest.mark.skipif(JAX, reason="XLA compiles all on JAX")
@pytest.mark.parametrize("xla", [False, True])
def test_xla_compiles_the_training_and_not_the_validation(xla, monkeypatch):
    made, make = [], compiled._make_tensorflow_epoch

    def make_epoch(step, *arguments):
        epoch = make(step, *arguments)
        made.append((step.__name__, epoch.function_def.attr["_XlaMustCompile"].b))
        return epoch

    monkeypatch.setattr(compiled, "_make_tensorflow_epoch", make_epoch)
    train(CASES["dense"], True, xla, count=1)
    assert made == [("train_step", xla), ("test_step", False)]


@pytest.mark.skipif(JAX, reason="an epoch of TensorFlow")
@pytest.mark.parametrize("xla", [False, True])
@pytest.mark.parametrize("rows", [2, 4, 7, 8])
def test_an_epoch_of_tensorflow_takes_each_batch_once(rows, xla):
    """The step of the test for JAX; under XLA each size of a batch has a trace of its own."""
    import tensorflow as tf

    x, order, state = np.arange(8.0), np.arange(8)[::-1][:rows], tf.Variable(0.0)
    traced = []

    def step(data):
        (batch,) = data
        traced.append(batch.shape[0])
        total = tf.cast(tf.reduce_sum(batch), "float32")
        state.assign(10 * state + total)
        return {"sum": total}

    batches, rest = compiled._split(order, 4)
    data = (ops.convert_to_tensor(x),)
    epoch = compiled._make_tensorflow_epoch(step, batches, rest, data, xla)
    sizes = {4} if rows in (4, 8) else {2} if rows == 2 else {4, 3}
    assert set(traced) == (sizes if xla else {None})
    state.assign(1)
    logs = epoch(batches, rest, data)
    assert (float(logs["sum"]), float(state)) == folded(x[order])


def test_types_of_data_and_rows():
    full, rest = compiled._split(np.arange(5), 2)
    assert {keras.backend.standardize_dtype(part.dtype) for part in (full, rest)} == {"int32"}
    assert full.shape == (2, 2) and rest.shape == (1,)
    batch = next(compiled._one_batch(X.astype("float64"), LABELS, 3))
    assert [part.dtype.name for part in batch] == ["float32", LABELS.dtype.name]
    assert [len(part) for part in batch] == [3, 3]
    assert len(next(compiled._one_batch(X, None, 3))) == 1
