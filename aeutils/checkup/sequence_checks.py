"""Checks of sequences: padding in the loss and in the code, and tokens."""

import keras
import numpy as np
from keras import ops

from aeutils.checkup.data import empty_steps
from aeutils.checkup.findings import Outcome, fine, look, register, wrong
from aeutils.checkup.gradients import own_loss
from aeutils.checkup.measures import are_probabilities, frequencies, is_vocabulary
from aeutils.checkup.settings import loss_name, says_logits
from aeutils.checkup.subject import Subject
from aeutils.checkup.trace import trace

CODE_PAGE = "pitfalls.ipynb#error-11-padding-behind-the-last-word"
ROWS = 64
LEARNED = 0.25
MUCH, MOVED, FREQUENT, STRANGE = 0.2, 0.1, 0.3, 0.05


def certain(subject: Subject) -> bool:
    """Say whether what is taken for padding is padding.

    A masking layer or an embedding that masks says so, or the data: sequences of three lengths or
    more that end with the mask value, begin without it, and do not have it inside.
    """
    data = subject.data
    for layer in subject.model._flatten_layers():
        if isinstance(layer, keras.layers.Masking) or getattr(layer, "mask_zero", False):
            return True
    x = data.x_valid
    empty = empty_steps(x, data.mask_value)
    lengths = (~empty).sum(axis=1)
    only_at_end = np.all(np.diff(empty.astype(int), axis=1) >= 0) and not empty[:, 0].all()
    return bool(only_at_end and len(np.unique(lengths)) >= 3)


@register("padding_loss", "Padding in the loss", "pitfalls.ipynb#error-14-padding-in-the-loss")
def padding_loss(subject: Subject) -> Outcome | None:
    """Change what the model gives for padding, and see whether its loss follows."""
    data, step = subject.data, subject.output_step
    if data.filled is None or step is None or not own_loss(subject.trainer):
        return None
    rows = np.flatnonzero(data.filled.any(axis=1))[:ROWS]
    x, y, filled = data.x_valid[rows], data.target_valid[rows], data.filled[rows]
    if len(rows) < 2:
        return None

    def changed(where: np.ndarray):
        def change(output):
            spread = ops.reshape(ops.convert_to_tensor(where), (*where.shape, 1))
            other = ops.flip(output, axis=-1) if data.kind == "tokens" else output + 1.0
            return ops.where(spread, other, output)

        return change

    if len(step.output.shape) != 3 or step.output.shape[1] != filled.shape[1]:
        return None
    whole, ends = (_loss(subject, x, y, step, changed(w)) for w in (np.zeros_like(filled), filled))
    share = float(data.filled.mean())
    measured = f"{share:.0%} of the steps are padding"
    if abs(ends - whole) <= 1e-6 * max(abs(whole), 1e-6):
        return fine(f"{measured}; the loss leaves them out")
    proved = certain(subject) and share >= MUCH and _padding_learned(subject)
    return (wrong if proved else look)(
        f"{measured}, and the loss counts them",
        "The model is trained on empty steps. Put a Masking layer (or mask_zero=True) in front, "
        "or leave these steps out by sample_weight.",
    )


def _padding_learned(subject: Subject) -> bool:
    """Say whether a trained model gives padding where there is padding, which weights prevent."""
    data, raw = subject.data, subject.raw_valid
    if not subject.trained:
        return False
    if is_vocabulary(subject):
        chosen = raw.argmax(axis=-1)[data.filled]
        return bool((chosen == data.mask_value).mean() > 0.5)
    away = np.mean((raw - data.mask_value) ** 2, axis=-1)
    return bool(away[data.filled].mean() < LEARNED * away[~data.filled].mean())


def _loss(subject: Subject, x: np.ndarray, y: np.ndarray, step, change) -> float:
    outputs = trace(subject.model, x, replace={step.layer: change})[0]
    loss = subject.model.compute_loss(x=x, y=ops.convert_to_tensor(y), y_pred=outputs)
    return float(ops.convert_to_numpy(loss))


@register("padding_code", "Padding in the code", CODE_PAGE)
def padding_code(subject: Subject) -> Outcome | None:
    """Cut padding off short sequences, and see whether their codes move."""
    data = subject.data
    if data.filled is None or not callable(subject.encoder) and subject.code_step is None:
        return None
    steps = data.x_valid.shape[1]
    empty = empty_steps(data.x_valid, data.mask_value)
    last = steps - np.argmin(np.flip(empty, 1), axis=1)
    cut = int(np.quantile(last, 0.5))
    rows = np.flatnonzero(last <= cut)[:ROWS]
    if cut >= steps or len(rows) < 3:
        return None
    x = data.x_valid[rows]
    try:
        pair = [subject.code_of(part) for part in (x, x[:, :cut])]
    except Exception:  # a model of one length takes no other, and cannot be asked
        return None
    if pair[0].shape != pair[1].shape or pair[0].ndim != 2:
        return None
    moved = np.sqrt(np.mean((pair[0] - pair[1]) ** 2) / max(pair[0].var(axis=0).mean(), 1e-12))
    measured = f"codes move by {moved:.2g} of their spread without {steps - cut} steps of padding"
    if moved <= 0.01:
        return fine(measured)
    verdict = wrong if moved > MOVED and certain(subject) else look
    return verdict(
        measured,
        "The code depends on how long the rows are filled up. Mask the padding in the encoder.",
    )


@register("tokens", "Tokens and the vocabulary", "pitfalls.ipynb#error-3-two-tokenizers")
def tokens(subject: Subject) -> Outcome | None:
    """Compare the tokens with the outputs, and those of the two sets with each other."""
    data = subject.data
    if data.kind != "tokens":
        return None
    raw, words = subject.raw_valid, data.target_valid
    if np.any(words != np.round(words)):
        return None
    if not is_vocabulary(subject):
        return _no_vocabulary(subject, raw, words)
    whole = are_probabilities(raw)
    asks = loss_name(subject.loss) == "sparsecategoricalcrossentropy"
    if asks and not whole and not says_logits(subject.loss):
        return wrong(
            f"outputs of a word sum to {raw.sum(axis=-1).mean():.3g}, not to 1",
            "The loss takes probabilities. Give the last layer a softmax, or the loss "
            "from_logits=True.",
        )
    shares = frequencies(data, raw.shape[2])
    kept = words if data.filled is None else words[~data.filled]
    known = np.isin(kept, np.unique(data.target_train))
    frequent = int(np.argmax(shares))
    measured = (
        f"{shares[frequent]:.0%} are token {frequent}; {(~known).mean():.1%} never in training"
    )
    if (~known).mean() > STRANGE or shares[frequent] > FREQUENT:
        return look(
            measured,
            "Look whether both sets come from one tokenizer, and how many words are unknown to it.",
        )
    return fine(measured)


def _no_vocabulary(subject: Subject, raw: np.ndarray, words: np.ndarray) -> Outcome | None:
    """Judge outputs that are not one number for each word."""
    if raw.ndim == 3 and raw.shape[:2] == words.shape and raw.shape[2] > 1:
        if loss_name(subject.loss) == "sparsecategoricalcrossentropy":
            return wrong(
                f"tokens up to {words.max():g} for {raw.shape[2]} outputs",
                "Some tokens have no output. Make the last layer as wide as the vocabulary.",
            )
        return None
    if raw.size == words.size and loss_name(subject.loss).startswith("mean"):
        return wrong(
            f"{subject.loss} between numbers of words",
            "Word 7 is no nearer to 8 than to 900. Give a softmax over the vocabulary and a "
            "cross-entropy.",
        )
    return None
