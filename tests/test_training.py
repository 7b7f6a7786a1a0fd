"""Training: schedule, targets, validation, progress, and what stops it; on either backend."""

import re
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import layers

from aeutils import training
from aeutils.training import fit, gains_from_xla

X = np.random.default_rng(0).random((64, 4), dtype=np.float32)
JAX = keras.backend.backend() == "jax"


def make_model(units=4):
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((4,)), layers.Dense(units)])


def train(model, x=X, y=None, **options):
    """Train for one epoch, without the seconds that XLA takes to compile."""
    defaults = {"loss": "mse", "valid": None, "epochs": 1, "jit_compile": False}
    return fit(model, x, y, **{**defaults, **options}).history


def error(model, x, y):
    return np.mean((keras.ops.convert_to_numpy(model(x)) - y) ** 2)


class Scaled(keras.Model):
    """Brings its own loss: the mean squared error, times 100."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(4)

    def call(self, x):
        return self.dense(x)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        assert y is None
        return 100 * keras.ops.mean((x - y_pred) ** 2)


class Size(layers.Layer):
    """Adds the mean square of what passes through it to the loss of the model."""

    def call(self, x):
        self.add_loss(keras.ops.mean(x**2))
        return x


@pytest.fixture
def executions(monkeypatch):
    """Collect one item for each look at the loss, which comes after each execution."""
    seen = []
    original = training.Progress.on_train_batch_end

    def on_train_batch_end(self, batch, logs=None):
        seen.append(batch)
        original(self, batch, logs)

    monkeypatch.setattr(training.Progress, "on_train_batch_end", on_train_batch_end)
    return seen


@pytest.fixture
def one_by_one(monkeypatch):
    """Let data be larger than the device, so that Keras hands over one batch after the other."""
    monkeypatch.setattr(training.compiled, "possible", lambda *_: False)


def test_training_compiled_by_xla(capsys):
    model = make_model()
    options = {"learning_rate": 0.05, "batch_size": 27, "jit_compile": True}
    history = train(model, X[10:], valid=X[:10], epochs=80, **options)
    assert history["loss"][-1] < 0.1 * history["loss"][0]
    assert history["val_loss"][-1] == pytest.approx(error(model, X[:10], X[:10]), rel=1e-3)
    assert {key: len(values) for key, values in history.items()} == dict.fromkeys(
        ["loss", "val_loss", "seconds"], 80
    )
    assert history["seconds"][0] > 0 and all(np.diff(history["seconds"]) > 0)
    out = capsys.readouterr().out
    assert re.search(r"\repoch 80 of 80, \d+\.\d s: loss [\d.e-]+, val_loss [\d.e-]+\n$", out)


@pytest.mark.parametrize(("schedule", "last"), [("cosine", 0.0), ("constant", 0.5)])
def test_learning_rate_of_first_and_last_step(schedule, last):
    model = make_model()
    kernel, bias = (np.array(weight) for weight in model.get_weights())
    gradient = X.T @ (X @ kernel + bias - X) * 2 / X.size
    train(model, optimizer="sgd", learning_rate=0.5, schedule=schedule, batch_size=64)
    assert np.allclose(model.get_weights()[0], kernel - 0.5 * gradient, atol=1e-6)
    assert float(model.optimizer.learning_rate) == pytest.approx(last, abs=1e-9)


def test_cosine_ends_with_the_last_step_of_the_last_epoch():
    model = make_model()
    train(model, epochs=3, batch_size=30, learning_rate=0.5)
    rates = [float(model.optimizer._learning_rate(step)) for step in range(10)]
    assert rates == pytest.approx([0.25 * (1 + np.cos(np.pi * step / 9)) for step in range(10)])
    assert int(model.optimizer.iterations) == 9


def test_an_epoch_is_one_execution(executions):
    model = make_model()
    train(model, X[:40], batch_size=1, epochs=2)
    assert len(executions) == 2
    assert int(model.optimizer.iterations) == 80


@pytest.mark.parametrize(("rows", "count", "per_execution"), [(40, 3, 16), (3, 1, 3)])
def test_steps_per_execution_where_batches_come_one_by_one(
    rows, count, per_execution, executions, one_by_one
):
    model = make_model()
    train(model, X[:rows], batch_size=1)
    assert len(executions) == count
    assert model.steps_per_execution == per_execution
    assert int(model.optimizer.iterations) == rows


def test_loss_of_the_model_itself():
    model = Scaled()
    history = train(model, loss=None, valid=X[:9])
    assert history["val_loss"][-1] == pytest.approx(100 * error(model, X[:9], X[:9]), rel=1e-4)


def test_loss_of_a_layer():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(4), Size()])
    history = train(model, loss=None, valid=X[:9], epochs=5, learning_rate=0.05)
    assert history["val_loss"][-1] == pytest.approx(error(model, X[:9], 0), rel=1e-4)
    assert history["val_loss"][-1] < history["val_loss"][0]


def test_targets_and_metrics():
    model, y = make_model(2), 2 + X[:, :2]
    options = {"valid": (X[:9], y[:9]), "metrics": ["mae"], "learning_rate": 0.1}
    history = train(model, X, y, epochs=8, batch_size=16, **options)
    assert set(history) == {"loss", "mae", "val_loss", "val_mae", "seconds"}
    assert history["loss"][-1] < 0.5 * history["loss"][0]
    assert history["val_loss"][-1] == pytest.approx(error(model, X[:9], y[:9]), rel=1e-4)


def test_loss_that_is_not_finite_stops_at_once(executions):
    model = make_model()
    model.set_weights([np.full((4, 4), np.nan), np.zeros(4)])
    expected = r"The loss became nan in epoch 1\. Lower learning_rate \(now 0\.02\)\."
    with pytest.raises(FloatingPointError, match=expected):
        train(model, X[:40], batch_size=20, epochs=9, learning_rate=0.02)
    assert len(executions) == 1


def test_divergence_names_the_epoch(executions):
    options = {"optimizer": "sgd", "learning_rate": 1e30, "schedule": "constant"}
    with pytest.raises(FloatingPointError, match=r"became inf in epoch 2\. .*\(now 1e\+30\)"):
        train(make_model(), batch_size=64, epochs=9, **options)
    assert len(executions) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"x": X[:0]}, r"x has shape \(0, 4\); expected"),
        ({"x": X[:, 0]}, r"x has shape \(64,\)"),
        ({"y": X[:9]}, "x has 64 rows and y 9; they must match"),
        ({"valid": X[:0]}, r"valid\[0\] has shape \(0, 4\)"),
        ({"valid": (X, X[:9])}, r"valid\[0\] has 64 rows and valid\[1\] 9; they must match"),
        ({"epochs": 0}, "epochs is 0; it must be a whole number of 1 or more"),
        ({"epochs": 1.5}, r"epochs is 1\.5"),
        ({"batch_size": 0}, "batch_size is 0; it must be a whole number"),
        ({"batch_size": 0.5}, r"batch_size is 0\.5"),
        ({"learning_rate": 0}, "learning_rate is 0; it must be a number above 0"),
        ({"learning_rate": -1e-3}, r"learning_rate is -0\.001"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"learning_rate": float("inf")}, "learning_rate is inf"),
        ({"schedule": "linear"}, "schedule is 'linear'; choose 'cosine' or 'constant'"),
        ({"optimizer": "fastest"}, "fastest"),
    ],
)
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        train(make_model(), **options)


class Nested(keras.Model):
    """Holds a layer inside a layer inside a list."""

    class Block(layers.Layer):
        def __init__(self, layer):
            super().__init__()
            self.stages = [layers.Dense(2), layer]

    def __init__(self, layer):
        super().__init__()
        self.blocks = [self.Block(layers.Dense(2)), self.Block(layer)]


@pytest.fixture(params=["tensorflow", "jax"])
def backend(request, monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: request.param)
    return request.param


def holders(layer):
    """Return models that hold a layer at several depths."""
    inner = keras.Sequential([layers.Dense(2), layer])
    return [keras.Sequential([layer]), keras.Sequential([layers.Dense(2), inner]), Nested(layer)]


def test_dense_models_gain_from_xla(backend):
    assert [gains_from_xla(model) for model in holders(layers.Dense(2))] == [True] * 3


@pytest.mark.parametrize(
    "layer",
    [
        layers.GaussianNoise(0.5),
        layers.GaussianDropout(0.5),
        layers.Dropout(0.5),
        layers.SpatialDropout2D(0.5),
        layers.MaxPooling2D(),
        layers.UpSampling2D(),
        layers.Conv1D(2, 3),
        layers.Conv2D(2, 3, strides=2),
        layers.Conv1DTranspose(2, 3),
        layers.Conv2DTranspose(2, 3),
        layers.LSTM(2),
        layers.GRU(2),
        layers.Bidirectional(layers.LSTM(2)),
    ],
    ids=lambda layer: layer.name,
)
def test_other_models_gain_from_xla_on_jax_only(backend, layer):
    assert [gains_from_xla(model) for model in holders(layer)] == [backend == "jax"] * 3


def test_fit_compiles_by_that_rule_unless_overruled(monkeypatch):
    monkeypatch.setattr(keras.Model, "fit", lambda *args, **options: None)
    noisy = keras.Sequential([keras.Input((4,)), layers.GaussianNoise(0.1), layers.Dense(4)])
    for model, epochs, jit_compile, expected in (
        (make_model(), 1000, None, True),
        (make_model(), 999, None, JAX),  # 1998 steps are too few to pay for the compilation
        (noisy, 1000, None, JAX),
        (noisy, 400, True, True),
        (make_model(), 400, False, False),
    ):
        fit(model, X, valid=None, epochs=epochs, batch_size=32, loss="mse", jit_compile=jit_compile)
        assert model.jit_compile is expected


@pytest.mark.parametrize(
    ("y", "valid", "message"),
    [
        (X, X, r"valid must be \(inputs, targets\)"),
        (X, (X, None), "tuple of two"),
        (None, (X, X, X), "tuple of two"),
    ],
)
def test_targets_are_given_for_validation_too(y, valid, message):
    with pytest.raises(ValueError, match=message):
        train(make_model(), y=y, valid=valid)


@pytest.mark.parametrize(
    ("option", "value"),
    [("epochs", 2.0), ("batch_size", "8"), ("learning_rate", "fast"), ("optimizer", "adamant")],
)
def test_settings_of_a_wrong_type_are_named(option, value):
    with pytest.raises(ValueError, match=f"{option} is {value!r}"):
        train(make_model(), **{option: value})


def test_short_training_is_not_compiled_on_tensorflow(monkeypatch):
    monkeypatch.setattr(keras.Model, "fit", lambda self, *args, **options: options)
    for steps, expected in ((training.STEPS_WORTH_COMPILING - 1, JAX), (10_000, True)):
        model = make_model()
        fit(model, X, valid=None, loss="mse", batch_size=64, epochs=steps)
        assert model.jit_compile is expected


@pytest.mark.parametrize("size", [2, 4])
def test_reconstruction_of_another_size_is_refused(size):
    """Upsampled once too often, a decoder draws 56 x 56 for an image of 28 x 28."""
    x = np.zeros((4, 2, 2, 1), "float32")
    model = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.UpSampling2D(2)])
    if size == 2:
        model.add(keras.layers.MaxPooling2D(2))
        fit(model, x, valid=None, epochs=1, loss="mse")
        return
    with pytest.raises(ValueError, match=r"\(2, 2, 1\) into outputs of shape \(4, 4, 1\)"):
        fit(model, x, valid=None, epochs=1, loss="mse")


def test_targets_of_another_shape_than_the_input_are_allowed():
    x, y = np.zeros((8, 3), "float32"), np.zeros(8, "int64")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, "softmax")])
    fit(model, x, y, valid=None, epochs=1, loss="sparse_categorical_crossentropy")


class Sums(layers.Layer):
    """Keeps the sum of what passes through in training."""

    def build(self, input_shape):
        self.total = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, x, training=False):
        if training:
            self.total.assign(self.total + keras.ops.sum(x))
        return x


@pytest.fixture(params=["epochs", "batches"])
def way(request):
    """Go both ways of `fit`."""
    if request.param == "batches":
        request.getfixturevalue("one_by_one")


@pytest.mark.usefixtures("way")
def test_inputs_are_drawn_for_each_epoch():
    """Error 6: noise that is drawn once would give three times the first draw."""
    draws = []

    def draw():
        draws.append(np.full((8, 4), 10.0 ** len(draws), "float32"))
        return draws[-1]

    model = keras.Sequential([keras.Input((4,)), sums := Sums(), layers.Dense(4)])
    history = fit(model, draw, X[:8], valid=(X[:8], X[:8]), loss="mse", epochs=3, batch_size=4)
    assert len(draws) == 3
    assert float(sums.total) == 8 * 4 * 111
    assert len(history.history["loss"]) == len(history.history["val_loss"]) == 3
    assert history.history["seconds"] == sorted(history.history["seconds"])


@pytest.mark.usefixtures("way")
def test_drawn_inputs_are_their_own_targets():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(4, kernel_initializer="identity")])
    sizes = iter([1.0, 2.0, 3.0])
    history = fit(
        model,
        lambda: np.full((8, 4), next(sizes), "float32"),
        valid=None,
        loss="mse",
        epochs=3,
        learning_rate=1e-9,
    )
    assert history.history["loss"] == pytest.approx([0, 0, 0], abs=1e-6)


@pytest.mark.usefixtures("way")
def test_schedule_and_progress_go_on_over_the_draws(capsys):
    model = make_model()
    fit(model, lambda: X, X, valid=None, loss="mse", epochs=4, learning_rate=0.5)
    assert float(model.optimizer.learning_rate) == pytest.approx(0, abs=1e-6)
    assert "epoch 4 of 4" in capsys.readouterr().out


@pytest.mark.skipif(JAX, reason="counts the traces of TensorFlow")
def test_step_is_traced_once():
    traces = []

    class Traced(layers.Dense):
        def call(self, x, training=None):
            if training:
                traces.append(x)
            return super().call(x)

    train(keras.Sequential([keras.Input((4,)), Traced(4)]))
    assert len(traces) == 1


def test_model_that_has_not_seen_data_trains():
    assert len(train(Scaled(), loss=None, epochs=2)["loss"]) == 2


@pytest.mark.usefixtures("way")
def test_draw_may_ask_the_model():
    """As the walkback of the generative stochastic network does: it sees the trained weights."""
    model, seen = make_model(), []

    def draw():
        seen.append(keras.ops.convert_to_numpy(model(X)))
        return X

    fit(model, draw, X, valid=(X, X), loss="mse", epochs=3, learning_rate=0.1)
    assert len(seen) == 3 and not np.allclose(seen[1], seen[2], atol=1e-3)


def test_draws_of_batches_that_come_one_by_one(monkeypatch):
    """As on JAX with a convolution: any sequence of rows, of one size, and each epoch is listed."""
    monkeypatch.setattr(training.compiled, "possible", lambda *_: False)
    settings = {"loss": "mse", "valid": None, "jit_compile": False}
    found = fit(make_model(), lambda: X.tolist(), epochs=3, **settings)
    assert found.epoch == [0, 1, 2] and len(found.history["loss"]) == 3
    sizes = iter([64, 32])
    with pytest.raises(ValueError, match=r"x\(\) returned inputs of shape \(32, 4\)"):
        fit(make_model(), lambda: X[: next(sizes)], epochs=2, **settings)


def test_targets_of_the_validation_are_checked():
    model = keras.Sequential([make_model(), layers.Activation("sigmoid")])
    with pytest.raises(ValueError, match="valid runs from .* asks for targets from 0 to 1"):
        train(model, valid=255 * X, loss="binary_crossentropy")
    with pytest.raises(ValueError, match="valid runs from"):
        train(model, y=X, valid=(X, 255 * X), loss="binary_crossentropy")


def test_tokens_are_their_own_targets():
    words = np.random.default_rng(0).integers(0, 9, (64, 5))
    parts = [keras.Input((5,), dtype="int32"), layers.Embedding(9, 4), layers.Dense(9, "softmax")]
    history = train(keras.Sequential(parts), words, loss="sparse_categorical_crossentropy")
    assert 1 < history["loss"][0] < 3


def test_model_for_several_devices_of_tensorflow(monkeypatch):
    model, strategy = make_model(), SimpleNamespace(num_replicas_in_sync=2)
    monkeypatch.setattr(type(model), "distribute_strategy", strategy, raising=False)
    with pytest.raises(ValueError, match="for 2 devices by tf.distribute.*keras.distribution"):
        train(model)


def test_draws_of_unequal_size():
    draws = iter([X, X[:50]])
    with pytest.raises(ValueError, match=r"shape \(50, 4\), and \(64, 4\) for the epoch before"):
        fit(make_model(), lambda: next(draws), valid=None, epochs=2, loss="mse")


class Batches(keras.utils.PyDataset):
    """Four batches of inputs and targets."""

    def __len__(self):
        return 4

    def __getitem__(self, number):
        rows = X[16 * number : 16 * (number + 1)]
        return rows, 1 + rows


def as_tensorflow(data):
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices((X, 1 + X)).batch(16) if data is None else data


@pytest.mark.parametrize("data", [Batches(), None], ids=["keras", "tensorflow"])
def test_data_set(data):
    model, data = Scaled(), as_tensorflow(data)
    model.compute_loss = keras.Model.compute_loss.__get__(model)
    history = train(model, data, valid=data, epochs=3, learning_rate=0.1)
    assert int(model.optimizer.iterations) == 12
    assert float(model.optimizer.learning_rate) == pytest.approx(0, abs=1e-9)
    assert history["val_loss"][-1] == pytest.approx(error(model, X, 1 + X), rel=1e-4)
    assert history["val_loss"][-1] < history["val_loss"][0]


def test_data_set_for_validation_alone():
    model = make_model()
    history = train(model, X, 1 + X, valid=Batches())
    assert history["val_loss"][-1] == pytest.approx(error(model, X, 1 + X), rel=1e-4)


def test_data_set_with_targets_beside_it():
    with pytest.raises(ValueError, match="x is a data set, so y must be None"):
        train(make_model(), Batches(), X)


def test_data_set_without_end():
    with pytest.raises(ValueError, match="does not say how many batches"):
        train(make_model(), as_tensorflow(None).repeat())


@pytest.fixture
def asked(monkeypatch):
    """Collect what Keras is asked for instead of training, by way of single batches."""
    calls = []

    def compile_(self, **options):
        calls.append(options)
        original(self, **options)

    original = keras.Model.compile
    monkeypatch.setattr(keras.Model, "compile", compile_)
    monkeypatch.setattr(keras.Model, "fit", lambda self, *a, **options: calls.append((a, options)))
    monkeypatch.setattr(training.compiled, "possible", lambda *_: False)
    return calls


@pytest.mark.parametrize(
    ("given", "size", "valid_size"), [({}, 128, 500), ({"batch_size": 600}, 600, 600)]
)
def test_settings_for_keras(given, size, valid_size, asked, monkeypatch):
    model, kept = make_model(), []
    monkeypatch.setattr(training, "Progress", lambda *arguments: kept.append(arguments))
    fit(model, X, valid=X[:9], loss="mse", metrics=["mae"], epochs=3, **given)
    compiled, (arrays, options) = asked
    assert (compiled["loss"], compiled["metrics"], compiled["jit_compile"]) == ("mse", ["mae"], JAX)
    assert [len(array) for array in arrays] == [64, 64] and arrays[0] is arrays[1]
    assert [len(array) for array in options.pop("validation_data")] == [9, 9]
    assert options == {
        "epochs": 3,
        "callbacks": [None],
        "batch_size": size,
        "validation_batch_size": valid_size,
        "verbose": 0,
    }
    assert kept == [(3, 1e-3, "", (float(X.min()), float(X.max())))]
    assert float(model.optimizer.learning_rate) == pytest.approx(1e-3)


def test_a_data_set_shuffles_where_keras_can(asked):
    for data, shuffle in ((Batches(), True), (as_tensorflow(None), False)):
        asked.clear()
        fit(make_model(), data, valid=None, loss="mse", epochs=2)
        (given,), options = asked[1]
        assert given is data and options["shuffle"] is shuffle
        assert (options["epochs"], options["validation_data"], options["verbose"]) == (2, None, 0)
        assert "batch_size" not in options and "validation_batch_size" not in options


@pytest.mark.usefixtures("one_by_one")
def test_only_the_line_of_progress_is_shown(capsys):
    train(make_model())
    train(make_model(), Batches())
    shown = capsys.readouterr()
    assert shown.out.count("\n") == shown.out.count("epoch 1 of 1") == 2
    assert shown.out.count("loss") == 2 and shown.err == ""


@pytest.mark.parametrize("name", ["adam", "Adam", "rmsprop", "nadam"])
def test_rate_of_adam_and_its_relatives(name):
    made = training._make_optimizer(name, training._choose_rate(name), "constant", 5)
    assert float(made.learning_rate) == pytest.approx(0.001)


@pytest.mark.parametrize("name", ["sgd", "SGD", "adadelta", "Adagrad", "ftrl"])
def test_other_optimizers_want_a_rate(name):
    with pytest.raises(ValueError, match=f"Give a learning_rate for the optimizer '{name}'"):
        train(make_model(), optimizer=name)


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("name", ["acc", "accuracy", "Accuracy"])
@pytest.mark.parametrize("y", [None, X])
def test_accuracy_of_a_reconstruction_says_nothing(name, y):
    with pytest.warns(UserWarning, match="accuracy of a reconstruction says nothing") as caught:
        fit(make_model(), X, y, valid=None, epochs=1, loss="mse", metrics=["mse", name])
    (warning,) = [w for w in caught if "reconstruction" in str(w.message)]
    assert warning.filename == __file__  # it points to the call of `fit`


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    ("y", "metrics"), [(None, ["mse"]), (None, None), (None, []), (1 * (X > 0.5), ["accuracy"])]
)
def test_no_word_about_other_metrics(y, metrics, recwarn):
    fit(make_model(), X, y, valid=None, epochs=1, loss="mse", metrics=metrics)
    assert not [w for w in recwarn if "reconstruction" in str(w.message)]


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (2 * X, None, "x runs from .* targets from 0 to 1"),
        (2 * X, 2 * X + 1, "y runs from .* targets from 0 to 1"),
    ],
)
def test_targets_of_a_cross_entropy_are_probabilities(x, y, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        train(make_model(), x, y, loss="binary_crossentropy")


def test_inputs_of_a_cross_entropy_may_be_anything():
    history = train(make_model(), 2 * X, X, loss="binary_crossentropy")
    assert np.isfinite(history["loss"]).all()


def test_range_that_a_model_asks_for():
    model = Scaled()
    model.target_range = (0.0, 1.0)
    with pytest.raises(ValueError, match=r"^x runs from .* targets from 0 to 1"):
        train(model, X + 1, loss=None)


class Two(Scaled):
    """Returns its output twice, of which its own loss looks at the first."""

    def call(self, x):
        return self.dense(x), self.dense(x)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return keras.ops.mean((x - y_pred[0]) ** 2)


def test_several_outputs_are_not_compared_with_the_target():
    assert len(train(Two(), X, X, loss=None)["loss"]) == 1


def test_model_is_built_on_one_row():
    sizes = []

    class Counted(layers.Dense):
        def call(self, x):
            sizes.append(x.shape[0])
            return super().call(x)

    train(keras.Sequential([Counted(4)]))
    assert sizes[0] == 1


class Parts(keras.utils.PyDataset):
    """Two batches as given."""

    def __init__(self, *batches):
        super().__init__()
        self.batches = batches

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, number):
        return self.batches[number]


@pytest.fixture
def scales(monkeypatch):
    """Collect the ranges that the line of progress gets."""
    seen, kind = [], training.Progress

    def make(epochs, rate, label, scale):
        seen.append(scale)
        return kind(epochs, rate, label, scale)

    monkeypatch.setattr(training, "Progress", make)
    return seen


def test_range_of_a_data_set_is_that_of_its_first_batch(scales):
    train(make_model(), Parts((X, X), (X + 5, X)))
    assert scales == [(float(X.min()), float(X.max()))]


def test_data_set_without_targets(scales):
    """A model with its own loss."""
    model = Scaled()
    history = train(model, Parts((X[:32],), (X[32:],)), loss=None)
    assert len(history["loss"]) == 1 and int(model.optimizer.iterations) == 2
    import tensorflow as tf

    alone = tf.data.Dataset.from_tensor_slices(X).batch(32)
    assert len(train(Scaled(), alone, loss=None)["loss"]) == 1
    assert [low for low, _ in scales] == [float(X[:32].min())] * 2


def test_data_set_of_several_inputs_and_outputs(scales):
    inputs = {name: keras.Input((4,), name=name) for name in ("left", "right")}
    outputs = {f"{name}_out": layers.Dense(4, name=f"{name}_out")(i) for name, i in inputs.items()}
    batch = {"left": X, "right": 20 * X}, {"left_out": X, "right_out": X}
    history = train(keras.Model(inputs, outputs), Parts(batch, batch))
    assert len(history["loss"]) == 1
    assert scales == [(0.0, 0.0)]


@pytest.mark.parametrize(
    ("batches", "message"),
    [
        (((X, 2 * X + 1), (X, X)), "^the targets of the first batch runs from"),
        (((X * np.nan, X), (X, X)), "the first batch holds values that are not finite"),
        (((X, X * np.nan), (X, X)), "the targets of the first batch holds values"),
    ],
)
def test_first_batch_is_looked_at(batches, message):
    with pytest.raises(ValueError, match=message):
        train(make_model(), Parts(*batches), loss="binary_crossentropy")


def test_targets_of_a_data_set_may_be_outside_with_another_loss():
    assert len(train(make_model(), Parts((X, 2 * X + 1), (X, X)))["loss"]) == 1
