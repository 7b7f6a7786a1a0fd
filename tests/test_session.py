"""The first call of every notebook: scale, backend, seed, device and style."""

import dataclasses
import gc
import importlib.util
import json
import logging
import os
import random
import re
import subprocess
import sys
import weakref
from pathlib import Path
from types import SimpleNamespace

import IPython
import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from platformdirs import user_cache_dir

from aeutils import session as session_module
from aeutils.session import KERAS_SETTINGS, Session, cache_dir, importing_keras, is_strict, setup

BACKEND = keras.backend.backend()


def run(code, **variables):
    """Run code in a new interpreter, in which Keras has not been imported."""
    command = [sys.executable, "-c", code]
    environment = {**os.environ, **variables}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)


def test_scale_from_argument_variable_and_default(monkeypatch):
    assert setup().scale == "small"
    monkeypatch.setenv("AEUTILS_SCALE", "")
    assert setup().scale == "small"
    monkeypatch.setenv("AEUTILS_SCALE", "full")
    assert setup().scale == "full"
    assert setup(scale="small").scale == "small"


def test_pick():
    assert Session("small", "jax", "1 CPU core", 0).pick(small=30, full="ten") == 30
    assert Session("full", "jax", "1 CPU core", 0).pick(small=30, full="ten") == "ten"


def test_session_stays_as_it_was():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Session("small", "jax", "1 CPU core", 0).seed = 1


@pytest.mark.parametrize(("value", "strict"), [("1", True), ("0", False), ("", False)])
def test_strict_is_asked_for_by_a_variable(value, strict, monkeypatch):
    assert is_strict() is False
    monkeypatch.setenv("AEUTILS_STRICT", value)
    assert is_strict() is strict


def test_folder_of_the_cache(monkeypatch):
    assert cache_dir() == Path(user_cache_dir("aeutils"))
    monkeypatch.setenv("AEUTILS_CACHE_DIR", "")
    assert cache_dir() == Path(user_cache_dir("aeutils"))
    monkeypatch.setenv("AEUTILS_CACHE_DIR", "~/elsewhere")
    assert cache_dir() == Path.home() / "elsewhere"


@pytest.mark.parametrize("scale", ["large", "", "Small"])
def test_unknown_scale(scale):
    with pytest.raises(ValueError, match=f"AEUTILS_SCALE.* is {scale!r}; choose small or full"):
        setup(scale=scale)


def test_unknown_scale_in_the_variable(monkeypatch):
    monkeypatch.setenv("AEUTILS_SCALE", "large")
    with pytest.raises(ValueError, match="AEUTILS_SCALE.* is 'large'; choose small or full"):
        setup()


def test_seed_from_argument_variable_and_default(monkeypatch):
    assert setup().seed == 0
    monkeypatch.setenv("AEUTILS_SEED", "7")
    assert setup().seed == 7
    assert setup(seed=0).seed == 0
    assert setup(seed=np.int64(3)).seed == 3


@pytest.mark.parametrize("seed", [-1, 1.5, True, "one", float("nan"), 2**32])
def test_bad_seed(seed):
    with pytest.raises(ValueError, match=r"[Ss]eed"):
        setup(seed=seed)


@pytest.mark.parametrize("seed", ["-1", "1.0", "one"])
def test_bad_seed_in_the_variable(seed, monkeypatch):
    monkeypatch.setenv("AEUTILS_SEED", seed)
    with pytest.raises(ValueError, match=f"'{seed}'; give a whole number of 0 or more"):
        setup()


def draw():
    """Return random numbers of Python, NumPy and Keras, from the start of a layer as well."""
    layer = keras.layers.Dense(2)
    layer.build((None, 2))
    normal = keras.ops.convert_to_numpy(keras.random.normal((3,)))
    return [random.random(), *np.random.rand(3), *normal, *layer.get_weights()[0].flat]


def test_seed_repeats_all_random_numbers():
    setup(seed=5)
    first = draw()
    setup(seed=5)
    assert draw() == first
    setup(seed=6)
    assert not set(draw()) & set(first)


def test_line(capsys):
    session = setup(scale="full", seed=4)
    assert re.fullmatch(
        rf"Keras [\d.]+ with (TensorFlow|JAX) on {session.device}, full scale, seed 4\.\n",
        capsys.readouterr().out,
    )
    assert session == Session("full", BACKEND, session.device, 4)
    assert os.environ["KERAS_BACKEND"] == BACKEND


