"""From documents to numbers: sentences, words and a vocabulary."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from numbers import Integral
from typing import TYPE_CHECKING

import numpy as np

from aeutils.data.nltk_data import read_punkt

if TYPE_CHECKING:
    from nltk.tokenize import NLTKWordTokenizer, PunktSentenceTokenizer

PADDING, UNKNOWN = 0, 1  # rows of the vocabulary that are no words
SPECIAL_WORDS = ("<pad>", "<unk>")
# Training on all 7,770 documents of Reuters takes 20 seconds, on these 3.
_TRAINING_DOCUMENTS = 2_000


@dataclass(frozen=True)
class SentenceSplitter:
    """What cuts documents into sentences; made by `make_sentence_splitter`.

    Attributes
    ----------
    origin : {"punkt_tab", "trained"}
        Whether the model is NLTK's or was trained on the documents.
    tokenizer : nltk.tokenize.PunktSentenceTokenizer
        The model of `Kiss and Strunk (2006) <https://doi.org/10.1162/coli.2006.32.4.485>`_.
    """

    origin: str
    tokenizer: "PunktSentenceTokenizer"

    def split(self, document: str) -> list[str]:
        """Return the sentences of a document, the title by itself.

        Parameters
        ----------
        document : str
            Text whose lines end sentences, as a title does without a full stop.

        Returns
        -------
        list of str
            Sentences without white space around them, none empty.
        """
        lines = document.split("\n")
        return [sentence for line in lines for sentence in self.tokenizer.tokenize(line)]


def make_sentence_splitter(documents: Sequence[str]) -> SentenceSplitter:
    """Make a splitter from NLTK's model of English, or, where there is none, from documents.

    The model ``tokenizers/punkt_tab`` is searched in the folder ``nltk_data`` in
    ``AEUTILS_DATA_DIR``, then where NLTK has its data, and never downloaded. The training needs no
    labels: it finds the abbreviations in the first 2,000 documents.

    Parameters
    ----------
    documents : sequence of str
        Documents like those to be cut.

    Returns
    -------
    SentenceSplitter
        Its `origin` says which model it has.

    Raises
    ------
    ValueError
        If there are no documents, they are a single str, or the model is damaged.
    OSError
        If the model cannot be read.
    """
    if isinstance(documents, str):
        raise ValueError("documents is a str; expected a sequence of documents, such as [text].")
    if not any(document.strip() for document in documents):
        raise ValueError("documents has no text; expected one document or more.")
    from nltk.tokenize.punkt import PunktSentenceTokenizer, PunktTrainer

    parameters = read_punkt()
    origin = "trained" if parameters is None else "punkt_tab"
    if parameters is None:
        trainer = PunktTrainer()
        trainer.train("\n\n".join(documents[:_TRAINING_DOCUMENTS]))
        parameters = trainer.get_params()
    return SentenceSplitter(origin, PunktSentenceTokenizer(parameters))


def tokenize(sentence: str) -> list[str]:
    """Cut a sentence into words.

    The same function is for counting words and for looking them up: where one of the two uses
    another one, many words are unknown.

    Parameters
    ----------
    sentence : str
        One sentence; the full stop is cut off at its end only.

    Returns
    -------
    list of str
        Words and punctuation marks in lower case. Those with digits and without letters, such as
        1,234.5 and 10/12, are all ``"9"``.

    Raises
    ------
    ValueError
        If the sentence is no str.
    """
    if not isinstance(sentence, str):
        raise ValueError(f"sentence is a {type(sentence).__name__}; expected a str.")
    return [_without_value(word.lower()) for word in _word_tokenizer().tokenize(sentence)]


def check_sentences(sentences: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    """Pass sentences on, and raise a ValueError for one that is a str and no list of words."""
    for number, sentence in enumerate(sentences):
        if isinstance(sentence, str):
            raise ValueError(
                f"sentences[{number}] is a str; expected a list of words. Use tokenize() here as "
                "for counting: split() makes other words, many of them unknown."
            )
        yield sentence


class Vocabulary:
    """The most frequent words, and numbers for them.

    Parameters
    ----------
    sentences : iterable of sequence of str
        Sentences as `tokenize` returns them.
    size : int
        Number of words, `<pad>` and `<unk>` among them; of two that are equally frequent, the one
        that comes first in the sentences is taken first.

    Attributes
    ----------
    words : tuple of str
        Padding, the unknown word, then the words from the most to the least frequent. A word of the
        sentences that reads `<pad>` or `<unk>` is none of them: it counts as unknown.

    Raises
    ------
    ValueError
        If a sentence is a str, there are no words, or `size` is below 3 or above the number of
        different words and 2.
    """

    def __init__(self, sentences: Iterable[Sequence[str]], size: int) -> None:
        if not isinstance(size, Integral) or size < 3:
            raise ValueError(
                f"size is {size!r}; it must be a whole number of 3 or more, since <pad> and <unk> "
                "count too."
            )
        counts = Counter(chain.from_iterable(check_sentences(sentences)))
        for word in SPECIAL_WORDS:
            del counts[word]
        if not counts:
            raise ValueError("sentences has no words; expected one or more.")
        if size > len(counts) + len(SPECIAL_WORDS):
            raise ValueError(
                f"size is {size}, but there are {len(counts)} different words, <pad> and <unk>. "
                f"Take {len(counts) + len(SPECIAL_WORDS)} or fewer."
            )
        frequent = counts.most_common(size - len(SPECIAL_WORDS))
        self.words: tuple[str, ...] = (*SPECIAL_WORDS, *(word for word, _ in frequent))
        self._ids = {word: n for n, word in enumerate(self.words) if word not in SPECIAL_WORDS}

    def __len__(self) -> int:
        return len(self.words)

    def encode(self, sentences: Iterable[Sequence[str]], length: int) -> np.ndarray:
        """Return numbers for words.

        Parameters
        ----------
        sentences : iterable of sequence of str
            n sentences as `tokenize` returns them.
        length : int
            How many words to keep; the end of longer sentences is cut off.

        Returns
        -------
        numpy.ndarray
            int32 of shape (n, length): unknown words are 1; the end of shorter sentences is filled
            with 0, the side that the fast kernels of GPUs ask for.

        Raises
        ------
        ValueError
            If a sentence is a str, or `length` is below 1.
        """
        if not isinstance(length, Integral) or length < 1:
            raise ValueError(f"length is {length!r}; it must be a whole number of 1 or more.")
        rows = [
            [self._ids.get(word, UNKNOWN) for word in sentence[:length]]
            for sentence in check_sentences(sentences)
        ]
        ids = np.full((len(rows), length), PADDING, np.int32)
        for row, numbers in zip(ids, rows, strict=True):
            row[: len(numbers)] = numbers
        return ids

    def decode(self, ids: Sequence[int]) -> list[str]:
        """Return the words of one row of `encode`, of shape (length,), without padding.

        Raises
        ------
        ValueError
            If `ids` is no row of whole numbers, or one is no number of the vocabulary.
        """
        row = np.asarray(ids)
        if row.ndim != 1 or not (np.issubdtype(row.dtype, np.integer) or row.size == 0):
            raise ValueError(
                f"ids has shape {row.shape} and type {row.dtype}; expected one row of "
                "whole numbers."
            )
        if row.size and not (row.min() >= 0 and row.max() < len(self)):
            raise ValueError(
                f"ids runs from {row.min()} to {row.max()}; expected 0 to {len(self) - 1}."
            )
        return [self.words[number] for number in row if number != PADDING]

    def coverage(self, sentences: Iterable[Sequence[str]]) -> float:
        """Return the share of the words in `sentences`, from 0 to 1, that are not unknown.

        Raises
        ------
        ValueError
            If a sentence is a str, or there are no words.
        """
        words = [word for sentence in check_sentences(sentences) for word in sentence]
        if not words:
            raise ValueError("sentences has no words; expected one or more.")
        return sum(word in self._ids for word in words) / len(words)


def _without_value(word: str) -> str:
    number = any(map(str.isdigit, word)) and not any(map(str.isalpha, word))
    return "9" if number else word


@cache
def _word_tokenizer() -> "NLTKWordTokenizer":
    from nltk.tokenize import NLTKWordTokenizer

    return NLTKWordTokenizer()
