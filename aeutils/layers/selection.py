"""The k-th largest number of each row: what the layers that keep winners compare with."""

from collections.abc import Callable, Sequence
from functools import cache

import keras
import numpy as np
from keras import ops

from aeutils.layers.base import Tensor

SIGN, HIGHEST, REST = -(2**31), 2**30, 2**31 - 1  # of the 32 bits of a float32


def kth_largest(z: Tensor, k: int | Sequence[int]) -> Tensor:
    """Return the k-th largest number of each row; equal numbers count one by one.

    On JAX it is found one bit after the other, since there a CPU sorts whole rows for `top_k`:
    for 384 rows of 512 numbers that takes ten times as long or more. Elsewhere it is `top_k`.

    Parameters
    ----------
    z : tensor of shape (..., n)
        Numbers of at most 32 bits.
    k : int or sequence of int
        From 1 to n; of a sequence, each item is for the rows of one `z[i]`.

    Returns
    -------
    tensor of shape (..., 1)
        Through it flows no gradient.

    Examples
    --------
    >>> float(kth_largest(np.float32([3, 1, 2, 3]), 2)[0])
    3.0
    """
    z = ops.stop_gradient(ops.convert_to_tensor(z))
    if keras.backend.backend() == "jax":
        k = np.reshape(k, np.shape(k) + (1,) * (len(z.shape) - np.ndim(k)))
        return _search_on_jax()(z, k)
    if np.ndim(k) == 0:
        return ops.top_k(z, k)[0][..., -1:]
    top = ops.top_k(z, max(k))[0]
    return ops.stack([top[i, ..., count - 1 : count] for i, count in enumerate(k)])


@cache
def _search_on_jax() -> Callable[[Tensor, np.ndarray], Tensor]:
    """Compile the search: from the highest bit on, set each with which k numbers are not below."""
    import jax
    from jax import lax

    def turn(bits: Tensor) -> Tensor:
        """Of a number below 0 turn all bits but the sign, as its size counts downwards."""
        return ops.where(bits < 0, bits ^ REST, bits)

    def search(z: Tensor, k: Tensor) -> Tensor:
        bits = turn(lax.bitcast_convert_type(ops.cast(z, "float32"), "int32"))

        def is_reached(least: Tensor | int) -> Tensor:
            return ops.sum(ops.cast(bits >= least, "int32"), axis=-1, keepdims=True) >= k

        def set_bit(place: Tensor, found: Tensor) -> Tensor:
            higher = found + ops.right_shift(HIGHEST, place)
            return ops.where(is_reached(higher), higher, found)

        found = ops.fori_loop(0, 31, set_bit, ops.where(is_reached(0), 0, SIGN))
        return ops.cast(lax.bitcast_convert_type(turn(found), "float32"), z.dtype)

    return jax.jit(search)
