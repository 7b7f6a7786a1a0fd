"""Documents: news, small with gensim and full from Reuters, and one's own."""

import importlib.metadata
import os
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import numpy as np

from aeutils.data.files import SPLITS, clear_errors, name_sizes
from aeutils.data.nltk_data import read_reuters
from aeutils.session import SCALES

# A document with its topics.
_Labelled = tuple[str, tuple[str, ...]]

PROVENANCE = {
    "small": (
        "The Lee background corpus that gensim ships: 300 news documents of the Australian "
        "Broadcasting Corporation; of each ten the ninth is for validation and the tenth for "
        "testing."
    ),
    "full": (
        "Reuters-21578, Distribution 1.0, in the ModApte split and the layout of NLTK's corpus "
        "reuters: its training documents, every tenth of them for validation, and its test "
        "documents."
    ),
}
LICENCE = {
    "small": (
        "Comes with gensim (LGPL 2.1); the texts belong to their publisher. Please cite Lee, "
        "Pincombe and Welsh 2005, An empirical evaluation of models of text document similarity."
    ),
    "full": (
        "Copyright Reuters Ltd and Carnegie Group, Inc.; for research use only. Please cite "
        "Reuters-21578, Distribution 1.0."
    ),
}


@dataclass(frozen=True, eq=False, repr=False)
class TextData:
    """Documents in three parts.

    Attributes
    ----------
    train, valid, test : tuple of str
        Documents. Each is one line, or a title, a newline and one line; its other white space is
        single spaces.
    topics_train, topics_valid, topics_test : tuple of tuple of str
        The topics of each document; empty when the corpus has none.
    scale : str
        The argument of `load_text`.
    provenance, licence : str
        Where the documents come from, and on what terms they may be used.
    """

    train: tuple[str, ...]
    valid: tuple[str, ...]
    test: tuple[str, ...]
    topics_train: tuple[tuple[str, ...], ...]
    topics_valid: tuple[tuple[str, ...], ...]
    topics_test: tuple[tuple[str, ...], ...]
    scale: str
    provenance: str
    licence: str

    def __repr__(self) -> str:
        """Name the scale and the sizes of the parts, without their documents."""
        return f"TextData({self.scale!r}: {name_sizes(self, prefix='')})"


@dataclass(frozen=True, eq=False, repr=False)
class LeeDocuments:
    """Documents and how similar people find them.

    Attributes
    ----------
    documents : tuple of str
        50 news documents, each one line.
    ratings : numpy.ndarray
        float64 of shape (50, 50), symmetric: the mean rating of each pair, from 0.2 to 1, which is
        also what stands on the diagonal.
    """

    documents: tuple[str, ...]
    ratings: np.ndarray

    def __repr__(self) -> str:
        """Name the number of documents, without their text."""
        return f"LeeDocuments({len(self.documents)} documents with their ratings)"


def load_text(scale: str) -> TextData:
    """Load a corpus of news.

    The small scale is part of gensim. The full one is read from the folder ``nltk_data`` in
    ``AEUTILS_DATA_DIR`` or, when that variable is unset, from where NLTK has its data, the cache or
    a download.

    Parameters
    ----------
    scale : {"small", "full"}
        How many: 240 / 30 / 30 documents of 45 to 620 words without titles and topics (training /
        validation / test), or 6,993 / 777 / 3,019 of Reuters with both.

    Returns
    -------
    TextData
        Documents, topics, and where they come from.

    Raises
    ------
    ValueError
        If the scale is unknown, or the corpus is damaged or incomplete.
    OSError
        If the corpus is missing and cannot be had.

    Notes
    -----
    Some news was sent twice: 1 of the 30 test documents of the small scale and 6 of the 3,019 of
    the full one are, word for word, training documents.
    """
    if scale not in SCALES:
        raise ValueError(f"scale is {scale!r}; expected 'small' or 'full'.")
    parts = _small_parts() if scale == "small" else _full_parts()
    topics = {part: tuple(names for _, names in parts[part]) for part in SPLITS}
    return TextData(
        **{part: tuple(document for document, _ in parts[part]) for part in SPLITS},
        **{f"topics_{part}": topics[part] if scale == "full" else () for part in SPLITS},
        scale=scale,
        provenance=PROVENANCE[scale],
        licence=LICENCE[scale],
    )


