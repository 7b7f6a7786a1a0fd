"""The hidden weight of a divergence is the one that was put in."""

import keras
import numpy as np
import pytest
from checkup_cases import SIZE, Variational, functional, networks, subject
from keras import ops

from aeutils import losses
from aeutils.checkup.divergence import measure
from aeutils.checkup.scale import hidden_weight
from aeutils.models import VariationalAutoencoder


def weight(model, **settings):
    asked = subject(model, **settings)
    return hidden_weight(asked, measure(asked))


@pytest.mark.parametrize("beta", [0.1, 1.0, 30.0])
def test_sums(beta):
    model = Variational(lambda *code: beta * losses.gaussian_kl(*code))
    found, averaged, declared = weight(model)
    assert found == pytest.approx(beta, rel=1e-2) and not averaged and declared == 1


def test_means():
    found, averaged, _ = weight(Variational(mean=True))
    assert found == pytest.approx(SIZE, rel=1e-2) and averaged
    found, averaged, _ = weight(functional(0.5))
    assert found == pytest.approx(SIZE / 2, rel=1e-2) and averaged


def test_a_sum_over_the_batch_too():
    class Summed(Variational):
        def compute_loss(self, *args, **kwargs):
            return 64 * super().compute_loss(*args, **kwargs)

    assert weight(Summed())[0] == pytest.approx(1, rel=1e-2)


@pytest.mark.parametrize("beta", [1.0, 4.0])
def test_logits_and_a_declared_weight(beta):
    x = np.random.default_rng(0).uniform(size=(200, SIZE)).astype("float32")
    found, averaged, declared = weight(VariationalAutoencoder(*networks(), beta=beta), x=x)
    assert found == pytest.approx(beta, rel=1e-2) and not averaged and declared == beta


def test_an_unknown_reconstruction():
    class Other(Variational):
        def compute_loss(self, x, y=None, y_pred=None, sample_weight=None, training=True):
            copies, mean, spread = y_pred
            error = 1e-5 * ops.sum((x - copies) ** 6, axis=-1)
            return ops.mean(error + self.divergence(mean, spread))

    assert weight(Other()) is None


def test_probabilities_of_images():
    encoder, decoder = networks()
    image = keras.Input((6, 4, 1))
    mean, spread = encoder(keras.layers.Flatten()(image))
    encoder = keras.Model(image, [mean, spread])
    decoder = keras.Sequential(
        [decoder, keras.layers.Activation("sigmoid"), keras.layers.Reshape((6, 4, 1))]
    )

    class Images(Variational):
        def compute_loss(self, x, y=None, y_pred=None, sample_weight=None, training=True):
            copies, mean, spread = y_pred
            error = ops.sum(keras.losses.binary_crossentropy(x, copies), axis=(1, 2))
            return ops.mean(error + self.divergence(mean, spread))

    x = np.random.default_rng(0).uniform(size=(200, 6, 4, 1)).astype("float32")
    found, averaged, _ = weight(Images(parts=(encoder, decoder)), x=x)
    assert found == pytest.approx(1, rel=1e-2) and not averaged
