"""The tool that makes reference values: median and band of five seeds."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tools import reference

REPORTING = """\
import os
from IPython.display import display
seed = int(os.environ["AEUTILS_SEED"])
result = {"metric": "error", "value": seed + 0.5, "scale": os.environ["AEUTILS_SCALE"]}
display({"application/vnd.aeutils.results+json": {"results": [result]}}, raw=True)
"""


@pytest.fixture
def book(tmp_path, monkeypatch):
    monkeypatch.setattr(reference, "BOOK", tmp_path)
    for slug, source in (("good", REPORTING), ("silent", "1 + 1")):
        nbformat.write(new_notebook(cells=[new_code_cell(source)]), tmp_path / f"{slug}.ipynb")


def test_band_reaches_five_times_the_largest_deviation():
    assert reference.summarise([4.0, 1.0, 3.0, 2.0, 3.5]) == pytest.approx((3.0, -7.0, 13.0))


def test_band_is_one_per_cent_wide_when_no_seed_deviates():
    assert reference.summarise([-2.0] * 5) == pytest.approx((-2.0, -2.02, -1.98))


def test_each_seed_is_run_and_summarised(book, capsys, monkeypatch):
    for name in ("AEUTILS_SCALE", "AEUTILS_SEED", "AEUTILS_STRICT"):
        monkeypatch.setenv(name, "")  # set by the tool; restored after the test
    assert reference.main(["good", "--scale", "full"]) == 0
    said = capsys.readouterr().out
    assert "seed 4: {'error': 4.5}" in said
    assert "[good.error]\nfull = { value = 2.5, band = [-7.5, 12.5] }" in said


@pytest.mark.parametrize(
    ("slug", "message"), [("absent", "no chapter 'absent'"), ("silent", "reports no results")]
)
def test_a_chapter_without_results_is_refused(book, slug, message, monkeypatch):
    for name in ("AEUTILS_SCALE", "AEUTILS_SEED", "AEUTILS_STRICT"):
        monkeypatch.setenv(name, "")
    with pytest.raises(ValueError, match=message):
        reference.run_chapter(slug, "small", 0)
