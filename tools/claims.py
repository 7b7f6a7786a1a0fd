"""The claims of the book: what the chapters claimed in the run that made these pages.

`claim` of `aeutils.claims` leaves each sentence with its numbers in the output of a cell. The
directive ``claims`` lists them all, with what five seeds at either scale and on either backend
made of them (``reference_runs.json``); ``claim-count`` says how many there are.
"""

from __future__ import annotations

from dataclasses import dataclass

from docutils import nodes
from sphinx.environment import BuildEnvironment

from aeutils.claims import MIME_TYPE, anchor
from tools.reference import load_runs
from tools.scoreboard import executed, outputs_of
from tools.tables import link, table

HEAD = ("Claim", "This run", "Held in", "Smallest slack")
NOTHING = "No notebook of this build has made a claim."
NOT_YET = "–"


@dataclass(frozen=True)
class Record:
    """What the reference runs of one scale, on all backends, made of a claim."""

    held: int
    runs: int
    smallest_slack: float | None


def claims_of(env: BuildEnvironment) -> dict[str, list[dict]]:
    """Return what each executed notebook claimed, by its page, in the order of the book."""
    found = {name: outputs_of(env, name, MIME_TYPE) for name in executed(env)}
    return {name: claims for name, claims in found.items() if claims}


def records(runs: dict[str, dict], sentence: str) -> dict[str, Record]:
    """Return the record of a claim by scale, all backends together, from its chapter's runs."""
    made: dict[str, Record] = {}
    for key, entry in runs.items():
        if (new := entry["claims"].get(sentence)) is None:
            continue
        scale = key.partition("-")[0]
        old = made.get(scale, Record(0, 0, float("inf")))
        slacks = (old.smallest_slack, new["smallest_slack"])
        smallest = None if None in slacks else min(slacks)
        made[scale] = Record(old.held + new["held"], old.runs + new["runs"], smallest)
    return made


def claims(env: BuildEnvironment) -> nodes.Node:
    """Return a table of claims for each chapter, below a heading that leads to the chapter."""
    made = claims_of(env)
    if not made:
        return nodes.paragraph("", NOTHING)
    container, runs = nodes.container(classes=["claims"]), load_runs()
    for docname, entries in made.items():
        container += nodes.rubric("", "", link(env, docname))
        known = runs.get(docname.rpartition("/")[2], {})
        rows = [row(env, docname, entry, known) for entry in entries]
        container += table(HEAD, rows, "claims")
    return container


def row(
    env: BuildEnvironment, docname: str, entry: dict, runs: dict[str, dict]
) -> list[str | nodes.Node]:
    """Return one claim as a row: its place, this run's numbers, what the reference runs say."""
    place = link(env, docname, entry["sentence"], anchor(entry["sentence"]))
    record = records(runs, entry["sentence"])
    held = [f"{scale}: {r.held} of {r.runs}" for scale, r in sorted(record.items(), reverse=True)]
    slack = [number(r.smallest_slack) for _, r in sorted(record.items(), reverse=True)]
    numbers = entry["numbers"] if entry["holds"] else f"{entry['numbers']} (does not hold)"
    return [place, numbers, "; ".join(held) or NOT_YET, "; ".join(slack) or NOT_YET]


def number(value: float | None) -> str:
    """Return a slack as text; one that is unknown came from a run without a number."""
    return "not finite" if value is None else f"{value:.3g}"


def claim_count(env: BuildEnvironment) -> nodes.Node:
    """Say how many claims the chapters make, and how many of them hold in this run."""
    made = [entry for entries in claims_of(env).values() for entry in entries]
    if not made:
        return nodes.paragraph("", NOTHING)
    holding = sum(entry["holds"] for entry in made)
    share = "all of them hold" if holding == len(made) else f"{holding} of them hold"
    return nodes.paragraph("", f"The chapters make {len(made)} claims; in this run {share}.")
