"""Checks of the divergence and of the code of variational models."""

from typing import Any

import numpy as np

from aeutils.checkup.codes import drawn_spread, unit_nats
from aeutils.checkup.divergence import measure
from aeutils.checkup.findings import Outcome, fine, look, register, wrong
from aeutils.checkup.scale import hidden_weight
from aeutils.checkup.subject import Subject

POINTS = (
    "the prior",
    "mean 1",
    "sd 1.5",
    "sd 0.3",
    "sd 0.7",
    "sd 1.2",
    "codes drawn at random",
)
TURNED = "pitfalls.ipynb#error-18-the-sign-of-the-divergence"
NONE = "pitfalls.ipynb#error-17-a-divergence-that-is-none"
SCALE = "pitfalls.ipynb#error-15-a-mean-against-a-sum"
KIND = "pitfalls.ipynb#error-16-standard-deviation-or-log-variance"


def _lowest(found: Any) -> tuple[str, float, bool]:
    """Return the point of the least excess, that excess, and whether it is below 0 for sure."""
    least = int(np.argmin(found.excess))
    margin = max(0.01 * float(np.abs(found.excess).max()), 4 * float(found.error[least]))
    return POINTS[least], float(found.excess[least]), bool(found.excess[least] < -margin)


def _margin(found: Any) -> float:
    return max(0.02 * float(np.abs(found.excess).max()), 4 * float(found.error.max()))


def _turned(found: Any) -> bool:
    """Whether codes far from the prior cost less than the prior does."""
    return found.excess[1] < 0 and found.excess[2] < 0 and _lowest(found)[2]


@register("kl_negative", "Sign of the divergence", TURNED)
def kl_negative(subject: Subject) -> Outcome | None:
    """Look whether the divergence is below zero, or falls with the distance from the prior."""
    found = measure(subject) if subject.posterior is not None else None
    if found is None:
        return None
    if _turned(found):
        return wrong(
            f"a code with mean 1 costs {found.excess[1]:.3g}, less than the prior",
            "The divergence is subtracted: turn its sign.",
        )
    if found.prior is not None:
        lowest = found.prior + float(found.excess.min())
        if lowest < -_margin(found):
            return wrong(
                f"{lowest:.3g} for {_lowest(found)[0]}",
                "A divergence is never negative: take the closed form for two Gaussians.",
            )
    return fine(f"a code with mean 1 costs {found.excess[1]:.3g} more than the prior")


@register("kl_at_prior", "Divergence at the prior", NONE)
def kl_at_prior(subject: Subject) -> Outcome | None:
    """Look whether the divergence is least, and zero, at the prior."""
    found = measure(subject) if subject.posterior is not None else None
    if found is None or _turned(found):
        return None
    place, excess, below = _lowest(found)
    formula = "0.5 * sum(exp(log_var) + mean**2 - 1 - log_var)"
    if below:
        return wrong(
            f"{place} costs {-excess:.3g} less than the prior",
            f"A divergence is least at the prior; this one is not {formula}.",
        )
    if found.prior is not None and abs(found.prior) > _margin(found):
        return look(
            f"{found.prior:.3g} at the prior, where it has to be 0",
            f"Free bits do this on purpose; otherwise compare with {formula}.",
        )
    return fine("least at the prior" + (", where it is 0" if found.prior is not None else ""))


@register("kl_scale", "Weight of the divergence", SCALE)
def kl_scale(subject: Subject) -> Outcome | None:
    """Find by which weight the divergence stands beside the reconstruction, both as sums."""
    found = measure(subject) if subject.posterior is not None else None
    if found is None or found.fits is None or found.factor <= 0:
        return None
    weighed = hidden_weight(subject, found)
    if weighed is None:
        return None
    weight, averaged, declared = weighed
    units, size = subject.posterior.mean.shape[1], subject.data.target_size
    measured = f"{weight:.3g} times that of the bound, where both terms are sums"
    measured += f" (beta is declared as {declared:g})" if declared != 1 else ""
    hidden = weight / declared if declared else weight
    if averaged and abs(hidden / size - 1) < 0.2 and size >= 20:
        return wrong(
            measured,
            f"The reconstruction is a mean over {size} outputs and the divergence a sum: "
            "sum both, or write the weight down.",
        )
    if not averaged and units >= 4 and abs(hidden * units - 1) < 0.02:
        chosen = float(f"{1 / units:.1g}") == 1 / units  # one digit: somebody may have written it
        return (look if chosen else wrong)(
            measured,
            f"The divergence is a mean over {units} units and the reconstruction a sum: sum both.",
        )
    if not 1 / 20 < hidden < 20:
        return look(measured, "If this weight is not intended, sum both terms over their axes.")
    return fine(measured)


@register("kl_variance", "Meaning of the spread", KIND)
def kl_variance(subject: Subject) -> Outcome | None:
    """Compare the noise that the model draws with what its divergence takes the spread for."""
    drawn = drawn_spread(subject) if subject.posterior is not None else None
    if drawn is None:
        return None
    (sd, kind), found = drawn, measure(subject)
    measured = f"where the encoder gives 0.5, codes are drawn with a standard deviation of {sd:.3g}"
    if sd < 1e-3:
        advice = "Nothing is drawn in training: mean + exp(0.5 * log_var) * noise goes into the"
        return wrong(measured, f"{advice} decoder.")
    taken = found.fits if found is not None else None
    if kind is not None and taken is not None and kind != taken:
        return wrong(
            f"{measured}, so that it is {kind}; the divergence takes it for {taken}",
            "Let both take it for the same: exp(0.5 * log_var) is the standard deviation.",
        )
    if kind is None:
        return look(measured, "A log variance of 0.5 is a standard deviation of 1.28.")
    return fine(f"{measured}: it is {kind}")


@register("collapsed", "Units that carry nothing", "vae.ipynb#what-it-costs-a-code-can-collapse")
def collapsed(subject: Subject) -> Outcome | None:
    """Count the units of a variational code whose divergence is below 0.01 nats."""
    if subject.posterior is None or not subject.trained:
        return None
    nats = unit_nats(subject)
    off = int(np.sum(nats < 0.01))
    measured = f"{off} of {len(nats)} units below 0.01 nats, {nats.sum():.3g} nats in all"
    if off == len(nats):
        return wrong(
            measured,
            "The code has collapsed to the prior: lower the weight of the divergence, raise it "
            "slowly from 0, or check that both terms of the loss are sums.",
        )
    if off:
        return look(measured, "A model with more units than it needs does this; fewer would do.")
    return fine(measured)
