"""Data out of reach, gaps, leaks, shapes that only broadcasting fits, logits for probabilities."""

import math
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from checkup_cases import AXES, SIZE, X, copier, dense, subject, verdict
from checkup_stub import Stub, always, data, said
from keras import layers

from aeutils.checkup import data_checks
from aeutils.checkup.data import take
from aeutils.checkup.subject import Subject

UNIT = ((X - X.min()) / np.ptp(X)).astype("float32")


def behind(activation, loss="mse"):
    """A model with this last activation, of weights by which a sigmoid gives no edge."""
    last = dense(0.1 * AXES.T, activation=activation)
    model = keras.Sequential([keras.Input((SIZE,)), dense(AXES), last])
    model.compile("adam", loss)
    return model


@pytest.mark.parametrize(
    "activation, loss, x, expected",
    [
        ("sigmoid", "mse", 255 * UNIT, "wrong"),
        ("sigmoid", "binary_crossentropy", 255 * UNIT, "wrong"),
        (None, keras.losses.BinaryCrossentropy(from_logits=True), X, "wrong"),
        ("sigmoid", "mse", X, "wrong"),
        ("relu", "mse", X, "wrong"),
        ("tanh", "mse", UNIT, "look"),
        (None, "mse", np.round(255 * UNIT), "look"),
        ("sigmoid", "binary_crossentropy", UNIT, "fine"),
        ("relu", "mse", UNIT, "fine"),
        (None, "mse", X, "fine"),
    ],
)
def test_data_range(activation, loss, x, expected):
    assert verdict(data_checks.data_range(subject(behind(activation, loss), x))) == expected


@pytest.mark.parametrize(
    "activation, high, expected",
    [("sigmoid", 1, "fine"), ("relu", 99, "fine"), ("relu", 255, "look")],
)
def test_data_range_of_bytes(activation, high, expected):
    x = np.random.default_rng(0).integers(0, high + 1, X.shape).astype("uint8")
    assert verdict(data_checks.data_range(subject(behind(activation), x))) == expected


def test_data_range_of_one_loud_column():
    loud = X * np.where(np.arange(SIZE) == 3, 1e4, 1).astype("float32")
    outcome = data_checks.data_range(subject(copier(), loud))
    assert outcome.verdict == "look" and "100%" in outcome.measured


@pytest.mark.parametrize(
    "train, valid, expected",
    [
        (UNIT, 255 * UNIT, "wrong"),
        (255 * UNIT, UNIT, "wrong"),
        (UNIT, 2 * UNIT - 1, "wrong"),
        (UNIT, UNIT, "fine"),
        (UNIT, UNIT + 0.05, "fine"),
    ],
)
def test_data_range_of_two_sets(train, valid, expected):
    model = copier()
    rows = Subject(model, take(model, train[:300], valid[300:], None, None, None))
    outcome = data_checks.data_range(rows)
    assert outcome.verdict == expected
    assert ("rows lie outside of" in outcome.measured) == (expected == "wrong")


def test_data_range_of_a_set_that_is_a_little_larger():
    full = UNIT.copy()
    full[:, 0] = 1  # the largest value, in each row
    full[300:] *= 1.05
    assert verdict(data_checks.data_range(subject(copier(), full))) == "fine"


def test_data_range_of_two_sets_with_a_few_rows_far_out():
    some = UNIT.copy()
    some[300:320] *= 10
    assert verdict(data_checks.data_range(subject(copier(), some))) == "fine"
    targets = {"y_train": UNIT[:300], "y_valid": 255 * UNIT[300:]}
    outcome = data_checks.data_range(subject(copier(), UNIT, **targets))
    assert outcome.verdict == "wrong" and outcome.measured.startswith("targets of 100%")


def test_data_range_behind_a_layer_that_scales():
    model = keras.Sequential([*behind("sigmoid").layers, layers.Rescaling(255.0)])
    assert verdict(data_checks.data_range(subject(model, 250 * UNIT))) == "fine"


def test_pixels_that_the_model_scales_itself():
    pixels = np.round(255 * UNIT)
    plain = behind(None)
    scaled = keras.Sequential([keras.Input((SIZE,)), layers.Rescaling(1 / 255), *plain.layers])
    assert "Divide them" in data_checks.data_range(subject(plain, pixels)).advice
    assert verdict(data_checks.data_range(subject(scaled, pixels))) == "fine"


