"""Adam as one operation takes the steps of Keras's own."""

import keras
import numpy as np
import pytest
from keras import layers

from aeutils.adam import fused

X = np.random.default_rng(0).random((40, 6), dtype=np.float32)
WORDS = np.arange(40).reshape(20, 2) % 5
ON_TENSORFLOW = keras.backend.backend() == "tensorflow"
SETTINGS = {"learning_rate": 0.03, "beta_1": 0.7, "beta_2": 0.95, "epsilon": 1e-3}


def dense():
    return keras.Sequential([keras.Input((6,)), layers.Dense(4, "tanh"), layers.Dense(6)])


def dense_of_doubles():
    parts = [layers.Dense(4, "tanh", dtype="float64"), layers.Dense(1, dtype="float64")]
    return keras.Sequential([keras.Input((6,)), *parts])


def words():
    return keras.Sequential([keras.Input((2,)), layers.Embedding(7, 3), layers.Dense(1)])


def train(make, x, y, optimizer):
    keras.utils.set_random_seed(0)
    model = make()
    model.compile(optimizer, "mse", jit_compile=False)
    model.fit(x, y, epochs=3, batch_size=16, shuffle=False, verbose=0)
    return model


@pytest.mark.parametrize(
    ("make", "x", "y"), [(dense, X, X), (words, WORDS, WORDS / 5)], ids=["dense", "rows of a table"]
)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"amsgrad": True},
        {"weight_decay": 0.1},
        {"clipnorm": 0.01},
        {"learning_rate": keras.optimizers.schedules.CosineDecay(0.1, 9)},
    ],
    ids=["plain", "amsgrad", "decay", "clipped", "schedule"],
)
def test_same_steps(make, x, y, options):
    ours, theirs = (
        train(make, x, y, change(keras.optimizers.Adam(**{**SETTINGS, **options})))
        for change in (fused, lambda optimizer: optimizer)
    )
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert np.allclose(a, b, atol=1e-6)
    for a, b in zip(ours.optimizer.variables, theirs.optimizer.variables, strict=True):
        assert np.allclose(*map(keras.ops.convert_to_numpy, (a, b)), atol=1e-6), a.path


def test_one_operation_on_tensorflow_alone():
    optimizer = fused(keras.optimizers.Adam())
    assert ("update_step" in vars(optimizer)) is ON_TENSORFLOW
    assert type(optimizer) is keras.optimizers.Adam


@pytest.mark.parametrize("name", ["SGD", "AdamW", "Nadam", "RMSprop"])
def test_another_optimizer_stays_as_it_is(name):
    optimizer = getattr(keras.optimizers, name)()
    assert fused(optimizer) is optimizer and "update_step" not in vars(optimizer)


def test_a_saved_model_holds_the_adam_of_keras(tmp_path):
    model = train(dense, X, X, fused(keras.optimizers.Adam(0.02)))
    model.save(path := tmp_path / "model.keras")
    loaded = keras.saving.load_model(path)
    assert type(loaded.optimizer) is keras.optimizers.Adam
    assert float(loaded.optimizer.learning_rate) == pytest.approx(0.02)
    assert int(loaded.optimizer.iterations) == 9


@pytest.mark.skipif(not ON_TENSORFLOW, reason="the operation is one of TensorFlow")
@pytest.mark.parametrize(
    ("make", "x", "options", "by_keras"),
    [
        (dense, X, {}, 0),
        (dense, X, {"amsgrad": True}, 4),
        (words, WORDS, {}, 1),
        (dense_of_doubles, X, {}, 4),
    ],
    ids=["plain", "amsgrad", "rows of a table", "doubles"],
)
def test_which_variables_are_left_to_keras(make, x, options, by_keras, monkeypatch):
    asked, step = set(), keras.optimizers.Adam.update_step

    def update_step(self, gradient, variable, learning_rate):
        asked.add(variable.name)
        return step(self, gradient, variable, learning_rate)

    monkeypatch.setattr(keras.optimizers.Adam, "update_step", update_step)
    train(make, x, x[:, :1] * 1.0, fused(keras.optimizers.Adam(0.01, **options)))
    assert len(asked) == by_keras
