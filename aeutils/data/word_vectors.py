"""Word vectors: read from a file or trained on the corpus, and as the matrix of an embedding."""

import gzip
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from numbers import Integral
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from aeutils.data.files import clear_errors
from aeutils.data.words import PADDING, SPECIAL_WORDS, UNKNOWN, Vocabulary, check_sentences

if TYPE_CHECKING:
    from gensim.models import KeyedVectors


def load_word_vectors(path: str | PathLike, dim: int | None = None) -> "KeyedVectors":
    """Read word vectors from a text file of GloVe or word2vec.

    Parameters
    ----------
    path : str or os.PathLike
        A file with a word and its numbers in each line, with or without a first line that says how
        many; plain, with the suffix ``.gz``, or in an archive with the suffix ``.zip``.
    dim : int, optional
        Numbers of a vector. It picks the file in an archive with several, such as
        ``glove.6B.zip``; elsewhere it is only checked.

    Returns
    -------
    gensim.models.KeyedVectors
        Words and their vectors, float32.

    Raises
    ------
    ValueError
        If the file is empty, damaged or not UTF-8, its vectors have not `dim` numbers, or it is not
        clear which file of an archive is meant.
    OSError
        If it is missing or cannot be read.
    """
    from gensim.models import KeyedVectors  # slow to import

    if dim is not None:
        _check_count("dim", dim)
    path = Path(path)
    with clear_errors(path), _unpacked(path, dim) as (file, name):
        # gensim takes some damaged lines for sound ones, and never says which line is damaged.
        with gzip.open(file) if file.suffix == ".gz" else open(file, "rb") as lines:
            header = _check_lines(lines, name, dim)
        return KeyedVectors.load_word2vec_format(str(file), no_header=not header)


def train_word_vectors(
    sentences: Iterable[Sequence[str]],
    dim: int = 50,
    epochs: int = 20,
    window: int = 5,
    seed: int = 0,
) -> "KeyedVectors":
    """Train word vectors on sentences, by the skip-gram model.

    The model is that of `Mikolov et al. (2013) <https://arxiv.org/abs/1310.4546>`_. One thread
    trains it, so that the same seed gives the same vectors on one machine.

    Parameters
    ----------
    sentences : iterable of sequence of str
        Sentences as `aeutils.data.words.tokenize` returns them; every word gets a vector.
    dim : int
        Numbers of a vector.
    epochs : int
        Passes over the sentences.
    window : int
        At how many words before and after each word the model looks.
    seed : int
        Seed of the first vectors and of the draws.

    Returns
    -------
    gensim.models.KeyedVectors
        Words and their vectors, float32.

    Raises
    ------
    ValueError
        If a sentence is a str, there are no words, or a number is not a whole one of 1 or more (the
        seed: of 0 or more).
    """
    for name, value in {"dim": dim, "epochs": epochs, "window": window}.items():
        _check_count(name, value)
    _check_count("seed", seed, least=0)
    corpus = [list(sentence) for sentence in check_sentences(sentences)]
    if not any(corpus):
        raise ValueError("sentences has no words; expected one or more.")
    from gensim.models import Word2Vec  # slow to import

    model = Word2Vec(
        corpus,
        vector_size=dim,
        window=window,
        min_count=1,
        sg=1,
        workers=1,
        epochs=epochs,
        seed=seed,
    )
    return model.wv


