"""The forward pass of the language model, against loops over places and heads."""

import numpy as np
import pytest
import tiny_model
from keras import ops

from aeutils.data.gguf import GGUF
from aeutils.transformer import Transformer, rms_norm, rotate, rotation

ROWS = np.array([[1, 5, 2, 9, 4], [3, 3, 0, 7, 8]])


@pytest.fixture
def path(tmp_path):
    tiny_model.write_model(tmp_path / "tiny.gguf")
    return tmp_path / "tiny.gguf"


def norm(x, factor):
    return x / np.sqrt(np.mean(x**2) + 1e-5) * factor


def turned(x, place):
    """Turn pairs as complex numbers."""
    pairs = x[::2] + 1j * x[1::2]
    pairs = pairs * np.exp(1j * place * 100.0 ** (-np.arange(0, len(x), 2) / len(x)))
    return np.stack([pairs.real, pairs.imag], axis=1).ravel()


def attend(states, get):
    size = tiny_model.WIDTH // tiny_model.HEADS
    mixed = []
    for place, state in enumerate(states):
        heads = []
        for head in range(tiny_model.HEADS):
            own = slice(head * size, (head + 1) * size)
            shared = head // (tiny_model.HEADS // tiny_model.KEY_HEADS)
            other = slice(shared * size, (shared + 1) * size)
            query = turned((get("attn_q") @ state)[own], place)
            keys = [
                turned((get("attn_k") @ s)[other], n) for n, s in enumerate(states[: place + 1])
            ]
            scores = np.exp([query @ key / np.sqrt(size) for key in keys])
            values = [(get("attn_v") @ s)[other] for s in states[: place + 1]]
            heads.append(scores / scores.sum() @ np.array(values))
        mixed.append(get("attn_output") @ np.concatenate(heads))
    return np.array(mixed)


def by_loops(file, tokens, blocks):
    x = file.read("token_embd.weight")[tokens].astype(float)
    for block in range(blocks):

        def get(name, block=block):
            return file.read(f"blk.{block}.{name}.weight").astype(float)

        x = x + attend([norm(v, get("attn_norm")) for v in x], get)
        for n, v in enumerate(x):
            y = norm(v, get("ffn_norm"))
            gate = get("ffn_gate") @ y
            x[n] = v + get("ffn_down") @ (gate / (1 + np.exp(-gate)) * (get("ffn_up") @ y))
    return x


def test_stream(path):
    file = GGUF(path)
    for last in (1, 2):
        stream = ops.convert_to_numpy(Transformer(file).run(ROWS, last=last))
        right = [by_loops(file, row, last) for row in ROWS]
        np.testing.assert_allclose(stream, right, rtol=2e-4, atol=2e-3)


def test_norm_of_small_numbers():
    """Where the numbers are as small as the root of epsilon, epsilon counts."""
    x, factor = np.array([3e-3, -4e-3], "float32"), np.array([2, 1], "float32")
    right = norm(x.astype(float), factor)
    np.testing.assert_allclose(ops.convert_to_numpy(rms_norm(x, factor)), right, rtol=1e-4)


def test_in_two_parts(path):
    model = Transformer(GGUF(path))
    first = ops.convert_to_numpy(model.run(ROWS, last=1))
    second = ops.convert_to_numpy(model.run(first, first=1))
    np.testing.assert_allclose(second, ops.convert_to_numpy(model.run(ROWS)), rtol=1e-5)


def test_what_comes_later_changes_nothing(path):
    model, changed = Transformer(GGUF(path)), ROWS.copy()
    changed[:, 3:] = 6
    before, after = (ops.convert_to_numpy(model.run(rows)) for rows in (ROWS, changed))
    np.testing.assert_allclose(before[:, :3], after[:, :3], rtol=1e-5)
    assert np.abs(before[:, 3:] - after[:, 3:]).max() > 0.1


def test_scores(path):
    file = GGUF(path)
    model, stream = Transformer(file), by_loops(file, ROWS[0], 1)[None].astype("float32")
    right = norm(stream[0, 2], file.read("output_norm.weight")) @ file.read("token_embd.weight").T
    found = ops.convert_to_numpy(model.scores(stream))
    np.testing.assert_allclose(found[0, 2], right, rtol=1e-3, atol=1e-4)
    some = ops.convert_to_numpy(model.scores(stream, np.array([7, 2])))
    np.testing.assert_allclose(some, found[..., [7, 2]], rtol=1e-5, atol=1e-6)


def test_shuffled(path):
    plain, shuffled, again = (Transformer(GGUF(path), seed) for seed in (None, 1, 1))
    for block, other, same in zip(plain.blocks, shuffled.blocks, again.blocks, strict=True):
        for name in block:
            values = [ops.convert_to_numpy(b[name]) for b in (block, other, same)]
            assert np.array_equal(values[1], values[2])
            assert np.array_equal(np.sort(values[0], axis=None), np.sort(values[1], axis=None))
            assert np.array_equal(values[0], values[1]) == name.endswith("norm")


def test_rotation_keeps_length_and_knows_distance():
    rng = np.random.default_rng(0)
    query, key = rng.normal(size=(2, 8)).astype("float32")
    turn = rotation(6, 8, 100.0)
    turned_query = ops.convert_to_numpy(rotate(np.tile(query, (6, 1)), turn))
    turned_key = ops.convert_to_numpy(rotate(np.tile(key, (6, 1)), turn))
    np.testing.assert_allclose(
        np.linalg.norm(turned_query, axis=1), np.linalg.norm(query), rtol=1e-5
    )
    np.testing.assert_allclose(turned_query[2], turned(query, 2), rtol=1e-4, atol=1e-5)
    match = turned_query @ turned_key.T
    np.testing.assert_allclose(match[3, 1], match[5, 3], rtol=1e-4)
    assert abs(match[3, 1] - match[3, 2]) > 1e-3


def test_other_architecture(tmp_path):
    tiny_model.write_model(tmp_path / "tiny.gguf", "mamba")
    with pytest.raises(ValueError, match="no model of the architecture llama"):
        Transformer(GGUF(tmp_path / "tiny.gguf"))
