"""Models that know nothing, less than PCA, or their training rows by heart."""

import math

import keras
import numpy as np
import pytest
from checkup_cases import AXES, SIZE, X, dense, subject, verdict
from checkup_stub import ROWS, Stub, always, data, said
from keras import layers

from aeutils.checkup import error_checks
from aeutils.evaluation import pca_errors

CLEAN = {"y_train": np.float32(1.001) * X[:300], "y_valid": np.float32(1.001) * X[300:]}


def constant(value=0.0):
    """A model that gives one value whatever it gets, and is trained."""
    last = dense(np.zeros((3, SIZE)), bias=np.full(SIZE, value))
    return keras.Sequential([keras.Input((SIZE,)), dense(AXES, bias=np.full(3, 0.1)), last])


def weaker(share):
    """The best linear copies times a factor."""
    parts = [dense(AXES), dense(share * AXES.T, bias=np.full(SIZE, 1e-6))]
    return keras.Sequential([keras.Input((SIZE,)), *parts])


@pytest.mark.parametrize(
    "model, expected",
    [(constant(0.2), "wrong"), (constant(0.001), "wrong"), (weaker(0.02), "look")]
    + [(weaker(1.0), "fine")],
)
def test_mean_error(model, expected):
    model.compile("adam", "mse")
    model.optimizer.iterations.assign(1)
    assert verdict(error_checks.mean_error(subject(model))) == expected


def test_mean_error_of_an_untrained_model_is_no_error():
    model = keras.Sequential([keras.Input((SIZE,)), layers.Dense(SIZE, "sigmoid")])
    model.compile("adam", "mse")
    assert verdict(error_checks.mean_error(subject(model))) == "fine"


def test_mean_error_of_a_denoiser_is_never_proof():
    assert verdict(error_checks.mean_error(subject(constant(0.2), **CLEAN))) == "look"


def test_mean_error_keeps_silent():
    other = keras.Sequential([keras.Input((SIZE,)), layers.Dense(7)])
    assert error_checks.mean_error(subject(other)) is None


def test_pca_error():
    assert verdict(error_checks.pca_error(subject(weaker(1.0)))) == "fine"
    outcome = error_checks.pca_error(subject(weaker(0.5)))
    assert outcome.verdict == "look" and "PCA with 3 numbers" in outcome.measured
    wide = keras.Sequential([keras.Input((SIZE,)), layers.Dense(SIZE), layers.Dense(SIZE)])
    assert error_checks.pca_error(subject(wide)) is None


@pytest.mark.parametrize("low, told", [(0.0, True), (-0.5, False)])
def test_a_model_that_is_not_behind_is_told_of_pca_and_a_curve(low, told):
    """The curve is for values from 0 to 1; of such rows it makes what `pca_errors` makes."""
    rows = (X - X.min()) / np.ptp(X) + np.float32(low)
    last = dense(AXES.T, bias=rows[:300].mean(axis=0) - rows[:300].mean(axis=0) @ AXES @ AXES.T)
    model = keras.Sequential([keras.Input((SIZE,)), dense(AXES), last])
    outcome = error_checks.pca_error(subject(model, rows))
    assert outcome.verdict == "fine"
    *_, end = outcome.measured.split("; PCA with ")
    if told:
        error = pca_errors(rows[:300], rows[300:], [3], curve=True)[3] / SIZE
        assert end == f"3 numbers and a curve {error:.4g}"
    else:
        assert "curve" not in outcome.measured


