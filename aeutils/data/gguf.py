"""Reading model files in the format GGUF: settings, and weights of two quantised kinds."""

import mmap
import struct
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from aeutils.data.files import clear_errors

# The number of each type in the file, and its form for `struct`.
SCALARS = dict(enumerate("BbHhIif?"))
SCALARS |= {10: "Q", 11: "q", 12: "d"}
TEXT, ARRAY = 8, 9
# A tensor's type in the file: its name, and bytes for so many numbers.
KINDS = {0: ("F32", 4, 1), 3: ("Q4_1", 20, 32), 8: ("Q8_0", 34, 32)}


class GGUF:
    """A model file: its settings, and its tensors, which are read when they are asked for.

    Source: the specification of GGUF, version 3, of the project ggml. Of the kinds of tensors
    those are known that the models of this book have: F32, Q4_1 (blocks of 32 numbers of 4 bits
    with a factor and a least value) and Q8_0 (blocks of 32 numbers of 8 bits with a factor).

    Parameters
    ----------
    path : str or os.PathLike
        The file.

    Attributes
    ----------
    settings : dict
        What the file says about the model, by its keys, such as ``"llama.block_count"``.
    shapes : dict
        Shape of each tensor, by its name. The last number counts neighbours in memory: a matrix
        is of shape (outputs, inputs).

    Raises
    ------
    ValueError
        If the file is none of this format or ends too early.
    OSError
        If it is missing or cannot be read.
    """

    def __init__(self, path: str | PathLike):
        self.path = Path(path)
        with clear_errors(path), self.path.open("rb") as file:
            self._content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._at = 0
        if self._content[:4] != b"GGUF" or self._content[4:8] != b"\x03\x00\x00\x00":
            raise ValueError(f"{path} is no GGUF file of version 3: it starts otherwise.")
        self._at = 8
        try:
            self._read_head()
        except (struct.error, KeyError, UnicodeDecodeError) as error:
            raise ValueError(f"{path} is damaged ({error}). Replace it by a whole copy.") from error

    def _read_head(self) -> None:
        tensors, count = self._take("Q"), self._take("Q")
        self.settings = dict(self._setting() for _ in range(count))
        self.shapes, self._places = {}, {}
        for _ in range(tensors):
            name = self._text()
            sizes = [self._take("Q") for _ in range(self._take("I"))]
            self.shapes[name] = tuple(reversed(sizes))
            self._places[name] = self._take("I"), self._take("Q")
        unit = self.settings.get("general.alignment", 32)
        self._start = -(-self._at // unit) * unit

    def _take(self, form: str) -> Any:
        (value,) = struct.unpack_from(f"<{form}", self._content, self._at)
        self._at += struct.calcsize(f"<{form}")
        return value

    def _text(self) -> str:
        length = self._take("Q")
        self._at += length
        return self._content[self._at - length : self._at].decode("utf-8")

    def _setting(self) -> tuple[str, Any]:
        return self._text(), self._value(self._take("I"))

    def _value(self, kind: int) -> Any:
        if kind == ARRAY:
            inner, count = self._take("I"), self._take("Q")
            return [self._value(inner) for _ in range(count)]
        return self._text() if kind == TEXT else self._take(SCALARS[kind])

    def read(self, name: str) -> np.ndarray:
        """Return a tensor as float32, or raise as `content` does."""
        content = self.content(name)
        return DECODERS[self._places[name][0]](content).reshape(self.shapes[name])

    def content(self, name: str) -> np.ndarray:
        """Return the bytes of a tensor as they are in the file.

        Raises
        ------
        ValueError
            If there is no such tensor, its kind is unknown or the file ends before it does.
        """
        if name not in self.shapes:
            raise ValueError(f"{self.path} has no tensor {name!r}.")
        kind, offset = self._places[name]
        if kind not in KINDS:
            raise ValueError(f"{name} in {self.path} is of kind {kind}; known are {KINDS}.")
        _, size, count = KINDS[kind]
        length = int(np.prod(self.shapes[name])) // count * size
        start = self._start + offset
        content = self._content[start : start + length]
        if len(content) < length:
            raise ValueError(f"{self.path} ends within {name}. Replace it by a whole copy.")
        return np.frombuffer(content, np.uint8)


def decode_q4_1(content: np.ndarray) -> np.ndarray:
    """Return the numbers of bytes of the kind Q4_1, float32."""
    blocks = content.reshape(-1, 20)
    factor, least = blocks[:, :4].copy().view("<f2").astype("float32").T[..., None]
    numbers = np.concatenate([blocks[:, 4:] & 15, blocks[:, 4:] >> 4], axis=1)
    return numbers * factor + least


def decode_q8_0(content: np.ndarray) -> np.ndarray:
    """Return the numbers of bytes of the kind Q8_0, float32."""
    blocks = content.reshape(-1, 34)
    factor = blocks[:, :2].copy().view("<f2").astype("float32")
    return blocks[:, 2:].view(np.int8) * factor


def decode_f32(content: np.ndarray) -> np.ndarray:
    """Return the numbers of bytes of the kind F32."""
    return content.view("<f4").astype("float32")


DECODERS = {0: decode_f32, 3: decode_q4_1, 8: decode_q8_0}
