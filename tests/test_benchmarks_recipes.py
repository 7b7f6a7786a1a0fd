"""The models that judge `examine`: each builds, and differs from its twin by its error."""

import keras
import numpy as np
import pytest

from benchmarks.recipes import cases, data, faults, parts, public, quality, training, variational
from benchmarks.recipes.subject import ALL_KEYS, Data, Subject
from benchmarks.recipes.training import Setting, Store


class Untrained(Store):
    """A store that makes models and does not train them."""

    def train(self, name, make, fit):
        if name not in self.models:
            self.models[name] = make()
        return self.models[name]


@pytest.fixture(scope="module")
def store():
    return Untrained()


def test_enough_faults_of_three_architectures_each():
    assert len(faults.FAULTS) >= 28
    assert len({fault.name for fault in faults.FAULTS}) == len(faults.FAULTS)
    for fault in faults.FAULTS:
        assert len(set(fault.architectures)) == 3, fault.name
        named = set(fault.special) | set(fault.special_healthy)
        assert named <= set(fault.architectures), fault.name
        assert fault.keys and set(fault.keys) <= set(ALL_KEYS), fault.name


def test_halves_share_nothing_and_leave_nothing_out():
    seen, unseen = ({case.fault.name for case in faults.cases(h)} for h in ("seen", "unseen"))
    assert not seen & unseen
    assert seen | unseen == {fault.name for fault in faults.FAULTS}
    assert abs(len(seen) - len(unseen)) <= 1
    with pytest.raises(ValueError, match="half"):
        faults.cases("third")


@pytest.mark.parametrize("fault", faults.FAULTS, ids=lambda fault: fault.name)
def test_fault_builds_beside_its_twin(fault, store):
    for case in fault.cases():
        assert case.faulty != case.healthy
        healthy, faulty = case.make_healthy(store), case.make_faulty(store)
        assert "model" in faulty.arguments()
        target = healthy.data.targets[1]
        copies = quality.reconstruct(healthy, healthy.data.x_valid[:3])
        assert copies.shape[: target.ndim] == (3, *target.shape[1:])
        assert np.isfinite(copies).all()
        assert quality.code_size(healthy) > 0
        shaped = quality.reconstruct(faulty, np.nan_to_num(faulty.data.x_valid[:3])).shape
        assert (shaped[: target.ndim] == (3, *target.shape[1:])) == ("shapes" not in fault.keys)


@pytest.mark.parametrize("recipe", public.RECIPES, ids=lambda r: f"{r.author[:8]} {r.name}")
def test_public_recipe_builds_and_says_what_it_is(recipe, store):
    assert recipe.title and recipe.author and recipe.address
    assert bool(recipe.known) != bool(recipe.sound)
    assert recipe.keys <= set(ALL_KEYS)
    assert len(recipe.evidence) == max(len(recipe.known), 1)
    subject = recipe.make(store)
    copies = quality.reconstruct(subject, subject.data.x_valid[:3])
    assert copies.shape == subject.data.targets[1][:3].shape


def test_enough_public_recipes():
    assert len(public.RECIPES) >= 20
    assert len({(recipe.title, recipe.name) for recipe in public.RECIPES}) == len(public.RECIPES)


def test_data_are_what_their_variant_says():
    plain = data.load("mnist")
    assert data.load("mnist", "times 255").x_train.max() > 254
    assert np.isnan(data.load("table", "gaps").x_valid).any()
    rows = {row.tobytes() for row in plain.x_train}
    for variant, share in (("", 0), ("half leaked", 0.5), ("leaked", 1)):
        x = data.load("mnist", variant).x_valid
        assert np.mean([row.tobytes() in rows for row in x]) == share
    noisy = data.load("mnist", "noisy once")
    assert len(noisy.x_train) == 40
    assert 0.3 < np.std(noisy.x_train - noisy.y_train) < 0.5
    words = data.load("tokens"), data.load("tokens", "unknown words")
    shares = [np.mean(d.x_train[d.x_train > 0] == data.UNKNOWN) for d in words]
    assert shares[0] < 0.05 < 0.5 < shares[1]
    lost = data.load("table", "constant columns")
    assert 0.2 < np.mean(lost.x_train.std(axis=0) == 0) < 0.3
    assert (lost.x_valid.std(axis=0) > 0).all()
    for name, variant in (("moon", ""), ("mnist", "upside down")):
        with pytest.raises(ValueError, match="choose of"):
            data.load(name, variant)


def test_divergences_differ_from_the_right_one():
    mean, log_var = np.full((4, 3), 0.5, "float32"), np.full((4, 3), -1.0, "float32")
    right, mixed, turned = (
        keras.ops.convert_to_numpy(parts.make_divergence(name)(mean, log_var))
        for name in ("right", "scale mixed up", "sign turned")
    )
    assert (right > 0).all()
    np.testing.assert_allclose(turned, -right, rtol=1e-5)
    assert not np.allclose(mixed, right)
    distance = parts.make_divergence("log distance")
    assert np.min(keras.ops.convert_to_numpy(distance(0.01 * mean, -9 + log_var))) < 2
    with pytest.raises(ValueError, match="name"):
        parts.make_divergence("left")


def test_masked_losses_leave_out_the_padding():
    y = np.zeros((2, 4, 1), "float32")
    y[:, :2] = 1
    moved = np.where(y == 0, 9, 0.5).astype("float32")
    assert float(parts.masked_mse(y, moved)) == pytest.approx(0.25)
    words = np.array([[2, 0]])
    p = np.array([[[0.25, 0.25, 0.5], [0.1, 0.8, 0.1]]], "float32")
    assert float(parts.masked_crossentropy(words, p)) == pytest.approx(np.log(2), rel=1e-4)


def test_scale_of_the_two_reconstructions():
    x, x_hat = np.full((2, 8, 8, 1), 0.5, "float32"), np.full((2, 8, 8, 1), 0.4, "float32")
    ratio = variational.crossentropy(x, x_hat) / variational.mean_crossentropy(x, x_hat)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(ratio), 64, rtol=1e-5)


def test_settings_that_differ_in_what_is_shown_share_a_training():
    setting = Setting("table", training=cases.DEFAULTS["table"])
    assert setting.changed(shown="gaps").name == setting.name
    assert setting.changed(trained_on="few").name != setting.name
    assert setting.changed(network={"skip": True}).network == {"skip": True}
    assert setting.network == {}


def test_weights_are_kept_from_run_to_run(tmp_path, monkeypatch):
    setting = Setting("table", training={"loss": "mse", "epochs": 1})
    first = Store(tmp_path).subject(setting).model
    monkeypatch.setattr(training, "_fit", lambda *_: pytest.fail("trained again"))
    again = Store(tmp_path).subject(setting).model
    for a, b in zip(first.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert int(first.optimizer.iterations) == int(again.optimizer.iterations) > 0


def test_quality_of_a_known_model():
    rng = np.random.default_rng(0)
    x = rng.random((50, 4)).astype("float32")
    inputs = keras.Input((4,))
    z = keras.layers.Dense(3, "relu", name="code")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(4, "relu")(z))
    kernel, bias = np.ones((4, 3)), np.array([0, 0, -100.0])
    model.set_weights([kernel, bias, np.ones((3, 4)), np.array([0, 0, 0, -100.0])])
    found = quality.measure(Subject(Data(x, x), model), 3)
    assert found.dead_units == pytest.approx(1 / 3)
    assert found.dead_outputs == 0.25
    assert found.mean_error == pytest.approx(x.var(axis=0).mean(), rel=1e-3)
    assert found.pca_error < found.mean_error < found.error
    assert not found.healthy
