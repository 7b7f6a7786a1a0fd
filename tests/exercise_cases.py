"""Lists of right and wrong answers become the tests of a chapter's exercises."""

from collections.abc import Callable
from typing import Any

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
