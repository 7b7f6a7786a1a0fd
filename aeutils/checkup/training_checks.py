"""Checks of the settings of training: rate, metrics, the loss at the start, the first gradient."""

from typing import Any

import keras
import numpy as np
from keras import ops

from aeutils.checkup.error_checks import HARDLY, pca_error
from aeutils.checkup.findings import Outcome, fine, look, register, wrong
from aeutils.checkup.gradients import falls, own_loss
from aeutils.checkup.gradients import gradients as gradients_of
from aeutils.checkup.measures import errors, learned, ratio
from aeutils.checkup.once import once
from aeutils.checkup.output_checks import dead_units
from aeutils.checkup.settings import loss_name
from aeutils.checkup.start import as_drawn
from aeutils.checkup.subject import Subject

RATE_PAGE = "pitfalls.ipynb#error-31-a-default-rate"
GRADIENT_PAGE = "layerwise.ipynb#where-the-signal-and-the-gradient-die"
FROZEN_PAGE = "layerwise.ipynb#the-other-way-one-model-frozen-layers"
SLOW = {"adadelta": 0.001, "adagrad": 0.001, "ftrl": 0.001, "sgd": 0.001}
LARGEST = {"adam": 0.1, "adamw": 0.1, "nadam": 0.1, "adamax": 0.1, "rmsprop": 0.1}
STEPS = (0, 1, 10, 100, 1_000, 10_000)
UNSEEN, SCORE, FAR = 1e-3, 0.9, 3
APART, EXPLODED, PROPORTIONAL = 1e4, 10, 5


@register("learning_rate", "Learning rate", RATE_PAGE)
def learning_rate(subject: Subject) -> Outcome | None:
    """Compare the rate with what is too small or too large for its optimizer."""
    optimizer = getattr(subject.trainer, "optimizer", None)
    if optimizer is None:
        return None
    name, rate = type(optimizer).__name__.lower(), _first_rate(optimizer)
    momentum = getattr(optimizer, "momentum", None) or 0.0
    measured = f"{type(optimizer).__name__} with {rate:.3g}"
    verdict = look if learned(subject) else wrong
    if not rate > 0:
        return verdict(measured, "Without a rate above 0 no weight moves. Take 0.001 with Adam.")
    slow = name in SLOW and rate / (1 - min(momentum, 0.99)) <= SLOW[name] * 1.001
    if slow and loss_name(subject.loss):
        return verdict(
            measured,
            "With a loss that averages over all values this moves hardly at all. Take "
            "optimizer='adam', or a rate a hundred times as large.",
        )
    if name == "sgd" and rate <= 0.01 and not momentum:
        slow = _slow_steps(subject, rate, measured)
        if slow is not None:
            return slow
    if rate > LARGEST.get(name, np.inf):
        verdict = wrong if subject.trained and not learned(subject) else look
        return verdict(measured, "Adam changes each weight by about its rate. Take 0.001.")
    if name in LARGEST and rate < 1e-6 and not learned(subject):
        return look(measured, "So small a step needs very many epochs. Take 0.001.")
    return fine(measured)


def _slow_steps(subject: Subject, rate: float, measured: str) -> Outcome | None:
    """Judge plain steps that may be too small.

    A model that has learned something, and less than PCA, is asked what a larger step would do:
    at a rate that fits it overshoots; ten times too small a rate is in the range where the loss
    falls in proportion to the step.
    """
    advice = "That is slow for a mean over many values. Try 1, or Adam."
    if not learned(subject):
        return (wrong if subject.trained else look)(measured, advice)
    poor = pca_error(subject)
    if poor is None or poor.verdict == "fine":
        return None
    one, ten = falls(subject, (rate, 10 * rate))
    if not ten > PROPORTIONAL * one > 0:
        return None
    measured += f"; a step ten times as large lowers the loss {ten / one:.2g} times as far"
    return wrong(f"{measured}, and PCA copies better", advice)


def _first_rate(optimizer: keras.optimizers.Optimizer) -> float:
    """Return the rate; of a schedule the largest that it has early on."""
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    plan = getattr(optimizer, "_learning_rate", None)
    if isinstance(plan, keras.optimizers.schedules.LearningRateSchedule):
        return max(float(ops.convert_to_numpy(plan(step))) for step in STEPS)
    return float(ops.convert_to_numpy(optimizer.learning_rate))


@register("accuracy", "Accuracy as a metric", "pitfalls.ipynb#error-32-accuracy")
def accuracy(subject: Subject) -> Outcome | None:
    """Give the metric a copy that is off by a thousandth, and one that is off by far.

    A table has seldom two equal values in a row, so that the first scores nearly 1. The second is
    worse than the mean row everywhere, and which value of its row is the largest stays the same.
    Targets that sum to one are shares of classes, of which the largest means something.
    """
    metrics = getattr(getattr(subject.trainer, "_compile_metrics", None), "_user_metrics", None)
    names = [_name(part) for part in keras.tree.flatten(metrics) if part is not None]
    names = [name for name in names if name.lower() in ACCURACIES]
    data = subject.data
    if not names or data.kind == "tokens" or data.target_valid.dtype.kind in "iub":
        return None
    target = data.target_valid.astype("float32")
    if np.isin(target, (0, 1)).all():
        return fine(f"{names[0]}, of targets that are 0 or 1")
    binary = names[0].lower() in BINARY or target.shape[-1] == 1
    noise = np.random.default_rng(0).uniform(-UNSEEN, UNSEEN, target.shape)
    near = _score(target, target + noise * np.ptp(target), binary)
    measured = f"{names[0]}: {near:.2f} for a copy that is off by a thousandth"
    if near < SCORE:
        return wrong(measured, "Accuracy is for classes. Take the error of the mean row as 1.")
    if not binary and not np.allclose(target.sum(axis=-1), 1, atol=1e-3):
        far = _score(target, target + FAR * float(target.std()), binary)
        measured += f", {far:.2f} for one that is off by {FAR} standard deviations"
        if far >= near - 0.01:
            return wrong(
                measured,
                "It only asks which value of a row is the largest. Take the error of the mean row "
                "as 1.",
            )
    return look(measured, "Accuracy is for classes. It says little about a copy; take the error.")


