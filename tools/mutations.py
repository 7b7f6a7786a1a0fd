"""Small errors for a module: each way in which one expression of it can be written wrongly.

Changes that no test can tell from the original are not made:

- ``return None`` to ``return``, and what is imported under ``if TYPE_CHECKING``;
- of `zip` the argument `strict`, where it is True: it states that two lengths are equal; and where
  it is False its absence, which is the default;
- of `dataclass` `frozen`, which forbids what no code of the class does, and ``repr=False``, which
  says nothing where the class has a ``__repr__`` of its own, as each of the package has;
- ``encoding="utf-8"``, the default of the machine that runs the tests;
- a text given as `name`, the label of a layer or a weight, and `help` of a command;
- of the method `reshape` -1 to -2: NumPy takes any negative number for what is left;
- ``time.sleep`` in a loop that waits: no test takes the time;
- how a figure looks but not what it shows: `LOOKS`.
"""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

SWAPS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.And: ast.Or,
    ast.Or: ast.And,
}

LOOKS = {
    *("figsize", "color", "cmap", "s", "markerscale", "linewidths", "loc", "bbox_to_anchor"),
    *("ha", "va"),
}


@dataclass(frozen=True)
class Mutant:
    """A module with one error.

    Attributes
    ----------
    file : str
        The module, as a path from the root of the repository.
    line : int
        Where the error is.
    before, after : str
        The expression or statement as it was and as it is.
    source : str
        The whole module with the error.
    """

    file: str
    line: int
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.before}  ->  {self.after}"


def mutants(file: str, source: str) -> Iterator[Mutant]:
    """Make every mutant of a module, one error in each.

    Texts, annotations and what stands outside of functions and classes but constants are left
    alone: no test is asked to know the words of a message.
    """
    tree = _parsed(source)
    for number, node in enumerate(ast.walk(tree)):
        for change in _changes(node):
            wrong = copy.deepcopy(tree)
            place = next(n for k, n in enumerate(ast.walk(wrong)) if k == number)
            before = _shown(place)
            change(place)
            ast.fix_missing_locations(wrong)
            after = _shown(place)
            if before != after:
                yield Mutant(file, node.lineno, before, after, ast.unparse(wrong))


def _shown(place: ast.AST) -> str:
    """Write a node down; of what has a body, the condition alone."""
    return ast.unparse(place.test if hasattr(place, "body") and hasattr(place, "test") else place)


def count(source: str) -> int:
    """Return how many mutants a module has, without making them."""
    return sum(1 for node in ast.walk(_parsed(source)) for _ in _changes(node))


def _parsed(source: str) -> ast.Module:
    """Parse a module, and mark the nodes of which no change could be told."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        for same in _without_effect(node):
            for part in ast.walk(same):
                part.without_effect = True
    return tree


def _without_effect(node: ast.AST) -> Iterator[ast.AST]:
    """Return the parts of a node that the list at the top of this module names."""
    if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
        yield node
    if isinstance(node, ast.Return) and ast.unparse(node) == "return None":
        yield node
    if isinstance(node, ast.Expr) and ast.unparse(node).startswith("time.sleep("):
        yield node
    if isinstance(node, ast.Call):
        function = ast.unparse(node.func)
        if function.endswith(".reshape") and function not in ("np.reshape", "ops.reshape"):
            yield from (a.operand for a in node.args if ast.unparse(a) == "-1")
        yield from (keyword for keyword in node.keywords if _says_nothing(function, keyword))


def _says_nothing(function: str, keyword: ast.keyword) -> bool:
    value = keyword.value.value if isinstance(keyword.value, ast.Constant) else ...
    if keyword.arg == "strict":
        return function == "zip" and value is True
    if keyword.arg in ("frozen", "repr"):
        return function == "dataclass"
    if keyword.arg == "encoding":
        return value == "utf-8"
    return keyword.arg in LOOKS or (keyword.arg in ("name", "help") and isinstance(value, str))


def _changes(node: ast.AST) -> Iterator[Callable[[ast.AST], None]]:
    """Return the ways to write a node wrongly, as functions that change a copy of it."""
    if hasattr(node, "without_effect"):
        return
    for kind, make in MAKERS.items():
        if isinstance(node, kind):
            yield from make(node)


def _operator(node: ast.BinOp | ast.BoolOp | ast.AugAssign) -> Iterator[Callable]:
    other = SWAPS.get(type(node.op))
    if other and not _joins_text(node):
        yield lambda place: setattr(place, "op", other())


def _joins_text(node: ast.AST) -> bool:
    """Whether an operator has a text or a display on one side, where a swap only raises."""
    sides = [getattr(node, name, None) for name in ("left", "right", "value")]
    texts = (ast.JoinedStr, ast.List, ast.Tuple, ast.Dict, ast.Set)
    return any(
        isinstance(side, texts) or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in sides
    )


def _comparison(node: ast.Compare) -> Iterator[Callable]:
    for number, operator in enumerate(node.ops):
        other = SWAPS[type(operator)]
        yield lambda place, number=number, other=other: place.ops.__setitem__(number, other())


def _constant(node: ast.Constant) -> Iterator[Callable]:
    if isinstance(node.value, bool):
        yield lambda place: setattr(place, "value", not place.value)
    elif isinstance(node.value, (int, float)):
        yield lambda place: setattr(place, "value", place.value + 1)


def _unary(node: ast.UnaryOp) -> Iterator[Callable]:
    if isinstance(node.op, ast.Not):  # twice is the same as not at all
        yield lambda place: setattr(place, "operand", ast.UnaryOp(ast.Not(), place.operand))
    elif isinstance(node.op, ast.USub):
        yield lambda place: setattr(place, "op", ast.UAdd())


def _condition(node: ast.If | ast.IfExp | ast.While) -> Iterator[Callable]:
    if not isinstance(node.test, (ast.Compare, ast.BoolOp, ast.UnaryOp)):
        yield lambda place: setattr(place, "test", ast.UnaryOp(ast.Not(), place.test))


def _arguments(node: ast.Call) -> Iterator[Callable]:
    function = ast.unparse(node.func)
    for number, keyword in enumerate(node.keywords):
        if hasattr(keyword, "without_effect") or (function, keyword.arg) == ("zip", "strict"):
            continue
        if keyword.arg is not None and not isinstance(keyword.value, (ast.JoinedStr, ast.Lambda)):
            yield lambda place, number=number: place.keywords.pop(number)


def _result(node: ast.Return) -> Iterator[Callable]:
    if node.value is not None:
        yield lambda place: setattr(place, "value", None)


def _statement(node: ast.Expr) -> Iterator[Callable]:
    if isinstance(node.value, ast.Call):
        yield lambda place: setattr(place, "value", ast.Constant(None))


MAKERS = {
    (ast.BinOp, ast.BoolOp, ast.AugAssign): _operator,
    ast.Compare: _comparison,
    ast.Constant: _constant,
    ast.UnaryOp: _unary,
    (ast.If, ast.IfExp, ast.While): _condition,
    ast.Call: _arguments,
    ast.Return: _result,
    ast.Expr: _statement,
}
