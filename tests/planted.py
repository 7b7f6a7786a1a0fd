"""Ways to break the template: each returns a function that plants one violation.

A planted violation is a function of a notebook and its path that changes the notebook in place;
it may return another path, or write the file itself.
"""

from collections.abc import Callable
from copy import deepcopy

from contract_cells import BOOK
from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from tools.notebooks import as_text, read

TEMPLATE = read(BOOK / "template.ipynb")


def cell(notebook, text: str) -> NotebookNode:
    """First cell whose source has the text."""
    return next(cell for cell in notebook.cells if text in cell.source)


def says(addition: str) -> Callable:
    """Add a paragraph to a cell of prose."""

    def plant(notebook, path):
        cell(notebook, "## A code of no numbers").source += f"\n\n{addition}"

    return plant


def turns(old: str, new: str) -> Callable:
    """Replace a text in the first cell that has it."""

    def plant(notebook, path):
        found = cell(notebook, old)
        found.source = found.source.replace(old, new, 1)

    return plant


def runs(source: str, **metadata) -> Callable:
    """Add a code cell before the results."""

    def plant(notebook, path):
        place = notebook.cells.index(cell(notebook, "## Results"))
        added = new_code_cell(source, id="planted", metadata=from_dict(metadata))
        notebook.cells[place:place] = [added, new_markdown_cell("We read it.", id="after")]

    return plant


def unclaimed(text: str) -> Callable:
    """Add a section without a claim whose output a paragraph reads."""

    def plant(notebook, path):
        place = notebook.cells.index(cell(notebook, "## Results"))
        heading = new_markdown_cell("## A section\n\nWe run it.", id="planted")
        code = new_code_cell("label_error", id="code")
        notebook.cells[place:place] = [heading, code, new_markdown_cell(text, id="after")]

    return plant


def lacks(text: str) -> Callable:
    """Remove the first cell that has the text."""

    def plant(notebook, path):
        notebook.cells.remove(cell(notebook, text))

    return plant


def marks(text: str, **changes) -> Callable:
    """Change the metadata of the first cell that has the text; None removes a key."""

    def plant(notebook, path):
        metadata = cell(notebook, text).metadata
        metadata.update(from_dict(changes))
        for key in [key for key, value in changes.items() if value is None]:
            del metadata[key]

    return plant


def figure(part: str, key: str, value: str | None) -> Callable:
    """Change one entry of the metadata of the first figure."""

    def plant(notebook, path):
        entries = cell(notebook, "image_grid").metadata.mystnb[part]
        entries[key] = value
        if value is None:
            del entries[key]

    return plant


def stores(text: str, output: NotebookNode) -> Callable:
    """Store an output in the first cell that has the text."""

    def plant(notebook, path):
        cell(notebook, text).outputs.append(output)

    return plant


def shows(**data) -> NotebookNode:
    """Output of an expression by type."""
    return new_output("display_data", {key.replace("_", "/"): v for key, v in data.items()})


def prints(text: str, name: str = "stdout") -> NotebookNode:
    """Output of a stream."""
    return new_output("stream", name=name, text=text)


def counted(notebook, path):
    cell(notebook, "class_means = ").execution_count = 3


def uncounted(notebook, path):
    cell(notebook, "pixels of an image").execution_count = None


def counted_output(notebook, path):
    output = new_output("execute_result", {"text/plain": "1"}, execution_count=3)
    cell(notebook, "pixels of an image").outputs.append(output)


def same_ids(notebook, path):
    notebook.cells[3].id = notebook.cells[2].id


def no_final_newline(notebook, path):
    path.write_text(as_text(notebook).rstrip(), encoding="utf-8")


def other_metadata(notebook, path):
    notebook.metadata.kernelspec.name = "conda-env"


def no_gpu(notebook, path):
    del notebook.metadata["accelerator"]


def old_format(notebook, path):
    notebook.nbformat_minor = 4


def unknown_key(notebook, path):
    notebook.cells[2]["surprise"] = 1


def not_listed(notebook, path):
    return path.with_stem("unlisted")


def other_address(notebook, path):
    notebook.cells[0].source = notebook.cells[0].source.replace("git+", "git+x")


def no_output(notebook, path):
    cell(notebook, "pixels of an image").outputs = []


def no_verdict(notebook, path):
    cell(notebook, "# @title Solution").outputs = [prints("template.1: not yet.")]


def repeated_caption(notebook, path):
    data = cell(notebook, "image_grid").metadata.mystnb
    data.image.alt = data.figure.caption


def same_figure_name(notebook, path):
    first, second = (cell(notebook, text) for text in ("image_grid", "axhline"))
    second.metadata.mystnb.figure.name = first.metadata.mystnb.figure.name


def figure_after_figure(notebook, path):
    place = notebook.cells.index(cell(notebook, "axhline"))
    notebook.cells.insert(place, new_code_cell("plt.hist(codes)", id="planted"))


def ends_with_figure(notebook, path):
    notebook.cells.append(new_code_cell("plt.hist(codes)", id="planted"))


def four_exercises(notebook, path):
    start = notebook.cells.index(cell(notebook, "### Exercise 5"))
    del notebook.cells[start : start + 2]


def two_with_check(notebook, path):
    start = notebook.cells.index(cell(notebook, "### Exercise 3"))
    del notebook.cells[start : start + 3]
    for number in (4, 5):
        for found in notebook.cells:
            for old, new in (("Exercise {}", "Exercise {}"), ("template.{}", "template.{}")):
                found.source = found.source.replace(old.format(number), new.format(number - 1))


def moved_report(notebook, path):
    found = cell(notebook, "report(\n")
    notebook.cells.remove(found)
    notebook.cells.insert(5, found)


def long_cells(notebook, path):
    for found in notebook.cells[1:]:
        if found.cell_type == "code" and "check(" not in found.source:
            found.source += "\n" + "\n".join(f"value_{n} = {n}" for n in range(7))


def twenty_lines_twice(notebook, path):
    runs(lines(20))(notebook, path)
    cell(notebook, "class_means = ").source += "\n" + lines(18)


def many_words(notebook, path):
    cell(notebook, "## A code of no numbers").source += "\n\n" + "word " * 600


def few_words(notebook, path):
    for found in notebook.cells:
        if found.cell_type == "markdown":
            found.source = "\n".join(x for x in found.source.splitlines() if x.startswith("#"))


def lines(count: int) -> str:
    """Code of so many lines."""
    return "\n".join(f"value_{n} = {n}" for n in range(count))


def home(*parts: str) -> str:
    """A path that only one machine has; put together so that this file has none."""
    return "/".join(["", *parts])


FOLD = "<details>\n<summary>{}</summary>\n\n{}\n\n</details>"
DISPLAY = "$$\n{}\n$$"
PLOT = "figure, ax = plt.subplots()"
DESCRIBED = {
    "figure": {"caption": "A line that was planted here.", "name": "fig-template-planted"},
    "image": {"alt": "A line that rises from left to right."},
}


def planted(plant: Callable, folder) -> tuple[NotebookNode, object]:
    """Template with a violation, in memory and as a file."""
    notebook, path = deepcopy(TEMPLATE), folder / "template.ipynb"
    path = plant(notebook, path) or path
    if not path.exists():
        path.write_text(as_text(notebook), encoding="utf-8")
    return notebook, path
