"""Pictures of one's own: sizes, channels, classes, three parts, and what is wrong with a folder."""

import re
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from aeutils.data import load_images
from aeutils.data.folder import read_folder, read_picture

RNG = np.random.default_rng(0)


def save(path, shape=(40, 30, 3), mode="RGB", pixels=None, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = RNG.integers(0, 256, shape, dtype=np.uint8) if pixels is None else pixels
    Image.fromarray(pixels).convert(mode).save(path, **options)


@pytest.fixture
def folder(tmp_path):
    """Two classes of pictures of several sizes and kinds."""
    for number in range(20):
        save(tmp_path / "cats" / f"{number}.png", (20 + number, 40, 3))
        save(tmp_path / "dogs" / "more" / f"{number}.JPG", (40, 20 + number), "L")
    (tmp_path / "cats" / ".DS_Store").write_bytes(b"0")
    (tmp_path / "notes.txt").write_text("taken in May")
    return tmp_path


def test_folder_of_classes(folder):
    data = load_images(folder, size=(12, 16))
    assert [len(x) for x in (data.x_train, data.x_valid, data.x_test)] == [32, 4, 4]
    assert data.x_train.shape == (32, 12, 16, 1) and data.x_train.dtype == np.float32
    assert 0 <= data.x_train.min() < 0.2 < 0.8 < data.x_train.max() <= 1
    assert data.class_names == ("cats", "dogs")
    for y, count in ((data.y_train, 16), (data.y_valid, 2), (data.y_test, 2)):
        assert y.dtype == np.int64 and np.bincount(y).tolist() == [count, count]
    assert repr(data) == f"ImageData({folder.name!r}: 32 train, 4 valid, 4 test, (12, 16, 1))"


def test_colour_and_flat(folder):
    data = load_images(str(folder), size=(8, 8), colour=True)
    assert data.x_valid.shape == (4, 8, 8, 3)
    grey = data.x_train[data.y_train == 1]
    assert (grey == grey[..., :1]).all()
    assert np.ptp(data.x_train[data.y_train == 0], axis=-1).max() > 0.05
    assert load_images(folder, flat=True).x_test.shape == (4, 784)
    assert load_images(folder).x_test.shape == (4, 28, 28, 1)


def test_division_depends_on_the_pictures_alone(folder, tmp_path):
    data = load_images(folder)
    for number, path in enumerate(sorted((folder / "cats").glob("*.png"))):
        path.rename(path.with_name(f"new-{100 - number}.png"))
    again = load_images(folder)
    np.testing.assert_array_equal(data.x_train, again.x_train)
    np.testing.assert_array_equal(data.y_valid, again.y_valid)


def test_copies_are_left_out(tmp_path):
    """The same picture in training and validation would make the validation too good."""
    pixels = [RNG.integers(0, 256, (28, 28), dtype=np.uint8) for _ in range(5)]
    for number in range(15):
        save(tmp_path / f"{number}.png", pixels=pixels[number % 5])
    data = load_images(tmp_path)
    assert sum(map(len, (data.x_train, data.x_valid, data.x_test))) == 5
    assert data.provenance == f"The pictures below {tmp_path}, 10 copies left out."
    assert data.class_names == (tmp_path.name,)


def test_picture_is_cut_around_its_middle(tmp_path):
    pixels = np.zeros((10, 30), np.uint8)
    pixels[:, 10:20] = 255
    save(tmp_path / "wide.png", pixels=pixels)
    assert (read_picture(tmp_path / "wide.png", (10, 10), False) == 255).all()
    assert read_picture(tmp_path / "wide.png", (10, 30), False).shape == (10, 30, 1)


def test_transparent_is_white_and_a_camera_that_was_turned_is_turned_back(tmp_path):
    clear = np.zeros((6, 6, 4), np.uint8)
    save(tmp_path / "clear.png", pixels=clear, mode="RGBA")
    assert (read_picture(tmp_path / "clear.png", (6, 6), True) == 255).all()
    pixels = np.zeros((4, 4), np.uint8)
    pixels[0] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned by 90 degrees
    save(tmp_path / "turned.png", pixels=pixels, exif=exif)
    assert read_picture(tmp_path / "turned.png", (4, 4), False)[:, -1].min() == 255


def test_sixteen_bits_are_scaled_and_not_cut_off(tmp_path):
    levels = np.array([[0, 16_448], [32_896, 65_535]], np.uint16)
    Image.fromarray(levels).save(tmp_path / "deep.png")
    found = read_picture(tmp_path / "deep.png", (2, 2), False)[..., 0]
    assert found.tolist() == [[0, 64], [128, 255]]
    levels[0] = 65_406, 65_407  # 254.498 and 254.502 times 257
    Image.fromarray(levels).save(tmp_path / "deep.png")
    found = read_picture(tmp_path / "deep.png", (2, 2), False)[..., 0]
    assert found[0].tolist() == [254, 255]


def test_levels_beyond_sixteen_bits_are_cut_off_and_do_not_start_again_at_black(tmp_path):
    levels = np.array([[-300, 0], [65_535, 70_000]], np.int32)
    Image.fromarray(levels).save(tmp_path / "deep.png", format="TIFF")
    found = read_picture(tmp_path / "deep.png", (2, 2), False)[..., 0]
    assert found.tolist() == [[0, 0], [255, 255]]


def test_damaged_picture_is_named(folder):
    path = folder / "cats" / "3.png"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(OSError, match=re.escape(f"Cannot read {path}")):
        load_images(folder)
    path.write_text("no picture")
    with pytest.raises(OSError, match=re.escape(f"Cannot read {path}")):
        load_images(folder)


def test_damaged_part_of_a_picture_is_named(folder):
    path = folder / "cats" / "3.png"
    whole, part = path.read_bytes(), b"eXIfno orientation"
    size, check = (struct.pack(">I", n) for n in (len(part) - 4, zlib.crc32(part)))
    path.write_bytes(whole[:33] + size + part + check + whole[33:])
    with pytest.raises(OSError, match=re.escape(f"Cannot read {path}: not a TIFF file")):
        load_images(folder)


def test_picture_too_large_for_pillow(folder, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    with pytest.raises(ValueError, match=r"0\.png: .* Make it smaller first"):
        load_images(folder)


@pytest.mark.parametrize("size", [(0, 28), (28,), (28, 28, 1), (2.5, 28)])
def test_impossible_size(folder, size):
    with pytest.raises(ValueError, match=r"size is .* whole numbers above 0"):
        load_images(folder, size=size)


def test_folders_that_cannot_be_divided(tmp_path):
    with pytest.raises(ValueError, match=r"holds no \.png, \.jpg, \.jpeg file, nothing"):
        load_images(tmp_path)
    (tmp_path / "a.gif").write_bytes(b"GIF")
    with pytest.raises(ValueError, match=r"holds no .* file, only \.gif"):
        load_images(tmp_path)
    save(tmp_path / "a" / "0.png")
    save(tmp_path / "a" / "1.png")
    with pytest.raises(ValueError, match=r"'a' has 2 different pictures; three or more"):
        load_images(tmp_path)
    save(tmp_path / "0.png")
    with pytest.raises(ValueError, match=r"has pictures \(0\.png\) beside sub-folders"):
        load_images(tmp_path)


def test_picture_in_two_classes(folder):
    pixels = RNG.integers(0, 256, (28, 28), dtype=np.uint8)
    save(folder / "cats" / "same.png", pixels=pixels)
    save(folder / "dogs" / "same.png", pixels=pixels)
    with pytest.raises(
        ValueError, match=r"dogs.same\.png is .* as .*cats.same\.png, of another cl"
    ):
        load_images(folder)


@pytest.mark.parametrize("name", ["cifar", "no/such/folder", 3])
def test_neither_a_set_of_the_book_nor_a_folder(name):
    with pytest.raises(ValueError, match=r"expected one of 'mnist', .* or a folder of pictures"):
        load_images(name)


def test_hidden_and_empty_folders_are_no_classes(tmp_path):
    for number in range(3):
        save(tmp_path / "cats" / f"{number}.png")
        save(tmp_path / ".thumbnails" / f"{number}.png")
    save(tmp_path / "cats" / "._3.png")
    save(tmp_path / "._4.png")
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "list.txt").write_text("none yet")
    arrays, class_names, copies = read_folder(tmp_path, (8, 8), False)
    assert class_names == ("cats",) and copies == 0
    assert [len(arrays[f"x_{part}"]) for part in ("train", "valid", "test")] == [1, 1, 1]


def test_what_lies_there_instead_of_pictures_is_named(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="file, nothing"):
        load_images(tmp_path)
    for name in ("a.a", "a.b", "a.c", "d", "a.e", "a.f"):
        (tmp_path / "empty" / name).touch()
    with pytest.raises(ValueError, match=r"file, only \.a, \.b, \.c, \.e, \.f\.$"):
        load_images(tmp_path)
    (tmp_path / "empty" / "a.f").unlink()
    with pytest.raises(ValueError, match=r"file, only \.a, \.b, \.c, \.e, d\.$"):
        load_images(tmp_path)


def test_missing_folder(tmp_path):
    with pytest.raises(OSError, match="There is no folder .*none. Give the folder"):
        read_folder(tmp_path / "none", (8, 8), False)


def test_smallest_size(tmp_path):
    for level in (0, 100, 255):
        save(tmp_path / f"{level}.png", pixels=np.full((5, 5), level, np.uint8))
    arrays, _, copies = read_folder(tmp_path, (1, 1), False)
    assert copies == 0
    assert sorted(int(arrays[f"x_{part}"].item()) for part in ("train", "valid", "test")) == [
        0, 100, 255,
    ]  # fmt: skip
