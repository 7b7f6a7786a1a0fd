"""Checks of the outputs and of the units: the same for all, never reached, off, at the edge."""

import numpy as np
from keras import ops

from aeutils.checkup.findings import Outcome, fine, look, register, wrong
from aeutils.checkup.measures import comparable, ratio
from aeutils.checkup.settings import activation_of
from aeutils.checkup.subject import Subject
from aeutils.checkup.trace import output_of

SAME, HARDLY = 1e-3, 1e-2
VARIED, STILL, SIZEABLE = 0.05, 1e-6, 0.05
EDGES = {"sigmoid": (0.0, 1.0), "hard_sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}
NEAR = 0.01


@register("same_output", "The same output for all", "vae.ipynb#what-it-costs-a-code-can-collapse")
def same_output(subject: Subject) -> Outcome | None:
    """Compare how much the copies vary from row to row with how much the targets do."""
    if not comparable(subject):
        return None
    target = _spread(subject, subject.data.target_valid)
    if target == 0:
        return None
    share = _spread(subject, subject.valid_copies) / target
    measured = f"copies vary {share:.2g} times as much as the targets"
    advice = "The output does not depend on the input. Look for units that are off and the rate."
    if share < SAME and subject.trained:
        return wrong(measured, advice)
    return look(measured, advice) if share < HARDLY else fine(measured)


def _spread(subject: Subject, rows: np.ndarray) -> float:
    """Return the mean variance from row to row, without padding."""
    rows = rows.astype(np.float64)
    if subject.data.filled is not None:
        rows = np.where(_wide(subject.data.filled, rows), np.nan, rows)
        rows = rows[:, ~np.isnan(rows).all(axis=0)] if rows.ndim == 2 else rows
    with np.errstate(all="ignore"):
        centred = rows - np.nanmean(rows, axis=0)
        return float(np.nanmean(centred**2))


def _wide(filled: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return np.broadcast_to(filled.reshape(*filled.shape, *[1] * (rows.ndim - 2)), rows.shape)


@register("dead_outputs", "Outputs that never change", "vanilla.ipynb#dead-pixels")
def dead_outputs(subject: Subject) -> Outcome | None:
    """Count the outputs at the edge of their activation whose targets vary."""
    if not (subject.trained and comparable(subject)) or subject.data.filled is not None:
        return None
    target = subject.data.target_train.reshape(len(subject.data.target_train), -1)
    spread = target.var(axis=0, dtype=np.float64)
    asked = spread > VARIED * spread.mean()
    if not asked.any():
        return None
    copies = np.concatenate([subject.valid_copies, subject.train_copies])
    copies = copies.reshape(len(copies), -1)
    still = np.ptp(copies, axis=0) <= STILL * max(float(np.ptp(target)), STILL)
    dead = still & asked
    share = dead.sum() / asked.sum()
    measured = f"{dead.sum()} of {asked.sum()} whose targets vary"
    advice = "A unit at the edge gets no gradient. Leave the activation of the last layer out, or "
    advice += "take a sigmoid with a cross-entropy, and a smaller rate."
    if share >= SIZEABLE and _at_edge(subject.output_activation, copies[:, dead]):
        return wrong(measured, advice)
    return look(measured, advice) if share > 0 else fine(measured)


def _at_edge(activation: str | None, values: np.ndarray) -> bool:
    """Say whether values lie where an activation has no slope."""
    edges = (0.0,) if activation in ("relu", "relu6") else EDGES.get(activation, ())
    return any(np.allclose(values, edge, atol=1e-4) for edge in edges) or bool(
        len(edges) > 1 and np.all(np.min([np.abs(values - e) for e in edges], axis=0) < 1e-4)
    )


@register("dead_units", "Code units that are off", "vanilla.ipynb#dead-code-units")
def dead_units(subject: Subject) -> Outcome | None:
    """Count the units of the code that give one value for every validation row."""
    code = code_units(subject)
    if code is None:
        return None
    dead = int((np.ptp(code, axis=0) <= STILL * max(float(np.abs(code).max()), STILL)).sum())
    units, share = code.shape[1], ratio(subject)
    measured = f"{dead} of {units}"
    advice = "Take a smaller rate, ELU in place of ReLU, or a weaker penalty."
    poor = share is not None and share >= 0.97
    nearly_all = dead >= min(0.95 * units, units - 1) and units > 2
    failed = dead == units or (nearly_all and share is not None and share > 0.5)
    if subject.trained and (failed or (poor and dead >= 0.5 * units)):
        return wrong(measured, f"The code can say hardly anything. {advice}")
    if dead > 0.1 * units:
        return look(measured, f"These units carry nothing. {advice}")
    return fine(measured)


def code_units(subject: Subject) -> np.ndarray | None:
    """Return the code with a column for each unit; a map of a convolution is one unit."""
    if subject.posterior is not None:
        return subject.posterior.mean
    step = subject.code_step
    if step is None:
        return subject.codes
    given = ops.convert_to_numpy(output_of(step.layer, subject.model, subject.data.x_valid))
    return given.reshape(-1, given.shape[-1]) if given.ndim > 2 else given


@register(
    "saturated_units", "Units at the edge", "layerwise.ipynb#where-the-signal-and-the-gradient-die"
)
def saturated_units(subject: Subject) -> Outcome | None:
    """Measure how often sigmoid and tanh units inside the model are at an edge, layer by layer."""
    output, shares = subject.output_step, {}
    for step in subject.steps:
        name = activation_of(step.layer)
        inside = output is None or step.layer is not output.layer
        if name in EDGES and inside:
            values = ops.convert_to_numpy(step.output)
            away = np.min([np.abs(values - edge) for edge in EDGES[name]], axis=0)
            fixed = np.ptp(values.reshape(len(values), -1), axis=0) < NEAR
            shares[step.layer.name] = (float((away < NEAR).mean()), float(fixed.mean()))
    if not shares:
        return None
    worst = max(shares, key=lambda name: shares[name])
    often, fixed = shares[worst]
    measured = f"{often:.0%} of the values of {worst}"
    advice = "There the slope is nearly 0. Scale the data, or start with smaller weights."
    poor = (ratio(subject) or 0) >= 0.97
    if subject.trained and often > 0.9 and fixed > 0.9 and poor:
        return wrong(f"{measured}, which never change", advice)
    return look(measured, advice) if often > 0.9 else fine(measured)
