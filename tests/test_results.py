"""The table of results: its reference file, verdicts, and what is shown and kept."""

import dataclasses
import json
import re

import IPython.display
import numpy as np
import pytest

from aeutils import results
from aeutils.results import MIME_TYPE, OutsideBand, compare, load_reference, report
from aeutils.session import Session

REFERENCE = """
[toy.error]
unit = "squared error per image"
better = "lower"
small = {value = 20.0, band = [18.0, 22.0]}
full = {value = 14.0, band = [13, 15]}
null = {name = "zero", small = 90.0, full = 92.5}
baseline = {name = "mean image", small = 50.0, full = 52.5}
published = {value = 13.87, source = "Hinton & Salakhutdinov 2006"}

[toy."a<b>"]
unit = "fraction"
better = "higher"
small = {value = 0.5, band = [0.4, 0.6]}
"""
SMALL, FULL = (Session(scale, "jax", "2 CPU cores", 3) for scale in ("small", "full"))
GOOD = {"error": 20.5, "a<b>": 0.5}


@pytest.fixture(autouse=True)
def reference(monkeypatch, tmp_path):
    """Put a small reference file in the place of the book's."""
    path = tmp_path / "reference_results.toml"
    path.write_text(REFERENCE)
    real = results.load_reference
    monkeypatch.setattr(results, "load_reference", lambda: real(path))


@pytest.fixture
def shown(monkeypatch):
    """Collect what would be displayed."""
    bundles = []

    def display(bundle, raw):
        assert raw
        bundles.append(bundle)

    monkeypatch.setattr(IPython.display, "display", display)
    return bundles


def is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_text(value):
    return isinstance(value, str) and value.strip() != ""


def is_scale(entry):
    band = entry["band"]
    return (
        set(entry) == {"value", "band"}
        and len(band) == 2
        and all(map(is_number, [entry["value"], *band]))
        and band[0] <= entry["value"] <= band[1]
    )


def is_comparison(entry):
    return (
        is_text(entry["name"])
        and len(entry) > 1
        and set(entry) <= {"name", "small", "full"}
        and all(is_number(value) for key, value in entry.items() if key != "name")
    )


def is_metric(table):
    """Say whether a table of the reference file is as its head describes it."""
    rules = {
        "unit": is_text,
        "better": lambda value: value in ("lower", "higher", "closer"),
        "small": is_scale,
        "full": is_scale,
        "null": is_comparison,
        "baseline": is_comparison,
        "published": lambda entry: (
            {"value", "source"} <= set(entry) <= {"value", "source", "unlike"}
            and is_number(entry["value"])
            and all(is_text(entry[key]) for key in set(entry) - {"value"})
        ),
        "best": is_number,
        "scoreboard": lambda value: value is False,
    }
    try:
        return {"unit", "better"} <= set(table) <= set(rules) and all(
            rules[key](value) for key, value in table.items()
        )
    except (KeyError, TypeError):
        return False


def test_reference_file_of_the_book():
    reference = load_reference()
    assert {"pca", "vanilla"} <= set(reference)
    for chapter, metrics in reference.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", chapter) and metrics
        for metric, table in metrics.items():
            assert re.fullmatch(r"[a-z0-9_]+", metric)
            assert is_metric(table), f"[{chapter}.{metric}] is {table}"


def nulls_inside(table):
    """The scales of which a band holds what knowing nothing gives, or that have no such number."""
    null = table.get("null", {})
    scales = [scale for scale in ("small", "full") if scale in table]
    bands = {scale: table[scale]["band"] for scale in scales}
    return [s for s in scales if s not in null or bands[s][0] <= null[s] <= bands[s][1]]


def test_no_band_of_the_book_holds_its_null():
    metrics = {
        f"{chapter}.{metric}": table
        for chapter, tables in load_reference().items()
        for metric, table in tables.items()
    }
    assert metrics
    for name, table in metrics.items():
        assert not nulls_inside(table), f"[{name}] is {table}"


def misplaced(table):
    """The scales at which what is perfect is not better than the band, or the null not worse."""
    sign = {"lower": 1, "higher": -1}[table["better"]]
    places = {
        scale: [sign * number for number in (table["best"], *table[scale]["band"])]
        for scale in ("small", "full")
        if scale in table
    }
    nulls = {scale: sign * table["null"][scale] for scale in places}
    return [
        s for s, (best, *band) in places.items() if not best <= min(band) <= max(band) < nulls[s]
    ]


