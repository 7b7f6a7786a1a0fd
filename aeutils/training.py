"""Training as every chapter does it: compiled, scheduled, watched, one line of progress."""

import math
import sys
import time
from collections.abc import Callable
from numbers import Integral, Real

import keras
import numpy as np

from aeutils import adam, compiled, layers

STEPS_PER_EXECUTION = 16
# On TensorFlow: 1 s to compile, half to one millisecond gained a step (dense, two threads).
STEPS_WORTH_COMPILING = 2000
SLOW_UNDER_XLA = (
    keras.layers.MaxPooling2D,
    keras.layers.UpSampling2D,
    keras.layers.RNN,
    keras.layers.GaussianNoise,
    keras.layers.GaussianDropout,
    keras.layers.Dropout,
    layers.GaussianCorruption,
    layers.MaskingCorruption,
)


def fit(
    model: keras.Model,
    x: np.ndarray | Callable[[], np.ndarray] | keras.utils.PyDataset,
    y: np.ndarray | None = None,
    *,
    valid: np.ndarray | tuple[np.ndarray, np.ndarray] | keras.utils.PyDataset | None,
    epochs: int,
    loss: str | keras.losses.Loss | None = None,
    metrics: list | None = None,
    optimizer: str = "adam",
    learning_rate: float = 1e-3,
    schedule: str = "cosine",
    batch_size: int = 128,
    jit_compile: bool | None = None,
    label: str = "",
) -> keras.callbacks.History:
    """Compile and train a model; print one line when it is done.

    Arrays of at most a quarter of the device's memory go there once, and each epoch is one
    compiled call. A data set, larger arrays and the models that `aeutils.compiled.possible` names
    get their batches from Keras one by one, 16 to an execution.

    The step is compiled by XLA always on JAX, and on TensorFlow unless the model has a layer
    that XLA slows down on a CPU (noise and dropout, pooling, upsampling, recurrence; measured)
    or trains for fewer steps than the compilation costs.

    Parameters
    ----------
    model : keras.Model
        The model; with `loss` ``None`` it must bring its own loss.
    x : ndarray of shape (n, ...), callable, or data set
        Training inputs; or a function without arguments that draws those of the next epoch, for
        noise that is never the same twice and costs nothing inside the compiled step; or a
        `keras.utils.PyDataset` or `tf.data.Dataset` of known length, whose batches Keras takes as
        they come, with their targets.
    y : ndarray of shape (n, ...), optional
        Targets; by default the inputs themselves where a `loss` is given.
    valid : ndarray, tuple of two ndarrays, or None
        Validation inputs (their own targets), or inputs and targets, which it must be where `y`
        is given; or a data set; ``None`` for no validation.
    epochs : int
        Passes over the training data.
    loss, metrics
        As `keras.Model.compile` takes them.
    optimizer : str
        Name of a Keras optimizer.
    learning_rate : float
        Learning rate of the first step.
    schedule : {"cosine", "constant"}
        Whether the learning rate falls to zero along half a cosine or stays.
    batch_size : int
        Images per step.
    jit_compile : bool, optional
        Overrules the choice described above.
    label : str
        What the line of progress begins with, to tell several runs apart.

    Returns
    -------
    keras.callbacks.History
        Its ``history`` has the values per epoch and, as ``seconds``, the time since the start,
        compilation included.

    Raises
    ------
    ValueError
        For inputs and targets of unequal length, an empty set, `y` without targets in `valid`,
        a reconstruction of another shape than the images, or an impossible setting.
    FloatingPointError
        When the loss is not finite after an epoch, or after 16 batches where they come one by one.
    """
    data_set = _is_data_set(x)
    draw, x = (x, x()) if callable(x) and not data_set else (None, x)
    valid = valid if _is_data_set(valid) else _pair_valid(valid, y, loss)
    y = x if y is None and loss is not None and not data_set else y
    _check_settings(epochs=epochs, batch_size=batch_size, learning_rate=learning_rate)
    steps = _open_data_set(model, x, y) if data_set else _count_steps(model, x, y, batch_size)
    model.compile(
        optimizer=_make_optimizer(optimizer, learning_rate, schedule, steps * epochs),
        loss=loss,
        metrics=metrics,
        jit_compile=_choose_xla(model, steps * epochs) if jit_compile is None else jit_compile,
    )
    # Variables of the optimizer that come up during tracing would have the step traced twice.
    model.optimizer.build(model.trainable_variables)
    settings = {"epochs": epochs, "callbacks": [_Progress(epochs, learning_rate, label)]}
    sizes = {"batch_size": batch_size, "validation_batch_size": max(batch_size, 500)}
    whole = not data_set and not _is_data_set(valid)
    if whole and compiled.possible(model, x, y, *(valid or ())):
        return compiled.fit(model, x, y, valid, draw=draw, **sizes, **settings)
    model.steps_per_execution = min(STEPS_PER_EXECUTION, steps)
    settings |= {"validation_data": valid, "verbose": 0}
    if data_set:
        return _fit_data_set(model, x, **settings)
    return _fit_by_batches(model, x, y, draw, **sizes, **settings)


