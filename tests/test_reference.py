"""The tool that runs a chapter with several seeds: its bands, its claims, its file."""

import json
import math

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from aeutils.results import load_reference
from tools import reference

REPORTING = """\
import os
from IPython.display import display
from aeutils import claim
seed = int(os.environ["AEUTILS_SEED"])
result = {"metric": "error", "value": seed + 0.5, "scale": os.environ["AEUTILS_SCALE"]}
display({"application/vnd.aeutils.results+json": {"results": [result]}}, raw=True)
claim("Seeds are small", seed, "<", 10)
claim("Seeds are below three", seed, "<", 3)
claim("Seeds are known", float("nan") if seed == 1 else 0.0, "<", 1)
"""


@pytest.fixture
def book(tmp_path, monkeypatch):
    for name in ("AEUTILS_SCALE", "AEUTILS_SEED", "AEUTILS_STRICT"):
        monkeypatch.setenv(name, "")  # set by the tool; restored after the test
    monkeypatch.setattr(reference, "BOOK", tmp_path)
    monkeypatch.setattr(reference, "RUNS_FILE", tmp_path / "runs.json")
    diverged = REPORTING.replace("[result]", "[{**result, 'value': None}]")
    for slug, source in (("good", REPORTING), ("silent", "1 + 1"), ("diverged", diverged)):
        nbformat.write(new_notebook(cells=[new_code_cell(source)]), tmp_path / f"{slug}.ipynb")
    return tmp_path


@pytest.mark.parametrize("runs", [5, 10])
def test_one_sound_run_in_a_thousand_falls_outside(runs):
    draws = np.random.default_rng(0).normal(3.0, 2.0, (20_000, runs + 1))
    inside = 0
    for row in draws:
        _, low, high = reference.summarise(row[:-1].tolist())
        inside += low <= row[-1] <= high
    assert 1 - inside / len(draws) == pytest.approx(0.001, abs=0.0008)


def test_value_is_the_median_and_the_band_lies_round_the_mean():
    value, low, high = reference.summarise([4.0, 1.0, 3.0, 2.0, 10.0])
    assert value == 3.0 and (low + high) / 2 == pytest.approx(4.0)


def test_band_is_one_per_cent_wide_when_no_seed_deviates():
    assert reference.summarise([-2.0] * 5) == pytest.approx((-2.0, -2.02, -1.98))


def test_each_seed_is_run_and_kept(book, capsys, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert reference.main(["good", "--scale", "full"]) == 0
    entry = json.loads((book / "runs.json").read_text())["good"]["full-jax"]
    assert entry["metrics"] == {"error": [0.5, 1.5, 2.5, 3.5, 4.5]}
    assert entry["claims"] == {
        "Seeds are small": {"runs": 5, "held": 5, "smallest_slack": 6.0},
        "Seeds are below three": {"runs": 5, "held": 3, "smallest_slack": -1.0},
        "Seeds are known": {"runs": 5, "held": 4, "smallest_slack": None},
    }
    said = capsys.readouterr().out
    assert "seed 4: {'error': 4.5}" in said
    low, high = (2.5 + sign * 8.6103 * math.sqrt(2.5 * 1.2) for sign in (-1, 1))
    assert f"[good.error]\nfull = {{ value = 2.5, band = [{low:.4g}, {high:.4g}] }}" in said
    assert "held in 3 of 5, smallest slack -1.0: Seeds are below three" in said


def test_band_comes_from_the_runs_of_every_backend(book):
    for key, values in (
        ("small-jax", [1.0, 2.0]),
        ("small-tensorflow", [3.0]),
        ("full-jax", [9.0]),
    ):
        reference.save_runs("good", key, {"metrics": {"error": values}}, reference.RUNS_FILE)
    bands = reference.bands("good", "small", reference.RUNS_FILE)
    assert bands == {"error": reference.summarise([1.0, 2.0, 3.0])}
    file = reference.RUNS_FILE
    reference.save_runs("good", "small-jax", {"metrics": {"angle": [1.0, 2.0]}}, file)
    reference.save_runs("good", "small-tensorflow", {"metrics": {"error": [3.0, 4.0]}}, file)
    bands = reference.bands("good", "small", file)
    assert bands["angle"][0] == 1.5 and bands["error"][0] == 3.5


@pytest.mark.parametrize(
    ("entry", "band"),
    [
        ({"better": "higher", "best": 1.0}, (0.8, 0.5, 1.0)),
        ({"better": "lower", "best": 0.6}, (0.8, 0.6, 1.1)),
        ({"better": "higher", "best": 2.0}, (0.8, 0.5, 1.1)),
        ({"better": "lower"}, (0.8, 0.5, 1.1)),
    ],
)
def test_band_ends_at_the_best_that_is_possible(entry, band):
    assert reference.end_at_best((0.8, 0.5, 1.1), entry) == band


def test_new_seeds_are_tried_against_what_is_known(book, capsys, monkeypatch):
    known = {"good": {"error": {"unit": "1", "better": "lower", "small": {"band": [0.0, 6.0]}}}}
    monkeypatch.setattr("aeutils.results.load_reference", lambda: known)
    assert reference.main(["good", "--new", "2"]) == 1
    said = capsys.readouterr().out
    assert "seed 5: fails: Seeds are below three (5 < 3)" in said
    assert "seed 6: error = 6.5 is above; fails: Seeds are below three (6 < 3)" in said
    assert not (book / "runs.json").exists()


def test_bands_of_the_book_are_those_of_its_runs():
    known = load_reference()
    assert reference.load_runs()
    for slug, entries in reference.load_runs().items():
        for scale in {key.partition("-")[0] for key in entries}:
            for metric, (value, low, high) in reference.bands(slug, scale).items():
                told = known[slug][metric][scale]
                assert told["value"] == pytest.approx(value, rel=1e-3, abs=1e-12)
                assert told["band"] == pytest.approx((low, high), rel=1e-3, abs=1e-12)


@pytest.mark.parametrize(
    ("slug", "message"),
    [
        ("absent", "no chapter 'absent'"),
        ("silent", "reports no results"),
        ("diverged", "With seed 0 these are not finite: error"),
    ],
)
def test_a_chapter_without_results_is_refused(book, slug, message):
    with pytest.raises(ValueError, match=message):
        reference.run_chapter(slug, "small", 0)
