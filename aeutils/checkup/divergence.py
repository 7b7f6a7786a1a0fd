"""The divergence that a variational model minimises, measured by giving it codes of our own."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from aeutils.checkup.codes import KINDS, as_output, divergence, drawn_spread, given
from aeutils.checkup.objective import BATCH, batch, loss_of, overrides, step_logs
from aeutils.checkup.once import once
from aeutils.checkup.state import kept
from aeutils.checkup.trace import call

NAMES, REPEATS, MANY = ("kl", "diverg", "latent", "regular"), 4, 16


@dataclass(frozen=True)
class Divergence:
    """What the loss of a model says of codes that we choose.

    Attributes
    ----------
    excess : ndarray of shape (points,)
        The divergence of each point of `points` less that at the prior.
    error : ndarray of shape (points,)
        Standard errors of these differences.
    prior : float or None
        The divergence at the prior, where it can be told from the rest of the loss.
    factor : float
        Weight of the divergence that fits best.
    fits : str or None
        The member of `KINDS` by which the differences follow the formula, if one does.
    """

    excess: np.ndarray
    error: np.ndarray
    prior: float | None
    factor: float
    fits: str | None


def points(units: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return means and standard deviations, (64, units) each; the first are those of the prior."""
    rng = np.random.default_rng(0)
    one, none = np.ones((BATCH, units)), np.zeros((BATCH, units))
    plain = [(none, one), (one, one), (none, one * 1.5), (none, one * 0.3), (none, one * 0.7)]
    drawn = (rng.normal(size=one.shape), np.exp(rng.uniform(-1, 0.6, size=one.shape)))
    return [*plain, (none, one * 1.2), drawn]


@once
def measure(subject: Any) -> Divergence | None:
    """Measure the divergence of a model's loss; None where it cannot be told from the rest."""
    drawn = drawn_spread(subject)
    kind = (drawn and drawn[1]) or "a log variance"
    codes = points(subject.posterior.mean.shape[1])
    spreads = [KINDS[kind][1](sd) for _, sd in codes]
    pairs = [(mean, spread) for (mean, _), spread in zip(codes, spreads, strict=True)]
    for ask in (_by_outputs, _by_penalties, _by_logs):
        answers = ask(subject, pairs)
        if answers is not None and np.ptp(answers[0].mean(axis=0)) > 1e-9:
            values, absolute = answers
            return _fit(values, absolute, pairs)
    return None


def _fit(values: np.ndarray, absolute: bool, pairs: list) -> Divergence:
    """Compare values (repeats, points) with the formula by each meaning of the spread."""
    excess = values.mean(axis=0) - values.mean(axis=0)[0]
    error = np.sqrt((values.var(axis=0) + values.var(axis=0)[0]) / (len(values) - 1))
    factor, misfit, fits = 0.0, np.inf, None
    for name, (to, _) in KINDS.items():
        with np.errstate(all="ignore"):
            known = np.array([divergence(mean, to(spread)) for mean, spread in pairs])
        if not np.isfinite(known).all():
            continue
        known = known - known[0]
        weight = float(excess @ known / (known @ known))
        apart = np.max(np.abs(excess - weight * known)) / np.max(np.abs(excess))
        if apart < misfit:
            factor, misfit = weight, apart
            fits = name if apart < 0.1 else None
    prior = float(values.mean(axis=0)[0]) if absolute else None
    return Divergence(excess, error, prior, factor, fits)


def _by_outputs(subject: Any, pairs: list) -> tuple[np.ndarray, bool] | None:
    """Exchange mean and spread in what the model returns, and ask its `compute_loss`."""
    model, (x, y) = subject.trainer, batch(subject)
    if not overrides(model, "compute_loss"):
        return None
    with kept(model):
        outputs = call(subject.model, x, True)
    places = code_places(subject, outputs)
    if places is None:
        return None
    outputs = _plain_copies(subject, outputs, float(y.mean()))
    with kept(model):
        values = [loss_of(model, x, y, exchanged(outputs, places, *pair)) for pair in pairs * MANY]
    if None in values:
        return None
    return np.array(values).reshape(MANY, len(pairs)), False


def _plain_copies(subject: Any, outputs: Any, value: float) -> Any:
    """Put one number in place of the copies, beside whose error no divergence is lost."""
    copies = subject.reconstruction(outputs)
    return keras.tree.map_structure(
        lambda part: ops.full_like(part, value) if part is copies else part, outputs
    )


def code_places(subject: Any, outputs: Any) -> list | None:
    """Return the places of mean and spread in what a model returns: numbers, or names."""
    if not isinstance(outputs, (tuple, list, dict)):
        return None
    items = list(outputs.items() if isinstance(outputs, dict) else enumerate(outputs))
    copies = subject.reconstruction(outputs)
    size = subject.posterior.mean.shape[1]
    places = [k for k, v in items if v is not copies and int(np.prod(v.shape[1:])) == size]
    return places[:2] if len(places) >= 2 else None


def exchanged(outputs: Any, places: list, mean: np.ndarray, spread: np.ndarray) -> Any:
    """Return the outputs of a model with another mean and spread at their places."""
    parts = dict(outputs) if isinstance(outputs, dict) else dict(enumerate(outputs))
    for place, value in zip(places, (mean, spread), strict=True):
        parts[place] = as_output(value, parts[place])
    return parts if isinstance(outputs, dict) else type(outputs)(parts.values())


def _by_penalties(subject: Any, pairs: list) -> tuple[np.ndarray, bool] | None:
    """Have the layers see each code, and read what they add to the loss."""
    model, (x, _) = subject.trainer, batch(subject)
    values = []
    with kept(model):
        for mean, spread in pairs * REPEATS:
            with given(subject, mean, spread):
                call(subject.model, x, True)
                values.append([float(np.mean(ops.convert_to_numpy(t))) for t in model.losses])
    if not any(values):
        return None
    values = np.array(values).reshape(REPEATS, len(pairs), -1)
    moved = np.ptp(values.mean(axis=0), axis=0) > 1e-9
    return values[..., moved].sum(axis=-1), True


def _by_logs(subject: Any, pairs: list) -> tuple[np.ndarray, bool] | None:
    """Have the model see each code, and read the divergence among what it reports."""
    model = subject.trainer
    values = []
    with kept(model):
        for mean, spread in pairs * REPEATS:
            with given(subject, mean, spread):
                logs = reported(subject) or {}
            values.append(next((logs[n] for n in logs if any(a in n for a in NAMES)), None))
    if None in values:
        return None
    return np.array(values).reshape(REPEATS, len(pairs)), True


def reported(subject: Any) -> dict[str, float] | None:
    """Return the metrics of a batch by the model's own train step or loss, inside of `kept`."""
    model, (x, y) = subject.trainer, batch(subject)
    if overrides(model, "train_step"):
        return step_logs(model, x, y)
    if not overrides(model, "compute_loss"):
        return None
    for metric in model.metrics:
        metric.reset_state()
    loss = loss_of(model, x, y, call(subject.model, x, True))
    found = {m.name: float(ops.convert_to_numpy(m.result())) for m in _plain(model)}
    return {**found, "loss": loss}


def _plain(model: keras.Model) -> list[keras.metrics.Metric]:
    return [m for m in model.metrics if isinstance(m, keras.metrics.Mean)]
