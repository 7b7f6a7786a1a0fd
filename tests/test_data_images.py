"""MNIST and Fashion-MNIST: both scales, their splits, and what wrong input gets."""

import dataclasses
import gzip
import os
from hashlib import sha256

import numpy as np
import pytest
from PIL import Image
from test_data_files import idx

from aeutils.data import check_images, download, images, load_images

NAMES = ["mnist", "fashion-mnist"]
SIZES = {
    ("mnist", "small"): (4_000, 500, 500),
    ("fashion-mnist", "small"): (9_000, 1_000, 2_000),
    ("mnist", "full"): (55_000, 5_000, 10_000),
    ("fashion-mnist", "full"): (55_000, 5_000, 10_000),
}
full_only = pytest.mark.skipif(
    not os.environ.get("AEUTILS_DATA_DIR"), reason="needs the full data in AEUTILS_DATA_DIR"
)
both_scales = pytest.mark.parametrize("scale", ["small", pytest.param("full", marks=full_only)])


def parts(data):
    return {
        part: (getattr(data, f"x_{part}"), getattr(data, f"y_{part}"))
        for part in ("train", "valid", "test")
    }


def rows(x):
    return [image.tobytes() for image in x]


@both_scales
@pytest.mark.parametrize("name", NAMES)
def test_shapes_types_and_ranges(name, scale):
    data = load_images(name, scale)
    for (x, y), size in zip(parts(data).values(), SIZES[name, scale], strict=True):
        assert x.shape == (size, 28, 28, 1) and x.dtype == np.float32
        assert x.min() == 0 and x.max() == 1
        assert np.array_equal(np.rint(x * 255) / np.float32(255), x)
        assert y.shape == (size,) and y.dtype == np.int64
        assert sorted(np.unique(y)) == list(range(10))
        check_images(x)


@both_scales
@pytest.mark.parametrize("name", NAMES)
def test_parts_share_no_image(name, scale):
    data = load_images(name, scale, flat=True)
    every = [row for x, _ in parts(data).values() for row in rows(x)]
    assert len(set(every)) == len(every) == sum(SIZES[name, scale])


@pytest.mark.parametrize("name", NAMES)
def test_flat_images_are_the_same_images(name):
    square, flat = load_images(name, "small"), load_images(name, "small", flat=True)
    for (x, y), (x_flat, y_flat) in zip(parts(square).values(), parts(flat).values(), strict=True):
        assert x_flat.shape == (len(x), 784)
        assert np.array_equal(x.reshape(len(x), 784), x_flat) and np.array_equal(y, y_flat)


def test_small_mnist_has_each_digit_equally_often_and_mixed():
    for (_, y), count in zip(
        parts(load_images("mnist", "small")).values(), (400, 50, 50), strict=True
    ):
        assert (np.bincount(y) == count).all()
        assert len(set(y[:30])) >= 8


@pytest.mark.parametrize("name", NAMES)
def test_labels_belong_to_the_images(name):
    """The nearest mean of a class names most test images, which no shuffled labels allow."""
    data = load_images(name, "small", flat=True)
    means = np.stack([data.x_train[data.y_train == c].mean(axis=0) for c in range(10)])
    distances = ((data.x_test[:, None] - means) ** 2).sum(axis=-1)
    assert (distances.argmin(axis=1) == data.y_test).mean() > 0.6


@both_scales
@pytest.mark.parametrize("name", NAMES)
def test_what_the_object_says(name, scale):
    data = load_images(name, scale)
    assert (data.name, data.scale) == (name, scale)
    assert len(data.class_names) == 10 and len(set(data.class_names)) == 10
    assert ("5,000 digits" in data.provenance) == ((name, scale) == ("mnist", "small"))
    assert data.licence.count("CC BY-SA 3.0" if name == "mnist" else "arxiv.org/abs/1708.07747")
    sizes = ", ".join(
        f"{n:,} {part}"
        for n, part in zip(SIZES[name, scale], ("train", "valid", "test"), strict=True)
    )
    assert repr(data) == f"ImageData({name!r}, {scale!r}: {sizes}, (28, 28, 1))"
    with pytest.raises(dataclasses.FrozenInstanceError):
        data.x_train = None


def test_class_names_in_the_order_of_the_labels():
    assert load_images("mnist", "small").class_names == tuple("0123456789")
    names = load_images("fashion-mnist", "small").class_names
    assert (names[0], names[1], names[9]) == ("T-shirt/top", "Trouser", "Ankle boot")


@full_only
def test_full_mnist_is_the_published_one():
    data = load_images("mnist", "full")
    pixels = 255 * np.concatenate([data.x_train, data.x_valid]).astype(np.float64)
    assert pixels.mean() == pytest.approx(33.318421449829934, rel=1e-6)
    assert pixels.std() == pytest.approx(78.56748993338798, rel=1e-6)


