"""Asking each question once: several checks rest on the same measurement."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from weakref import WeakKeyDictionary


def once(ask: Callable) -> Callable:
    """Have a function of a subject, and of what else it takes, remember its answers.

    They are forgotten with the subject.
    """
    known: WeakKeyDictionary = WeakKeyDictionary()

    @wraps(ask)
    def asked(subject: Any, *rest: Any) -> Any:
        answers = known.setdefault(subject, {})
        if rest not in answers:
            answers[rest] = ask(subject, *rest)
        return answers[rest]

    return asked