def test_style_is_that_of_the_book():
    assert plt.rcParams["image.cmap"] == "viridis"
    setup()
    assert plt.rcParams["image.cmap"] == "gray_r"
    assert plt.rcParams["axes.prop_cycle"].by_key()["color"][0] == "#0072B2"
    assert plt.rcParams["axes.spines.top"] is False


def test_figures_are_sharp_in_a_notebook_only(monkeypatch):
    formats = []
    monkeypatch.setattr(
        "matplotlib_inline.backend_inline.set_matplotlib_formats", lambda *f: formats.append(f)
    )
    monkeypatch.setattr(IPython, "get_ipython", lambda: None)
    setup()
    assert formats == []
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace())
    setup()
    assert formats == [("retina",)]


@pytest.mark.parametrize(("backend", "drawn_by_pyplot"), [("inline", False), ("widget", True)])
def test_a_figure_of_a_cell_is_drawn_once(monkeypatch, backend, drawn_by_pyplot):
    """By the inline backend, which sends it; another backend needs that of pyplot."""
    hooks = ["pyplot"]
    monkeypatch.setattr("matplotlib_inline.backend_inline.set_matplotlib_formats", lambda _: None)
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace())
    monkeypatch.setattr(plt, "get_backend", lambda: backend)
    monkeypatch.setattr(plt, "uninstall_repl_displayhook", hooks.clear)
    setup()
    assert bool(hooks) is drawn_by_pyplot


def test_log_level(monkeypatch):
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    logging.getLogger("tensorflow").setLevel(logging.INFO)
    setup()
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "3"
    assert logging.getLogger("tensorflow").level == logging.ERROR
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")  # somebody looks for an error
    setup()
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"


def test_lines_of_compiled_code_are_hidden_for_a_while(capfd):
    with pytest.raises(ImportError), session_module._without_stderr():
        os.write(2, b"hidden")
        raise ImportError
    os.write(2, b"shown")
    assert capfd.readouterr().err == "shown"


def test_standard_error_is_given_back_without_a_trace(capfd):
    def next_free():
        number = os.dup(2)
        os.close(number)
        return number

    before = next_free()
    for _ in range(2):
        with session_module._without_stderr():
            assert next_free() == before + 2
    assert next_free() == before
    os.write(2, b"shown")
    assert capfd.readouterr().err == "shown"


@pytest.mark.parametrize("enabled", [True, False])
def test_no_search_for_garbage_during_the_import(enabled, monkeypatch):
    frozen = []
    monkeypatch.setattr(gc, "freeze", lambda: frozen.append(gc.isenabled()))
    monkeypatch.delitem(sys.modules, "keras")
    if not enabled:
        gc.disable()
    try:
        with pytest.raises(ImportError), importing_keras():
            assert not gc.isenabled()
            raise ImportError
        assert gc.isenabled() is enabled
    finally:
        gc.enable()
    assert frozen == [False]


def test_garbage_of_a_notebook_is_found_after_another_setup():
    model = keras.Sequential()
    model.itself = model  # only a search finds a circle
    gone = weakref.ref(model)
    setup()
    del model
    gc.collect()
    assert gone() is None


def test_backend_changed_after_keras_was_imported(monkeypatch):
    other = "jax" if BACKEND == "tensorflow" else "tensorflow"
    monkeypatch.setenv("KERAS_BACKEND", other)
    with pytest.raises(ValueError, match=f"is '{other}', but Keras already runs on '{BACKEND}'"):
        setup()


def test_backend_of_keras_counts_when_the_variable_is_unset(monkeypatch):
    monkeypatch.delenv("KERAS_BACKEND")
    assert setup().backend == BACKEND
    assert os.environ["KERAS_BACKEND"] == BACKEND


def test_unknown_backend_that_already_runs(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "numpy")
    monkeypatch.delenv("KERAS_BACKEND")
    with pytest.raises(ValueError, match="'numpy'; this book runs on tensorflow and on jax"):
        setup()


