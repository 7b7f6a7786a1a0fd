"""The line of progress, and what training says when something is wrong with the loss."""

import re
import sys
import warnings
from types import SimpleNamespace

import IPython
import IPython.display
import keras
import numpy as np
import pytest
from keras import layers

from aeutils import progress
from aeutils.training import fit

X = np.random.default_rng(0).random((64, 4), dtype=np.float32)


def make_model():
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((4,)), layers.Dense(4)])


def train(model, x=X, **options):
    defaults = {"loss": "mse", "valid": None, "epochs": 1, "jit_compile": False}
    return fit(model, x, **{**defaults, **options}).history


@pytest.fixture
def clock(monkeypatch):
    """Let a second pass between any two looks at the clock."""
    seconds = iter(range(100))
    clock = SimpleNamespace(perf_counter=lambda: next(seconds))
    monkeypatch.setattr(progress, "time", clock)


@pytest.fixture
def printed(monkeypatch):
    """Collect what is printed, and how."""
    calls = []
    monkeypatch.setattr(progress, "print", lambda *a, **k: calls.append((*a, k)), raising=False)
    return calls


def run_epochs(losses, times=None, label="", scale=(0.0, 1.0), **logs):
    """Call a line of progress as Keras does, each epoch ending at its time."""
    now = [100.0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(progress, "time", SimpleNamespace(perf_counter=lambda: now[0]))
        shown = progress.Progress(len(losses), 0.25, label, scale)
        for epoch, loss in enumerate(losses):
            now[0] = 100.0 + (times[epoch] if times else epoch)
            shown.on_epoch_begin(epoch)
            shown.on_epoch_end(epoch, of_epoch := {"loss": loss, **logs})
    return of_epoch


def test_line_is_shown_at_most_twice_a_second(printed):
    run_epochs([6.0, 5.0, 4.0, 3.0, 2.0], times=[0.5, 0.625, 1.0, 1.25, 1.375])
    assert printed == [
        ("\repoch 2 of 5, 0.6 s: loss 5", {"end": "", "flush": True}),
        ("\repoch 4 of 5, 1.2 s: loss 3", {"end": "", "flush": True}),
        ("\repoch 5 of 5, 1.4 s: loss 2", {"end": "\n", "flush": True}),
    ]


def test_line_has_all_values_of_the_epoch(printed):
    logs = run_epochs([0.123456], times=[2.04], label="narrow", val_loss=1234.56)
    assert [line for line, _ in printed] == [
        "\rnarrow: epoch 1 of 1, 2.0 s: loss 0.1235, val_loss 1235"
    ]
    assert logs["seconds"] == pytest.approx(2.04)


def test_line_needs_no_ipython(printed, monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython")
    run_epochs([2.0])
    assert printed == [("\repoch 1 of 1, 0.0 s: loss 2", {"end": "\n", "flush": True})]


@pytest.mark.parametrize("name", ["loss", "val_loss"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_loss_that_is_not_finite_is_named(name, value):
    with pytest.raises(FloatingPointError) as error:
        if name == "val_loss":
            run_epochs([1.0, 1.0], val_loss=value)
        shown = progress.Progress(3, 0.25, "", (0.0, 1.0))
        shown.on_epoch_begin(0)
        shown.on_train_batch_end(7, {"loss": value})
    assert str(error.value) == (
        f"The {name} became {value} in epoch 1. Lower learning_rate (now 0.25)."
    )


@pytest.mark.parametrize(
    ("scale", "told"),
    [((-10, 10), False), ((0, 10.5), True), ((-10.5, 0), True), ((11, 12), True), ((-9, 0), False)],
)
def test_scale_is_told_where_inputs_are_larger_than_ten(scale, told):
    with pytest.raises(FloatingPointError) as error:
        run_epochs([1.0], scale=scale, val_loss=float("nan"))
    scaled = f"The inputs run from {scale[0]:.4g} to {scale[1]:.4g}: scale them to about 0 to 1."
    assert (scaled in str(error.value)) is told
    assert "ower learning_rate (now 0.25)." in str(error.value)


@pytest.mark.parametrize(
    ("losses", "told"),
    [
        ([1000.9, 2000.0, 1000.0], True),
        ([1001.0, 1000.5, 1000.0], False),  # one thousandth of the last loss has moved
        ([999.1, 999.5, 1000.0], True),
        ([999.0, 999.5, 1000.0], False),
        ([-1000.9, -2000.0, -1000.0], True),
        ([0.5, 0.5, 0.5], True),
        ([0.5, 0.5], False),  # two epochs are too few to tell
        ([-1.0, 0.0, 1.0], False),
        ([0.0, 0.0, 1.0], False),
    ],
)
def test_loss_has_moved_by_a_thousandth_after_three_epochs(losses, told):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run_epochs(losses)
    assert [str(w.message).startswith("The loss hardly moved, from ") for w in caught] == [
        True
    ] * told


def test_progress_in_plain_python_is_one_line(clock, capsys):
    train(make_model(), epochs=3)
    out = capsys.readouterr().out
    assert out.count("\n") == 1 and out.endswith("\n")
    lines = [line.split(": ")[0] for line in out.strip().split("\r")]
    assert lines == ["epoch 1 of 3, 1.0 s", "epoch 2 of 3, 2.0 s", "epoch 3 of 3, 3.0 s"]


def test_progress_in_a_notebook_is_one_output(clock, monkeypatch, capsys):
    shown, updates = [], []

    def display(data, **options):
        shown.append((data["text/plain"], options))
        return SimpleNamespace(update=update)

    def update(data, raw):
        assert raw
        updates.append(data["text/plain"])

    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace())
    monkeypatch.setattr(IPython.display, "display", display)
    train(make_model(), epochs=3)
    assert len(shown) == 1 and len(updates) == 2
    assert shown[0][1] == {"raw": True, "display_id": True}
    assert re.fullmatch(r"epoch 1 of 3, 1\.0 s: loss [\d.]+", shown[0][0])
    assert updates[1].startswith("epoch 3 of 3, 3.0 s: loss ")
    assert capsys.readouterr().out == ""


def test_progress_is_not_shown_after_each_of_many_short_epochs(monkeypatch, capsys):
    monkeypatch.setattr(progress, "time", SimpleNamespace(perf_counter=lambda: 0.0))
    train(make_model(), epochs=3)
    assert capsys.readouterr().out.count("epoch") == 1


def test_line_of_progress_begins_with_the_label(capsys):
    train(make_model(), label="textbook")
    assert capsys.readouterr().out.strip().startswith("textbook: epoch 1 of 1, ")


def test_shorter_line_leaves_nothing_of_a_longer_one(capsys):
    shown = progress.Progress(2, 0.1, "", (0.0, 1.0))
    for epoch, loss in ((1, 0.6347), (2, 0.5)):
        shown.epoch = epoch
        shown._show({"loss": loss, "seconds": 1.0})
    assert len({len(line) for line in capsys.readouterr().out.strip("\r\n").split("\r")}) == 1


def test_validation_that_diverges_alone():
    class Bad(layers.Layer):
        def call(self, x, training=False):
            return x if training else x / keras.ops.zeros_like(x)

    model = keras.Sequential([keras.Input((4,)), layers.Dense(4), Bad()])
    with pytest.raises(FloatingPointError, match="The val_loss became (inf|nan) in epoch 1"):
        train(model, valid=X[:8])


def test_divergence_on_a_table_that_is_not_scaled_speaks_of_the_scale():
    table = X * [1, 10, 1e4, 1e18]
    with pytest.raises(FloatingPointError, match=r"The inputs run from .* to 9\.\d+e\+17: scale"):
        train(make_model(), table, epochs=3, optimizer="sgd", learning_rate=1.0)


@pytest.mark.parametrize(("rate", "warned"), [(1e-7, True), (0.05, False)])
def test_loss_that_hardly_moves(rate, warned):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        train(make_model(), epochs=5, learning_rate=rate)
    found = [str(w.message) for w in caught if "hardly moved" in str(w.message)]
    assert bool(found) is warned
    assert not warned or f"raise learning_rate (now {rate})" in found[0]


def test_loss_that_hardly_moves_is_told_once_where_inputs_are_drawn():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        train(make_model(), lambda: X, epochs=4, learning_rate=1e-7)
    assert sum("hardly moved" in str(w.message) for w in caught) == 1
