"""An epoch of `keras.Model.fit` as one call: data on the device, a compiled loop over the batches.

Keras stays in charge of epochs, callbacks, history, metrics and validation. It is given a single
batch again and again, and in place of its functions for a step those of this module, each call of
which goes through all the batches of an epoch. What a step does remains the `train_step` and
`test_step` of the model. `aeutils.training.fit` decides which models are trained so.
"""

import os
from collections.abc import Callable, Iterator

import keras
import numpy as np
from keras import ops, tree

from aeutils.inputs import draw_again
from aeutils.layers.base import Tensor

Data = tuple[Tensor, ...]  # inputs, or inputs and targets, with a row for each example
SHARE_OF_MEMORY = 0.25
CONVOLUTIONS = (
    keras.layers.Conv1D,
    keras.layers.Conv2D,
    keras.layers.Conv3D,
    keras.layers.Conv1DTranspose,
    keras.layers.Conv2DTranspose,
    keras.layers.Conv3DTranspose,
)


def possible(model: keras.Model, *arrays: np.ndarray | None) -> bool:
    """Say whether a compiled model can and should be trained on these arrays by `fit`.

    Not where the step is to run eagerly or over several devices, where the model makes its train
    function itself, and where the arrays would fill more than a quarter of the device's memory.
    Not on TensorFlow where XLA is to compile a recurrent layer, since it refuses one loop inside
    another; and not on JAX on a CPU with a convolution, whose step takes 1.4 times as long in a
    loop (measured: 1.6 and 1.15 s an epoch for the model of the benchmark).
    """
    several = keras.distribution.distribution() is not None
    own = type(model).make_train_function is not keras.Model.make_train_function
    if model.run_eagerly or several or own or _suffers_in_a_loop(model):
        return False
    size = sum(np.size(a) * np.dtype(a.dtype).itemsize for a in arrays if a is not None)
    return size <= SHARE_OF_MEMORY * device_memory()


def _suffers_in_a_loop(model: keras.Model) -> bool:
    kinds = ()
    if keras.backend.backend() == "jax":
        import jax

        kinds = CONVOLUTIONS if jax.default_backend() == "cpu" else ()
    elif model.jit_compile:
        kinds = (keras.layers.RNN,)
    return any(isinstance(layer, kinds) for layer in model._flatten_layers())


def device_memory() -> int:
    """Return the bytes of memory of the device, or of the machine where JAX names none."""
    limit = None
    if keras.backend.backend() == "jax":
        import jax

        limit = (jax.local_devices()[0].memory_stats() or {}).get("bytes_limit")
    return limit or os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def fit(
    model: keras.Model,
    x: np.ndarray,
    y: np.ndarray | None,
    valid: tuple[np.ndarray, np.ndarray | None] | None,
    *,
    draw: Callable[[], np.ndarray] | None,
    epochs: int,
    batch_size: int,
    validation_batch_size: int,
    callbacks: list[keras.callbacks.Callback],
) -> keras.callbacks.History:
    """Train a compiled model, the batches of each epoch in a new random order.

    Weights, optimizer, metrics and the state of layers end as after `keras.Model.fit` with the
    batches in the same order; the last one of an epoch may be smaller. To callbacks an epoch looks
    like one long step.

    Parameters
    ----------
    model : keras.Model
        Built and compiled; XLA compiles as its ``jit_compile`` says.
    x, y : ndarray of shape (n, ...)
        Inputs and targets; `y` is None for a model that needs none, or `x` itself.
    valid : tuple of ndarray and ndarray or None, or None
        Inputs and targets for the validation after each epoch.
    draw : callable, optional
        Returns the inputs of each epoch after the first one.
    epochs, batch_size, validation_batch_size : int
        Passes over the data; examples of a step and of a batch of the validation.
    callbacks : list
        Callbacks of Keras.
    """
    settings = {"steps_per_epoch": 1, "epochs": epochs, "shuffle": False, "verbose": 0}
    inputs = _Inputs(_shuffled(len(x), batch_size), _epochs_of(x, y, draw))
    model.train_function = _make_function(model, model.train_step, inputs)
    if valid is not None:
        valid_inputs = _Inputs(_in_turn(len(valid[0]), validation_batch_size), _epochs_of(*valid))
        model.test_function = _make_function(model, model.test_step, valid_inputs)
        settings |= {"validation_data": _one_batch(*valid, batch_size), "validation_steps": 1}
    callbacks = [inputs, *callbacks]
    try:
        return model.fit(_one_batch(x, y, batch_size), callbacks=callbacks, **settings)
    finally:
        # They would go on training on these data, whatever is passed to `model.fit` later.
        model.train_function = model.test_function = None


