"""Rules of the contract about figures: caption, name, alternative text, labels, reading."""

import ast
import re
from pathlib import Path

from contract_cells import code_cells, parse
from nbformat import NotebookNode

ROOTS = {"plt", "plotting"}
METHODS = {"barh", "hist", "imshow", "matshow", "pcolormesh", "plot", "scatter", "subplots"}
LABELS = {"set_xlabel", "set_ylabel", "set_zlabel", "xlabel", "ylabel"}
AXES = {"xlabel", "ylabel", "zlabel"}
SIZES = {"fontsize", "labelsize", "title_fontsize"}
BY_NAME = {"x-small", "xx-small"}
SMALLEST = 8  # points; the pages make room for text of 10


def dotted(node: ast.expr) -> list[str]:
    """Names of a dotted expression: ``plt.figure`` gives plt, figure."""
    names = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return [*reversed([*names, getattr(node, "id", "")])]


def draws(node: ast.AST, drawers: set[str]) -> bool:
    """Whether a statement calls matplotlib, `aeutils.plotting` or a function that draws."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call):
            names = dotted(call.func)
            if (
                names[0] in ROOTS
                or names[-1] in METHODS
                or (len(names) == 1 and names[0] in drawers)
            ):
                return True
    return False


def figure_cells(notebook: NotebookNode) -> list[tuple[int, NotebookNode]]:
    """Number and cell of each code cell that makes a figure.

    A cell counts when it calls matplotlib's pyplot, a drawing method, `aeutils.plotting`, or a
    function of the chapter that does; a cell that only defines such a function does not.
    """
    drawers: set[str] = set()
    found = []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        statements = parse(cell.source).body
        for node in statements:
            if isinstance(node, ast.ImportFrom) and node.module == "aeutils.plotting":
                drawers.update(alias.asname or alias.name for alias in node.names)
            if isinstance(node, ast.FunctionDef) and draws(node, drawers):
                drawers.add(node.name)
        definitions = (ast.FunctionDef, ast.ClassDef)
        if any(draws(node, drawers) for node in statements if not isinstance(node, definitions)):
            found.append((number, cell))
    return found


def figures_are_described(notebook: NotebookNode, path: Path) -> list[str]:
    """A cell that makes a figure has a caption, a name, and an alternative text of its own."""
    problems = []
    for number, cell in figure_cells(notebook):
        data = cell.metadata.get("mystnb", {})
        caption, name = (data.get("figure", {}).get(key, "") for key in ("caption", "name"))
        alt = data.get("image", {}).get("alt", "")
        for key, value in (("caption", caption), ("alt text", alt)):
            if len(str(value).split()) < 4:
                problems.append(f"cell {number} makes a figure; its {key} is {value!r}")
        if alt and alt.strip(" .") == caption.strip(" ."):
            problems.append(f"cell {number} repeats its caption as alt text")
        if not re.fullmatch(rf"fig-{re.escape(path.stem)}-[a-z0-9]+(-[a-z0-9]+)*", name):
            problems.append(f"cell {number} names its figure {name!r}, not fig-{path.stem}-word")
    return problems


def figure_names_are_unique(notebook: NotebookNode, path: Path) -> list[str]:
    """No two figures of a chapter have the same name."""
    data = [cell.metadata.get("mystnb", {}) for cell in code_cells(notebook)]
    names = [entry["figure"].get("name") for entry in data if "figure" in entry]
    return [f"the name {n} stands twice" for n in sorted(set(names)) if names.count(n) > 1]


def figures_are_read(notebook: NotebookNode, path: Path) -> list[str]:
    """Markdown after a figure says what it shows, since Colab prints no caption.

    One cell that prints the numbers of the figure may stand between.
    """
    problems = []
    figures = [number for number, _ in figure_cells(notebook)]
    for number in figures:
        place = number + 1
        after = notebook.cells[place : place + 2]
        if after and after[0].cell_type == "code" and place not in figures:
            after = after[1:]
        read = after and after[0].cell_type == "markdown" and not after[0].source.startswith("#")
        if not read:
            problems.append(f"no paragraph after cell {number} reads its figure")
    return problems


def figures_are_labelled(notebook: NotebookNode, path: Path) -> list[str]:
    """No title inside the plot, and labels of axes in lower case; panels may have a heading.

    A heading of a panel is a `set_title` on one of several axes: not on a lone `ax`.
    """
    problems = []
    for number, cell in enumerate(notebook.cells):
        tree = parse(cell.source) if cell.cell_type == "code" else ast.Module([], [])
        panels = any(
            "ax" in ast.unparse(n.target) for n in ast.walk(tree) if isinstance(n, ast.For)
        )
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            names = dotted(call.func)
            lone = names == ["ax", "set_title"] and not panels
            if lone or names[-1] == "suptitle" or names == ["plt", "title"]:
                problems.append(f"cell {number} writes a title inside the plot")
            labels = [*call.args[:1]] if names[-1] in LABELS else []
            labels += [keyword.value for keyword in call.keywords if keyword.arg in AXES]
            texts = [getattr(label, "value", None) for label in labels]
            if any(isinstance(t, str) and re.match(r"[A-Z][a-z]", t) for t in texts):
                problems.append(f"cell {number} has a label with a capital: {texts}")
    return problems


def figures_are_legible(notebook: NotebookNode, path: Path) -> list[str]:
    """No text of a figure is smaller than 8 points, in numbers or by a name."""
    problems = []
    for number, cell in enumerate(notebook.cells):
        tree = parse(cell.source) if cell.cell_type == "code" else ast.Module([], [])
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            sizes = [getattr(k.value, "value", None) for k in call.keywords if k.arg in SIZES]
            if any(s in BY_NAME or (isinstance(s, int) and s < SMALLEST) for s in sizes):
                problems.append(f"cell {number} has text of size {sizes}")
    return problems


def figures_stand_alone(notebook: NotebookNode, path: Path) -> list[str]:
    """A cell that makes a figure shows that one output: it prints nothing, returns nothing.

    The caption and the name in its metadata would else be given to the other output as well.
    """
    problems = []
    for number, cell in figure_cells(notebook):
        tree = parse(cell.source)
        if isinstance(tree.body[-1], ast.Expr) and not cell.source.rstrip().endswith(";"):
            problems.append(f"cell {number} shows the value of its last line: end it with ;")
        calls = (dotted(node.func)[-1] for node in ast.walk(tree) if isinstance(node, ast.Call))
        if {"print", "display"} & set(calls):
            problems.append(f"cell {number} makes a figure and prints: use two cells")
    return problems


RULES = (
    figures_are_described,
    figure_names_are_unique,
    figures_are_read,
    figures_are_labelled,
    figures_are_legible,
    figures_stand_alone,
)
