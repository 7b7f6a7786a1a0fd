"""Find and read what comes in the layout of NLTK's data: the corpus Reuters and the model Punkt.

NLTK's own functions refuse folders that its settings do not name, and archives without entries for
their folders. Here a folder and an archive of the same name will do, wherever they lie.
"""

import os
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aeutils.data.download import cache_dir, data_dir
from aeutils.data.files import clear_errors

if TYPE_CHECKING:
    from nltk.tokenize.punkt import PunktParameters

Folder = Path | zipfile.Path

_REUTERS_ENCODING = "iso-8859-2"  # the one that NLTK's reader uses


def find_data(name: str, roots: list[Path]) -> Path | None:
    """Return the first folder or archive of a name.

    Parameters
    ----------
    name : str
        Name without suffix, such as ``"corpora/reuters"``.
    roots : list of pathlib.Path
        Folders called ``nltk_data`` or the like, in the order of the search.

    Returns
    -------
    pathlib.Path or None
        The folder, or the file with the suffix ``.zip``; None when there is neither.
    """
    for root in roots:
        # os.path says no, rather than failing, inside a folder that may not be entered.
        if os.path.isdir(root / name):
            return root / name
        if os.path.isfile(root / f"{name}.zip"):
            return root / f"{name}.zip"
    return None


@contextmanager
def open_folder(path: Path) -> Iterator[Folder]:
    """Open what `find_data` found, for the block of a ``with`` statement.

    Parameters
    ----------
    path : pathlib.Path
        A folder, or an archive with a folder of the same name inside.

    Yields
    ------
    pathlib.Path or zipfile.Path
        The folder; both have ``joinpath``, ``read_text`` and ``open``.

    Raises
    ------
    ValueError
        If a file that the block reads is damaged or missing.
    OSError
        If it cannot be read.
    """
    with clear_errors(path):
        try:
            if path.suffix == ".zip":
                with zipfile.ZipFile(path) as archive:
                    yield zipfile.Path(archive, f"{path.stem}/")
            else:
                yield path
        except FileNotFoundError as error:
            lacking = error.filename or error
            raise ValueError(
                f"{path} is incomplete: it lacks {lacking}. Replace it by a whole copy."
            ) from error


def read_reuters() -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """Read Reuters-21578 in the layout of NLTK's corpus ``reuters``.

    The folder ``nltk_data`` in ``AEUTILS_DATA_DIR`` is the only place to be searched when that
    variable is set. Otherwise the corpus comes from where NLTK has its data or from the cache, and
    is downloaded when it is in neither.

    Returns
    -------
    dict
        For ``"training"`` and ``"test"`` the documents in the order of their numbers: each with its
        text as it stands in the file, and its topics.

    Raises
    ------
    ValueError
        If the corpus is damaged, incomplete or without documents for training or for testing.
    OSError
        If it is missing and cannot be had, or cannot be read.
    """
    path = _locate_reuters()
    with open_folder(path) as folder:
        listing = folder.joinpath("cats.txt").read_text(encoding=_REUTERS_ENCODING)
        topics = _parse_topics(listing, path)
        return {
            split: [
                (folder.joinpath(name).read_text(encoding=_REUTERS_ENCODING), topics[name])
                for name in _names(topics, split, path)
            ]
            for split in ("training", "test")
        }


def read_punkt() -> "PunktParameters | None":
    """Read NLTK's English model ``punkt_tab``, which cuts texts into sentences.

    It is searched in the folder ``nltk_data`` in ``AEUTILS_DATA_DIR``, then where NLTK has its
    data, and never downloaded.

    Returns
    -------
    nltk.tokenize.punkt.PunktParameters or None
        The model, or None where there is none.

    Raises
    ------
    ValueError
        If the model is damaged or incomplete.
    OSError
        If it cannot be read.
    """
    own = data_dir()
    path = find_data("tokenizers/punkt_tab", ([own / "nltk_data"] if own else []) + _nltk_roots())
    if path is None:
        return None
    from nltk.tabdata import PunktDecoder
    from nltk.tokenize.punkt import PunktParameters

    parameters, decoder = PunktParameters(), PunktDecoder()
    readers = {
        "collocations": ("tab", lambda file: set(decoder.tab2tups(file))),
        "sent_starters": ("txt", decoder.txt2set),
        "abbrev_types": ("txt", decoder.txt2set),
        "ortho_context": ("tab", decoder.tab2intdict),
    }
    with open_folder(path) as folder:
        for name, (suffix, read) in readers.items():
            with folder.joinpath("english", f"{name}.{suffix}").open(encoding="utf-8") as file:
                try:
                    setattr(parameters, name, read(file))
                except ValueError as error:
                    raise ValueError(
                        f"english/{name}.{suffix} in {path} is damaged ({error}). Replace it by a "
                        "whole copy."
                    ) from error
    return parameters


def _nltk_roots() -> list[Path]:
    import nltk.data  # slow to import, needed for text only

    return [Path(folder) for folder in nltk.data.path if folder]


def _locate_reuters() -> Path:
    own, cache = data_dir(), cache_dir() / "nltk_data"
    roots = [own / "nltk_data"] if own else [*_nltk_roots(), cache]
    path = find_data("corpora/reuters", roots)
    if path is None and own:
        raise FileNotFoundError(
            f"AEUTILS_DATA_DIR names {own}, which holds neither nltk_data/corpora/reuters.zip nor "
            "a folder nltk_data/corpora/reuters. Put the corpus there, or unset AEUTILS_DATA_DIR "
            "to download it."
        )
    return path or _download_reuters(cache)


def _download_reuters(cache: Path) -> Path:
    import nltk

    reason = "nothing arrived"
    try:
        nltk.download("reuters", download_dir=str(cache), quiet=True, raise_on_error=True)
    # A ValueError is how NLTK reports that the network, its server or the folder failed.
    except (OSError, ValueError) as error:
        reason = str(error)
    path = find_data("corpora/reuters", [cache])
    if path is None:
        raise ConnectionError(
            f"NLTK could not download its corpus reuters ({reason}). Connect to the network, or "
            f"put reuters.zip from NLTK's data into {cache / 'corpora'}."
        )
    return path


def _parse_topics(listing: str, path: Path) -> dict[str, tuple[str, ...]]:
    """Read lines such as ``training/1 cocoa``."""
    topics = {}
    for number, line in enumerate(listing.splitlines(), 1):
        name, *names = line.split() or [""]
        if re.fullmatch(r"(training|test)/[0-9]+", name):
            topics[name] = tuple(names)
        elif name:
            raise ValueError(
                f"cats.txt in {path}, line {number}, starts with {name!r}; expected the name of a "
                "document, such as training/1. Replace it by a whole copy."
            )
    return topics


def _names(topics: dict[str, tuple[str, ...]], split: str, path: Path) -> list[str]:
    names = [name for name in topics if name.startswith(f"{split}/")]
    if not names:
        raise ValueError(
            f"{path} has no documents in {split}/ that cats.txt lists. Replace it by a whole copy."
        )
    return sorted(names, key=lambda name: int(name.split("/")[1]))
