"""Reading documents by a language model and keeping its activations."""

from collections.abc import Sequence

import numpy as np
from keras import ops

from aeutils.data.activations import WINDOW, Activations, gather
from aeutils.data.byte_pairs import BytePairs
from aeutils.data.gguf import GGUF
from aeutils.transformer import Transformer

BEGIN = 0  # the token that begins a text
BATCH = 16


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
