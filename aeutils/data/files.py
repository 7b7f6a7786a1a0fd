"""What the readers of data files share: the names of the parts, and errors that say what to do."""

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike

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
