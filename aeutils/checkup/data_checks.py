"""Checks of the data, and of the output and the loss against them."""

import numpy as np
from keras import ops
from scipy.special import gammaln

from aeutils.checkup.data import Data
from aeutils.checkup.findings import Outcome, fine, look, register, wrong
from aeutils.checkup.settings import loss_name, says_logits
from aeutils.checkup.subject import SCALERS, Subject

# What an activation can give.
REACH = {
    "sigmoid": (0, 1),
    "hard_sigmoid": (0, 1),
    "softmax": (0, 1),
    "relu": (0, np.inf),
    "relu6": (0, 6),
    "softplus": (0, np.inf),
    "exponential": (0, np.inf),
    "tanh": (-1, 1),
}
PROBABILITIES = ("binarycrossentropy", "binaryfocalcrossentropy")
CROSS_ENTROPIES = (*PROBABILITIES, "categoricalcrossentropy", "sparsecategoricalcrossentropy")
SHARE, EVEN, LEAKED = 0.01, 1e4, 0.1
CHANCE, MARGIN = 1e-6, 0.1
# A table with so many columns may be an image in one line, whose margin is empty.
PIXELS = 64


@register("data_range", "Range of the targets", "pitfalls.ipynb#error-26-inputs-from-0-to-255")
def data_range(subject: Subject) -> Outcome | None:
    """Compare the range of the targets with what the output can reach and the loss asks for.

    Before that, compare the ranges of the two sets.
    """
    data = subject.data
    if data.kind == "tokens":
        return None
    apart = _sets_apart(data)
    if apart:
        return wrong(
            apart,
            "No split of the same rows does that. Prepare both sets in one function: the same "
            "division, and for both the mean and standard deviation of the training rows.",
        )
    target = _without_padding(data)
    low, high = float(target.min()), float(target.max())
    measured = f"targets from {low:.4g} to {high:.4g}"
    activation = subject.output_activation
    missed = _out_of_reach(target, REACH.get(activation, (-np.inf, np.inf)))
    if loss_name(subject.loss) in PROBABILITIES and (low < -0.01 or high > 1.01):
        return wrong(
            f"{measured}, with a cross-entropy",
            f"The cross-entropy asks for targets between 0 and 1. {_repair(high)}",
        )
    if missed > SHARE:
        return wrong(
            f"{measured}, behind {activation}: {missed:.0%} of their squares out of reach",
            f"The output can never reach these targets. {_repair(high)}",
        )
    if missed > 0:
        return look(f"{measured}, behind {activation}", "A few targets are out of reach.")
    pixels = low >= 0 and 100 < high <= 255 and np.all(target == np.round(target))
    if pixels and not _scales_itself(subject):
        return look(measured, "These look like unscaled pixels. Divide them by 255.")
    if activation == "tanh" and low >= 0:
        return look(
            f"{measured}, behind tanh",
            "Half of what tanh gives lies below all targets. Take a sigmoid, or targets from -1.",
        )
    return _columns(data, measured)


def _scales_itself(subject: Subject) -> bool:
    return subject.first_step is not None and isinstance(subject.first_step.layer, SCALERS)


def _sets_apart(data: Data) -> str:
    """Say which set has most of its rows outside of the range of the other, if one has.

    A tenth of the range is allowed for, and it must be no chance that all these rows came into one
    set.
    """
    pairs = [("inputs", data.x_train, data.x_valid)]
    if not data.copies:
        pairs.append(("targets", data.target_train, data.target_valid))
    for what, train, valid in pairs:
        for name, rows, others in (("validation", valid, train), ("training", train, valid)):
            low, high = float(others.min()), float(others.max())
            slack = MARGIN * (high - low)
            flat = rows.reshape(len(rows), -1)
            out = np.any((flat < low - slack) | (flat > high + slack), axis=1)
            chance = _log_chance(out.sum(), len(others), len(rows))
            if out.mean() > 0.5 and chance < np.log(CHANCE):
                return (
                    f"{what} of {out.mean():.0%} of the {name} rows lie outside of {low:.4g} to "
                    f"{high:.4g}, where the other set is"
                )
    return ""


