"""How the two terms of a variational loss stand to each other."""

from typing import Any

import numpy as np
from keras import ops
from scipy.special import expit

from aeutils.checkup.codes import given
from aeutils.checkup.divergence import (
    Divergence,
    code_places,
    exchanged,
    points,
    reported,
)
from aeutils.checkup.objective import BATCH, batch, loss_of, overrides
from aeutils.checkup.state import kept
from aeutils.checkup.trace import call

DECLARED = ("beta", "kl_weight", "kl_beta", "kl_coefficient", "beta_kl", "kld_weight")


def hidden_weight(subject: Any, found: Divergence) -> tuple[float, bool, float] | None:
    """Return the weight of the divergence where both terms are sums over their axes.

    Parameters
    ----------
    subject : Subject
        A variational model.
    found : Divergence
        What `measure` has found of it.

    Returns
    -------
    tuple of float, bool and float, or None
        The weight, whether the reconstruction is a mean over the outputs, and the weight that an
        attribute of the model declares, or 1. None where the reconstruction follows none of the
        common losses.
    """
    reconstruction = _reconstruction(subject, found)
    if reconstruction is None:
        return None
    value, outputs, factor = reconstruction
    matched = _matched(value, subject, outputs)
    if matched is None:
        return None
    scale, averaged = matched
    return factor / scale, averaged, _declared(subject)


def _declared(subject: Any) -> float:
    for name in DECLARED:
        value = getattr(subject.trainer, name, None)
        try:
            return float(ops.convert_to_numpy(value))
        except (TypeError, ValueError):
            continue
    return 1.0


def _reconstruction(subject: Any, found: Divergence) -> tuple[float, Any, float] | None:
    """Return the reconstruction's part of the loss, the outputs, and the divergence's weight."""
    model, (x, y) = subject.trainer, batch(subject)
    mean, sd = points(subject.posterior.mean.shape[1])[0]
    spread = sd if found.fits in ("a standard deviation", "a variance") else np.zeros_like(sd)
    with kept(model), given(subject, mean, spread):
        outputs = call(subject.model, x, True)
        if overrides(model, "train_step"):
            logs = reported(subject) or {}
            value = next((v for name, v in logs.items() if "recon" in name), None)
            return None if value is None else (value, outputs, found.factor)
        if found.prior is not None and not overrides(model, "compute_loss"):
            total = loss_of(model, x, y, outputs)
            terms = sum(float(np.mean(ops.convert_to_numpy(term))) for term in model.losses)
            return None if total is None else (total - terms, outputs, found.factor)
        places = code_places(subject, outputs)
        if places is None or found.prior is not None:
            return None
        total = loss_of(model, x, y, exchanged(outputs, places, mean, spread))
    return None if total is None else (total, outputs, found.factor)


def _matched(value: float, subject: Any, outputs: Any) -> tuple[float, bool] | None:
    """Return by which scale a value is a sum of losses over the outputs, and if it is a mean."""
    y = batch(subject)[1].astype("float64")
    raw = ops.convert_to_numpy(subject.reconstruction(outputs))
    if raw.shape != y.shape or value <= 0:
        return None
    size, raw = int(np.prod(y.shape[1:])), raw.astype("float64")
    sums = [np.sum((y - raw) ** 2), np.sum((y - raw) ** 2) / 2, np.sum(np.abs(y - raw))]
    if y.min() >= 0 and y.max() <= 1:
        inside = raw.min() >= 0 and raw.max() <= 1
        p = np.clip(raw if inside else expit(raw), 1e-7, 1 - 1e-7)
        sums.append(-np.sum(y * np.log(p) + (1 - y) * np.log(1 - p)))
    scales = [1.0, 1 / size, 1 / y.shape[-1]]
    apart, scale, averaged = min(
        (abs(np.log(value * BATCH / (total * scale * rows))), scale * rows, scale == 1 / size)
        for total in sums
        for scale in scales
        for rows in (1, BATCH)
    )
    return (scale, averaged) if apart < 0.15 else None
