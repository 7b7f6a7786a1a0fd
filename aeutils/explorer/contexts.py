"""Units of a dictionary: which are on at a word, and which words excite one."""

from collections.abc import Sequence

import numpy as np

from aeutils.explorer.networks import as_text
from aeutils.explorer.page import Explorer, make_explorer

HUNDREDTHS = 100
STILL_UNITS, DOT = 40, 6


def units(
    codes: np.ndarray,
    tokens: Sequence[str],
    documents: Sequence[int],
    shown: Sequence[Sequence[int]],
    top: np.ndarray,
    *,
    promoted: np.ndarray | None = None,
    title: str = "Units of a dictionary",
) -> Explorer:
    """Let a reader click a word and see the units that are on; click a unit and see its contexts.

    Parameters
    ----------
    codes : ndarray of shape (n, count)
        Strength of each unit at each token, to be told to a hundredth; a unit is on above 0.
    tokens : sequence of str, of length n
        The tokens, with the spaces between words.
    documents : sequence of int, of length n
        Number of the document of each token: a context ends where its document does.
    shown : sequence of sequences of int
        Pieces of the text whose words can be clicked, as rows of `tokens`.
    top : ndarray of int of shape (count, contexts)
        Rows at which each unit is on most strongly, the strongest first.
    promoted : ndarray of str of shape (count, words), optional
        Tokens that each unit promotes.
    title : str
        What the explorer is, for those who cannot see it.

    Raises
    ------
    ValueError
        If the arguments do not fit each other, or the page gets larger than 300,000 bytes.
    """
    codes, top = np.asarray(codes, "float32"), np.asarray(top)
    _check(codes, tokens, documents, shown, top, promoted)
    rows = np.concatenate([np.asarray(piece, int) for piece in shown])
    width = int((codes[rows] > 0).sum(axis=1).max())
    on = np.argsort(-codes[rows], axis=1, kind="stable")[:, :width]
    data = {
        "title": title,
        "tokens": [str(token) for token in tokens],
        "documents": _whole(np.unique(documents, return_inverse=True)[1]),
        "shown": [[int(row) for row in piece] for piece in shown],
        "width": width,
        "on": _whole(on),
        "strengths": _whole(HUNDREDTHS * np.take_along_axis(codes[rows], on, axis=1)),
        "often": _whole((codes > 0).sum(axis=0)),
        "contexts": top.shape[1],
        "top": _whole(top),
        "heights": _whole(HUNDREDTHS * np.take_along_axis(codes, top.T, axis=0).T),
        "promoted": [] if promoted is None else np.asarray(promoted).astype(str).tolist(),
    }
    first = codes[np.asarray(shown[0], int)]
    alt = (
        f"{title}. Each column is one of the first {len(first)} tokens, each row a unit that is on "
        "there, and ink is its strength."
    )
    return make_explorer("units", data, _still(first), alt)


def _whole(values: np.ndarray) -> dict[str, str]:
    """Return an array of rounded numbers as text, in 16 bits where these are enough."""
    whole = np.rint(values)
    return as_text(whole.astype("int16" if np.abs(whole).max(initial=0) < 2**15 else "float32"))


def _still(codes: np.ndarray) -> np.ndarray:
    """Return the strengths of the units with the largest sums, a square for each number."""
    order = np.argsort(-codes.sum(axis=0), kind="stable")[:STILL_UNITS]
    ink = np.maximum(codes[:, order].T, 0)
    return np.kron(ink / max(ink.max(), 1e-9), np.ones((DOT, DOT)))


def _check(
    codes: np.ndarray,
    tokens: Sequence[str],
    documents: Sequence[int],
    shown: Sequence[Sequence[int]],
    top: np.ndarray,
    promoted: np.ndarray | None,
) -> None:
    """Refuse what does not fit together."""
    if codes.ndim != 2 or not codes.size or not np.isfinite(codes).all():
        raise ValueError(f"codes has shape {codes.shape}; expected finite numbers (n, count).")
    n, count = codes.shape
    if len(tokens) != n or len(documents) != n:
        raise ValueError(
            f"There are {len(tokens)} tokens and {len(documents)} documents; codes, of shape "
            f"{codes.shape}, asks for {n} of each."
        )
    if top.ndim != 2 or len(top) != count or not top.size or not _are_rows(top, n):
        raise ValueError(
            f"top has shape {top.shape}; expected ({count}, contexts), rows from 0 to {n - 1}."
        )
    if not len(shown) or not all(len(piece) and _are_rows(piece, n) for piece in shown):
        raise ValueError(f"shown must be one or more lists of rows from 0 to {n - 1}.")
    if not all((codes[list(piece)] > 0).any() for piece in shown):
        raise ValueError("shown has a piece at which no unit is on: codes must be above 0 there.")
    if promoted is not None and (np.ndim(promoted) != 2 or len(promoted) != count):
        raise ValueError(
            f"promoted has shape {np.shape(promoted)}; expected ({count}, words), words of a unit."
        )


def _are_rows(values: Sequence[int] | np.ndarray, n: int) -> bool:
    values = np.asarray(values)
    return values.dtype.kind in "iu" and values.min() >= 0 and values.max() < n
