"""Reading notebooks for the contract: their cells, headings, calls and prose."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / "book"
SOLUTION = "# @title Solution"
# A question, and an answer that opens on a click: the one piece of HTML in a chapter. The blank
# lines make Markdown of the answer; the question is plain text.
FOLD = re.compile(
    r"^<details>\n<summary>([^<>\n$`*_\[\]]+)</summary>\n\n(\S(?:(?!<details>).)*?)\n\n</details>$",
    re.MULTILINE | re.DOTALL,
)
# An exercise without a check: the function that lets its cell run.
OPEN = {"predict": "predicted", "own data": "attempted"}


def contents() -> list[str]:
    """Pages of `_toc.yml` in their order, as paths without a suffix."""
    table = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return [chapter["file"] for part in table["parts"] for chapter in part["chapters"]]


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Code cells of a notebook, the first one included."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell: NotebookNode) -> set[str]:
    """Tags of a cell."""
    return set(cell.metadata.get("tags", []))


def code_lines(cell: NotebookNode) -> int:
    """Lines that are neither blank nor only a comment."""
    lines = (line.strip() for line in cell.source.splitlines())
    return sum(1 for line in lines if line and not line.startswith("#"))


@cache
def parse(source: str) -> ast.Module:
    """Syntax tree of a cell; its IPython magics count as calls. Wrong syntax gives no nodes."""
    try:
        return ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def calls(cell: NotebookNode, name: str) -> list[ast.Call]:
    """Calls of a function by its plain name in one cell."""
    nodes = ast.walk(parse(cell.source))
    return [n for n in nodes if isinstance(n, ast.Call) and getattr(n.func, "id", None) == name]


def first_argument(call: ast.Call) -> object:
    """Value of the first argument of a call when it is a constant, else None."""
    return getattr(call.args[0], "value", None) if call.args else None


def is_solution(cell: NotebookNode) -> bool:
    """Whether a code cell is a solution, which Colab folds under its title; the first is none."""
    titled = re.match(r"# ?@title\b", cell.source) is not None
    return titled and "remove-cell" not in tags(cell)


def is_stub(cell: NotebookNode) -> bool:
    """Whether a code cell is the stub of an exercise: a placeholder and a check."""
    nodes = ast.walk(parse(cell.source))
    dots = any(isinstance(node, ast.Constant) and node.value is ... for node in nodes)
    return dots and bool(calls(cell, "check")) and not is_solution(cell)


def is_open(cell: NotebookNode) -> bool:
    """Whether a code cell belongs to an open exercise, which has no check."""
    found = (call for name in OPEN.values() for call in calls(cell, name))
    return any(isinstance(first_argument(call), str) for call in found)


def unfolded(source: str) -> str:
    """Markdown with its folded questions and answers as paragraphs."""
    return FOLD.sub(r"\1\n\n\2", source)


def without_code(source: str) -> str:
    """Markdown without its code blocks and code spans."""
    source = re.sub(r"^(```|~~~).*?^\1\s*$", "", source, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "code", source, flags=re.DOTALL)


def without_math(source: str) -> str:
    """Markdown without its formulas."""
    source = source.replace(r"\$", "")
    source = re.sub(r"\$\$.*?\$\$", "", source, flags=re.DOTALL)
    return re.sub(r"\$[^$]+\$", "formula", source)


def prose(notebook: NotebookNode) -> list[tuple[int, str]]:
    """Number and text of the Markdown cells, without code and formulas."""
    cells = enumerate(notebook.cells)
    return [
        (n, without_math(without_code(c.source))) for n, c in cells if c.cell_type == "markdown"
    ]


def headings(notebook: NotebookNode) -> list[tuple[int, int, str]]:
    """Cell number, level and text of each heading."""
    found = []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            source = re.sub(r"^(```|~~~).*?^\1", "", cell.source, flags=re.MULTILINE | re.DOTALL)
            marks = re.findall(r"^(#{1,6}) +(.+?)\s*$", source, flags=re.MULTILINE)
            found += [(number, len(hashes), title) for hashes, title in marks]
    return found


def exercises(notebook: NotebookNode) -> Iterator[tuple[int, str, list[NotebookNode]]]:
    """Number, heading and cells of each third-level section below Exercises."""
    marks = headings(notebook)
    titles = [title for _, _, title in marks]
    start = titles.index("Exercises") + 1 if "Exercises" in titles else len(marks)
    own = [mark for mark in marks[start:] if mark[1] == 3]
    for number, mark in enumerate(own, 1):
        after = [n for n, _, _ in marks if n > mark[0]] + [len(notebook.cells)]
        yield number, mark[2], notebook.cells[mark[0] : after[0]]
