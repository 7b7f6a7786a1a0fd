"""The contract of the chapters: what each notebook keeps to, checked without execution.

A rule is a function ``rule(notebook, path)`` that returns the problems it finds, each a short
sentence. `RULES` has them all: those here look at the form of a chapter and its cells, those of
`contract_claims`, `contract_exercises`, `contract_figures` and `contract_text` at claims,
exercises, figures and Markdown.
CONTRIBUTING.md gives the reasons.
"""

import re
import statistics
from collections.abc import Callable
from pathlib import Path

import contract_claims
import contract_exercises
import contract_figures
import contract_text
import nbformat
from contract_cells import (
    calls,
    code_cells,
    code_lines,
    contents,
    first_argument,
    headings,
    is_open,
    is_solution,
    is_stub,
    prose,
    tags,
    unfolded,
)
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from aeutils.results import load_reference
from tools.notebooks import (
    CELL_METADATA,
    FIRST_CELL,
    NOTEBOOK_METADATA,
    STORED_TAGS,
    as_text,
    first_cell,
    repository_address,
)

Rule = Callable[[NotebookNode, Path], list[str]]

OPENING = ("You will build", "You will learn", "You need", "Run time")
CLOSING = ("Results", "In practice", "Exercises")
CLOSING += ("What we have seen", "Recall", "What to read next")


def outputs_are_tagged(notebook: NotebookNode, path: Path) -> list[str]:
    """Outputs stand only in cells with both tags, and such a cell has one."""
    problems = []
    for number, cell in enumerate(notebook.cells):
        both, one = tags(cell) >= STORED_TAGS, tags(cell) & STORED_TAGS
        if one and not both:
            problems.append(f"cell {number} has {one} but needs both of {sorted(STORED_TAGS)}")
        if cell.get("outputs") and not both:
            problems.append(f"cell {number} stores an output without the tags for it")
        if both and not cell.get("outputs"):
            problems.append(f"cell {number} is tagged to store its output and has none")
    return problems


def outputs_repeat(notebook: NotebookNode, path: Path) -> list[str]:
    """A stored output is plain text that each run repeats."""
    problems = []
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            shown = set(output.get("data", {}))
            if output.output_type == "error" or output.get("name") == "stderr":
                problems.append(f"cell {number} stores an error or a warning")
            if shown - {"text/plain", "text/html", "text/markdown", "text/latex"}:
                problems.append(f"cell {number} stores {sorted(shown)}, not text alone")
            if re.search(r" at 0x[0-9a-f]{6,}", str(output)):
                problems.append(f"cell {number} stores an address of memory")
            if re.search(r"epoch \d+ of \d+, [\d.]+ s", str(output)):
                problems.append(f"cell {number} stores how long a training took")
    return problems


def nothing_transient(notebook: NotebookNode, path: Path) -> list[str]:
    """Execution counts and traces of editors are not stored; a cell with an output counts 1.

    Without a count nbval would refuse to compare the output.
    """
    problems = []
    for number, cell in enumerate(notebook.cells):
        outputs = cell.get("outputs", [])
        counts = [output["execution_count"] for output in outputs if "execution_count" in output]
        if cell.get("execution_count") != (1 if outputs else None) or any(counts):
            problems.append(f"cell {number} has an execution count that is not the tool's")
        extra = set(cell.metadata) - set(CELL_METADATA)
        if extra:
            problems.append(f"cell {number} has metadata {sorted(extra)}")
    return problems


def metadata_are_the_books(notebook: NotebookNode, path: Path) -> list[str]:
    """Kernel, language and the wish for a GPU are those of every chapter."""
    same = notebook.metadata == NOTEBOOK_METADATA
    return [] if same else [f"the notebook's metadata are {dict(notebook.metadata)}"]


def format_is_valid(notebook: NotebookNode, path: Path) -> list[str]:
    """The notebook fits the schema of nbformat 4.5."""
    if (notebook.nbformat, notebook.nbformat_minor) != (4, 5):
        return [f"nbformat is {notebook.nbformat}.{notebook.nbformat_minor}, not 4.5"]
    schema = nbformat.validator.get_validator(4, 5)
    return [str(error.message) for error in schema.iter_errors(notebook)]


def ids_are_unique(notebook: NotebookNode, path: Path) -> list[str]:
    """No two cells have the same id."""
    ids = [cell.id for cell in notebook.cells]
    return [f"cell id {name} stands twice" for name in sorted(set(ids)) if ids.count(name) > 1]


def file_is_written_by_the_tool(notebook: NotebookNode, path: Path) -> list[str]:
    """The file has the layout that `make notebooks` writes, a final newline included."""
    same = path.read_text(encoding="utf-8") == as_text(notebook)
    return [] if same else ["the file is laid out differently: run tools/notebooks.py stamp"]


def first_cell_is_generated(notebook: NotebookNode, path: Path) -> list[str]:
    """The first cell installs the package, from the one address of the repository."""
    cell = notebook.cells[0]
    right = cell.cell_type == "code" and cell.metadata == FIRST_CELL
    right = right and cell.source == first_cell(f"git+{repository_address()}")
    return [] if right else ["cell 0 is not the one that installs: run tools/notebooks.py stamp"]


def only_first_cell_installs(notebook: NotebookNode, path: Path) -> list[str]:
    """No other cell installs anything."""
    installs = re.compile(r"\b(pip3?|conda|mamba|uv|apt|apt-get)\W+install\b")
    cells = list(enumerate(notebook.cells))[1:]
    return [f"cell {n} installs a package" for n, cell in cells if installs.search(cell.source)]


