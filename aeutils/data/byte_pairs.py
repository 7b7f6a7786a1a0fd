"""Cutting text into the tokens of a language model: pairs of bytes, merged in a fixed order."""

import re
from collections.abc import Sequence
from functools import cache

# A contraction, or one space with letters or with signs, or white space.
PIECES = re.compile(r"'(?:[stmd]|re|ve|ll)| ?[^\W\d_]+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")
DIGIT = re.compile(r"(\d)")


def byte_signs() -> dict[int, str]:
    """Return the printable sign that stands for each byte in the vocabulary of GPT-2."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in kept]
    signs = {byte: chr(byte) for byte in kept}
    return signs | {byte: chr(256 + n) for n, byte in enumerate(others)}


class BytePairs:
    """The tokens of a text by byte-pair encoding, as GPT-2 does it, with each digit alone.

    Sources: Sennrich, Haddow and Birch (2016), https://doi.org/10.18653/v1/P16-1162, and the
    published encoder of GPT-2.

    Parameters
    ----------
    tokens : sequence of str
        The vocabulary, in the signs of `byte_signs`; the place of a token is its number.
    merges : sequence of str
        Pairs with a space between, the one to merge first at the front.
    """

    def __init__(self, tokens: Sequence[str], merges: Sequence[str]):
        self.tokens = list(tokens)
        self.numbers = {token: n for n, token in enumerate(self.tokens)}
        self.rank = {tuple(pair.split(" ")): n for n, pair in enumerate(merges)}
        self._signs = byte_signs()
        self._bytes = {sign: byte for byte, sign in self._signs.items()}
        self._merge = cache(self._merge_piece)

    def encode(self, text: str) -> list[int]:
        """Return the numbers of the tokens of a text."""
        # What is cut at the digits has them in every second place.
        parts = enumerate(DIGIT.split(text))
        pieces = (p for n, part in parts for p in ([part] if n % 2 else PIECES.findall(part)))
        return [number for piece in pieces for number in self._merge(piece)]

    def decode(self, number: int) -> str:
        """Return the text of one token; a part of a longer sign shows as a question mark."""
        content = bytes(self._bytes.get(sign, 63) for sign in self.tokens[number])
        return content.decode("utf-8", errors="replace")

    def _merge_piece(self, piece: str) -> tuple[int, ...]:
        parts = [self._signs[byte] for byte in piece.encode("utf-8")]
        while len(parts) > 1:
            pairs = list(zip(parts, parts[1:], strict=False))
            best = min(pairs, key=lambda pair: self.rank.get(pair, len(self.rank)))
            if best not in self.rank:
                break
            parts = _join(parts, best)
        return tuple(self.numbers[part] for part in parts)


def _join(parts: list[str], pair: tuple[str, str]) -> list[str]:
    joined, at = [], 0
    while at < len(parts):
        step = 2 if tuple(parts[at : at + 2]) == pair else 1
        joined.append("".join(parts[at : at + step]))
        at += step
    return joined
