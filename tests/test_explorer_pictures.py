"""Images within a page."""

import base64
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from aeutils.explorer.pictures import as_png, as_sheet, as_squares, tile


def pixels(address):
    kind, data = address.split(",")
    assert kind == "data:image/png;base64"
    return np.asarray(Image.open(BytesIO(base64.b64decode(data))).convert("L"))


@pytest.mark.parametrize("shape", [(16,), (4, 4), (4, 4, 1)])
def test_images_become_squares(shape):
    images = np.linspace(-1, 2, 32).reshape(2, *shape)
    assert np.allclose(as_squares(images), np.clip(images.reshape(2, 4, 4), 0, 1))


@pytest.mark.parametrize("shape", [(0, 16), (2, 15), (16,), (2, 2, 8), (2, 4, 4, 3)])
def test_what_is_no_square_is_refused(shape):
    with pytest.raises(ValueError, match="x_test has shape .*; expected"):
        as_squares(np.zeros(shape), "x_test")


def test_values_that_are_not_finite():
    with pytest.raises(ValueError, match="images holds values that are not finite"):
        as_squares(np.full((1, 4), np.nan))


def test_tiles_stand_in_rows():
    images = np.arange(1, 4)[:, None, None] * np.ones((3, 2, 2))
    expected = [[1, 1, 0, 2, 2, 0], [1, 1, 0, 2, 2, 0], [0] * 6]
    expected += [[3, 3, 0, 0, 0, 0], [3, 3, 0, 0, 0, 0], [0] * 6]
    assert tile(images, 2, gap=1).tolist() == expected
    assert tile(images, 3).shape == (2, 6)


def test_a_sheet_says_where_its_images_are():
    images = np.linspace(0, 1, 30)[:, None, None] * np.ones((30, 2, 2))
    made = as_sheet(images)
    found, columns = pixels(made["sheet"]), made["columns"]
    assert made["side"] == 2 and found.shape == (4, 2 * columns)
    left, top = 2 * (28 % columns), 2 * (28 // columns)
    assert np.abs(found[top, left] / 255 - (1 - images[28, 0, 0])) < 0.035


def test_a_png_has_ink_on_paper_in_sixteen_greys():
    image = np.linspace(0, 1, 256, dtype="float32").reshape(16, 16)
    found = pixels(as_png(image))
    assert found[0, 0] == 255 and found[-1, -1] == 0
    assert len(np.unique(found)) == 16
    assert np.abs(found / 255 - (1 - image)).max() < 0.035
