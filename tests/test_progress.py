"""The line of progress, and what training says when something is wrong with the loss."""

import re
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
        return SimpleNamespace(update=lambda data, raw: updates.append(data["text/plain"]))

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
