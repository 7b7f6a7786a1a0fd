"""Rules of the contract about exercises: tasks with a check, predictions, own data, recall."""

import ast
import re
from pathlib import Path

from contract_cells import (
    FOLD,
    OPEN,
    SOLUTION,
    calls,
    code_cells,
    exercises,
    first_argument,
    headings,
    is_open,
    is_solution,
    is_stub,
    parse,
    tags,
)
from nbformat import NotebookNode

from tools.notebooks import STORED_TAGS

LEAST, LEAST_CHECKED = 5, 3
QUESTIONS = range(3, 6)
TITLE = re.compile(r"Exercise (\d+)(?: \((predict|own data)\))?: \w")
PROMPTS = {"code_prompt_show", "code_prompt_hide"}
SOLUTION_TAGS = STORED_TAGS | {"hide-cell"}


def exercises_are_complete(notebook: NotebookNode, path: Path) -> list[str]:
    """Five exercises or more, three of them with a check, one a prediction, one on own data."""
    problems, kinds = [], []
    for number, title, cells in exercises(notebook):
        match = TITLE.match(title)
        if match is None or int(match[1]) != number:
            problems.append(f"the heading {title!r} is not 'Exercise {number}: name'")
            continue
        kinds.append(match[2])
        look = checked if match[2] is None else open_one
        problems += look(f"{path.stem}.{number}", match[2], cells)
    if len(kinds) < LEAST:
        problems.append(f"there are {len(kinds)} exercises, expected {LEAST} or more")
    if kinds.count(None) < LEAST_CHECKED:
        problems.append(f"{kinds.count(None)} exercises have a check, expected {LEAST_CHECKED}")
    return problems + [f"no exercise is headed ({kind})" for kind in OPEN if kind not in kinds]


def checked(name: str, kind: None, cells: list[NotebookNode]) -> list[str]:
    """Problems of an exercise with a check: a stub, then a solution that checks."""
    code = [cell for cell in cells if cell.cell_type == "code"]
    if len(code) != 2 or not is_stub(code[0]) or not is_solution(code[1]):
        return [f"{name} is not a stub cell and a solution cell"]
    return [
        f'the {what} of {name} does not call check("{name}", ...) once'
        for cell, what in zip(code, ("stub", "solution"), strict=True)
        if [first_argument(call) for call in calls(cell, "check")] != [name]
    ]


def open_one(name: str, kind: str, cells: list[NotebookNode]) -> list[str]:
    """Problems of an exercise without a check: dots, and what happens once they are replaced."""
    code = [cell for cell in cells if cell.cell_type == "code"]
    if len(code) != 1 or calls(code[0], "check"):
        return [f"{name} ({kind}) is not one cell without a check"]
    nodes, problems = list(ast.walk(parse(code[0].source))), []
    if not any(isinstance(node, ast.Constant) and node.value is ... for node in nodes):
        problems.append(f"the cell of {name} has no dots to replace")
    guards = [node.test for node in nodes if isinstance(node, ast.If)]
    asked = [g for g in guards if isinstance(g, ast.Call) and first_argument(g) == name]
    if [getattr(call.func, "id", None) for call in asked] != [OPEN[kind]]:
        problems.append(f'the cell of {name} does not wait for {OPEN[kind]}("{name}", ...)')
    if kind == "own data" and not any(map(shows_new_rows, calls(code[0], "examine"))):
        problems.append(f"{name} does not let examine(...) see rows that were not trained on")
    if kind == "predict" and not any(FOLD.search(cell.source) for cell in cells):
        problems.append(f"{name} has no folded answer")
    return problems


def shows_new_rows(examine: ast.Call) -> bool:
    """Whether a call of `examine` gets rows for validation, by place or by name."""
    return len(examine.args) >= 3 or any(one.arg == "x_valid" for one in examine.keywords)


def exercise_cells_are_marked(notebook: NotebookNode, path: Path) -> list[str]:
    """Stubs and solutions have the tags, the form and the stored verdict of their kind."""
    problems = []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or not (is_stub(cell) or is_solution(cell) or is_open(cell)):
            continue
        solution, runs = is_solution(cell), is_open(cell) and bool(calls(cell, "predicted"))
        expected = SOLUTION_TAGS if solution else {"hide-output"} if runs else STORED_TAGS
        if tags(cell) != expected:
            problems.append(f"exercise cell {number} has the tags {sorted(tags(cell))}")
        verdict = "right. " if solution else "not attempted yet"
        if not runs and not any(verdict in output.get("text", "") for output in cell.outputs):
            problems.append(f"exercise cell {number} does not store the verdict {verdict!r}")
        if runs and PROMPTS - set(cell.metadata.get("mystnb", {})):
            problems.append(f"cell {number} hides its output and does not say what a click shows")
        if solution and cell.source.splitlines()[0] != SOLUTION:
            problems.append(f"solution cell {number} does not start with {SOLUTION!r}")
        if solution != (cell.metadata.get("cellView") == "form"):
            problems.append(f"cell {number}: cellView is for solutions, and they need 'form'")
    return problems


def open_exercises_stand_apart(notebook: NotebookNode, path: Path) -> list[str]:
    """What waits for a prediction or for own data is part of an exercise of that kind."""
    inside = [id(c) for _, title, cells in exercises(notebook) for c in cells if "(" in title]
    stray = [cell for cell in code_cells(notebook) if is_open(cell) and id(cell) not in inside]
    return [f"{cell.source[:40]!r} is in no open exercise" for cell in stray]


def recall_asks(notebook: NotebookNode, path: Path) -> list[str]:
    """The section Recall has three to five questions whose answers open on a click."""
    marks = headings(notebook)
    places = [n for n, (_, level, title) in enumerate(marks) if (level, title) == (2, "Recall")]
    if not places:
        return ["there is no section Recall"]
    start, *after = [number for number, _, _ in marks[places[0] :]]
    cells = notebook.cells[start : (after or [len(notebook.cells)])[0]]
    questions = [question for cell in cells for question, _ in FOLD.findall(cell.source)]
    problems = [f"{q!r} is no question" for q in questions if not q.endswith("?")]
    if len(questions) not in QUESTIONS:
        problems.append(f"Recall has {len(questions)} questions, expected 3 to 5")
    return problems


RULES = (
    exercises_are_complete,
    exercise_cells_are_marked,
    open_exercises_stand_apart,
    recall_asks,
)
