"""What all tests share: no window, a quiet backend, and settings that do not leak in or out."""

import gc
import os
import sys

os.environ["MPLBACKEND"] = "agg"
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import matplotlib
import matplotlib.pyplot as plt
import pytest

# The data folder stays: whoever sets it asks for the tests of the whole data sets as well.
OWN_VARIABLES = ("AEUTILS_SCALE", "AEUTILS_SEED", "AEUTILS_STRICT", "AEUTILS_CACHE_DIR")


def pytest_collection_finish():
    """Leave out of every search for garbage what the tests have imported."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def isolated(monkeypatch):
    """Hide the settings of the caller, and leave neither settings, styles nor figures behind.

    Networks start from the same weights whichever tests came before.
    """
    for name in OWN_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AEUTILS_PROGRESS", "off")  # the record of whoever runs the tests
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(0)
    with matplotlib.rc_context():
        yield
    plt.close("all")