def _one_batch(x, y, size: int) -> Iterator[tuple[np.ndarray, ...]]:
    """Yield the first batch for ever: Keras learns the shapes from it."""
    batch = tuple(_as_keras_would(a[:size]) for a in (x, y) if a is not None)
    while True:
        yield batch


def _as_keras_would(array) -> np.ndarray:
    array = np.asarray(array)
    return array.astype(keras.config.floatx()) if array.dtype.kind == "f" else array


def _epochs_of(x, y, draw=None) -> Iterator[Data]:
    """Yield inputs and targets of one epoch after the other, on the device."""
    on_device = lambda array: ops.convert_to_tensor(_as_keras_would(array))  # noqa: E731
    copies = y is x
    targets = () if y is None or copies else (on_device(y),)
    while True:
        inputs = on_device(x)
        data = (inputs, inputs) if copies else (inputs, *targets)
        yield data
        while draw is None:
            yield data
        x = draw_again(draw, x)


def _shuffled(rows: int, batch_size: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield the rows of an epoch in random order: those of the full batches, and what is left."""
    while True:
        yield _split(np.random.permutation(rows), batch_size)


def _in_turn(rows: int, batch_size: int) -> Iterator[tuple[Tensor, Tensor]]:
    while True:
        yield _split(np.arange(rows), batch_size)


def _split(rows: np.ndarray, batch_size: int) -> tuple[Tensor, Tensor]:
    full, rows = len(rows) // batch_size * batch_size, rows.astype("int32")
    parts = rows[:full].reshape(-1, batch_size), rows[full:]
    return tuple(ops.convert_to_tensor(part) for part in parts)


class _Inputs(keras.callbacks.Callback):
    """Rows and data of the current epoch, drawn before it begins.

    In the epoch itself JAX holds the weights apart from the model, which a draw may ask.
    """

    def __init__(self, orders, data):
        super().__init__()
        self.epochs = zip(orders, data, strict=False)
        self.first = True
        self.current = self._next()

    def on_epoch_begin(self, epoch, logs=None):
        if not self.first:
            self.current = self._next()
        self.first = False

    def _next(self) -> tuple:
        (batches, rest), data = next(self.epochs)
        return batches, rest, data


def _make_function(model, step, inputs: _Inputs) -> Callable:
    """Return what Keras calls for each execution: here it goes through an epoch."""
    if keras.backend.backend() == "jax":
        epoch = _make_jax_epoch(step)
        return lambda state, _: epoch(state, *inputs.current)
    # To compile validation costs more than it saves.
    xla = model.jit_compile and step == model.train_step
    epoch = _make_tensorflow_epoch(step, *inputs.current, xla)
    return lambda _: epoch(*inputs.current)


def _make_jax_epoch(step: Callable) -> Callable:
    import jax

    def take(data, rows):
        return tuple(array[rows] for array in data)

    def epoch(state, batches, rest, data):
        def one_step(state, rows):
            logs, state = step(state, take(data, rows))
            return state, logs

        if batches.shape[0]:
            state, logs = jax.lax.scan(one_step, state, batches)
            logs = tree.map_structure(lambda values: values[-1], logs)
        if rest.shape[0]:
            logs, state = step(state, take(data, rest))
        return logs, state

    return jax.jit(epoch, donate_argnums=0)


def _make_tensorflow_epoch(step: Callable, batches, rest, data: Data, xla: bool) -> Callable:
    import tensorflow as tf

    # XLA wants to know the size of a batch; else one trace serves the full ones and what is left.
    size = (batches.shape[1] if batches.shape[0] else rest.shape[0]) if xla else None
    specs = tuple(tf.TensorSpec((size, *a.shape[1:]), a.dtype) for a in data)
    step = tf.function(step, input_signature=None if xla else [specs], autograph=False)
    # Traced before the loop, where variables that come up, as those of metrics, have their place.
    outputs = step.get_concrete_function(specs).structured_outputs

    def take(data, rows):
        return tuple(tf.gather(array, rows) for array in data)

    def epoch(batches, rest, data):
        def one_step(number, _):
            return number + 1, step(take(data, batches[number]))

        logs = tree.map_structure(lambda spec: tf.zeros(spec.shape, spec.dtype), outputs)
        if count := batches.shape[0]:
            _, logs = tf.while_loop(lambda number, _: number < count, one_step, (0, logs))
        if rest.shape[0]:
            logs = step(take(data, rest))
        return logs

    epoch = tf.function(epoch, autograph=False, jit_compile=xla)
    return epoch.get_concrete_function(batches, rest, data)