def _fit_data_set(model, x, **settings) -> keras.callbacks.History:
    # TensorFlow's data sets shuffle themselves; asked to, Keras would only warn.
    return model.fit(x, shuffle=isinstance(x, keras.utils.PyDataset), **settings)


def _fit_by_batches(model, x, y, draw, *, epochs: int, **settings) -> keras.callbacks.History:
    """Call the `fit` of Keras once, or for each epoch with the inputs that are drawn for it."""
    if draw is None:
        return model.fit(x, y, epochs=epochs, **settings)
    history, copies = keras.callbacks.History(), y is x
    settings["callbacks"].append(history)
    for epoch in range(epochs):
        x = draw() if epoch > 0 else x
        model.fit(x, x if copies else y, initial_epoch=epoch, epochs=epoch + 1, **settings)
    return history


def gains_from_xla(model: keras.Model) -> bool:
    """Say whether the training step of a model should be compiled by XLA.

    Always on JAX, where an uncompiled step is ten times slower. On TensorFlow not for models
    with a layer of ``SLOW_UNDER_XLA``.
    """
    if keras.backend.backend() == "jax":
        return True
    return not any(isinstance(layer, SLOW_UNDER_XLA) for layer in model._flatten_layers())


def _choose_xla(model: keras.Model, steps: int) -> bool:
    worth_it = keras.backend.backend() == "jax" or steps >= STEPS_WORTH_COMPILING
    return worth_it and gains_from_xla(model)


def _pair_valid(valid, y, loss):
    """Return validation inputs and targets as a pair, or None."""
    if valid is None:
        return None
    if not isinstance(valid, tuple):
        if y is not None:
            raise ValueError("valid is one array, but y is given: valid must be (inputs, targets).")
        valid = (valid, valid if loss is not None else None)
    if len(valid) != 2 or (valid[1] is None and loss is not None):
        raise ValueError("valid must be an array or a tuple of two: (inputs, targets).")
    _check_pair(*valid, "valid[0]", "valid[1]")
    return valid


def _check_pair(x, y, x_name: str, y_name: str) -> None:
    if np.ndim(x) < 2 or len(x) == 0:
        raise ValueError(f"{x_name} has shape {np.shape(x)}; expected (n, ...) with n above 0.")
    if y is not None and len(y) != len(x):
        raise ValueError(f"{x_name} has {len(x)} rows and {y_name} {len(y)}; they must match.")


def _check_reconstruction(model: keras.Model, x, y) -> None:
    """Refuse a model whose output has not the shape of the images it has to reconstruct.

    Afterwards the model is built, also one that had not seen data before.
    """
    x_hat = model(x[:1])
    if y is None or np.shape(y) != np.shape(x) or not hasattr(x_hat, "shape"):
        return
    if tuple(x_hat.shape[1:]) != np.shape(y)[1:]:
        raise ValueError(
            f"The model turns inputs of shape {np.shape(x)[1:]} into outputs of shape "
            f"{tuple(x_hat.shape[1:])}; a reconstruction must have the shape of its target. Follow "
            "the shapes layer by layer with model.summary()."
        )