def test_bands_of_the_book_lie_between_the_best_and_the_null():
    tables = [t for tables in load_reference().values() for t in tables.values() if "best" in t]
    assert tables
    assert not [table for table in tables if misplaced(table)]


@pytest.mark.parametrize(
    "change", [{"best": 19.0}, {"better": "higher"}, {"better": "higher", "best": 100.0}]
)
def test_a_best_or_a_null_on_the_wrong_side_is_found(change):
    table = results.load_reference()["toy"]["error"] | {"best": 0.0}
    assert misplaced(table) == []
    assert "small" in misplaced(table | change)


@pytest.mark.parametrize("null", [None, 18.0, 20.0, 22.0])
def test_a_null_in_its_band_is_found(null):
    table = results.load_reference()["toy"]["error"]
    table["null"] = {"name": "zero", "full": 50.0} | ({} if null is None else {"small": null})
    assert nulls_inside(table) == ["small"]


def test_rules_of_the_reference_file_accept_a_whole_table():
    assert all(is_metric(table) for table in results.load_reference()["toy"].values())


@pytest.mark.parametrize(
    "change",
    [
        {"unit": ""},
        {"unit": 1},
        {"better": "more"},
        {"source": "a key that is not in the format"},
        {"small": {"value": 1.0}},
        {"small": {"value": 23.0, "band": [18.0, 22.0]}},
        {"small": {"value": 20.0, "band": [22.0, 18.0]}},
        {"full": {"value": "14", "band": [13, 15]}},
        {"full": {"value": 14, "band": [13, 15], "seeds": 5}},
        {"full": 14},
        {"null": {"small": 50.0}},
        {"null": {"name": "zero", "small": "50"}},
        {"baseline": {"small": 50.0}},
        {"baseline": {"name": "mean image"}},
        {"baseline": {"name": "mean image", "small": "50"}},
        {"baseline": {"name": "mean image", "medium": 50.0}},
        {"published": {"value": 13.87}},
        {"published": {"value": True, "source": "Hinton 2006"}},
        {"published": {"value": 13.87, "source": "Hinton 2006", "unlike": ""}},
        {"best": "0"},
        {"scoreboard": True},
    ],
)
def test_rules_of_the_reference_file_reject(change):
    assert not is_metric({**results.load_reference()["toy"]["error"], **change})


def test_rules_of_the_reference_file_reject_a_table_without_a_unit():
    assert not is_metric({"better": "lower"})


def test_compare_takes_the_values_of_the_scale():
    small, full = (compare("toy", GOOD, scale)[0] for scale in ("small", "full"))
    assert (small.band, small.baseline, small.at_full_scale) == ((18.0, 22.0), 50.0, 14.0)
    assert full.at_full_scale is None
    assert (full.band, full.baseline) == ((13, 15), 52.5)
    assert (full.baseline_name, full.published) == ("mean image", 13.87)
    assert (full.published_source, full.better) == ("Hinton & Salakhutdinov 2006", "lower")
    bare = compare("toy", GOOD, "full")[1]
    assert (bare.band, bare.baseline, bare.baseline_name, bare.published) == (None,) * 4
    assert (bare.metric, bare.value, bare.unit, bare.better) == ("a<b>", 0.5, "fraction", "higher")


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (20.0, "in band"),
        (18.0, "in band"),
        (22.0, "in band"),
        (17.99, "below"),
        (22.01, "above"),
        (float("nan"), "not finite"),
        (float("inf"), "not finite"),
        (float("-inf"), "not finite"),
    ],
)
def test_verdicts(value, verdict):
    assert compare("toy", {**GOOD, "error": value}, "small")[0].verdict == verdict


def test_result_stays_as_it_was():
    with pytest.raises(dataclasses.FrozenInstanceError):
        compare("toy", GOOD, "small")[0].value = 0.0


def test_verdict_without_a_reference():
    assert compare("toy", GOOD, "full")[1].verdict == "no reference"


@pytest.mark.parametrize(
    ("chapter", "values"),
    [
        ("toy", {"error": 20.0}),
        ("toy", {}),
        ("toy", {**GOOD, "speed": 1.0}),
        ("toys", GOOD),
    ],
)
def test_metrics_that_are_not_those_of_the_file(chapter, values, shown):
    with pytest.raises(ValueError, match="Report each metric and enter new ones there") as error:
        report(chapter, values, SMALL)
    assert f"Chapter {chapter!r} reports {sorted(values)}" in str(error.value)
    assert "reference_results.toml lists" in str(error.value)
    assert not shown


