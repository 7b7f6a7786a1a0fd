"""The sheet to draw on: strokes of a pen that is set down and lifted, and the rubber."""

import numpy as np
import pytest
from explorer_kinds import INPUT, check_draw, drawing
from playwright.sync_api import Page
from site_pages import Visit


def draw_line(tab: Page, box: dict, start: float, end: float) -> None:
    down = box["y"] + 0.4 * box["height"]
    tab.mouse.move(box["x"] + start * box["width"], down)
    tab.mouse.down()
    tab.mouse.move(box["x"] + end * box["width"], down, steps=2)
    tab.mouse.up()


def test_a_stroke_and_the_rubber(visit: Visit) -> None:
    for host in visit.tab.locator("[data-kind=draw]").all():
        sheet, rubber = host.locator(".sheet"), host.get_by_label("rub out")
        host.locator("label", has_text="empty sheet").click()
        assert drawing(host).max() == 0
        sheet.focus()
        visit.tab.keyboard.press("Shift+ArrowLeft")  # the pen is lifted
        assert drawing(host).max() == 0
        place = sheet.bounding_box()
        draw_line(visit.tab, place, 0.2, 0.4)
        ink = drawing(host)
        assert ink.max() == 1 and 5 < (ink > 0.5).sum() < 40
        middle = [(ink.sum(axis) * np.arange(len(ink))).sum() / ink.sum() for axis in (0, 1)]
        assert middle == pytest.approx([len(ink) / 2] * 2, abs=0.51)
        check_draw(host)
        draw_line(visit.tab, place, 0.7, 0.9)  # no line between two strokes
        assert (drawing(host) > 0.5).any(axis=0).sum() < 20
        rubber.focus()
        visit.tab.keyboard.press("Space")
        draw_line(visit.tab, place, 0.1, 0.95)
        assert drawing(host).max() == 0
        rubber.click()
        draw_line(visit.tab, place, 0.2, 0.4)
        host.locator("label", has_text="empty sheet").click()
        assert drawing(host).max() == 0
        visit.tab.mouse.move(place["x"] + 50, place["y"] + 50)
        visit.tab.mouse.down(button="right")
        visit.tab.mouse.up(button="right")
        assert drawing(host).max() == 0
        host.locator("fieldset label").first.click()
        check_draw(host)
        again = host.get_by_role("button", name="other noise")
        if again.count():
            before = host.evaluate(INPUT)
            again.click()
            assert host.evaluate(INPUT) != before
            check_draw(host)
