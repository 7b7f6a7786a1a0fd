"""Lists of right and wrong answers become the tests of a chapter's exercises."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from aeutils import check


def make_tests(
    right: list[tuple[str, Any]], wrong: list[tuple[str, Any, str]]
) -> tuple[Callable, Callable, Callable]:
    """Make three tests: of right answers, of wrong ones with their hints, of untouched stubs.

    Each entry of `right` is an exercise and an answer; `wrong` adds what the hint has to say.
    """

    @pytest.mark.parametrize(("exercise", "answer"), right)
    def test_right(exercise, answer, capsys):
        check(exercise, answer)
        assert capsys.readouterr().out.startswith(f"{exercise}: right.")

    @pytest.mark.parametrize(("exercise", "answer", "hint"), wrong)
    def test_wrong(exercise, answer, hint, capsys):
        check(exercise, answer)
        said = capsys.readouterr().out
        assert said.startswith(f"{exercise}: not yet.")
        assert hint in said

    # An exercise that asks for a function has a stub that returns the dots.
    stubs = [(exercise, ...) for exercise, _ in right]
    stubs += [(exercise, lambda *_: ...) for exercise, answer in right if callable(answer)]

    @pytest.mark.parametrize(("exercise", "answer"), stubs)
    def test_stub(exercise, answer, capsys):
        check(exercise, answer)
        assert "not attempted yet" in capsys.readouterr().out

    assert {e for e, _ in right} == {e for e, _, _ in wrong}, "each exercise needs wrong answers"
    return test_right, test_wrong, test_stub


def rows_averaged(out):
    """Give every row the mean of the rows."""
    return np.broadcast_to(out.mean(axis=0), out.shape)


def first_row_repeated(out):
    """Give every row what belongs to the first."""
    return np.broadcast_to(out[:1], out.shape)


MUTATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "rows averaged": rows_averaged,
    "first row repeated": first_row_repeated,
    "largest of all": lambda out: np.full_like(out, out.max()),
    "truncated": np.trunc,
    "clipped": lambda out: np.clip(out, 0, 1),
    "one per cent more": lambda out: 1.01 * out + 1e-3,
    "nine tenths more": lambda out: out + 0.9,
    "sign turned": np.negative,
}


def make_mutant_test(right: list[tuple[str, Any]]) -> Callable:
    """Make a test that changes right answers in common ways, each of which has to be refused.

    A change that leaves everything as it was that the checker asked for is no wrong answer.
    """
    cases = {}
    for exercise, answer in right:
        cases.setdefault(exercise, answer)  # the first of several right ones
    changes = [(e, a, name) for e, a in cases.items() for name in MUTATIONS]

    @pytest.mark.parametrize(("exercise", "answer", "mutation"), changes)
    def test_mutant(exercise, answer, mutation, capsys):
        mutate, changed = MUTATIONS[mutation], []

        def apply(result):
            if isinstance(result, tuple):  # two changes might undo one another
                return (apply(result[0]), *result[1:])
            out = np.asarray(result, dtype=float)
            if out.ndim == 0 and "row" in mutation:
                return result
            new = mutate(out)
            changed.append(not np.allclose(new, out, rtol=1e-9, atol=1e-12))
            return new if out.ndim else float(new)

        try:
            check(
                exercise,
                (lambda *args: apply(answer(*args))) if callable(answer) else apply(answer),
            )
        except (TypeError, ValueError):  # an answer of another kind than numbers
            return
        said = capsys.readouterr().out
        assert any(changed) != said.startswith(f"{exercise}: right."), (mutation, said)

    return test_mutant


def make_argument_test(right: list[tuple[str, Any]]) -> Callable:
    """Make a test that a checker varies every argument of the function that it asks for.

    It has to ask for two values of each argument, and for arrays of two shapes, or an answer that
    ignores an argument would pass.
    """
    functions = {e: a for e, a in reversed(right) if callable(a)}

    @pytest.mark.parametrize("exercise", functions)
    def test_arguments_are_varied(exercise):
        asked = []

        def record(*args):
            asked.append([np.asarray(arg).tolist() if not callable(arg) else None for arg in args])
            return functions[exercise](*args)

        check(exercise, record)
        for place, values in enumerate(zip(*asked, strict=True)):
            seen = {str(value) for value in values if value is not None}
            assert len(seen) != 1, f"{exercise}: argument {place} is always {values[0]!r}"
        shapes = [{np.shape(v) for v in values} for values in zip(*asked, strict=True)]
        assert any(len(found) > 1 for found in shapes) or all(s == {()} for s in shapes), shapes

    return test_arguments_are_varied
