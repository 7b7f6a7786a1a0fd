"""The corpora of both scales, the reader's own text, and what wrong input gets."""

import dataclasses
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from aeutils.data import text
from aeutils.data.text import load_lee, load_text, read_documents

PARTS = ("train", "valid", "test")
real_reuters = Path(os.environ.get("AEUTILS_DATA_DIR") or "none", "nltk_data", "corpora")
reuters_only = pytest.mark.skipif(
    not any((real_reuters / name).exists() for name in ("reuters", "reuters.zip")),
    reason="needs Reuters in AEUTILS_DATA_DIR",
)


def put_reuters(root, monkeypatch, training, test):
    """Write documents in the layout of NLTK's corpus, with topics by their place."""
    documents = {f"training/{i}": document for i, document in enumerate(training, 1)}
    documents |= {f"test/{i}": document for i, document in enumerate(test, 1001)}
    path = root / "nltk_data" / "corpora" / "reuters.zip"
    path.parent.mkdir(parents=True)
    with zipfile.ZipFile(path, "w") as archive:
        topics = [f"{name} topic-{name.split('/')[1]} news" for name in reversed(documents)]
        archive.writestr("reuters/cats.txt", "\n".join(topics))
        for name, document in documents.items():
            archive.writestr(f"reuters/{name}", document)
    monkeypatch.setenv("AEUTILS_DATA_DIR", str(root))


def test_small_corpus_and_its_parts():
    data = load_text("small")
    assert [len(getattr(data, part)) for part in PARTS] == [240, 30, 30]
    assert repr(data) == "TextData('small': 240 train, 30 valid, 30 test)"
    assert data.topics_train == data.topics_valid == data.topics_test == ()
    lines = text._gensim_file("lee_background.cor").read_bytes().decode("iso-8859-1").split("\n")
    assert data.train[0] == lines[0][: len(data.train[0])]
    assert data.train[8:16] == tuple(" ".join(line.split()) for line in lines[10:18])
    assert data.valid == tuple(" ".join(line.split()) for line in lines[8::10])
    assert data.test == tuple(" ".join(line.split()) for line in lines[9::10])
    lengths = [len(document.split()) for part in PARTS for document in getattr(data, part)]
    assert (min(lengths), max(lengths)) == (45, 620)
    assert len({*data.train} & {*data.test}) == 1  # as documented
    assert "300 news documents" in data.provenance and "Lee, Pincombe and Welsh" in data.licence
    with pytest.raises(dataclasses.FrozenInstanceError):
        data.train = ()


def test_lee_documents_and_ratings():
    lee = load_lee()
    assert len(lee.documents) == 50 and lee.ratings.shape == (50, 50)
    assert repr(lee) == "LeeDocuments(50 documents with their ratings)"
    assert lee.documents[0].startswith("The national executive of the strife-torn Democrats")
    assert sum("\u00a33,000" in document for document in lee.documents) == 1
    assert lee.ratings.dtype == np.float64 and np.array_equal(lee.ratings, lee.ratings.T)
    assert (np.diag(lee.ratings) == 1).all()
    assert (lee.ratings[0, 1], lee.ratings[1, 0], lee.ratings[0, 5]) == (0.3, 0.3, 0.5)
    assert lee.ratings.min() == 0.2
    small = load_text("small")
    assert not {*lee.documents} & {*small.train, *small.valid, *small.test}


def test_full_corpus_from_made_up_files(monkeypatch, tmp_path):
    training = [f"TITLE {i}\n  Body {i} has\n  two lines.\n" for i in range(25)]
    training[3] = training[9] = " \n\n"
    put_reuters(tmp_path, monkeypatch, training, ["ONLY A TITLE\n", "\n  NO TITLE\n  Body.\n", ""])
    data = load_text("full")
    kept = [i for i in range(25) if i not in (3, 9, 19)]
    assert data.train == tuple(f"TITLE {i}\nBody {i} has two lines." for i in kept)
    assert data.topics_train == tuple((f"topic-{i + 1}", "news") for i in kept)
    assert data.valid == ("TITLE 19\nBody 19 has two lines.",)
    assert data.topics_valid == (("topic-20", "news"),)
    assert data.test == ("ONLY A TITLE", "NO TITLE Body.")
    assert data.topics_test == (("topic-1001", "news"), ("topic-1002", "news"))
    assert data.scale == "full" and "Reuters-21578" in data.provenance
    assert "research use only" in data.licence
    assert repr(data) == "TextData('full': 22 train, 1 valid, 2 test)"


def test_no_words_are_glued_and_signs_are_the_same_in_all_copies(monkeypatch, tmp_path):
    """A newline that is deleted without a space makes one word of two."""
    document = "GRAIN  &lt;GR>\tUP\n  prices\n  rose at AT&amp;T,\n\nagain\n"
    put_reuters(tmp_path, monkeypatch, [document], ["A\r\n  b\r\n  c"])
    assert load_text("full").train == ("GRAIN <GR> UP\nprices rose at AT&T, again",)
    assert load_text("full").test == ("A\nb c",)


@reuters_only
def test_real_reuters():
    data = load_text("full")
    assert repr(data) == "TextData('full': 6,993 train, 777 valid, 3,019 test)"
    assert data.train[0].startswith("BAHIA COCOA REVIEW\nShowers continued throughout the week in")
    assert data.topics_train[0] == ("cocoa",)
    for part in PARTS:
        documents, topics = getattr(data, part), getattr(data, f"topics_{part}")
        assert len(documents) == len(topics) and all(topics)
        assert not any("  " in document or document.count("\n") > 1 for document in documents)
    topics = {*data.topics_train, *data.topics_valid, *data.topics_test}
    assert len({name for names in topics for name in names}) == 90
    train = {tuple(document.split()) for document in data.train}
    assert sum(tuple(document.split()) in train for document in data.test) == 6  # as documented


