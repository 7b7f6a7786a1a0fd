"""Exercises that check themselves.

`check` finds the grader of an exercise in the module that bears the name of the chapter. A
grader is a function ``check_<number>(*answers)`` that returns a sentence when the answer is
right and raises `WrongAnswer` with a hint when it is not. What is solved goes into a record of the
reader's own, which `progress` draws.
"""

import inspect
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from aeutils.session import is_strict
from aeutils.study import note, progress

__all__ = [
    "NotAttempted",
    "WrongAnswer",
    "as_array",
    "as_numbers",
    "attempted",
    "call",
    "check",
    "judge",
    "predicted",
    "progress",
]
SOLUTION = "# @title Solution"


class WrongAnswer(Exception):
    """The answer is not right; the message is a hint that names the likely mistake."""


class NotAttempted(Exception):
    """The answer is still the placeholder."""


def check(exercise: str, *answers: Any) -> None:
    """Check the answers to an exercise and print what is right or a hint.

    A right answer is noted as solved. In a cell that starts with ``# @title Solution`` it is noted
    that the solution was run, which is less.

    Parameters
    ----------
    exercise : str
        Chapter and number, for example ``"vanilla.1"``.
    *answers : object
        What the exercise asks for; ``...`` stands for "not attempted yet".

    Raises
    ------
    ValueError
        If there is no such exercise, or it takes another number of answers.
    WrongAnswer
        For a wrong answer where the environment sets ``AEUTILS_STRICT=1`` (the tests do).
    """
    grade = _find_grader(exercise)
    expected = len(inspect.signature(grade).parameters)
    if len(answers) != expected:
        raise ValueError(f"{exercise} takes {expected} answers, not {len(answers)}.")
    try:
        if any(answer is ... for answer in answers):
            raise NotAttempted
        print(f"{exercise}: right. {grade(*answers)}")
        note(exercise, "seen" if _in_solution() else "solved")
    except NotAttempted:
        _ask_for_attempt(exercise)
    except WrongAnswer as hint:
        print(f"{exercise}: not yet. {hint}")
        if is_strict():
            raise


def attempted(exercise: str, answer: Any) -> bool:
    """Return whether the dots of an open exercise are replaced; say so where they are not.

    An open exercise has no check: what is right depends on the reader's data.

    Parameters
    ----------
    exercise : str
        Chapter and number, for example ``"vanilla.5"``.
    answer : object
        What stands in place of the dots; ``...`` stands for "not attempted yet".
    """
    if answer is ...:
        _ask_for_attempt(exercise)
        return False
    note(exercise, "tried")
    return True


def predicted(exercise: str, prediction: Any) -> bool:
    """Return whether a prediction is written down, and print it; only then the cell shall run.

    Under ``AEUTILS_STRICT=1``, as in the build of the pages, the cell runs without a prediction:
    the page shows its output folded.

    Parameters
    ----------
    exercise : str
        Chapter and number, for example ``"vanilla.4"``.
    prediction : object
        What the reader expects, in words; ``...`` stands for nothing yet.
    """
    if prediction is ... and is_strict():
        return True
    if not attempted(exercise, prediction):
        return False
    print(f"You expect: {prediction}")
    return True


def call(function: Callable, *arguments: Any) -> Any:
    """Call a reader's function; a result of ``...`` means "not attempted yet".

    Raises
    ------
    NotAttempted
        If the function returns ``...``, as an unfinished one does.
    WrongAnswer
        If it is no function, raises an error or returns nothing.
    """
    if not callable(function):
        raise WrongAnswer(f"The answer must be a function; this is {type(function).__name__}.")
    try:
        result = function(*arguments)
    except Exception as error:
        raise WrongAnswer(f"Your function stops with {type(error).__name__}: {error}") from error
    if result is None:
        raise WrongAnswer("Your function returns nothing: end it with `return` and its answer.")
    if result is ...:
        raise NotAttempted
    return result


def as_numbers(answer: Any) -> np.ndarray:
    """Return an answer as an array of floats, whatever its shape and whether they are finite.

    Raises
    ------
    NotAttempted
        If the answer still holds ``...``.
    WrongAnswer
        If the answer holds no numbers, or complex ones.
    """
    if answer is None or (isinstance(answer, list | tuple) and any(part is ... for part in answer)):
        raise NotAttempted
    try:
        values = np.asarray(answer)
        if values.dtype.kind == "c" and values.imag.any():
            raise WrongAnswer("The answer holds complex numbers.")
        return (values.real if values.dtype.kind == "c" else values).astype(float, copy=False)
    except (TypeError, ValueError, OverflowError):
        raise WrongAnswer(f"Expected numbers, got {type(answer).__name__}.") from None


def as_array(answer: Any, shape: tuple[int, ...] = ()) -> np.ndarray:
    """Return an answer as an array of floats of the given shape (by default one number).

    An array of one element is a number, too.

    Raises
    ------
    NotAttempted
        If the answer still holds ``...``.
    WrongAnswer
        If the answer holds no finite numbers or has another shape.
    """
    values = as_numbers(answer)
    if values.size == 1 and not shape:
        values = values.reshape(())
    if values.shape != shape:
        wanted = f"an array of shape {shape}" if shape else "a single number"
        raise WrongAnswer(f"Expected {wanted}, got shape {values.shape}.")
    if not np.isfinite(values).all():
        raise WrongAnswer("The answer holds a value that is not finite (nan or inf).")
    return values


def judge(
    answer: Any,
    right: Any,
    wrong: Iterable[tuple[Any, str]],
    otherwise: str,
    *,
    exact: bool = False,
) -> None:
    """Compare an answer with the right one, then with typical wrong ones, each with its hint.

    For some inputs a typical mistake gives the right answer; there it is right.

    Parameters
    ----------
    answer, right : number or ndarray
        The reader's answer and the right one.
    wrong : iterable of tuple of (number or ndarray, str)
        What typical mistakes give, and the hint for each; the first that fits is shown.
    otherwise : str
        The hint for an answer that is neither right nor one of these.
    exact : bool
        Whether the numbers are counts, which have to be equal and not only close.

    Raises
    ------
    WrongAnswer
        If the answer is not the right one.
    """
    same = np.array_equal if exact else np.allclose
    if same(answer, right):
        return
    for value, hint in wrong:
        if same(answer, value):
            raise WrongAnswer(hint)
    raise WrongAnswer(otherwise)


def _ask_for_attempt(exercise: str) -> None:
    print(f"{exercise}: not attempted yet. Replace the dots and run the cell again.")


def _in_solution() -> bool:
    """Return whether the cell of a notebook that runs now is a solution."""
    notebook = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    cells = notebook.user_ns.get("In", []) if notebook else []
    return bool(cells) and cells[-1].startswith(SOLUTION)


def _find_grader(exercise: str) -> Callable[..., str]:
    chapter, _, number = exercise.partition(".")
    module_name = f"{__name__}.{chapter.replace('-', '_')}"
    if not chapter.replace("-", "").isalnum() or find_spec(module_name) is None:
        raise ValueError(f"There is no chapter {chapter!r} with exercises (asked: {exercise!r}).")
    module = import_module(module_name)
    grade = getattr(module, f"check_{number}", None)
    if grade is None:
        known = sorted(n.removeprefix("check_") for n in vars(module) if n.startswith("check_"))
        raise ValueError(f"Exercise {exercise!r} does not exist; {chapter} has {', '.join(known)}.")
    return grade
