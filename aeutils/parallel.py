"""Data and model parallelism with `keras.distribution` on JAX: one script for one machine or many.

`aeutils.launch.launch` starts it on this machine. On a cluster its scheduler starts one process a
machine: ``python -m aeutils.parallel data:1024:512 --coordinator HOST:PORT --processes 2
--process 0`` on the first one, whose name HOST is, and the same with ``--process 1`` on the
second. The first process prints the results as JSON. Explained in the chapter ``scaling``.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from aeutils.session import importing_keras

if TYPE_CHECKING:
    import keras

STRATEGIES = ("single", "data", "model", "same-images")


@dataclass(frozen=True)
class Run:
    """What one training measured.

    Attributes
    ----------
    strategy : str
        One of ``STRATEGIES``.
    width, batch_size : int
        Hidden units of the model 784-width-784; images of a step, over all processes.
    devices, processes : int
        How many took part, in all.
    loss : list of float
        Squared error per pixel over all images so far, after each step of the first epoch.
    seconds : float
        Time of the quickest epoch after the first, in which the step is compiled.
    kernel_part : list of int
        Shape of the part of the hidden kernel that the first device holds.
    """

    strategy: str
    width: int
    batch_size: int
    devices: int
    processes: int
    loss: list[float]
    seconds: float
    kernel_part: list[int]


def train(strategy: str, width: int, x: np.ndarray, batch_size: int, epochs: int) -> Run:
    """Train 784-width-784 with Adam on the mean squared error.

    Parameters
    ----------
    strategy : {"single", "data", "model", "same-images"}
        How the work is divided over the devices that JAX sees.
    width : int
        Hidden units.
    x : ndarray of shape (n, 784)
        The images, of which each process takes its part.
    batch_size : int
        Images of a step, over all processes.
    epochs : int
        Passes over the images.
    """
    import jax
    import keras

    processes = 1 if strategy == "single" else jax.process_count()
    process = jax.process_index() if strategy == "data" else 0
    x = own_rows(x, batch_size, processes, process)

    keras.distribution.set_distribution(make_distribution(strategy))
    model = make_model(width)
    model.compile(optimizer="adam", loss="mse")
    losses, seconds = [], []
    end_of_step = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda step, logs: losses.append(float(logs["loss"]))
    )
    settings = {"batch_size": batch_size // processes, "shuffle": False, "verbose": 0}
    model.fit(x, x, callbacks=[end_of_step], **settings)
    for _ in range(epochs - 1):
        start = time.perf_counter()
        model.fit(x, x, **settings)
        seconds.append(time.perf_counter() - start)
    kernel = model.layers[0].kernel.value
    return Run(
        strategy=strategy,
        width=width,
        batch_size=batch_size,
        devices=len(kernel.sharding.device_set),
        processes=jax.process_count(),
        loss=losses,
        seconds=min(seconds),
        kernel_part=list(kernel.addressable_shards[0].data.shape),
    )


def make_distribution(strategy: str) -> "keras.distribution.Distribution | None":
    """Return the distribution of Keras for a strategy; None for ``"single"``.

    ``"data"`` and ``"same-images"`` give each device all weights and a part of each batch;
    ``"model"`` gives each device all images and a part of the hidden units.
    """
    import keras

    if strategy == "single":
        return None
    if strategy != "model":
        return keras.distribution.DataParallel(auto_shard_dataset=False)
    devices = keras.distribution.list_devices()
    mesh = keras.distribution.DeviceMesh((1, len(devices)), ["batch", "model"], devices)
    layout = keras.distribution.LayoutMap(mesh)
    layout["autoencoder/hidden/kernel"] = (None, "model")
    layout["autoencoder/hidden/bias"] = ("model",)
    layout["autoencoder/output/kernel"] = ("model", None)
    return keras.distribution.ModelParallel(layout_map=layout, auto_shard_dataset=False)


def make_model(width: int) -> "keras.Model":
    """Return 784-width-784; the weights at the start are the same in every process."""
    import keras
    from keras import layers

    first, second = (keras.initializers.GlorotUniform(seed) for seed in (1, 2))
    return keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dense(width, activation="relu", kernel_initializer=first, name="hidden"),
            layers.Dense(784, activation="sigmoid", kernel_initializer=second, name="output"),
        ],
        name="autoencoder",
    )


def own_rows(x: np.ndarray, batch_size: int, processes: int, process: int) -> np.ndarray:
    """Return the rows of each batch that one process reads, in order.

    Parameters
    ----------
    x : ndarray of shape (n, ...)
        All rows; n a multiple of `batch_size`.
    batch_size : int
        Rows of a step over all processes; a multiple of `processes`.
    """
    part = batch_size // processes
    batches = x.reshape(-1, batch_size, *x.shape[1:])
    return batches[:, process * part : (process + 1) * part].reshape(-1, *x.shape[1:])


def main(arguments: list[str] | None = None) -> int:
    """Run the command line: join the other processes, train, print the results as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("trainings", nargs="+", help="strategy:hidden units:batch size")
    parser.add_argument("--images", type=int, default=4096)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--coordinator", help="HOST:PORT of the first process")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--process", type=int, default=0, help="number of this one, from 0")
    options = parser.parse_args(arguments)
    if options.processes > 1:
        _join(options)
    with importing_keras():
        import keras  # noqa: F401
    from aeutils.data import load_images

    x = np.resize(load_images("mnist", "small").x_train, (options.images, 784))
    runs = []
    for training in options.trainings:
        strategy, width, batch_size = training.split(":")
        runs.append(asdict(train(strategy, int(width), x, int(batch_size), options.epochs)))
    if options.process == 0:
        print(json.dumps(runs))
    return 0


def _join(options: argparse.Namespace) -> None:
    """Connect this process to the others; must come before the first computation."""
    import jax

    # Between processors, gloo adds up the gradients; between GPUs JAX takes NCCL by itself.
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    # Keras would also draw a seed for all, which nothing here needs, and import TensorFlow for it.
    jax.distributed.initialize(options.coordinator, options.processes, options.process)


if __name__ == "__main__":
    sys.exit(main())
