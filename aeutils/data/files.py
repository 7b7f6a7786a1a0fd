"""What the readers of data files share: the names of the parts, and errors that say what to do."""

import gzip
import math
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike

import numpy as np

SPLITS = ("train", "valid", "test")

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
