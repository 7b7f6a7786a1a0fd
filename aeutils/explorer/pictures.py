"""Images within a page: a sheet of many small ones, and the picture for pages without scripts."""

import base64
from io import BytesIO

import numpy as np
from PIL import Image

COLUMNS, GREYS = 25, 16


def as_squares(images: np.ndarray, name: str = "images") -> np.ndarray:
    """Return images as an array of shape (n, side, side).

    Parameters
    ----------
    images : ndarray of shape (n, side, side, 1), (n, side, side) or (n, side * side)
        Grey values, 0 for paper and 1 for ink; what lies beyond is cut off.
    name : str
        What the error calls them.

    Raises
    ------
    ValueError
        If there is no image, or images are not square or not finite.
    """
    images = np.asarray(images, "float32")
    size = images[0].size if images.ndim > 1 and len(images) else 0
    side = round(size**0.5)
    if size == 0 or side**2 != size or images.shape[1:] not in _shapes(side):
        raise ValueError(
            f"{name} has shape {images.shape}; expected (n, side * side), (n, side, side) or "
            "(n, side, side, 1), n above 0."
        )
    if not np.isfinite(images).all():
        raise ValueError(f"{name} holds values that are not finite; did training diverge?")
    return np.clip(images.reshape(-1, side, side), 0, 1)


def tile(images: np.ndarray, columns: int, gap: int = 0) -> np.ndarray:
    """Return images of shape (n, side, side) as one image, with paper in the gaps."""
    side, rows = images.shape[1] + gap, -(-len(images) // columns)
    padded = np.zeros((rows * columns, side, side), "float32")
    padded[: len(images), : side - gap, : side - gap] = images
    return padded.reshape(rows, columns, side, side).swapaxes(1, 2).reshape(rows * side, -1)


def as_sheet(images: np.ndarray) -> dict[str, int | str]:
    """Return images of shape (n, side, side) as one sheet, with what finds an image on it."""
    return {"side": images.shape[1], "columns": COLUMNS, "sheet": as_png(tile(images, COLUMNS))}


def as_png(image: np.ndarray) -> str:
    """Return an image of shape (height, width) as the address of a PNG of 16 grey levels.

    Ink is dark on light paper, as in the figures of the book.
    """
    levels = np.rint((GREYS - 1) * (1 - image)).astype("uint8")
    made = Image.fromarray(levels, "P")
    made.putpalette([grey for level in range(GREYS) for grey in [level * 255 // (GREYS - 1)] * 3])
    written = BytesIO()
    made.save(written, "PNG", optimize=True, bits=4)
    return "data:image/png;base64," + base64.b64encode(written.getvalue()).decode()


def _shapes(side: int) -> tuple[tuple[int, ...], ...]:
    return (side * side,), (side, side), (side, side, 1)