@pytest.mark.parametrize(
    "off, activation, noise, expected",
    [(5, "relu", 0, "wrong"), (5, "linear", 0, "look"), (0, "relu", 0, "look")]
    + [(1, "relu", 0, "wrong"), (1, "relu", 0.5, "look")],
)
def test_outputs_without_a_gradient_prove_that_pca_stays_ahead(off, activation, noise, expected):
    """Noise is an error that PCA has too: then what one output costs is less than all of it."""
    rows = X + noise * np.random.default_rng(1).normal(size=X.shape).astype("float32")
    rows -= rows.min(axis=0)
    bias = np.where(np.arange(SIZE) < off, -1.0, rows.mean(axis=0))
    parts = [dense(AXES), dense(np.zeros((3, SIZE)), bias=bias, activation=activation)]
    model = keras.Sequential([keras.Input((SIZE,)), *parts])
    outcome = error_checks.pca_error(subject(model, rows))
    cost = np.sum(rows[300:, :off] ** 2) / rows[300:].size
    assert outcome.verdict == expected
    assert (f"cost {cost:.4g} alone" in outcome.measured) == (expected == "wrong")


def test_pca_error_is_that_of_pca():
    train, valid = X[:300].astype("float64"), X[300:].astype("float64")
    mean = train.mean(axis=0)
    axes = np.linalg.svd(train - mean)[2][:3].T
    error = np.mean((valid - mean - (valid - mean) @ axes @ axes.T) ** 2)
    assert f"numbers {error:.4g}" in error_checks.pca_error(subject(weaker(1.0))).measured


def test_code_bits():
    rng = np.random.default_rng(0)
    assert error_checks.code_bits(rng.normal(size=(500, 8))) == 64
    bits = rng.integers(0, 2, (5000, 8)).astype(float)
    assert error_checks.code_bits(bits) == pytest.approx(8, abs=0.01)
    sparse = np.zeros((500, 64))
    sparse[:, :2] = rng.normal(size=(500, 2))
    assert error_checks.code_bits(sparse) == pytest.approx(16 + np.log2(64 * 63 / 2))


def test_nearest_error():
    assert verdict(error_checks.nearest_error(subject(weaker(1.0)))) == "fine"
    outcome = error_checks.nearest_error(subject(weaker(0.1)))
    assert outcome.verdict == "look" and "300 training rows" in outcome.measured
    assert error_checks.nearest_error(subject(weaker(1.0), **CLEAN)) is None


def test_overfit():
    noise = np.random.default_rng(0).normal(size=X.shape).astype("float32")
    first = dense((40 * noise[:300].T).astype("float32"), activation="softmax")
    model = keras.Sequential([keras.Input((SIZE,)), first, dense(noise[:300])])
    assert verdict(error_checks.overfit(subject(model, noise))) == "wrong"
    assert verdict(error_checks.overfit(subject(weaker(1.0)))) == "fine"
    half = keras.Sequential([keras.Input((SIZE,)), first, dense(0.5 * noise[:300])])
    outcome = error_checks.overfit(subject(half, noise))
    assert outcome.verdict == "look" and "by heart" not in outcome.advice
    untrained = keras.Sequential([keras.Input((SIZE,)), layers.Dense(SIZE)])
    assert error_checks.overfit(subject(untrained)) is None


def nearest(sharp):
    """A code of three numbers, and from it the training rows whose codes are near, not a map."""
    codes = X[:300] @ AXES
    choose = dense(
        2 * sharp * codes.T, bias=-sharp * np.sum(codes**2, axis=1), activation="softmax"
    )
    return keras.Sequential([keras.Input((SIZE,)), dense(AXES), choose, dense(X[:300])])


def test_what_pca_of_the_same_rows_knows_better_was_learned_by_heart():
    outcome = error_checks.overfit(subject(nearest(1e3)))
    assert outcome.verdict == "wrong" and "; PCA of these" in outcome.measured
    share = error_checks.errors(subject(nearest(1e3)))
    assert share[0] < error_checks.UNEXPLAINED * share[1]  # the other proof does not see it
    assert verdict(error_checks.overfit(subject(nearest(3.0)))) == "look"


