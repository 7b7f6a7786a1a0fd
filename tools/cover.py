"""Draw the picture of the cover: a digit, its code, and what the decoder makes of the code.

Nothing in the picture is invented: the autoencoder is trained here, on the bundled digits, and
the digit is one that it has never seen. Usage: ``python tools/cover.py`` (a minute). With
``--card`` it puts the picture as it lies there on the card for shared links, by a browser.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import keras
import numpy as np

from aeutils import setup
from aeutils.data import load_images
from aeutils.training import fit

TARGET = Path(__file__).resolve().parents[1] / "book" / "_static" / "cover.svg"
CARD = TARGET.with_name("card.png")
CARD_SIZE = {"width": 1200, "height": 630}
CARD_PAGE = """<body style="margin: 0; padding: 60px 0 0 120px; background: #12253d">
<h1 style="margin: 0; font: 600 76px sans-serif; color: #dbe7f3">The Autoencoder Book</h1>
<div style="width: 960px">{picture}</div>"""
WIDTH, HEIGHT, SIDE, PIXEL = 960, 400, 28, 8
MIDDLE = HEIGHT / 2 - 14
CODE = 8
BEFORE, AFTER, CELL = "#7cc4f5", "#ffb27a", 14
DIGIT = 8  # the digit that is drawn: the one of its class that is copied best


def train() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return an unseen digit, its code and its reconstruction (784, 8 and 784 numbers)."""
    setup(scale="small")
    data = load_images("mnist", "small", flat=True)
    encoder = keras.Sequential(
        [keras.Input((784,)), keras.layers.Dense(256, "relu"), keras.layers.Dense(CODE)]
    )
    decoder = keras.Sequential(
        [
            keras.Input((CODE,)),
            keras.layers.Dense(256, "relu"),
            keras.layers.Dense(784, "sigmoid"),
        ]
    )
    model = keras.Sequential([keras.Input((784,)), encoder, decoder])
    fit(model, data.x_train, valid=data.x_valid, epochs=60, loss="binary_crossentropy")
    x = data.x_test[data.y_test == DIGIT]
    z = np.asarray(encoder(x))
    x_hat = np.asarray(decoder(z))
    best = np.argmin(((x - x_hat) ** 2).sum(axis=1))
    return x[best], z[best], x_hat[best]


def image(pixels: np.ndarray, left: float, colour: str) -> str:
    """Draw an image as small squares; black ones are left out."""
    top = MIDDLE - SIDE * PIXEL / 2
    frame = SIDE * PIXEL + 16
    parts = [
        f'<rect x="{left - 8:g}" y="{top - 8:g}" width="{frame}" height="{frame}" rx="10" '
        'fill="#0a1727"/>',
        f'<g fill="{colour}">',
    ]
    for (row, column), value in np.ndenumerate(pixels.reshape(SIDE, SIDE)):
        if value > 0.03:
            parts.append(
                f'<rect x="{left + column * PIXEL:g}" y="{top + row * PIXEL:g}" '
                f'width="7" height="7" opacity="{value:.2f}"/>'
            )
    return "".join(parts) + "</g>"


def funnel(wide: float, narrow: float, colour: str, name: str) -> str:
    """Draw encoder or decoder as a trapezoid that narrows towards the code."""
    tall, low = 112, CODE * CELL / 2
    points = (
        f"{wide:g},{MIDDLE - tall:g} {narrow:g},{MIDDLE - low:g} "
        f"{narrow:g},{MIDDLE + low:g} {wide:g},{MIDDLE + tall:g}"
    )
    return f'<polygon points="{points}" fill="{colour}" fill-opacity="0.9"/>' + label(
        (wide + narrow) / 2, MIDDLE + 8, name, 23, "#0a1727", 600
    )


def code(z: np.ndarray, left: float) -> str:
    """Draw the code as a column of cells, blue for negative and orange for positive numbers."""
    largest = np.abs(z).max()
    top = MIDDLE - CODE * CELL / 2
    return "".join(
        f'<rect x="{left:g}" y="{top + i * CELL + 1.5:g}" width="{CELL - 3}" height="{CELL - 3}" '
        f'rx="3" fill="{AFTER if value > 0 else BEFORE}" '
        f'opacity="{0.15 + 0.85 * abs(value) / largest:.2f}"/>'
        for i, value in enumerate(z)
    )


def label(x: float, y: float, text: str, size: int, colour: str, weight: int = 400) -> str:
    """Write a text that is centred on `x`."""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size}" font-weight="{weight}" fill="{colour}" '
        f'text-anchor="middle">{text}</text>'
    )


def picture(x: np.ndarray, z: np.ndarray, x_hat: np.ndarray) -> str:
    """Put image, encoder, code, decoder and reconstruction side by side."""
    image_width, gap = SIDE * PIXEL, 30
    left, right = 44, WIDTH - 44 - image_width
    code_left = (WIDTH - CELL) / 2 + 1.5
    caption = MIDDLE + 162
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="system-ui, Segoe UI, Roboto, Helvetica, Arial, sans-serif">',
        "<title>An image becomes eight numbers, and the eight numbers an image</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="18" fill="#12253d"/>',
        image(x, left, BEFORE),
        funnel(left + image_width + gap, code_left - 14, BEFORE, "encoder"),
        code(z, code_left),
        funnel(right - gap, code_left + CELL + 11, AFTER, "decoder"),
        image(x_hat, right, AFTER),
        label(left + image_width / 2, caption, "784 pixels", 28, "#dbe7f3"),
        label(WIDTH / 2, caption, f"{CODE} numbers", 28, "#dbe7f3"),
        label(right + image_width / 2, caption, "784 again", 28, "#dbe7f3"),
    ]
    return "\n".join([*parts, "</svg>\n"])


def draw_card() -> None:
    """Photograph the cover with the title of the book above it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"))
        tab = browser.new_page(viewport=CARD_SIZE)
        tab.set_content(CARD_PAGE.format(picture=TARGET.read_text(encoding="utf-8")))
        tab.screenshot(path=CARD)


if __name__ == "__main__":
    if "--card" in sys.argv:
        draw_card()
        sys.exit()
    TARGET.write_text(picture(*train()), encoding="utf-8")
    print(f"{TARGET.name}: {TARGET.stat().st_size / 1000:.0f} kB")
