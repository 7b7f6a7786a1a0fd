"""An encoder and a decoder as one model."""

import keras
import numpy as np
import pytest
from checkup_cases import AXES, X, networks
from keras import ops

from aeutils.checkup.pair import Pair, has_call


def test_plain_codes():
    pair = Pair(lambda x: ops.matmul(x, AXES), lambda z: ops.matmul(z, AXES.T))
    np.testing.assert_allclose(ops.convert_to_numpy(pair(X)), X @ AXES @ AXES.T, atol=1e-5)


def test_mean_and_log_variance():
    pair = Pair(*networks())
    copies, mean, log_var = (ops.convert_to_numpy(part) for part in pair(X))
    np.testing.assert_allclose(copies, mean @ AXES.T, atol=1e-4)
    assert log_var.mean() == pytest.approx(-2, abs=0.1)
    noisy = ops.convert_to_numpy(pair(X, training=True)[0])
    spread = np.std((noisy - copies) @ AXES)
    assert spread == pytest.approx(np.exp(-1), rel=0.1)


def test_a_draw_goes_to_the_decoder():
    pair = Pair(lambda x: (x, x, 2 * x), lambda z: z)
    np.testing.assert_allclose(ops.convert_to_numpy(pair(X)[0]), 2 * X)


class OnlyTrained(keras.Model):
    pass


def test_has_call():
    assert has_call(None) and has_call(keras.Sequential()) and has_call(Pair(None, None))
    assert not has_call(OnlyTrained())
