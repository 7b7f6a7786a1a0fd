"""The judge of `examine`: what it counts, the page it writes, and its command."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

import aeutils
from benchmarks.recipes import __main__ as command
from benchmarks.recipes import cases, faults, judge, page, public
from benchmarks.recipes.judge import Answer, CaseResult, PublicResult
from benchmarks.recipes.recipe import Evidence, Known, Recipe
from benchmarks.recipes.subject import Data, Subject

ROWS = [
    CaseResult("a", "dense", ("dead_units",), "t1", Answer(("dead_units",)), Answer()),
    CaseResult("a", "table", ("dead_units",), "t2", Answer(("overfit",)), Answer(("overfit",))),
    CaseResult("b", "dense", ("shapes",), "t1", Answer((), ("shapes",)), Answer()),
    CaseResult("b", "table", ("shapes",), "t3", Answer(problem="KeyError: x"), Answer()),
]


def report(**verdicts):
    """Return a report as `examine` does, with a finding of each key."""
    findings = [SimpleNamespace(key=key, verdict=v) for key, v in verdicts.items()]
    return SimpleNamespace(findings=findings)


def subject(value=0.5):
    return Subject(Data(np.full((4, 2), value), np.full((4, 2), value)), model=object())


def test_totals_count_each_twin_once():
    counted = {"cases": 4, "found": 1, "noticed": 2, "failed": 1, "twins": 3, "alarms": 1}
    assert page.totals(ROWS) == counted


def test_answer_is_what_was_said():
    said = report(shapes="wrong", overfit="look", pca_error="fine")
    answer = judge.ask(lambda **_: said, subject())
    assert (answer.wrong, answer.look, answer.problem) == (("shapes",), ("overfit",), "")


def test_exception_is_an_answer_too():
    def broken(**_):
        raise RuntimeError("planted")

    assert judge.ask(broken, subject()).problem == "RuntimeError: planted"


def test_examine_gets_what_the_subject_has():
    given = {}
    judge.ask(lambda **arguments: given.update(arguments) or report(), subject())
    assert set(given) == {"model", "x_train", "x_valid"}


class Planted(cases.Case):
    """A case whose models are not needed."""

    def make_faulty(self, store):
        return subject(1.0)

    def make_healthy(self, store):
        return subject(0.0)


def test_planted_wrong_report_is_counted():
    case = next(faults.FAULTS[0].cases())
    case = Planted(case.fault, case.healthy, case.faulty)
    key = case.fault.keys[0]

    def examine(x_train, **_):
        return report(**{key: "wrong"} if x_train[0, 0] else {"overfit": "wrong"})

    (row,) = judge.judge_cases(examine, [case], None, show=lambda _: None)
    assert row.found and row.healthy.wrong == ("overfit",)
    (row,) = judge.judge_cases(lambda **_: report(), [case], None, show=lambda _: None)
    assert not row.found and not row.healthy.wrong


def test_public_recipe_counts_found_and_false(monkeypatch):
    monkeypatch.setattr(judge, "true_by_measure", lambda subject: ("pca_error",))
    known = [Known((key,), "why", Evidence("number", lambda _: 2.0, 1)) for key in ("a", "b")]
    recipe = Recipe("r", "t", "a", "u", lambda _: subject(), tuple(known), also=("c",))
    said = report(a="wrong", c="wrong", d="wrong", pca_error="wrong", b="look")
    (row,) = judge.judge_public(lambda **_: said, [recipe], None, show=lambda _: None)
    assert (row.found, row.false, row.shown) == (1, ("d",), True)
    assert row.evidence == ("number: 2", "number: 2")


def test_page_says_what_was_found():
    public_row = PublicResult("r", "t", (("a",),), (), ("n: 1",), False, Answer(("a", "d")))
    section = {"date": "2001-02-03", "versions": "Python 9"}
    sections = {"seen": section | {"rows": ROWS}, "public": section | {"rows": [public_row]}}
    text = page.render([{"machine": "planted cores", "sections": sections}])
    assert "**Found: 1 of 4**" in text
    assert "**Alarms: 1 of 3 healthy twins.**" in text
    assert "| b | table | `shapes` | **no** | KeyError: x |" in text
    assert "1 of 1 known errors" in text and "**not shown**" in text and "`d`" in text
    assert page.HEADINGS["unseen"] not in text


def test_rows_come_back_from_their_file(tmp_path):
    path = page.store("2 planted cores, jax", "seen", ROWS, tmp_path)
    page.store("2 planted cores, jax", "unseen", ROWS[:1], tmp_path)
    content = page.read(path)
    assert content["sections"]["seen"]["rows"] == ROWS
    assert content["sections"]["unseen"]["rows"] == ROWS[:1]
    path.write_text(json.dumps({"sections": {"seen": {"rows": [{"fault": "a"}]}}}))
    with pytest.raises(ValueError, match="Take it back"):
        page.read(path)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(page, "FOLDER", tmp_path / "results")
    monkeypatch.setattr(page, "PAGE", tmp_path / "PAGE.md")
    return tmp_path


def test_command_writes_the_page(folder, monkeypatch):
    case = next(f for f in faults.FAULTS if f.name == "gaps").cases()
    case = [c for c in case if c.architecture == "table"]
    short = [
        cases.Case(c.fault, *(s.changed(training={"epochs": 1}) for s in (c.healthy, c.faulty)))
        for c in case
    ]
    monkeypatch.setattr(faults, "cases", lambda half: short)

    def examine(model, x_train, **_):
        assert model(np.nan_to_num(x_train[:2])).shape == (2, 30)
        return report(not_finite="fine" if np.isfinite(x_train).all() else "wrong")

    monkeypatch.setattr(aeutils, "examine", examine, raising=False)
    assert command.main(["seen", "--keep", str(folder / "kept")]) == 0
    text = page.PAGE.read_text("utf-8")
    assert "**Found: 1 of 1**" in text and "**Alarms: 0 of 1 healthy twins.**" in text
    assert list((folder / "kept").glob("*.npz"))
    monkeypatch.setattr(public, "RECIPES", ())
    assert command.main(["public"]) == 0
    assert page.HEADINGS["seen"] in page.PAGE.read_text("utf-8")


def test_command_without_examine(folder, monkeypatch, capsys):
    monkeypatch.delattr(aeutils, "examine", raising=False)
    assert command.main(["seen"]) == 1
    assert "no function `examine`" in capsys.readouterr().out