def test_unknown_backend_before_keras_is_imported(monkeypatch):
    monkeypatch.delitem(sys.modules, "keras")
    monkeypatch.setenv("KERAS_BACKEND", "theano")
    with pytest.raises(ValueError, match="'theano'; this book runs on tensorflow and on jax"):
        setup()
    assert "keras" not in sys.modules


def test_backend_before_keras_is_imported(monkeypatch):
    monkeypatch.delitem(sys.modules, "keras")
    for variable, backend in (("jax", "jax"), ("", "tensorflow")):
        monkeypatch.setenv("KERAS_BACKEND", variable)
        assert session_module._read_backend() == backend
        assert os.environ["KERAS_BACKEND"] == backend


@pytest.mark.parametrize(("cores", "words"), [(1, "1 CPU core"), (12, "12 CPU cores")])
def test_number_of_cores(cores, words, monkeypatch):
    cpu = SimpleNamespace(devices=lambda: [SimpleNamespace(platform="cpu", device_kind="cpu")])
    monkeypatch.setitem(sys.modules, "jax", cpu)
    ours = {0: set(range(cores))}  # 0 is this process
    monkeypatch.setattr(os, "sched_getaffinity", ours.__getitem__, raising=False)
    assert session_module._find_device("jax") == words
    monkeypatch.delattr(os, "sched_getaffinity")  # as on macOS
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert session_module._find_device("jax") == words


def test_gpu_of_jax(monkeypatch):
    gpu = SimpleNamespace(platform="gpu", device_kind="NVIDIA T4")
    monkeypatch.setitem(sys.modules, "jax", SimpleNamespace(devices=lambda: [gpu]))
    assert session_module._find_device("jax") == "NVIDIA T4"


@pytest.mark.parametrize("gpus", [[], ["GPU:0", "GPU:1"]])
def test_gpus_of_tensorflow_take_memory_as_they_need_it(gpus, monkeypatch):
    growth = {}
    config = SimpleNamespace(
        list_physical_devices=lambda kind: gpus if kind == "GPU" else ["CPU:0"],
        experimental=SimpleNamespace(
            set_memory_growth=growth.__setitem__,
            get_device_details=lambda gpu: {"device_name": f"NVIDIA T4 as {gpu}"},
        ),
    )
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace(config=config))
    device = session_module._find_device("tensorflow")
    assert growth == dict.fromkeys(gpus, True)
    assert device == "NVIDIA T4 as GPU:0" if gpus else "CPU core" in device


@pytest.mark.parametrize("given", [{}, dict.fromkeys(["JAX_COMPILATION_CACHE_DIR"], "mine")])
def test_jax_keeps_every_compilation_in_our_cache(given, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "environ", {"AEUTILS_CACHE_DIR": str(tmp_path), **given})
    session_module._keep_compilations()
    assert os.environ == {
        "AEUTILS_CACHE_DIR": str(tmp_path),
        "JAX_COMPILATION_CACHE_DIR": str(tmp_path / "jax"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        **given,
    }


@pytest.mark.parametrize("backend", ["jax", "tensorflow"])
def test_setup_keeps_compilations_on_jax_and_freed_memory_always(backend, monkeypatch, capsys):
    done = []
    monkeypatch.setattr(session_module, "_read_backend", lambda: backend)
    monkeypatch.setattr(session_module, "_find_device", lambda name: f"device of {name}")
    for name in ("_keep_freed_memory", "_keep_compilations"):
        monkeypatch.setattr(session_module, name, lambda name=name: done.append(name))
    assert setup() == Session("small", backend, f"device of {backend}", 0)
    assert done == ["_keep_freed_memory"] + ["_keep_compilations"] * (backend == "jax")


@pytest.mark.parametrize("variable", [None, "mine"])
def test_jax_finds_what_it_has_compiled_before(variable, tmp_path, monkeypatch):
    """The second interpreter reads what the first one wrote, and writes nothing."""
    monkeypatch.delenv("JAX_COMPILATION_CACHE_DIR", raising=False)
    code = "from aeutils import setup; setup(); import jax; jax.jit(lambda x: 3 * x + 1)(2.0)"
    variables = {"KERAS_BACKEND": "jax", "AEUTILS_CACHE_DIR": str(tmp_path)}
    if variable is not None:
        variables["JAX_COMPILATION_CACHE_DIR"] = str(tmp_path / variable)
    written = []
    for _ in range(2):
        done = run(code, **variables)
        assert done.returncode == 0 and done.stderr == "", done.stderr
        written.append({path: path.stat().st_mtime_ns for path in tmp_path.rglob("*-cache")})
    assert written[0] and written[0] == written[1]
    assert {path.parent for path in written[0]} == {tmp_path / (variable or "jax")}


def test_tensorflow_gets_no_variables_of_jax(monkeypatch):
    monkeypatch.delenv("JAX_COMPILATION_CACHE_DIR", raising=False)
    code = "import os; from aeutils import setup; setup(); print(*os.environ)"
    done = run(code, KERAS_BACKEND="tensorflow")
    assert "KERAS_BACKEND" in done.stdout and "JAX_COMPILATION" not in done.stdout, done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="speaks to the C library of Linux")