def test_not_finite():
    gaps = X.copy()
    gaps[:2, 0] = np.nan
    outcome = data_checks.not_finite(subject(copier(), gaps))
    assert outcome.verdict == "wrong" and "2 rows of x_train" in outcome.measured
    spoilt = copier()
    spoilt.layers[0].bias.assign(np.full(AXES.shape[1], np.nan))
    outcome = data_checks.not_finite(subject(spoilt))
    assert outcome.verdict == "wrong" and "weights" in outcome.measured
    large = copier()
    large.layers[-1].activation = keras.ops.log
    assert "outputs" in data_checks.not_finite(subject(large)).measured
    assert verdict(data_checks.not_finite(subject(copier()))) == "fine"


def test_constant_columns():
    still = X.copy()
    still[:, :2] = 3.0
    outcome = data_checks.constant_columns(subject(copier(), still))
    assert outcome.verdict == "look" and outcome.measured == f"2 of {SIZE}"
    assert verdict(data_checks.constant_columns(subject(copier(), np.ones_like(X)))) == "wrong"
    assert verdict(data_checks.constant_columns(subject(copier()))) == "fine"
    moved = X.copy()
    moved[:300, :2] = 3.0
    images = moved.reshape(400, 4, 6)
    model = keras.Sequential([keras.Input((4, 6)), layers.Flatten(), layers.Reshape((4, 6))])
    assert "2 of them change" in data_checks.constant_columns(subject(model, images)).measured


@pytest.mark.parametrize(
    "train, valid, expected",
    [(0, 0, "fine"), (0, 2, "fine"), (0, 5, "fine"), (0, 60, "wrong"), (3, 60, "fine")],
)
def test_columns_that_were_lost_in_training(train, valid, expected):
    """An empty margin has a few pixels in some image, and they may all stand in one set."""
    images = np.abs(np.concatenate([X, X, X], axis=1))
    images[:, :3] = 0
    images[:train, :3] = 1
    images[300 : 300 + valid, :3] = 1
    model = keras.Sequential([keras.Input((3 * SIZE,)), layers.Dense(3), layers.Dense(3 * SIZE)])
    assert verdict(data_checks.constant_columns(subject(model, images))) == expected


@pytest.mark.parametrize("shared, expected", [(0, "fine"), (5, "look"), (50, "wrong")])
def test_duplicates(shared, expected):
    new = X[300:].copy()
    new[:shared] = X[:shared]
    rows = Subject(copier(), take(copier(), X[:300], new, None, None, None))
    assert verdict(data_checks.duplicates(rows)) == expected


def test_duplicates_that_the_data_have_by_themselves():
    few = X[np.random.default_rng(0).integers(0, 30, 400)]
    assert verdict(data_checks.duplicates(subject(copier(), few))) == "fine"


def test_shapes():
    narrow = keras.Sequential([keras.Input((SIZE,)), layers.Dense(1)])
    assert verdict(data_checks.shapes(subject(narrow))) == "wrong"
    other = keras.Sequential([keras.Input((SIZE,)), layers.Dense(7)])
    assert verdict(data_checks.shapes(subject(other))) == "wrong"
    targets = {"y_train": 2 * X[:300], "y_valid": 2 * X[300:]}
    assert verdict(data_checks.shapes(subject(other, **targets))) == "look"
    flat = keras.Sequential([keras.Input((4, 6)), layers.Flatten()])
    assert verdict(data_checks.shapes(subject(flat, X.reshape(400, 4, 6)))) == "fine"
    assert verdict(data_checks.shapes(subject(copier()))) == "fine"


@pytest.mark.parametrize(
    "activation, from_logits, expected",
    [("sigmoid", True, "wrong"), (None, False, "wrong"), (None, True, "fine")]
    + [("sigmoid", False, "fine")],
)
def test_logits(activation, from_logits, expected):
    loss = keras.losses.BinaryCrossentropy(from_logits=from_logits)
    assert verdict(data_checks.logits(subject(behind(activation, loss), UNIT))) == expected


