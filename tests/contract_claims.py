"""Rules of the contract about claims: what compares or explains rests on a checked sentence."""

import ast
import re
from pathlib import Path

from contract_cells import (
    calls,
    code_cells,
    first_argument,
    headings,
    parse,
    without_code,
    without_math,
)
from nbformat import NotebookNode

from tools.reference import SEEDS, load_runs

LEAST_CLAIMS = 8
# Both scales and backends are claimed; what stands here is required of every chapter.
RECORDED = ("small-jax", "small-tensorflow")
COMPARISON = re.compile(
    r"\b(?:better|worse|best|worst|beats?|beaten|loses?|lost|wins?|more|less|fewer|most|least|"
    r"higher|lower|larger|smaller|faster|slower|than|because|so that|therefore|hence|"
    r"thanks to|due to)\b",
    re.IGNORECASE,
)
# The condition of claims that are made at one scale alone; `else` is the other scale.
AT_SCALE = re.compile(r"session\.scale == '(small|full)'")


def claim_calls(notebook: NotebookNode) -> list[tuple[int, ast.Call]]:
    """Cell number and call of each claim."""
    cells = enumerate(notebook.cells)
    return [
        (n, call) for n, cell in cells if cell.cell_type == "code" for call in calls(cell, "claim")
    ]


def claims_are_made(notebook: NotebookNode, path: Path) -> list[str]:
    """A chapter makes eight claims or more, each in words of its own."""
    sentences = [first_argument(call) for _, call in claim_calls(notebook)]
    problems = [
        f"{s!r} is claimed twice"
        for s in sorted({str(s) for s in sentences if sentences.count(s) > 1})
    ]
    if len(sentences) < LEAST_CLAIMS:
        problems.append(f"the chapter makes {len(sentences)} claims, fewer than {LEAST_CLAIMS}")
    return problems


def claims_can_fail(notebook: NotebookNode, path: Path) -> list[str]:
    """A claim is a literal sentence about a measured number and another side."""
    problems = []
    for number, call in claim_calls(notebook):
        if not isinstance(first_argument(call), str) or len(call.args) != 4:
            problems.append(
                f"cell {number}: a claim takes a literal sentence, left, relation, right"
            )
            continue
        left, right = call.args[1], call.args[3]
        if ast.dump(left) == ast.dump(right):
            problems.append(f"cell {number}: both sides of a claim are {ast.unparse(left)}")
        if not any(isinstance(node, ast.Name) for side in (left, right) for node in ast.walk(side)):
            problems.append(f"cell {number}: a claim about constants cannot fail")
    return problems


def comparisons_rest_on_claims(notebook: NotebookNode, path: Path) -> list[str]:
    """A paragraph after an output that compares or explains stands in a section with a claim."""
    starts = [number for number, _, _ in headings(notebook)]
    claimed = {section(starts, number) for number, _ in claim_calls(notebook)}
    problems = []
    for number, cell in enumerate(notebook.cells[1:], start=1):
        before = notebook.cells[number - 1]
        if cell.cell_type != "markdown" or before.cell_type != "code":
            continue
        # What stands under a heading of the cell itself speaks of what comes after it.
        about = re.split(r"^#{1,6} ", cell.source, maxsplit=1, flags=re.MULTILINE)[0]
        match = COMPARISON.search(without_math(without_code(about)))
        if match and section(starts, number - 1) not in claimed:
            problems.append(f"cell {number} says {match[0]!r} in a section without a claim")
    return problems


def section(starts: list[int], number: int) -> int:
    """Cell number of the heading that a cell stands under."""
    return max((start for start in starts if start <= number), default=0)


def claimed_at(scale: str, notebook: NotebookNode) -> list[object]:
    """Sentences that a run at this scale claims: not those that ``if session.scale`` passes by."""
    passed_by = []
    for node in (n for cell in code_cells(notebook) for n in ast.walk(parse(cell.source))):
        if isinstance(node, ast.If) and (match := AT_SCALE.fullmatch(ast.unparse(node.test))):
            passed_by += node.orelse if match[1] == scale else node.body
    nodes = (n for branch in passed_by for n in ast.walk(branch) if isinstance(n, ast.Call))
    others = {first_argument(n) for n in nodes if getattr(n.func, "id", None) == "claim"}
    sentences = [first_argument(call) for _, call in claim_calls(notebook)]
    return [sentence for sentence in sentences if sentence not in others]


def claims_are_recorded(notebook: NotebookNode, path: Path) -> list[str]:
    """The reference runs of a scale know each claim made there; it held in every run."""
    if not claim_calls(notebook):
        return []
    runs, problems = load_runs().get(path.stem, {}), []
    for key in sorted({*RECORDED, *runs}):
        made = set(claimed_at(key.partition("-")[0], notebook))
        recorded = runs.get(key, {"claims": {}})["claims"]
        for sentence in sorted(made ^ set(recorded), key=str):
            which = "the runs" if sentence in recorded else "the chapter"
            problems.append(f"{key}: only {which} know the claim {sentence!r}")
        for sentence, entry in recorded.items():
            if entry["held"] < entry["runs"] or entry["runs"] < SEEDS:
                held = f"{entry['held']} of {entry['runs']} runs"
                problems.append(f"{key}: {sentence!r} held in {held}, expected {SEEDS} or more")
    return problems


RULES = (claims_are_made, claims_can_fail, comparisons_rest_on_claims, claims_are_recorded)
