"""What is examined: a model and its data, asked in one way whatever way they were written."""

import sys
from functools import cached_property
from typing import Any

import keras
import numpy as np
from keras import ops

from aeutils.checkup.answers import ROWS, Answers
from aeutils.checkup.posterior import Posterior, find_posterior
from aeutils.checkup.settings import activation_of
from aeutils.checkup.trace import Step, call, output_of, trace

# Layers that hand on the values that they get, when nothing is trained.
CARRIERS = (
    keras.layers.Reshape,
    keras.layers.Flatten,
    keras.layers.Dropout,
    keras.layers.GaussianNoise,
    keras.layers.Identity,
    keras.layers.InputLayer,
)

SCALERS = (
    keras.layers.Normalization,
    keras.layers.BatchNormalization,
    keras.layers.LayerNormalization,
    keras.layers.Rescaling,
)


class Subject(Answers):
    """A model with its data; every check asks this object, also for what the layers give."""

    @cached_property
    def _traced(self) -> tuple[Any, list[Step]]:
        return trace(self.model, self.data.x_valid[:ROWS])

    @property
    def steps(self) -> list[Step]:
        """Calls of the layers on validation rows, in inference; outputs are tensors."""
        return self._traced[1]

    @cached_property
    def first_step(self) -> Step | None:
        """The first call of a layer that has weights or scales its inputs."""
        changes = (s for s in self.steps if s.layer.weights or isinstance(s.layer, SCALERS))
        return next(changes, None)

    @cached_property
    def output_step(self) -> Step | None:
        """The call that makes the values of the reconstruction; None if no layer makes them.

        A layer that only moves values, as a reshape, makes none.
        """
        final = keras.tree.map_structure(ops.convert_to_numpy, self._traced[0])
        final = np.ravel(self.reconstruction(final))
        for step in reversed(self.steps):
            if np.prod(step.output.shape) == final.size:
                same = np.array_equal(np.ravel(ops.convert_to_numpy(step.output)), final)
                if same and not isinstance(step.layer, CARRIERS):
                    return step
        return None

    @property
    def output_activation(self) -> str | None:
        """Name of the activation of the layer that makes the reconstruction, if it is known."""
        return None if self.output_step is None else activation_of(self.output_step.layer)

    @cached_property
    def code_step(self) -> Step | None:
        """The call that gives the code: the last of the narrowest between input and output.

        None where the layers cannot be seen. With an encoder it is the last layer of that.
        """
        inside = [s for s in self.steps if not isinstance(s.layer, keras.layers.InputLayer)]
        if isinstance(self.encoder, keras.Layer):
            known = {id(layer) for layer in self.encoder._flatten_layers()}
            own = [step for step in inside if id(step.layer) in known]
            if own and self.posterior is None:
                return own[-1]
        hidden = inside[:-1]
        if not hidden:
            return None
        least = min(step.size for step in hidden)
        return [step for step in hidden if step.size == least][-1]

    @cached_property
    def posterior(self) -> Posterior | None:
        """Mean and log variance of the code for the validation rows, of a variational model."""
        return find_posterior(self)

    @cached_property
    def codes(self) -> np.ndarray | None:
        """Codes of the validation rows, (n, code size); the means where codes are drawn."""
        if self.posterior is not None:
            return self.posterior.mean
        x = self.data.x_valid
        codes = self.code_of(x)
        return None if codes is None else codes.reshape(len(x), -1)

    def code_of(self, x: np.ndarray) -> np.ndarray | None:
        """Return what the encoder, or the layer of the code, gives for `x`, in its own shape."""
        if callable(self.encoder):
            parts = call(self.encoder, x, False)
            first = parts[0] if isinstance(parts, (tuple, list)) else parts
        elif self.code_step is not None:
            first = output_of(self.code_step.layer, self.model, x)
        else:
            return None
        return ops.convert_to_numpy(first)

    def with_code_of(self, x: np.ndarray, other: np.ndarray) -> np.ndarray | None:
        """Return the copies of `x` when the code comes from `other`, row by row.

        All that goes round the code still comes from `x`.
        """
        step = self.code_step
        return None if step is None else self.with_output_of(step.layer, x, other)

    def with_output_of(self, layer: keras.Layer, x: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Return the copies of `x` when a layer gives what it gives for `other`, row by row."""
        given = output_of(layer, self.model, other)
        outputs = trace(self.model, x, replace={layer: lambda _: given})[0]
        outputs = keras.tree.map_structure(ops.convert_to_numpy, outputs)
        return self.as_targets(self.reconstruction(outputs))


def is_tensorflow() -> bool:
    """Say whether Keras computes with TensorFlow."""
    return keras.backend.backend() == "tensorflow" and "tensorflow" in sys.modules
