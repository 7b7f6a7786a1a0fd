"""The length of a code as a slider."""

from collections.abc import Sequence

import keras
import numpy as np

from aeutils.explorer.networks import Network, as_text, pack
from aeutils.explorer.page import Explorer, make_explorer
from aeutils.explorer.pictures import as_squares, tile


def components(
    decoder: keras.Model,
    codes: np.ndarray,
    images: np.ndarray,
    *,
    names: Sequence[str] = (),
    means: Sequence[float] = (),
    kept: int = 0,
    title: str = "The length of a code",
) -> Explorer:
    """Let a reader turn how many numbers of a code the decoder gets; the others are 0.

    Parameters
    ----------
    decoder : keras.Model
        From a code of `size` numbers, the most important first, to the pixels of a square image.
    codes : ndarray of shape (n, size)
        Codes of a few images.
    images : ndarray of shape (n, side, side, 1), (n, side, side) or (n, side * side)
        The images, in [0, 1].
    names : sequence of str
        What the buttons that choose an image say; by default 1, 2, 3, ...
    means : sequence of float, of length size + 1
        Mean squared errors of many images with 0, 1, ... numbers, to be shown beside the error of
        the image.
    kept : int
        How many numbers the decoder gets at first.
    title : str
        What the explorer is, for those who cannot see it.

    Raises
    ------
    ValueError
        If the arguments do not fit each other, the decoder cannot be packed, or the page gets
        larger than 300,000 bytes.
    """
    squares, codes = as_squares(images), np.asarray(codes, "float32")
    names = list(names) or [str(n) for n in range(1, len(squares) + 1)]
    network = pack(decoder)
    side, size = squares.shape[1], network.probe.size
    found = (network.answer.size, codes.shape, len(names), len(means) or size + 1)
    if found != (side * side, (len(squares), size), len(squares), size + 1):
        raise ValueError(
            f"For {len(squares)} images of {side * side} pixels and a decoder of {size} numbers "
            f"expected {side * side} outputs, codes of shape {(len(squares), size)}, as many names "
            f"as images and {size + 1} means; got {found[0]}, {found[1]}, {found[2]}, {len(means)}."
        )
    if not np.isfinite(codes).all() or not 0 <= kept <= size:
        raise ValueError(f"codes must be finite and kept, which is {kept}, from 0 to {size}.")
    data = {
        "title": title,
        "networks": [network.as_json()],
        "codes": as_text(codes),
        "size": size,
        "images": as_text(np.rint(255 * squares).astype("uint8")),
        "side": side,
        "names": names,
        "means": [round(float(mean), 3) for mean in means],
        "kept": kept,
    }
    told, still = _still(network, codes, squares)
    alt = f"{title}. From top to bottom the images and their copies from {told} numbers."
    return make_explorer("components", data, still, alt)


def _still(network: Network, codes: np.ndarray, squares: np.ndarray) -> tuple[str, np.ndarray]:
    """Return how many numbers the rows of copies have, and the images over these rows."""
    size, side = codes.shape[1], squares.shape[1]
    steps = sorted({0, size // 16, size // 8, size // 4, size // 2, size})
    masked = [codes * (np.arange(size) < step) for step in steps]
    copies = network(np.concatenate(masked)).reshape(-1, side, side)
    still = tile(np.concatenate([squares, as_squares(copies)]), len(squares))
    return ", ".join(map(str, steps)), still
