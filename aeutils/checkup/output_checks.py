"""Checks of the outputs and of the units: the same for all, never reached, off, at the edge."""

import numpy as np
from keras import ops

from aeutils.checkup.answers import ROWS as ANSWERED
from aeutils.checkup.error_checks import WORSE, pca_valid_error
from aeutils.checkup.findings import Outcome, fine, look, register, wrong
from aeutils.checkup.measures import (
    EDGES,
    STILL,
    at_edge,
    comparable,
    mean_square,
    ratio,
    still_outputs,
)
from aeutils.checkup.settings import activation_of
from aeutils.checkup.subject import Subject
from aeutils.checkup.trace import Step, output_of, trace

SAME, HARDLY = 1e-3, 1e-2
SIZEABLE = 0.05
NEAR = 0.01
ROWS, LOUD, FEW = 10, 0.1, 0.01
ALWAYS = 0.9
UNSCALED = 10  # weights are drawn for inputs of about 1


@register("same_output", "The same output for all", "vae.ipynb#what-it-costs-a-code-can-collapse")
def same_output(subject: Subject) -> Outcome | None:
    """Compare how much the copies vary from row to row with how much the targets do."""
    if not (subject.trained and comparable(subject)):
        return None
    target = _spread(subject, subject.data.target_valid)
    if target == 0:
        return None
    share = _spread(subject, subject.valid_copies) / target
    measured = f"copies vary {share:.2g} times as much as the targets"
    advice = "The output does not depend on the input. Look for units that are off and the rate."
    if share < SAME:
        return wrong(measured, advice)
    return look(measured, advice) if share < HARDLY else fine(measured)


def _spread(subject: Subject, rows: np.ndarray) -> float:
    """Return the mean variance from row to row, without padding."""
    rows = rows.astype(np.float64)
    if subject.data.filled is None:
        return float(rows.var(axis=0).mean())
    kept = ~_wide(subject.data.filled, rows)
    means = np.sum(rows * kept, axis=0) / np.maximum(kept.sum(axis=0), 1)
    return float(np.mean((rows - means)[kept] ** 2))


