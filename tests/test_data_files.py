"""Errors of reading a file: they name it and say what to do, whatever raised them."""

import errno
import gzip
import struct
import zipfile
import zlib
from hashlib import sha256
from types import SimpleNamespace

import numpy as np
import pytest

from aeutils.data.files import (
    clear_errors,
    count_held_back,
    name_sizes,
    parse_idx,
    read_bundled,
)


def idx(array):
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.mark.parametrize(
    "error",
    [
        zipfile.BadZipFile("no zip"),
        gzip.BadGzipFile("no gzip"),
        zlib.error("no zlib"),
        EOFError("no end"),
        RuntimeError("encrypted"),
    ],
)
def test_damage_asks_for_a_whole_copy(error):
    with pytest.raises(ValueError) as caught, clear_errors("words.zip"):
        raise error
    assert str(caught.value) == f"words.zip is damaged ({error}). Replace it by a whole copy."
    assert caught.value.__cause__ is error


def test_what_cannot_be_read_asks_to_check_path_and_permissions(tmp_path):
    with pytest.raises(OSError) as caught, clear_errors(tmp_path / "absent"):
        (tmp_path / "absent").read_bytes()
    expected = f"Cannot read {tmp_path / 'absent'}: No such file or directory. "
    assert str(caught.value) == expected + "Check the path and its permissions."


def test_an_error_without_a_number_keeps_its_words():
    with pytest.raises(OSError, match="Cannot read list: odd. Check"), clear_errors("list"):
        raise OSError("odd")
    with pytest.raises(OSError, match="list: Is a directory. Check"), clear_errors("list"):
        raise OSError(errno.EISDIR, "Is a directory")


def test_other_errors_and_results_pass():
    with pytest.raises(KeyError), clear_errors("list"):
        raise KeyError("word")
    with clear_errors("list"):
        pass


@pytest.mark.parametrize(("rows", "held"), [(3, 1), (10, 1), (14, 1), (16, 2), (455, 46)])
def test_a_tenth_is_held_back_and_one_at_least(rows, held):
    assert count_held_back(rows) == {"valid": held, "test": held}


def test_sizes_of_the_parts():
    data = SimpleNamespace(x_train=[0] * 1200, x_valid=[0] * 30, x_test=[0], train=[0], valid=[])
    assert name_sizes(data) == "1,200 train, 30 valid, 1 test"
    data.test = [0, 0]
    assert name_sizes(data, "") == "1 train, 0 valid, 2 test"


def test_read_bundled(tmp_path):
    path = tmp_path / "some.npz"
    with pytest.raises(OSError, match=r"Cannot read .*some.npz, .* Install it again"):
        read_bundled(path, "")
    np.savez(path, a=np.arange(3), b=np.eye(2))
    arrays = read_bundled(path, sha256(path.read_bytes()).hexdigest())
    assert arrays["a"].tolist() == [0, 1, 2] and arrays["b"].tolist() == [[1, 0], [0, 1]]
    with pytest.raises(ValueError, match=r"some.npz, .* is damaged. Install it again"):
        read_bundled(path, "0" * 64)


def test_parse_idx_reads_what_idx_wrote():
    for shape in ((2, 3, 4), (24,), (0, 3), (1, 1)):
        array = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
        read = parse_idx(idx(array))
        assert read.shape == shape and read.dtype == np.uint8 and np.array_equal(read, array)


GOOD = idx(np.arange(24, dtype=np.uint8).reshape(2, 3, 4))


@pytest.mark.parametrize(
    "content, says",
    [
        (b"", "is not an IDX file of bytes"),
        (b"PK\x03\x04" + bytes(40), r"is not an IDX file of bytes: it starts with b'PK.x03.x04'\."),
        (b"\x00\x00\x0d\x01" + GOOD[4:], "is not an IDX file of bytes"),
        (b"\x00\x00\x08\x00" + GOOD[4:], "is not an IDX file of bytes"),
        (b"\x00\x00\x08", r"is not an IDX file of bytes: it starts with b'.x00.x00.x08'\."),
        (GOOD[:9], r"9 bytes, which does not fit its shape \(\)"),
        (GOOD[:-1], r"does not fit its shape \(2, 3, 4\)"),
        (b"\x00\x00\x08\x01\x00\x00\x00", r"7 bytes, which does not fit its shape \(\)"),
        (b"\x00\x00\x08\x01", r"4 bytes, which does not fit its shape \(\)"),
        (GOOD + b"\x00", r"does not fit its shape \(2, 3, 4\)"),
    ],
)
def test_parse_idx_refuses(content, says):
    with pytest.raises(ValueError, match=f"^digits {says}|^digits is an IDX file of {says}|{says}"):
        parse_idx(content, "digits")
