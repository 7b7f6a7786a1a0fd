"""Errors of reading a file: they name it and say what to do, whatever raised them."""

import errno
import gzip
import zipfile
import zlib

import pytest

from aeutils.data.files import clear_errors


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