def chapter_is_in_contents(notebook: NotebookNode, path: Path) -> list[str]:
    """`_toc.yml` lists the chapter, once, under its file's name."""
    count = contents().count(f"book/{path.stem}")
    return [] if count == 1 else [f"_toc.yml lists book/{path.stem} {count} times"]


def opening_is_complete(notebook: NotebookNode, path: Path) -> list[str]:
    """Cell 1: the title, the question in italics, and the four things to know in advance."""
    cell = notebook.cells[1]
    if cell.cell_type != "markdown" or not cell.source.startswith("# "):
        return ["cell 1 is not Markdown that starts with the title"]
    problems = []
    paragraphs = re.split(r"\n\s*\n", cell.source)
    if not re.search(r"(?<!\*)\*[^*]+\?\*(?!\*)", (paragraphs + [""])[1]):
        problems.append("the paragraph after the title has no question in italics")
    found = re.findall(r"^(?:[-*] )?\*\*([^*]+?)[.:]?\*\*", cell.source, flags=re.MULTILINE)
    if tuple(found) != OPENING:
        problems.append(f"the opening has {found}, expected {list(OPENING)}")
    run_time = cell.source.partition("**Run time")[2]
    if not ("CPU" in run_time and "GPU" in run_time):
        problems.append("the run time does not name CPU and GPU")
    return problems


def setup_comes_first(notebook: NotebookNode, path: Path) -> list[str]:
    """The first code after the opening is `session = setup()`."""
    cell = (code_cells(notebook)[1:] or [None])[0]
    lines = cell.source.splitlines() if cell else []
    imported = any(re.match(r"from aeutils import .*\bsetup\b", line) for line in lines)
    right = imported and "session = setup()" in lines
    return [] if right else ["the first code is not `from aeutils import setup` and its call"]


def closing_is_in_order(notebook: NotebookNode, path: Path) -> list[str]:
    """The last sections are those of every chapter."""
    sections = [title for _, level, title in headings(notebook) if level == 2]
    last = tuple(sections[-len(CLOSING) :])
    right = last == CLOSING and len(sections) == len(set(sections))
    return [] if right else [f"the last sections are {last}, expected {CLOSING}"]


def results_are_reported(notebook: NotebookNode, path: Path) -> list[str]:
    """One cell of the section Results reports the metrics of `reference_results.toml`."""
    found = [(n, call) for n, c in enumerate(code_cells(notebook)) for call in calls(c, "report")]
    if len(found) != 1:
        return [f"report(...) is called {len(found)} times, expected once"]
    number, call = found[0]
    problems = []
    if first_argument(call) != path.stem:
        problems.append(f"report names the chapter {first_argument(call)!r}, not {path.stem!r}")
    keys = getattr(call.args[1], "keys", []) if len(call.args) > 1 else []
    metrics, known = (
        {getattr(k, "value", None) for k in keys},
        set(load_reference().get(path.stem, {})),
    )
    if metrics != known:
        problems.append(f"report has {metrics}, reference_results.toml has {known}")
    place = notebook.cells.index(code_cells(notebook)[number])
    before = [title for n, level, title in headings(notebook) if level == 2 and n < place]
    if before[-1:] != ["Results"]:
        problems.append("report(...) is not in the section Results")
    return problems


def cells_are_short(notebook: NotebookNode, path: Path) -> list[str]:
    """No cell over 30 lines of code; the teaching cells keep a median of 3 to 6."""
    cells = code_cells(notebook)[1:]
    teaching = [code_lines(c) for c in cells if not (is_stub(c) or is_solution(c) or is_open(c))]
    problems = [f"a cell has {code_lines(c)} lines" for c in cells if code_lines(c) > 30]
    if not 3 <= statistics.median(teaching or [0]) <= 6:
        problems.append(
            f"the median cell has {statistics.median(teaching or [0])} lines, not 3 to 6"
        )
    if sum(lines >= 20 for lines in teaching) > len(teaching) / 10:
        problems.append("more than one cell in ten has 20 lines or more")
    return problems


def prose_fits_code(notebook: NotebookNode, path: Path) -> list[str]:
    """Between 6 and 15 words of prose for a line of code, exercises included."""
    lines = sum(code_lines(cell) for cell in code_cells(notebook)[1:])
    texts = (unfolded(source) for _, source in prose(notebook))
    words = sum(len(re.findall(r"\w[\w'’-]*", text)) for text in texts)
    ratio = words / max(lines, 1)
    return [] if 6 <= ratio <= 15 else [f"{ratio:.1f} words of prose a line of code, not 6 to 15"]


def code_compiles(notebook: NotebookNode, path: Path) -> list[str]:
    """Each code cell is valid Python once IPython has read its magics."""
    problems = []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            try:
                compile(TransformerManager().transform_cell(cell.source), "cell", "exec")
            except SyntaxError as error:
                problems.append(f"cell {number}: {error.msg}")
    return problems


RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        outputs_are_tagged,
        outputs_repeat,
        nothing_transient,
        metadata_are_the_books,
        format_is_valid,
        ids_are_unique,
        file_is_written_by_the_tool,
        first_cell_is_generated,
        only_first_cell_installs,
        chapter_is_in_contents,
        opening_is_complete,
        setup_comes_first,
        closing_is_in_order,
        results_are_reported,
        cells_are_short,
        prose_fits_code,
        code_compiles,
        *contract_claims.RULES,
        *contract_exercises.RULES,
        *contract_figures.RULES,
        *contract_text.RULES,
    )
}