def test_freed_memory_is_used_again():
    """Without it each of the 50 rounds gets its 1,100 pages anew from the system."""
    code = """
import resource, threading
import numpy as np
from aeutils import setup

def find_faults():
    for number in range(51):
        arrays = [np.ones(size) for size in (100_000, 300_000, 200_000)]
        del arrays
        now = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        start = now if number == 0 else start
    print(now - start)

setup()
thread = threading.Thread(target=find_faults)
thread.start()
thread.join()
"""
    done = run(code)
    assert int(done.stdout.splitlines()[-1]) < 3000, done.stdout + done.stderr


def test_settings_of_malloc(monkeypatch):
    """M_TRIM_THRESHOLD, M_TOP_PAD and M_MMAP_THRESHOLD of malloc.h, in bytes."""
    libraries, settings = [], {}

    def load(name):
        libraries.append(name)
        return SimpleNamespace(mallopt=settings.__setitem__)

    monkeypatch.setattr(session_module.ctypes, "CDLL", load)
    session_module._keep_freed_memory()
    assert libraries == ["libc.so.6"]
    assert settings == {-1: 1_073_741_824, -2: 67_108_864, -3: 33_554_432}


def test_another_c_library_is_left_alone(monkeypatch):
    def missing(name):
        raise OSError(name)

    monkeypatch.setattr(session_module.ctypes, "CDLL", missing)
    session_module._keep_freed_memory()
    monkeypatch.setattr(session_module.ctypes, "CDLL", lambda name: SimpleNamespace())
    session_module._keep_freed_memory()


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="needs JAX")
def test_jax_in_a_new_interpreter_without_tensorflow():
    code = "import sys; sys.modules['tensorflow'] = None; from aeutils import setup; setup(seed=2)"
    done = run(code, AEUTILS_SCALE="full", KERAS_BACKEND="jax")
    assert done.returncode == 0, done.stderr
    line = r"Keras [\d.]+ with JAX on .+, full scale, seed 2\.\n"
    assert re.fullmatch(line, done.stdout), done.stdout
    assert done.stderr == ""


def test_import_leaves_the_choice_of_the_backend_open():
    done = run("import sys, aeutils; print('keras' in sys.modules)")
    assert done.stdout == "False\n", done.stderr


@pytest.mark.parametrize(
    ("setting", "value"),
    [("floatx", "float16"), ("image_data_format", "channels_first")],
)
def test_settings_in_keras_json_are_checked(setting, value, tmp_path):
    """The file of a reader, in the folder that KERAS_HOME names, would change every chapter."""
    (tmp_path / "keras.json").write_text(json.dumps({setting: value}))
    settings = {"KERAS_HOME": str(tmp_path), "KERAS_BACKEND": "jax"}  # the quicker import
    done = run("from aeutils import setup; setup()", **settings)
    assert done.returncode != 0
    assert f"Keras is set to {setting} {value!r}" in done.stderr
    assert f"Call keras.config.set_{setting}(" in done.stderr
    code = f"import keras; keras.config.set_{setting}({KERAS_SETTINGS[setting]!r}); "
    done = run(code + "from aeutils import setup; setup()", **settings)
    assert done.returncode == 0, done.stderr


def test_precision_of_an_earlier_cell_is_checked():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        with pytest.raises(ValueError, match="set to dtype_policy 'mixed_bfloat16'"):
            setup()
    finally:
        keras.config.set_dtype_policy("float32")
    setup()
