"""Asking all the checks, and leaving the model as it was."""

import sys
from importlib import import_module
from typing import Any

from aeutils.checkup import data as rows
from aeutils.checkup.findings import CHECKS, Check, Finding, Report
from aeutils.checkup.state import kept
from aeutils.checkup.subject import Subject

# In the order of the table.
MODULES = (
    "data_checks",
    "training_checks",
    "error_checks",
    "output_checks",
    "code_checks",
    "penalty_checks",
    "variational_checks",
    "mode_checks",
    "sequence_checks",
)


def load_checks() -> list[Check]:
    """Return all checks in the order of the table, whichever module was imported first."""
    for module in MODULES:
        import_module(f"aeutils.checkup.{module}")
    return sorted(CHECKS, key=_place)


def _place(check: Check) -> int:
    module = check.ask.__module__.rpartition(".")[2]
    return MODULES.index(module) if module in MODULES else len(MODULES)


def run(
    model: Any,
    x_train: Any,
    x_valid: Any,
    *,
    y_train: Any,
    y_valid: Any,
    encoder: Any,
    decoder: Any,
    loss: Any,
    mask_value: float | None,
) -> Report:
    """Examine; arguments, return and errors as those of `aeutils.examine`."""
    if model is None and (encoder is None or decoder is None):
        raise ValueError("Give a model, or its two parts as encoder and decoder.")
    if (y_valid is None) != (y_train is None) and x_valid is not None:
        raise ValueError("Give both y_train and y_valid, or neither.")
    if model is not None and not callable(model):
        encoder, decoder = _parts(model, encoder, decoder)
        model = None
    parts = [model, encoder, decoder]
    taken = rows.take(parts, x_train, x_valid, y_train, y_valid, mask_value)
    subject = Subject(model, taken, encoder=encoder, decoder=decoder, loss=loss)
    with kept(subject.model, subject.trainer):
        _try_call(subject)
        return _ask(subject)


def _parts(model, encoder, decoder) -> tuple:
    encoder = encoder if encoder is not None else getattr(model, "encoder", None)
    decoder = decoder if decoder is not None else getattr(model, "decoder", None)
    if not (callable(encoder) and callable(decoder)):
        raise ValueError(
            f"model is a {type(model).__name__}, which cannot be called; give a Keras model, or an "
            "object whose encoder and decoder can be called."
        )
    return encoder, decoder


def _try_call(subject: Subject) -> None:
    try:
        subject.outputs(subject.data.x_valid[:2])
    except Exception as problem:
        given, asked = subject.data.x_valid.shape[1:], getattr(subject.model, "input_shape", None)
        known = isinstance(asked, tuple) and asked[1:] != given
        raise ValueError(
            f"The model cannot be called on rows of shape {given}"
            f"{f'; it is made for {asked[1:]}' if known else ''}: "
            f"{type(problem).__name__}: {problem}. Give the data as you give them to fit."
        ) from problem


def _ask(subject: Subject) -> Report:
    findings, notes = [], []
    for check in load_checks():
        try:
            outcome = check.ask(subject)
        except Exception as problem:  # one question that fails must not cost the other answers
            notes.append(f"{check.title}: not asked ({type(problem).__name__}: {problem}).")
            continue
        if outcome is not None:
            findings.append(
                Finding(
                    check.key,
                    check.title,
                    outcome.measured,
                    outcome.verdict,
                    outcome.advice,
                    check.link,
                )
            )
    return Report(findings, notes)


def show(report: Report) -> None:
    """Show a report as a table in a notebook, and print it elsewhere."""
    shell = sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
    if shell is not None and getattr(shell, "kernel", None) is not None:
        from IPython.display import display

        display({"text/html": report._repr_html_(), "text/plain": str(report)}, raw=True)
    else:
        print(report)
