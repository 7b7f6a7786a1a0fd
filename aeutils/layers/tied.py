"""A dense layer of the decoder that shares the kernel of one of the encoder."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from aeutils.layers.base import Tensor


@keras.saving.register_keras_serializable("aeutils")
class TiedDense(keras.layers.Layer):
    """Dense layer whose kernel is the transposed kernel of another one, with a bias of its own.

    Computes ``activation(x @ kernel.T + bias)``. The kernel belongs to `tied_to` alone, is counted
    and saved there, and gets the gradients of both uses. A saved model comes back tied, unless the
    layer of the encoder lies in a model inside of it, which Keras saves without naming its layers.

    Parameters
    ----------
    tied_to : keras.layers.Dense
        The layer of the encoder with a kernel of shape (features, units). Input of the tied layer
        is (..., units), its output (..., features).
    activation : str or callable, optional
        Activation as `keras.layers.Dense` takes it; by default none.

    Raises
    ------
    ValueError
        If `tied_to` is no `Dense` layer, is not built yet, or has not as many units as the input,
        and for a copy that would not be tied: by `keras.models.clone_model`, or of a saved model
        whose encoder is a model of its own.
    """

    def __init__(
        self, tied_to: keras.layers.Dense, activation: str | Callable | None = None, **kwargs: Any
    ):
        super().__init__(**kwargs)
        if not isinstance(tied_to, keras.layers.Dense):
            raise ValueError(f"tied_to is {tied_to!r}; give the Dense layer of the encoder.")
        # Behind a function the layer is not found as a part of this one: it is counted once.
        self._tied_to = lambda: tied_to
        self.activation = keras.activations.get(activation)

    def build(self, input_shape: tuple) -> None:
        """Make the bias, once the kernel that is shared exists."""
        tied_to = self._tied_to()
        if not tied_to.built:
            raise ValueError(
                f"{tied_to.name} has no kernel yet: build the encoder before the layer tied to it."
            )
        features, units = tied_to.kernel.shape
        if input_shape[-1] != units:
            raise ValueError(
                f"The input of {self.name} has {input_shape[-1]} features, but {tied_to.name} "
                f"has {units} units; tied layers run in the reverse order of the encoder."
            )
        self.bias = self.add_weight(shape=(features,), initializer="zeros", name="bias")

    def call(self, x: Tensor) -> Tensor:
        """Return ``activation(x @ kernel.T + bias)``."""
        kernel = ops.transpose(self._tied_to().kernel)
        return self.activation(ops.matmul(x, kernel) + self.bias)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the input of the encoder layer."""
        return (*input_shape[:-1], self._tied_to().kernel.shape[0])

    def get_config(self) -> dict[str, Any]:
        """Return the settings, the layer that it is tied to among them."""
        return {
            **super().get_config(),
            "tied_to": keras.saving.serialize_keras_object(self._tied_to()),
            "activation": keras.activations.serialize(self.activation),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "TiedDense":
        """Make the layer; in a saved model `tied_to` is the layer of that model."""
        if "shared_object_id" not in config["tied_to"]:
            raise ValueError(
                "A tied layer alone does not say which layer of the copy it is tied to. Copy the "
                "whole model: save and load it, or make it anew and set its weights."
            )
        # Without what it was built for, a layer that is not the model's own stays without a kernel.
        bare = {name: part for name, part in config["tied_to"].items() if name != "build_config"}
        tied_to = keras.saving.deserialize_keras_object(bare)
        if not tied_to.built:
            raise ValueError(
                f"The layer that {config['name']} is tied to lies in a model inside of the saved "
                "one, which does not name it. Make the model anew, and use its load_weights."
            )
        return cls(**{**config, "tied_to": tied_to})
