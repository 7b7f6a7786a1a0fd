"""Checks of noise, and of training and inference mode."""

import keras
import numpy as np
from keras import ops

from aeutils.checkup.findings import Outcome, fine, look, register, wrong
from aeutils.checkup.measures import comparable, mean_square
from aeutils.checkup.noise import (
    differ,
    first_noisy,
    limit,
    noise,
    two_calls,
    with_noise_of_others,
)
from aeutils.checkup.state import kept
from aeutils.checkup.subject import Subject
from aeutils.checkup.trace import call

ROWS, LAST = 64, (keras.layers.Dropout, keras.layers.GaussianNoise, keras.layers.GaussianDropout)
BEHIND, CERTAIN, LEFT = 1.3, 1.05, 0.05
ALIKE, BY_HEART, EXCHANGED = 1.1, 1.2, 1000
MODES = "pitfalls.ipynb#error-28-training-and-inference-mode"


@register("noise_repeats", "Noise in training", "pitfalls.ipynb#error-1-noise-drawn-once")
def noise_repeats(subject: Subject) -> Outcome | None:
    """Call the model twice in training mode: noise has to be new each time.

    Noise in the data is exchanged between rows. Where that means nothing to the copies of new rows
    and costs those of the training rows, the noise was drawn once and is known by heart.
    """
    first, second = two_calls(subject, True)
    if differ(first, first[:1]) < limit():
        return _noise_by_heart(subject)
    change = differ(first, second)
    measured = f"two calls differ by {change:.2g} of the largest output"
    if change < limit():
        return wrong(
            f"{measured}; the rows of a batch differ by {differ(first, first[:1]):.2g}",
            "The noise is the same in each step. Draw it with a keras.random.SeedGenerator that the"
            " layer keeps, not with a whole number as seed.",
        )
    return fine(measured)


def _noise_by_heart(subject: Subject) -> Outcome | None:
    data = subject.data
    if data.copies or not (subject.trained and comparable(subject)) or data.filled is not None:
        return None
    some = slice(EXCHANGED)
    pairs = (data.x_train[some], data.target_train[some]), (data.x_valid, data.target_valid)
    if any(x.shape != y.shape or np.array_equal(x, y) for x, y in pairs):
        return None
    known, new = (_cost_of_exchange(subject, *pair) for pair in pairs)
    if not 1 / ALIKE < new < ALIKE:
        return None  # what is added to the targets depends on them, or on its own other numbers
    measured = f"the noise of other rows changes the error {known:.3g} times on training rows, "
    measured += f"{new:.3g} times on validation rows"
    if known < BY_HEART:
        return fine(measured)
    return wrong(
        measured,
        "The noise was drawn once, and the model knows it by heart. Draw it anew in each epoch: a "
        "layer of noise in the model, or a function that draws.",
    )


def _cost_of_exchange(subject: Subject, x: np.ndarray, target: np.ndarray) -> float:
    """Return the error with the noise of other rows over that with their own."""
    own, other = (
        mean_square(subject.copies(rows), target) for rows in (x, with_noise_of_others(x, target))
    )
    return other / max(own, np.finfo(np.float32).tiny)


@register("noise_in_inference", "Noise in use", MODES)
def noise_in_inference(subject: Subject) -> Outcome | None:
    """Look whether two copies of one row differ in inference."""
    modes = {mode: noise(subject, mode) for mode in (True, False, None)}
    if max(modes.values()) < limit():
        return None
    mode = False if modes[False] >= limit() else None
    apart = modes[mode]
    measured = f"copies of one row differ by {apart:.2g} of the largest output"
    if apart < limit():
        return fine(measured)
    if subject.posterior is not None:
        return fine(f"{measured}: the code is drawn here too, as in many variational models")
    measured += "" if mode is False else " when the model is called without `training`"
    found = first_noisy(subject, mode)
    advice = "Let noise act only where `training` is true, and do not call layers with"
    advice += " `training=True` yourself."
    if found is None:
        return look(measured, f"If this is no draw of a variational code: {advice}")
    place, step = found
    measured += f"; it begins at {step.layer.name!r}"
    at_input = place == 0 or (place == 1 and step.size == np.prod(subject.data.x_valid.shape[1:]))
    if at_input or isinstance(step.layer, LAST):
        return wrong(measured, advice)
    return look(measured, f"If this is no draw of a variational code: {advice}")