def _score(target: np.ndarray, copies: np.ndarray, binary: bool) -> float:
    score_of = keras.metrics.binary_accuracy if binary else keras.metrics.categorical_accuracy
    return float(np.mean(ops.convert_to_numpy(score_of(target, copies.astype("float32")))))


BINARY = ("binary_accuracy", "binaryaccuracy")
ACCURACIES = (*BINARY, "accuracy", "acc", "categorical_accuracy", "categoricalaccuracy")


def _name(part: Any) -> str:
    return part if isinstance(part, str) else getattr(part, "__name__", type(part).__name__)


@register("loss_at_start", "Loss before training", "layerwise.ipynb#the-start-one-change-at-a-time")
def loss_at_start(subject: Subject) -> Outcome | None:
    """Compare the error of an untrained model with that of knowing nothing."""
    pair = None if subject.trained else errors(subject)
    if pair is None:
        return None
    measured = f"{pair[0]:.4g}, {pair[0] / pair[1]:.3g} times that of knowing nothing"
    if pair[0] > EXPLODED * pair[1]:
        return look(
            measured, "Training begins far away. Scale the data, or start with smaller weights."
        )
    return fine(measured)


@register("gradients", "Gradient of the first batch", GRADIENT_PAGE)
def gradients(subject: Subject) -> Outcome | None:
    """Compare the gradients of the layers, each as a share of the size of its weights."""
    found = _by_layer(subject)
    if not found:
        return None
    lost = [name for name, (_, size, _) in found.items() if not np.isfinite(size)]
    if lost:
        return wrong(
            f"not finite in {len(lost)} of {len(found)} layers, the first {lost[0]}",
            "One step makes these weights NaN. Scale the data, or take a smaller rate.",
        )
    still = [name for name, (_, size, _) in found.items() if size == 0]
    if still:
        measured = f"none in {len(still)} of {len(found)} layers, the first {still[0]}"
        off = dead_units(subject)
        if subject.trained and off is not None and off.verdict == "wrong":
            return look(
                f"{measured}; {off.measured} units of the code are off",
                "What is off hands on no gradient. Repair the code first.",
            )
        verdict = wrong if own_loss(subject.trainer) else look
        return verdict(
            measured,
            "These layers cannot learn: all their units are off, or the loss does not see them.",
        )
    shares = {name: size / scale for name, (scale, size, _) in found.items() if scale > 0}
    if len(shares) < 2:
        return None
    least, most = min(shares, key=shares.get), max(shares, key=shares.get)
    apart = shares[most] / shares[least]
    measured = f"{apart:.3g} times as large in {most} as in {least}"
    share = ratio(subject)
    poor = subject.trained and share is not None and share >= HARDLY
    if apart > APART and (poor or not learned(subject)):
        measured += f"; the error is {share:.3g} times that of the mean row" if poor else ""
        return (wrong if poor else look)(
            measured,
            "The gradient dies on its way. Take fewer layers, ReLU or batch normalisation.",
        )
    return fine(measured)


@once
def _by_layer(subject: Subject) -> dict[str, tuple[float, float, bool]]:
    """Return for each layer the norms of its weights and their gradients, and if it has a path."""
    groups: dict[str, list] = {}
    for weight, grad in gradients_of(subject):
        groups.setdefault(weight.path.rpartition("/")[0] or weight.path, []).append(
            (ops.convert_to_numpy(weight), grad)
        )
    return {
        name: (
            _norm([weight for weight, _ in pairs]),
            _norm([grad for _, grad in pairs if grad is not None]),
            any(grad is not None for _, grad in pairs),
        )
        for name, pairs in groups.items()
    }


def _norm(arrays: list[np.ndarray]) -> float:
    return float(np.sqrt(sum(np.sum(np.square(a, dtype=np.float64)) for a in arrays)))


@register(
    "frozen", "Layers that do not train", "layerwise.ipynb#the-other-way-one-model-frozen-layers"
)
def frozen(subject: Subject) -> Outcome | None:
    """Name the layers that are set not to train, or that the loss does not reach."""
    model = subject.model
    weights = [w for w in model.weights if "seed" not in w.path]
    if not weights:
        return None
    if not model.trainable_weights:
        verdict = look if subject.trained else wrong
        return verdict("all weights", "No weight is set to train. Set trainable = True, compile.")
    cut = [name for name, (_, _, path) in _by_layer(subject).items() if not path]
    if cut and own_loss(subject.trainer):
        return wrong(
            f"the loss does not reach {len(cut)} layers, the first {cut[0]}",
            "Look for a part that is never called, or for stop_gradient and NumPy in between.",
        )
    layers = [layer for layer in model._flatten_layers() if not layer.trainable]
    names = list(dict.fromkeys(layer.name for layer in layers if layer.weights))
    drawn = list(dict.fromkeys(layer.name for layer in layers if as_drawn(layer)))
    repair = "set trainable = True and compile."
    if drawn and subject.trained:
        return wrong(
            f"{len(names)} layers, of which {len(drawn)} are as they were drawn at random, the "
            f"first {drawn[0]}",
            f"The training went on around random numbers. For these layers {repair}",
        )
    if names:
        return look(
            f"{len(names)} layers, the first {names[0]}",
            f"These keep their values. If they should train, {repair}",
        )
    return fine("none")
