"""The gradient of a model's loss on one batch, on either backend; no weight moves."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from aeutils.checkup.objective import overrides, with_targets
from aeutils.checkup.state import kept
from aeutils.checkup.subject import Subject, is_tensorflow
from aeutils.checkup.trace import call

BATCH = 128


def own_loss(model: Any) -> bool:
    """Say whether a model trains on what `compute_loss` returns, so that we can ask for it."""
    if not isinstance(model, keras.Model) or overrides(model, "train_step"):
        return False
    one = model.loss is not None and not isinstance(model.loss, (list, dict))
    return bool(model.compiled and (one or overrides(model, "compute_loss")))


def batch_loss(subject: Subject, x: np.ndarray, y: np.ndarray, gives_logits: bool) -> Any:
    """Return the loss of a batch as training sees it, a tensor.

    A model whose own loss cannot be asked for gets the squared error and its penalties.
    """
    model = subject.model
    outputs = call(model, x, True)
    if own_loss(subject.trainer):
        target = ops.convert_to_tensor(y)
        return with_targets(target, lambda y: model.compute_loss(x=x, y=y, y_pred=outputs))
    copies = subject.reconstruction(outputs)
    if subject.data.kind == "tokens" and len(copies.shape) == 3:
        error = ops.mean(keras.losses.sparse_categorical_crossentropy(y, copies))
    else:
        copies = ops.sigmoid(copies) if gives_logits else copies
        target = ops.cast(ops.reshape(y, copies.shape), copies.dtype)
        error = ops.mean(ops.square(copies - target))
    return ops.sum(ops.stack([error, *(ops.sum(part) for part in model.losses)]))


def gradients(subject: Subject) -> list[tuple[keras.Variable, np.ndarray | None]]:
    """Return the trainable weights with their gradients on a batch of training rows.

    The gradient of a weight that the loss does not depend on is None, or zero where the backend
    cannot tell the two apart.
    """
    data = subject.data
    x, y = data.x_train[:BATCH], data.target_train[:BATCH]
    weights = list(subject.model.trainable_weights)
    gives_logits = subject.gives_logits  # before anything is traced

    def loss() -> Any:
        return batch_loss(subject, x, y, gives_logits)

    with kept(subject.model):
        found = (_by_tape if is_tensorflow() else _by_jax)(weights, loss)
    return [
        (weight, None if grad is None else ops.convert_to_numpy(grad))
        for weight, grad in zip(weights, found, strict=True)
    ]


def falls(subject: Subject, rates: tuple[float, ...]) -> list[float]:
    """Return by how much one step of each rate against the gradient lowers the loss of a batch.

    No weight stays moved. Penalties and noise count as in training; the noise is the same each
    time.
    """
    data = subject.data
    x, y = data.x_train[:BATCH], data.target_train[:BATCH]
    found = [(weight, grad) for weight, grad in gradients(subject) if grad is not None]
    gives_logits = subject.gives_logits
    values = []
    for rate in (0.0, *rates):
        with kept(subject.model):
            for weight, grad in found:
                weight.assign(weight - rate * grad)
            values.append(float(ops.convert_to_numpy(batch_loss(subject, x, y, gives_logits))))
    return [values[0] - value for value in values[1:]]


def _by_tape(weights: list[keras.Variable], loss: Callable[[], Any]) -> list:
    import tensorflow as tf

    with tf.GradientTape() as tape:
        value = loss()
    found = tape.gradient(value, [weight.value for weight in weights])
    return [None if grad is None else tf.convert_to_tensor(grad) for grad in found]


def _by_jax(weights: list[keras.Variable], loss: Callable[[], Any]) -> list:
    import jax

    def loss_of(values):
        with keras.StatelessScope(zip(weights, values, strict=True), collect_losses=True):
            return loss()

    return jax.grad(loss_of)([weight.value for weight in weights])
