"""Run, stamp and start the chapters of the book.

python tools/notebooks.py run [SLUG ...]     execute in place, store only the tagged outputs
python tools/notebooks.py stamp [SLUG ...]   write the first cell, tidy, execute nothing
python tools/notebooks.py new SLUG           start a chapter from the template
"""

import argparse
import json
import os
import re
import sys
import tomllib
from pathlib import Path

import nbformat
import yaml
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.corpus.words import generate_corpus_id
from nbformat.reader import reads
from nbformat.v4 import new_code_cell

ROOT = Path(__file__).resolve().parents[1]
STORED_TAGS = {"keep_output", "nbval-check-output"}
CELL_METADATA = ("cellView", "mystnb", "tags")
NOTEBOOK_METADATA = {
    "accelerator": "GPU",
    "colab": {"gpuType": "T4", "provenance": []},
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
FIRST_CELL = {"cellView": "form", "tags": ["remove-cell"]}
SECONDS_PER_CELL = 1800


def repository_address(root: Path = ROOT) -> str:
    """Public address of the repository: `repository: url` of `_config.yml`."""
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    address = (config.get("repository") or {}).get("url")
    if not address:
        raise ValueError("_config.yml has no `repository: url`: write the public address there.")
    return address.rstrip("/")


def read(path: Path) -> NotebookNode:
    """Read a notebook as it is stored: nothing is repaired and nothing is added."""
    return reads(path.read_text(encoding="utf-8"))


def write(notebook: NotebookNode, path: Path) -> bool:
    """Write a notebook in one step; return whether the file changed."""
    text = as_text(notebook)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8", newline="\n")
    os.replace(part, path)
    return True


def as_text(notebook: NotebookNode) -> str:
    """Text of a notebook file: sorted keys, one space of indentation, a final newline."""
    return nbformat.v4.writes(notebook) + "\n"


def tidy(notebook: NotebookNode, address: str) -> NotebookNode:
    """Bring a notebook into the form in which the book stores it, in place.

    The cell that installs comes first; outputs stay only in cells with both tags; what a run counts
    and editors leave in the metadata goes. Cell ids stay.
    """
    stamp_first_cell(notebook, f"git+{address}")
    notebook.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        cell.setdefault("id", generate_corpus_id())
        cell.source = cell.source.rstrip()
        cell.metadata = nbformat.from_dict(
            {key: cell.metadata[key] for key in CELL_METADATA if cell.metadata.get(key)}
        )
        if cell.cell_type == "code":
            tags = set(cell.metadata.get("tags", []))
            cell.outputs = tidy_outputs(cell.outputs) if tags >= STORED_TAGS else []
            # nbval compares no cell without a count; the same one everywhere keeps diffs small.
            cell.execution_count = 1 if cell.outputs else None
    return notebook


def stamp_first_cell(notebook: NotebookNode, source: str) -> None:
    """Write the cell that installs at the top of a notebook, in place; its id stays."""
    first = notebook.cells[:1]
    if not first or "remove-cell" not in first[0].metadata.get("tags", []):
        notebook.cells.insert(0, new_code_cell(id="install"))
    notebook.cells[0].source = first_cell(source)
    notebook.cells[0].metadata = nbformat.from_dict(FIRST_CELL)


def first_cell(source: str) -> str:
    """Text of the cell that installs the package of this version from `source`.

    `source` is an address as pip takes it: of a repository after ``git+``, or of a wheel.
    """
    text = Path(__file__).with_name("first_cell.py").read_text(encoding="utf-8")
    function = text[text.index("def ") :].rstrip()
    call = f'install_missing(\n    "{source}",\n    "{package_version()}",\n)'
    return f"# @title Install what is missing\n{function}\n\n\n{call}"


def package_version() -> str:
    """Version of the package, as `pyproject.toml` has it."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]


def tidy_outputs(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join the pieces of one stream, which arrive cut at random, and drop counts."""
    tidied: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "execute_result":
            output.execution_count = None
        if tidied and "name" in output and output.name == tidied[-1].get("name"):
            tidied[-1].text += output.text
        else:
            tidied.append(output)
    return tidied


def execute(
    notebook: NotebookNode,
    folder: Path,
    kernels: KernelSpecManager | None = None,
    **options: object,
) -> None:
    """Execute a notebook in place, in `folder`, by default with the Python that runs this tool.

    `kernels` knows the kernel of another one; `options` go to whatever starts it.
    """
    # With no folder to search, the one kernel left is that of this environment: a kernel
    # called python3 in the user's home would otherwise win.
    kernels = kernels or KernelSpecManager(kernel_dirs=[])
    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=kernels)
    place = {"metadata": {"path": str(folder)}}
    client = NotebookClient(notebook, km=manager, timeout=SECONDS_PER_CELL, resources=place)
    # A kernel manager that is given does not end its kernel by itself.
    client.execute(cleanup_kc=True, **options)


def failure(notebook: NotebookNode, error: Exception) -> str:
    """Which cell failed, and its traceback without colours."""
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                text = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(output.traceback))
                return f"cell {number} (id {cell.get('id')})\n{text}"
    return f"{type(error).__name__}: {error}"


