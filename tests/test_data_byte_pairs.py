"""Cutting text into tokens: which pieces, which merges, and back."""

import pytest
import tiny_model

from aeutils.data.byte_pairs import BytePairs, byte_signs


@pytest.fixture
def every_byte():
    """A tokenizer that knows all bytes and merges pairs of one word."""
    signs = list(byte_signs().values())
    return BytePairs([*signs, "ab", "abc", "bc"], ["b c", "a b", "ab c"])


def pieces(tokenizer, text):
    return [tokenizer.tokens[number] for number in tokenizer.encode(text)]


def test_signs_of_bytes():
    signs = byte_signs()
    assert sorted(signs) == list(range(256))
    assert len(set(signs.values())) == 256
    assert (signs[ord("a")], signs[32], signs[10]) == ("a", "Ġ", "Ċ")
    # The ends of what stands for itself, and what lies between.
    itself = [33, 126, 161, 172, 174, 255]
    assert [signs[byte] for byte in itself] == list("!~¡¬®ÿ")
    assert [signs[byte] for byte in (0, 127, 160, 173)] == list("ĀġłŃ")


def test_first_merge_first(every_byte):
    assert pieces(every_byte, "abc") == ["a", "bc"]
    assert pieces(every_byte, "abab") == ["ab", "ab"]


def test_cuts():
    tokenizer = BytePairs(tiny_model.TOKENS, tiny_model.MERGES)
    assert pieces(tokenizer, "ab ab c.a") == ["ab", "Ġab", "Ġc", ".", "a"]
    # A merge does not cross from one piece into the next.
    assert pieces(tokenizer, "a.b") == ["a", ".", "b"]


def test_digits_stand_alone(every_byte):
    every_byte.tokens += ["12", "Ġ1"]
    every_byte.numbers |= {"12": 259, "Ġ1": 260}
    every_byte.rank |= {("1", "2"): 9, ("Ġ", "1"): 9}
    assert pieces(every_byte, "a 12") == ["a", "Ġ", "1", "2"]


def test_text_behind_a_digit_is_cut():
    tokenizer = BytePairs([*byte_signs().values(), "a."], ["a ."])
    assert pieces(tokenizer, "1a.") == ["1", "a", "."]


@pytest.mark.parametrize("text", ["It's 12 %.", "a  b\n\n c", " é — 漢", "", "x_y don't"])
def test_nothing_is_lost(every_byte, text):
    signs = {sign: byte for byte, sign in byte_signs().items()}
    content = bytes(signs[sign] for piece in pieces(every_byte, text) for sign in piece)
    assert content.decode() == text


def test_decode(every_byte):
    assert [every_byte.decode(n) for n in every_byte.encode("ab c")] == ["ab", " ", "c"]
    assert every_byte.decode(every_byte.encode("é")[0]) == "\ufffd"


def test_decode_of_a_sign_that_is_no_byte():
    assert BytePairs(["a漢"], []).decode(0) == "a?"
