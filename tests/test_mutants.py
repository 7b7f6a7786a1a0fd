"""The tool that plants errors in the package and asks its tests to find them."""

import ast
import random
import time

import numpy as np
import psutil
import pytest

from tools import mutants
from tools.mutations import Mutant, count
from tools.mutations import mutants as make


def changes(source):
    return {(m.before, m.after) for m in make("aeutils/a.py", source)}


@pytest.mark.parametrize(
    ("source", "before", "after"),
    [
        ("a < b", "a < b", "a <= b"),
        ("a == b", "a == b", "a != b"),
        ("a + b", "a + b", "a - b"),
        ("a / b", "a / b", "a * b"),
        ("a += b", "a += b", "a -= b"),
        ("a and b", "a and b", "a or b"),
        ("x = -a", "-a", "+a"),
        ("x = not a", "not a", "not not a"),
        ("f(axis=-1)", "f(axis=-1)", "f()"),
        ("x = 3", "3", "4"),
        ("x = True", "True", "False"),
        ("if a: pass", "a", "not a"),
        ("def f(): return a", "return a", "return"),
        ("f(a)", "f(a)", "None"),
    ],
)
def test_each_kind_of_error_is_made(source, before, after):
    assert (before, after) in changes(source)


@pytest.mark.parametrize(
    "source", ["'text'", "'a' + b", "[1] + b", "x: int = a", "x = f(m=f'{a}')"]
)
def test_texts_are_left_alone(source):
    assert all("+" not in before and "'" not in before for before, _ in changes(source))


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    return None",
        "if TYPE_CHECKING:\n    f(a, b=1)",
        "if typing.TYPE_CHECKING:\n    a = 1",
        "x = zip(a, b, strict=True)",
        "@dataclass(frozen=True, repr=False)\nclass A: pass",
        "x = open(a, encoding='utf-8')",
        "x = Dense(a, name='hidden')",
        "x = add(a, help='what')",
        "time.sleep(0.05)",
        "x = ax.scatter(a, color=(1, 2), figsize=(3.0, 4.0))",
    ],
)
def test_what_no_test_could_tell_is_not_made(source):
    assert changes(source) == set()
    assert count(source) == 0


@pytest.mark.parametrize(
    ("source", "before", "after"),
    [
        ("def f():\n    return 0", "return 0", "return"),
        ("if a.CHECKING:\n    pass", "a.CHECKING", "not a.CHECKING"),
        ("x = zip(a, strict=False)", "False", "True"),
        ("x = f(a, strict=True)", "f(a, strict=True)", "f(a)"),
        ("x = f(a, frozen=True)", "True", "False"),
        ("x = open(a, encoding='utf-8-sig')", "open(a, encoding='utf-8-sig')", "open(a)"),
        ("x = f(name=a)", "f(name=a)", "f()"),
        ("x = time.sleep(1)", "1", "2"),
        ("x = plot(a, vmin=0)", "0", "1"),
    ],
)
def test_what_only_looks_like_it_is_made(source, before, after):
    assert (before, after) in changes(source)


def test_of_a_reshape_the_sign_alone_is_changed():
    assert changes("x = a.reshape(n, -1)") == {("-1", "+1")}
    assert ("1", "2") in changes("x = a.reshape(n, 1)")
    assert ("1", "2") in changes("x = ops.reshape(a, -1)")
    assert np.zeros((2, 3)).reshape(-2).shape == (6,)


def test_of_a_zip_that_may_end_early_the_default_is_left_alone():
    assert changes("x = zip(a, strict=False)") == {("False", "True")}


def test_a_mutant_differs_in_one_place_and_is_python():
    source = "def f(a, b=1):\n    if a < b and not a:\n        return a + b\n    return -b\n"
    made = list(make("aeutils/a.py", source))
    assert len(made) == count(source) >= 8
    assert len({mutant.source for mutant in made}) == len(made)
    for mutant in made:
        ast.parse(mutant.source)
    assert {mutant.line for mutant in made} == {1, 2, 3, 4}


@pytest.mark.parametrize(
    ("file", "test"),
    [
        ("aeutils/losses.py", "tests/test_losses.py"),
        ("aeutils/data/images.py", "tests/test_data_images.py"),
        ("aeutils/exercises/__init__.py", "tests/test_exercises.py"),
    ],
)
def test_a_module_has_its_own_tests(file, test):
    assert mutants.own_test(file) == test


def test_a_draw_is_repeated_by_its_seed():
    first, again, other = (mutants.draw(5, seed, ["aeutils/claims.py"]) for seed in (0, 0, 1))
    assert first == again != other
    assert {mutant.file for mutant in first} == {"aeutils/claims.py"}


def test_an_unknown_module_is_refused():
    with pytest.raises(ValueError, match="no module with a test file"):
        mutants.draw(5, 0, ["aeutils/nothing.py"])


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A package with one tested function, and a copy of it to plant errors in."""
    root, copy = tmp_path / "root", tmp_path / "copy"
    source = "def double(a):\n    return a * 2\n\n\ndef other(a):\n    return a + 1\n"
    test = "from small_package.a import double\n\n\ndef test():\n    assert double(3) == 6\n"
    for folder in (root, copy):
        (folder / "small_package").mkdir(parents=True)
        (folder / "tests").mkdir()
        (folder / "small_package" / "a.py").write_text(source)
        (folder / "tests" / "test_a.py").write_text(test)
    monkeypatch.setattr(mutants, "ROOT", root)
    return root, copy


def planted(source):
    return Mutant("small_package/a.py", 1, "before", "after", source)


def test_survivors_are_what_no_test_finds(repository):
    source = (repository[0] / "small_package" / "a.py").read_text()
    killed, left = planted(source.replace("* 2", "* 3")), planted(source.replace("+ 1", "+ 2"))
    assert list(mutants.survivors([killed, left], [repository[1]])) == [left]
    assert (repository[1] / "small_package" / "a.py").read_text() == source
    assert list(repository[1].rglob("*.pyc")) == []  # it would be taken for that of the next mutant


def test_what_never_ends_is_killed(repository, monkeypatch):
    monkeypatch.setattr(mutants, "SLACK", 1.0)
    endless = planted("def double(a):\n    while True:\n        pass\n")
    start = time.monotonic()
    assert list(mutants.survivors([endless], [repository[1]])) == []
    assert time.monotonic() - start < 60


def test_an_interrupt_ends_the_tests_that_run(repository, monkeypatch):
    def interrupt(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(mutants.time, "sleep", interrupt)
    endless = planted("def double(a):\n    while True:\n        pass\n")
    with pytest.raises(KeyboardInterrupt):
        list(mutants.survivors([endless], [repository[1]]))
    [left] = psutil.Process().children()
    assert left.wait(timeout=10) is not None


def test_tests_that_fail_without_a_mutant_are_an_error(repository):
    (repository[1] / "tests" / "test_a.py").write_text("def test():\n    assert False\n")
    with pytest.raises(RuntimeError, match="fails without any mutant"):
        list(mutants.survivors([planted("")], [repository[1]]))


def test_copies_hold_what_is_tracked(tmp_path):
    (copy,) = mutants.make_copies(1, tmp_path)
    assert (copy / "aeutils" / "losses.py").exists()
    assert not (copy / ".git").exists()


def test_a_sample_is_no_larger_than_what_there_is():
    assert len(mutants._sample([1, 2], 5, random.Random(0))) == 2
