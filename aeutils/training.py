"""Training as every chapter does it: compiled, scheduled, watched, one line of progress."""

import math
import warnings
from collections.abc import Callable
from numbers import Integral, Real

import keras
import numpy as np

from aeutils import adam, compiled, inputs, layers
from aeutils.progress import Progress

STEPS_PER_EXECUTION = 16
WITHOUT_DEFAULT_RATE = ("sgd", "adadelta", "adagrad", "ftrl")
# On TensorFlow: 1 s to compile, half to one millisecond gained a step (dense, two threads).
STEPS_WORTH_COMPILING = 2000
SLOW_UNDER_XLA = (
    keras.layers.Conv1D,
    keras.layers.Conv2D,
    keras.layers.Conv1DTranspose,
    keras.layers.Conv2DTranspose,
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
    learning_rate: float | None = None,
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
    that XLA slows down on a CPU (noise and dropout, pooling, upsampling, recurrence,
    convolution; measured) or trains for fewer steps than the compilation costs.

    Parameters
    ----------
    model : keras.Model
        The model; with `loss` ``None`` it must bring its own loss.
    x : array_like of shape (n, ...), callable, or data set
        Training inputs, in whatever holds numbers; or a function without arguments that draws
        those of the next epoch, for noise that is never the same twice and costs nothing inside
        the compiled step; or a
        `keras.utils.PyDataset` or `tf.data.Dataset` of known length, whose batches Keras takes as
        they come, with their targets.
    y : array_like of shape (n, ...), optional
        Targets; by default the inputs themselves where a `loss` is given.
    valid : array_like, tuple of two, or None
        Validation inputs (their own targets), or inputs and targets, which it must be where `y`
        is given; or a data set; ``None`` for no validation.
    epochs : int
        Passes over the training data.
    loss, metrics
        As `keras.Model.compile` takes them.
    optimizer : str
        Name of a Keras optimizer.
    learning_rate : float, optional
        Learning rate of the first step; by default 0.001, as suits Adam and its relatives. The
        names in ``WITHOUT_DEFAULT_RATE`` want one: no rate suits them for most models.
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
        For inputs and targets of unequal length, an empty set, values that are not finite, targets
        outside of what the loss asks for (pixels of 0 to 255 with a cross-entropy), `y` without
        targets in `valid`, a reconstruction of another shape than the images, an optimizer that
        wants a learning rate, a model made for several devices by ``tf.distribute``, or an
        impossible setting.
    FloatingPointError
        When the loss is not finite after an epoch, or after 16 batches where they come one by one,
        or that of the validation is not.

    Warns
    -----
    UserWarning
        For the metric ``accuracy`` of a reconstruction, and a loss that hardly moves.
    """
    data_set = inputs.is_data_set(x)
    draw, x = (x, x()) if callable(x) and not data_set else (None, x)
    learning_rate = _choose_rate(optimizer) if learning_rate is None else learning_rate
    _check_settings(epochs=epochs, batch_size=batch_size, learning_rate=learning_rate)
    valid = _open_valid(model, valid, y, loss)
    x, y, steps, scale = _open(model, x, y, loss, batch_size)
    _check_metrics(metrics, x, y)
    model.compile(
        optimizer=_make_optimizer(optimizer, learning_rate, schedule, steps * epochs),
        loss=loss,
        metrics=metrics,
        jit_compile=_choose_xla(model, steps * epochs) if jit_compile is None else jit_compile,
    )
    model.optimizer.build(model.trainable_variables)  # in tracing it would trace the step twice
    settings = {"epochs": epochs, "callbacks": [Progress(epochs, learning_rate, label, scale)]}
    sizes = {"batch_size": batch_size, "validation_batch_size": max(batch_size, 500)}
    batches = data_set or inputs.is_data_set(valid)
    if not batches and compiled.possible(model, x, y, *(valid or ())):
        return compiled.fit(model, x, y, valid, draw=draw, **sizes, **settings)
    model.steps_per_execution = min(STEPS_PER_EXECUTION, steps)
    settings |= {"validation_data": valid, "verbose": 0}
    if data_set:  # those of TensorFlow shuffle themselves; asked to, Keras would only warn
        return model.fit(x, shuffle=isinstance(x, keras.utils.PyDataset), **settings)
    return _fit_by_batches(model, x, y, draw, **sizes, **settings)


def _fit_by_batches(model, x, y, draw, *, epochs: int, **settings) -> keras.callbacks.History:
    """Call the `fit` of Keras once, or for each epoch with the inputs that are drawn for it."""
    if draw is None:
        return model.fit(x, y, epochs=epochs, **settings)
    history, copies = keras.callbacks.History(), y is x
    settings["callbacks"].append(history)
    for epoch in range(epochs):
        x = inputs.draw_again(draw, x) if epoch > 0 else x
        model.fit(x, x if copies else y, initial_epoch=epoch, epochs=epoch + 1, **settings)
    history.epoch = list(range(epochs))  # each call begins it anew
    return history


def gains_from_xla(model: keras.Model) -> bool:
    """Say whether the training step of a model should be compiled by XLA.

    Always on JAX, where an uncompiled step is ten times slower. On TensorFlow not for models
    with a layer of ``SLOW_UNDER_XLA``. Convolutions are the worst of them: inside of the loop of an
    epoch XLA took 3 to 4 times the processor time with a stride, and 90 times without one.
    """
    if keras.backend.backend() == "jax":
        return True
    return not any(isinstance(layer, SLOW_UNDER_XLA) for layer in model._flatten_layers())


def _choose_xla(model: keras.Model, steps: int) -> bool:
    worth_it = keras.backend.backend() == "jax" or steps >= STEPS_WORTH_COMPILING
    return worth_it and gains_from_xla(model)


def _check_reconstruction(model: keras.Model, x, y, loss) -> None:
    """Refuse a model whose output has not the shape of the images it has to reconstruct.

    Afterwards the model is built, also one that had not seen data before.
    """
    x_hat = model(x[:1])
    if y is None or np.shape(y) != np.shape(x) or not hasattr(x_hat, "shape"):
        return
    if inputs.name_of(loss) == "sparsecategoricalcrossentropy":  # its output has one axis more
        return
    if tuple(x_hat.shape[1:]) != np.shape(y)[1:]:
        raise ValueError(
            f"The model turns inputs of shape {np.shape(x)[1:]} into outputs of shape "
            f"{tuple(x_hat.shape[1:])}; a reconstruction must have the shape of its target. Follow "
            "the shapes layer by layer with model.summary()."
        )


def _take_arrays(x, y, loss) -> tuple[np.ndarray, np.ndarray | None]:
    """Return inputs and targets as arrays; one and the same where the model is to copy."""
    copies = y is x or (y is None and loss is not None)
    x = inputs.as_array(x, "x")
    return x, x if copies else y if y is None else inputs.as_array(y, "y")


def _open_arrays(model, x, y, loss, batch_size: int) -> tuple[int, tuple[float, float]]:
    """Check arrays, build the model on them, return the steps of an epoch and the range of `x`."""
    scale = inputs.check_rows(x, y, "x", "y")
    targets = x if loss is None else y
    inputs.check_targets(model, targets, loss, "x" if targets is x else "y")
    _check_reconstruction(model, x, y, loss)
    return math.ceil(len(x) / batch_size), scale


def _check_devices(model: keras.Model) -> None:
    strategy = getattr(model, "distribute_strategy", None)  # what tf.distribute leaves on a model
    if getattr(strategy, "num_replicas_in_sync", 1) > 1:
        raise ValueError(
            f"The model was made for {strategy.num_replicas_in_sync} devices by tf.distribute, "
            "where its copies would drift apart. Train it by model.fit, or take keras.distribution."
        )


def _check_settings(**settings) -> None:
    for name in ("epochs", "batch_size"):
        if not isinstance(settings[name], Integral) or settings[name] < 1:
            raise ValueError(
                f"{name} is {settings[name]!r}; it must be a whole number of 1 or more."
            )
    rate = settings["learning_rate"]
    if not (isinstance(rate, Real) and 0 < rate < math.inf):
        raise ValueError(f"learning_rate is {rate!r}; it must be a number above 0.")


def _open_valid(model, valid, y, loss):
    """Return the validation data as `fit` goes on with them, once their targets suit the loss."""
    if inputs.is_data_set(valid):
        return valid
    valid = inputs.pair_valid(valid, y, loss)
    if valid is not None:
        inputs.check_targets(model, valid[0 if loss is None else 1], loss, "valid")
    return valid


def _open(model, x, y, loss, batch_size: int) -> tuple:
    """Build the model; return data as `fit` goes on with them, steps of an epoch, range of `x`."""
    _check_devices(model)
    if inputs.is_data_set(x):
        return x, y, *_open_data_set(model, x, y, loss)
    x, y = _take_arrays(x, y, loss)
    return x, y, *_open_arrays(model, x, y, loss, batch_size)


def _open_data_set(model, x, y, loss) -> tuple[int, tuple[float, float]]:
    """Build the model on the first batch, return how many there are and the range of this one."""
    if y is not None:
        raise ValueError("x is a data set, so y must be None: its batches are (inputs, targets).")
    try:
        steps = len(x)
    except (AttributeError, NotImplementedError, TypeError) as error:
        raise ValueError(
            "x is a data set that does not say how many batches it has; end it by `take`."
        ) from error
    batch = x[0] if isinstance(x, keras.utils.PyDataset) else next(iter(x))
    first, *rest = batch if isinstance(batch, tuple) else (batch,)
    model(first)
    scale = (0.0, 0.0)
    if not isinstance(first, (dict, list, tuple)):  # a model of several inputs
        scale = inputs.value_range(inputs.as_array(first, "the first batch"), "the first batch")
    if rest and not isinstance(rest[0], (dict, list, tuple)):
        targets = inputs.as_array(rest[0], "the targets of the first batch")
        inputs.check_targets(model, targets, loss, "the targets of the first batch")
    return steps, scale


def _choose_rate(optimizer: str) -> float:
    """Return the rate that suits the optimizers whose step is as long whatever the gradient."""
    if str(optimizer).lower() not in WITHOUT_DEFAULT_RATE:
        return 1e-3
    raise ValueError(
        f"Give a learning_rate for the optimizer {optimizer!r}: with Adam's 0.001 it would hardly "
        "move. Where the loss is a mean over pixels, try 1 and 10 for 'sgd' and 'adadelta'."
    )


def _check_metrics(metrics, x, y) -> None:
    if y is x and any(str(metric).lower() in ("acc", "accuracy") for metric in metrics or ()):
        warnings.warn(
            "The accuracy of a reconstruction says nothing: of 784 outputs Keras asks whether the "
            "largest stands in the same place as in the target. Use 'mse', beside that of the mean "
            "image.",
            stacklevel=3,
        )


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
