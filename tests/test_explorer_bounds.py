"""The bound of one hidden number: its terms in JavaScript, and what does not fit."""

import json
from importlib import resources

import numpy as np
import pytest
import quickjs
from scipy import integrate, stats

from aeutils.explorer import bounds
from aeutils.explorer.bounds import bound

SCRIPTS = [
    resources.files("aeutils.explorer").joinpath(name).read_text(encoding="utf-8")
    for name in ("runtime.js", "bound.js")
]


def in_javascript(data, expression):
    context = quickjs.Context()
    for script in SCRIPTS:
        context.eval(script + ";0")
    return json.loads(context.eval(f"const d = {json.dumps(data)}; JSON.stringify({expression})"))


@pytest.mark.parametrize("seen, noise_sd", [(1.5, 0.5), (-0.7, 2.0)])
@pytest.mark.parametrize("mean, sd", [(0, 1), (0.8, 0.6), (1.2, 0.2**0.5), (-2, 3)])
def test_terms_are_those_of_integration(mean, sd, seen, noise_sd):
    z = np.linspace(-30, 30, 60_001)
    q, prior = stats.norm(mean, sd), stats.norm(0, 1)
    log_joint = stats.norm(z, noise_sd).logpdf(seen) + prior.logpdf(z)
    evidence = np.log(integrate.trapezoid(np.exp(log_joint), z))
    means = {
        "bound": log_joint - q.logpdf(z),
        "toPrior": q.logpdf(z) - prior.logpdf(z),
        "fit": log_joint - prior.logpdf(z),
        "divergence": q.logpdf(z) - log_joint + evidence,
    }
    expected = {name: integrate.trapezoid(q.pdf(z) * f, z) for name, f in means.items()}
    expected |= {"evidence": evidence, "gap": evidence - expected["bound"]}
    data = bound(seen, noise_sd).data
    assert in_javascript(data, f"termsOf(d, [{mean}, {sd}])") == pytest.approx(expected, abs=1e-6)


def test_the_hand_and_the_bell_agree():
    data = bound(1.5, 0.5, start=(0.8, 0.6)).data
    assert in_javascript(data, "makePlane(d).bellAt(...makePlane(d).place([0.8, 0.6]))") == (
        pytest.approx([0.8, 0.6])
    )
    middle = sum(data["range"][:2]) / 2
    assert in_javascript(data, "makePlane(d).bellAt(0.5, 0)")[0] == pytest.approx(middle)
    widest = in_javascript(data, "makePlane(d).bellAt(0.5, 1)")[1]
    assert widest == pytest.approx(stats.norm.pdf(0) / 0.1) and widest < bounds.WIDE
    peak = in_javascript(data, "height([0.8, 0.6], 0.3)")
    assert peak == pytest.approx(stats.norm(0.8, 0.6).pdf(0.3))


def test_the_posterior_closes_the_gap():
    data = bound(1.5, 0.5).data
    assert data["posterior"] == pytest.approx([1.2, np.sqrt(0.2)])
    terms = in_javascript(data, "termsOf(d, d.posterior)")
    assert terms["gap"] == pytest.approx(0, abs=1e-12) and terms["divergence"] == pytest.approx(0)


def test_the_still_picture_has_a_line_for_each_density():
    picture = bounds._still([(0, 1), (2, 1)], (-2, 4), 0.5)
    assert picture.shape == bounds.SIZE and (picture[-1] == 1).all()
    height, width = bounds.SIZE
    rows = {z: picture[: height - 4, round((z + 2) / 6 * (width - 1))] for z in (0, 2)}
    tops = {z: np.flatnonzero(row)[0] for z, row in rows.items()}
    assert rows[0][tops[0]] == 0.5 and rows[2][tops[2]] == 1
    assert abs(tops[0] - height * (1 - stats.norm.pdf(0) / 0.5)) < 4


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"seen": np.nan}, "seen is nan"),
        ({"noise_sd": 0}, "noise_sd 0; both must be finite"),
        ({"noise_sd": -1}, "noise_sd above 0"),
        ({"start": (0.8, 0)}, "start is .*; expected a mean from -2.5 to 3.5"),
        ({"start": (0.8, 5)}, "deviation from 0.248 to 4"),
        ({"start": (9, 1)}, r"start is \(9, 1\)"),
        ({"start": (1, 2, 3)}, "start is"),
    ],
)
def test_what_does_not_fit_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        bound(**{"seen": 1.5, "noise_sd": 0.5} | changes)