def _wide(filled: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return np.broadcast_to(filled.reshape(*filled.shape, *[1] * (rows.ndim - 2)), rows.shape)


@register("dead_outputs", "Outputs that never change", "vanilla.ipynb#dead-pixels")
def dead_outputs(subject: Subject) -> Outcome | None:
    """Count the outputs that are always at the edge of their activation where their targets vary.

    An output of a ReLU may also be drawn in the wrong rows alone: where it is 0 in all the rows
    that need it, its own weights get no gradient from any of them.
    """
    if not (subject.trained and comparable(subject)) or subject.data.filled is not None:
        return None
    dead, asked = still_outputs(subject)
    if not asked.any():
        return None
    share = dead.sum() / asked.sum()
    measured = f"{dead.sum()} of {asked.sum()} whose targets vary"
    advice = "A unit at the edge gets no gradient. Leave the activation of the last layer out, or "
    advice += "take a sigmoid with a cross-entropy, and a smaller rate."
    if np.sum(dead & at_edge(subject)) >= SIZEABLE * asked.sum():
        return wrong(measured, advice)
    never, needed = _never_on(subject)
    if never:
        measured += f"; {never} of {needed} are 0 in each row that needs them"
    if never > 1 and never > FEW * needed:
        return wrong(measured, advice)
    return look(measured, advice) if share > 0 or never else fine(measured)


def _never_on(subject: Subject) -> tuple[int, int]:
    """Count outputs of a ReLU that are 0 in all training rows where their targets are above 0.

    Each is a proof: a bias would do better, and no gradient says so. The second number is that of
    outputs which ten rows or more need. A target counts from a tenth of the largest on.
    """
    data = subject.data
    if subject.output_activation not in ("relu", "relu6"):
        return 0, 0
    target = data.target_train.reshape(len(data.target_train), -1)
    copies = subject.copies(data.x_train).reshape(target.shape)
    wanted = target > LOUD * target.max()
    needed = wanted.sum(axis=0) >= ROWS
    return int((needed & ~np.any(wanted & (copies > 0), axis=0)).sum()), int(needed.sum())


@register("dead_units", "Code units that are off", "vanilla.ipynb#dead-code-units")
def dead_units(subject: Subject) -> Outcome | None:
    """Count the units of the code that give one value for every validation row.

    A sparse code has units that are off in many rows, and on in some. If most are off in all rows,
    and the others on in all, it is a smaller code that is dense; PCA tells whether that costs.
    """
    code = code_units(subject)
    if code is None:
        return None
    off = np.ptp(code, axis=0) <= STILL * max(float(np.abs(code).max()), STILL)
    dead, units, share = int(off.sum()), code.shape[1], ratio(subject)
    measured = f"{dead} of {units}"
    advice = "Take a smaller rate, ELU in place of ReLU, or a weaker penalty."
    poor = share is not None and share >= 0.97
    nearly_all = dead >= min(0.95 * units, units - 1) and units > 2
    failed = dead == units or (nearly_all and share is not None and share > 0.5)
    if subject.trained and (failed or (poor and dead >= 0.5 * units)):
        return wrong(measured, f"The code can say hardly anything. {advice}")
    if subject.trained and dead >= 0.5 * units and np.mean(code[:, ~off] != 0) > ALWAYS:
        cost = _cost_of_dead(subject, units, units - dead)
        if cost:
            return wrong(f"{measured}, and the others are on in all rows; {cost}", advice)
    if dead > 0.1 * units:
        return look(measured, f"These units carry nothing. {advice}")
    return fine(measured)


def _cost_of_dead(subject: Subject, units: int, alive: int) -> str:
    """Say by how much a linear code is as good or better; nothing where the units are not missed.

    Either one of the live units alone is as good, or one of all units is better by far. Better is
    enough where numbers are scarce: where all of them leave more than half of the variance.
    """
    data = subject.data
    if not (data.copies and comparable(subject)) or subject.posterior is not None:
        return ""
    error = mean_square(subject.valid_copies, data.target_valid, data.filled)
    few = pca_valid_error(subject, alive)
    fewer = units < min(data.target_rows.shape)
    all_units = pca_valid_error(subject, units) if fewer else error
    scarce = all_units > 0.5 * mean_square(data.mean_row, data.target_valid, data.filled)
    if error < few and error <= (1 if scarce else WORSE) * all_units:
        return ""
    return f"error {error:.4g}, PCA with {alive} numbers {few:.4g}, with {units} {all_units:.4g}"


def code_units(subject: Subject) -> np.ndarray | None:
    """Return the code with a column for each unit; a map of a convolution is one unit."""
    if subject.posterior is not None:
        return subject.posterior.mean
    step = subject.code_step
    if step is None:
        return subject.codes
    given = ops.convert_to_numpy(output_of(step.layer, subject.model, subject.data.x_valid))
    return given.reshape(-1, given.shape[-1])


@register(
    "saturated_units", "Units at the edge", "layerwise.ipynb#where-the-signal-and-the-gradient-die"
)
def saturated_units(subject: Subject) -> Outcome | None:
    """Measure how often sigmoid and tanh units inside the model are at an edge, layer by layer.

    Where inputs that are not scaled are the cause, the same weights leave the edge for the same
    inputs once these are standardised.
    """
    output, shares = subject.output_step, {}
    for step in subject.steps:
        inside = output is None or step.layer is not output.layer
        if activation_of(step.layer) in EDGES and inside:
            values = ops.convert_to_numpy(step.output)
            fixed = np.ptp(values.reshape(len(values), -1), axis=0) < NEAR
            shares[step.layer.name] = (_at_edges(step), float(fixed.mean()))
    if not shares:
        return None
    worst = max(shares, key=lambda name: shares[name])
    often, fixed = shares[worst]
    measured = f"{often:.0%} of the values of {worst}"
    advice = "There the slope is nearly 0. Scale the data, or start with smaller weights."
    poor = (ratio(subject) or 0) >= 0.97
    if subject.trained and often > 0.9 and fixed > 0.9 and poor:
        return wrong(f"{measured}, which never change", advice)
    if often > 0.9:
        freed = _freed_by_scaling(subject)
        if freed is not None:
            size, left = freed
            return wrong(
                f"{measured}; the inputs are about {size:.3g} in size, and once they are "
                f"standardised {left:.0%} are left of the first layer",
                "Scale the inputs as the targets: divide pixels by 255, standardise columns.",
            )
        return look(measured, advice)
    return fine(measured)


def _at_edges(step: Step) -> float:
    """Return how many of the values of a layer lie near an end of its activation, as a share."""
    values = ops.convert_to_numpy(step.output)
    edges = EDGES[activation_of(step.layer)]
    away = np.min([np.abs(values - edge) for edge in edges], axis=0)
    return float((away < NEAR).mean())


def _freed_by_scaling(subject: Subject) -> tuple[float, float] | None:
    """Return the size of the inputs, and what is left at the edges of the first layer if scaled.

    None where the inputs have the size that weights are drawn for, where a layer scales them, or
    where the first layer is at its edges by itself.
    """
    x, rows = subject.data.x_valid[:ANSWERED], subject.data.x_train.astype(np.float64)
    size = float(np.sqrt(np.mean(rows**2)))
    first = subject.first_step
    if size < UNSCALED or first is None or activation_of(first.layer) not in EDGES:
        return None
    if _at_edges(first) <= 0.9:
        return None
    spread = rows.std(axis=0)
    scaled = (x - rows.mean(axis=0)) / np.where(spread > 0, spread, 1)
    steps = trace(subject.model, scaled.astype("float32"))[1]
    left = _at_edges(next(step for step in steps if step.layer is first.layer))
    return (size, left) if left < 0.5 else None