def test_a_little_by_heart_that_costs_little():
    """The best linear copy, and a third of what it leaves of the nearest training row."""
    rows, x = X[:300], keras.Input((SIZE,))
    left = rows - rows @ AXES @ AXES.T
    sharp = dense(2e3 * rows.T, bias=-1e3 * np.sum(rows**2, axis=1), activation="softmax")
    copies = dense(AXES.T)(dense(AXES)(x))
    model = keras.Model(x, layers.Add()([copies, dense(0.35 * left)(sharp(x))]))
    outcome = error_checks.overfit(subject(model))
    assert outcome.verdict == "look" and "PCA" not in outcome.measured


@pytest.mark.parametrize(
    "error, loss, posterior, expected",
    [
        (1.79, "mse", None, "fine"),
        (1.8, "mse", None, "look"),
        (1.99, "mse", None, "look"),
        (2.0, "mse", None, "wrong"),
        (2.09, "mse", "drawn", "look"),
        (2.1, "mse", "drawn", "wrong"),
        (2.09, len, None, "look"),
        (2.1, len, None, "wrong"),
    ],
)
def test_how_much_of_a_row_is_learned(monkeypatch, error, loss, posterior, expected):
    monkeypatch.setattr(error_checks, "errors", always((error, 2.0)))
    for words, rival in ((False, "the mean row"), (True, "the frequencies of the tokens")):
        monkeypatch.setattr(error_checks, "is_vocabulary", always(words))
        measured = f"{error:.4g}, {error / 2:.3g} times that of {rival}"
        asked = Stub(loss=loss, posterior=posterior)
        assert said(error_checks.mean_error(asked)) == (expected, measured)
    fresh = Stub(loss=loss, posterior=posterior, trained=False)
    assert said(error_checks.mean_error(fresh)) == ("fine", measured)
    other = Stub(data(ROWS, ROWS, ROWS, ROWS), loss=loss, posterior=posterior)
    assert error_checks.mean_error(other).verdict == ("fine" if error == 1.79 else "look")


def pca_said(monkeypatch, bits, size=4, rivals=(0.8, 0.4, 0.2, 0.1, 0.05), off=1.0, **answers):
    """What is said of copies that are off, beside PCA with one number, two and so on."""
    monkeypatch.setattr(error_checks, "code_bits", always(bits))
    monkeypatch.setattr(error_checks, "pca_valid_error", lambda s, k: rivals[k - 1])
    answers = {"valid_copies": ROWS[30:] + off, "codes": np.ones((10, size))} | answers
    return said(error_checks.pca_error(Stub(**answers)))


@pytest.mark.parametrize(
    "bits, fair, expected",
    [
        (32.0, 4, "look"),
        (99.0, 4, "look"),
        (28.5, 4, "look"),
        (27.0, 3, "look"),
        (12.5, 2, "look"),
        (11.5, 1, "fine"),
        (1.0, 1, "fine"),
        (0.0, 1, "fine"),
    ],
)
def test_pca_with_as_many_numbers_and_with_as_many_bits(monkeypatch, bits, fair, expected):
    more = {4: "", 3: ", with 3 (as many bits) 0.2", 2: ", with 2 (as many bits) 0.4"}
    more |= {1: ", with 1 (as many bits) 0.8"}
    found = pca_said(monkeypatch, bits)  # an error of 1 is 1.25 times that of one number
    assert found == (expected, f"1; PCA with 4 numbers 0.1{more[fair]}")


def test_who_is_not_compared_with_pca(monkeypatch):
    assert pca_said(monkeypatch, 99.0, size=5)[0] == "look"
    assert pca_said(monkeypatch, 99.0, size=6) is pca_said(monkeypatch, 99.0, size=0) is None
    assert pca_said(monkeypatch, 8.0, size=1)[0] == "fine"
    assert pca_said(monkeypatch, 99.0, trained=False) is None
    assert pca_said(monkeypatch, 99.0, codes=None) is None
    assert pca_said(monkeypatch, 99.0, valid_copies=ROWS) is None
    assert pca_said(monkeypatch, 99.0, rows=data(ROWS, ROWS, ROWS, ROWS), valid_copies=ROWS) is None