def _count_steps(model, x, y, batch_size: int) -> int:
    """Check arrays, build the model on them and return the steps of an epoch."""
    _check_pair(x, y, "x", "y")
    _check_reconstruction(model, x, y)
    return math.ceil(len(x) / batch_size)


def _check_settings(**settings) -> None:
    for name in ("epochs", "batch_size"):
        if not isinstance(settings[name], Integral) or settings[name] < 1:
            raise ValueError(
                f"{name} is {settings[name]!r}; it must be a whole number of 1 or more."
            )
    rate = settings["learning_rate"]
    if not (isinstance(rate, Real) and 0 < rate < math.inf):
        raise ValueError(f"learning_rate is {rate!r}; it must be a number above 0.")


def _is_data_set(x) -> bool:
    """Say whether `x` is an object that hands over batches, not rows."""
    tensorflow = sys.modules.get("tensorflow")
    kinds = (keras.utils.PyDataset, *((tensorflow.data.Dataset,) if tensorflow else ()))
    return isinstance(x, kinds)


def _open_data_set(model, x, y) -> int:
    """Build the model on the first batch of a data set and return how many batches it has."""
    if y is not None:
        raise ValueError("x is a data set, so y must be None: its batches are (inputs, targets).")
    try:
        steps = len(x)
    except (AttributeError, NotImplementedError, TypeError) as error:
        raise ValueError(
            "x is a data set that does not say how many batches it has; end it by `take`."
        ) from error
    batch = x[0] if isinstance(x, keras.utils.PyDataset) else next(iter(x))
    model(batch[0] if isinstance(batch, tuple) else batch)
    return steps


def _make_optimizer(name: str, learning_rate: float, schedule: str, steps: int):
    if schedule not in ("cosine", "constant"):
        raise ValueError(f"schedule is {schedule!r}; choose 'cosine' or 'constant'.")
    rate = learning_rate
    if schedule == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(learning_rate, decay_steps=steps)
    try:
        made = keras.optimizers.get({"class_name": name, "config": {"learning_rate": rate}})
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(f"optimizer is {name!r}; give the name of one, as 'adam'.") from error
    return adam.fused(made)


class _Progress(keras.callbacks.Callback):
    """Shows one line that is rewritten after each epoch, and stops on a loss that is not finite."""

    def __init__(self, epochs: int, learning_rate: float, label: str):
        super().__init__()
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.prefix = f"{label}: " if label else ""
        self.handle = None
        self.width = 0
        self.start = self.shown = time.perf_counter()

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch + 1

    def on_train_batch_end(self, batch, logs=None):
        if not math.isfinite(logs["loss"]):
            raise FloatingPointError(
                f"The loss became {logs['loss']} in epoch {self.epoch}. Lower learning_rate "
                f"(now {self.learning_rate}) or look for values in the data that are not finite."
            )

    def on_epoch_end(self, epoch, logs=None):
        now = time.perf_counter()
        logs["seconds"] = now - self.start
        if now - self.shown > 0.5 or self.epoch == self.epochs:
            self.shown = now
            self._show(logs)

    def _show(self, logs):
        values = ", ".join(f"{k} {v:.4g}" for k, v in logs.items() if k != "seconds")
        epoch = f"epoch {self.epoch} of {self.epochs}"
        line = f"{self.prefix}{epoch}, {logs['seconds']:.1f} s: {values}"
        if "IPython" not in sys.modules or sys.modules["IPython"].get_ipython() is None:
            last = self.epoch == self.epochs
            print(f"\r{line:{self.width}}", end="\n" if last else "", flush=True)
            self.width = len(line)
            return
        from IPython.display import display

        if self.handle is None:
            self.handle = display({"text/plain": line}, raw=True, display_id=True)
        else:
            self.handle.update({"text/plain": line}, raw=True)
