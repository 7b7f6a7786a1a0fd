"""How much of the machine's arithmetic a dense training step uses."""

import time
from collections.abc import Callable

import keras
import numpy as np
from keras import layers, ops

from aeutils.session import Session
from aeutils.training import fit
from benchmarks import vanilla
from benchmarks.rows import TrainingStep

SECONDS = 0.05
SIZES = (512, 1024, 2048, 4096)
BATCHES = (128, 512, 2048)
ROWS = 61_440  # about MNIST: an epoch has a start, which is to weigh what it weighs there
EPOCHS = 4


def measure(session: Session) -> list[TrainingStep]:
    """Time the steps of the dense models of `vanilla` and `stacked` for several batch sizes."""
    models = {"784-128-784": lambda: vanilla.make_model("sigmoid"), "784-1000-500-250-30": _deep}
    peak = measure_matrix_rate()
    rows = []
    for name, make in models.items():
        for batch in BATCHES:
            model = make()
            kernels = [layer.kernel.shape for layer in model.layers]
            flops = count_flops(kernels, batch)
            step, alone = _step_seconds(model, batch), _seconds_alone(kernels, batch)
            rows.append(TrainingStep(name, batch, flops / step, peak, flops / alone))
    return rows


def count_flops(kernels: list[tuple[int, int]], batch: int) -> int:
    """Count the arithmetic of the matrix products of one training step.

    A kernel of n x m numbers takes part in three products of 2 x batch x n x m operations: of the
    output, of the gradient of the kernel, and of the gradient of the input, which the first layer
    does not need. So it is ``6 * batch * parameters`` for the parameters of all kernels, less
    ``2 * batch * parameters`` for those of the first one. Biases, activations and the optimizer
    are left out.

    Parameters
    ----------
    kernels : list of tuple of two int
        Shape of the kernel of each dense layer, the first layer first.
    batch : int
        Images per step.
    """
    parameters = [inputs * units for inputs, units in kernels]
    return batch * (6 * sum(parameters) - 2 * parameters[0])


def measure_matrix_rate(sizes: tuple[int, ...] = SIZES) -> float:
    """Return the FLOP/s of the quickest product of two square float32 matrices."""
    return max(_product_rate(size) for size in sizes)


def _product_rate(size: int) -> float:
    return 2 * size**3 / _seconds_of(ops.matmul, _random(size, size), _random(size, size))


def _seconds_alone(kernels: list[tuple[int, int]], batch: int) -> float:
    """Return the seconds of the products that `count_flops` counts, each run alone."""
    seconds = 0.0
    for number, (inputs, units) in enumerate(kernels):
        x, kernel, slope = _random(batch, inputs), _random(inputs, units), _random(batch, units)
        seconds += _seconds_of(ops.matmul, x, kernel)
        seconds += _seconds_of(lambda x, slope: ops.matmul(ops.transpose(x), slope), x, slope)
        if number > 0:
            seconds += _seconds_of(lambda s, k: ops.matmul(s, ops.transpose(k)), slope, kernel)
    return seconds


def _random(*shape: int):
    return ops.convert_to_tensor(np.random.default_rng(0).random(shape, "float32"))


def _seconds_of(product: Callable, a, b) -> float:
    product = _compiled(product)

    def run(repeats: int) -> float:
        start = time.perf_counter()
        for _ in range(repeats):
            found = product(a, b)
        # Devices work on after a call has returned: reading a number waits for them.
        float(found[0, 0])
        return (time.perf_counter() - start) / repeats

    run(1)
    repeats = max(1, round(SECONDS / run(1)))
    return min(run(repeats) for _ in range(5))


def _compiled(function: Callable) -> Callable:
    """Let the backend see a whole product, so that it makes no copy for a transposition."""
    if keras.backend.backend() == "jax":
        import jax

        return jax.jit(function)
    import tensorflow as tf

    return tf.function(function)


def _deep() -> keras.Model:
    """Return the largest model of the chapter `stacked`."""
    hidden = [layers.Dense(units, activation="selu") for units in (1000, 500, 250)]
    back = [layers.Dense(units, activation="selu") for units in (250, 500, 1000)]
    ends = layers.Dense(30), layers.Dense(784, activation="sigmoid")
    return keras.Sequential([keras.Input((784,)), *hidden, ends[0], *back, ends[1]])


def _step_seconds(model: keras.Model, batch: int) -> float:
    """Return the seconds of a step as `fit` makes it, over the quickest epoch but the first."""
    x = np.random.default_rng(0).random((ROWS, 784), "float32")
    settings = {"loss": "mse", "valid": None, "epochs": EPOCHS, "batch_size": batch}
    # The chapters train long enough for `fit` to choose XLA; these few steps would not.
    seconds = fit(model, x, jit_compile=True, label=f"batch {batch}", **settings).history["seconds"]
    return float(np.diff(seconds).min()) * batch / ROWS