def test_full_corpus_that_is_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("AEUTILS_DATA_DIR", str(tmp_path))
    with pytest.raises(OSError, match="holds neither nltk_data/corpora/reuters.zip nor"):
        load_text("full")


@pytest.mark.parametrize("scale", ["medium", "Full", None, 1])
def test_unknown_scale(scale):
    with pytest.raises(ValueError, match="^scale is .*; expected 'small' or 'full'"):
        load_text(scale)


IDENTITY = "\n".join(" ".join(str(int(i == j)) for j in range(50)) for i in range(50))


@pytest.mark.parametrize(
    "ratings",
    ["", "1\n" * 50, "a\n" * 50, "1 " * 50 + "1 1\n" * 49, ("0 " * 50 + "\n") * 50, IDENTITY[:-20]],
)
def test_damaged_install(monkeypatch, tmp_path, ratings):
    monkeypatch.setattr(text, "_gensim_file", lambda name: tmp_path / name)
    with pytest.raises(OSError, match=r"lee.cor, which is part of gensim. Install gensim again"):
        load_lee()
    (tmp_path / "lee_background.cor").write_text("One.\nTwo.\n")
    with pytest.raises(ValueError, match="cor, .* has 2 lines instead of 300. Install gensim"):
        load_text("small")
    (tmp_path / "lee.cor").write_text("One.\n" * 50)
    with pytest.raises(OSError, match=r"Cannot read .*similarities0-1.txt.*Install gensim again"):
        load_lee()
    (tmp_path / "similarities0-1.txt").write_text(ratings)
    with pytest.raises(ValueError, match="similarities0-1.txt, .* is damaged. Install gensim"):
        load_lee()
    (tmp_path / "similarities0-1.txt").write_text(IDENTITY)
    assert np.array_equal(load_lee().ratings, np.eye(50))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_read_documents(tmp_path, end):
    path = tmp_path / "own.txt"
    lines = ["  A caf\u00e9,\t two\u00a0 words. ", "", "   ", "Next\u0085one", ""]
    path.write_bytes(end.join(lines).encode())
    assert read_documents(path) == ["A caf\u00e9, two words.", "Next one"]
    path.write_bytes(end.join(lines).encode("utf-8-sig"))
    assert read_documents(str(path)) == ["A caf\u00e9, two words.", "Next one"]
    path.write_bytes(end.join(lines).encode("iso-8859-1"))
    assert read_documents(path, "iso-8859-1") == ["A caf\u00e9, two words.", "Next one"]


@pytest.mark.parametrize("content", [b"", b"\n \n\t\r\n", b"\xef\xbb\xbf"])
def test_read_documents_without_text(tmp_path, content):
    path = tmp_path / "own.txt"
    path.write_bytes(content)
    with pytest.raises(ValueError) as error:
        read_documents(path)
    assert str(error.value) == f"{path} has no text; expected one document a line."


def test_read_documents_in_another_encoding(tmp_path):
    path = tmp_path / "own.txt"
    path.write_bytes(b"One.\nTwo for \xa33.\n")
    with pytest.raises(ValueError) as error:
        read_documents(path)
    message = f"{path} is not encoded as 'utf-8': byte 13, in line 2, is 0xa3. Give the argument"
    assert str(error.value).startswith(f"{message} encoding, such as 'iso-8859-1'")
    with pytest.raises(ValueError, match="^encoding is 'latin-x', which Python does not know"):
        read_documents(path, encoding="latin-x")


def test_read_documents_that_are_missing(tmp_path):
    with pytest.raises(OSError, match="No such file.*Check the path and its permissions") as error:
        read_documents(tmp_path / "missing.txt")
    assert str(tmp_path / "missing.txt") in str(error.value)
    with pytest.raises(OSError, match="Check the path and its permissions"):
        read_documents(tmp_path)


def test_slow_libraries_are_imported_when_they_are_needed():
    script = (
        "import sys, aeutils.data, aeutils.data.text, aeutils.data.word_vectors\n"
        "aeutils.data.text.load_text('small')\n"
        "print([name for name in ('gensim', 'nltk', 'keras') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (result.stdout.strip(), result.stderr) == ("[]", "")


def test_where_a_bad_byte_is(tmp_path):
    path = tmp_path / "own.txt"
    for content, place in (
        (b"\xa3", "byte 0, in line 1"),
        (b"\nab\n\n\xa3\n", "byte 5, in line 4"),
    ):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=f"{place}, is 0xa3"):
            read_documents(path)


def test_corpora_are_told_apart_by_identity():
    first, second = load_text("small"), load_text("small")
    assert first == first and first != second
    lee, other = load_lee(), load_lee()
    assert lee == lee and lee != other and len({lee, other}) == 2


def test_every_tenth_document_of_the_small_corpus_is_for_the_test(monkeypatch):
    monkeypatch.setattr(text, "_read_lee", lambda name, count: [str(i) for i in range(count)])
    data = load_text("small")
    assert len(data.train) == 240 and data.train[:9] == (*"01234567", "10")
    assert data.valid[:3] == ("8", "18", "28") and data.test[-1] == "299"
