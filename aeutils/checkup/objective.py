"""What a model minimises: its penalties, its loss on a batch, and what one step reports."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from keras import ops

from aeutils.checkup.state import kept
from aeutils.checkup.trace import call

BATCH = 64
TOTALS = ("loss", "total_loss", "total")


def overrides(model: Any, name: str) -> bool:
    """Say whether a model has a method of its own in place of that of Keras."""
    return isinstance(model, keras.Model) and getattr(type(model), name) is not getattr(
        keras.Model, name
    )


def batch(subject: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return 64 training rows and their targets."""
    x, y = subject.data.x_train, subject.data.target_train
    rows = np.resize(np.arange(len(x)), BATCH)
    return x[rows], y[rows]


def penalties(subject: Any, x: np.ndarray, training: bool = True) -> list[float]:
    """Return what the layers of a model add to its loss for a batch, term by term."""
    with kept(subject.model):
        call(subject.model, x, training)
        return [float(ops.convert_to_numpy(term)) for term in subject.trainer.losses]


def with_targets(y: Any, loss: Callable[[Any], Any]) -> Any:
    """Return a loss for these targets, or without any from a model that refuses them."""
    try:
        return loss(y)
    except (TypeError, ValueError) as refusal:
        try:
            return loss(None)
        except Exception:
            raise refusal from None


def loss_of(model: Any, x: np.ndarray, y: np.ndarray, outputs: Any) -> float | None:
    """Return the loss of outputs by the model's own `compute_loss`; None if it has none.

    The penalties are those of the last call of the model.
    """
    if not isinstance(model, keras.Model):
        return None
    if not (model.compiled and model.loss) and not overrides(model, "compute_loss"):
        return None
    try:
        total = with_targets(y, lambda y: model._compute_loss(x, y, outputs, None, training=True))
    except (TypeError, ValueError):  # a loss for outputs of another kind
        return None
    total = np.asarray(ops.convert_to_numpy(total), "float64")
    return float(total.mean()) if total.size else None


def batch_loss(subject: Any, x: np.ndarray, y: np.ndarray) -> float | None:
    """Return the loss of a batch in training mode, as `fit` counts it; None if it is unknown."""
    model = subject.trainer
    with kept(model):
        if overrides(model, "train_step"):
            logs = step_logs(model, x, y) or {}
            return next((logs[name] for name in TOTALS if name in logs), None)
        return loss_of(model, x, y, call(subject.model, x, True))


@contextmanager
def raised_penalties(amount: float) -> Iterator[None]:
    """Add an amount to each penalty that any layer reports."""
    own = keras.Layer.losses
    keras.Layer.losses = property(lambda layer: [term + amount for term in own.fget(layer)])
    try:
        yield
    finally:
        keras.Layer.losses = own


def step_logs(model: keras.Model, x: np.ndarray, y: np.ndarray) -> dict[str, float] | None:
    """Return what a training step of the model's own reports, without a change of the weights.

    Call it inside of `kept`. None if the step takes neither `x` nor `(x, y)`.
    """
    for metric in model.metrics:
        metric.reset_state()
    x, y = ops.convert_to_tensor(x), ops.convert_to_tensor(y)
    for batch in (x, (x, y)):
        try:
            logs = _step(model, batch)
        except Exception:  # whatever the reader's step does with data of another form
            continue
        if isinstance(logs, dict):
            values = {name: np.asarray(ops.convert_to_numpy(v)) for name, v in logs.items()}
            return {name: float(value) for name, value in values.items() if value.ndim == 0}
    return None


def _step(model: keras.Model, batch: Any) -> Any:
    if keras.backend.backend() != "jax":
        with _still(model):
            return model.train_step(batch)
    if not (model.optimizer and model.optimizer.built):
        return None
    parts = (model.trainable_variables, model.non_trainable_variables)
    parts += (model.optimizer.variables, model.metrics_variables)
    state = tuple([variable.value for variable in part] for part in parts)
    return model.train_step(state, batch)[0]


class _Still:
    """An optimizer that makes no step."""

    def __init__(self, own: keras.optimizers.Optimizer):
        self.own = own

    def __getattr__(self, name: str) -> Any:
        return getattr(self.own, name)

    def apply_gradients(self, *args: Any, **kwargs: Any) -> None:
        """Leave the weights."""

    apply = minimize = apply_gradients


@contextmanager
def _still(model: keras.Model) -> Iterator[None]:
    own = {
        name: value
        for name, value in vars(model).items()
        if isinstance(value, keras.optimizers.Optimizer)
    }
    for name, value in own.items():
        object.__setattr__(model, name, _Still(value))
    try:
        yield
    finally:
        for name, value in own.items():
            object.__setattr__(model, name, value)
