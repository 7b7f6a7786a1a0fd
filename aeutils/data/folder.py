"""Pictures of one's own: a folder of PNG and JPEG files as arrays of one size, in three parts."""

import struct
from collections import Counter
from hashlib import sha256
from os import PathLike
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from aeutils.data.files import SPLITS, clear_errors, count_held_back

SUFFIXES = (".png", ".jpg", ".jpeg")
LARGEST = 65_535  # of pictures with 16 bits a pixel


def read_folder(
    folder: str | PathLike, size: tuple[int, int], colour: bool
) -> tuple[dict[str, np.ndarray], tuple[str, ...], int]:
    """Read all pictures below a folder, crop and resize them, and divide them.

    Parameters
    ----------
    folder : str or os.PathLike
        Pictures, or one sub-folder of pictures for each class.
    size : tuple of int
        Height and width in pixels. A picture of another shape is cut to this one around its
        middle before it is resized.
    colour : bool
        Whether to keep three channels, red, green and blue.

    Returns
    -------
    arrays : dict of str to ndarray
        ``x_train`` of shape (n, height, width, channels), uint8, and ``y_train`` of shape (n,), the
        number of the sub-folder in alphabetical order, and so on for ``valid`` and ``test``: a
        tenth of each class, one picture at least. The pixels decide which part a picture falls
        into, not its name.
    class_names : tuple of str
        Names of the sub-folders, or of the folder itself if there are none.
    copies : int
        How many pictures were left out, being the same as another one.

    Raises
    ------
    ValueError
        If `size` is impossible, there are no pictures, some lie beside sub-folders of pictures, a
        class has fewer than three different ones, or one picture lies in two classes.
    OSError
        If the folder is missing or a picture cannot be read.
    """
    if len(size) != 2 or not all(isinstance(s, int) and s > 0 for s in size):
        raise ValueError(f"size is {size!r}; it must be height and width, whole numbers above 0.")
    folder = Path(folder)
    classes = _find(folder)
    found: dict[bytes, tuple[np.ndarray, int, Path]] = {}
    copies = 0
    for label, paths in enumerate(classes.values()):
        for path in paths:
            pixels = read_picture(path, size, colour)
            key = sha256(pixels).digest()
            if key in found and found[key][1] != label:
                raise ValueError(
                    f"{path} is the same picture as {found[key][2]}, of another class."
                )
            copies += key in found
            found.setdefault(key, (pixels, label, path))
    return _divide(found, tuple(classes)), tuple(classes), copies


def read_picture(path: str | PathLike, size: tuple[int, int], colour: bool) -> np.ndarray:
    """Return a picture as an array of shape (height, width, channels), uint8.

    It is turned as its camera was held, put on white where it is transparent, cut to the shape of
    `size` around its middle, and resized.

    Raises
    ------
    OSError
        If the file is missing, damaged, or no picture.
    ValueError
        If it is larger than what Pillow takes for an attack.
    """
    with clear_errors(path):
        try:
            with Image.open(path) as opened:
                picture = ImageOps.exif_transpose(opened)
        except Image.DecompressionBombError as error:
            raise ValueError(f"{path}: {error} Make it smaller first.") from error
        except (SyntaxError, struct.error, ValueError) as error:  # a part of the file is damaged
            raise OSError(f"{error}; save it anew") from error
    if picture.mode.startswith("I"):  # 16 bits, which Pillow would cut off at 255
        levels = np.asarray(picture, np.float64) * (255 / LARGEST)
        picture = Image.fromarray(np.clip(np.round(levels), 0, 255).astype("uint8"))
    picture = picture.convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    picture = Image.alpha_composite(white, picture).convert("RGB" if colour else "L")
    picture = ImageOps.fit(picture, (size[1], size[0]), Image.Resampling.LANCZOS)
    return np.asarray(picture).reshape(*size, 3 if colour else 1)


def _find(folder: Path) -> dict[str, list[Path]]:
    """Return the pictures by class."""
    if not folder.is_dir():
        raise OSError(f"There is no folder {folder}. Give the folder that holds your pictures.")
    below = {
        sub.name: _pictures(sub.rglob("*")) for sub in sorted(folder.iterdir()) if sub.is_dir()
    }
    below = {name: paths for name, paths in below.items() if paths and not name.startswith(".")}
    beside = _pictures(folder.iterdir())
    if below and beside:
        raise ValueError(
            f"{folder} has pictures ({beside[0].name}) beside sub-folders of pictures "
            f"({next(iter(below))}). Put them into a sub-folder, one for each class."
        )
    if not below and not beside:
        others = Counter(path.suffix or path.name for path in folder.rglob("*") if path.is_file())
        seen = f"only {', '.join(sorted(others)[:5])}" if others else "nothing"
        raise ValueError(f"{folder} holds no {', '.join(SUFFIXES)} file, {seen}.")
    return below or {folder.resolve().name: beside}


def _pictures(paths) -> list[Path]:
    return sorted(p for p in paths if p.suffix.lower() in SUFFIXES and not p.name.startswith("."))


def _divide(found: dict, classes: tuple[str, ...]) -> dict[str, np.ndarray]:
    parts: dict[str, list] = {part: [] for part in SPLITS}
    for label, name in enumerate(classes):
        chosen = [found[key] for key in sorted(found) if found[key][1] == label]
        if len(chosen) < 3:
            raise ValueError(
                f"{name!r} has {len(chosen)} different pictures; three or more are needed, one for "
                "each of training, validation and test."
            )
        for part, count in count_held_back(len(chosen)).items():
            parts[part] += chosen[:count]
            chosen = chosen[count:]
        parts["train"] += chosen
    arrays = {f"x_{part}": np.stack([p for p, _, _ in rows]) for part, rows in parts.items()}
    labels = {f"y_{part}": np.array([y for _, y, _ in rows]) for part, rows in parts.items()}
    return arrays | labels