@register("batch_dependence", "Rows on their own", MODES)
def batch_dependence(subject: Subject) -> Outcome | None:
    """Compare the copy of a row alone with that among others, in inference."""
    if noise(subject, False) >= limit():
        return None
    x = subject.data.x_valid[:ROWS]
    together = subject.copies(x)
    alone = np.concatenate([subject.copies(x[i : i + 1]) for i in range(4)])
    spread = max(float(together.std()), 1e-6)
    change = float(np.max(np.abs(together[:4] - alone))) / spread
    measured = f"a copy changes by {change:.2g} of the spread of the outputs"
    if change > 100 * limit():
        return wrong(
            measured,
            "A copy depends on the other rows of its batch: look for a mean or a normalisation over"
            " the first axis, and for BatchNormalization called with `training=True`.",
        )
    return fine(measured)


@register("modes_apart", "Training mode and use", MODES)
def modes_apart(subject: Subject) -> Outcome | None:
    """Compare the errors in both modes: averages of a batch normalisation may be behind.

    The proof is the error in use with all weights as they are and averages that were taken anew.
    Averages that have had too few steps to forget their start need not cost as much.
    """
    x, target = subject.data.x_train[:256], subject.data.target_train[:256]
    with kept(subject.model):
        training = subject.copies(x, True)
    use = subject.copies(x)
    if use.shape != target.shape or differ(use, training) < limit() or not subject.trained:
        return None
    in_use, in_training = (float(np.mean((copy - target) ** 2)) for copy in (use, training))
    measured = f"error {in_use:.3g} in use, {in_training:.3g} in training mode"
    left = _left_of_start(subject)
    most = CERTAIN if left is not None and left >= LEFT else BEHIND
    if left is not None and in_use > most * in_training:
        renewed = _with_new_averages(subject, x, target)
        measured += f", {renewed:.3g} in use with averages of these rows"
        measured += f"; {left:.0%} of the averages are still their start" if left >= LEFT else ""
        advice = "The moving averages of BatchNormalization are behind: lower its momentum"
        advice += " (0.9), or train for more steps."
        return (wrong if in_use > most * renewed else look)(measured, advice)
    if isinstance(subject.steps[-1].layer, LAST) and in_training > 2 * in_use:
        name = subject.steps[-1].layer.name
        return look(
            measured, f"{name!r} disturbs the output itself; move it before the last layer."
        )
    return fine(measured)


def _normalisations(subject: Subject) -> set[keras.layers.BatchNormalization]:
    kind = keras.layers.BatchNormalization
    return {step.layer for step in subject.steps if isinstance(step.layer, kind)}


def _left_of_start(subject: Subject) -> float | None:
    """Return the weight that the averages of the slowest batch normalisation give to their start.

    None where there is no such layer, and 0 where nobody knows how many steps there were.
    """
    layers = _normalisations(subject)
    if not layers:
        return None
    optimizer = getattr(subject.trainer, "optimizer", None)
    steps = 0 if optimizer is None else int(ops.convert_to_numpy(optimizer.iterations))
    return max(float(layer.momentum) for layer in layers) ** steps if steps else 0.0


def _with_new_averages(subject: Subject, x: np.ndarray, target: np.ndarray) -> float:
    """Return the error in use when each batch normalisation has the averages of these rows."""
    own = {layer: layer.momentum for layer in _normalisations(subject)}
    with kept(subject.model):
        try:
            for layer in own:
                layer.momentum = 0.0
            call(subject.model, x, True)
        finally:
            for layer, momentum in own.items():
                layer.momentum = momentum
        return float(np.mean((subject.copies(x) - target) ** 2))
