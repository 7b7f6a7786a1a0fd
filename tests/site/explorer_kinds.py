"""What explorers without a network in the page show, recomputed from their data."""

import base64
from collections.abc import Callable
from io import BytesIO

import numpy as np
from PIL import Image
from playwright.sync_api import Locator

DATA = "host => host.explorer.data"
INPUT = "host => host.explorer.input()"
GREYS = """host => [...host.shadowRoot.querySelectorAll("figure canvas")].map(canvas =>
  [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data]
    .filter((_, n) => n % 4 === 0))"""


def check_film(host: Locator) -> None:
    """The two canvases show state and guess of the walk, draw and step, and the text the level."""
    data, (walk, draw, step) = host.evaluate(DATA), host.evaluate(INPUT)
    draws, side, columns = data["draws"], data["side"], data["columns"]
    steps = [len(one["levels"]) - 1 for one in data["walks"]]
    first = sum(2 * count + 1 for count in steps[:walk])
    guess = step if step == steps[walk] else steps[walk] + 1 + step
    sheet = Image.open(BytesIO(base64.b64decode(data["sheet"].partition(",")[2]))).convert("L")
    for row, shown in zip((step, guess), host.evaluate(GREYS), strict=True):
        frame = (first + row) * draws + draw
        left, top = side * (frame % columns), side * (frame // columns)
        expected = np.asarray(sheet.crop((left, top, left + side, top + side)))
        assert np.array_equal(expected.ravel(), shown)
    level = data["walks"][walk]["levels"][step]
    assert host.locator("p").inner_text() == f"Level {level:.2f}."


CHECKS: dict[str, Callable[[Locator], None]] = {"film": check_film}
