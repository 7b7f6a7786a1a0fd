"""All checks are asked in the order of the table; the report goes where it can be seen."""

import sys
import types

import pytest
from checkup_cases import X, copier, subject

from aeutils.checkup import run
from aeutils.checkup.findings import CHECKS, Check, Report, fine


def asked(model=None, **settings):
    names = ("y_train", "y_valid", "encoder", "decoder", "loss", "mask_value")
    return run.run(model or copier(), X[:300], X[300:], **{**dict.fromkeys(names), **settings})


def test_a_question_that_fails_costs_no_other(monkeypatch):
    def broken(subject):
        raise RuntimeError("no answer")

    asked()
    monkeypatch.setattr(run, "CHECKS", [Check("a", "Broken", "vae.ipynb", broken), *CHECKS])
    report = asked()
    assert report.notes == ["Broken: not asked (RuntimeError: no answer)."]
    assert len(report.findings) > 10


def test_silence_is_no_finding(monkeypatch):
    checks = [Check("a", "A", "x", lambda s: None), Check("b", "B", "x", lambda s: fine("1"))]
    monkeypatch.setattr(run, "CHECKS", checks)
    assert [f.key for f in run._ask(subject(copier())).findings] == ["b"]


def test_the_loss_of_a_model_that_is_not_compiled():
    unit = (X - X.min()) / (X.max() - X.min())
    names = ("y_train", "y_valid", "encoder", "decoder", "mask_value")
    report = run.run(copier(), unit, None, loss="binary_crossentropy", **dict.fromkeys(names))
    assert report["logits"].verdict in ("wrong", "fine")


def test_show_prints(capsys):
    run.show(Report([], ["a note"]))
    assert "a note" in capsys.readouterr().out


@pytest.mark.parametrize("kernel, expected", [(object(), True), (None, False)])
def test_show_in_a_notebook(monkeypatch, capsys, kernel, expected):
    shown = []
    shell = types.SimpleNamespace(kernel=kernel)
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    display = types.SimpleNamespace(display=lambda data, raw: shown.append(data))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    run.show(Report([], []))
    assert bool(shown) is expected
    if expected:
        assert "aeutils-checkup" in shown[0]["text/html"]
        assert shown[0]["text/plain"].startswith("0 checks")


@pytest.mark.parametrize("part", ["encoder", "decoder"])
def test_one_part_is_not_enough(part):
    names = ("y_train", "y_valid", "encoder", "decoder", "loss", "mask_value")
    settings = {**dict.fromkeys(names), part: copier()}
    with pytest.raises(ValueError, match="its two parts"):
        run.run(None, X[:300], X[300:], **settings)


def test_rows_of_another_shape_are_refused_before_any_question():
    names = ("y_train", "y_valid", "encoder", "decoder", "loss", "mask_value")
    with pytest.raises(ValueError, match=r"rows of shape \(5,\); it is made for \(24,\)"):
        run.run(copier(), X[:300, :5], X[300:, :5], **dict.fromkeys(names))
