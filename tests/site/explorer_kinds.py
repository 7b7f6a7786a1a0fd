"""What the kinds of explorers show, computed once more."""

import base64
import re
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator
from scipy import integrate, stats

from aeutils.explorer.networks import as_array, unpack
from aeutils.explorer.planes import walk_back

DATA = "host => host.explorer.data"
GRID = np.linspace(-40, 40, 80_001)
INPUT = "host => [...host.explorer.input()]"
PACKED = "host => host.explorer.data.networks || []"
GREYS = """host => [...host.shadowRoot.querySelectorAll("figure canvas")].map(canvas =>
  [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data]
    .filter((_, n) => n % 4 === 0))"""

LISTED = """host => [...host.shadowRoot.querySelectorAll("li")].map(item =>
  [...item.childNodes].map(node => node.nodeName === "MARK" ? `[${node.textContent}]`
    : node.textContent).join(""))"""


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


def context_of(row: int, tokens: list[str], documents: np.ndarray) -> str:
    """What an explorer of units shows of a token: 8 tokens before it, it, and 4 after it."""
    own = np.flatnonzero(documents == documents[row]).tolist()
    first, end = max(own[0], row - 8), min(own[-1], row + 4) + 1
    marked = tokens[row].strip() or "\u2423"
    space = " " if tokens[row].startswith(" ") else ""
    before = "\u2026" * (first > own[0]) + "".join(tokens[first:row]) + space
    after = "".join(tokens[row + 1 : end]) + "\u2026" * (end <= own[-1])
    return f"{before}[{marked}]{after}"


def check_units(host: Locator) -> None:
    """The labels tell the units at the word, and the list the contexts of the unit."""
    data, (piece, word, unit) = host.evaluate(DATA), host.evaluate(INPUT)
    row = sum(map(len, data["shown"][:piece])) + word
    at = slice(row * data["width"], (row + 1) * data["width"])
    pairs = zip(as_array(data["on"])[at], as_array(data["strengths"])[at], strict=True)
    names = [f"{one:.0f}: {strength / 100:.2f}" for one, strength in pairs if strength > 0]
    assert host.locator(".bars span").all_inner_texts() == names
    checked = host.locator(".bars input:checked + span").inner_text()
    assert checked.partition(":")[0] == str(unit)
    marked = host.locator(".text input:checked + span").inner_text().strip()
    assert marked == (data["tokens"][data["shown"][piece][word]].strip() or "\u2423")

    count, documents = data["contexts"], as_array(data["documents"])
    at = slice(unit * count, (unit + 1) * count)
    pairs = zip(as_array(data["top"])[at], as_array(data["heights"])[at], strict=True)
    expected = [
        f"{height / 100:.2f}" + context_of(int(row), data["tokens"], documents)
        for row, height in pairs
        if height > 0
    ]
    assert host.evaluate(LISTED) == expected
    told = host.locator("p").inner_text()
    assert f"Unit {unit} is on at {as_array(data['often'])[unit]:,.0f} of " in told
    words = [one.strip() or "\u2423" for one in data["promoted"][unit]] if data["promoted"] else []
    assert told.endswith(f"It promotes: {', '.join(words)}." if words else "words.")


def check_plane(host: Locator) -> None:
    """The text tells level, state and guess of the walk from the place that the hand has set."""
    data, (world, steps, step, *start) = host.evaluate(DATA), host.evaluate(INPUT)
    states, guesses = walk_back(np.array(start), steps, data["worlds"][world])
    told = host.locator("p").inner_text().replace("\u2212", "-")
    level, *found = (float(number) for number in re.findall(r"-?\d+\.\d+", told))
    assert abs(level - (1 - step / steps)) < 0.0051
    assert np.abs(np.array(found) - [*states[step], *guesses[step]]).max() < 0.0051


def check_bound(host: Locator) -> None:
    """Compare bound and divergence with integrals on a grid, and the table with the terms."""
    (mean, sd), terms = host.evaluate(INPUT), host.evaluate("host => host.explorer.terms()")
    data, z, q = host.evaluate("host => host.explorer.data"), GRID, stats.norm(mean, sd)
    log_joint = stats.norm(z, data["noise"]).logpdf(data["seen"]) + stats.norm.logpdf(z)
    log_q, evidence = q.logpdf(z), np.log(integrate.trapezoid(np.exp(log_joint), z))
    bound = integrate.trapezoid(q.pdf(z) * (log_joint - log_q), z)
    divergence = integrate.trapezoid(q.pdf(z) * (log_q - log_joint + evidence), z)
    expected = {"bound": bound, "evidence": evidence, "gap": evidence - bound}
    expected["divergence"] = divergence
    assert {name: terms[name] for name in expected} == pytest.approx(expected, abs=1e-6)
    shown = [float(text.replace("\u2212", "-")) for text in host.locator("td").all_inner_texts()]
    names = ("fit", "toPrior", "bound", "evidence", "gap", "divergence")
    assert shown == pytest.approx([terms[name] for name in names], abs=6e-5)


def drawing(host: Locator) -> np.ndarray:
    pixels = np.array(host.evaluate("host => [...host.explorer.drawing()]"))
    return pixels.reshape(2 * [round(len(pixels) ** 0.5)])


def check_draw(host: Locator) -> None:
    """Compare the errors that stand below the answers with those of the packed networks."""
    clean, given = drawing(host).ravel(), host.evaluate(INPUT)
    decibels = bool(host.evaluate("host => host.explorer.data.levels.length"))
    answers = [unpack(one)(np.array([given], "float32"))[0] for one in host.evaluate(PACKED)]
    shown = host.locator("figcaption").all_inner_texts()[not decibels :]
    for text, answer in zip(shown, [given, *answers][not decibels :], strict=True):
        error = np.mean((answer - clean) ** 2)
        told = float(text.partition(": ")[2].removesuffix(" dB").replace("\u221e", "inf"))
        with np.errstate(divide="ignore"):
            expected = -10 * np.log10(error) if decibels else error
        assert told == pytest.approx(expected, abs=0.051 if decibels else 5.1e-5)


CHECKS: dict[str, Callable[[Locator], None]] = {
    "bound": check_bound,
    "draw": check_draw,
    "film": check_film,
    "plane": check_plane,
    "units": check_units,
}
