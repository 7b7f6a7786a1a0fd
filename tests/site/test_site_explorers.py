"""Each explorer of the site by mouse, finger and keyboard, against its packed model in NumPy."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from explorer_kinds import CHECKS, PACKED
from playwright.sync_api import Browser, Locator, Page
from site_pages import NARROW, PAGES, WIDE, Visit, open_page, wait_for_colours

from aeutils.explorer.networks import unpack
from aeutils.explorer.page import MOST
from tools.tidy import read

HOST = "[data-explorer]"
CONTROLS = ".pad, input[type=range], fieldset"
SLOWEST = 8  # milliseconds for one answer of a network
# From an answer of Keras, for its worst number and on average. With 6 bits a weight one pixel of an
# image can be off by 0.2 (vanilla: 0.19), with 8 bits by less than 0.05.
FAR, OFF = 0.25, 0.02
# What the hand has set, and what the canvas shows of it.
STATE = """host => {
  const {input, number, canvas, canvases, drawing} = host.explorer;
  const shown = canvases ?? (canvas ? [canvas] : []);
  const pixels = shown.map(one => [...one.getContext("2d")
    .getImageData(0, 0, one.width, one.height).data].filter((_, n) => n % 4 === 0));
  const drawn = drawing ? [...drawing()] : []; // noise can hide a stroke in the input
  return {input: [...input()], drawn, number: number ? number() : 0, pixels};
}"""
ANSWERS = "(host, inputs) => host.explorer.networks.map((run, n) => [...run(inputs[n])])"
MILLISECONDS = """(host, inputs) => host.explorer.networks.map((run, n) => {
  const times = Array.from({length: 21}, () => {
    const start = performance.now();
    run(inputs[n]);
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[10];
})"""
FOCUS = """element => {
  const drawn = [element, element.nextElementSibling].filter(one => one);
  return element.matches(":focus-visible") && element.tabIndex >= 0
    && drawn.some(one => getComputedStyle(one).outlineStyle === "solid");
}"""
BEYOND = """(host, width) => [...host.shadowRoot.querySelectorAll("*")].filter(
  element => element.getBoundingClientRect().right > width + 1).map(element => element.outerHTML)"""
# What notebooks do with an output: scripts within a text of HTML run only as new elements.
INSERT = """output => {
  document.body.innerHTML = output;
  document.querySelectorAll("script").forEach(old => {
    const script = document.createElement("script");
    script.textContent = old.textContent;
    old.replaceWith(script);
  });
}"""

Gesture = Callable[[Page, Locator, float], None]


def has_explorer(site: Path, page: str) -> bool:
    return 'class="aeutils-explorer"' in (site / f"{page}.html").read_text(encoding="utf-8")


def hosts(tab: Page) -> list[Locator]:
    return tab.locator(HOST).all()


def check_canvas(host: Locator, networks: Sequence[Callable]) -> dict:
    """Compare the canvas with its network in NumPy, and return what the hand has set."""
    kind, state = host.get_attribute("data-kind"), host.evaluate(STATE)
    if kind in CHECKS:
        CHECKS[kind](host)
    for number, pixels in enumerate(state.pop("pixels"), start=state["number"]):
        answer = networks[number](np.array([state["input"]], "float32"))[0]
        expected = np.rint(255 * (1 - np.clip(answer, 0, 1)))
        assert np.abs(expected - pixels).max() <= 1
    return state


def by_mouse(tab: Page, control: Locator, end: float) -> None:
    box = control.bounding_box()
    across = [box["x"] + box["width"] * part for part in (0.5, 0.05 + 0.9 * end)]
    down = [box["y"] + box["height"] * part for part in (0.5, 0.3 + 0.4 * end)]
    tab.mouse.move(across[0], down[0])
    tab.mouse.down()
    tab.mouse.move(across[1], down[1], steps=3)
    tab.mouse.up()


def by_finger(tab: Page, control: Locator, end: float) -> None:
    box, touch = control.bounding_box(), tab.context.new_cdp_session(tab)
    ways, scrolled = [0.5 + (0.9 * end - 0.45) * part for part in (0, 0.3, 0.6, 1)], scroll(tab)
    points = [(box["x"] + box["width"] * way, box["y"] + box["height"] * way) for way in ways]
    kinds = ["touchStart", "touchMove", "touchMove", "touchMove"]
    for kind, (x, y) in zip(kinds, points, strict=True):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    touch.detach()
    assert scroll(tab) == scrolled


def scroll(tab: Page) -> float:
    return tab.evaluate("window.scrollY")


def by_key(tab: Page, control: Locator, end: float) -> None:
    control.focus()
    # On a sheet to draw on the space key sets the pen down, and lifts it.
    pen = ["Space"] if "sheet" in (control.get_attribute("class") or "") else []
    arrows = ["ArrowRight"] * 5 if end else ["ArrowLeft"] * 3
    for key in [*pen, *arrows, *pen]:
        tab.keyboard.press(key)
    assert control.evaluate(FOCUS)


def drive(tab: Page, host: Locator, gesture: Gesture) -> None:
    """Move each control to one end and to the other; each time something else has to be shown."""
    controls = host.locator(CONTROLS).all()
    assert controls
    networks = [unpack(packed) for packed in host.evaluate(PACKED)]
    for control in controls:
        control.scroll_into_view_if_needed()
        buttons = control.evaluate("one => one.tagName") == "FIELDSET"
        states = []
        for end in (0, 1):
            if buttons and gesture is by_key:
                gesture(tab, control.locator("input:checked"), end)
            elif buttons:
                label = control.locator("label").nth(-end)
                label.click() if gesture is by_mouse else label.tap()
            else:
                gesture(tab, control, end)
            states.append(check_canvas(host, networks))
        assert states[0] != states[1]


@pytest.fixture(scope="module", params=PAGES)
def touched(
    request: pytest.FixtureRequest, browser: Browser, base: str, site: Path
) -> Iterator[Page]:
    """Open a page with explorers on a phone; in the place of one without, an empty tab."""
    context = browser.new_context(viewport=NARROW, has_touch=True)
    tab = context.new_page()
    if has_explorer(site, request.param):
        open_page(tab, f"{base}/{request.param}.html")
    yield tab
    context.close()


def test_by_mouse(visit: Visit) -> None:
    for host in hosts(visit.tab):
        drive(visit.tab, host, by_mouse)


def test_by_key(visit: Visit) -> None:
    for host in hosts(visit.tab):
        drive(visit.tab, host, by_key)


def test_by_finger_on_a_phone(touched: Page) -> None:
    for host in hosts(touched):
        drive(touched, host, by_finger)
        assert host.evaluate(BEYOND, NARROW["width"]) == []


def test_answers_are_those_of_keras_and_quick(visit: Visit) -> None:
    for host in hosts(visit.tab):
        networks = [unpack(network) for network in host.evaluate(PACKED)]
        probes = [network.probe.tolist() for network in networks]
        answers = host.evaluate(ANSWERS, probes)
        for network, answer in zip(networks, answers, strict=True):
            gap = np.abs(network.answer - answer) / max(1, np.abs(network.answer).max())
            assert gap.max() < FAR and gap.mean() < OFF
            assert np.abs(network(network.probe[None])[0] - answer).max() < 1e-3
        assert max(host.evaluate(MILLISECONDS, probes), default=0) < SLOWEST


def test_colours_follow_the_page(visit: Visit) -> None:
    if not hosts(visit.tab):
        return
    try:
        for theme in ("dark", "light"):
            visit.tab.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
            wait_for_colours(visit.tab)
            dark = visit.tab.locator(f"{HOST} form.dark").count()
            assert dark == (len(hosts(visit.tab)) if theme == "dark" else 0)
            assert visit.barriers(HOST, runOnly=["color-contrast"]) == []
    finally:
        visit.tab.evaluate("document.documentElement.dataset.theme = 'light'")


@pytest.mark.parametrize("page", PAGES)
def test_an_output_alone_works_in_a_notebook(tab: Page, site: Path, page: str) -> None:
    found = read(site / f"{page}.html").select(HOST) if has_explorer(site, page) else []
    for host in found:
        script = (site / page).parent / host.attrs.pop("data-script")
        output = f"{host}<script>{script.read_text(encoding='utf-8')}</script>"
        assert len(output) <= MOST
        tab.evaluate(INSERT, output * 2)  # a copy of the output stands for itself
        for shown in hosts(tab):
            drive(tab, shown, by_key)


def test_a_still_picture_is_shown_without_scripts(browser: Browser, base: str, site: Path) -> None:
    context = browser.new_context(viewport=WIDE, java_script_enabled=False)
    tab = context.new_page()
    for page in (page for page in PAGES if has_explorer(site, page)):
        tab.goto(f"{base}/{page}.html", wait_until="load")
        for image in tab.locator(f"{HOST} > img").all():
            assert image.is_visible() and image.get_attribute("alt")
            assert image.bounding_box()["width"] > 100
    context.close()