def embedding_matrix(
    vectors: "KeyedVectors", vocabulary: Vocabulary, unknown: str = "zero"
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the vectors of a vocabulary's words, in their order.

    Parameters
    ----------
    vectors : gensim.models.KeyedVectors
        Word vectors. Words that are not in the vocabulary are left out, `<pad>` and `<unk>` too.
    vocabulary : aeutils.data.words.Vocabulary
        The words of the rows.
    unknown : {"zero", "mean"}
        The row of `<unk>` and of words without a vector: zeros, or the mean of the words with one.

    Returns
    -------
    matrix : numpy.ndarray
        float32 of shape (words, numbers of a vector). The first row, for padding, is zero.
    missing : tuple of str
        The words without a vector, in the order of the vocabulary.

    Raises
    ------
    ValueError
        If `unknown` is another word, or no word of the vocabulary has a vector.
    """
    if unknown not in ("zero", "mean"):
        raise ValueError(f"unknown is {unknown!r}; expected 'zero' or 'mean'.")
    words = vocabulary.words[len(SPECIAL_WORDS) :]
    # Each word of the vocabulary asks for its vector. A loop over the words of the file would need
    # care, since words that are not in the vocabulary would all be written to the row of <unk>.
    rows = [row for row, word in enumerate(words, len(SPECIAL_WORDS)) if word in vectors]
    if not rows:
        raise ValueError(
            f"vectors has none of the {len(words)} words of vocabulary, such as {words[0]!r}. Are "
            "they of the same language, and both in lower case?"
        )
    matrix = np.zeros((len(vocabulary), vectors.vector_size), np.float32)
    matrix[rows] = vectors[[vocabulary.words[row] for row in rows]]
    others = sorted({*range(len(vocabulary))} - {PADDING, *rows})
    if unknown == "mean":
        matrix[others] = matrix[rows].mean(axis=0)
    return matrix, tuple(vocabulary.words[row] for row in others if row != UNKNOWN)


def _check_count(name: str, value: int, least: int = 1) -> None:
    if not isinstance(value, Integral) or value < least:
        raise ValueError(f"{name} is {value!r}; it must be a whole number of {least} or more.")


@contextmanager
def _unpacked(path: Path, dim: int | None) -> Iterator[tuple[Path, str]]:
    """Yield a file that gensim can read, and what errors call it."""
    if path.suffix.lower() != ".zip":
        yield path, str(path)
        return
    with zipfile.ZipFile(path) as archive, TemporaryDirectory() as folder:
        member = _member(archive, path, dim)
        yield Path(archive.extract(member, folder)), f"{member} in {path}"


def _member(archive: zipfile.ZipFile, path: Path, dim: int | None) -> str:
    """Choose the file by its name, or else by the length of its first vector."""
    names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
    if not names:
        raise ValueError(f"{path} is empty: it has no file with word vectors.")
    if len(names) == 1:
        return names[0]
    if dim is None:
        raise ValueError(f"{path} has the files {', '.join(names)}. Say which by dim, such as 50.")
    fitting = [name for name in names if re.search(rf"(?<![0-9]){dim}d(?![0-9a-z])", name)]
    if len(fitting) != 1:
        fitting = [name for name in names if _first_width(archive, name) == dim]
    if len(fitting) != 1:
        raise ValueError(
            f"dim is {dim}, but {len(fitting)} of the files in {path} have vectors of that many "
            f"numbers: {', '.join(names)}. Give another dim, or unpack the file that is meant."
        )
    return fitting[0]


def _first_width(archive: zipfile.ZipFile, name: str) -> int:
    with archive.open(name) as lines:
        first = lines.readline()
    header = _header(first)
    return header[1] if header else len(_numbers(first))


def _header(line: bytes) -> tuple[int, int] | None:
    """Return the number of words and of numbers in a vector, where a first line says so."""
    match = re.fullmatch(rb"([0-9]+)[ \t]+([0-9]+)\s*", line)
    return (int(match[1]), int(match[2])) if match else None


def _numbers(line: bytes) -> list[bytes]:
    # gensim cuts lines in the same way: some words contain other kinds of space.
    return line.rstrip().split(b" ")[1:]


def _check_lines(lines: Iterable[bytes], name: str, dim: int | None) -> bool:
    """Raise for the first line that is no vector; return whether there is a header."""
    lines = iter(lines)
    first = next(lines, b"")
    header = _header(first)
    width = header[1] if header else len(_numbers(first))
    if dim is not None and width not in (0, dim):
        raise ValueError(
            f"{name} has vectors of {width} numbers, but dim is {dim}. Load another file, or give "
            f"dim={width}."
        )
    start = [] if header or not first else [first]
    count = 0
    for number, line in enumerate(chain(start, lines), 2 if header else 1):
        problem = _problem(line, width)
        if problem:
            raise ValueError(f"{name}, line {number}, {problem}. Replace it by a whole copy.")
        count += 1
    if count == 0:
        raise ValueError(f"{name} is empty: it has no word vectors.")
    if header and header[0] != count:
        raise ValueError(
            f"{name} has {count} word vectors, but its first line says {header[0]}. Replace it by "
            "a whole copy."
        )
    return header is not None


def _problem(line: bytes, width: int) -> str | None:
    numbers = _numbers(line)
    try:
        line.decode("utf-8")
        with np.errstate(over="ignore"):
            values = np.array(numbers, np.float32)
    except UnicodeDecodeError:
        return "is not UTF-8"
    except ValueError as error:
        return f"has something that is not a number ({error})"
    if len(numbers) != width or width == 0:
        return f"has {len(numbers)} numbers after its word instead of {width or '1 or more'}"
    return None if np.isfinite(values).all() else "has a number that is not finite"