def load_lee() -> LeeDocuments:
    """Load 50 news documents and the ratings of their similarity by people.

    They are part of gensim, and come from Lee, Pincombe and Welsh (2005), An empirical evaluation
    of models of text document similarity. None of them is in the small corpus of `load_text`.

    Returns
    -------
    LeeDocuments
        Documents and ratings.

    Raises
    ------
    ValueError
        If a file is damaged.
    OSError
        If a file is missing.
    """
    documents = _read_lee("lee.cor", 50)
    name = "similarities0-1.txt"
    try:
        upper = np.triu(np.array([row.split() for row in _read_lee(name, 50)], np.float64))
        sound = upper.shape == (50, 50) and (np.diag(upper) == 1).all()
    except ValueError:
        sound = False
    if not sound:
        raise ValueError(
            f"{_gensim_file(name)}, which is part of gensim, is damaged. Install gensim again."
        )
    return LeeDocuments(tuple(documents), upper + np.triu(upper, 1).T)


def read_documents(path: str | os.PathLike, encoding: str = "utf-8") -> list[str]:
    """Read one's own text, one document a line.

    Parameters
    ----------
    path : str or os.PathLike
        A text file.
    encoding : str
        Its encoding, such as ``"utf-8"`` or ``"iso-8859-1"``.

    Returns
    -------
    list of str
        The lines that have text, with single spaces as their only white space.

    Raises
    ------
    ValueError
        If the file has no text or another encoding, or Python knows no such encoding.
    OSError
        If it is missing or cannot be read.
    """
    with clear_errors(path):
        content = Path(path).read_bytes()
    try:
        text = content.decode(encoding)
    except LookupError as error:
        raise ValueError(
            f"encoding is {encoding!r}, which Python does not know; expected a name such as "
            "'utf-8' or 'iso-8859-1'."
        ) from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(
            f"{path} is not encoded as {encoding!r}: byte {error.start}, in line {line}, is "
            f"{content[error.start]:#04x}. Give the argument encoding, such as 'iso-8859-1', or "
            "save the file as UTF-8."
        ) from error
    # str.splitlines also cuts at signs that stand within a line of other programs, such as \x85.
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    documents = [document for document in map(_single_spaces, lines) if document]
    if not documents:
        raise ValueError(f"{path} has no text; expected one document a line.")
    return documents


def _single_spaces(text: str) -> str:
    # Words on two lines are two words: a newline becomes a space and is never just deleted.
    return " ".join(text.split())


def _title_and_body(text: str) -> str:
    # NLTK's own copy of Reuters still writes < as &lt;, other copies do not.
    title, _, body = unescape(text).partition("\n")
    return "\n".join(filter(None, map(_single_spaces, (title, body))))


def _gensim_file(name: str) -> Path:
    # Importing gensim, only to ask where it is, takes a second.
    return Path(
        importlib.metadata.distribution("gensim").locate_file(f"gensim/test/test_data/{name}")
    )


def _read_lee(name: str, count: int) -> list[str]:
    path = _gensim_file(name)
    try:
        documents = read_documents(path, encoding="iso-8859-1")
    except OSError as error:
        raise OSError(
            f"Cannot read {path}, which is part of gensim. Install gensim again."
        ) from error
    if len(documents) != count:
        raise ValueError(
            f"{path}, which is part of gensim, has {len(documents)} lines instead of {count}. "
            "Install gensim again."
        )
    return documents


def _small_parts() -> dict[str, list[_Labelled]]:
    documents = _read_lee("lee_background.cor", 300)
    return {
        "train": [(text, ()) for i, text in enumerate(documents) if i % 10 < 8],
        "valid": [(text, ()) for text in documents[8::10]],
        "test": [(text, ()) for text in documents[9::10]],
    }


def _full_parts() -> dict[str, list[_Labelled]]:
    reuters = read_reuters()
    training = reuters["training"]
    return {
        "train": _normalised(document for i, document in enumerate(training) if i % 10 != 9),
        "valid": _normalised(training[9::10]),
        "test": _normalised(reuters["test"]),
    }


def _normalised(documents: Iterable[_Labelled]) -> list[_Labelled]:
    pairs = ((_title_and_body(text), topics) for text, topics in documents)
    return [(document, topics) for document, topics in pairs if document]
