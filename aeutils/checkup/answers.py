"""What a model gives, whatever way it was written: outputs, reconstructions, logits or not."""

from contextlib import nullcontext
from functools import cached_property
from typing import Any

import keras
import numpy as np
from keras import ops
from scipy.special import expit

from aeutils.checkup.data import Data
from aeutils.checkup.pair import Pair, has_call
from aeutils.checkup.settings import loss_name, moved, says_logits
from aeutils.checkup.state import kept
from aeutils.checkup.trace import call

ROWS = 256


class Answers:
    """What a model gives for its data, in the scale of its targets.

    Attributes
    ----------
    model : keras.Model
        The whole autoencoder.
    trainer : keras.Model
        Who computes the loss: the model, or the object that holds its two parts.
    encoder, decoder : callable or None
        Its parts, where they are known.
    data : Data
        Training and validation rows, their targets and their kind.
    loss : str, Loss or None
        What the model was compiled with, or what the caller named.
    """

    def __init__(self, model, data: Data, *, encoder=None, decoder=None, loss=None):
        trainer = model
        if not has_call(model):  # its train step uses the two parts, so we do
            model = None
        self.data, self.loss = data, loss or getattr(trainer, "loss", None)
        self.encoder = encoder if encoder is not None else getattr(trainer, "encoder", None)
        self.decoder = decoder if decoder is not None else getattr(trainer, "decoder", None)
        self.model = Pair(self.encoder, self.decoder) if model is None else model
        self.trainer = self.model if trainer is None else trainer

    @cached_property
    def trained(self) -> bool:
        """Whether the model has been trained.

        Its optimizer has made a step, or all biases have left their start, as in weights that were
        loaded. Without an optimizer one such bias is enough, and a model without any is taken as
        trained.
        """
        optimizer = getattr(self.trainer, "optimizer", None)
        if optimizer is not None and int(ops.convert_to_numpy(optimizer.iterations)) > 0:
            return True
        some, every = moved([self.model, self.encoder, self.decoder]) or (True, False)
        return some if optimizer is None else every

    def outputs(self, x: np.ndarray, training: bool = False) -> Any:
        """Return what the model returns for `x`, as it returns it, in batches, as arrays.

        In training random numbers go on from call to call; what batches leave in it does not stay.
        """
        with kept(self.model, seeds=False) if training else nullcontext():
            parts = [
                keras.tree.map_structure(
                    ops.convert_to_numpy, call(self.model, x[i : i + ROWS], training)
                )
                for i in range(0, len(x), ROWS)
            ]
        return keras.tree.map_structure(lambda *p: np.concatenate(p) if p[0].ndim else p[0], *parts)

    def reconstruction(self, outputs: Any) -> np.ndarray:
        """Return the part of the outputs that is the reconstruction, as the model gives it."""
        if isinstance(outputs, dict):
            outputs = list(outputs.values())
        if not isinstance(outputs, (tuple, list)):
            return outputs
        shape = np.shape(self.data.target_valid)[1:]
        fitting = [part for part in outputs if np.shape(part)[1:] == shape]
        return fitting[0] if fitting else outputs[0]

    def copies(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """Return the reconstructions of `x` in the scale of the targets.

        Logits of pixels become probabilities.
        """
        return self.as_targets(self.reconstruction(self.outputs(x, training)))

    def as_targets(self, raw: np.ndarray) -> np.ndarray:
        """Bring what the model gives into the scale and, where the size fits, their shape."""
        shape = self.data.target_valid.shape[1:]
        if np.prod(raw.shape[1:]) == np.prod(shape):
            raw = raw.reshape(len(raw), *shape)
        return expit(raw) if self.gives_logits else raw

    @cached_property
    def valid_outputs(self) -> Any:
        """All that the model returns for the validation rows."""
        return self.outputs(self.data.x_valid)

    @cached_property
    def raw_valid(self) -> np.ndarray:
        """What the model gives for the validation rows, without its other outputs."""
        return self.reconstruction(self.valid_outputs)

    @cached_property
    def valid_copies(self) -> np.ndarray:
        """Reconstructions of the validation rows in the scale of the targets."""
        return self.as_targets(self.raw_valid)

    @cached_property
    def train_copies(self) -> np.ndarray:
        """Reconstructions of training rows, as many as there are of validation."""
        return self.copies(self.data.x_train[: len(self.data.x_valid)])

    @cached_property
    def gives_logits(self) -> bool:
        """Whether the outputs are logits of targets between 0 and 1.

        The loss says so; where there is none to ask, a linear last layer whose outputs are nearer
        as logits.
        """
        target, raw = self.data.target_valid, self.raw_valid
        if target.min() < 0 or target.max() > 1 or raw.size != target.size:
            return False
        if says_logits(self.loss):
            return True
        if loss_name(self.loss) or self.output_activation not in (None, "linear"):
            return False
        raw = raw.reshape(target.shape)
        return bool(np.mean((expit(raw) - target) ** 2) < np.mean((raw - target) ** 2))