def test_logits_keeps_silent_without_a_cross_entropy():
    assert data_checks.logits(subject(behind(None))) is None


def test_numbers_of_words_have_no_range():
    words = np.random.default_rng(0).integers(1, 9, (100, 5))
    speaker = keras.Sequential([keras.Input((5,)), layers.Embedding(9, 2), layers.Dense(9)])
    asked = subject(speaker, words)
    assert data_checks.data_range(asked) is None
    assert data_checks.constant_columns(asked) is None


def test_duplicates_keep_silent_for_rows_of_another_size():
    asked = subject(copier())
    asked.data.given["x_train"] = X[:, :5]
    assert data_checks.duplicates(asked) is None


def of_range(low, high, **answers):
    """What is said of targets that go from one number to another."""
    rows = np.tile([[low, high], [high, low]], (4, 1))
    kind = answers.pop("kind", "images")
    return said(data_checks.data_range(Stub(data(rows, rows, kind=kind), **answers)))


@pytest.mark.parametrize(
    "activation, low, high",
    [
        ("sigmoid", 0, 1),
        ("hard_sigmoid", 0, 1),
        ("softmax", 0, 1),
        ("relu", 0, None),
        ("relu6", 0, 6),
        ("softplus", 0, None),
        ("exponential", 0, None),
        ("tanh", -1, 1),
        (None, None, None),
        ("linear", None, None),
    ],
)
def test_each_activation_reaches_from_one_end_to_the_other(activation, low, high):
    ends = [-50.5 if low is None else float(low), 50.5 if high is None else float(high)]
    measured = f"targets from {ends[0]:.4g} to {ends[1]:.4g}"
    assert of_range(*ends, output_activation=activation) == ("fine", measured)
    if low is not None:
        assert of_range(low - 1.0, ends[1], output_activation=activation)[0] != "fine"
    if high is not None:
        assert of_range(ends[0], high + 1.0, output_activation=activation)[0] != "fine"


@pytest.mark.parametrize(
    "low, high, loss, expected",
    [
        (-0.01, 1.01, "binary_crossentropy", "fine"),
        (-0.0101, 1.0, "binary_crossentropy", "wrong"),
        (0.0, 1.0101, "binary_crossentropy", "wrong"),
        (0.0, 1.0101, "binary_focal_crossentropy", "wrong"),
        (-0.0101, 1.0101, "mse", "fine"),
        (-0.0101, 1.0101, "categorical_crossentropy", "fine"),
    ],
)
def test_a_cross_entropy_asks_for_targets_between_0_and_1(low, high, loss, expected):
    found, measured = of_range(low, high, loss=loss)
    assert found == expected
    assert measured.endswith(", with a cross-entropy") == (expected == "wrong")


@pytest.mark.parametrize(
    "missed, expected", [(0.0, "fine"), (0.001, "look"), (0.01, "look"), (0.011, "wrong")]
)
def test_how_much_is_out_of_reach(monkeypatch, missed, expected):
    monkeypatch.setattr(data_checks, "_out_of_reach", always(missed))
    found, measured = of_range(0.0, 1.0, output_activation="relu")
    assert found == expected
    assert measured == {
        "fine": "targets from 0 to 1",
        "look": "targets from 0 to 1, behind relu",
        "wrong": "targets from 0 to 1, behind relu: 1% of their squares out of reach",
    }.get(found)


@pytest.mark.parametrize(
    "low, high, expected",
    [
        (0.0, 100.0, "fine"),
        (0.0, 101.0, "look"),
        (0.0, 255.0, "look"),
        (0.0, 256.0, "fine"),
        (-1.0, 255.0, "fine"),
        (0.5, 255.0, "fine"),
        (0.0, 1.0, "fine"),
    ],
)
def test_whole_numbers_up_to_255_look_like_pixels(low, high, expected):
    assert of_range(low, high) == (expected, f"targets from {low:g} to {high:g}")
    scaled = SimpleNamespace(layer=layers.Rescaling(1 / 255))
    assert of_range(low, high, first_step=scaled)[0] == "fine"
    plain = SimpleNamespace(layer=layers.Dense(2))
    assert of_range(low, high, first_step=plain)[0] == expected


