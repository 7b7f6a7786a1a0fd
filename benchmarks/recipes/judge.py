"""Ask `examine` about models whose answer is known, and count what it says.

An error is found if one of its keys has the verdict "wrong". An alarm is a "wrong" about a healthy
twin, or about a public recipe that has no error of that key.
"""

import contextlib
import io
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from benchmarks.recipes import quality
from benchmarks.recipes.cases import Case
from benchmarks.recipes.recipe import Recipe
from benchmarks.recipes.subject import Subject
from benchmarks.recipes.training import Setting, Store

Examine = Callable[..., Any]


@dataclass(frozen=True)
class Answer:
    """What `examine` said of one subject.

    Attributes
    ----------
    wrong, look : tuple of str
        Keys with these verdicts.
    seconds : float
        How long it took.
    problem : str
        The exception that it raised, if it did.
    """

    wrong: tuple[str, ...] = ()
    look: tuple[str, ...] = ()
    seconds: float = 0.0
    problem: str = ""


@dataclass(frozen=True)
class CaseResult:
    """The answers about a faulty model and its twin.

    Attributes
    ----------
    fault, architecture, keys
        Of the case.
    twin : str
        What tells its healthy twin from others; several errors may share one.
    faulty, healthy : Answer
        What was said of each.
    """

    fault: str
    architecture: str
    keys: tuple[str, ...]
    twin: str
    faulty: Answer
    healthy: Answer

    @property
    def found(self) -> bool:
        """Whether one of the expected keys is wrong."""
        return bool(set(self.keys) & set(self.faulty.wrong))

    @property
    def noticed(self) -> bool:
        """Whether one of the expected keys is wrong or wants a look."""
        return self.found or bool(set(self.keys) & set(self.faulty.look))


@dataclass(frozen=True)
class PublicResult:
    """The answer about a public recipe.

    Attributes
    ----------
    name, title
        Of the recipe.
    known : tuple of tuple of str
        The keys of each of its errors.
    also : tuple of str
        Keys that count neither as found nor as false.
    evidence : tuple of str
        What we measured of each error ourselves.
    shown : bool
        Whether each of these measurements shows what is claimed.
    answer : Answer
        What was said.
    """

    name: str
    title: str
    known: tuple[tuple[str, ...], ...]
    also: tuple[str, ...]
    evidence: tuple[str, ...]
    shown: bool
    answer: Answer

    @property
    def found(self) -> int:
        """How many of its errors are found."""
        return sum(bool(set(keys) & set(self.answer.wrong)) for keys in self.known)

    @property
    def false(self) -> tuple[str, ...]:
        """Keys that are wrongly said to be wrong."""
        right = {key for keys in self.known for key in keys} | set(self.also)
        return tuple(key for key in self.answer.wrong if key not in right)


def ask(examine: Examine, subject: Subject) -> Answer:
    """Return what `examine` says of a subject; nothing is printed."""
    start = time.perf_counter()
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            findings = examine(**subject.arguments()).findings
        except Exception as error:  # whatever it is, it is the answer
            problem = f"{type(error).__name__}: {str(error)[:200]}"
            return Answer(seconds=time.perf_counter() - start, problem=problem)
    by_verdict = {v: tuple(f.key for f in findings if f.verdict == v) for v in ("wrong", "look")}
    return Answer(**by_verdict, seconds=time.perf_counter() - start)


def judge_cases(
    examine: Examine, cases: Iterable[Case], store: Store, show: Callable[[str], None] = print
) -> list[CaseResult]:
    """Train each case and its twin, ask about both, and show a line of each."""
    twins: dict[str, Answer] = {}
    results = []
    for case in cases:
        name = twin_name(case.healthy)
        if name not in twins:
            twins[name] = ask(examine, case.make_healthy(store))
        answer = ask(examine, case.make_faulty(store))
        fault = case.fault
        row = CaseResult(fault.name, case.architecture, fault.keys, name, answer, twins[name])
        results.append(row)
        said = "found" if row.found else "MISSED"
        show(f"{fault.name}, {case.architecture}: {said}; alarms: {len(row.healthy.wrong)}")
    return results


def twin_name(setting: Setting) -> str:
    """Return what tells a healthy twin, with what it is shown with, from others."""
    return " | ".join((setting.name, setting.shown, setting.after))


def judge_public(
    examine: Examine, recipes: Iterable[Recipe], store: Store, show: Callable[[str], None] = print
) -> list[PublicResult]:
    """Train each public recipe, measure its errors, ask about it, and show a line of each."""
    results = []
    for recipe in recipes:
        subject = recipe.make(store)
        measured = [(e, e.measure(subject)) for e in recipe.evidence]
        evidence = tuple(f"{e.words}: {value:.3g}" for e, value in measured)
        shown = all(e.low <= value <= e.high for e, value in measured)
        also = recipe.also + true_by_measure(subject)
        known = tuple(known.keys for known in recipe.known)
        answer = ask(examine, subject)
        row = PublicResult(recipe.name, recipe.title, known, also, evidence, shown, answer)
        results.append(row)
        show(f"{recipe.name}: {row.found} of {len(known)} found; false: {', '.join(row.false)}")
    return results


def true_by_measure(subject: Subject) -> tuple[str, ...]:
    """Return keys that our own measurement confirms, so that they are no false word.

    Our copies are small and train for a short time: some lose to PCA or have dead units.
    """
    found = quality.measure(subject, quality.code_size(subject))
    true = {
        "mean_error": found.error >= found.mean_error,
        "pca_error": found.pca_error is not None and found.error > found.pca_error,
        "dead_outputs": found.dead_outputs > 0,
        "dead_units": found.dead_units > 0,
    }
    return tuple(key for key, holds in true.items() if holds)


def distinct_twins(results: Iterable[CaseResult]) -> list[Answer]:
    """Return the answers about the healthy twins, each counted once."""
    return list({result.twin: result.healthy for result in results}.values())
