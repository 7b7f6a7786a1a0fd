"""All checks are asked in the order of the table; the report goes where it can be seen."""

import sys
import types
from contextlib import contextmanager

import pytest
from checkup_cases import X, copier, subject
from checkup_stub import ROWS, Stub

from aeutils.checkup import run
from aeutils.checkup.findings import CHECKS, Check, Finding, Outcome, Report, fine


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
    display = types.SimpleNamespace(display=lambda data, raw: shown.append(data) if raw else None)
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


def test_show_without_ipython(monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    run.show(Report([], ["a note"]))
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: None))
    run.show(Report([], ["another"]))
    assert "a note" in (out := capsys.readouterr().out) and "another" in out


def of_module(name):
    """A check of some module."""

    def ask(subject):
        return None

    ask.__module__ = name
    return Check(name, name, "", ask)


def test_checks_come_in_the_order_of_the_table(monkeypatch):
    loaded = []
    monkeypatch.setattr(run, "import_module", loaded.append)
    known = [of_module(f"aeutils.checkup.{module}") for module in run.MODULES]
    other = of_module("elsewhere.checks")
    monkeypatch.setattr(run, "CHECKS", [other, *reversed(known), of_module("elsewhere.checks")])
    assert run.load_checks() == [*known, other, run.CHECKS[-1]]
    assert loaded == [check.key for check in known]
    assert run._place(known[3]) == 3 and run._place(other) == len(run.MODULES)


def test_what_a_report_says_of_each_check(monkeypatch):
    def broken(subject):
        raise KeyError("beta")

    outcome = Outcome("look", "3 of 4", "Do less.")
    checks = [
        Check("a", "First", "vae.ipynb#a", lambda s: outcome),
        Check("b", "Second", "vae.ipynb#b", broken),
        Check("c", "Third", "vae.ipynb#c", lambda s: fine(f"{s.loss}")),
    ]
    monkeypatch.setattr(run, "load_checks", lambda: checks)
    report = run._ask(Stub())
    assert report.findings == [
        Finding("a", "First", "3 of 4", "look", "Do less.", "vae.ipynb#a"),
        Finding("c", "Third", "mse", "fine", "", "vae.ipynb#c"),
    ]
    assert report.notes == ["Second: not asked (KeyError: 'beta')."]


def examined(monkeypatch, model, x_valid="v", **settings):
    """What is taken and kept for an examination, and what comes of it."""
    seen = types.SimpleNamespace(steps=[])

    def take(parts, x_train, x_valid, y_train, y_valid, mask_value):
        seen.taken = (parts, x_train, x_valid, y_train, y_valid, mask_value)
        return "rows"

    def made(model, taken, encoder=None, decoder=None, loss=None):
        seen.made = (model, taken, encoder, decoder, loss)
        return types.SimpleNamespace(model="whole", trainer="trainer")

    @contextmanager
    def kept(*models):
        seen.steps.append(models)
        yield
        seen.steps.append("given back")

    def ask(subject):
        seen.steps.append("asked")
        return "report"

    monkeypatch.setattr(run, "rows", types.SimpleNamespace(take=take))
    patches = {"Subject": made, "kept": kept, "_ask": ask}
    patches["_try_call"] = lambda subject: seen.steps.append("called")
    for name, patch in patches.items():
        monkeypatch.setattr(run, name, patch)
    names = ("y_train", "y_valid", "encoder", "decoder", "loss", "mask_value")
    seen.report = run.run(model, "x", x_valid, **{**dict.fromkeys(names), **settings})
    assert seen.steps == [("whole", "trainer"), "called", "asked", "given back"]
    return seen


def test_all_arguments_arrive(monkeypatch):
    def model(x):
        return x

    rows = {"y_train": "y", "y_valid": "w", "mask_value": 3.0}
    seen = examined(monkeypatch, model, encoder="e", decoder="d", loss="l", **rows)
    assert seen.report == "report" and seen.made == (model, "rows", "e", "d", "l")
    assert seen.taken == ([model, "e", "d"], "x", "v", "y", "w", 3.0)
    seen = examined(monkeypatch, None, encoder="e", decoder="d")
    assert seen.made == (None, "rows", "e", "d", None)
    assert examined(monkeypatch, model).made == (model, "rows", None, None, None)


def test_targets_come_in_pairs(monkeypatch):
    for given in ({"y_train": "y"}, {"y_valid": "y"}):
        with pytest.raises(ValueError, match="both y_train and y_valid"):
            examined(monkeypatch, len, **given)
    assert examined(monkeypatch, len, x_valid=None, y_train="y").taken[2:5] == (None, "y", None)
    assert examined(monkeypatch, len, x_valid=None).report == "report"


def test_parts_without_a_model(monkeypatch):
    for one in ({"encoder": len}, {"decoder": len}, {}):
        with pytest.raises(ValueError, match="its two parts"):
            examined(monkeypatch, None, **one)


def test_an_object_that_holds_its_parts(monkeypatch):
    held = types.SimpleNamespace(encoder=len, decoder=abs)
    assert examined(monkeypatch, held).made == (None, "rows", len, abs, None)
    assert examined(monkeypatch, held, encoder=max, decoder=min).made[2:4] == (max, min)
    for parts in ({"encoder": len}, {"decoder": len}, {}, {"encoder": 1, "decoder": len}):
        with pytest.raises(ValueError, match="model is a SimpleNamespace, which cannot be called"):
            examined(monkeypatch, types.SimpleNamespace(**parts))


def refused(**model):
    """The message about a model that cannot be called, without its last sentence."""

    def outputs(x):
        assert len(x) == 2 and (x == ROWS[30:32]).all()
        raise TypeError("no")

    with pytest.raises(ValueError) as caught:
        run._try_call(Stub(outputs=outputs, model=types.SimpleNamespace(**model)))
    return str(caught.value).removesuffix(". Give the data as you give them to fit.")


def test_why_a_model_cannot_be_called():
    known = "The model cannot be called on rows of shape (6,); it is made for (5,): TypeError: no"
    plain = "The model cannot be called on rows of shape (6,): TypeError: no"
    assert refused(input_shape=(None, 5)) == known
    assert refused(input_shape=(None, 6)) == plain
    assert refused(input_shape=[(None, 5), (None, 6)]) == plain
    assert refused() == plain
    run._try_call(Stub(outputs=lambda x: x))
