"""An electrocardiogram: five minutes of a real sensor."""

from pathlib import Path

import numpy as np

from aeutils.data.files import read_bundled

ECG = Path(__file__).parent / "bundled" / "ecg.npz"
# Made by tools/make_ecg.py, which prints it.
ECG_SHA256 = "7c694bcca10bd3be518c92e5bc59fbe610840353e0b8486b46e201bdc2a44aae"
ECG_RATE = 90  # samples a second
# The converter of the recorder: its reading at 0 mV, and its steps for one millivolt.
ZERO, STEPS = 1024, 200
JOINED = 4  # readings, taken 360 times a second, whose sum is stored
LICENCE = (
    "From the MIT-BIH Arrhythmia Database by George B. Moody and Roger G. Mark, record 208, lead "
    "MLII, minutes 19:35 to 24:35, as SciPy 1.9.3 ships it: Open Data Commons Attribution License "
    "(ODC-By) 1.0, https://opendatacommons.org/licenses/by/1-0/. Sums of four neighbouring "
    "readings."
)


def load_ecg() -> np.ndarray:
    """Load five minutes of an electrocardiogram, at `ECG_RATE` samples a second.

    It is a part of record 208 of the MIT-BIH Arrhythmia Database of `Moody and Mark (2001)
    <https://doi.org/10.1109/51.932724>`_, published by `Goldberger and others (2000)
    <https://doi.org/10.1161/01.CIR.101.23.e215>`_. Many of its beats are extra beats of the
    ventricles, so that what is usual for this heart is not what is healthy.

    Returns
    -------
    ndarray of shape (27000,)
        Voltage in millivolts, float64; each sample is the mean of four readings.

    Raises
    ------
    ValueError
        If the file is damaged.
    OSError
        If the file is missing.
    """
    sums = read_bundled(ECG, ECG_SHA256)["sums"]
    return (sums / JOINED - ZERO) / STEPS
