"""Data and model parallelism: the loss of one device, over devices and over processes."""

import dataclasses
import json
import subprocess
import sys
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from aeutils import parallel
from aeutils.data import load_images
from aeutils.launch import launch
from aeutils.parallel import Run, main, make_distribution, make_model, own_rows

SMALL = {"images": 512, "epochs": 2}
STEPS = 4
RUN = Run("data", 8, 16, 2, 1, [0.5, 0.25], 1.5, [784, 8])


class FakeModel:
    """Notes how it is compiled and trained; its kernel lies in two parts on three devices."""

    def __init__(self):
        parts = [SimpleNamespace(data=np.empty(shape)) for shape in ((784, 5), (784, 3))]
        sharding = SimpleNamespace(device_set={"cpu:0", "cpu:1", "cpu:2"})
        kernel = SimpleNamespace(value=SimpleNamespace(sharding=sharding, addressable_shards=parts))
        self.layers = [SimpleNamespace(kernel=kernel), None]
        self.fits = []

    def compile(self, **options):
        self.compiled = options

    def fit(self, x, y, callbacks=(), **options):
        self.fits.append((x, y, options))
        for callback in callbacks:
            for step, loss in enumerate((0.5, 0.25)):
                callback.on_train_batch_end(step, {"loss": np.float32(loss)})