@pytest.mark.parametrize("value", [None, "low", [1.0, 2.0], {}])
def test_value_that_is_no_number(value):
    with pytest.raises(ValueError, match="error is .*; a single number was expected"):
        compare("toy", {**GOOD, "error": value}, "small")


def test_text_of_the_table(shown):
    report("toy", GOOD, SMALL)
    head, error, fraction = (
        re.split(r"\s{2,}", line) for line in shown[0]["text/plain"].splitlines()
    )
    assert head == list(results.HEADINGS)
    assert error == [
        "error",
        "squared error per image (lower is better)",
        "20.50",
        "14.00",
        "50.00 (mean image)",
        "13.87 (Hinton & Salakhutdinov 2006)",
        "18.00 to 22.00",
        "in band",
    ]
    unit = "fraction (higher is better)"
    assert fraction == ["a<b>", unit, "0.5000", "–", "–", "–", "0.4000 to 0.6000", "in band"]


def test_html_of_the_table_is_escaped(shown):
    report("toy", GOOD, SMALL)
    page = shown[0]["text/html"]
    assert page.count("<tr>") == 3 and page.count("<th>") == 8 and page.count("<td>") == 16
    assert "<td>a&lt;b&gt;</td>" in page and "<b>" not in page
    assert "<td>13.87 (Hinton &amp; Salakhutdinov 2006)</td>" in page


def test_a_value_that_is_not_finite_is_none_in_json(shown):
    report("toy", {**GOOD, "error": float("nan")}, SMALL)
    [first, *_] = json.loads(json.dumps(shown[0][MIME_TYPE], allow_nan=False))["results"]
    assert (first["value"], first["verdict"]) == (None, "not finite")


def test_json_beside_the_table(shown):
    report("toy", {**GOOD, "error": np.float32(20.5)}, SMALL)
    kept = shown[0][MIME_TYPE]
    read = json.loads(json.dumps(kept, allow_nan=False))
    session = {"scale": "small", "backend": "jax", "device": "2 CPU cores", "seed": 3}
    assert {**session, "chapter": "toy"}.items() <= read.items()
    assert read["results"][0] == {
        "metric": "error",
        "value": 20.5,
        "unit": "squared error per image",
        "better": "lower",
        "at_full_scale": 14.0,
        "band": [18.0, 22.0],
        "baseline": 50.0,
        "baseline_name": "mean image",
        "published": 13.87,
        "published_source": "Hinton & Salakhutdinov 2006",
        "verdict": "in band",
    }


@pytest.mark.parametrize("strict", ["0", "1"])
def test_in_band_is_silent(strict, monkeypatch, shown, capsys):
    monkeypatch.setenv("AEUTILS_STRICT", strict)
    report("toy", GOOD, SMALL)
    report("toy", {**GOOD, "error": 14.0}, FULL)
    assert len(shown) == 2 and capsys.readouterr().out == ""


@pytest.mark.parametrize("strict", ["", "0"])
def test_outside_the_band_is_a_warning(strict, monkeypatch, shown, capsys):
    monkeypatch.setenv("AEUTILS_STRICT", strict)
    report("toy", {"error": 30.0, "a<b>": 0.1}, SMALL)
    out = capsys.readouterr().out
    assert out.startswith("Warning: error = 30 is above its band; a<b> = 0.1 is below its band. ")
    assert len(shown) == 1


def test_outside_the_band_is_an_error_when_strict(monkeypatch, shown):
    monkeypatch.setenv("AEUTILS_STRICT", "1")
    with pytest.raises(OutsideBand) as error:
        report("toy", {**GOOD, "error": 30.0}, SMALL)
    assert str(error.value) == "toy, small scale: error = 30 is above its band."
    assert shown[0][MIME_TYPE]["results"][0]["verdict"] == "above"


def test_not_finite_is_an_error_when_strict(monkeypatch, shown):
    monkeypatch.setenv("AEUTILS_STRICT", "1")
    with pytest.raises(OutsideBand, match="error = nan is not finite"):
        report("toy", {**GOOD, "error": float("nan")}, SMALL)
    assert len(shown) == 1
