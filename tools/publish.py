"""Give the book its public address, and find what is still a placeholder.

python -m tools.publish address URL    write it into _config.yml and into the notebooks
python -m tools.publish check          print the placeholders; the exit status is 1 if there are any
"""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

from tools.files import texts
from tools.notebooks import (
    ROOT,
    entry,
    first_cell,
    notebook_paths,
    package_version,
    read,
    repository_address,
    stamp,
)

PLACEHOLDER = re.compile(r"\b(?:OWNER|TODO|FIXME|TBD|XXX|CHANGEME)\b|\bexample\.(?:com|org)\b")
NOBODY = "The autoencoder book authors"
UNPUBLISHED = ("tests/", "tools/")


def set_address(address: str, root: Path = ROOT) -> None:
    """Write the address of the repository into `_config.yml` and into all notebooks.

    The comments of the file stay. Raises `ValueError` if the address is not one of GitHub, which
    Colab and the address of the pages need.
    """
    address = address.strip().rstrip("/").removesuffix(".git")
    if not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", address):
        raise ValueError(f"URL is {address!r}: give it as https://github.com/owner/name.")
    file = root / "_config.yml"
    text = file.read_text(encoding="utf-8")
    node = entry(entry(yaml.compose(text), "repository"), "url")
    start, end = node.start_mark.index, node.end_mark.index
    file.write_text(text[:start] + address + text[end:], encoding="utf-8", newline="\n")
    stamp([], root)


def placeholders(root: Path = ROOT) -> Iterator[str]:
    """Yield what has to be filled in before the book is published, with what to do."""
    address = repository_address(root)
    if PLACEHOLDER.search(address):
        yield (
            f"_config.yml: {address} is no address: make address URL=https://github.com/owner/name"
        )
    expected = first_cell(f"git+{address}")
    for path in notebook_paths([], root):
        if read(path).cells[0].source != expected:
            yield f"book/{path.name}: the first cell is out of date: tools/notebooks.py stamp"
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    if any(author.get("name") == NOBODY for author in citation["authors"]):
        yield f"CITATION.cff: the author is {NOBODY!r}: name persons or an organisation"
    if citation["version"] != package_version():
        yield f"CITATION.cff: version {citation['version']} is not that of pyproject.toml"
    for name, text in published(root):
        for number, line in enumerate(text.replace(address, "").splitlines(), start=1):
            if match := PLACEHOLDER.search(line):
                yield f"{name}, line {number}: {match[0]}"


def published(root: Path) -> Iterator[tuple[str, str]]:
    """Yield name and text of the files that readers see."""
    for name, text in texts(root).items():
        if not name.startswith(UNPUBLISHED):
            yield name, text


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks; return the exit status."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("command", choices=["address", "check"])
    parser.add_argument("url", nargs="?", help="for address")
    options = parser.parse_args(arguments)
    try:
        if options.command == "address":
            set_address(options.url or "")
            return 0
        found = list(placeholders())
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(found) or "No placeholder is left.")
    return min(1, len(found))


if __name__ == "__main__":
    sys.exit(main())
