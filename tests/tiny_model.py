"""A language model as small as can be, as a GGUF file."""

import struct

import numpy as np

FORMS = {"B": 0, "b": 1, "H": 2, "h": 3, "I": 4, "i": 5, "f": 6, "?": 7, "Q": 10, "q": 11, "d": 12}
WIDTH, HEADS, KEY_HEADS, HIDDEN, BLOCKS = 32, 4, 2, 64, 2
TOKENS = ["<e>", *"abcdefgh.", "Ġ", "ab", "Ġc", "Ġab"]
MERGES = ["a b", "Ġ c", "Ġ ab"]


def text(value):
    content = value.encode()
    return struct.pack("<Q", len(content)) + content


def setting(name, form, value):
    """Pack a setting: a number by its form, a text ("s") or a list of texts ("l")."""
    if form == "s":
        return text(name) + struct.pack("<I", 8) + text(value)
    if form == "l":
        return text(name) + struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(text, value))
    return text(name) + struct.pack(f"<I{form}", FORMS[form], value)


def pack(values, kind):
    """Pack numbers that the kind holds without loss."""
    values = np.asarray(values, np.float32)
    if kind == 0:
        return values.tobytes()
    blocks = values.reshape(-1, 32)
    if kind == 8:
        factor = np.full((len(blocks), 1), 1 / 64, "<f2").view(np.uint8)
        return np.hstack([factor, np.round(blocks * 64).astype(np.int8).view(np.uint8)]).tobytes()
    head = np.tile(np.array([1 / 8, -1], "<f2").view(np.uint8), (len(blocks), 1))
    whole = np.round((blocks + 1) * 8).astype(np.uint8)
    return np.hstack([head, whole[:, :16] | whole[:, 16:] << 4]).tobytes()


def write(path, settings, tensors):
    """Write a file from settings (name, form, value) and tensors {name: (values, kind)}."""
    heads, data = b"", b""
    for name, (values, kind) in tensors.items():
        sizes = np.shape(values)[::-1]
        heads += text(name) + struct.pack(f"<I{len(sizes)}Q", len(sizes), *sizes)
        heads += struct.pack("<IQ", kind, len(data))
        data += pack(values, kind)
        data += bytes(-len(data) % 32)
    content = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(settings))
    content += b"".join(setting(*each) for each in settings) + heads
    path.write_bytes(content + bytes(-len(content) % 32) + data)
    return path


def write_model(path, architecture="llama"):
    """Write the model; return the values of its tensors as they will be read."""
    rng = np.random.default_rng(0)
    key_width = WIDTH * KEY_HEADS // HEADS
    shapes = {"attn_q": (WIDTH, WIDTH), "attn_k": (key_width, WIDTH), "attn_v": (key_width, WIDTH)}
    shapes |= {"attn_output": (WIDTH, WIDTH), "ffn_gate": (HIDDEN, WIDTH)}
    shapes |= {"ffn_up": (HIDDEN, WIDTH), "ffn_down": (WIDTH, HIDDEN)}
    tensors = {"token_embd.weight": (rng.integers(-99, 99, (len(TOKENS), WIDTH)) / 64, 8)}
    tensors["output_norm.weight"] = (rng.uniform(0.5, 2, WIDTH), 0)
    for block in range(BLOCKS):
        for name in ("attn_norm", "ffn_norm"):
            tensors[f"blk.{block}.{name}.weight"] = (rng.uniform(0.5, 2, WIDTH), 0)
        for name, shape in shapes.items():
            values = rng.integers(0, 16, shape) / 8 - 1
            tensors[f"blk.{block}.{name}.weight"] = (values, 3)
    settings = [
        ("general.architecture", "s", architecture),
        ("llama.attention.head_count", "I", HEADS),
        ("llama.attention.head_count_kv", "I", KEY_HEADS),
        ("llama.attention.layer_norm_rms_epsilon", "f", 1e-5),
        ("llama.rope.freq_base", "f", 100.0),
        ("llama.block_count", "I", BLOCKS),
        ("tokenizer.ggml.tokens", "l", TOKENS),
        ("tokenizer.ggml.merges", "l", MERGES),
    ]
    write(path, settings, tensors)
    return {name: np.float32(values) for name, (values, _) in tensors.items()}
