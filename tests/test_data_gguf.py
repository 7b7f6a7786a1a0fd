"""Reading model files: settings, tensors of three kinds, and files that are not whole."""

import numpy as np
import pytest
import tiny_model

from aeutils.data.gguf import GGUF, decode_q4_1, decode_q8_0

SETTINGS = [
    ("name", "s", "tiny"),
    ("words", "l", ["a", "bé", ""]),
    ("count", "I", 7),
    ("base", "f", 0.5),
    ("yes", "?", True),
    ("long", "Q", 2**40),
    ("byte", "B", 200),
    ("signed byte", "b", -100),
    ("short", "H", 60_000),
    ("signed short", "h", -30_000),
    ("signed", "i", -(2**31)),
    ("signed long", "q", -(2**40)),
    ("double", "d", 0.1),
]


@pytest.fixture
def path(tmp_path):
    values = np.arange(-32, 32).reshape(1, 64)
    tensors = {
        "plain": (np.arange(6).reshape(2, 3), 0),
        "eight": (values / 64, 8),
        "four": (np.tile(np.arange(16) / 8 - 1, (2, 4)), 3),
    }
    return tiny_model.write(tmp_path / "tiny.gguf", SETTINGS, tensors)


def test_settings(path):
    assert GGUF(path).settings == {name: value for name, _, value in SETTINGS}


def test_tensors(path):
    file = GGUF(path)
    assert file.shapes == {"plain": (2, 3), "eight": (1, 64), "four": (2, 64)}
    assert np.array_equal(file.read("plain"), np.arange(6).reshape(2, 3))
    assert np.array_equal(file.read("eight"), np.arange(-32, 32).reshape(1, 64) / 64)
    assert np.array_equal(file.read("four"), np.tile(np.arange(16) / 8 - 1, (2, 4)))
    assert all(file.read(name).dtype == np.float32 for name in file.shapes)


def test_blocks_by_hand():
    """The low halves of 16 bytes come first, then the high ones."""
    numbers = np.arange(16, dtype=np.uint8) | np.arange(15, -1, -1, dtype=np.uint8) << 4
    content = np.concatenate([np.array([2, -3], "<f2").view(np.uint8), numbers])
    right = np.concatenate([np.arange(16), np.arange(15, -1, -1)]) * 2 - 3
    assert np.array_equal(decode_q4_1(content)[0], right)
    content = np.concatenate([np.array([0.5], "<f2").view(np.uint8), np.full(32, 255, np.uint8)])
    assert np.array_equal(decode_q8_0(content), np.full((1, 32), -0.5))


def test_unknown_tensor(path):
    with pytest.raises(ValueError, match="no tensor 'other'"):
        GGUF(path).read("other")


def test_unknown_kind(path):
    file = GGUF(path)
    file._places["plain"] = (2, 0)
    with pytest.raises(ValueError, match="plain in .* is of kind 2"):
        file.read("plain")


def test_damaged(path):
    content = path.read_bytes()
    path.write_bytes(content[:-40])
    with pytest.raises(ValueError, match="ends within four"):
        GGUF(path).read("four")
    path.write_bytes(content[:60])
    with pytest.raises(ValueError, match=r"tiny\.gguf is damaged"):
        GGUF(path)
    path.write_bytes(b"GGUF\x02" + content[5:])
    with pytest.raises(ValueError, match="no GGUF file of version 3"):
        GGUF(path)


def test_missing(tmp_path):
    with pytest.raises(OSError, match=r"Cannot read .*none\.gguf"):
        GGUF(tmp_path / "none.gguf")
