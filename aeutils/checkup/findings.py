"""What a check-up finds, and the table that shows it."""

import html
import textwrap
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

VERDICTS = ("wrong", "look", "fine")
BOOK = "book/"
COLUMNS = ("check", "measured", "verdict", "what to do")
WIDTH = 78


@dataclass(frozen=True)
class Outcome:
    """What one question to a model came to.

    Attributes
    ----------
    verdict : {"fine", "look", "wrong"}
        ``"wrong"`` where the measurement proves an error, ``"look"`` where the number is unusual
        and may be intended.
    measured : str
        What was measured, with its numbers.
    advice : str
        What to do; empty for ``"fine"``.
    """

    verdict: str
    measured: str
    advice: str = ""


def fine(measured: str) -> Outcome:
    """Return the outcome of a question that found nothing."""
    return Outcome("fine", measured)


def look(measured: str, advice: str) -> Outcome:
    """Return the outcome of a question whose answer is unusual and may be intended."""
    return Outcome("look", measured, advice)


def wrong(measured: str, advice: str) -> Outcome:
    """Return the outcome of a question whose answer proves an error."""
    return Outcome("wrong", measured, advice)


@dataclass(frozen=True)
class Finding:
    """One line of the table.

    Attributes
    ----------
    key : str
        Name of the check for programs, for example ``"mean_error"``.
    title : str
        Name of the check for readers.
    measured, verdict, advice : str
        As in `Outcome`.
    link : str
        Page and section of the book on it, for example ``"pitfalls.ipynb#error-7-..."``.
    """

    key: str
    title: str
    measured: str
    verdict: str
    advice: str
    link: str


@dataclass(frozen=True)
class Check:
    """A question to a model, as the modules of this package register it."""

    key: str
    title: str
    link: str
    ask: Callable[[Any], Outcome | None] = field(repr=False)


CHECKS: list[Check] = []


def register(key: str, title: str, link: str) -> Callable:
    """Enter a function as a check: it takes a `Subject` and returns an `Outcome`, or None.

    Parameters
    ----------
    key, title, link : str
        As in `Finding`.

    Raises
    ------
    ValueError
        If the key is taken.
    """
    if any(check.key == key for check in CHECKS):
        raise ValueError(f"There is a check {key!r} already; choose another key.")

    def enter(ask: Callable[[Any], Outcome | None]) -> Callable:
        CHECKS.append(Check(key, title, link, ask))
        return ask

    return enter


class Report:
    """The findings of one check-up.

    Attributes
    ----------
    findings : list of Finding
        What was wrong first, then what wants a look, then what is fine.
    notes : list of str
        What could not be asked, and why.
    """

    def __init__(self, findings: list[Finding], notes: list[str]):
        self.findings = sorted(findings, key=lambda f: VERDICTS.index(f.verdict))
        self.notes = notes

    def __getitem__(self, key: str) -> Finding:
        """Return the finding of a check by its key."""
        for finding in self.findings:
            if finding.key == key:
                return finding
        raise KeyError(f"No finding {key!r}; there are {', '.join(f.key for f in self.findings)}.")

    def __repr__(self) -> str:
        counts = Counter(finding.verdict for finding in self.findings)
        return f"Report({', '.join(f'{counts[v]} {v}' for v in VERDICTS)})"

    def __str__(self) -> str:
        lines = [_as_text(finding) for finding in self.findings]
        return "\n".join([*lines, *self.notes, self.summary])

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{name}</th>" for name in COLUMNS)
        rows = "".join(_as_row(finding) for finding in self.findings)
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in (*self.notes, self.summary))
        return (
            f'<table class="aeutils-checkup"><thead><tr>{head}</tr></thead>'
            f"<tbody>{rows}</tbody></table>{notes}"
        )

    @property
    def summary(self) -> str:
        """One sentence: how many checks came to which verdict."""
        counts = Counter(finding.verdict for finding in self.findings)
        return (
            f"{len(self.findings)} checks: {counts['wrong']} wrong, {counts['look']} to look at, "
            f"{counts['fine']} fine."
        )


def _as_text(finding: Finding) -> str:
    indent = " " * 7
    measured = f"{finding.verdict:5}  {finding.title}: {finding.measured}"
    lines = textwrap.wrap(measured, WIDTH, subsequent_indent=indent, break_on_hyphens=False)
    if finding.advice:
        advice = f"{finding.advice} See {BOOK}{finding.link}."
        lines += textwrap.wrap(
            advice, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
        )
    return "\n".join(lines)


def _as_row(finding: Finding) -> str:
    page = finding.link.replace(".ipynb", ".html").replace(".md", ".html")
    link = f'<a href="{html.escape(page)}">{html.escape(_place(finding.link))}</a>'
    texts = [html.escape(t) for t in (finding.title, finding.measured, finding.verdict)]
    texts.append(f"{html.escape(finding.advice)} {link}".strip())
    cells = zip(COLUMNS, texts, strict=True)
    cells = "".join(f'<td data-label="{name}">{text}</td>' for name, text in cells)
    return f'<tr class="{finding.verdict}">{cells}</tr>'


def _place(link: str) -> str:
    """Return page and section in words: outside of the site the link itself leads nowhere."""
    page, _, section = link.partition("#")
    page = page.rpartition(".")[0]
    return f"{page}: {section.replace('-', ' ')}" if section else page