def _without_padding(data: Data) -> np.ndarray:
    """Return the values of the training targets, those of padding apart."""
    target = data.target_train
    return target if data.filled_train is None else target[~data.filled_train]


def _out_of_reach(target: np.ndarray, reach: tuple[float, float]) -> float:
    """Return the squared distance to the reach as a share of the variance of the targets."""
    slack = 1e-3 * (reach[1] - reach[0]) if np.isfinite(reach).all() else 1e-3
    target = target.astype(np.float64)  # 0 - 1 is 255 in bytes
    beyond = np.maximum(reach[0] - target, 0) + np.maximum(target - reach[1], 0)
    spread = float(target.var())
    if beyond.max() <= slack or spread == 0:
        return 0.0
    return float(np.mean(beyond**2)) / spread


def _repair(high: float) -> str:
    if high > 100:
        return "Divide pixels of 0 to 255 by 255."
    return "Take an output without activation and loss='mse', or bring the data to 0 to 1."


def _columns(data: Data, measured: str) -> Outcome:
    """Ask whether one column of a table outweighs all others."""
    if data.kind != "table":
        return fine(measured)
    spread = data.target_train.var(axis=0, dtype=np.float64)
    varied = spread[spread > 0]
    if varied.size and varied.max() > EVEN * np.median(varied):
        share = varied.max() / varied.sum()
        return look(
            f"{measured}; one column has {share:.0%} of all variance",
            "The squared error sees that column almost alone. Standardise the columns.",
        )
    return fine(measured)


@register("not_finite", "Values that are not finite", "pitfalls.ipynb#errors-in-the-data")
def not_finite(subject: Subject) -> Outcome | None:
    """Count rows with NaN or infinite values, in the data and in what the model gives."""
    bad = {name: _rows_not_finite(rows) for name, rows in subject.data.given.items()}
    bad = {name: count for name, count in bad.items() if count}
    if bad:
        return wrong(
            ", ".join(f"{count} rows of {name}" for name, count in bad.items()),
            "One such value makes all weights NaN. Remove these rows or fill the gaps.",
        )
    weights = [
        w.path for w in subject.model.weights if _rows_not_finite(ops.convert_to_numpy(w)[None])
    ]
    if weights:
        return wrong(
            f"{len(weights)} weights, the first {weights[0]}",
            "The training has diverged. Take a smaller rate and a fresh model.",
        )
    count = _rows_not_finite(subject.raw_valid)
    if count:
        return wrong(
            f"outputs of {count} of {len(subject.raw_valid)} validation rows",
            "Some step of the model overflows. Look for exp, log and division.",
        )
    return fine("none in data, weights and outputs")


def _rows_not_finite(rows: np.ndarray) -> int:
    return int((~np.isfinite(rows.reshape(len(rows), -1)).all(axis=1)).sum())


@register("constant_columns", "Columns that never change", "vanilla.ipynb#dead-pixels")
def constant_columns(subject: Subject) -> Outcome | None:
    """Count the columns that have one value in all training rows.

    Rows of one source could stand in either set. So we ask how probable it is that the rows with
    another value all came into the validation set: the margin of an image has one or two of them.
    """
    data = subject.data
    if data.kind in ("tokens", "sequences"):
        return None
    rows = data.x_train.reshape(len(data.x_train), -1)
    still = np.all(rows == rows[:1], axis=0)
    new = data.x_valid.reshape(len(data.x_valid), -1)
    moved = still * np.sum(new != rows[:1], axis=0)
    measured = f"{still.sum()} of {still.size}"
    if still.all():
        return wrong(measured, "All training rows are the same row. Look at how they were loaded.")
    measured += f"; {np.sum(moved > 0)} of them change in the validation rows" * bool(moved.any())
    lost = _log_chance(moved, len(rows), len(new)) + np.log(still.size) < np.log(CHANCE)
    if lost.sum() > SHARE * still.size:
        return wrong(
            f"{measured}, {lost.sum()} of them in up to {moved.max() / len(new):.0%} of these",
            "No split of the same rows does that: these columns were lost in the training rows, or "
            "the two sets are of different kinds. Look at how both were made.",
        )
    pixels = still.size >= PIXELS and np.all(rows[:, still] == rows.min())
    if data.kind == "table" and still.any() and not pixels:
        return look(measured, "A column without change teaches nothing. Leave it out.")
    if np.sum(moved > 0) > 0.05 * still.size:
        return look(measured, "The two sets differ. Draw both from the same rows.")
    return fine(measured)


