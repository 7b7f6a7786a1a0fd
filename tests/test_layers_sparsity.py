"""Penalties reach the loss, once and whatever the batch size; selection keeps what it says."""

import keras
import numpy as np
import pytest
from keras import layers, ops
from scipy.special import rel_entr

from aeutils.layers import ActivityPenalty, KSparse, LifetimeSparsity, SparsityTarget
from aeutils.training import fit

RNG = np.random.default_rng(0)
Z = RNG.uniform(0.05, 0.95, size=(12, 5)).astype("float32")
PENALTIES = [
    ActivityPenalty(l1=0.3),
    ActivityPenalty(l2=0.3),
    SparsityTarget(0.1, 0.3),
    SparsityTarget(0.1, 0.3, "squared"),
]


def penalty(layer, z=Z):
    layer(z)
    return float(layer.losses[0])


def kl(p, q):
    return rel_entr(p, q) + rel_entr(1 - p, 1 - q)


def test_activity_formula():
    expected = 0.3 * np.abs(Z - 0.5).sum() / 12 + 0.2 * np.square(Z - 0.5).sum() / 12
    assert penalty(ActivityPenalty(0.3, 0.2), Z - 0.5) == pytest.approx(expected, rel=1e-5)


def test_target_formulas():
    mean = Z.mean(axis=0)
    assert penalty(SparsityTarget(0.1, 2.0)) == pytest.approx(2 * kl(0.1, mean).sum(), rel=1e-5)
    squared = 2 * np.square(mean - 0.1).sum()
    assert penalty(SparsityTarget(0.1, 2.0, "squared")) == pytest.approx(squared, rel=1e-5)


def test_target_is_met_at_no_cost():
    for kind in ("kl", "squared"):
        met = penalty(SparsityTarget(0.25, 1.0, kind), np.full((4, 3), 0.25, "float32"))
        assert met == pytest.approx(0, abs=1e-6)


def test_convolutional_code():
    z = Z.reshape(3, 2, 2, 5)
    assert penalty(ActivityPenalty(l1=1.0), z) == pytest.approx(Z.sum() / 3, rel=1e-5)
    assert penalty(SparsityTarget(0.1, 1.0), z) == pytest.approx(penalty(SparsityTarget(0.1, 1.0)))


@pytest.mark.parametrize("layer", PENALTIES)
def test_codes_pass_unchanged(layer):
    np.testing.assert_array_equal(ops.convert_to_numpy(layer(Z)), Z)


@pytest.mark.parametrize("layer", PENALTIES)
def test_batch_size_does_not_scale_the_penalty(layer):
    """The same images four times over cost what they cost once."""
    assert penalty(layer, np.tile(Z, (4, 1))) == pytest.approx(penalty(layer), rel=1e-5)


@pytest.mark.parametrize("layer", PENALTIES)
def test_penalty_is_added_to_the_loss_of_a_training(layer):
    """A penalty that a loop forgets would leave the loss at the error of the reconstruction."""
    model = keras.Sequential([keras.Input((5,)), layer])
    history = fit(model, Z, valid=Z, epochs=1, loss="mse", batch_size=12)
    expected = penalty(layer)
    assert expected > 0.01
    assert history.history["loss"][0] == pytest.approx(expected, rel=1e-4)
    assert history.history["val_loss"][0] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    "make", [lambda w: ActivityPenalty(l1=w), lambda w: SparsityTarget(0.05, w)]
)
def test_penalty_makes_a_trained_code_sparser(make):
    means = []
    for weight in (0.0, 1.0):
        keras.utils.set_random_seed(0)
        code = layers.Dense(8, "sigmoid")
        model = keras.Sequential([keras.Input((5,)), code, make(weight), layers.Dense(5)])
        fit(model, Z, valid=None, epochs=40, loss="mse", learning_rate=0.05, batch_size=12)
        means.append(float(ops.mean(code(Z))))
    assert means[1] < 0.5 * means[0]


def test_penalties_are_measured_in_32_bits():
    """Of a dead unit, of small numbers, and of squares beyond the largest number of 16 bits."""
    cases = [
        (SparsityTarget, {"target": 0.05, "weight": 1.0}, np.zeros((8, 3))),
        (ActivityPenalty, {"l1": 1e-5}, np.full((8, 1000), 0.002)),
        (ActivityPenalty, {"l2": 1.0}, np.full((8, 3), 300.0)),
    ]
    for kind, settings, z in cases:
        exact, half = (kind(**settings, dtype=d) for d in ("float32", "mixed_float16"))
        for layer in (exact, half):
            layer(z.astype("float32"))
        assert float(half.losses[0]) == pytest.approx(float(exact.losses[0]), rel=1e-2)


def test_divergence_outside_its_range_is_not_hidden():
    assert np.isnan(penalty(SparsityTarget(0.1, 1.0), 3 * np.ones((4, 2), "float32")))
    model = keras.Sequential([keras.Input((5,)), SparsityTarget(0.1, 1.0), layers.Dense(5)])
    with pytest.raises(FloatingPointError):
        fit(model, 3 * Z, valid=None, epochs=1, loss="mse")


def test_saturated_units_cost_much_but_not_everything():
    for value in (0.0, 1.0):
        assert np.isfinite(penalty(SparsityTarget(0.1, 1.0), np.full((4, 2), value, "float32")))


def test_k_sparse_keeps_the_largest():
    kept = ops.convert_to_numpy(KSparse(2)(Z))
    assert ((kept > 0).sum(axis=1) == 2).all()
    np.testing.assert_array_equal(kept.max(axis=1), Z.max(axis=1))
    np.testing.assert_array_equal(kept[kept > 0], Z[kept > 0])
    np.testing.assert_array_equal(ops.convert_to_numpy(KSparse(5)(Z)), Z)


