"""Properties of the functions that measure: for any numbers, a right answer or a clear error.

The numbers come in what people hold them in: integers, booleans, half and double precision, lists;
grey, coloured and oblong images; empty sets, single rows, more columns than rows, and among them
values that are not finite. An error that is not the documented one fails.
"""

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats
from scipy.special import logsumexp

from aeutils import evaluation, inputs, layers, losses, plotting
from aeutils.data import check_images

settings.register_profile(
    "book",
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("book")

KINDS = ("float16", "float32", "float64", "uint8", "int64", "bool")
SIDES = st.integers(0, 5)
SHAPES = st.one_of(
    st.tuples(SIDES, SIDES),
    st.tuples(SIDES, SIDES, SIDES),
    st.tuples(SIDES, SIDES, SIDES, st.sampled_from([1, 3])),
)


def numbers(kind, bad=False):
    if kind == "bool":
        return st.booleans()
    if kind in ("uint8", "int64"):
        return st.integers(0, 255)
    width = {"float16": 16, "float32": 32, "float64": 64}[kind]
    return st.floats(-100, 100, width=width) if not bad else st.floats(width=width)


@st.composite
def arrays(draw, shape=SHAPES, kinds=KINDS, bad=False):
    shape = draw(shape) if isinstance(shape, st.SearchStrategy) else shape
    kind = draw(st.sampled_from(kinds))
    return draw(hnp.arrays(kind, shape, elements=numbers(kind, bad)))


@st.composite
def pairs(draw, **options):
    """Two arrays that mostly have one shape, though not one type."""
    x = draw(arrays(**options))
    shape = x.shape if draw(st.booleans()) or draw(st.booleans()) else SHAPES
    return x, draw(arrays(**{**options, "shape": shape}))


def as_given(x, listed):
    return x.tolist() if listed else x


def is_set(*arrays):
    """Say whether all are matrices of one width with a row and a column or more."""
    return all(a.ndim == 2 and a.size for a in arrays) and len({a.shape[1] for a in arrays}) == 1


def finite(*arrays):
    return all(np.isfinite(a.astype("float64")).all() for a in arrays)


@given(pairs(bad=True), st.booleans())
def test_squared_error(pair, listed):
    x, x_hat = pair
    call = lambda: evaluation.squared_error_per_image(as_given(x, listed), x_hat)  # noqa: E731
    if x.shape != x_hat.shape or x.ndim < 2 or x.size == 0:
        with pytest.raises(ValueError):
            call()
        return
    with np.errstate(all="ignore"):
        wide = np.float64(x) - np.float64(x_hat)
        expected = (wide**2).reshape(len(x), -1).sum(axis=1)
        found = call()
    assert found.shape == (len(x),)
    if finite(x, x_hat) and (np.abs(wide) < 1e10).all():
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-3)
    else:
        assert not np.isfinite(found[~np.isfinite(expected)]).any()


@given(arrays(bad=True), arrays(bad=True), st.integers(-1, 30))
def test_pca_errors(train, test, size):
    def is_images(x):
        grey = x.ndim in (2, 4) and x.size and x.dtype.kind == "f"
        return grey and finite(x) and x.min() >= 0 and x.max() <= 1

    sound = is_images(train) and is_images(test) and train.shape[1:] == test.shape[1:]
    if not sound or len(train) < 2 or not 0 <= size <= train[0].size:
        with pytest.raises(ValueError):
            evaluation.pca_errors(train, test, [size])
        return
    evaluation.pca_errors(train, test, [size])


@given(
    arrays(shape=st.tuples(st.integers(2, 8), st.integers(1, 12)), kinds=["float32", "float64"]),
    st.integers(0, 12),
)
def test_pca_errors_are_those_of_the_singular_vectors(x, size):
    x = (x + 100) / 200
    size = min(size, x.shape[1])
    assume(len(x) > 2)
    train, test = x[:-1], x[-1:]
    found = evaluation.pca_errors(train, test, range(x.shape[1] + 1))
    mean = np.float64(train).mean(axis=0)
    vectors = np.linalg.svd(train - mean, full_matrices=False)[2][:size]
    centred = test - mean
    expected = ((centred - centred @ vectors.T @ vectors) ** 2).sum()
    values = list(found.values())
    assert all(a >= b - 1e-9 for a, b in zip(values, values[1:], strict=False))
    spread = np.linalg.svd(train - mean, compute_uv=False)
    clear = size >= len(spread) or size == 0 or spread[size - 1] - spread[size] > 1e-3
    if clear and (spread[: min(size, len(spread))] > 1e-3).all():
        assert found[size] == pytest.approx(expected, abs=1e-6)


