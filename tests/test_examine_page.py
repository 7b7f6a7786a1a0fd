"""The page on `examine`: its table, its example and its score say what is true."""

import re

import pytest
from contract_cells import BOOK

from aeutils.checkup.findings import CHECKS, Report
from aeutils.checkup.run import load_checks
from benchmarks.recipes import page

TEXT = (BOOK / "examine.md").read_text("utf-8")
FINDING = re.compile(r"^(wrong|look |fine )  ([^:]+):", re.MULTILINE)


def test_the_table_has_every_check():
    load_checks()
    keys = re.findall(r"\(`(\w+)`\)", TEXT)
    assert sorted(keys) == sorted(check.key for check in CHECKS)
    for check in CHECKS:
        assert f"{check.title} (`{check.key}`)" in TEXT


def test_the_example_says_what_the_page_shows(monkeypatch, capsys):
    """The verdicts and their order; the last digits differ between machines."""
    code = next(
        block for block in re.findall(r"```python\n(.*?)```", TEXT, re.S) if "adad" in block
    )
    shown = re.search(r"```text\n(.*?)```", TEXT, re.S)[1]
    exec(compile(code, "examine.md", "exec"), {})
    said = FINDING.findall(capsys.readouterr().out)
    assert len(FINDING.findall(shown)) >= 3
    assert said[: len(FINDING.findall(shown))] == FINDING.findall(shown)
    assert [verdict for verdict, _ in said].count("wrong") == 2


@pytest.mark.parametrize("section", ["seen", "unseen"])
def test_the_score_is_that_of_the_last_run(section):
    (file,) = page.FOLDER.glob("*tensorflow.json")
    count = page.totals(page.read(file)["sections"][section]["rows"])
    assert f"{count['found']} of {count['cases']}" in TEXT
    assert f"{count['noticed']} of {count['cases']}" in TEXT
    assert f"{count['alarms']} of {count['twins']}" in TEXT


def test_the_score_on_public_recipes_is_that_of_the_last_run():
    (file,) = page.FOLDER.glob("*tensorflow.json")
    rows = page.read(file)["sections"]["public"]["rows"]
    known = sum(len(row.known) for row in rows)
    assert f"{sum(row.found for row in rows)} of {known} known errors" in TEXT
    assert f"{sum(bool(row.false) for row in rows)} of {len(rows)} recipes" in TEXT


def test_the_name_of_a_report_is_short():
    assert repr(Report([], [])) == "Report(0 wrong, 0 look, 0 fine)"
