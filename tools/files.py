"""The files of the repository, with git and without."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path


def own_files(root: Path) -> list[str]:
    """Return the names of the files that belong to a folder, sorted, with ``/`` between parts.

    They are those that git tracks or would track. An archive has no git: there they are all that
    no pattern of ``.gitignore`` names.
    """
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=root, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return sorted(_not_ignored(root))
    names = filter(None, listed.stdout.decode().split("\0"))
    return sorted({name for name in names if (root / name).is_file()})


def texts(root: Path) -> dict[str, str]:
    """Return the text of each own file of a folder that is no binary one."""
    contents = {name: (root / name).read_bytes() for name in own_files(root)}
    return {name: raw.decode("utf-8") for name, raw in contents.items() if b"\0" not in raw}


def _not_ignored(root: Path) -> Iterator[str]:
    patterns = [line.strip("/") for line in (root / ".gitignore").read_text().split()]

    def kept(name: str) -> bool:
        return not any(fnmatch(name, pattern) for pattern in patterns)

    for folder, below, files in os.walk(root):
        below[:] = filter(kept, below)
        for name in filter(kept, files):
            yield (Path(folder) / name).relative_to(root).as_posix()
