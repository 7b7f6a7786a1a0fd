"""Find a data file: in the reader's own folder, in the cache, or on the network.

A file is known by the SHA-256 sum of its *uncompressed* content, because copies that were packed
again have other bytes and the same content. To add a file, add an entry to `REGISTRY`.
"""

import gzip
import io
import os
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from aeutils.data.files import clear_errors
from aeutils.session import cache_dir

with warnings.catch_warnings():
    # It imports tqdm, which asks in every notebook for a progress bar that nobody uses.
    warnings.filterwarnings("ignore", message="IProgress not found")
    import pooch


@dataclass(frozen=True)
class Resource:
    """One file of the registry.

    Attributes
    ----------
    sha256 : str
        Sum of the content, after gzip has been taken off.
    mirrors : tuple of str
        Addresses of the file, with or without gzip, tried in this order.
    """

    sha256: str
    mirrors: tuple[str, ...]


_SUMS = {
    "mnist": {
        "train-images-idx3-ubyte": (
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
        ),
        "train-labels-idx1-ubyte": (
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
        ),
        "t10k-images-idx3-ubyte": (
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
        ),
        "t10k-labels-idx1-ubyte": (
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
        ),
    },
    "fashion-mnist": {
        "train-images-idx3-ubyte": (
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"
        ),
        "train-labels-idx1-ubyte": (
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"
        ),
        "t10k-images-idx3-ubyte": (
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"
        ),
        "t10k-labels-idx1-ubyte": (
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"
        ),
    },
}

# The sums make it safe that one of the mirrors has no https.
_MIRRORS = {
    "mnist": (
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
    ),
    "fashion-mnist": (
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
}

REGISTRY: dict[str, Resource] = {
    f"{folder}/{file}": Resource(total, tuple(f"{m}{file}.gz" for m in _MIRRORS[folder]))
    for folder, sums in _SUMS.items()
    for file, total in sums.items()
}


def data_dir() -> Path | None:
    """Return the folder that ``AEUTILS_DATA_DIR`` names, or None when it is unset or empty."""
    folder = os.environ.get("AEUTILS_DATA_DIR")
    return Path(folder).expanduser() if folder else None


def read_bytes(name: str) -> bytes:
    """Return the uncompressed and verified content of a registered file.

    The folder in ``AEUTILS_DATA_DIR`` is the only place to be searched when that variable is set.
    Otherwise the file comes from the cache, and is downloaded when the cache has no sound copy.
    In both folders a file ``name`` or ``name.gz`` will do.

    Parameters
    ----------
    name : str
        A key of `REGISTRY`, such as ``"mnist/train-images-idx3-ubyte"``.

    Returns
    -------
    bytes
        The content, whose SHA-256 is the registered one.

    Raises
    ------
    ValueError
        If the name is not registered, or the reader's file is damaged or another one.
    OSError
        If the reader's folder lacks the file, no mirror delivers it, or the cache cannot be
        written.
    """
    if name not in REGISTRY:
        raise ValueError(f"name is {name!r}; expected one of {', '.join(REGISTRY)}.")
    resource = REGISTRY[name]
    own = data_dir()
    damaged = None
    for path in _find(own or cache_dir(), name):
        try:
            return _content(_read(path), resource.sha256, str(path))
        except ValueError as error:
            damaged = error
    if own and damaged:
        raise ValueError(
            f"{damaged}. Replace it by a whole copy, or unset AEUTILS_DATA_DIR to download it."
        ) from damaged
    if own:
        raise FileNotFoundError(
            f"AEUTILS_DATA_DIR names {own}, which holds no file {name} or {name}.gz. "
            "Put the file there, or unset AEUTILS_DATA_DIR to download it."
        )
    return _read(_download(name, resource))


def _find(folder: Path, name: str) -> list[Path]:
    candidates = (folder / name, folder / f"{name}.gz")
    # os.path.isfile says no, rather than failing, inside a folder that may not be entered.
    return [path for path in candidates if os.path.isfile(path)]


def _read(path: Path) -> bytes:
    with clear_errors(path):
        return path.read_bytes()


def _content(raw: bytes, expected: str, source: str) -> bytes:
    """Take off gzip, where there is any, and compare the sum."""
    try:
        content = gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{source} is a damaged or incomplete gzip file") from error
    found = sha256(content).hexdigest()
    if found != expected:
        raise ValueError(
            f"{source} has the wrong content (SHA-256 {found[:12]}..., not {expected[:12]}...)"
        )
    return content


def _download(name: str, resource: Resource) -> Path:
    """Download into the cache; pooch moves the file to its name only once its sum is right."""
    cache = cache_dir()
    try:
        # pooch's own way to make the folder fails when two processes make it at once.
        (cache / name).parent.mkdir(parents=True, exist_ok=True)
        path = pooch.retrieve(
            url=resource.mirrors[0],
            known_hash=f"sha256:{resource.sha256}",
            fname=name,
            path=cache,
            downloader=_from_mirrors(name, resource),
        )
    except ConnectionError:
        raise
    except OSError as error:
        raise OSError(
            f"Cannot write {name} into the cache {cache}: {error.strerror or error}. "
            "Set AEUTILS_CACHE_DIR to a folder that can be written."
        ) from error
    return Path(path)


def _from_mirrors(name: str, resource: Resource) -> Callable[[str, str, object], None]:
    """Make a pooch downloader that writes the content from the first mirror that has it."""
    from requests import RequestException  # slow to import, needed for downloads only

    def download(url: str, output_file: str, pooch_object: object) -> None:
        failures = []
        for mirror in resource.mirrors:
            host = urlsplit(mirror).netloc
            try:
                buffer = io.BytesIO()
                pooch.HTTPDownloader()(mirror, buffer, None)
                content = _content(buffer.getvalue(), resource.sha256, "what it sent")
            except RequestException as error:
                failures.append(f"{host}: {type(error).__name__}")
            except ValueError as error:
                failures.append(f"{host}: {error}")
            else:
                Path(output_file).write_bytes(content)
                return
        by_hand = cache_dir() / PurePosixPath(name).with_name(PurePosixPath(mirror).name)
        raise ConnectionError(
            f"No mirror delivered {name} ({'; '.join(failures)}). Connect to the network, or "
            f"download {resource.mirrors[0]} elsewhere and put it at {by_hand}."
        )

    return download