def winners(z, rate):
    return ops.convert_to_numpy(LifetimeSparsity(rate)(z, training=True))


@pytest.mark.parametrize(("rate", "count"), [(0.25, 3), (0.0, 1), (0.01, 1), (1.0, 12)])
def test_lifetime_sparsity_by_unit(rate, count):
    kept = winners(Z, rate)
    assert ((kept > 0).sum(axis=0) == count).all()
    np.testing.assert_array_equal(kept.max(axis=0), Z.max(axis=0))


def test_lifetime_sparsity_ends_with_training():
    np.testing.assert_array_equal(ops.convert_to_numpy(LifetimeSparsity(0.1)(Z)), Z)


@pytest.mark.parametrize("compiled", [False, True])
def test_lifetime_sparsity_trains_on_batches_of_unequal_size(compiled):
    model = keras.Sequential([keras.Input((5,)), LifetimeSparsity(0.25)])
    model.add(layers.Dense(5))
    history = fit(
        model, Z[:10], valid=None, epochs=2, loss="mse", batch_size=8, jit_compile=compiled
    )
    assert np.isfinite(history.history["loss"]).all()


@pytest.mark.parametrize("layer", [*PENALTIES, KSparse(2), LifetimeSparsity(0.2)])
def test_settings_survive_saving(layer, tmp_path):
    model = keras.Sequential([keras.Input((5,)), layer, layers.Dense(5)])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras").layers[0]
    assert loaded.get_config() == layer.get_config()


@pytest.mark.parametrize(
    "make",
    [
        lambda: ActivityPenalty(l1=-1),
        lambda: SparsityTarget(0.0, 1.0),
        lambda: SparsityTarget(1.0, 1.0),
        lambda: SparsityTarget(0.1, -1.0),
        lambda: SparsityTarget(0.1, 1.0, "l1"),
        lambda: KSparse(0),
        lambda: KSparse(1.5),
        lambda: LifetimeSparsity(5),
        lambda: KSparse(6)(Z),
        lambda: LifetimeSparsity(0.5)(Z.reshape(3, 2, 2, 5)),
    ],
)
def test_impossible_setting(make):
    with pytest.raises(ValueError, match="must be|choose|units|expected"):
        make()


LIMIT = 1e6


@pytest.mark.parametrize(
    ("make", "good", "bad"),
    [
        (lambda v: ActivityPenalty(l1=v), (0, LIMIT), (-0.001, LIMIT + 0.5)),
        (lambda v: ActivityPenalty(l2=v), (0, LIMIT), (-0.001, LIMIT + 0.5)),
        (lambda v: SparsityTarget(v, 1.0), (1e-6, 1 - 1e-6), (9e-7, 1 - 9e-7)),
        (
            lambda v: SparsityTarget(v, 1.0, "squared"),
            (-LIMIT, 0, 2, LIMIT),
            (-LIMIT - 0.5, LIMIT + 0.5),
        ),
        (lambda v: SparsityTarget(0.1, v), (0, LIMIT), (-0.001, LIMIT + 0.5)),
        (LifetimeSparsity, (0, 1), (-0.001, 1.001)),
        (KSparse, (1, 7, np.int64(3)), (0, -1, 1.0, "1")),
    ],
    ids=["l1", "l2", "kl", "squared", "weight", "rate", "k"],
)
def test_settings_at_both_sides_of_their_limits(make, good, bad):
    for value in good:
        assert value in make(value).get_config().values()
    for value in bad:
        with pytest.raises(ValueError, match="must be a"):
            make(value)


def test_defaults():
    assert penalty(ActivityPenalty()) == 0
    assert penalty(ActivityPenalty(l1=0.3)) == pytest.approx(0.3 * Z.sum() / 12, rel=1e-5)
    assert penalty(ActivityPenalty(l2=0.3)) == pytest.approx(0.3 * (Z**2).sum() / 12, rel=1e-5)
    assert SparsityTarget(0.1, 1.0).divergence == "kl"
    assert type(KSparse(np.int64(3)).k) is int


def test_divergence_of_means_at_the_ends():
    """A mean of 0 or 1 is taken for the smallest number of Keras, a mean outside for none."""
    tiny = keras.config.epsilon()
    for end in (0.0, 1.0):
        p, q = (0.25, tiny) if end == 0 else (0.75, tiny)
        expected = p * np.log(p / q) + (1 - p) * np.log(1 - p)
        found = penalty(SparsityTarget(0.25, 1.0), np.full((4, 1), end, "float32"))
        assert found == pytest.approx(expected, rel=1e-4)
    for outside in (-0.01, 1.01):
        assert np.isnan(penalty(SparsityTarget(0.25, 1.0), np.full((4, 1), outside, "float32")))


def test_equal_activations_all_stay():
    z = np.array([[1.0, 1.0, 0.5]], "float32")
    assert ops.convert_to_numpy(KSparse(1)(z)).tolist() == [[1, 1, 0]]
    assert winners(z.T, 0.1).T.tolist() == [[1, 1, 0]]


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="a size unknown to a trace")
@pytest.mark.parametrize("rate", [0.0, 0.01, 0.25, 0.3, 1.0])
def test_winners_of_a_batch_of_unknown_size(rate):
    import tensorflow as tf

    layer = LifetimeSparsity(rate)
    traced = tf.function(
        lambda z: layer(z, training=True), input_signature=[tf.TensorSpec((None, 5))]
    )
    for rows in (12, 7, 1):
        np.testing.assert_array_equal(traced(Z[:rows]), winners(Z[:rows], rate))
