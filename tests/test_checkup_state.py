"""What a model holds is given back to it."""

import keras
import numpy as np
import pytest
from checkup_cases import SIZE, X
from keras import layers, ops

from aeutils.checkup.state import kept


def noisy():
    model = keras.Sequential(
        [keras.Input((SIZE,)), layers.BatchNormalization(), layers.GaussianNoise(1.0, seed=1)]
    )
    model(X[:2], training=True)
    return model


@pytest.mark.parametrize(("settings", "seeds"), [({}, True), ({"seeds": False}, False)])
def test_kept(settings, seeds):
    model = noisy()
    before = {v.path: ops.convert_to_numpy(v).copy() for v in model.variables}
    with pytest.raises(RuntimeError), kept(model, **settings):
        model(X[:50], training=True)
        raise RuntimeError
    for variable in model.variables:
        same = np.array_equal(before[variable.path], ops.convert_to_numpy(variable))
        assert same is (seeds or "seed" not in variable.path)
