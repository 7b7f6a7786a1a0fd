"""What training takes as data, and what it says about data under which nothing can be learned."""

import math
import re
import types
import warnings

import keras
import numpy as np
import pytest
from keras import layers
from scipy import sparse

from aeutils import inputs
from aeutils.models import VariationalAutoencoder
from aeutils.training import fit

X = np.random.default_rng(0).random((64, 4), dtype=np.float32)


def make_model(activation=None):
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((4,)), layers.Dense(4, activation)])


def train(model, x=X, y=None, **options):
    defaults = {"loss": "mse", "valid": None, "epochs": 1, "jit_compile": False}
    return fit(model, x, y, **{**defaults, **options}).history


def make_vae(outputs=2):
    x, z = keras.Input((4,)), keras.Input((2,))
    encoder = keras.Model(x, [layers.Dense(2)(x) for _ in range(outputs)])
    return VariationalAutoencoder(encoder, keras.Model(z, layers.Dense(4)(z)))


def with_gap(rows=(7,)):
    x = X.copy()
    x[list(rows), 1] = np.nan
    return x


class Table:
    """Says that it is an array, as a table of a data frame does."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return self.values


@pytest.mark.parametrize("loss", ["binary_crossentropy", "bce", keras.losses.BinaryCrossentropy()])
def test_pixels_to_255_with_a_cross_entropy(loss):
    """Kept silent, the loss falls to minus thousands."""
    with pytest.raises(ValueError, match=r"x runs from 0\.\d+ to 255, .* targets from 0 to 1.*255"):
        train(make_model("sigmoid"), 255 * X / X.max(), loss=loss)


@pytest.mark.parametrize(
    ("loss", "refused"),
    [
        (keras.losses.BinaryFocalCrossentropy(), True),
        ("kl_divergence", True),
        (keras.losses.CategoricalCrossentropy(from_logits=True), True),
        ("poisson", True),
        ("mse", False),
        (keras.losses.Huber(), False),
    ],
)
def test_standardised_data(loss, refused):
    x = (X - X.mean(axis=0)) / X.std(axis=0)
    if refused:
        with pytest.raises(ValueError, match="for standardised data take loss='mse'"):
            train(make_model(), x, loss=loss)
    else:
        train(make_model(), x, loss=loss)


def test_counts_suit_the_poisson_loss():
    train(make_model("softplus"), np.round(9 * X), loss="poisson")


def test_targets_apart_from_the_inputs_are_looked_at():
    with pytest.raises(ValueError, match=r"y runs from 1\.\d+ to 1\.\d+"):
        train(make_model("sigmoid"), X, 1 + X, loss="binary_crossentropy")
    train(make_model("sigmoid"), 9 * X, X, loss="binary_crossentropy")


def test_model_with_a_bernoulli_likelihood_of_its_own():
    fit(make_vae(), X, valid=None, epochs=1)
    with pytest.raises(ValueError, match="x runs from .* the loss asks for targets from 0 to 1"):
        fit(make_vae(), 255 * X, valid=None, epochs=1)


def test_a_likelihood_of_its_own_may_take_any_target():
    model = make_vae()
    model.target_range = None
    inputs.check_targets(model, 255 * X, None, "x")


def test_first_batch_of_a_data_set_is_looked_at():
    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, number):
            return X[:8], 255 * X[:8]

    with pytest.raises(ValueError, match="the targets of the first batch runs from"):
        train(make_model("sigmoid"), Batches(), loss="binary_crossentropy")
    train(make_model(), Batches())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"x": with_gap()}, r"x holds values .* 1 of 64 rows, the first of them row 7\."),
        ({"x": X, "y": with_gap((3, 9))}, r"y holds .* in 2 of 64 rows, the first of them row 3"),
        ({"valid": with_gap()}, r"valid\[0\] holds values that are not finite"),
        ({"x": X, "y": X, "valid": (X, with_gap())}, r"valid\[1\] holds values"),
        ({"x": np.where(X > 0.99, np.inf, X)}, r"x holds .* \(NaN or infinite\)"),
    ],
)
def test_values_that_are_not_finite(options, message):
    """Among the validation data alone they gave a val_loss of nan, and no word."""
    with pytest.raises(ValueError, match=message):
        train(make_model(), **options)


@pytest.mark.parametrize("optimizer", ["sgd", "adadelta", "adagrad", "ftrl"])
def test_optimizers_whose_rate_has_to_be_chosen(optimizer):
    with pytest.raises(ValueError, match=f"Give a learning_rate for the optimizer '{optimizer}'"):
        train(make_model(), optimizer=optimizer)
    train(make_model(), optimizer=optimizer, learning_rate=0.1)


def test_default_rate_of_adam():
    model = make_model()
    train(model, schedule="constant")
    assert float(model.optimizer.learning_rate) == pytest.approx(1e-3)


def test_accuracy_of_a_reconstruction():
    with pytest.warns(UserWarning, match="The accuracy of a reconstruction says nothing"):
        train(make_model(), metrics=["accuracy"])


def test_accuracy_of_a_classifier_is_taken_without_a_word():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2, "softmax")])
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        y = (X[:, 0] > 0.5).astype(int)
        train(model, X, y, loss="sparse_categorical_crossentropy", metrics=["accuracy"])


@pytest.mark.parametrize(
    "x",
    [
        X.tolist(),
        list(X),
        keras.ops.convert_to_tensor(X),
        keras.ops.cast(X, "bfloat16"),
        Table(X),
        X.astype("float64"),
        X.astype("float16"),
        (255 * X).astype("uint8"),
        X > 0.5,
    ],
    ids=["numbers", "rows", "tensor", "bfloat16", "table", "float64", "float16", "uint8", "bool"],
)
def test_whatever_holds_numbers(x):
    taken = inputs.as_array(x, "x")
    assert taken.shape == X.shape
    history = train(make_model(), x, valid=x)
    assert math.isfinite(history["val_loss"][-1])


def test_array_is_not_copied():
    assert inputs.as_array(X, "x") is X


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ((row for row in X), "x is a generator; give an array, or hand over batches by"),
        (iter([X]), "x is a list_iterator"),
        ({"x": X}, "x is a dict; give an array"),
        ("mnist", "x is a str; give an array"),
        (sparse.csr_matrix(X), r"x is a csr_matrix; x\.toarray\(\) makes an array"),
        ([[1.0], [1.0, 2.0]], "x is a list that makes no array .* one shape"),
        ([["a", "b"]], "holds values of type <U1, not numbers"),
        (np.array([[1, None]]), "holds values of type object"),
        (X + 1j, "holds values of type complex"),
        (types.SimpleNamespace(rows=X), "x is a SimpleNamespace that holds values of type object"),
    ],
)
def test_what_is_no_array_is_named_as_what_it_is(x, message):
    with pytest.raises(ValueError, match=message):
        train(make_model(), x)


@pytest.mark.parametrize("outputs", [1, 3])
def test_encoder_with_another_number_of_outputs(outputs):
    """With three outputs, the published example draws the code in the encoder."""
    number = re.escape(f"returns {outputs} tensor")
    with pytest.raises(ValueError, match=number + "s?; expected two, the mean and the logarithm"):
        fit(make_vae(outputs), X, valid=None, epochs=1)


def test_range_of_the_inputs_is_returned():
    x = np.array([[0.25, -3.0], [8.0, 1.0]])
    assert inputs.check_rows(x, None, "x", "y") == (-3, 8)
    assert inputs.check_rows(x, x, "x", "y") == inputs.check_rows(x, 99 * x, "x", "y") == (-3, 8)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (X[:, 0], None, r"x has shape \(64,\); expected \(n, ...\) with n above 0"),
        (X[:0], None, r"x has shape \(0, 4\); expected"),
        (X[:, :0], None, r"x has shape \(64, 0\); it holds no numbers"),
        (X, X[:63], "x has 64 rows and y 63; they must match"),
        (X, np.array(1.0), "x has 64 rows and y none; they must match"),
        (X.reshape(64, 2, 2) * np.nan, None, r"in 64 of 64 rows, the first of them row 0\."),
        (np.where(X[5, 2] == X, -np.inf, X), None, r"in 1 of 64 rows, the first of them row 5\."),
        (X, np.where(X[9, 0] == X, np.inf, X), r"y holds .* in 1 of 64 rows, .* row 9\."),
    ],
)
def test_rows_that_do_not_fit(x, y, message):
    with pytest.raises(ValueError, match=message):
        inputs.check_rows(x, y, "x", "y")


def test_one_row_and_one_target_a_row_are_enough():
    assert inputs.check_rows(np.ones((1, 1)), np.zeros(1), "x", "y") == (1, 1)


ENDS = np.array([[0.0, 1.0]])


@pytest.mark.parametrize(
    ("y", "loss", "bound"),
    [
        (ENDS, "binary_crossentropy", None),
        (ENDS - 0.001, "binary_crossentropy", "from 0 to 1"),
        (ENDS + 0.001, "binary_crossentropy", "from 0 to 1"),
        (ENDS + 0.001, keras.losses.binary_crossentropy, "from 0 to 1"),
        (ENDS + 0.001, "categorical_focal_crossentropy", "from 0 to 1"),
        (ENDS + 0.001, keras.losses.CategoricalFocalCrossentropy(), "from 0 to 1"),
        (ENDS * 1e6, "poisson", None),
        (ENDS - 0.001, "poisson", "of 0 or more"),
        (None, "binary_crossentropy", None),
        (ENDS[:0], "binary_crossentropy", None),
        (ENDS * 9, ["binary_crossentropy"], None),
        (ENDS * 9, {"out": "binary_crossentropy"}, None),
        (ENDS * 9, None, None),
        (ENDS - 9, "mse", None),
    ],
)
def test_targets_at_both_sides_of_what_a_loss_takes(y, loss, bound):
    if bound is None:
        inputs.check_targets(make_model(), y, loss, "y")
        return
    with pytest.raises(ValueError, match=f"y runs from .*, and the loss asks for targets {bound}"):
        inputs.check_targets(make_model(), y, loss, "y")


def test_range_of_the_model_is_for_its_own_loss_alone():
    model = types.SimpleNamespace(target_range=(-1.0, 2.0))
    inputs.check_targets(model, 2 * ENDS, None, "x")
    inputs.check_targets(model, 3 * ENDS, "mse", "x")
    with pytest.raises(ValueError, match="x runs from 0 to 3, .* from -1 to 2"):
        inputs.check_targets(model, 3 * ENDS, None, "x")
    assert inputs.name_of(None) == inputs.name_of([]) == ""


def test_validation_data_become_a_pair():
    assert inputs.pair_valid(None, None, "mse") is None
    x, y = inputs.pair_valid(X, None, "mse")
    assert x is X and y is X
    assert inputs.pair_valid(X, None, None)[1] is None
    x, y = inputs.pair_valid((X, X), None, "mse")
    assert x is y
    x, y = inputs.pair_valid((X.tolist(), (2 * X).tolist()), X, "mse")
    assert x.shape == X.shape and np.allclose(y, 2 * X)
    assert inputs.pair_valid((X, None), None, None)[1] is None


@pytest.mark.parametrize(
    ("valid", "y", "message"),
    [
        (X, X, "valid is one array, but y is given"),
        ((X,), None, "must be an array or a tuple of two"),
        ((X, X, X), None, "must be an array or a tuple of two"),
        ((X, None), None, "must be an array or a tuple of two"),
        ((X, X[:3]), None, r"valid\[0\] has 64 rows and valid\[1\] 3"),
        ((X, "y"), None, r"valid\[1\] is a str"),
        (("x", X), None, r"valid\[0\] is a str"),
        ("x", None, "valid is a str"),
    ],
)
def test_validation_data_that_are_no_pair(valid, y, message):
    with pytest.raises(ValueError, match=message):
        inputs.pair_valid(valid, y, "mse")


def test_what_hands_over_batches_is_known():
    assert not inputs.is_data_set(X) and not inputs.is_data_set([X])
    assert inputs.is_data_set(keras.utils.PyDataset())
    tensorflow = pytest.importorskip("tensorflow")
    assert inputs.is_data_set(tensorflow.data.Dataset.from_tensor_slices(X))


def test_types_of_numbers_are_kept_but_for_bfloat16():
    for kind in ("float64", "float16", "uint8", "bool", "int64"):
        assert inputs.as_array(X.astype(kind), "x").dtype == kind
    assert inputs.as_array(keras.ops.cast(X, "bfloat16"), "x").dtype == "float32"
    with pytest.raises(ValueError, match="x is a bytes; give an array, or hand over batches"):
        inputs.as_array(b"12", "x")
