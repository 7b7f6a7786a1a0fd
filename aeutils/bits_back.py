"""Bits-back coding: binary images as a file whose length is the negative ELBO of an autoencoder.

The method is that of `Townsend, Bird & Barber (2019) <https://arxiv.org/abs/1901.04866>`_ on the
entropy coder of `Duda (2009) <https://arxiv.org/abs/0902.0271>`_, asymmetric numeral systems. The
state of the coder is one whole number of any length, and that number is the file. To push a symbol
of probability P makes it longer by -log2 P bits; to pop one takes the bits away again. The last
symbol pushed is the first one popped. Explained in the chapter ``vae``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral

import numpy as np
from keras import ops
from scipy.special import expit, ndtr, ndtri

PRECISION = 24  # Probabilities are multiples of 2 ** -24.
TOTAL = 1 << PRECISION


@dataclass(frozen=True)
class Message:
    """What `compress` makes.

    Attributes
    ----------
    state : int
        The file: a whole number of ``state.bit_length()`` bits.
    bits : ndarray of shape (n + 1,)
        Length of the file in bits, before the first image and after each.
    borrowed : int
        Bits of the start that had to be read before images had paid for them; they come back.
    """

    state: int
    bits: np.ndarray
    borrowed: int


def push(state: int, symbols: np.ndarray, table: np.ndarray) -> int:
    """Write symbols to the state, the first one first.

    Parameters
    ----------
    state : int
        What has been written before, 0 or more.
    symbols : ndarray of shape (n,)
        From 0 to k - 1.
    table : ndarray of shape (n, k + 1)
        Cumulative probabilities of the k symbols at each place, times ``TOTAL``: rising whole
        numbers from 0 to ``TOTAL``.

    Returns
    -------
    int
        The new state, longer by the sum of -log2 of the probabilities, in bits.

    Raises
    ------
    ValueError
        If the state is negative, the table no such table, or a symbol has no place in it.
    """
    _check_state(state)
    _check_table(table)
    symbols = np.asarray(symbols).astype(int)
    if symbols.shape != table.shape[:1]:
        raise ValueError(f"symbols has shape {symbols.shape}; the table has {len(table)} rows.")
    if ((symbols < 0) | (symbols > table.shape[1] - 2)).any():
        raise ValueError(f"symbols must be from 0 to {table.shape[1] - 2}, got {symbols}.")
    rows = np.arange(len(table))
    starts = table[rows, symbols]
    sizes = table[rows, symbols + 1] - starts
    for start, size in zip(starts.tolist(), sizes.tolist(), strict=True):
        whole, rest = divmod(state, size)
        state = (whole << PRECISION) + start + rest
    return state


def pop(state: int, table: np.ndarray) -> tuple[int, np.ndarray]:
    """Read symbols from the state; undoes `push` with the same table, and raises what it does.

    A state of random bits gives symbols drawn with the probabilities of the table.

    Returns
    -------
    state : int
        The shorter state that is left.
    symbols : ndarray of shape (n,)
        Whole numbers, in the order in which `push` takes them.
    """
    _check_state(state)
    _check_table(table)
    symbols = np.empty(len(table), int)
    for place in range(len(table) - 1, -1, -1):
        row, slot = table[place], state & (TOTAL - 1)
        symbol = int(np.searchsorted(row, slot, side="right")) - 1
        start, end = int(row[symbol]), int(row[symbol + 1])
        state = (end - start) * (state >> PRECISION) + slot - start
        symbols[place] = symbol
    return state, symbols


def bernoulli_table(logits: np.ndarray) -> np.ndarray:
    """Return the table of pixels that are 0 or 1.

    Parameters
    ----------
    logits : ndarray of shape (n,)
        Logarithm of the odds of a 1.

    Returns
    -------
    ndarray of shape (n, 3)
        For `push` and `pop`; both symbols have a probability of 2 ** -24 at least.

    Raises
    ------
    ValueError
        If `logits` is no vector or not finite.
    """
    logits = _vector(logits=logits)[0]
    zeros = np.clip(np.rint(expit(-logits) * TOTAL), 1, TOTAL - 1).astype(np.int64)
    return np.stack([np.zeros_like(zeros), zeros, np.full_like(zeros, TOTAL)], axis=1)


def gaussian_table(mean: np.ndarray, log_var: np.ndarray, bins: int) -> np.ndarray:
    """Return the table of code units over bins that are equally probable under the prior.

    Parameters
    ----------
    mean, log_var : ndarray of shape (units,)
        Gaussian of each unit; 0 and 0 is the prior.
    bins : int
        How many bins divide the standard Gaussian, each with 1 / `bins` of it.

    Returns
    -------
    ndarray of shape (units, bins + 1)
        For `push` and `pop`; no bin has a probability of 0.

    Raises
    ------
    ValueError
        If these are no finite vectors of one length, or `bins` is not from 2 to 65,536.
    """
    mean, log_var = _vector(mean=mean, log_var=log_var)
    _check_bins(bins)
    edges = ndtri(np.linspace(0, 1, bins + 1))
    below = ndtr((edges - mean[:, None]) * np.exp(-log_var / 2)[:, None])
    return np.rint(below * (TOTAL - bins)).astype(np.int64) + np.arange(bins + 1)


def bin_centres(bins: int) -> np.ndarray:
    """Return the medians of the bins of `gaussian_table`, an array of shape (bins,)."""
    _check_bins(bins)
    return ndtri((np.arange(bins) + 0.5) / bins)


def compress(
    x: np.ndarray,
    encode: Callable,
    decode: Callable,
    *,
    bins: int = 256,
    start_bits: int = 4096,
    seed: int = 0,
) -> Message:
    """Write binary images to one whole number.

    For each image the code is *popped* by q(z given x), which takes bits from what has been
    written before; then the pixels are pushed by p(x given z), and the code by the prior. On
    average an image adds its negative ELBO over log 2 in bits.

    Parameters
    ----------
    x : ndarray of shape (n, features)
        Images of zeros and ones.
    encode, decode : callable
        As for `aeutils.evaluation.elbo_terms`: mean and log variance of the code for images,
        logits for codes.
    bins : int
        Bins of each code unit, equally probable under the prior.
    start_bits : int
        Random bits that are there before the first image.
    seed : int
        Seed of these bits.

    Raises
    ------
    ValueError
        If `x` is no matrix of zeros and ones, `bins` does not fit, or the start bits ran out.
    """
    x = np.asarray(x, np.float32)
    if x.ndim != 2 or len(x) == 0 or not np.isin(x, (0, 1)).all():
        raise ValueError(f"x has shape {x.shape}; expected (n, features) of zeros and ones.")
    state = start_state(start_bits, seed)
    prior, least, lengths = None, start_bits, [start_bits]
    for image in x:
        posterior = _posterior(encode, image, bins)
        if prior is None:
            prior = gaussian_table(*np.zeros((2, len(posterior))), bins)
        state, symbols = pop(state, posterior)
        least = min(least, state.bit_length())
        if least <= PRECISION:
            raise ValueError(f"start_bits is {start_bits}: too few for the code of an image.")
        state = push(state, image, _pixels(decode, symbols, bins))
        state = push(state, symbols, prior)
        lengths.append(state.bit_length())
    return Message(state, np.array(lengths), start_bits - least)


def decompress(
    state: int, count: int, units: int, encode: Callable, decode: Callable, *, bins: int = 256
) -> tuple[np.ndarray, int]:
    """Read images back from the number that `compress` made.

    Parameters
    ----------
    state : int
        The file.
    count, units : int
        How many images it holds, and how many units the code has.
    encode, decode, bins
        The same as for `compress`, on the same machine: another rounding of the network's
        outputs gives other tables.

    Returns
    -------
    x : ndarray of shape (count, features)
        The images.
    state : int
        What is left: the bits that were there at the start.

    Raises
    ------
    ValueError
        If the state is negative, or `count`, `units` or `bins` does not fit.
    """
    _check_count(count=count, units=units)
    prior, images = gaussian_table(*np.zeros((2, units)), bins), []
    for _ in range(count):
        state, symbols = pop(state, prior)
        state, image = pop(state, _pixels(decode, symbols, bins))
        images.append(image.astype(np.float32))
        state = push(state, symbols, _posterior(encode, images[-1], bins))
    return np.stack(images[::-1]), state


def start_state(bits: int, seed: int = 0) -> int:
    """Return a random whole number of exactly `bits` bits, 1 or more."""
    _check_count(bits=bits)
    rng = np.random.default_rng(seed)
    drawn = int.from_bytes(rng.bytes(-(-bits // 8)), "big") % (1 << bits)
    return drawn | 1 << (bits - 1)


def _posterior(encode, image, bins) -> np.ndarray:
    # One image at a time, here as in reading: another batch could be rounded in another way.
    mean, log_var = (ops.convert_to_numpy(a)[0] for a in encode(image[None]))
    return gaussian_table(mean, log_var, bins)


def _pixels(decode, symbols, bins) -> np.ndarray:
    z = bin_centres(bins)[symbols].astype(np.float32)
    return bernoulli_table(ops.convert_to_numpy(decode(z[None]))[0])


def _vector(**arguments) -> list[np.ndarray]:
    arrays = [np.asarray(a, np.float64) for a in arguments.values()]
    shapes = {name: np.shape(a) for name, a in arguments.items()}
    if any(a.ndim != 1 for a in arrays) or len({a.shape for a in arrays}) > 1:
        raise ValueError(f"The shapes are {shapes}; expected vectors of one length.")
    if not all(np.isfinite(a).all() for a in arrays):
        raise ValueError(f"{' or '.join(arguments)} holds values that are not finite.")
    return arrays


def _check_count(**numbers) -> None:
    for name, number in numbers.items():
        if not isinstance(number, Integral) or number < 1:
            raise ValueError(f"{name} is {number!r}; it must be a whole number of 1 or more.")


def _check_bins(bins) -> None:
    if not isinstance(bins, Integral) or not 2 <= bins <= 65_536:
        raise ValueError(f"bins is {bins!r}; it must be a whole number from 2 to 65536.")


def _check_state(state) -> None:
    if not isinstance(state, int) or state < 0:
        raise ValueError(f"state is {state!r}; it must be a whole number of 0 or more.")


def _check_table(table) -> None:
    table = np.asarray(table)
    if table.ndim != 2 or table.shape[1] < 2 or not np.issubdtype(table.dtype, np.integer):
        raise ValueError(f"table has shape {table.shape}; expected (n, k + 1) whole numbers.")
    if (table[:, [0, -1]] != [0, TOTAL]).any() or (np.diff(table, axis=1) < 1).any():
        raise ValueError(f"The rows of table must rise from 0 to {TOTAL}.")