def test_behind_tanh_half_of_the_range_is_not_used():
    assert of_range(0.0, 1.0, output_activation="tanh") == (
        "look",
        "targets from 0 to 1, behind tanh",
    )
    assert of_range(-0.1, 1.0, output_activation="tanh")[0] == "fine"
    assert of_range(0.0, 1.0, output_activation="sigmoid")[0] == "fine"


def test_tokens_have_no_range_and_padding_is_no_target():
    assert of_range(0.0, 300.0, kind="tokens") is None
    steps = np.array([[1.0, 2.0, -9.0], [2.0, 1.0, 2.0]])[..., None]
    rows = data(steps, steps, kind="sequences", mask_value=-9.0)
    assert said(data_checks.data_range(Stub(rows))) == ("fine", "targets from 1 to 2")


@pytest.mark.parametrize(
    "valid, expected",
    [
        ([0.75, 3.25], ""),
        ([0.799, 0.799], "inputs of 100% of the validation rows lie outside of 1 to 3"),
        ([3.201, 3.201], "inputs of 100% of the validation rows lie outside of 1 to 3"),
        ([0.801, 3.199], ""),
    ],
)
def test_sets_apart_by_a_tenth_of_the_range(valid, expected):
    train = np.tile([[1.0, 2.0], [2.0, 3.0], [0.9, 3.1]], (40, 1)).clip(1, 3)
    valid = np.stack([np.array(valid), [2.0, 2.0]] if valid[0] != valid[1] else [valid, valid])
    found = data_checks._sets_apart(data(train, np.tile(valid, (20, 1))))
    assert found == (f"{expected}, where the other set is" if expected else "")


def test_the_tenth_itself_is_allowed():
    train = np.tile([[0.0], [10.0]], (40, 1))
    for end in (-1.0, 11.0):
        valid = np.concatenate([train[:10], np.full((70, 1), end)])
        assert data_checks._sets_apart(data(train, valid)) == ""
        valid[10:] *= 1.001
        beyond = data_checks._sets_apart(data(train, valid))
        assert beyond.startswith("inputs of 88% of the validation rows")


def test_more_than_half_of_the_rows_have_to_lie_apart():
    train = np.tile([[0.0, 1.0], [1.0, 0.0]], (50, 1))
    valid = np.tile([[0.5, 0.5], [9.0, 0.5]], (20, 1))
    assert data_checks._sets_apart(data(train, valid)) == ""
    valid[0] = 9.0
    assert data_checks._sets_apart(data(train, valid)).startswith("inputs of 52% of the valid")


def test_sets_apart_in_their_targets_or_in_the_training_rows():
    same, far = np.tile([[0.0, 1.0], [1.0, 0.0]], (30, 1)), np.full((60, 2), 7.0)
    assert data_checks._sets_apart(data(same, same, same, same)) == ""
    words = "targets of 100% of the validation rows lie outside of 0 to 1, where the other set is"
    assert data_checks._sets_apart(data(same, same, same, far)) == words
    both = np.concatenate([same, far])
    words = "inputs of 67% of the training rows lie outside of 0 to 1, where the other set is"
    assert data_checks._sets_apart(data(np.concatenate([both, far]), np.tile(same, (2, 1)))) == (
        "inputs of 67% of the training rows lie outside of 0 to 1, where the other set is"
    )
    assert data_checks._sets_apart(data(both[:80], both)) == ""
    apart = said(data_checks.data_range(Stub(data(same, far))))
    assert apart[0] == "wrong" and apart[1].startswith("inputs of 100%")


def test_a_chance_of_one_in_a_million_is_none(monkeypatch):
    same, far = np.tile([[0.0, 1.0], [1.0, 0.0]], (30, 1)), np.full((60, 2), 7.0)
    for chance, apart in ((np.log(1e-6), False), (np.log(0.9e-6), True), (-1.0, False)):
        monkeypatch.setattr(data_checks, "_log_chance", always(chance))
        assert bool(data_checks._sets_apart(data(same, far))) is apart


