"""An encoder and a decoder, each a model of its own, as one autoencoder."""

from typing import Any

import keras
from keras import ops

from aeutils.checkup.trace import call
from aeutils.layers.base import Tensor


class Pair(keras.Model):
    """An encoder and a decoder, one after the other.

    Parameters
    ----------
    encoder, decoder : callable
        Of several outputs of the encoder the decoder gets a draw from the first two, if they are a
        mean and a log variance; else the last.
    """

    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def call(self, x: Tensor, training: bool = False) -> Any:
        """Return the reconstruction, and what the encoder gave where that is more than a code."""
        codes = call(self.encoder, x, training)
        if not isinstance(codes, (tuple, list)):
            return call(self.decoder, codes, training)
        code = codes[0] if len(codes) == 2 and not training else codes[-1]
        if len(codes) == 2 and training:
            noise = keras.random.normal(ops.shape(codes[0]))
            code = codes[0] + ops.exp(0.5 * codes[1]) * noise
        return (call(self.decoder, code, training), *codes)


def has_call(model: Any) -> bool:
    """Say whether a model, if there is one, can be called, and not only trained."""
    return not isinstance(model, keras.Model) or type(model).call is not keras.Model.call