def projected(train, rows, size):
    """Rows on the first principal axes of training rows."""
    mean = train.mean(axis=0)
    axes = np.linalg.svd(train - mean)[2][:size]
    return mean + (rows - mean) @ axes.T @ axes


def test_the_errors_of_pca():
    train, valid = 3 + ROWS[:30], 1 + ROWS[30:]
    asked = Stub(data(train, valid), codes=np.ones((10, 2)), valid_copies=valid)
    new = np.mean((projected(train, valid, 2) - valid) ** 2)
    assert error_checks.pca_valid_error(asked, 2) == pytest.approx(new)
    seen = np.mean((projected(train, train, 2) - train) ** 2)
    assert error_checks._linear_errors(asked) == pytest.approx((seen, new))
    ended = valid.reshape(10, 3, 2).copy()
    ended[4:, 2] = -9.0
    padded = data(train.reshape(30, 3, 2), ended, kind="sequences", mask_value=-9.0)
    asked = Stub(padded, codes=np.ones((10, 2)))
    misses = (projected(train, ended.reshape(10, 6), 2).reshape(ended.shape) - ended) ** 2
    known = misses[~padded.filled].mean()
    assert error_checks.pca_valid_error(asked, 2) == pytest.approx(known)
    assert error_checks._linear_errors(asked) is None


def test_who_has_no_linear_errors():
    def errors(size=5, **answers):
        return error_checks._linear_errors(Stub(**{"codes": np.ones((10, size))} | answers))

    assert errors() is not None
    assert errors(6) is errors(0) is errors(codes=None) is errors(valid_copies=ROWS) is None
    assert errors(1) is not None
    assert errors(rows=data(ROWS[:30], ROWS[30:], ROWS[:30], ROWS[30:])) is None


def test_the_bits_of_units_with_two_values():
    codes = np.array([[100.0, 5, 7], [200, 5, 7], [102, 5, 7], [198, 105, 7]])
    quarter = -(0.25 * math.log2(0.25) + 0.75 * math.log2(0.75))
    assert error_checks.code_bits(codes) == pytest.approx(1 + quarter)
    codes[2, 0] = 102.1
    assert error_checks.code_bits(codes) == 24.0


@pytest.mark.parametrize(
    "units, on, bits",
    [
        (4, [2, 2, 2], 16 + math.log2(6)),
        (4, [3, 3, 3], 32),
        (6, [2, 2, 2], 16 + math.log2(15)),
        (6, [1, 1, 2], 8 + math.log2(6)),
        (2, [1, 1, 1], 9),
    ],
)
def test_the_bits_of_sparse_codes(units, on, bits):
    codes = np.array([[2.0, -1.0, 3.0, 0.5][:count] + [0.0] * (units - count) for count in on])
    codes *= np.arange(1, 4)[:, None]
    assert error_checks.code_bits(codes) == pytest.approx(bits, rel=1e-12)


def nearest_said(off, valid=None, train=ROWS[:30], **answers):
    """What is said of copies that are off by a number."""
    valid = train + 2 if valid is None else valid
    rows = answers.pop("rows", None) or data(train, valid)
    return said(
        error_checks.nearest_error(
            Stub(rows, **{"valid_copies": rows.target_valid + off} | answers)
        )
    )


