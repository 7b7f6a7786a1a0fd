"""Small errors for a module: each way in which one expression of it can be written wrongly."""

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
    tree = ast.parse(source)
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
    return sum(1 for node in ast.walk(ast.parse(source)) for _ in _changes(node))


def _changes(node: ast.AST) -> Iterator[Callable[[ast.AST], None]]:
    """Return the ways to write a node wrongly, as functions that change a copy of it."""
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
    for number, keyword in enumerate(node.keywords):
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
