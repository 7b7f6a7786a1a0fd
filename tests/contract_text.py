"""Rules of the contract about Markdown: what Colab renders, links, citations, formulas."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from contract_cells import (
    BOOK,
    contents,
    headings,
    prose,
    unfolded,
    without_code,
    without_math,
)
from nbformat import NotebookNode

# Characters of a line of code that the page shows; `book/ruff.toml` formats to it.
WIDTH = 79
# What Jupyter Book would read and Colab would print as it stands, or the other way round.
FOREIGN = {
    "a directive": r"^\s*(?:```|~~~)\{|^\s*:{3,}",
    "a role": r"(?<!`)\{[\w:.+-]+\}`",
    "a target": r"^\([\w:. -]+\)=\s*$",
    "a comment": r"^%",
    "a block break": r"^\+\+\+",
    "a substitution": r"\{\{.*?\}\}",
    "a footnote": r"\[\^[^\]]+\]",
    "an alert": r"^>\s*\[!",
    "a labelled formula": r"^\$\$\s*\([\w:. -]+\)",
    "raw HTML": r"<!--|</?[A-Za-z][\w-]*(?:\s[^<>]*)?/?>",
    "a picture from a file": r"!\[",
}
LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)")
MACHINE_PATH = re.compile(
    r"(?<![\w./:)}])/(?:home|work|tmp|Users|root|mnt|content|private)\b|\b[A-Z]:\\{1,2}(?:Users|Program)"
)
VERSION = re.compile(
    r"\bv?\d+\.\d+\.\d+\b|\b(?:Python|TensorFlow|Keras|JAX|NumPy|SciPy|Matplotlib|Colab|pandas"
    r"|CUDA|PyTorch|scikit-learn|Jupyter Book)\s+(?:version\s+)?v?\d+\.\d+"
)


def links(notebook: NotebookNode) -> list[tuple[int, str, str]]:
    """Cell number, text and address of each link."""
    return [
        (number, label, address)
        for number, cell in enumerate(notebook.cells)
        if cell.cell_type == "markdown"
        for label, address in LINK.findall(without_code(cell.source))
    ]


@cache
def works() -> set[str]:
    """Digital object identifiers and arXiv numbers of `references.bib`, in lower case."""
    source = (BOOK / "references.bib").read_text(encoding="utf-8")
    return {work.lower() for work in re.findall(r"\b(?:doi|eprint)\s*=\s*[{\"]([^}\"]+)", source)}


def markdown_is_plain(notebook: NotebookNode, path: Path) -> list[str]:
    """Only Markdown that both Jupyter Book and Colab render."""
    problems = []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "markdown":
            continue
        plain = without_math(without_code(unfolded(cell.source)))
        for name, pattern in FOREIGN.items():
            whole = name in ("a directive", "a role", "a labelled formula")
            if re.search(pattern, cell.source if whole else plain, flags=re.MULTILINE):
                problems.append(f"cell {number} has {name}")
    return problems


def formulas_are_balanced(notebook: NotebookNode, path: Path) -> list[str]:
    """Dollars, braces and environments come in pairs, and TeX stands only between dollars."""
    problems = []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            source = without_code(cell.source).replace(r"\$", "")
            problems += [f"cell {number}: {problem}" for problem in formula_problems(source)]
    return problems


def formula_problems(source: str) -> list[str]:
    """Problems with the formulas of one Markdown text."""
    pieces = source.split("$$")
    if len(pieces) % 2 == 0:
        return ["a $$ has no partner"]
    problems, formulas = [], pieces[1::2]
    if any(re.search(r"\n\s*\n", formula) for formula in formulas):
        problems.append("a blank line inside $$")
    for paragraph in re.split(r"\n\s*\n", "\n\n".join(pieces[::2])):
        parts = paragraph.split("$")
        if len(parts) % 2 == 0:
            problems.append(f"a $ has no partner near {paragraph.strip()[:40]!r}")
            continue
        formulas += parts[1::2]
        if re.search(r"\\(?:[A-Za-z]{2,}|[(\[])", " ".join(parts[::2])):
            problems.append(f"TeX outside of dollars near {paragraph.strip()[:40]!r}")
    for formula in formulas:
        bare = re.sub(r"\\[{}\\]", "", formula)
        pairs = [(bare.count("{"), bare.count("}"))]
        pairs += [(len(re.findall(r"\\left\b", bare)), len(re.findall(r"\\right\b", bare)))]
        begun, ended = (re.findall(rf"\\{word}\{{(\w+\*?)\}}", bare) for word in ("begin", "end"))
        if sorted(begun) != sorted(ended) or any(left != right for left, right in pairs):
            problems.append(f"unbalanced formula {formula.strip()[:40]!r}")
    return problems


def headings_descend(notebook: NotebookNode, path: Path) -> list[str]:
    """One title, and no level of heading is skipped."""
    levels = [level for _, level, _ in headings(notebook)]
    problems = [] if levels.count(1) == 1 else [f"there are {levels.count(1)} titles, expected one"]
    steps = zip(levels, levels[1:], strict=False)
    return problems + [
        "a level of heading is skipped" for above, below in steps if below > above + 1
    ]


def citations_are_listed(notebook: NotebookNode, path: Path) -> list[str]:
    """A link to a paper names authors and year, and `references.bib` has the paper."""
    problems = []
    for number, label, address in links(notebook):
        match = re.fullmatch(r"https://(?:doi\.org/(.+)|arxiv\.org/abs/([^v]+)(?:v\d+)?)", address)
        if match:
            if (match[1] or match[2]).lower() not in works():
                problems.append(f"cell {number}: {address} is not in references.bib")
            if not re.search(r"[A-Z]\w+.*\b(?:18|19|20)\d\d\b", label, flags=re.DOTALL):
                problems.append(f"cell {number}: the link {label!r} does not name authors and year")
        elif re.search(r"doi\.org|arxiv\.org", address):
            problems.append(
                f"cell {number}: {address} is no https://doi.org/ or arxiv.org/abs/ link"
            )
    return problems


def addresses_have_a_text(notebook: NotebookNode, path: Path) -> list[str]:
    """No bare address in the prose."""
    problems = []
    for number, source in prose(notebook):
        if re.search(r"https?://|www\.", LINK.sub("", source)):
            problems.append(f"cell {number} has a bare address")
    return problems


def links_resolve(notebook: NotebookNode, path: Path) -> list[str]:
    """A relative link leads to a page of the book that exists."""
    problems, pages = [], [*contents(), "book/intro"]
    for number, label, address in links(notebook):
        if re.match(r"[a-z]+:", address):
            continue
        page = address.partition("#")[0]
        listed = page.endswith((".ipynb", ".md")) and f"book/{Path(page).stem}" in pages
        known = listed and (BOOK / page).is_file()
        if page and not known:
            problems.append(f"cell {number}: [{label}] leads to {address!r}, no page of the book")
    return problems


def closing_leads_on(notebook: NotebookNode, path: Path) -> list[str]:
    """The last section has a link to what to read next."""
    last = [number for number, _, title in headings(notebook) if title == "What to read next"]
    on = [number for number, _, _ in links(notebook) if last and number >= last[0]]
    return [] if on else ["the section What to read next has no link"]


def strings(value: object) -> Iterator[str]:
    """Each text in a nested structure."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