def _log_chance(moved: np.ndarray, train: int, valid: int) -> np.ndarray:
    """Return the logarithm of the chance that so many rows, shuffled, all come to validation."""
    ways = gammaln(valid + 1) - gammaln(valid - moved + 1)
    return ways - gammaln(train + valid + 1) + gammaln(train + valid - moved + 1)


@register(
    "duplicates",
    "Validation rows in the training set",
    "pitfalls.ipynb#error-23-trained-on-the-test-set",
)
def duplicates(subject: Subject) -> Outcome | None:
    """Count validation rows that are training rows, beyond what the data repeat by themselves."""
    given = subject.data.given
    name = "x" if subject.data.copies else "y"
    train, valid = given[f"{name}_train"], given[f"{name}_valid"]
    if train.shape[1:] != valid.shape[1:]:
        return None
    train, valid = (rows.astype(np.float32, copy=False) for rows in (train, valid))
    keys = [np.ascontiguousarray(row).tobytes() for row in train]
    known = set(keys)
    shared = np.mean([np.ascontiguousarray(row).tobytes() in known for row in valid])
    repeated = (len(keys) - len(known)) / len(keys)
    measured = f"{shared:.1%} of the validation rows"
    if repeated > 0.001:
        measured += f"; {repeated:.1%} of the training rows repeat another one"
    if shared - 2 * repeated > LEAKED:
        return wrong(measured, "Errors on these rows say nothing about new data. Take them out.")
    if shared - 2 * repeated > SHARE:
        return look(measured, "Some rows are in both sets. Take them out of one.")
    return fine(measured)


@register("shapes", "Shape of the output", "pitfalls.ipynb#error-8-a-decoder-that-gives-56-by-56")
def shapes(subject: Subject) -> Outcome | None:
    """Compare the shape of the output with that of the target."""
    data, output = subject.data, subject.raw_valid.shape[1:]
    target = data.target_valid.shape[1:]
    if data.kind == "tokens" or int(np.prod(output)) == int(np.prod(target)):
        return fine(f"{output}") if output == target else _reshaped(subject, output, target)
    measured = f"the model gives {output} for a target of {target}"
    try:
        np.broadcast_shapes((2, *output), (2, *target))
    except ValueError:
        verdict = wrong if data.copies else look  # else the targets may be of another kind
        return verdict(
            measured,
            "No loss can compare the two. Follow the shapes layer by layer; if the targets are not "
            "the inputs, give them as y_train and y_valid.",
        )
    return wrong(
        measured, "Broadcasting makes the two fit, and the loss compares the wrong values."
    )


def _reshaped(subject: Subject, output: tuple, target: tuple) -> Outcome | None:
    """Judge an output of the right size in another shape."""
    if subject.data.kind == "tokens":
        return None
    measured = f"the model gives {output} for a target of {target}"
    return fine(f"{measured}: as many values")


@register("logits", "Logits or probabilities", "pitfalls.ipynb#error-27-logits-or-probabilities")
def logits(subject: Subject) -> Outcome | None:
    """Compare what the loss takes for its input with the last activation."""
    if loss_name(subject.loss) not in CROSS_ENTROPIES:
        return None
    activation, raw = subject.output_activation, subject.raw_valid
    given = f"the last activation is {activation or 'not known'}"
    outside = float(np.mean((raw < 0) | (raw > 1)))
    if says_logits(subject.loss):
        if activation in ("sigmoid", "hard_sigmoid", "softmax"):
            return wrong(
                f"the loss takes logits, and {given}",
                "The activation is applied twice. Leave it out of the layer or of the loss.",
            )
        return fine(f"the loss takes logits; {given}")
    if outside > 0.001:
        return wrong(
            f"the loss takes probabilities, and {outside:.0%} of the outputs lie outside of 0 to 1",
            "Add a sigmoid (for words a softmax) to the last layer, or from_logits=True.",
        )
    return fine(f"the loss takes probabilities; {given}")