def test_the_nearest_training_row():
    train = np.array([[0.0, 0, 0], [4, 4, 4], [90, 90, 90]])
    valid = np.array([[1.0, 1, 1], [3, 3, 3]])
    words = "{}; the nearest of 3 training rows 1"
    assert nearest_said(1.0, valid, train) == ("fine", words.format(1))
    assert nearest_said(1.1, valid, train) == ("look", words.format(1.21))
    far = np.array([[1.0, 1, 1], [6, 6, 6]])
    assert nearest_said(1.5, far, train) == ("fine", "2.25; the nearest of 3 training rows 2.5")
    assert nearest_said(0.5, train, train) == ("look", "0.25; the nearest of 3 training rows 0")
    many = np.concatenate([np.tile(valid, (100, 1)), [[50.0, 50, 50]]])
    assert nearest_said(1.0, many, train) == ("fine", words.format(1))
    copies = many + 1
    copies[200] = 0
    assert nearest_said(0, many, train, valid_copies=copies) == ("fine", words.format(1))
    maps = data(train.reshape(3, 3, 1), valid.reshape(2, 3, 1), kind="images")
    assert nearest_said(1.0, rows=maps) == ("fine", words.format(1))


def test_who_is_not_compared_with_the_nearest_row():
    assert nearest_said(1.0) is not None
    assert nearest_said(1.0, trained=False) is nearest_said(1.0, valid_copies=ROWS[:3]) is None
    assert nearest_said(1.0, rows=data(ROWS, ROWS, ROWS, ROWS)) is None
    steps = ROWS.reshape(40, 3, 2)
    assert nearest_said(1.0, rows=data(steps, steps, kind="sequences", mask_value=0.0)) is None


def overfit_said(monkeypatch, new, seen=1.0, pair=(0.1, 1.0), linear=None, **answers):
    """What is said of errors on new rows and on training rows."""
    asked = Stub(**{"train_copies": ROWS[:10]} | answers)
    values = {id(asked.train_copies): seen, id(asked.valid_copies): new}

    def mean_square(copies, target, filled=None):
        size = 10 if copies is asked.train_copies else len(asked.data.target_valid)
        assert len(target) == size and (filled is None) == (asked.data.filled is None)
        assert filled is None or len(filled) == size
        return values[id(copies)]

    monkeypatch.setattr(error_checks, "mean_square", mean_square)
    monkeypatch.setattr(error_checks, "errors", always(pair))
    monkeypatch.setattr(error_checks, "_linear_errors", always(linear))
    return said(error_checks.overfit(asked))


@pytest.mark.parametrize(
    "new, pair, linear, expected",
    [
        (1.5, (0.9, 1.0), (9.0, 0.1), "fine"),
        (1.6, (0.9, 1.0), None, "look"),
        (5.0, (0.9, 1.0), None, "look"),
        (5.1, (0.9, 1.0), None, "wrong"),
        (5.1, (0.4, 2.0), None, "look"),
        (5.1, (0.41, 2.0), None, "wrong"),
        (2.0, (0.1, 1.0), (1.26, 1.5), "wrong"),
        (2.0, (0.1, 1.0), (1.25, 1.5), "look"),
        (2.0, (0.1, 1.0), (1.26, 1.6), "look"),
        (2.1, (0.1, 1.0), (1.26, 1.6), "wrong"),
    ],
)
def test_learned_by_heart(monkeypatch, new, pair, linear, expected):
    measured = f"{new:.4g} on validation rows, 1 on training rows"
    if linear and expected == "wrong":
        measured += f"; PCA of these {linear[1]:.4g} and {linear[0]:.4g}"
    assert overfit_said(monkeypatch, new, pair=pair, linear=linear) == (expected, measured)


def test_who_is_not_asked_whether_it_overfits(monkeypatch):
    assert overfit_said(monkeypatch, 2.0, 4.0)[0] == "fine"
    assert overfit_said(monkeypatch, 10.0, 2.0, (0.9, 1.0))[0] == "look"
    assert overfit_said(monkeypatch, 2.0, trained=False) is None
    assert overfit_said(monkeypatch, 2.0, pair=None) is None
    steps = ROWS.reshape(40, 3, 2)
    rows = data(steps[:30], steps[30:], kind="sequences", mask_value=0.0)
    assert overfit_said(monkeypatch, 2.0, rows=rows)[0] == "look"
    monkeypatch.setattr(error_checks, "is_vocabulary", always(True))
    assert overfit_said(monkeypatch, 2.0) is None
