"""Rules for the whole repository: addresses, the order of imports, sizes, descriptions, tests.

Each is a function that returns the problems it finds; `test_repository` tries it on the repository
and on small violations.
"""

import ast
import re
from collections.abc import Iterator

from contract_cells import ROOT

LAYERS = (
    {"session", "data", "losses", "layers"},
    {"models", "training", "evaluation", "plotting", "parallel", "launch", "compiled", "adam"}
    | {"diagram", "inputs", "progress", "readout", "study", "transformer"},
    {"results", "claims", "exercises", "explorer", "checkup"},
)
LONGEST = {"module": 300, "function": 40, "class": 100}
REGISTRY = re.compile(
    r"pypi[.]org|pythonhosted[.]org|debian[.]org|npmjs[.]|anaconda[.]org|crates[.]io"
    r"|ubuntu[.]com|(?:index|extra-index|find-links|registry)[-_]url"
)
Texts = dict[str, str]


def modules(*folders: str) -> dict[str, str]:
    """Source of each Python file in the folders, by its path from the root."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in paths}


def address_problems(texts: Texts, address: str) -> list[str]:
    """The address stands in `_config.yml` and, generated, in the notebooks; nowhere else."""
    name = "/".join(address.split("/")[-2:])
    allowed = {"_config.yml": 1}
    counts = {file: text.count(name) for file, text in texts.items()}
    return [
        f"{file} has the address {count} times"
        for file, count in counts.items()
        if count != allowed.get(file, 1 if re.fullmatch(r"book/[^/]+\.ipynb", file) else 0)
    ]


def found(pattern: re.Pattern, texts: Texts) -> list[str]:
    """Files and matches of what must not stand anywhere."""
    matches = ((file, pattern.search(text)) for file, text in texts.items())
    return [f"{file}: {match[0]!r}" for file, match in matches if match]


def chapters_not_named(table: dict, readme: str) -> list[str]:
    """Chapters before the back matter to which no row of the table in the README leads."""
    rows = "\n".join(line for line in readme.splitlines() if line.startswith("|"))
    pages = [chapter["file"] for part in table["parts"][:-1] for chapter in part["chapters"]]
    chapters = [page for page in pages if not (ROOT / f"{page}.md").exists()]
    return [page for page in chapters if f"({page}.ipynb)" not in rows]


def imports(source: str) -> Iterator[tuple[str, list[str]]]:
    """Module and names of each import; ``import a.b`` has no names."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, []) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or ""), [alias.name for alias in node.names]


def targets(source: str, known: set[str]) -> set[str]:
    """Modules of `aeutils` that a source imports."""
    wanted = set()
    for module, names in imports(source):
        submodules = {f"{module}.{name}" for name in names} & known
        wanted |= submodules or ({module} & known)
    return wanted


def dotted_name(file: str) -> str:
    """Dotted name of a file: aeutils/data/__init__.py is aeutils.data."""
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def layer(name: str) -> int:
    """Layer of a module of `aeutils`; an unknown one raises."""
    part = name.split(".")[1]
    return next(number for number, names in enumerate(LAYERS) if part in names)


def import_problems(files: Texts) -> list[str]:
    """Imports point to the same layer or a lower one, make no cycle and name what they take."""
    sources = {dotted_name(file): text for file, text in files.items()}
    problems = []
    graph = {name: targets(text, set(sources)) for name, text in sources.items()}
    for name, text in sources.items():
        for module, names in imports(text):
            if "*" in names or module.startswith("."):
                problems.append(f"{name} imports {module or '.'} by a star or a relative name")
            if module.split(".")[0] in {"tools", "tests", "book", "benchmarks"}:
                problems.append(f"{name} imports {module}, which is no part of the package")
        if name != "aeutils":
            upward = [other for other in graph[name] if layer_or_top(other) > layer(name)]
            problems += [f"{name} imports {other} from a layer above" for other in upward]
    return problems + [
        f"{name} imports itself in a circle" for name in graph if circular(name, graph)
    ]


def layer_or_top(name: str) -> int:
    """Layer of a module, the package itself being above all."""
    return len(LAYERS) if name == "aeutils" else layer(name)


def circular(start: str, graph: dict[str, set[str]]) -> bool:
    """Whether imports lead from a module back to it."""
    seen, waiting = set(), [*graph[start]]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += graph[name]
    return start in seen


def lines_of(node: ast.AST) -> int:
    """Lines of a function or class without its docstring."""
    lines = node.end_lineno - node.lineno + 1
    if ast.get_docstring(node) is not None:
        lines -= node.body[0].end_lineno - node.body[0].lineno + 1
    return lines


def definitions(files: Texts) -> Iterator[tuple[str, str, ast.AST]]:
    """File, kind and node of each function and class."""
    kinds = {ast.FunctionDef: "function", ast.AsyncFunctionDef: "function", ast.ClassDef: "class"}
    for file, text in files.items():
        for node in ast.walk(ast.parse(text)):
            if type(node) in kinds:
                yield file, kinds[type(node)], node


def size_problems(files: Texts) -> list[str]:
    """Modules, functions and classes beyond their length; a docstring of a function is free."""
    sizes = [(file, "module", len(text.splitlines())) for file, text in files.items()]
    sizes += [(f"{f}: {n.name}", kind, lines_of(n)) for f, kind, n in definitions(files)]
    return [f"{name} has {size} lines" for name, kind, size in sizes if size > LONGEST[kind]]


def public(nodes: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Functions and classes that a reader may use, and the methods of such classes."""
    for node in nodes:
        named = isinstance(node, ast.FunctionDef | ast.ClassDef)
        if named and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body)


def signature_problems(files: Texts) -> list[str]:
    """Public functions and classes without a docstring, public functions without type hints."""
    problems = []
    nodes = [(file, node) for file, text in files.items() for node in public(ast.parse(text).body)]
    for file, node in nodes:
        if ast.get_docstring(node) is None:
            problems.append(f"{file}: {node.name} has no docstring")
        if isinstance(node, ast.FunctionDef):
            spec = node.args
            named = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]
            bare = [a.arg for a in named if a.annotation is None and a.arg not in ("self", "cls")]
            bare += [] if node.returns else ["its result"]
            problems += [f"{file}: {node.name} has no type hint for {name}" for name in bare]
    return problems


def modules_without_test(files: Texts, tests: set[str]) -> list[str]:
    """Modules of the package whose functions no file of tests is named after."""
    own = {
        file: dotted_name(file).replace(".", "_") for file, text in files.items() if "def " in text
    }
    expected = {file: f"test_{name.removeprefix('aeutils_')}.py" for file, name in own.items()}
    return [f"{file} has no tests/{test}" for file, test in expected.items() if test not in tests]
