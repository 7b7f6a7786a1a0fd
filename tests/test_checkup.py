"""`examine` for models of any kind: what it finds, what it leaves as it was, what it refuses."""

import re
from pathlib import Path

import keras
import numpy as np
import pytest
from checkup_cases import AXES, SIZE, Variational, X, copier, dense
from contract_cells import ROOT
from keras import layers, ops

from aeutils import examine
from aeutils.checkup import run
from aeutils.checkup.findings import CHECKS

TRAIN, VALID = X[:300], X[300:]


class Subclassed(keras.Model):
    def __init__(self, outputs=1):
        super().__init__()
        self.first, self.last, self.outputs = dense(AXES), dense(AXES.T), outputs

    def call(self, x):
        z = self.first(x)
        copies = self.last(z)
        return {1: copies, 2: (copies, z), 4: {"copies": copies, "code": z}}[self.outputs]


class TwoParts:
    def __init__(self):
        self.encoder = keras.Sequential([keras.Input((SIZE,)), dense(AXES)])
        self.decoder = keras.Sequential([keras.Input((3,)), dense(AXES.T)])


def functional():
    x = keras.Input((SIZE,))
    return keras.Model(x, dense(AXES.T)(dense(AXES)(x)))


def loaded(folder):
    model = functional()
    model.compile("adam", "mse")
    model.optimizer.iterations.assign(1)
    model.save(folder / "model.keras")
    return keras.models.load_model(folder / "model.keras")


KINDS = {
    "sequential": lambda folder: copier(),
    "functional": lambda folder: functional(),
    "subclassed": lambda folder: Subclassed(),
    "tuple": lambda folder: Subclassed(2),
    "dict": lambda folder: Subclassed(4),
    "loaded": loaded,
    "two parts": lambda folder: TwoParts(),
    "variational": lambda folder: Variational(),
}


@pytest.mark.parametrize("kind", KINDS)
def test_healthy_models_of_any_kind(kind, tmp_path, capsys):
    report = examine(KINDS[kind](tmp_path), TRAIN, VALID)
    assert [f for f in report.findings if f.verdict == "wrong"] == []
    assert not report.notes
    assert report["mean_error"].verdict == "fine"
    assert "mean row" in capsys.readouterr().out


def test_pair_by_arguments():
    parts = TwoParts()
    report = examine(x_train=TRAIN, encoder=parts.encoder, decoder=parts.decoder)
    assert report["mean_error"].verdict == "fine" and not report.notes


def test_functions_as_a_pair():
    report = examine(
        x_train=TRAIN,
        encoder=lambda x: ops.matmul(x, AXES),
        decoder=lambda z: ops.matmul(z, AXES.T),
    )
    assert report["mean_error"].verdict == "fine"


def test_state_stays():
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [keras.Input((SIZE,)), layers.BatchNormalization(), layers.GaussianNoise(0.1)]
        + [layers.Dense(3), layers.Dropout(0.1), layers.Dense(SIZE)]
    )
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(TRAIN, TRAIN, epochs=1, verbose=0)
    variables = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
    before = [ops.convert_to_numpy(v).copy() for v in variables]
    flags = [layer.trainable for layer in model.layers]
    own = [set(layer.__dict__) for layer in model.layers]
    examine(model, TRAIN, VALID)
    for old, variable in zip(before, variables, strict=True):
        np.testing.assert_array_equal(old, ops.convert_to_numpy(variable))
    assert flags == [layer.trainable for layer in model.layers]
    assert own == [set(layer.__dict__) for layer in model.layers]
    np.testing.assert_array_equal(TRAIN, X[:300])


def test_fault_of_the_pitfalls_are_wrong():
    model = keras.Sequential([keras.Input((SIZE,)), dense(AXES), dense(AXES.T, activation="relu")])
    model.compile("adadelta", "mse")
    report = examine(model, TRAIN, TRAIN[:50])
    found = {f.key for f in report.findings if f.verdict == "wrong"}
    assert {"data_range", "duplicates"} <= found


def test_an_untrained_model_gets_no_verdict_for_its_error():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((SIZE,)), layers.Dense(8, "relu"), layers.Dense(SIZE)])
    for compiled in (False, True):
        if compiled:
            model.compile("adam", "mse")
        report = examine(model, TRAIN, VALID)
        assert "wrong" not in {f.verdict for f in report.findings}
        assert report["loss_at_start"].verdict == "fine"


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({}, "Give a model"),
        ({"model": 3, "x_train": TRAIN}, "model is a int"),
        ({"model": copier()}, "x_train is missing"),
        ({"model": copier(), "x_train": TRAIN[:5], "x_valid": VALID}, "5 finite rows"),
        ({"model": copier(), "x_train": TRAIN[:, 0]}, "has shape (300,), no more than one number"),
        ({"model": copier(), "x_train": TRAIN[:0]}, "not a single row"),
        ({"model": copier(), "x_train": (TRAIN, VALID)}, "tuple of 2 arrays; give them one by one"),
        ({"model": copier(), "x_train": TRAIN[:, :5]}, "it is made for (24,)"),
        ({"model": copier(), "x_train": TRAIN, "y_train": VALID}, "must match"),
        ({"model": copier(), "x_train": TRAIN, "x_valid": VALID, "y_train": TRAIN}, "y_valid"),
        ({"model": copier(), "x_train": [["a"]] * 9}, "not numbers"),
        ({"model": copier(), "x_train": TRAIN[:, :5]}, "cannot be called on rows of shape (5,)"),
        ({"encoder": copier(), "x_train": TRAIN}, "Give a model"),
    ],
)
def test_input_that_is_refused(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        examine(**arguments)


def anchors(page: Path) -> set[str]:
    """The anchors that the headings of a page get."""
    heads = re.findall(r'"#{1,4} (.*?)(?:\\n)?"', page.read_text("utf-8"))
    heads += re.findall(r"^#{1,4} (.*)$", page.read_text("utf-8"), re.M)
    plain = (re.sub(r"[^\w\- ]", "", head.lower()) for head in heads)
    return {head.strip().replace(" ", "-") for head in plain}


def test_links_lead_to_headings():
    for module in run.MODULES:
        __import__(f"aeutils.checkup.{module}")
    for check in CHECKS:
        page, _, anchor = check.link.partition("#")
        path = ROOT / "book" / page
        assert path.exists(), check.link
        assert not anchor or anchor in anchors(path), check.link


def test_every_check_has_a_key_of_its_own():
    keys = [check.key for check in CHECKS]
    assert len(keys) == len(set(keys)) > 30
