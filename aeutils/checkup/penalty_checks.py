"""Checks of the penalties that layers and weights add to the loss."""

import numpy as np
from keras import ops

from aeutils.checkup.findings import Outcome, fine, look, register, wrong
from aeutils.checkup.objective import batch, batch_loss, overrides, penalties, raised_penalties
from aeutils.checkup.state import kept
from aeutils.checkup.subject import Subject
from aeutils.checkup.trace import trace

FEW, TIMES = 8, 8


@register(
    "penalty_missing", "Penalties in the loss", "pitfalls.ipynb#error-12-a-penalty-that-nobody-adds"
)
def penalty_missing(subject: Subject) -> Outcome | None:
    """Raise each penalty by 1 and see by how much the loss of a batch rises."""
    x, y = batch(subject)
    terms = len(penalties(subject, x))
    if terms == 0:
        return None
    plain = batch_loss(subject, x, y)
    if plain is None or not np.isfinite(plain):
        return None
    amount = max(1.0, abs(plain))  # large enough to be seen beside the loss
    with raised_penalties(amount):
        raised = batch_loss(subject, x, y)
    counted = (raised - plain) / amount
    own = [name for name in ("compute_loss", "train_step") if overrides(subject.trainer, name)]
    measured = f"{terms} in model.losses; raised by 1 each, the loss rises by {counted:.2f}"
    if own and counted < 0.5:
        return wrong(measured, f"Add sum(self.losses) to the loss in `{own[-1]}`.")
    if own and counted > 1.5 * terms:
        return look(measured, "The penalties seem to be added twice; Keras adds them already.")
    return fine(measured)


@register(
    "penalty_batch",
    "Penalties and the batch size",
    "pitfalls.ipynb#error-13-a-penalty-that-depends-on-the-batch",
)
def penalty_batch(subject: Subject) -> Outcome | None:
    """Compare the penalties of eight rows with those of the same rows eight times."""
    x = subject.data.x_train[:FEW]
    small = np.array(penalties(subject, x))
    large = np.array(penalties(subject, np.concatenate([x] * TIMES)))
    if small.shape != large.shape or not np.any(small):
        return None
    ratios = large[small != 0] / small[small != 0]
    worst = ratios[np.argmax(np.abs(np.log(np.maximum(np.abs(ratios), 1e-9))))]
    measured = f"{TIMES} times the batch, {worst:.3g} times the penalty"
    if abs(worst / TIMES - 1) < 0.2:
        return wrong(measured, "The penalty is a sum over the batch: divide it by the batch size.")
    if abs(worst * TIMES - 1) < 0.2:
        advice = "The penalty is divided by the batch size once too often: leave one division out."
        return wrong(measured, advice)
    if not 0.5 < worst < 2:
        return look(measured, "Take a mean over the batch where the penalty is computed.")
    return fine(measured)


@register("penalty_strength", "Strength of the penalties", "sparse.ipynb#how-l1-is-cheated")
def penalty_strength(subject: Subject) -> Outcome | None:
    """Compare the penalties with the rest of the loss, and look whether any unit is left.

    A code that a penalty has put to zero costs nothing any more; then we ask what a code of
    ordinary size would cost.
    """
    x, y = batch(subject)
    if subject.posterior is not None or not subject.trained or not penalties(subject, x):
        return None
    penalty, total = sum(penalties(subject, x)), batch_loss(subject, x, y)
    if total is None or not np.isfinite(total) or subject.codes is None:
        return None
    rest = abs(total - penalty)
    codes = subject.codes
    off = np.all(np.std(codes, axis=0) <= 1e-3 * max(np.abs(codes).max(), 1e-3))
    price = _price(subject, x) if off else penalty
    measured = f"{penalty:.3g} beside {rest:.3g} of the rest of the loss"
    if off and price > 10 * rest:
        return wrong(
            f"{measured}; no unit of the code is on, and a code of size 1 would cost {price:.3g}",
            "The penalty has won: make its weight ten times smaller, and once more if need be.",
        )
    if penalty > 10 * rest:
        return look(measured, "The penalty is most of the loss; try a tenth of its weight.")
    return fine(measured)


def _price(subject: Subject, x: np.ndarray) -> float:
    """Return the penalties of a code of half-normal numbers in place of that of `x`."""
    if subject.code_step is None:
        return 0.0
    step = next(s for s in subject.steps if s.size == subject.code_step.size)
    drawn = np.abs(np.random.default_rng(0).normal(size=(len(x), *step.output.shape[1:])))
    with kept(subject.trainer):
        trace(subject.model, x, training=True, replace={step.layer: lambda _: drawn})
        return sum(float(ops.convert_to_numpy(term)) for term in subject.trainer.losses)
