"""Exercises: right and wrong answers, placeholders, and exercises that do not exist."""

import sys

import numpy as np
import pytest

from aeutils import exercises
from aeutils.exercises import NotAttempted, WrongAnswer, as_array, call, check, judge

CHAPTER = """
from aeutils.exercises import WrongAnswer, as_array, call


def check_1(answer):
    if as_array(answer) != 4:
        raise WrongAnswer("Count the corners.")
    return "A square has four corners."


def check_2(double, number):
    if call(double, number) != 2 * number:
        raise WrongAnswer("Multiply by two.")
    return "Doubled."
"""


@pytest.fixture(autouse=True)
def chapter(monkeypatch, tmp_path):
    """Add a chapter `toy-shapes` with two exercises to the package."""
    (tmp_path / "toy_shapes.py").write_text(CHAPTER)
    (tmp_path / "empty.py").write_text('"""No exercise."""\n')
    monkeypatch.setattr(exercises, "__path__", [*exercises.__path__, str(tmp_path)])
    yield
    for name in ("toy_shapes", "empty"):
        if sys.modules.pop(f"aeutils.exercises.{name}", None):
            delattr(exercises, name)


@pytest.fixture(params=[False, True], ids=["lenient", "strict"])
def strict(request, monkeypatch):
    if request.param:
        monkeypatch.setenv("AEUTILS_STRICT", "1")
    return request.param


def test_right_answers(strict, capsys):
    check("toy-shapes.1", 4)
    check("toy-shapes.2", lambda number: number + number, 3)
    assert capsys.readouterr().out.splitlines() == [
        "toy-shapes.1: right. A square has four corners.",
        "toy-shapes.2: right. Doubled.",
    ]


@pytest.mark.parametrize(
    ("answers", "hint"),
    [
        (("toy-shapes.1", 3), "Count the corners."),
        (("toy-shapes.1", "four"), "Expected numbers, got str."),
        (("toy-shapes.2", lambda number: number, 3), "Multiply by two."),
        (("toy-shapes.2", 6, 3), "The answer must be a function; this is int."),
        (
            ("toy-shapes.2", lambda number: None, 3),
            "Your function returns nothing: end it with `return` and its answer.",
        ),
        (("toy-shapes.1", 4 + 1j), "The answer holds complex numbers."),
        (("toy-shapes.1", 10**400), "Expected numbers, got int."),
    ],
)
def test_wrong_answers(strict, answers, hint, capsys):
    if strict:
        with pytest.raises(WrongAnswer, match=hint):
            check(*answers)
    else:
        check(*answers)
    assert capsys.readouterr().out == f"{answers[0]}: not yet. {hint}\n"


@pytest.mark.parametrize(
    "answers",
    [
        ("toy-shapes.1", ...),
        ("toy-shapes.2", ..., 3),
        ("toy-shapes.2", lambda number: number, ...),
        ("toy-shapes.2", lambda number: ..., 3),
    ],
)
def test_not_attempted_is_no_error(strict, answers, capsys):
    check(*answers)
    expected = f"{answers[0]}: not attempted yet. Replace the dots and run the cell again.\n"
    assert capsys.readouterr().out == expected


@pytest.mark.parametrize(
    "exercise", ["nowhere.1", "", ".1", "toy_shapes.1", "..data.1", "os/path.1", "-.1"]
)
def test_unknown_chapter(exercise):
    with pytest.raises(ValueError, match="There is no chapter .* with exercises") as error:
        check(exercise, 1)
    assert repr(exercise) in str(error.value)


@pytest.mark.parametrize("exercise", ["toy-shapes.3", "toy-shapes", "toy-shapes.1.1"])
def test_unknown_number(exercise):
    with pytest.raises(ValueError, match="does not exist; toy-shapes has 1, 2") as error:
        check(exercise, 1)
    assert repr(exercise) in str(error.value)


def test_chapter_without_exercises():
    with pytest.raises(ValueError, match="'empty.1'"):
        check("empty.1", 1)


def test_call_passes_arguments_and_result():
    assert call(lambda a, b: (a, b), 1, "two") == (1, "two")
    assert call(lambda: 0) == 0  # false, but an answer


def test_call_reports_the_error_of_a_function():
    with pytest.raises(WrongAnswer, match="Your function stops with ZeroDivisionError: ") as error:
        call(lambda: 1 / 0)
    assert isinstance(error.value.__cause__, ZeroDivisionError)


def test_call_of_an_unfinished_function():
    with pytest.raises(NotAttempted):
        call(lambda: ...)


def test_as_array():
    assert as_array(np.ones((1, 1))).shape == ()
    number = as_array(np.float32(2))
    assert number.dtype == float and number.shape == () and number == 2
    assert as_array([np.ones(2), np.zeros(2)], (2, 2)).tolist() == [[1, 1], [0, 0]]
    assert as_array([[1, 2, 3], [4, 5, 6]], (2, 3)).tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    ("answer", "shape", "hint"),
    [
        ("many", (), "Expected numbers, got str."),
        ([[1, 2], [3]], (2, 2), "Expected numbers, got list."),
        ([1, 2], (3,), "Expected an array of shape (3,), got shape (2,)."),
        ([1, 2], (), "Expected a single number, got shape (2,)."),
        (1, (2,), "Expected an array of shape (2,), got shape ()."),
        ([1, np.nan], (2,), "The answer holds a value that is not finite (nan or inf)."),
        (np.inf, (), "The answer holds a value that is not finite (nan or inf)."),
    ],
)
def test_as_array_of_something_else(answer, shape, hint):
    with pytest.raises(WrongAnswer) as error:
        as_array(answer, shape)
    assert str(error.value) == hint


def test_an_answer_that_still_holds_dots_is_not_attempted():
    for answer in ([..., 1.0], None):
        with pytest.raises(NotAttempted):
            as_array(answer, (2,))


def test_number_of_answers_is_checked():
    with pytest.raises(ValueError, match="vanilla.1 takes 1 answers, not 2"):
        check("vanilla.1", 1, 2)


def test_judge_takes_the_first_hint_that_fits():
    wrong = [(np.array([1.0, 3.0]), "first"), (np.array([1.0, 3.0]), "second")]
    judge(np.array([1.0, 2.0]), np.array([1.0, 2.0]), wrong, "neither")
    for answer, hint in (([1.0, 3.0], "first"), ([5.0, 5.0], "neither")):
        with pytest.raises(WrongAnswer, match=hint):
            judge(np.array(answer), np.array([1.0, 2.0]), wrong, "neither")


def test_a_typical_mistake_that_gives_the_right_answer_is_right():
    judge(np.array([1.0, 2.0]), [1.0, 2.0], [([1.0, 2.0], "the mistake")], "neither")


def test_counts_are_equal_and_not_only_close():
    judge(1e6 + 1, 1e6, [], "neither")
    with pytest.raises(WrongAnswer, match="neither"):
        judge(1e6 + 1, 1e6, [], "neither", exact=True)
