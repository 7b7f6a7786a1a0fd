"""What the readers of data share: the parts, bundled files, and errors that say what to do."""

import gzip
import io
import math
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from os import PathLike
from pathlib import Path

import numpy as np

SPLITS = ("train", "valid", "test")
HELD_BACK = {"valid": 0.1, "test": 0.1}  # shares of data of one's own

# What the readers of archives raise for bytes that are not whole; for encrypted ones, RuntimeError.
_DAMAGED = (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, RuntimeError)


@contextmanager
def clear_errors(path: str | PathLike) -> Iterator[None]:
    """Let errors of the block that reads a file name the file, and say what to do.

    Parameters
    ----------
    path : str or os.PathLike
        The file.

    Raises
    ------
    ValueError
        If the block finds an archive damaged or encrypted.
    OSError
        If the file is missing or cannot be read.
    """
    try:
        yield
    except _DAMAGED as error:
        raise ValueError(f"{path} is damaged ({error}). Replace it by a whole copy.") from error
    except OSError as error:
        raise OSError(
            f"Cannot read {path}: {error.strerror or error}. Check the path and its permissions."
        ) from error


def count_held_back(rows: int) -> dict[str, int]:
    """Return how many of so many rows are for validation and for the test, one at least."""
    return {part: max(1, round(share * rows)) for part, share in HELD_BACK.items()}


def name_sizes(data: object, prefix: str = "x_") -> str:
    """Return the sizes of the three parts of a data set in words."""
    return ", ".join(f"{len(getattr(data, prefix + part)):,} {part}" for part in SPLITS)


def read_bundled(path: Path, checksum: str) -> dict[str, np.ndarray]:
    """Return the arrays of an archive of NumPy that is part of the package.

    Parameters
    ----------
    path : pathlib.Path
        The archive.
    checksum : str
        SHA-256 sum of its bytes.

    Raises
    ------
    ValueError
        If it has another sum.
    OSError
        If it cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise OSError(f"Cannot read {path}, which is part of aeutils. Install it again.") from error
    if sha256(content).hexdigest() != checksum:
        raise ValueError(f"{path}, which is part of aeutils, is damaged. Install it again.")
    with np.load(io.BytesIO(content)) as arrays:
        return {name: arrays[name] for name in arrays.files}


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
