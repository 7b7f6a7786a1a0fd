"""Rows that are all alike come out alike, unless there is noise."""

import keras
import numpy as np
import pytest
from checkup_cases import copier, subject
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
