"""What a model is set to: its loss, its activations, and whether it has been trained."""

from typing import Any

import keras
import numpy as np
from keras import ops


def activation_of(layer: keras.Layer) -> str | None:
    """Return the name of the activation of a layer, or that a layer is; None if it has none."""
    layer = getattr(layer, "layer", layer)
    for kind, name in ((keras.layers.ReLU, "relu"), (keras.layers.Softmax, "softmax")):
        if isinstance(layer, kind):
            return name
    return getattr(getattr(layer, "activation", None), "__name__", None)


def loss_name(loss: Any) -> str:
    """Return the name of a loss of Keras, as ``"meansquarederror"``; of another one ``""``.

    Of several losses it is the first.
    """
    found = [part for part in keras.tree.flatten(loss) if part is not None]
    if not found:
        return ""
    loss = keras.losses.get(found[0])
    kind = loss if hasattr(loss, "__name__") else type(loss)
    if not getattr(kind, "__module__", "").startswith("keras."):
        return ""
    return kind.__name__.replace("_", "").lower()


def says_logits(loss: Any) -> bool:
    """Say whether a loss, or one of several, takes logits."""
    parts = keras.tree.flatten(loss)
    return any(getattr(part, "from_logits", False) or _configured(part) for part in parts)


def _configured(loss: Any) -> bool:
    get_config = getattr(loss, "get_config", None)
    return bool(get_config and get_config().get("from_logits"))


def moved(parts: list[Any]) -> tuple[bool, bool] | None:
    """Say whether any bias has left its start, and whether all have, each unit its own way.

    Keras starts a bias at 0, and one of a gate at 1. None where there is no bias.
    """
    weights = [v for part in parts if isinstance(part, keras.Layer) for v in part.trainable_weights]
    biases = [ops.convert_to_numpy(v) for v in weights if v.path.split("/")[-1] == "bias"]
    if not biases:
        return None
    several = [len(np.unique(bias)) > 1 or bias.size == 1 for bias in biases]
    left = [not np.isin(bias, (0, 1)).all() for bias in biases]
    return any(left), len(biases) > 1 and all(left) and all(several)