def notebook_paths(slugs: list[str], root: Path) -> list[Path]:
    """Paths of the named chapters, or of all of them when none is named."""
    if not slugs:
        return sorted((root / "book").glob("*.ipynb"))
    paths = [root / "book" / f"{slug}.ipynb" for slug in slugs]
    for path in paths:
        if not path.is_file():
            raise ValueError(f"No chapter book/{path.name}: name a chapter by its file's stem.")
    return paths


def run(slugs: list[str], root: Path = ROOT) -> int:
    """Execute chapters in place and store their tagged outputs; return how many failed."""
    address, failed = repository_address(root), 0
    for path in notebook_paths(slugs, root):
        before = path.read_bytes()
        notebook = read(path)
        try:
            execute(notebook, path.parent)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            failed += 1
            print(f"book/{path.name} FAILED, left as it was: {failure(notebook, error)}")
            continue
        if path.read_bytes() != before:
            failed += 1
            print(f"book/{path.name} was changed while it ran, left as it is: run it again")
            continue
        stored = "outputs stored" if write(tidy(notebook, address), path) else "unchanged"
        print(f"book/{path.name} executed, {stored}")
    return failed


def stamp(slugs: list[str], root: Path = ROOT) -> int:
    """Write the first cell of chapters and tidy them, without executing anything."""
    address = repository_address(root)
    for path in notebook_paths(slugs, root):
        stamped = write(tidy(read(path), address), path)
        print(f"book/{path.name} {'stamped' if stamped else 'unchanged'}")
    return 0


def new(slug: str, part: str | None, root: Path = ROOT) -> None:
    """Start a chapter from the template: notebook, checks, reference values, contents.

    Raises `ValueError` for a slug that is malformed or taken. `part` is the part of the book that
    takes the chapter, by default the last one before the back matter.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", slug):
        raise ValueError(f"The slug {slug!r} is not lower-case-with-hyphens, such as kl-and-elbo.")
    chapter = root / "book" / f"{slug}.ipynb"
    checks = root / "aeutils" / "exercises" / f"{slug.replace('-', '_')}.py"
    for path in (chapter, chapter.with_suffix(".md"), checks):
        if path.exists():
            raise ValueError(f"{path.relative_to(root)} exists: choose another slug than {slug!r}.")
    contents, references = root / "_toc.yml", root / "aeutils" / "reference_results.toml"
    listing = enter(contents.read_text(encoding="utf-8"), slug, part)
    title = "# " + slug.replace("-", " ").capitalize()
    text = chapter.with_stem("template").read_text(encoding="utf-8")
    text = re.sub(r"# Template\b[^\"\\]*", title, text, count=1)
    text = re.sub(r"(?<=fig-)template(?=-)|\btemplate(?=\.\d|\\\")", slug, text)
    notebook = reads(text)
    for cell in notebook.cells:
        cell.id = generate_corpus_id()
    write(notebook, chapter)
    text = checks.with_stem("template").read_text(encoding="utf-8")
    checks.write_text(text.replace("template chapter", f"chapter `{slug}`"), encoding="utf-8")
    text = references.read_text(encoding="utf-8").rstrip()
    tables = re.findall(r"^\[template\..*\n(?:(?!\[).+\n?)+", text, flags=re.MULTILINE)
    tables = "\n\n".join(table.rstrip().replace("[template.", f"[{slug}.") for table in tables)
    references.write_text(f"{text}\n\n{tables}\n", encoding="utf-8")
    contents.write_text(listing, encoding="utf-8")
    print(f"Started book/{slug}.ipynb: list it in README.md, then write it.")


def enter(contents: str, slug: str, part: str | None) -> str:
    """Add a chapter to the text of `_toc.yml`; its comments and its order stay.

    A part that does not exist yet is started before the last one, the back matter.
    """
    lines = contents.splitlines()
    parts = entry(yaml.compose(contents), "parts").value
    named = [node for node in parts if entry(node, "caption").value == part]
    before = named[0] if named else parts[-2]
    chapter = entry(before, "chapters").value[-1]
    added = [f"{lines[chapter.start_mark.line][: chapter.start_mark.column]}file: book/{slug}"]
    if part is not None and not named:
        bullet = lines[before.start_mark.line][: before.start_mark.column]
        caption = json.dumps(part, ensure_ascii=False)  # YAML reads it as the same text
        added = [f"{bullet}caption: {caption}", " " * len(bullet) + "chapters:", *added]
    end = chapter.value[-1][1].end_mark.line + 1
    return "\n".join([*lines[:end], *added, *lines[end:]]) + "\n"


def entry(mapping: yaml.MappingNode, name: str) -> yaml.Node:
    """Value of one key of a YAML mapping, with its place in the text."""
    return next(value for key, value in mapping.value if key.value == name)


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks; return the exit status."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("command", choices=["run", "stamp", "new"])
    parser.add_argument("slugs", nargs="*", metavar="SLUG", help="default: all chapters")
    parser.add_argument("--part", help="for new; default: the last part before the back matter")
    options = parser.parse_args(arguments)
    if options.command == "new" and len(options.slugs) != 1:
        parser.error("new takes one slug")
    try:
        if options.command == "new":
            new(options.slugs[0], options.part)
            return 0
        return min(1, (run if options.command == "run" else stamp)(options.slugs))
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
