"""The results of `examine`: one file for each machine and backend, and a page of all."""

import dataclasses
import datetime
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import results
from benchmarks.recipes.judge import Answer, CaseResult, PublicResult, distinct_twins

PAGE = results.PAGE.with_name("EXAMINE.md")
FOLDER = results.FOLDER / "examine"
SECTIONS = {"seen": CaseResult, "unseen": CaseResult, "public": PublicResult}
HEADINGS = {
    "seen": "Planted errors: the half that the writer of the checks could see",
    "unseen": "Planted errors: the half that the writer of the checks did not see",
    "public": "Public recipes",
}


def store(machine: str, section: str, rows: Sequence[Any], folder: Path = FOLDER) -> Path:
    """Put the rows of a section into the file of a machine, in the place of its last ones.

    Parameters
    ----------
    machine : str
        Device and backend.
    section : str
        A key of ``SECTIONS``.
    rows : sequence of CaseResult or PublicResult
        What was measured.
    folder : Path
        Where the files are; made if it is missing.
    """
    path = folder / f"{re.sub(r'[^a-z0-9]+', '-', machine.lower()).strip('-')}.json"
    content = json.loads(path.read_text("utf-8")) if path.exists() else {"sections": {}}
    content["machine"] = machine
    content["sections"][section] = {
        "date": datetime.date.today().isoformat(),
        "versions": results.make_entry(()).versions,
        "rows": [dataclasses.asdict(row) for row in rows],
    }
    folder.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    os.replace(new, path)
    return path


def read(path: Path) -> dict[str, Any]:
    """Read a file of results; the rows become `CaseResult` or `PublicResult`.

    Raises
    ------
    ValueError
        If it is damaged or something else.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
        for name, section in content["sections"].items():
            section["rows"] = [_as_row(SECTIONS[name], row) for row in section["rows"]]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path} is no file that `python -m benchmarks.recipes` of this version writes "
            f"({type(error).__name__}: {error}). Take it back from git or delete it."
        ) from error
    return content


def _as_row(kind: type, fields: dict[str, Any]) -> Any:
    made = {}
    for name, value in fields.items():
        if isinstance(value, dict):
            value = Answer(**{key: _as_tuple(part) for key, part in value.items()})
        made[name] = _as_tuple(value)
    return kind(**made)


def _as_tuple(value: Any) -> Any:
    return tuple(map(_as_tuple, value)) if isinstance(value, list) else value


def render(machines: Sequence[dict[str, Any]]) -> str:
    """Return the page of all results, in Markdown."""
    parts = [
        "# What `examine` says of models whose answer is known",
        "Made by `python -m benchmarks.recipes`. An error is *found* if `examine` says of one of "
        'its keys that it is "wrong". Each error has a healthy twin: the same model, data and '
        'training but for the error; an *alarm* is a "wrong" about a twin. Several errors may '
        "share a twin, which the totals count once.",
    ]
    for content in machines:
        parts.append(f"## {content['machine']}")
        for name in SECTIONS:
            if name in content["sections"]:
                section = content["sections"][name]
                table = _public if name == "public" else _cases
                parts += [f"### {HEADINGS[name]}", *table(section["rows"])]
                parts.append(f"{section['date']}, {section['versions']}")
    return "\n\n".join(parts) + "\n"


def totals(rows: Sequence[CaseResult]) -> dict[str, int]:
    """Count cases, what was found, twins, and twins with an alarm.

    Returns
    -------
    dict of str to int
        ``cases, found, noticed, failed, twins, alarms``; `failed` are questions that ended in an
        exception, of both sides.
    """
    twins = distinct_twins(rows)
    return {
        "cases": len(rows),
        "found": sum(row.found for row in rows),
        "noticed": sum(row.noticed for row in rows),
        "failed": sum(bool(a.problem) for a in [*(row.faulty for row in rows), *twins]),
        "twins": len(twins),
        "alarms": sum(bool(answer.wrong) for answer in twins),
    }


def _cases(rows: Sequence[CaseResult]) -> list[str]:
    count = totals(rows)
    answers = [row.faulty for row in rows] + distinct_twins(rows)
    seconds = sorted(answer.seconds for answer in answers)
    summary = (
        f'**Found: {count["found"]} of {count["cases"]}**, and with the verdict "look" '
        f"{count['noticed']}. **Alarms: {count['alarms']} of {count['twins']} healthy twins.** "
        f"Exceptions: {count['failed']}. Seconds a model: {seconds[len(seconds) // 2]:.1f} in the "
        f"middle, {seconds[-1]:.1f} at most."
    )
    lines = [["error", "architecture", "expected", "found", "said of it", "alarms on the twin"]]
    for row in rows:
        found = "yes" if row.found else "look" if row.noticed else "**no**"
        cells = [row.fault, row.architecture, _keys(row.keys), found]
        lines.append([*cells, _said(row.faulty), _keys(row.healthy.wrong) or _said(row.healthy)])
    return [summary, _table(lines)]


def _public(rows: Sequence[PublicResult]) -> list[str]:
    errors = sum(len(row.known) for row in rows)
    found, false = sum(row.found for row in rows), sum(bool(row.false) for row in rows)
    summary = (
        f"**Named: {found} of {errors} known errors. Named falsely: something in {false} of "
        f"{len(rows)} recipes.** Each known error was measured by us, as the table says; keys that "
        "follow from it, or from our short training, count neither way."
    )
    lines = [["recipe", "from", "known errors", "our measurement", "named", "named falsely"]]
    for row in rows:
        known = "; ".join(_keys(keys) for keys in row.known) or "sound"
        evidence = "; ".join(row.evidence) + ("" if row.shown else " (**not shown**)")
        named = f"{row.found} of {len(row.known)}" if row.known else "–"
        false = _keys(row.false) or row.answer.problem
        lines.append([row.name, row.title, known, evidence, named, false])
    return [summary, _table(lines)]


def _keys(keys: Sequence[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def _said(answer: Answer) -> str:
    return answer.problem or _keys(answer.wrong)


def _table(lines: Sequence[Sequence[str]]) -> str:
    rows = [lines[0], ["---"] * len(lines[0]), *lines[1:]]
    clean = [[re.sub(r"\s+", " ", cell).replace("|", "/") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in clean)
