"""One call that prepares a notebook: seed, backend, device, scale and figure style."""

import ctypes
import gc
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from platformdirs import user_cache_dir

BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX"}
SCALES = ("small", "full")
KERAS_SETTINGS = {
    "floatx": "float32",
    "image_data_format": "channels_last",
    "dtype_policy": "float32",
}
STYLE = Path(__file__).with_name("book.mplstyle")

T = TypeVar("T")


@dataclass(frozen=True)
class Session:
    """What `setup` found and decided.

    Attributes
    ----------
    scale : str
        ``"small"`` (data inside the package) or ``"full"`` (the whole data sets).
    backend : str
        ``"tensorflow"`` or ``"jax"``.
    device : str
        The device that Keras computes on, in words.
    seed : int
        The seed of Python, NumPy and Keras.
    """

    scale: str
    backend: str
    device: str
    seed: int

    def pick(self, *, small: T, full: T) -> T:
        """Return the value that belongs to the scale of this session.

        Examples
        --------
        >>> Session("small", "jax", "2 CPU cores", 0).pick(small=30, full=10)
        30
        """
        return small if self.scale == "small" else full


def setup(scale: str | None = None, seed: int | None = None) -> Session:
    """Prepare a notebook and say in one line what it runs on.

    Seeds Python, NumPy and Keras, quietens the log lines of the backend, lets a GPU take its
    memory step by step, keeps the memory that a step of training frees for the next one, lets JAX
    keep what it compiles in the cache of `aeutils`, sets the figure style of the book and prints
    one line.

    Parameters
    ----------
    scale : {"small", "full"}, optional
        Size of the data and of the training; by default the environment variable
        ``AEUTILS_SCALE``, else ``"small"``.
    seed : int, optional
        By default the environment variable ``AEUTILS_SEED``, else 0.

    Raises
    ------
    ValueError
        For an unknown scale or backend, a seed that is not a whole number of 0 or more, a
        backend that came after Keras was imported, or a setting of Keras under which the
        chapters would compute something else.
    """
    scale = scale if scale is not None else os.environ.get("AEUTILS_SCALE") or "small"
    if scale not in SCALES:
        raise ValueError(f"scale (or AEUTILS_SCALE) is {scale!r}; choose {' or '.join(SCALES)}.")
    seed = _read_seed(seed)
    backend = _read_backend()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    _keep_freed_memory()
    if backend == "jax":
        _keep_compilations()

    with _without_stderr(), importing_keras():
        import keras

        keras.utils.set_random_seed(
            seed
        )  # on JAX too this imports TensorFlow where it is installed
    _check_keras(keras)
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # TensorFlow sets it as it is imported
    session = Session(scale, backend, _find_device(backend), seed)
    _set_figure_style()
    name = BACKENDS[backend]
    print(f"Keras {keras.__version__} with {name} on {session.device}, {scale} scale, seed {seed}.")
    return session


def is_strict() -> bool:
    """Return whether a wrong answer, number or claim is an error: ``AEUTILS_STRICT=1``."""
    return os.environ.get("AEUTILS_STRICT") == "1"


def _read_seed(seed: int | None) -> int:
    value = seed if seed is not None else os.environ.get("AEUTILS_SEED") or "0"
    if not str(value).isdecimal():
        raise ValueError(f"seed (or AEUTILS_SEED) is {value!r}; give a whole number of 0 or more.")
    return int(value)


def _read_backend() -> str:
    """Return the backend that Keras uses or will use, and make sure that the book knows it."""
    if "keras" in sys.modules:
        loaded = sys.modules["keras"].backend.backend()
        wanted = os.environ.get("KERAS_BACKEND") or loaded
        if wanted != loaded:
            raise ValueError(
                f"KERAS_BACKEND is {wanted!r}, but Keras already runs on {loaded!r}. "
                "Restart the kernel and set the variable before Keras is imported."
            )
    else:
        wanted = os.environ.get("KERAS_BACKEND") or "tensorflow"
    if wanted not in BACKENDS:
        raise ValueError(
            f"KERAS_BACKEND is {wanted!r}; this book runs on {' and on '.join(BACKENDS)}. "
            "Set the variable to one of them before Keras is imported."
        )
    os.environ["KERAS_BACKEND"] = wanted
    return wanted


def _check_keras(keras) -> None:
    """Make sure that neither `keras.json` nor an earlier cell changed what chapters rely on."""
    found = {
        "floatx": keras.config.floatx(),
        "image_data_format": keras.config.image_data_format(),
        "dtype_policy": keras.config.dtype_policy().name,
    }
    for setting, value in found.items():
        if value != KERAS_SETTINGS[setting]:
            raise ValueError(
                f"Keras is set to {setting} {value!r}, by keras.json or by an earlier cell; the "
                f"chapters need {KERAS_SETTINGS[setting]!r}. Call keras.config.set_{setting}"
                f"({KERAS_SETTINGS[setting]!r}) before setup()."
            )


def _keep_freed_memory() -> None:
    """Have the C library keep memory that a step of training frees for the next step to use.

    By default that of glibc gives the arrays of a step back to the system and asks for them again
    at once, which doubles the time of a dense step on TensorFlow. Elsewhere nothing changes.
    """
    trim_threshold, top_pad, mmap_threshold = -1, -2, -3  # the numbers of malloc.h
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):
        return
    for setting, size in ((trim_threshold, 2**30), (top_pad, 2**26), (mmap_threshold, 2**25)):
        mallopt(setting, size)


def cache_dir() -> Path:
    """Return the folder of downloads and compilations.

    It is ``AEUTILS_CACHE_DIR``, or the cache of this user.
    """
    folder = os.environ.get("AEUTILS_CACHE_DIR")
    return Path(folder or user_cache_dir("aeutils")).expanduser()


def _keep_compilations() -> None:
    """Let JAX find what it has compiled before, in this process or another, in our cache folder.

    It reads these variables as it is imported, also in the processes that a chapter starts.
    """
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(cache_dir() / "jax"))
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")


@contextmanager
def importing_keras() -> Iterator[None]:
    """Let a block that imports Keras for the first time take two thirds of its time.

    While modules are built, Python searches them for garbage again and again and finds none. Here
    it waits, and leaves out for good what was imported, so that it also ends sooner.
    """
    enabled, first = gc.isenabled(), "keras" not in sys.modules
    gc.disable()
    try:
        yield
    finally:
        if first:
            gc.freeze()
        if enabled:
            gc.enable()


@contextmanager
def _without_stderr() -> Iterator[None]:
    """Send what compiled code writes to standard error to nowhere; errors of Python still rise.

    TensorFlow logs a few lines while it is imported, whatever its log level.
    """
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _find_device(backend: str) -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    cpu = f"{cores} CPU core{'s' if cores != 1 else ''}"
    if backend == "jax":
        import jax

        device = jax.devices()[0]
        return cpu if device.platform == "cpu" else device.device_kind
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    return tf.config.experimental.get_device_details(gpus[0])["device_name"] if gpus else cpu


def _set_figure_style() -> None:
    import matplotlib.pyplot as plt

    plt.style.use(STYLE)
    if "IPython" in sys.modules and sys.modules["IPython"].get_ipython() is not None:
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("retina")
        if "inline" in plt.get_backend():
            # After each cell pyplot draws what is open once more, and nobody sees that.
            plt.uninstall_repl_displayhook()