def no_machine_path(notebook: NotebookNode, path: Path) -> list[str]:
    """No path of one machine, in sources, outputs or metadata."""
    found = [(n, MACHINE_PATH.search("\n".join(strings(c)))) for n, c in enumerate(notebook.cells)]
    return [f"cell {number} has the path {match[0]!r}" for number, match in found if match]


def no_versions_in_prose(notebook: NotebookNode, path: Path) -> list[str]:
    """Versions age; the page `status` prints those of the build."""
    # The number of a work in the address of a link may look like one.
    texts = [(number, LINK.sub(r"\1", source)) for number, source in prose(notebook)]
    found = [(number, VERSION.search(text)) for number, text in texts]
    return [f"cell {number} names the version {match[0]!r}" for number, match in found if match]


def code_fits_the_page(notebook: NotebookNode, path: Path) -> list[str]:
    """No line of a cell or of a code block is wider than the page; the first cell is hidden."""
    problems = []
    for number, cell in list(enumerate(notebook.cells))[1:]:
        code = cell.source if cell.cell_type == "code" else code_blocks(cell.source)
        problems += [f"cell {number} has the long line {line!r}" for line in wide_lines(code)]
    return problems


def code_blocks(source: str) -> str:
    """Lines of the code blocks of a Markdown text; a directive is none."""
    fences = r"^( *)(```+|~~~+)(.*)\n((?s:.*?))^\1\2\s*$"
    blocks = re.findall(fences, source, flags=re.MULTILINE)
    return "\n".join(lines for *_, kind, lines in blocks if not kind.startswith("{"))


def wide_lines(code: str) -> list[str]:
    """Lines of more than `WIDTH` characters."""
    return [line for line in code.splitlines() if len(line) > WIDTH]


RULES = (
    markdown_is_plain,
    formulas_are_balanced,
    headings_descend,
    citations_are_listed,
    addresses_have_a_text,
    links_resolve,
    closing_leads_on,
    no_machine_path,
    no_versions_in_prose,
    code_fits_the_page,
)