@pytest.mark.parametrize("moved, train, valid", [(1, 5, 3), (3, 5, 3), (2, 90, 7), (0, 4, 4)])
def test_the_chance_that_rows_come_to_one_set(moved, train, valid):
    known = math.comb(valid, moved) / math.comb(train + valid, moved)
    found = data_checks._log_chance(np.array([moved, 0]), train, valid)
    np.testing.assert_allclose(np.exp(found), [known, 1], rtol=1e-9)


def test_out_of_reach_is_a_share_of_the_variance():
    target = np.random.default_rng(0).normal(3, 2, size=(50, 3)).astype("float32") + 1000
    beyond = np.maximum(1000 - target, 0) + np.maximum(target - 1003, 0)
    known = np.mean(beyond.astype("float64") ** 2) / target.astype("float64").var()
    assert data_checks._out_of_reach(target, (1000, 1003)) == pytest.approx(known, rel=1e-13)


@pytest.mark.parametrize(
    "end, reach, out",
    [
        (-0.002, (0, 2), False),
        (-0.0021, (0, 2), True),
        (2.0019, (0, 2), False),
        (2.0021, (0, 2), True),
        (-1.0015, (-1, 1), False),
        (-0.001, (0, np.inf), False),
        (-0.0011, (0, np.inf), True),
        (-9.0, (-np.inf, np.inf), False),
    ],
)
def test_rounding_is_not_out_of_reach(end, reach, out):
    assert (data_checks._out_of_reach(np.array([[0.5, end]]), reach) > 0) is out
    assert data_checks._out_of_reach(np.full((2, 2), end), reach) == 0


def test_the_repair_depends_on_the_range():
    assert data_checks._repair(101.0) == "Divide pixels of 0 to 255 by 255."
    assert data_checks._repair(100.0).startswith("Take an output without activation")


@pytest.mark.parametrize("widest, expected", [(50.0, "fine"), (50.0005, "look"), (0.5, "fine")])
def test_one_column_outweighs_the_others(widest, expected):
    rows = np.array([[0.5, -0.5, widest, 3.0], [-0.5, 0.5, -widest, 3.0]])
    outcome = data_checks._columns(data(rows, rows), "so")
    many = "; one column has 100% of all variance" if expected == "look" else ""
    assert said(outcome) == (expected, f"so{many}")
    assert verdict(data_checks._columns(data(rows, rows, kind="images"), "so")) == "fine"


def test_columns_that_are_few_or_far_from_zero():
    constant = np.ones((3, 2))
    assert verdict(data_checks._columns(data(constant, constant), "")) == "fine"
    with_one_more = np.array([[0.5, 3.0, 50.0005], [-0.5, 3.0, -50.0005]])
    assert verdict(data_checks._columns(data(with_one_more, with_one_more), "")) == "fine"
    far = np.array([[2.0**24, 2.0**24, 100.001], [2.0**24 + 2, 2.0**24 + 2, -100.001]], "float32")
    assert verdict(data_checks._columns(data(far, far), "")) == "look"


def finite(given=None, weights=(), raw=None):
    """What is said of values that are not finite."""
    rows = data(given=given or {"x_train": np.ones((3, 2), int)})
    weights = [keras.Variable(value, name=f"w{k}") for k, value in enumerate(weights)]
    raw = np.ones((4, 3)) if raw is None else raw
    model = SimpleNamespace(weights=weights)
    return said(data_checks.not_finite(Stub(rows, model=model, raw_valid=raw)))


def test_not_finite_is_counted_in_rows_weights_and_outputs():
    assert finite() == ("fine", "none in data, weights and outputs")
    gaps = np.array([[np.nan, np.inf], [0, 1], [np.inf, 0]])
    whole = np.ones((3, 2))
    given = {"x_train": gaps, "x_valid": whole, "y_train": gaps[:2]}
    assert finite(given) == ("wrong", "2 rows of x_train, 1 rows of y_train")
    assert finite(raw=gaps) == ("wrong", "outputs of 2 of 3 validation rows")
    found = finite(weights=[np.ones(2), np.array([1, np.nan]), np.array(np.inf)])
    assert found == ("wrong", "2 weights, the first w1")


