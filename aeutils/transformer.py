"""A language model of the Llama kind, forwards only, in Keras operations."""

import keras
import numpy as np
from keras import ops

from aeutils.data.gguf import GGUF
from aeutils.layers.base import Tensor

PARTS = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
NORMS = ("attn_norm", "ffn_norm")


class Transformer:
    """Blocks of attention and of a gated layer, each of which adds to a *residual stream*.

    Parameters
    ----------
    file : GGUF
        Weights and settings of a model whose architecture is ``llama``.
    shuffle : int, optional
        Seed by which the numbers within each matrix of each block are shuffled. The embedding
        and the factors of the norms stay.

    Raises
    ------
    ValueError
        If the architecture is another.
    """

    def __init__(self, file: GGUF, shuffle: int | None = None):
        settings = file.settings
        if settings.get("general.architecture") != "llama":
            raise ValueError(f"{file.path} is no model of the architecture llama.")
        self.heads = settings["llama.attention.head_count"]
        self.key_heads = settings["llama.attention.head_count_kv"]
        self.epsilon = settings["llama.attention.layer_norm_rms_epsilon"]
        self.base = settings["llama.rope.freq_base"]
        self.embedding = file.read("token_embd.weight")
        self.last_norm = file.read("output_norm.weight")
        rng = None if shuffle is None else np.random.default_rng(shuffle)
        count = settings["llama.block_count"]
        self.blocks = [_read_block(file, number, rng) for number in range(count)]

    def run(self, tokens: np.ndarray, first: int = 0, last: int | None = None) -> Tensor:
        """Return the residual stream behind block `last`, the blocks counted from 1.

        Parameters
        ----------
        tokens : ndarray of shape (batch, length)
            Numbers of tokens; or, with `first` above 0, the residual stream behind that block,
            float32 of shape (batch, length, width).
        first, last : int
            The blocks to run are `first` + 1 to `last`; by default all.

        Returns
        -------
        tensor of shape (batch, length, width)
            The residual stream.
        """
        x = ops.convert_to_tensor(tokens if first else self.embedding[tokens])
        turn = rotation(x.shape[1], self.embedding.shape[1] // self.heads, self.base)
        for block in self.blocks[first:last]:
            x = self._block(x, block, turn)
        return x

    def scores(self, stream: Tensor, tokens: np.ndarray | None = None) -> Tensor:
        """Return the logits of the next token from the stream behind the last block.

        With `tokens`, of shape (count,), only those of these tokens.
        """
        rows = self.embedding if tokens is None else self.embedding[tokens]
        return ops.matmul(self._norm(stream, self.last_norm), rows.T)

    def _norm(self, x, factor):
        return rms_norm(x, factor, self.epsilon)

    def _block(self, x, weights, turn):
        y = self._norm(x, weights["attn_norm"])
        x = x + self._attend(y, weights, turn)
        y = self._norm(x, weights["ffn_norm"])
        gate = ops.silu(ops.matmul(y, weights["ffn_gate"]))
        return x + ops.matmul(gate * ops.matmul(y, weights["ffn_up"]), weights["ffn_down"])

    def _attend(self, y, weights, turn):
        batch, length, width = y.shape
        size = width // self.heads

        def split(name, heads):
            parts = ops.reshape(ops.matmul(y, weights[name]), (batch, length, heads, size))
            return ops.transpose(parts, (0, 2, 1, 3))

        query, key = split("attn_q", self.heads), split("attn_k", self.key_heads)
        query, key = rotate(query, turn), rotate(key, turn)
        value, groups = split("attn_v", self.key_heads), self.heads // self.key_heads
        key, value = ops.repeat(key, groups, axis=1), ops.repeat(value, groups, axis=1)
        match = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / np.sqrt(size)
        later = np.triu(np.full((length, length), -np.inf, "float32"), 1)
        mixed = ops.matmul(ops.softmax(match + later), value)
        mixed = ops.reshape(ops.transpose(mixed, (0, 2, 1, 3)), (batch, length, width))
        return ops.matmul(mixed, weights["attn_output"])


def rms_norm(x: Tensor, factor: Tensor, epsilon: float = 1e-5) -> Tensor:
    """Divide vectors by their root mean square, then multiply each place by its factor."""
    return x * ops.rsqrt(ops.mean(ops.square(x), axis=-1, keepdims=True) + epsilon) * factor


def rotation(length: int, size: int, base: float) -> tuple[np.ndarray, np.ndarray]:
    """Return cosines and sines of the angles of each place, each of shape (length, size / 2)."""
    angles = np.arange(length)[:, None] * base ** (-np.arange(0, size, 2) / size)
    return np.cos(angles).astype("float32"), np.sin(angles).astype("float32")


def rotate(x: Tensor, turn: tuple[np.ndarray, np.ndarray]) -> Tensor:
    """Turn neighbouring pairs of numbers by the angle of their place (rotary embedding)."""
    cosine, sine = turn
    even, odd = x[..., ::2], x[..., 1::2]
    pairs = ops.stack([even * cosine - odd * sine, even * sine + odd * cosine], axis=-1)
    return ops.reshape(pairs, x.shape)


def _read_block(file: GGUF, number: int, rng: np.random.Generator | None) -> dict:
    block = {name: file.read(f"blk.{number}.{name}.weight") for name in NORMS}
    for name in PARTS:
        matrix = file.read(f"blk.{number}.{name}.weight")
        if rng is not None:
            matrix = rng.permutation(matrix.ravel()).reshape(matrix.shape)
        block[name] = ops.convert_to_tensor(np.ascontiguousarray(matrix.T))
    return {name: keras.ops.convert_to_tensor(value) for name, value in block.items()}