@pytest.fixture
def second_of_two(monkeypatch):
    """Let this be the second of two processes, on a clock of three epochs of 3, 1 and 2 s."""
    model, distributions = FakeModel(), []
    jax = SimpleNamespace(process_count=lambda: 2, process_index=lambda: 1)
    clock = iter([10.0, 13.0, 20.0, 21.0, 30.0, 32.0])
    monkeypatch.setitem(sys.modules, "jax", jax)
    monkeypatch.setattr(parallel, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    monkeypatch.setattr(parallel, "make_model", lambda width: model if width == 8 else None)
    monkeypatch.setattr(parallel, "make_distribution", lambda strategy: f"that of {strategy}")
    monkeypatch.setattr(keras.distribution, "set_distribution", distributions.append)
    return model, distributions


@pytest.mark.parametrize(
    ("strategy", "size", "rows"),
    [
        ("single", 4, [0, 1, 2, 3, 4, 5, 6, 7]),
        ("data", 2, [2, 3, 6, 7]),
        ("same-images", 2, [0, 1, 4, 5]),
    ],
)
def test_a_process_trains_on_its_part(strategy, size, rows, second_of_two):
    model, distributions = second_of_two
    run = parallel.train(strategy, 8, np.arange(16).reshape(8, 2), 4, 4)
    assert distributions == [f"that of {strategy}"]
    assert model.compiled == {"optimizer": "adam", "loss": "mse"}
    assert len(model.fits) == 4
    for x, y, options in model.fits:
        assert x is y and (x[:, 0] // 2).tolist() == rows
        assert options == {"batch_size": size, "shuffle": False, "verbose": 0}
        assert isinstance(options["batch_size"], int)
    expected = Run(strategy, 8, 4, 3, 2, [0.5, 0.25], 1.0, [784, 5])
    assert run == expected and all(isinstance(loss, float) for loss in run.loss)


def test_what_is_measured_stays_as_it_was():
    with pytest.raises(dataclasses.FrozenInstanceError):
        RUN.seconds = 0.0


def test_one_device_needs_no_distribution():
    assert make_distribution("single") is None


@pytest.mark.parametrize("strategy", ["data", "same-images"])
def test_data_parallelism_leaves_the_parts_to_us(strategy):
    found = make_distribution(strategy)
    assert isinstance(found, keras.distribution.DataParallel)
    assert found.auto_shard_dataset is False and found.batch_dim_name == "batch"


def test_model_parallelism_lays_out_the_hidden_units(monkeypatch):
    devices = ["cpu:0", "cpu:1", "cpu:2"]
    monkeypatch.setattr(keras.distribution, "list_devices", lambda: devices)
    found = make_distribution("model")
    assert isinstance(found, keras.distribution.ModelParallel)
    assert found.auto_shard_dataset is False and found.batch_dim_name == "batch"
    mesh = found.device_mesh
    assert (mesh.shape, mesh.axis_names) == ((1, 3), ["batch", "model"])
    assert mesh.devices.tolist() == [devices]
    layouts = [tuple(found.get_variable_layout(weight).axes) for weight in make_model(6).weights]
    assert layouts == [(None, "model"), ("model",), ("model", None), (None,)]


def test_model_starts_the_same_everywhere():
    model = make_model(6)
    assert [layer.name for layer in model.layers] == ["hidden", "output"]
    assert [layer.activation.__name__ for layer in model.layers] == ["relu", "sigmoid"]
    assert model.input_shape == model.output_shape == (None, 784)
    for layer, seed, shape in zip(model.layers, (1, 2), ((784, 6), (6, 784)), strict=True):
        expected = keras.initializers.GlorotUniform(seed)(shape)
        kernel, bias = layer.get_weights()
        np.testing.assert_array_equal(kernel, keras.ops.convert_to_numpy(expected))
        assert not bias.any()


def test_keras_is_not_imported_before_its_backend_is_known():
    code = "import sys, aeutils.parallel; print('keras' in sys.modules, 'jax' in sys.modules)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout == "False False\n", done.stderr


@pytest.fixture
def calls(monkeypatch):
    """Collect what the command line trains, and which processes it joins."""
    trained, joined = [], []

    def train(*arguments):
        trained.append(arguments)
        return dataclasses.replace(RUN, width=len(trained))

    monkeypatch.setattr(parallel, "train", train)
    monkeypatch.setattr(parallel, "_join", lambda options: joined.append(vars(options)))
    return trained, joined


def test_command_line_without_options(calls, capsys):
    trained, joined = calls
    assert main(["single:4:8"]) == 0
    ((strategy, width, x, batch_size, epochs),) = trained
    assert (strategy, width, batch_size, epochs, joined) == ("single", 4, 8, 3, [])
    mnist = load_images("mnist", "small", flat=True).x_train
    np.testing.assert_array_equal(x, np.resize(mnist, (4096, 784)))
    assert json.loads(capsys.readouterr().out) == [dataclasses.asdict(RUN) | {"width": 1}]


@pytest.mark.parametrize("process", [0, 1])
def test_command_line_of_several_processes(process, calls, capsys):
    trained, joined = calls
    options = ["--images", "16", "--epochs", "5", "--coordinator", "here:1", "--processes", "2"]
    assert main(["data:4:8", "same-images:6:16", *options, "--process", str(process)]) == 0
    assert [(*t[:2], len(t[2]), *t[3:]) for t in trained] == [
        ("data", 4, 16, 8, 5),
        ("same-images", 6, 16, 16, 5),
    ]
    assert [(j["coordinator"], j["processes"], j["process"]) for j in joined] == [
        ("here:1", 2, process)
    ]
    printed = capsys.readouterr().out
    assert printed == "" if process else [run["width"] for run in json.loads(printed)] == [1, 2]


def test_command_line_explains_itself(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = " ".join(capsys.readouterr().out.split())
    for words in (
        "Data and model parallelism with `keras.distribution` on JAX",
        "strategy:hidden units:batch size",
        "HOST:PORT of the first process",
        "number of this one, from 0",
    ):
        assert words in shown


def test_processes_meet_at_the_first_one(monkeypatch):
    called = []
    jax = SimpleNamespace(
        config=SimpleNamespace(update=lambda *a: called.append(a)),
        distributed=SimpleNamespace(initialize=lambda *a: called.append(a)),
    )
    monkeypatch.setitem(sys.modules, "jax", jax)
    parallel._join(SimpleNamespace(coordinator="here:1", processes=2, process=1))
    assert called == [("jax_cpu_collectives_implementation", "gloo"), ("here:1", 2, 1)]


@pytest.fixture(scope="module")
def one_process():
    """Three strategies in a process with two devices."""
    return launch([(way, 16, 128) for way in ("single", "data", "model")], devices=2, **SMALL)


@pytest.fixture(scope="module")
def two_processes():
    return launch(
        [(way, 16, 128) for way in ("single", "data", "same-images")], processes=2, **SMALL
    )


def difference(run, other):
    assert len(run.loss) == len(other.loss) == STEPS
    return np.abs(np.subtract(run.loss, other.loss)).max()


def test_two_devices_give_the_loss_of_one(one_process):
    single, data, model = one_process
    assert single.loss[-1] < single.loss[0]
    assert [run.devices for run in one_process] == [1, 2, 2]
    assert difference(single, data) < 1e-5
    assert difference(single, model) < 1e-5


def test_model_parallelism_divides_the_hidden_units(one_process):
    assert [run.kernel_part for run in one_process] == [[784, 16], [784, 16], [784, 8]]


def test_two_processes_give_the_loss_of_one_device(one_process, two_processes):
    single, data, _ = two_processes
    assert (data.devices, data.processes) == (2, 2)
    assert difference(one_process[0], single) < 1e-6
    assert difference(one_process[0], data) < 1e-5


def test_the_same_images_in_both_processes_give_another_loss(two_processes):
    single, _, same = two_processes
    assert difference(single, same) > 1e-4


def test_the_parts_of_the_processes_make_up_each_batch():
    x = np.arange(24).reshape(12, 2)
    parts = [own_rows(x, 4, 2, process) for process in range(2)]
    np.testing.assert_array_equal(parts[0][:, 0] // 2, [0, 1, 4, 5, 8, 9])
    np.testing.assert_array_equal(parts[1][:, 0] // 2, [2, 3, 6, 7, 10, 11])