def columns(train, valid=None, kind="table", **settings):
    """What is said of columns that never change."""
    train = np.asarray(train)
    valid = train[:4] if valid is None else np.asarray(valid)
    return said(data_checks.constant_columns(Stub(data(train, valid, kind=kind), **settings)))


def test_a_constant_column_of_a_table():
    rows = np.random.default_rng(0).normal(size=(20, 63))
    assert columns(rows) == ("fine", "0 of 63")
    rows[:, 5] = -9.0
    assert columns(rows) == ("look", "1 of 63")
    assert columns(rows, kind="images")[0] == "fine"
    assert columns(rows, kind="tokens") is columns(rows, kind="sequences") is None
    flat = np.concatenate([rows, rows[:, :1]], axis=1)
    assert columns(flat) == ("fine", "1 of 64")
    flat[:, 5] = 0.0  # no margin: other columns are lower
    assert columns(flat) == ("look", "1 of 64")
    same = np.tile(np.arange(5.0), (20, 1))
    assert columns(same) == ("wrong", "5 of 5")


@pytest.mark.parametrize("changed, expected", [(0, "fine"), (5, "fine"), (6, "look")])
def test_columns_that_change_in_the_validation_rows_alone(monkeypatch, changed, expected):
    monkeypatch.setattr(data_checks, "_log_chance", lambda moved, *_: 0.0 * moved)
    train = np.random.default_rng(0).normal(size=(20, 100))
    train[:, 20:40] = 0
    valid = train.copy()
    valid[:1, 20 : 20 + changed] = 1
    more = f"; {changed} of them change in the validation rows" if changed else ""
    assert columns(train, valid, kind="images") == (expected, f"20 of 100{more}")


def test_columns_that_were_lost(monkeypatch):
    train = np.random.default_rng(0).normal(size=(200, 100))
    train[:, 20:22] = 0
    valid = np.random.default_rng(1).normal(size=(50, 100))
    lost = "2 of 100; 2 of them change in the validation rows, 2 of them in up to 100% of these"
    assert columns(train, valid) == ("wrong", lost)
    valid[:25, 20] = 0
    assert columns(train, valid) == ("wrong", lost)
    train[:, 21] = np.linspace(0, 1, 200)
    assert columns(train, valid) == ("look", "1 of 100; 1 of them change in the validation rows")


def test_the_chance_counts_all_columns(monkeypatch):
    limit = np.log(1e-6)
    size = next(n for n in range(20, 99) if limit - np.log(n) + np.log(n) == limit)
    rows = np.random.default_rng(0).normal(size=(20, size))
    rows[:, :5] = 0
    for chance, found in ((limit, "fine"), (np.log(0.9e-6), "wrong")):
        chance = chance - np.log(size)
        monkeypatch.setattr(data_checks, "_log_chance", always(np.full(size, chance)))
        assert columns(rows, kind="images")[0] == found


def shared(rows, repeated, of=100, **parts):
    """What is said where so many of the validation rows, and of the training rows, are known."""
    train = np.arange(2.0 * of).reshape(of, 2)
    train[of - repeated :] = train[:repeated]
    valid = -1 - np.arange(2.0 * of).reshape(of, 2)
    valid[:rows] = train[:rows]
    return said(data_checks.duplicates(Stub(data(train, valid, **parts))))


@pytest.mark.parametrize(
    "rows, repeated, expected",
    [
        (1, 0, ("fine", "1.0% of the validation rows")),
        (2, 0, ("look", "2.0% of the validation rows")),
        (10, 0, ("look", "10.0% of the validation rows")),
        (11, 0, ("wrong", "11.0% of the validation rows")),
        (25, 10, ("look", "25.0% of the validation rows; 10.0% of the training rows repeat ano")),
        (19, 10, ("fine", "19.0% of the validation rows; 10.0% of the training rows repeat ano")),
        (40, 10, ("wrong", "40.0% of the validation rows; 10.0% of the training rows repeat an")),
    ],
)
def test_shares_of_rows_in_both_sets(rows, repeated, expected):
    found, measured = shared(rows, repeated)
    assert found == expected[0] and measured.startswith(expected[1])
    assert ("repeat" in measured) == (repeated > 0)