def test_pca_errors_of_few_rows_and_very_many_columns():
    """The matrix of all pairs of a million columns would fill eight terabytes."""
    x = np.random.default_rng(0).random((6, 1_000_000), dtype="float32")
    errors = evaluation.pca_errors(x[:5], x[5:], [0, 2, 4, 1000])
    assert errors[0] > errors[2] > errors[4] == pytest.approx(errors[1000])


@given(arrays(bad=True), st.booleans())
def test_dead_units(z, listed):
    if z.ndim < 2 or len(z) < 2 or z.size == 0 or not finite(z):
        with pytest.raises(ValueError):
            evaluation.dead_units(as_given(z, listed))
        return
    flat = z.reshape(-1, z.shape[-1])
    expected = np.mean([len(np.unique(column)) == 1 for column in flat.T])
    assert evaluation.dead_units(as_given(z, listed)) == pytest.approx(expected)


@given(arrays(bad=True))
def test_active_units(z):
    if z.ndim != 2 or len(z) < 2 or z.size == 0 or not finite(z):
        with pytest.raises(ValueError):
            evaluation.active_units(z)
        return
    with np.errstate(over="ignore"):
        assert evaluation.active_units(z) == (np.float64(z).var(axis=0) > 0.01).sum()


@given(arrays(bad=True), arrays(bad=True), st.data())
def test_probes(train, test, data):
    labels = [
        data.draw(hnp.arrays("int64", len(a), elements=st.integers(0, 2))) for a in (train, test)
    ]
    probe = data.draw(st.sampled_from([evaluation.knn_accuracy, evaluation.linear_probe_accuracy]))
    options = {"n_neighbors": 1} if probe is evaluation.knn_accuracy else {"max_iter": 5}
    two = len(np.unique(labels[0])) > 1
    huge = any(a.size and finite(a) and np.abs(np.float64(a)).max() > 1e30 for a in (train, test))
    assume(not huge)
    try:
        found = probe(train, labels[0], test, labels[1], **options)
    except ValueError:
        assert not (is_set(train, test) and finite(train, test) and two)
    else:
        assert is_set(train, test) and finite(train, test) and 0 <= found <= 1


@given(pairs(shape=st.tuples(st.integers(0, 6), st.integers(0, 3)), bad=True))
def test_mmd(pair):
    x, y = pair
    try:
        found = evaluation.mmd(x, y)
    except ValueError:
        constant = is_set(y) and len(y) > 1 and finite(y)
        constant = constant and np.median(stats.rankdata(np.float64(y[:, 0]))) >= 0
        assert not (is_set(x, y) and finite(x, y) and min(len(x), len(y)) > 1) or constant
    else:
        assert -2 <= found <= 2
        assert evaluation.mmd(y, x, [1.0]) == pytest.approx(evaluation.mmd(x, y, [1.0]), abs=1e-6)


@given(pairs(shape=st.tuples(st.integers(0, 5), st.integers(0, 3)), bad=True), st.floats())
def test_parzen(pair, bandwidth):
    x, samples = pair
    sound = is_set(x, samples) and finite(x, samples) and 0 < bandwidth < np.inf
    if not sound:
        with pytest.raises(ValueError):
            evaluation.parzen_log_likelihood(x, samples, bandwidth)
        return
    x, samples = np.float64(x), np.float64(samples)
    assume(1e-2 < bandwidth < 1e2 and np.abs([*x.flat, *samples.flat]).max() < 1e4)
    found = evaluation.parzen_log_likelihood(x, samples, bandwidth)
    parts = stats.norm(samples, bandwidth).logpdf(x[:, None]).sum(axis=2)
    expected = logsumexp(parts, axis=1) - np.log(len(samples))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-3 / bandwidth**2)


@given(arrays(bad=True))
def test_check_images(x):
    sound = x.ndim in (2, 4) and x.size and x.dtype.kind == "f" and finite(x)
    if sound and x.min() >= 0 and x.max() <= 1:
        assert check_images(x) is x
    else:
        with pytest.raises(ValueError, match="x "):
            check_images(x)