@full_only
def test_full_fashion_mnist_is_the_published_one_and_holds_the_small_one():
    full, small = load_images("fashion-mnist", "full"), load_images("fashion-mnist", "small")
    pixels = np.concatenate([full.x_train, full.x_valid])
    assert 255 * pixels.mean(dtype=np.float64) == pytest.approx(72.94035223214286, rel=1e-6)
    for part, (start, stop) in {"train": (0, 9_000), "valid": (9_000, 10_000)}.items():
        assert np.array_equal(getattr(small, f"x_{part}"), full.x_train[start:stop])
        assert np.array_equal(getattr(small, f"y_{part}"), full.y_train[start:stop])
    assert np.array_equal(small.x_test, full.x_test[:2_000])
    assert np.array_equal(small.y_test, full.y_test[:2_000])


@full_only
def test_small_mnist_is_the_first_500_of_each_class_in_the_training_set():
    full, small = load_images("mnist", "full"), load_images("mnist", "small")
    for label in range(10):
        first = full.x_train[full.y_train == label][:500]
        drawn = np.concatenate([x[y == label] for x, y in parts(small).values()])
        assert set(rows(first)) == set(rows(drawn))


@pytest.mark.parametrize("packed", [False, True])
def test_full_scale_from_made_up_files(monkeypatch, tmp_path, packed):
    """The split and the order of the full scale, on small files that stand for the real ones."""
    random = np.random.default_rng(0)
    made = {
        "train-images-idx3-ubyte": random.integers(0, 256, (12, 28, 28), dtype=np.uint8),
        "train-labels-idx1-ubyte": np.arange(12, dtype=np.uint8),
        "t10k-images-idx3-ubyte": random.integers(0, 256, (3, 28, 28), dtype=np.uint8),
        "t10k-labels-idx1-ubyte": np.array([7, 2, 1], dtype=np.uint8),
    }
    (tmp_path / "mnist").mkdir()
    for file, array in made.items():
        content = idx(array)
        path = tmp_path / "mnist" / (f"{file}.gz" if packed else file)
        path.write_bytes(gzip.compress(content) if packed else content)
        resource = download.Resource(sha256(content).hexdigest(), ())
        monkeypatch.setitem(download.REGISTRY, f"mnist/{file}", resource)
    monkeypatch.setenv("AEUTILS_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(images, "_FULL_TRAIN", 8)
    data = load_images("mnist", "full")
    x = made["train-images-idx3-ubyte"][..., None] / np.float32(255)
    assert np.array_equal(data.x_train, x[:8]) and np.array_equal(data.x_valid, x[8:])
    assert data.x_train.flags.writeable
    assert "the last 5,000 for validation" in data.provenance
    assert np.array_equal(data.y_train, range(8)) and np.array_equal(data.y_valid, range(8, 12))
    assert data.x_test.shape == (3, 28, 28, 1) and np.array_equal(data.y_test, [7, 2, 1])


def test_full_scale_without_its_files(monkeypatch, tmp_path):
    monkeypatch.setenv("AEUTILS_DATA_DIR", str(tmp_path))
    with pytest.raises(OSError, match="mnist/train-images-idx3-ubyte.gz. Put the file there"):
        load_images("mnist", "full")


@pytest.mark.parametrize("name", ["cifar-10", "MNIST", "", None, ["mnist"]])
def test_unknown_name(name):
    with pytest.raises(ValueError, match="^name is .*expected one of 'mnist', 'fashion-mnist'"):
        load_images(name, "small")


@pytest.mark.parametrize("scale", ["medium", "Full", None, 1])
def test_unknown_scale(scale):
    with pytest.raises(ValueError, match="^scale is .*expected 'small' or 'full'"):
        load_images("mnist", scale)


@pytest.mark.parametrize(
    "change", [lambda b: b[:-1], lambda b: b[:9] + b"?" + b[10:], lambda b: b""]
)
def test_damaged_install(monkeypatch, tmp_path, change):
    path = tmp_path / "mnist.npz"
    path.write_bytes(change((images.BUNDLED_DIR / "mnist.npz").read_bytes()))
    monkeypatch.setattr(images, "BUNDLED_DIR", tmp_path)
    with pytest.raises(ValueError, match=r"mnist.npz, .* is damaged. Install it again"):
        load_images("mnist", "small")
    with pytest.raises(OSError, match=r"Cannot read .*fashion-mnist.npz.*Install it again"):
        load_images("fashion-mnist", "small")


def test_check_images_returns_what_it_was_given():
    x = np.zeros((2, 784), np.float32)
    assert check_images(x) is x
    assert check_images(np.ones((1, 8, 8, 3))).shape == (1, 8, 8, 3)
    assert check_images([[0.0, 1.0]]).shape == (1, 2)


@pytest.mark.parametrize(
    "x, says",
    [
        (np.zeros(784), r"shape \(784,\); expected \(n, features\)"),
        (np.zeros((5, 28, 28)), r"shape \(5, 28, 28\)"),
        (np.zeros((0, 784)), r"shape \(0, 784\)"),
        (0.5, r"shape \(\)"),
        (np.zeros((5, 784), np.uint8), "type uint8; expected floats"),
        (np.zeros((5, 784), bool), "type bool; expected floats"),
        (np.full((5, 784), "a"), "type <U1; expected floats"),
        (np.full((5, 784), -0.01), "runs from -0.01 to -0.01"),
        (np.linspace(0, 255, 784).reshape(1, -1), "runs from 0 to 255; .*by 255"),
        (np.array([[0.0, np.nan, 1.0]]), "runs from nan to nan"),
        (np.array([[0.0, np.inf]]), "runs from 0 to inf"),
    ],
)
def test_check_images_refuses(x, says):
    with pytest.raises(ValueError, match=f"^x_train has .*{says}|^x_train {says}"):
        check_images(x, name="x_train")


@pytest.fixture
def pictures(tmp_path):
    """Twelve pictures of two classes, red ones and grey ones."""
    random = np.random.default_rng(0)
    for kind in ("grey", "red"):
        (tmp_path / kind).mkdir()
        for number in range(6):
            pixels = np.zeros((30, 40, 3), np.uint8)
            pixels[..., : 1 if kind == "red" else 3] = random.integers(0, 256, (30, 40, 1))
            Image.fromarray(pixels).save(tmp_path / kind / f"{number}.png")
    return tmp_path


def test_folder_by_default(pictures):
    data = load_images(pictures)
    assert data.x_train.shape == (8, 28, 28, 1) and data.x_train.dtype == np.float32
    assert data.x_valid.shape == data.x_test.shape == (2, 28, 28, 1)
    assert [y.tolist() for y in (data.y_valid, data.y_test)] == [[0, 1], [0, 1]]
    assert data.y_train.dtype == np.int64 and 0.5 < data.x_train.max() <= 1
    assert (data.name, data.scale, data.class_names) == (pictures.name, None, ("grey", "red"))
    assert data.provenance == f"The pictures below {pictures}."
    assert data.licence == "that of their owner"


def test_folder_with_another_size_and_colours(pictures):
    data = load_images(str(pictures), size=(8, 6), colour=True)
    assert data.x_train.shape == (8, 8, 6, 3)
    red, grey = data.x_train[data.y_train == 1], data.x_train[data.y_train == 0]
    assert red[..., 0].max() > 0.3 and not red[..., 1:].any()
    assert (grey[..., :1] == grey).all()
    flat = load_images(pictures, flat=True, size=(8, 6), colour=True)
    assert np.array_equal(flat.x_train, data.x_train.reshape(8, 8 * 6 * 3))


def test_copies_in_a_folder_are_counted(pictures):
    for number in range(3):
        copy = pictures / "red" / f"copy-{number}.png"
        copy.write_bytes((pictures / "red" / "0.png").read_bytes())
    expected = f"The pictures below {pictures}, 3 copies left out."
    assert load_images(pictures).provenance == expected


def test_a_file_or_an_empty_name_is_no_folder(pictures, monkeypatch):
    monkeypatch.chdir(pictures)
    for name in ("", pictures / "red" / "0.png", pictures / "none", b"red"):
        with pytest.raises(ValueError, match="'mnist', 'fashion-mnist', or a folder of pictures"):
            load_images(name)
    assert load_images(".").name == pictures.name


def test_defaults_are_the_small_scale_and_square_images():
    data = load_images("mnist")
    assert data.scale == "small" and data.x_test.shape == (500, 28, 28, 1)


def test_the_full_scale_keeps_the_last_5000_for_validation(monkeypatch):
    numbers = {"train": np.arange(60_000) % 251, "t10k": np.arange(10_000) % 251}

    def read(name):
        values = numbers[name.partition("/")[2].partition("-")[0]].astype(np.uint8)
        return idx(values.reshape(-1, 1, 1) if "images" in name else values)

    monkeypatch.setattr(images, "read_bytes", read)
    data = load_images("fashion-mnist", "full", flat=True)
    assert [len(data.x_train), len(data.x_valid), len(data.x_test)] == [55_000, 5_000, 10_000]
    assert np.array_equal(data.y_valid, numbers["train"][55_000:])
    assert np.allclose(255 * data.x_valid[:, 0], data.y_valid)
    assert np.array_equal(data.y_test, numbers["t10k"])


def test_data_are_told_apart_by_identity():
    """Arrays have no single truth value, so that a comparison of all fields would fail."""
    first, second = load_images("mnist"), load_images("mnist")
    assert first == first and first != second and len({first, second}) == 2


def test_check_images_at_both_sides_of_the_range():
    check_images(np.array([[0.0, 1.0]]))
    for value in (-1e-6, 1 + 1e-6):
        with pytest.raises(ValueError, match="expected finite values in"):
            check_images(np.array([[0.5, value]]))