def test_one_repeated_row_in_a_thousand_is_not_told():
    assert shared(0, 1, of=1000) == ("fine", "0.0% of the validation rows")
    assert "0.2% of the training rows repeat another one" in shared(0, 2, of=1000)[1]


@pytest.mark.parametrize("kinds", [("float64", "float32"), ("float32", "float64")])
def test_duplicates_of_another_precision(kinds):
    x = np.random.default_rng(0).normal(size=(20, 2))
    leaked = Stub(data(x.astype(kinds[0]), x.astype(kinds[1])))
    assert said(data_checks.duplicates(leaked)) == ("wrong", "100.0% of the validation rows")


def test_duplicates_are_those_of_the_targets():
    x, y = np.arange(40.0).reshape(20, 2), np.arange(60).reshape(20, 3)
    clean = Stub(data(x, x, y, -1 - y))
    assert said(data_checks.duplicates(clean)) == ("fine", "0.0% of the validation rows")
    leaked = Stub(data(x, -1 - x, y, y.astype("float32")))
    assert said(data_checks.duplicates(leaked)) == ("wrong", "100.0% of the validation rows")
    assert data_checks.duplicates(Stub(data(x, y.astype(float)))) is None


@pytest.mark.parametrize(
    "output, target, expected",
    [
        ((6,), (6,), ("fine", "(6,)")),
        ((2, 3), (6,), ("fine", "the model gives (2, 3) for a target of (6,): as many values")),
        ((6, 1), (6, 2), ("wrong", "the model gives (6, 1) for a target of (6, 2)")),
        ((6, 3), (6, 2), ("wrong", "the model gives (6, 3) for a target of (6, 2)")),
    ],
)
def test_shapes_that_fit(output, target, expected):
    rows = data(np.ones((4, *target)), np.ones((4, *target)))
    outcome = data_checks.shapes(Stub(rows, raw_valid=np.ones((4, *output))))
    assert said(outcome) == expected
    assert ("Broadcasting" in outcome.advice) == (output == (6, 1))


def test_shapes_of_tokens_and_of_other_targets():
    words = data(np.ones((4, 6)), np.ones((4, 6)), kind="tokens")
    assert said(data_checks.shapes(Stub(words))) == ("fine", "(6,)")
    assert data_checks.shapes(Stub(words, raw_valid=np.ones((4, 6, 50)))) is None
    assert data_checks.shapes(Stub(words, raw_valid=np.ones((4, 2, 3)))) is None
    other = data(np.ones((4, 6)), np.ones((4, 6)), np.ones((4, 5)), np.ones((4, 5)))
    outcome = data_checks.shapes(Stub(other, raw_valid=np.ones((4, 6))))
    assert said(outcome) == ("look", "the model gives (6,) for a target of (5,)")


LOGITS = keras.losses.BinaryCrossentropy(from_logits=True)


@pytest.mark.parametrize(
    "loss, activation, outside, expected",
    [
        ("mse", "sigmoid", 0, None),
        (LOGITS, "sigmoid", 0, ("wrong", "the loss takes logits, and the last activation is sig")),
        (LOGITS, "hard_sigmoid", 0, ("wrong", "the loss takes logits, and the last activation ")),
        (LOGITS, "softmax", 0, ("wrong", "the loss takes logits, and the last activation is sof")),
        (LOGITS, "linear", 9, ("fine", "the loss takes logits; the last activation is linear")),
        (LOGITS, None, 9, ("fine", "the loss takes logits; the last activation is not known")),
        ("binary_crossentropy", None, 1, ("fine", "the loss takes probabilities; the last act")),
        ("categorical_crossentropy", None, 2, ("wrong", "the loss takes probabilities, and 0% ")),
        ("sparse_categorical_crossentropy", None, 2, ("wrong", "the loss takes probabilities, ")),
    ],
)
@pytest.mark.parametrize("far", [-0.01, 1.01])
def test_what_a_cross_entropy_takes(loss, activation, outside, expected, far):
    raw = np.tile([0.0, 1.0], (500, 1))
    raw.flat[:outside] = far
    outcome = said(data_checks.logits(Stub(loss=loss, output_activation=activation, raw_valid=raw)))
    assert outcome == expected or (outcome[0] == expected[0] and outcome[1].startswith(expected[1]))
