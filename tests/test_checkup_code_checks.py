"""Codes that are empty, ignored or gone round are found, and healthy ones are not."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from checkup_cases import AXES, SIZE, UNITS, Variational, X, copier, dense, subject, verdict
from checkup_stub import ROWS, Stub, always, data, said, step
from keras import layers, ops

from aeutils.checkup import code_checks
from aeutils.layers import ActivityPenalty


def round_the_code(share):
    """Of each row a share goes past the code, and the rest comes through it."""
    x = keras.Input((SIZE,))
    through = dense((1 - share) * AXES.T)(dense(AXES)(x))
    return keras.Model(x, layers.Add()([through, dense(share * np.eye(SIZE))(x)]))


def constant():
    """A decoder that does not look at its code."""
    x = keras.Input((SIZE,))
    return keras.Model(x, dense(np.zeros((UNITS, SIZE)), bias=np.ones(SIZE))(dense(AXES)(x)))


def wide(*middle, penalty=None):
    """A linear autoencoder with more units than inputs."""
    weights = np.linalg.qr(np.random.default_rng(1).normal(size=(30, 30)))[0][:SIZE]
    code = dense(weights, activity_regularizer=penalty)
    return keras.Sequential([keras.Input((SIZE,)), *middle, code, dense(weights.T)])


def squeezed():
    """An autoencoder with a narrower side branch that scales the units, as attention does."""
    x = keras.Input((SIZE,))
    scale = dense(np.zeros((2, SIZE)), bias=np.ones(SIZE))(dense(AXES[:, :2])(x))
    return keras.Model(x, dense(AXES.T)(dense(AXES)(layers.Multiply()([x, scale]))))


@pytest.mark.parametrize("check", ["code_dimensions", "code_ignored", "way_round"])
@pytest.mark.parametrize("model", [copier, squeezed, Variational], ids=lambda m: m.__name__)
def test_healthy(check, model):
    assert verdict(getattr(code_checks, check)(subject(model()))) in ("fine", None)


def test_dimensions():
    outcome = code_checks.code_dimensions(subject(copier()))
    assert outcome.measured.startswith("3 of 3 hold 99 %")
    dead = keras.Sequential([keras.Input((SIZE,)), dense(0 * AXES), dense(AXES.T)])
    assert verdict(code_checks.code_dimensions(subject(dead))) == "wrong"
    dead.compile("adam", "mse")
    assert verdict(code_checks.code_dimensions(subject(dead))) == "look"


def test_idle_code():
    weights = np.tile(AXES[:, :1], 8)
    idle = keras.Sequential([keras.Input((SIZE,)), dense(weights), dense(weights.T / 8)])
    outcome = code_checks.code_dimensions(subject(idle, x=np.tile(X, (2, 1)) + noise()))
    assert verdict(outcome) == "look" and outcome.measured.startswith("1 of 8")


def noise():
    return np.random.default_rng(2).normal(size=(2 * len(X), SIZE)).astype("float32")


def test_code_ignored():
    assert verdict(code_checks.code_ignored(subject(constant()))) == "wrong"
    empty = keras.Sequential([keras.Input((SIZE,)), layers.Dense(SIZE)])
    assert code_checks.code_ignored(subject(empty)) is None


def test_collapsed_code_is_left_to_its_own_check():
    model = Variational(draw=lambda mean, spread: 0 * mean)
    for layer in (model.encoder.get_layer("z_mean"), model.encoder.get_layer("z_log_var")):
        layer.set_weights([0 * weights for weights in layer.get_weights()])
    assert code_checks.code_ignored(subject(model)) is None


@pytest.mark.parametrize(
    "share, expected", [(1.0, "wrong"), (0.5, "wrong"), (0.1, "fine"), (0.02, "fine")]
)
def test_way_round(share, expected):
    assert verdict(code_checks.way_round(subject(round_the_code(share)))) == expected


def test_way_round_with_validation_rows_of_another_scale():
    """Their own mean, not that of the training rows, is what any code has to beat."""
    model = copier()
    x = np.concatenate([X[:300], 5 + 0.2 * X[300:]])
    model.layers[-1].bias.assign(5 - 5 * AXES.sum(axis=0) @ AXES.T)
    assert verdict(code_checks.way_round(subject(model, x))) in ("fine", None)


def test_way_round_of_a_denoiser_may_be_intended():
    clean = np.float32(1.001) * X[:300], np.float32(1.001) * X[300:]
    model = subject(round_the_code(1.0), y_train=clean[0], y_valid=clean[1])
    assert verdict(code_checks.way_round(model)) == "look"


def test_padding_does_not_count():
    lengths = np.random.default_rng(0).integers(1, 4, size=400)
    x = np.abs(np.random.default_rng(1).normal(size=(400, 6, 2))).astype("float32")
    x[np.arange(6)[None] >= lengths[:, None]] = 0
    model = keras.Sequential(
        [keras.Input((6, 2)), layers.Masking(), layers.Flatten()]
        + [dense(np.eye(12)[:, :4]), dense(np.eye(12)[:4]), layers.Reshape((6, 2))]
    )
    outcome = code_checks.way_round(subject(model, x=x))
    assert verdict(outcome) == "fine"
    valid = x[300:]
    outside = np.arange(6)[None] >= lengths[300:, None]
    mistakes = ((ops.convert_to_numpy(model(valid)) - valid) ** 2)[~outside]
    assert outcome.measured.startswith(f"error {mistakes.mean():.3g},")


def test_identity():
    assert verdict(code_checks.identity(subject(wide()))) == "wrong"
    assert verdict(code_checks.identity(subject(wide(layers.GaussianNoise(0.1))))) == "look"
    limited = wide(penalty=keras.regularizers.L1(1e-3))
    assert verdict(code_checks.identity(subject(limited))) == "look"
    assert code_checks.identity(subject(copier())) is None
    narrow = keras.Sequential([keras.Input((SIZE,)), dense(AXES @ AXES.T), dense(AXES @ AXES.T)])
    assert verdict(code_checks.identity(subject(narrow))) == "fine"


def tuned(*middle):
    """As many units as numbers in a row, and weights that serve the data better than strangers."""
    weights = (AXES @ AXES.T + 0.3 * np.eye(SIZE)).astype("float32")
    layers_of = [keras.Input((SIZE,)), *middle, dense(weights), dense(weights)]
    layers_of[-1].kernel.assign(AXES @ AXES.T / 1.3 + 0.3 * np.eye(SIZE))
    return keras.Sequential(layers_of)


def test_room_for_everything_where_strangers_are_not_yet_copied():
    outcome = code_checks.identity(subject(tuned()))
    assert outcome.verdict == "wrong" and "nothing that restrains it" in outcome.measured
    assert verdict(code_checks.identity(subject(tuned(layers.GaussianNoise(0.1))))) == "fine"


def test_maps_of_convolutions_prove_no_room():
    """Blurred images, which a blur copies; each number of its maps sees nine pixels."""
    blur = layers.Conv2D(2, 3, padding="same"), layers.Conv2D(1, 1)
    model = keras.Sequential([keras.Input((12, 12, 1)), *blur])
    blur[0].set_weights([np.full((3, 3, 1, 2), 1 / 9), np.full(2, 1e-6)])
    blur[1].set_weights([np.full((1, 1, 2, 1), 0.5), np.full(1, 1e-6)])
    waves = np.cos(np.linspace(0, 3, 12)[None] + np.random.default_rng(0).normal(size=(400, 1)))
    images = (waves[:, :, None] * waves[::-1, None, :])[..., None].astype("float32")
    assert verdict(code_checks.identity(subject(model, images))) == "fine"
    flat = [
        keras.Input((12, 12, 1)),
        layers.Flatten(),
        dense(np.eye(144)),
        layers.Reshape((12, 12, 1)),
    ]
    blurred = keras.Sequential([*flat, *blur])
    assert verdict(code_checks.identity(subject(blurred, images))) == "wrong"


def test_dense_code():
    positive = dense(np.full((SIZE, UNITS), 0.01), bias=np.ones(UNITS))
    parts = [keras.Input((SIZE,)), positive, ActivityPenalty(0.1), dense(AXES.T)]
    assert verdict(code_checks.dense_code(subject(keras.Sequential(parts)))) == "look"
    sparse = copier(ActivityPenalty(0.1), bias=-np.ones(UNITS), activation="relu")
    assert verdict(code_checks.dense_code(subject(sparse))) == "fine"
    assert code_checks.dense_code(subject(copier())) is None


def test_variances_along_the_axes():
    rows = np.random.default_rng(0).normal(3, 2, size=(50, 2, 2))
    known = np.linalg.eigvalsh(np.cov(rows.reshape(50, 4).T, bias=True))[::-1]
    np.testing.assert_allclose(code_checks._variances(rows), known, rtol=1e-9)


@pytest.mark.parametrize(
    "variances, expected", [([99, 1], 1), ([98, 2], 2), ([0, 0], 0), ([0.25, 0.25], 2), ([9], 1)]
)
def test_components_of_99_per_cent(variances, expected):
    found = code_checks._needed(np.array(variances, float))
    assert found == expected and isinstance(found, int)


def dimensions(monkeypatch, codes, own, needed=(1.0,), **answers):
    """What is said of codes and rows that have these variances."""
    monkeypatch.setattr(
        code_checks, "_variances", lambda rows: np.array(own if rows is codes else needed, float)
    )
    return said(code_checks.code_dimensions(Stub(codes=codes, **answers)))


@pytest.mark.parametrize(
    "value, variance, dead",
    [
        (3, 1e-10 * 9, True),
        (3, 9.1e-10, False),
        (3, 0.5, False),
        (0, 1e-10 * 1e-12, True),
        (0, 1.1e-22, False),
    ],
)
def test_a_code_that_is_the_same_for_all(monkeypatch, value, variance, dead):
    found = dimensions(monkeypatch, np.full((4, 3), float(value)), [variance, 0])
    assert found == (
        ("wrong", "0 of 3")
        if dead
        else ("fine", "1 of 3 hold 99 % of the variance (participation ratio 1.0)")
    )
    fresh = dimensions(monkeypatch, np.full((4, 3), float(value)), [variance, 0], trained=False)
    assert fresh[0] == ("look" if dead else "fine")


@pytest.mark.parametrize(
    "size, used, needed, expected",
    [
        (8, 1, 2, "fine"),
        (8, 1, 3, "look"),
        (8, 2, 9, "fine"),
        (9, 2, 9, "look"),
        (4, 1, 9, "fine"),
        (5, 1, 3, "look"),
    ],
)
def test_how_much_of_a_code_may_be_idle(monkeypatch, size, used, needed, expected):
    codes = np.ones((4, size))
    own, rows = np.repeat([3.0, 0], [used, size - used]), np.ones(needed)
    measured = f"{used} of {size} hold 99 % of the variance (participation ratio {used}.0)"
    more = f"; the data need {needed}" if expected == "look" else ""
    assert dimensions(monkeypatch, codes, own, rows) == (expected, measured + more)
    assert dimensions(monkeypatch, codes, own, rows, trained=False) == ("fine", measured)
    words = data(kind="tokens")
    assert dimensions(monkeypatch, codes, own, rows, rows=words) == ("fine", measured)


def test_codes_without_dimensions(monkeypatch):
    codes = np.ones((4, 2))
    assert dimensions(monkeypatch, codes, [1, 1], posterior=1) is None
    assert dimensions(monkeypatch, None, [1, 1]) is None
    assert dimensions(monkeypatch, np.array([[np.nan, 1.0]]), [1, 1]) is None
    uneven = dimensions(monkeypatch, codes, [3, 1])[1]
    assert uneven == "2 of 2 hold 99 % of the variance (participation ratio 1.6)"


def ignored(monkeypatch, copies, others, codes=ROWS, **answers):
    """What is said where another code gives others in place of copies."""
    pair = copies if copies is None else (np.array(copies, float), np.array(others, float))
    monkeypatch.setattr(code_checks, "exchanged_copies", always(pair))
    return said(code_checks.code_ignored(Stub(codes=codes, **answers)))


@pytest.mark.parametrize(
    "copies, others, expected",
    [
        ([[1, 0], [1, 0]], [[1, 1e-5], [1, 0]], "fine"),
        ([[1, 0], [1, 0]], [[1, 0.99e-5], [1, 0]], "wrong"),
        ([[1, 0], [1, 1e-5]], [[1, 0], [1, 1e-5]], "fine"),
        ([[1, 0], [1, 0.99e-5]], [[1, 0], [1, 0.99e-5]], "wrong"),
        ([[0, 0], [0, 0]], [[0, 1.01e-11], [0, 0]], "fine"),
        ([[0, 0], [0, 0]], [[0, 0.99e-11], [0, 0]], "wrong"),
    ],
)
def test_an_output_that_does_not_move(monkeypatch, copies, others, expected):
    assert ignored(monkeypatch, copies, others)[0] == expected


def test_how_far_a_code_moves_the_output(monkeypatch):
    still = [[0.5, 0.25], [0.5, 0.25]]
    words = "another code moves the output by 0.02 of its largest number"
    assert ignored(monkeypatch, still, [[0.5, 0.26], [0.5, 0.25]]) == ("fine", words)
    words = "another code moves the output by 0 of its largest number, another input by 0"
    assert ignored(monkeypatch, still, still) == ("wrong", words)
    nearly = [[0.5, 0.25], [0.5, 0.250004]]
    words = "another code moves the output by 0 of its largest number, another input by 8e-06"
    assert ignored(monkeypatch, nearly, nearly) == ("wrong", words)
    assert ignored(monkeypatch, still, still, trained=False) is None
    assert ignored(monkeypatch, None, None) is None
    assert ignored(monkeypatch, still, still, codes=None) is None


def test_codes_that_do_not_move_move_nothing(monkeypatch):
    still = [[0.5, 0.25], [0.5, 0.25]]
    for moved, expected in ((0.0, True), (1e-6, True), (1.01e-6, False)):
        codes = np.array([[0.0, 5.0], [moved, 5.0]])
        assert (ignored(monkeypatch, still, still, codes=codes) is None) is expected
    for nats, silent in (([0.009, 0.0], True), ([0.01, 0.0], False), ([0.5, 0.5], False)):
        monkeypatch.setattr(code_checks, "unit_nats", always(np.array(nats)))
        assert (ignored(monkeypatch, still, still, posterior=1) is None) is silent


def round_said(monkeypatch, own, other, mean, rows=None, **answers):
    """What is said where copies, those with another code and the mean row have these errors."""
    rows = rows or data(100 * ROWS[:30], 100 * ROWS[30:])
    monkeypatch.setattr(code_checks, "exchanged_copies", always((ROWS[:4], ROWS[:4])))
    monkeypatch.setattr(code_checks, "misses", always(own if own is None else (own, other, mean)))
    return said(code_checks.way_round(Stub(rows, **answers)))


@pytest.mark.parametrize(
    "own, other, expected",
    [
        (16.1, 30.0, None),
        (16.0, 30.0, "fine"),
        (16.0, 17.0, "fine"),
        (16.0, 16.9, "wrong"),
        (2.0, 16.0, "fine"),
        (2.0, 15.9, "wrong"),
        (15.5, 15.6, "wrong"),
    ],
)
def test_what_other_codes_may_give(monkeypatch, own, other, expected):
    measured = f"error {own:.3g}, with the code of another row {other:.3g}, of the mean row 20"
    found = round_said(monkeypatch, own, other, 20)
    assert found == (expected and (expected, measured))
    x = 100 * ROWS
    denoiser = data(x[:30], x[30:], x[:30], x[30:])
    found = round_said(monkeypatch, own, other, 20, denoiser)
    assert found == (expected and ("look" if expected == "wrong" else expected, measured))
    assert round_said(monkeypatch, own, other, 20, trained=False) is None


def test_the_mean_row_of_the_validation_rows(monkeypatch):
    assert round_said(monkeypatch, None, None, None) is None
    valid = np.array([[1.0, 12], [-1, 8], [1, 12], [-1, 8], [90, 90]])  # four are looked at
    rows = data(valid, valid)
    words = "error 1, with the code of another row 4, of the mean row {}"
    assert round_said(monkeypatch, 1, 4, 9, rows) == ("fine", words.format(2.5))
    assert round_said(monkeypatch, 1, 4, 2, rows)[1] == words.format(2)
    tokens = data(valid, valid, kind="tokens")
    assert round_said(monkeypatch, 1, 4, 9, tokens) == ("wrong", words.format(9))
    steps = data(valid[..., None], valid[..., None], kind="sequences", mask_value=-9.0)
    assert round_said(monkeypatch, 1, 4, 9, steps) == ("wrong", words.format(9))
    monkeypatch.setattr(code_checks, "exchanged_copies", always(None))
    assert code_checks.way_round(Stub(rows)) is None


def copied(monkeypatch, own=0.05, strangers=(0.0, 0.0), *, limits=(), room=True, **answers):
    """What is said where such shares of noise, shuffled rows and the data are lost."""
    shares = dict(zip("nso", (*strangers, own), strict=True))
    penalty, drawn, sparse = limits or ([], 0.0, False)
    wide, rank = room if isinstance(room, tuple) else (room, room)
    asked = []
    patches = {
        "_others": always("nso"),
        "_unexplained": lambda s, rows: shares[rows],
        "penalties": lambda s, x: asked.append(len(x)) or penalty,
        "noise": lambda s, training: asked.append(training) or drawn,
        "_sparse": always(sparse),
        "_all_wide": always(wide),
        "_full_rank": always(rank),
    }
    for name, patch in patches.items():
        monkeypatch.setattr(code_checks, name, patch)
    found = said(code_checks.identity(Stub(**{"codes": np.ones((10, 6))} | answers)))
    assert found is None or asked[0] == 8 and asked[1:] in ([], [True])
    return found


@pytest.mark.parametrize(
    "own, strangers, expected",
    [
        (0.1, (0.3, 0.0), "wrong"),
        (0.1, (0.0, 0.3), "wrong"),
        (0.11, (0.3, 0.0), "fine"),
        (0.0625, (0.1875, 0.0), "wrong"),
        (0.0625, (0.19, 0.0), "fine"),
        (0.0625, (0.0, 0.19), "fine"),
        (0.0, (0.02, 0.02), "wrong"),
        (0.0, (0.021, 0.0), "fine"),
    ],
)
def test_how_well_strangers_are_copied(monkeypatch, own, strangers, expected):
    found = copied(monkeypatch, own, strangers, room=False)
    measured = f"of the variance {strangers[0]:.2g} of noise, {strangers[1]:.2g} of shuffled rows "
    measured += f"and {own:.2g} of the data are lost; 6 numbers for 6"
    assert found == (expected, measured)


@pytest.mark.parametrize(
    "limits, expected",
    [
        (([], 0.0, False), "wrong"),
        (([0.0], 0.0, False), "look"),
        (([], 1e-4, False), "wrong"),
        (([], 1.01e-4, False), "look"),
        (([], 0.0, True), "look"),
    ],
)
def test_what_restrains_a_code(monkeypatch, limits, expected):
    assert copied(monkeypatch, limits=limits)[0] == expected
    unlike = copied(monkeypatch, 0.49, (1.0, 1.0), limits=limits)
    assert unlike[0] == ("fine" if expected == "look" else "wrong")
    assert ("nothing that restrains it" in unlike[1]) == (unlike[0] == "wrong")


@pytest.mark.parametrize(
    "own, room, expected",
    [
        (0.49, (True, True), "wrong"),
        (0.5, (True, True), "fine"),
        (0.49, (True, False), "fine"),
        (0.49, (False, True), "fine"),
    ],
)
def test_room_for_everything(monkeypatch, own, room, expected):
    assert copied(monkeypatch, own, (1.0, 1.0), room=room)[0] == expected


def test_who_is_not_asked_for_copies_of_everything(monkeypatch):
    assert copied(monkeypatch, codes=np.ones((10, 5))) is None
    assert copied(monkeypatch, codes=np.ones((10, 7)))[1].endswith("; 7 numbers for 6")
    assert copied(monkeypatch, codes=None) is None
    assert copied(monkeypatch, posterior=1) is None
    assert copied(monkeypatch, trained=False) is None
    assert copied(monkeypatch, valid_copies=ROWS) is None
    assert copied(monkeypatch, rows=data(kind="tokens")) is None
    assert copied(monkeypatch, rows=data(ROWS[:30], ROWS[30:], ROWS[:30], ROWS[30:])) is None
    images = data(ROWS[:30].reshape(30, 2, 3), ROWS[30:].reshape(10, 2, 3))
    assert copied(monkeypatch, rows=images)[0] == "wrong"


@pytest.mark.parametrize(
    "size, on, expected",
    [(8, [2, 2], False), (8, [2, 1], True), (4, [1, 1], False), (4, [1, 0], True)],
)
def test_a_sparse_code_has_few_units_on(size, on, expected):
    codes = np.array([[-3.0] * count + [0.0] * (8 - count) for count in on])
    assert code_checks._sparse(Stub(codes=codes), size) is expected


def test_layers_that_are_as_wide_as_a_row():
    wide, narrow = step(np.ones((2, 6)), weights=[1]), step(np.ones((2, 5)), weights=[1])
    plain, maps = step(np.ones((2, 6))), step(np.ones((2, 3, 2)), weights=[1])

    def asked(*steps, kind="table", **answers):
        return code_checks._all_wide(Stub(data(kind=kind), steps=list(steps), **answers), 6)

    assert asked(wide, wide) is True and asked(plain, wide, narrow) is True
    assert asked(wide, plain, narrow, kind="images") is True
    assert not asked(wide, narrow, wide) and not asked(narrow, wide, wide)
    assert not asked(plain, plain, wide) and not asked(maps, maps, wide)
    assert asked(maps, wide, wide)
    assert not asked(wide, wide, kind="sequences") and not asked(wide, wide, kind="tokens")
    assert asked(wide, narrow, plain, output_step=narrow)
    assert not asked(wide, plain, output_step=wide)


@pytest.mark.parametrize(
    "codes, rows, expected",
    [
        ([4, 1], [4, 4, 4, 4], True),
        ([4, 1], [4, 4, 4, 4, 4], False),
        ([4, 1e-8 * 4], [4, 4, 4], False),
        ([4, 3e-8], [4, 4, 4], False),
        ([4, 5e-8], [4, 4, 4], True),
        ([4, 1e-8 * 4], [4, 4], True),
    ],
)
def test_a_code_of_half_the_rank_of_the_rows(monkeypatch, codes, rows, expected):
    asked = Stub(codes=np.ones((2, 2)))
    variances = {id(asked.codes): codes, id(asked.data.x_valid): rows}
    monkeypatch.setattr(code_checks, "_variances", lambda r: np.array(variances[id(r)], float))
    assert code_checks._full_rank(asked) == expected


def test_strangers_are_noise_and_shuffled_rows():
    x = np.random.default_rng(5).normal(4, 2, size=(300, 2, 3)).astype("float32")
    noisy, shuffled, same = code_checks._others(Stub(data(x, x)))
    assert same is x and noisy.dtype == x.dtype
    drawn = np.random.default_rng(0).normal(x.mean(), x.std(), x.shape)
    np.testing.assert_allclose(noisy, drawn.clip(x.min(), x.max()), rtol=1e-6)
    rows, moved = x.reshape(300, 6), shuffled.reshape(300, 6)
    places = [int(np.flatnonzero((column == rows.T).all(axis=1))[0]) for column in moved.T]
    assert sorted(places) == list(range(6)) != places and shuffled.shape == x.shape


def test_the_share_that_is_lost():
    x = np.array([[1.0, 4.0], [3.0, 8.0]])
    assert code_checks._unexplained(Stub(copies=lambda rows: rows + 3), x) == 9 / 2.5
    flat = np.full((2, 2), 4.0)
    assert code_checks._unexplained(Stub(copies=lambda rows: rows + 1e-6), flat) == pytest.approx(1)


def dense_said(codes, **answers):
    """What is said of a code that a penalty should make sparse."""
    asks = SimpleNamespace(layer=ActivityPenalty(0.1))
    answers = {"steps": [step(ROWS), asks]} | answers
    return said(code_checks.dense_code(Stub(codes=codes, **answers)))


@pytest.mark.parametrize(
    "numbers, expected",
    [
        ([100] * 10, ("look", "100% of the code above a hundredth of its largest number")),
        ([100] * 9 + [1.0], ("fine", "90% of the code above a hundredth of its largest number")),
        ([100] * 9 + [1.1], ("look", "100% of the code above a hundredth of its largest number")),
        ([-10] + [1] * 8 + [2], ("fine", "100% of the code above a hundredth of its largest numb")),
        ([-10] + [1] * 8 + [-2.1], ("look", "100% of the code above a hundredth of its largest ")),
        ([0.5] * 9 + [0.008], ("look", "100% of the code above a hundredth of its largest numbe")),
        ([0.0] * 10, ("fine", "0% of the code above a hundredth of its largest number")),
    ],
)
def test_a_code_is_dense_where_most_is_on(numbers, expected):
    found = dense_said(np.array([numbers], float))
    assert found[0] == expected[0] and found[1].startswith(expected[1])


def test_who_is_not_asked_for_a_sparse_code():
    codes = np.ones((4, 2))
    assert dense_said(codes, steps=[step(ROWS)]) is None
    assert dense_said(codes, trained=False) is dense_said(codes, posterior=1) is None
    assert dense_said(None) is None


def test_what_asks_for_few_units():
    def named(name, l1=None):
        layer = type(name, (), {})()
        layer.activity_regularizer = SimpleNamespace(l1=l1)
        return code_checks._asks_for_few(layer)

    assert named("Dense", 0.5) is True and named("Dense", np.float32(1e-3)) is True
    assert named("Dense") is named("Dense", 0.0) is False
    assert named("KSparse") and named("MyPenalty", 0.0) and named("LifetimeSparsity")
