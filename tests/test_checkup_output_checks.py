"""Outputs that are one for all or at an edge, code units that are off, layers at their edges."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from checkup_cases import AXES, SIZE, X, copier, dense, subject, verdict
from checkup_stub import ROWS, Stub, always, data, said, step
from keras import layers

from aeutils.checkup import output_checks

POSITIVE = np.abs(X)


def relu_output(off):
    """A model whose first outputs are 0 for every row."""
    bias = np.where(np.arange(SIZE) < off, -100.0, 0.3)
    parts = [dense(AXES), dense(AXES.T, bias=bias, activation="relu")]
    return keras.Sequential([keras.Input((SIZE,)), *parts])


def with_code(off, units=10, gain=1.0):
    """A model of which so many units of the code are 0 for every row."""
    axes = np.tile(np.hstack([AXES, -AXES]), 4)[:, :units]
    bias = np.where(np.arange(units) < off, -100.0, 0.0)
    code = dense(axes, bias=bias, activation="relu", name="code")
    return keras.Sequential([keras.Input((SIZE,)), code, dense(gain * axes.T / 2)])


def test_same_output():
    assert verdict(output_checks.same_output(subject(copier()))) == "fine"
    same = with_code(10)
    outcome = output_checks.same_output(subject(same))
    assert outcome.verdict == "wrong" and "vary 0 times" in outcome.measured
    untrained = keras.Sequential([keras.Input((SIZE,)), layers.Dense(SIZE, "sigmoid")])
    untrained.layers[0].kernel.assign(np.zeros((SIZE, SIZE)))
    assert output_checks.same_output(subject(untrained)) is None
    still = np.tile(X[:1], (400, 1))
    assert output_checks.same_output(subject(copier(), still)) is None


@pytest.mark.parametrize("off, expected", [(0, "fine"), (1, "look"), (5, "wrong")])
def test_dead_outputs(off, expected):
    assert verdict(output_checks.dead_outputs(subject(relu_output(off), POSITIVE))) == expected


def test_dead_outputs_keep_silent_before_training():
    model = keras.Sequential([keras.Input((SIZE,)), layers.Dense(SIZE, "relu")])
    assert output_checks.dead_outputs(subject(model, POSITIVE)) is None


def test_outputs_whose_targets_hardly_vary_are_not_dead():
    quiet = POSITIVE * np.where(np.arange(SIZE) < 5, 1e-3, 1).astype("float32")
    assert verdict(output_checks.dead_outputs(subject(relu_output(5), quiet))) == "fine"


def test_constant_outputs_without_an_edge_are_no_proof():
    axes = AXES.T * (np.arange(SIZE) >= 5)
    model = keras.Sequential([keras.Input((SIZE,)), dense(AXES), dense(axes)])
    assert verdict(output_checks.dead_outputs(subject(model))) == "look"


def drawn_elsewhere(off):
    """A model whose first outputs are 0 in all rows that need them, and drawn in one that does not.

    Targets are 0 in most rows; so are the copies of the other outputs.
    """
    needed = (np.arange(400)[:, None] % SIZE == np.arange(SIZE)).astype("float32")
    weights = np.eye(SIZE, dtype="float32")
    weights[:off, :off] = np.roll(np.eye(off), 1, axis=0)  # each of them in the place of another
    last = dense(weights, activation="relu", bias=np.full(SIZE, -1e-6))
    return keras.Sequential([keras.Input((SIZE,)), layers.Identity(), last]), needed


@pytest.mark.parametrize("off, expected", [(0, "fine"), (2, "wrong"), (5, "wrong")])
def test_outputs_that_are_never_on_where_they_should_be(off, expected):
    model, needed = drawn_elsewhere(off)
    assert verdict(output_checks.dead_outputs(subject(model, needed))) == expected


def test_outputs_that_few_rows_need_are_not_asked():
    model, needed = drawn_elsewhere(2)
    needed[2 * SIZE :, :2] = 0  # two rows for each are left
    assert verdict(output_checks.dead_outputs(subject(model, needed))) == "fine"
    linear = keras.Sequential([keras.Input((SIZE,)), dense(-np.eye(SIZE))])
    assert verdict(output_checks.dead_outputs(subject(linear, drawn_elsewhere(2)[1]))) == "fine"


@pytest.mark.parametrize(
    "off, gain, expected",
    [(0, 1.0, "fine"), (1, 1.0, "fine"), (4, 1.0, "look"), (10, 1.0, "wrong"), (6, -1.0, "wrong")],
)
def test_dead_units(off, gain, expected):
    outcome = output_checks.dead_units(subject(with_code(off, gain=gain)))
    assert outcome.verdict == expected and outcome.measured == f"{off} of 10"


def smaller_code(units, off):
    """A code of so many units, the first of them off, the others on in every row."""
    axes = np.hstack([np.zeros((SIZE, units), "float32"), AXES])[:, -units:]
    weights = axes * (np.arange(units) >= off)
    code = dense(weights, bias=np.where(np.arange(units) < off, -1.0, 10.0), activation="relu")
    shift = -10 * weights.sum(axis=1)
    return keras.Sequential([keras.Input((SIZE,)), code, dense(weights.T, bias=shift)])


def test_a_sparse_code_that_is_a_smaller_dense_one():
    outcome = output_checks.dead_units(subject(smaller_code(4, 2)))
    assert outcome.verdict == "wrong" and "the others are on in all rows" in outcome.measured
    # The data have three dimensions, so that nobody misses the units that are off here.
    assert verdict(output_checks.dead_units(subject(smaller_code(6, 3)))) == "look"
    # Units that are off in half of the rows make no dense code.
    assert verdict(output_checks.dead_units(subject(with_code(6)))) == "look"


def folded(noise, gain):
    """Rows along a folded line, and a model that draws a share of the fold; one unit of two is off.

    The line has a variance of 9, the fold one of 4. Error of PCA with one number: 4 and the noise,
    with two: the noise. Error of the model: 4 (1 - gain)² and the noise.
    """
    rng = np.random.default_rng(2)
    axes = np.linalg.qr(rng.normal(size=(SIZE, SIZE)))[0]
    along = rng.uniform(-1, 1, 400) * np.sqrt(27)
    height, middle = 2 / np.abs(along).std(), np.abs(along).mean()
    others = rng.normal(0, np.sqrt(noise / (SIZE - 2)), (400, SIZE - 2))
    rows = np.column_stack([along, height * (np.abs(along) - middle), others]) @ axes.T
    code = np.column_stack([axes[:, 0], np.zeros(SIZE)])
    draw = np.outer([1, -1, 0], axes[:, 0]) + gain * height * np.outer([1, 1, 0], axes[:, 1])
    parts = [
        dense(code, activation="relu", bias=np.array([20, -9])),
        dense(np.array([[1, -1, 0], [0, 0, 0]]), activation="relu", bias=np.array([-20, 20, 0])),
        dense(draw, bias=-gain * height * middle * axes[:, 1]),
    ]
    return subject(keras.Sequential([keras.Input((SIZE,)), *parts]), rows.astype("float32"))


@pytest.mark.parametrize(
    "noise, gain, expected", [(22, 0.5, "wrong"), (22, 1.0, "look"), (11, 0.5, "look")]
)
def test_a_unit_that_is_off_where_numbers_are_scarce(noise, gain, expected):
    """PCA with two numbers leaves 22 of 35 or 11 of 24: only the first is more than half."""
    outcome = output_checks.dead_units(folded(noise, gain))
    assert outcome.verdict == expected and outcome.measured.startswith("1 of 2")


def test_dead_units_of_maps():
    x = keras.Input((4, 6, 1))
    code = layers.Conv2D(5, 2, strides=2, activation="relu", name="code")
    z = code(x)
    model = keras.Model(x, layers.Conv2DTranspose(1, 2, strides=2)(z))
    model.layers[-1].bias.assign([0.1])
    code.bias.assign([-100.0, 0.1, 0.1, 0.1, 0.1])
    outcome = output_checks.dead_units(subject(model, X.reshape(400, 4, 6, 1)))
    assert outcome.measured.endswith("of 5") and outcome.verdict == "look"


def test_saturated_units():
    def tanh(scale):
        parts = [dense(scale * AXES, activation="tanh", bias=np.full(3, 0.1)), dense(AXES.T)]
        return keras.Sequential([keras.Input((SIZE,)), *parts])

    assert verdict(output_checks.saturated_units(subject(tanh(0.5)))) == "fine"
    assert verdict(output_checks.saturated_units(subject(tanh(1e4)))) == "look"
    assert output_checks.saturated_units(subject(copier())) is None
    stuck = tanh(1.0)
    stuck.layers[0].bias.assign(np.full(3, 50.0))
    assert verdict(output_checks.saturated_units(subject(stuck))) == "wrong"


def tanh_of(*before, scale=1.0):
    first = dense(scale * AXES / 10, activation="tanh", bias=np.full(3, 0.1))
    return keras.Sequential([keras.Input((SIZE,)), *before, first, dense(AXES.T)])


def test_inputs_that_were_not_scaled():
    loud, small = 1e4 * X, {"y_train": X[:300], "y_valid": X[300:]}
    outcome = output_checks.saturated_units(subject(tanh_of(), loud, **small))
    assert outcome.verdict == "wrong" and "standardised 0% are left" in outcome.measured
    scaled = tanh_of(layers.Rescaling(1e-4))
    assert verdict(output_checks.saturated_units(subject(scaled, loud, **small))) == "fine"
    # Here it is the weights, and there a normalisation stands in front: neither is proved.
    assert verdict(output_checks.saturated_units(subject(tanh_of(scale=1e5)))) == "look"
    assert verdict(output_checks.saturated_units(subject(tanh_of(scale=1e5), loud))) == "look"
    # Inputs of the size of weights are no error, although a mean other than 0 holds the units.
    shifted, held = X + 8 * np.sign(AXES.sum(axis=1)), tanh_of(scale=10)
    held.compile("adam", "mse")
    assert verdict(output_checks.saturated_units(subject(held, shifted))) == "look"
    whole = np.round(loud).astype("int32")
    assert verdict(output_checks.saturated_units(subject(tanh_of(), whole, **small))) == "wrong"
    steep = tanh_of(layers.Rescaling(1.0))
    assert verdict(output_checks.saturated_units(subject(steep, loud, **small))) == "look"


@pytest.mark.parametrize(
    "share, expected",
    [(0.0009, "wrong"), (0.001, "look"), (0.0099, "look"), (0.01, "fine"), (0.5, "fine")],
)
def test_how_much_copies_have_to_vary(monkeypatch, share, expected):
    asked = Stub(valid_copies=0 * ROWS[30:])
    spreads = {}
    monkeypatch.setattr(output_checks, "_spread", lambda s, rows: spreads[id(rows)])
    for target in (1, 4):
        spreads |= {id(asked.valid_copies): target * share, id(asked.data.target_valid): target}
        words = f"copies vary {share:.2g} times as much as the targets"
        assert said(output_checks.same_output(asked)) == (expected, words)


def test_who_is_not_asked_for_the_same_output():
    assert output_checks.same_output(Stub(trained=False)) is None
    assert output_checks.same_output(Stub(valid_copies=np.ones(3))) is None
    assert output_checks.same_output(Stub(data(np.ones((9, 2)), np.ones((9, 2))))) is None
    assert said(output_checks.same_output(Stub()))[0] == "fine"


def test_spread_is_the_mean_variance_without_padding():
    rows = np.random.default_rng(0).normal(size=(5, 4, 2)).astype("float32")
    rows[:, 3] = rows[1:4, 2] = -9
    for given in (rows, rows[..., 0]):
        plain = Stub(data(given, given))
        assert output_checks._spread(plain, given) == pytest.approx(
            given.astype("float64").var(axis=0).mean(), rel=1e-13
        )
        padded = Stub(data(given, given, kind="sequences", mask_value=-9))
        live = [given[:, 0], given[:, 1], given[[0, 4], 2]]
        squares = [(part - part.mean(axis=0, dtype="float64")) ** 2 for part in live]
        known = np.concatenate([part.ravel() for part in squares]).mean()
        assert output_checks._spread(padded, given) == pytest.approx(known, rel=1e-12)
        alone = given[1:2]
        alone = Stub(data(alone, alone, kind="sequences", mask_value=-9))
        assert output_checks._spread(alone, alone.data.x_valid) == 0


def outputs(copies, target, **answers):
    """What is said of outputs that never change; all rows are in both sets."""
    answers = {"output_activation": "sigmoid"} | answers
    rows = answers.pop("rows", None) or data(target, target)
    return said(
        output_checks.dead_outputs(Stub(rows, valid_copies=copies, train_copies=copies, **answers))
    )


def signs(*sizes):
    """Two rows in which columns differ by their sign."""
    return np.array([sizes, [-size for size in sizes]], float)


def test_outputs_are_asked_for_where_targets_vary(monkeypatch):
    monkeypatch.setattr(output_checks, "_never_on", always((0, 0)))
    target = signs(1, 9, 4, 1, 1)  # a twentieth of the mean variance is 1
    assert outputs(target, target) == ("fine", "0 of 2 whose targets vary")
    assert outputs(target * [0, 1, 0, 1, 1], target) == ("wrong", "1 of 2 whose targets vary")
    assert outputs(target * [0, 1, 1, 1, 1], target) == ("fine", "0 of 2 whose targets vary")
    assert outputs(0.5 + target * 0, target) == ("look", "2 of 2 whose targets vary")
    assert outputs(target, target * 0) is None
    assert outputs(target, target, trained=False) is None
    padded = data(target[..., None], target[..., None], kind="sequences", mask_value=0.0)
    assert outputs(target[..., None], None, rows=padded) is None
    assert outputs(target[:, :2], target) is None
    far = target.astype("float32")
    far[:, 0] = 2.0**24, 2.0**24 + 2
    assert outputs(1000 * far, far) == ("fine", "0 of 2 whose targets vary")


def test_what_counts_as_still(monkeypatch):
    monkeypatch.setattr(output_checks, "_never_on", always((0, 0)))
    target = signs(4, 4)
    for moved, dead in ((0, 1), (8e-6, 1), (8.1e-6, 0), (0.01, 0)):
        copies = np.array([[0, 4], [moved, -4]], float)
        assert outputs(copies, target)[1] == f"{dead} of 2 whose targets vary"
    seen = Stub(data(target, target), valid_copies=0 * target, train_copies=target)
    assert said(output_checks.dead_outputs(seen)) == ("fine", "0 of 2 whose targets vary")


@pytest.mark.parametrize("asked, expected", [(20, "wrong"), (21, "look")])
def test_a_twentieth_of_the_outputs_is_sizeable(monkeypatch, asked, expected):
    monkeypatch.setattr(output_checks, "_never_on", always((0, 0)))
    target = signs(*[1] * asked)
    copies = target * (np.arange(asked) > 0)
    assert outputs(copies, target) == (expected, f"1 of {asked} whose targets vary")
    assert outputs(copies, target, output_activation=None)[0] == "look"


@pytest.mark.parametrize(
    "never, needed, expected",
    [(0, 9, "fine"), (1, 9, "look"), (2, 199, "wrong"), (2, 200, "look"), (3, 200, "wrong")],
)
def test_how_many_outputs_may_never_be_on(monkeypatch, never, needed, expected):
    monkeypatch.setattr(output_checks, "_never_on", always((never, needed)))
    more = f"; {never} of {needed} are 0 in each row that needs them" if never else ""
    target = signs(1, 1)
    assert outputs(target, target) == (expected, f"0 of 2 whose targets vary{more}")


def test_outputs_that_are_off_in_the_rows_that_need_them():
    target = np.zeros((24, 4))
    target[:10, :3] = 1.1
    target[:9, 3] = 1.1  # nine rows are too few
    target[10:, 2] = 1.0  # a tenth of the largest does not count
    target[20] = 10.0 * (np.arange(4) == 0)
    copies = np.zeros((24, 4))
    copies[3, 1] = copies[15, 2] = copies[11, 0] = 0.5
    for activation in ("relu", "relu6"):
        asked = Stub(data(target, target), output_activation=activation, copies=always(copies))
        assert output_checks._never_on(asked) == (2, 3)
    asked.output_activation = "sigmoid"
    assert output_checks._never_on(asked) == (0, 0)


def code_of(units, dead, rows=20, zeros=0):
    """A code with dead units; the first live one is 0 in some rows."""
    code = np.random.default_rng(0).uniform(1, 2, size=(rows, units))
    code[:, :dead] = 0.5
    code[:zeros, dead : dead + 1] = 0
    return code


def units_said(monkeypatch, code, share=None, cost="", **answers):
    """What is said of the units of a code, of a model with this share of the error."""
    monkeypatch.setattr(output_checks, "ratio", always(share))
    monkeypatch.setattr(output_checks, "_cost_of_dead", lambda s, units, alive: cost and f"{alive}")
    outcome = output_checks.dead_units(Stub(codes=code, **answers))
    return outcome and (outcome.verdict, outcome.measured, "hardly anything" in outcome.advice)


@pytest.mark.parametrize(
    "units, dead, share, expected",
    [
        (10, 0, None, "fine"),
        (10, 1, 0.99, "fine"),
        (10, 2, 0.99, "look"),
        (4, 2, 0.97, "wrong"),
        (4, 2, 0.969, "look"),
        (4, 1, 0.99, "look"),
        (4, 4, 0.1, "wrong"),
        (4, 4, None, "wrong"),
        (2, 1, 0.9, "look"),
        (3, 2, 0.9, "wrong"),
        (3, 2, 0.5, "look"),
        (3, 2, 0.51, "wrong"),
        (3, 2, None, "look"),
        (100, 95, 0.6, "wrong"),
        (100, 94, 0.6, "look"),
    ],
)
def test_how_many_units_may_be_off(monkeypatch, units, dead, share, expected):
    code = code_of(units, dead)
    found = units_said(monkeypatch, code, share)
    assert found == (expected, f"{dead} of {units}", expected == "wrong")
    fresh = units_said(monkeypatch, code, share, trained=False)
    assert fresh[0] == ("fine" if expected == "fine" else "look")


@pytest.mark.parametrize(
    "dead, zeros, cost, expected",
    [
        (2, 0, "much", "wrong"),
        (2, 0, "", "look"),
        (1, 0, "much", "look"),
        (2, 3, "much", "wrong"),
        (2, 4, "much", "look"),
    ],
)
def test_a_dense_code_with_dead_units(monkeypatch, dead, zeros, cost, expected):
    code = code_of(4, dead, zeros=zeros)  # 4 of 40 numbers are a tenth
    verdict, measured, _ = units_said(monkeypatch, code, 0.3, cost)
    more = ", and the others are on in all rows; 2" if expected == "wrong" else ""
    assert (verdict, measured) == (expected, f"{dead} of 4{more}")
    assert units_said(monkeypatch, code, 0.3, cost, trained=False)[0] == "look"


@pytest.mark.parametrize("moved, dead", [(2e-6, 1), (2.01e-6, 0), (0.5, 0)])
def test_a_unit_is_off_when_it_moves_by_a_millionth(monkeypatch, moved, dead):
    code = np.array([[0.0, 2.0, 0.2, 0.1], [moved, -2.0, 0.3, 0.3]])
    assert units_said(monkeypatch, code)[1] == f"{dead} of 4"
    assert units_said(monkeypatch, None) is None


@pytest.mark.parametrize(
    "few, every, units, expected",
    [
        (1.0, 9.0, 4, "error 1, PCA with 2 numbers 1, with 4 9"),
        (1.1, 0.8, 4, ""),
        (1.1, 0.7, 4, "error 1, PCA with 2 numbers 1.1, with 4 0.7"),
        (0.9, 9.0, 4, "error 1, PCA with 2 numbers 0.9, with 4 9"),
        (0.9, 0.7, 6, "error 1, PCA with 2 numbers 0.9, with 6 1"),
        (1.1, 0.7, 6, ""),
    ],
)
def test_what_dead_units_cost(monkeypatch, few, every, units, expected):
    errors = {2: few, units: every}
    monkeypatch.setattr(output_checks, "pca_valid_error", lambda s, size: errors[size])
    rows = data(10 * ROWS[:30], 10 * ROWS[30:])  # the mean row errs by about 100, the copies by 1
    asked = Stub(rows, valid_copies=10 * ROWS[30:] + 1)
    assert output_checks._cost_of_dead(asked, units, 2) == expected
    asked.posterior = 1
    assert output_checks._cost_of_dead(asked, units, 2) == ""
    other = Stub(data(ROWS[:30], ROWS[30:], ROWS[:30], ROWS[30:]), valid_copies=ROWS[30:] + 1)
    assert output_checks._cost_of_dead(other, units, 2) == ""
    assert output_checks._cost_of_dead(Stub(valid_copies=ROWS), units, 2) == ""


@pytest.mark.parametrize(
    "share, ahead, costs",
    [(0.51, 0.99, True), (0.51, 1.01, False), (0.49, 0.99, False), (0.49, 0.79, True)],
)
def test_numbers_are_scarce_where_all_leave_half_of_the_variance(monkeypatch, share, ahead, costs):
    """Errors in units of that of the model, which a better PCA with all units may be ahead of."""
    target = ROWS[30:]
    mean = np.mean((ROWS[:30].mean(axis=0) - target) ** 2)
    every = share * mean
    errors = {2: 9.0, 4: every}
    monkeypatch.setattr(output_checks, "pca_valid_error", lambda s, size: errors[size])
    asked = Stub(valid_copies=target + np.sqrt(every / ahead))
    assert bool(output_checks._cost_of_dead(asked, 4, 2)) is costs


def test_the_units_of_a_code(monkeypatch):
    assert output_checks.code_units(Stub(codes="codes")) == "codes"
    drawn = SimpleNamespace(mean="means")
    assert output_checks.code_units(Stub(codes="codes", posterior=drawn)) == "means"
    coder = step(np.ones((2, 3)))
    for given in (np.arange(24.0).reshape(2, 3, 2, 2), np.arange(6.0).reshape(2, 3)):
        monkeypatch.setattr(output_checks, "output_of", lambda layer, model, x, out=given: out)
        found = output_checks.code_units(Stub(code_step=coder))
        np.testing.assert_array_equal(found, given.reshape(-1, given.shape[-1]))


def layer_step(values, activation="sigmoid", name="inner"):
    """A call of a layer that gives these values."""
    return step(values, name=name, activation=getattr(keras.activations, activation))


def saturated(monkeypatch, *steps, share=None, freed=None, **answers):
    """What is said of units at the edge, of a model with this share of the error."""
    monkeypatch.setattr(output_checks, "ratio", always(share))
    monkeypatch.setattr(output_checks, "_freed_by_scaling", always(freed))
    return said(output_checks.saturated_units(Stub(steps=list(steps), **answers)))


def edges(at_edge, moving=0, of=10):
    """Ten columns, so many at an edge, and some of these at both."""
    values = np.full((4, of), 0.5)
    values[:, :at_edge] = 1.0
    values[1:3, :moving] = 0.0
    return values


@pytest.mark.parametrize(
    "at_edge, moving, share, expected",
    [
        (18, 0, 0.97, "fine"),
        (19, 0, 0.97, "wrong"),
        (20, 2, 0.97, "look"),
        (20, 1, 0.97, "wrong"),
        (20, 0, 0.969, "look"),
        (20, 0, None, "look"),
    ],
)
def test_units_that_never_leave_the_edge(monkeypatch, at_edge, moving, share, expected):
    inner = layer_step(edges(at_edge, moving, 20))
    still = ", which never change" if expected == "wrong" else ""
    measured = f"{at_edge / 20:.0%} of the values of inner{still}"
    assert saturated(monkeypatch, inner, share=share) == (expected, measured)
    fresh = saturated(monkeypatch, inner, share=share, trained=False)
    assert fresh[0] == ("fine" if expected == "fine" else "look")


def test_which_layer_is_the_worst(monkeypatch):
    mild, strong = layer_step(edges(3), name="z"), layer_step(edges(6), "tanh", name="a")
    assert saturated(monkeypatch, mild, strong) == ("fine", "60% of the values of a")
    assert saturated(monkeypatch, mild, strong, output_step=strong) == (
        "fine",
        "30% of the values of z",
    )
    assert saturated(monkeypatch, layer_step(edges(9), "relu")) is None
    found = saturated(monkeypatch, layer_step(edges(10)), freed=(150.0, 0.25))
    assert found == (
        "wrong",
        "100% of the values of inner; the inputs are about 150 in size, and once they are "
        "standardised 25% are left of the first layer",
    )


def test_a_unit_moves_when_it_moves_by_a_hundredth(monkeypatch):
    for moved, expected in ((0.01, "look"), (0.0099, "wrong")):
        values = np.zeros((50, 2))
        values[0] = moved
        assert saturated(monkeypatch, layer_step(values), share=1.0)[0] == expected


@pytest.mark.parametrize("name, low", [("sigmoid", 0.0), ("hard_sigmoid", 0.0), ("tanh", -1.0)])
def test_the_edges_of_an_activation(name, low):
    values = np.array([[low, low + 0.0099], [1.0, 0.9901]])
    assert output_checks._at_edges(layer_step(values, name)) == 1
    values = np.array([[low + 0.0101, 0.5], [1.0, 0.98]])
    assert output_checks._at_edges(layer_step(values, name)) == 0.25
    assert output_checks._at_edges(layer_step(np.array([[0.01]]))) == 0


def freed(monkeypatch, left, size=10.0, first=None, **answers):
    """What scaling does for a first layer, of which so much would be left; and what was scaled."""
    train = np.array([[size, -0.5], [size, 0.5], [size, -0.5], [size, 0.5]])
    train[:, 1] *= 2 * size if size < 11 else 1
    first = first or layer_step(np.zeros((1, 10)))
    values = np.full((1, 10), 0.5)
    values[:, : round(10 * left)] = 1.0
    after = type(first)(first.layer, values)
    seen = []

    def trace(model, x):
        seen.append(x)
        return None, [layer_step(np.zeros((1, 3))), after]

    monkeypatch.setattr(output_checks, "trace", trace)
    asked = Stub(data(train, np.tile(2 * train, (200, 1))), **{"first_step": first} | answers)
    return output_checks._freed_by_scaling(asked), seen


def test_scaled_inputs_free_the_first_layer(monkeypatch):
    found, (seen,) = freed(monkeypatch, 0.4)
    assert found == (10, 0.4)
    assert seen.dtype == "float32" and len(seen) == output_checks.ANSWERED
    np.testing.assert_allclose(seen[:2], [[10, -2], [10, 2]])
    found, (seen,) = freed(monkeypatch, 0.4, size=30.0)
    np.testing.assert_allclose(seen[:2], [[30, -2], [30, 2]])
    assert freed(monkeypatch, 0.5)[0] is None
    assert freed(monkeypatch, 0.4, size=9.99)[0] is None
    assert freed(monkeypatch, 0.4, first_step=None)[0] is None
    assert freed(monkeypatch, 0.4, first=layer_step(np.zeros((1, 10)), "relu"))[0] is None
    assert freed(monkeypatch, 0.4, first=layer_step(edges(9)))[0] is None
