"""Rows that are all alike come out alike, unless there is noise."""

import keras
import numpy as np
import pytest
from checkup_cases import copier, subject
from checkup_stub import Stub, data, step
from keras import layers

from aeutils.checkup import noise


def test_rows_are_alike():
    rows = noise.alike(subject(copier()))
    assert len(rows) == noise.ROWS and np.all(rows == rows[0]) and np.any(rows)


def test_noise_in_each_mode():
    quiet, loud = subject(copier()), subject(copier(layers.GaussianNoise(1.0)))
    assert noise.noise(quiet, True) < noise.limit() and noise.noise(loud, False) < noise.limit()
    assert noise.noise(loud, True) > 0.1
    first, second = noise.two_calls(loud, True)
    assert noise.differ(first, second) > 0.1


def test_first_noisy():
    x = keras.Input((24,))
    h = layers.Dense(5)(x)
    h = layers.GaussianNoise(1.0, name="loud")(h, training=True)
    model = subject(keras.Model(x, layers.Dense(24)(h)))
    place, step = noise.first_noisy(model, None)
    assert step.layer.name == "loud" and place == 1
    assert noise.first_noisy(model) is None


def test_differ():
    assert noise.differ(np.array([2.0, -4.0]), np.array([2.0, -3.0])) == pytest.approx(0.25)


def test_one_row_many_times_is_the_one_that_varies_most():
    x = np.array([[9.0, 9, 9], [0, 3, -3], [1, 2, 3], [0, 9, 9]])
    np.testing.assert_array_equal(noise.alike(Stub(data(x, x))), np.tile(x[3], (64, 1)))


def test_differences_are_shares_of_the_largest_number():
    assert noise.differ(np.array([0.25, -0.5]), np.array([0.125, -0.5])) == 0.25
    assert noise.differ(np.array([0.0, 0.0]), np.array([0.0, 1e-7])) == pytest.approx(0.1)


def test_what_rounding_may_change(monkeypatch):
    assert noise.limit() == 1e-4
    monkeypatch.setattr(noise.keras.config, "floatx", lambda: "float16")
    assert noise.limit() == 2e-2


def test_the_first_layer_whose_outputs_differ(monkeypatch):
    monkeypatch.setattr(noise, "limit", lambda: 0.5)
    still, at_limit, noisy = (np.ones((64, 1)) for _ in range(3))
    at_limit[1], noisy[1] = 0.5, 0.25
    steps = [step(noisy[:5]), step(still), step(at_limit), step(noisy)]
    monkeypatch.setattr(noise, "trace", lambda *a, **k: (None, steps))
    assert noise.first_noisy(Stub()) == (3, steps[3])
    del steps[3]
    assert noise.first_noisy(Stub()) is None


def test_noise_of_others_goes_where_the_target_is_the_same():
    rng = np.random.default_rng(0)
    clean = rng.integers(0, 2, (200, 3, 2)).astype("float32")
    size = np.where(clean == 1, 0.1, 2.0)
    rows = (clean + size * rng.uniform(0.5, 1, clean.shape)).astype("float32")
    changed = noise.with_noise_of_others(rows, clean)
    assert changed.shape == rows.shape and np.mean(changed == rows) < 0.1
    for value in (0, 1):
        for place in np.ndindex(3, 2):
            here = clean[(slice(None), *place)] == value
            before, after = (part[(here, *place)].round(4) for part in (rows, changed))
            assert len(np.setdiff1d(before, after)) <= 1  # one goes to the other value


def test_noise_of_others_stays_close_for_targets_that_never_repeat():
    clean = np.random.default_rng(0).random((300, 1))
    changed = noise.with_noise_of_others(clean * 1.5, clean)
    assert np.sort(np.abs(changed - 1.5 * clean)[:, 0])[-2] < 0.02  # one goes from end to end