@given(arrays(bad=True), st.booleans())
def test_as_array(x, listed):
    taken = inputs.as_array(as_given(x, listed), "x")
    assert taken.shape == np.shape(as_given(x, listed))
    np.testing.assert_array_equal(taken, np.asarray(as_given(x, listed)))


@given(pairs(shape=st.tuples(st.integers(1, 4), st.integers(1, 4))), st.booleans())
def test_likelihoods(pair, listed):
    """Any two types beside each other, where a backend would refuse or cut them."""
    x, other = pair
    if x.shape != other.shape:
        return
    x, wide = np.float64(x), np.float64(other)
    x01 = np.clip(x, 0, 1)
    cast = {"rtol": 2e-3, "atol": 2e-2}
    nll = losses.bernoulli_nll(as_given(x01.astype("float32"), listed), other)
    expected = (np.logaddexp(0, wide) - x01 * wide).sum(axis=-1)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(nll), expected, **cast)
    nll = losses.gaussian_nll(pair[0], as_given(other, listed))
    expected = -stats.norm(wide).logpdf(x).sum(axis=-1)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(nll), expected, **cast)
    kl = losses.gaussian_kl(other, np.zeros(other.shape, "float32"))
    np.testing.assert_allclose(keras.ops.convert_to_numpy(kl), 0.5 * (wide**2).sum(axis=-1), **cast)


MAKERS = [
    lambda: layers.GaussianCorruption(stddev=0.0),
    lambda: layers.MaskingCorruption(0.0),
    lambda: layers.ActivityPenalty(0.1),
    lambda: layers.KSparse(1),
    lambda: layers.LifetimeSparsity(1.0),
]


@settings(max_examples=25)
@given(
    arrays(shape=st.tuples(st.integers(1, 3), st.integers(1, 4)), kinds=["float32", "uint8"]),
    st.sampled_from(MAKERS),
    st.booleans(),
)
def test_layers_keep_shapes(x, make, training):
    layer = make()
    takes_mode = "training" in layer.call.__code__.co_varnames
    found = layer(x, training=training) if takes_mode else layer(x)
    assert tuple(found.shape) == x.shape
    found = keras.ops.convert_to_numpy(found)
    assert ((found == x) | (found == 0)).all()


@settings(max_examples=25)
@given(arrays(bad=True), st.integers(0, 3))
def test_pictures_of_images(images, columns):
    assume(images.size)
    square = images.ndim == 2 and int(np.sqrt(images.shape[1])) ** 2 == images.shape[1]
    square |= images.ndim > 2 and images.shape[1] == images.shape[2]
    grey = images.ndim < 4 or images.shape[3] == 1
    scaled = images.dtype.kind in "fb" or images.max() <= 1
    try:
        figure = plotting.image_grid(images, columns)
    except ValueError:
        assert not (square and grey and scaled and finite(images) and columns)
    else:
        assert square and grey and scaled and finite(images) and columns
        shown = [axis for axis in figure.axes if axis.get_images()]
        assert len(shown) == len(images)
    finally:
        plt.close("all")


@pytest.mark.parametrize("shape", [(2, 1, 4), (2, 2, 8, 1), (1, 1, 1, 4), (3, 2, 2, 3)])
def test_oblong_and_coloured_images_are_not_drawn_as_squares(shape):
    with pytest.raises(ValueError, match="images has shape"):
        plotting.image_grid(np.zeros(shape))


def test_pixels_to_255_are_not_drawn_white():
    with pytest.raises(ValueError, match="run from 0 to 255; .* Divide by 255"):
        plotting.image_grid(np.array([[0, 255, 3, 7]], "uint8"))


@settings(max_examples=15)
@given(arrays(shape=st.tuples(SIDES, st.just(2)), kinds=["float32", "int64"], bad=True), st.data())
def test_pictures_of_codes(z, data):
    labels = data.draw(hnp.arrays("int64", len(z), elements=st.integers(0, 2)))
    names = data.draw(st.sampled_from([None, ["a", "b", "c"], ["a"]]))
    try:
        plotting.code_scatter(z, labels, names)
    except ValueError:
        unnamed = names is not None and len(labels) and labels.max() >= len(names)
        assert not finite(z) or unnamed or len(z) == 0
    else:
        assert finite(z)
    finally:
        plt.close("all")
