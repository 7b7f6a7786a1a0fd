"""What explorers show of a bell that the hand moves and of a drawing, computed once more."""

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator
from scipy import integrate, stats

from aeutils.explorer.networks import unpack

GRID = np.linspace(-40, 40, 80_001)
INPUT = "host => [...host.explorer.input()]"
PACKED = "host => host.explorer.data.networks"


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


CHECKS: dict[str, Callable[[Locator], None]] = {"bound": check_bound, "draw": check_draw}
