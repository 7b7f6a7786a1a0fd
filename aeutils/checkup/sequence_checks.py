"""Checks of sequences: padding in the loss and in the code, and tokens."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import numpy as np
from keras import ops
from scipy.special import softmax

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
IN_USE, MANY, RISEN, ABOVE = 10, 200, 0.1, 4


def certain(subject: Subject) -> bool:
    """Say whether what is taken for padding is padding.

    A masking layer or an embedding that masks says so, or the data: sequences of three lengths or
    more that end with the mask value and do not have it before.
    """
    data = subject.data
    if _masks(subject):
        return True
    x = data.x_valid
    empty = empty_steps(x, data.mask_value)
    lengths = (~empty).sum(axis=1)
    only_at_end = np.all(np.diff(empty.astype(int)) >= 0)
    return bool(only_at_end and len(np.unique(lengths)) >= 3)


def _masks(subject: Subject) -> bool:
    """Say whether some layer of the model makes a mask."""
    layers = subject.model._flatten_layers()
    return any(
        isinstance(a, keras.layers.Masking) or getattr(a, "mask_zero", False) for a in layers
    )


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
    advice = (
        "The model is trained on empty steps. Put a Masking layer (or mask_zero=True) in front, "
    )
    if _masks(subject):
        advice = "The mask of the input does not reach the loss: a code of one vector, or a layer "
        advice += "as RepeatVector, drops it. Take a loss that asks the targets for their padding, "
    advice += "or leave these steps out by sample_weight."
    return (wrong if proved else look)(f"{measured}, and the loss counts them", advice)


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
    """Put as many steps of padding again behind short sequences, and see whether codes move."""
    data = subject.data
    if data.filled is None or not callable(subject.encoder) and subject.code_step is None:
        return None
    steps = data.x_valid.shape[1]
    rows = np.flatnonzero(empty_steps(data.x_valid, data.mask_value)[:, -1])[:ROWS]
    if len(rows) < 3:
        return None
    x = data.x_valid[rows]
    longer = np.concatenate([x, np.full_like(x, data.mask_value)], axis=1)
    try:
        with _any_length(subject):
            codes, others = (subject.code_of(part) for part in (x, longer))
    except Exception:  # a model that needs one length cannot be asked
        return None
    if codes.shape != others.shape or codes.ndim != 2:
        return None
    moved = np.sqrt(np.mean((codes - others) ** 2) / max(codes.var(axis=0).mean(), 1e-12))
    measured = f"codes move by {moved:.2g} of their spread with {steps} more steps of padding"
    if moved <= 0.01:
        return fine(measured)
    verdict = wrong if moved > MOVED and certain(subject) else look
    return verdict(
        measured,
        "The code depends on how long the rows are filled up. Mask the padding in the encoder.",
    )


@contextmanager
def _any_length(subject: Subject) -> Iterator[None]:
    """Have models take sequences of another length than they were declared for.

    Recurrent layers do so by themselves; what does not still raises its own error.
    """
    wholes = [part for part in (subject.model, subject.encoder) if isinstance(part, keras.Layer)]
    layers = [layer for whole in wholes for layer in (whole, *whole._flatten_layers())]
    models = {id(layer): layer for layer in layers if isinstance(layer, keras.Model)}
    for model in models.values():
        object.__setattr__(model, "_assert_input_compatibility", lambda *a, **k: None)
    try:
        yield
    finally:
        for model in models.values():
            object.__delattr__(model, "_assert_input_compatibility")


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
    if not are_probabilities(raw) and _asks_for_probabilities(subject):
        return wrong(
            f"outputs of a word sum to {raw.sum(axis=-1).mean():.3g}, not to 1",
            "The loss takes probabilities. Give the last layer a softmax, or the loss "
            "from_logits=True.",
        )
    return _words(subject, frequencies(data, raw.shape[2]))


def _words(subject: Subject, shares: np.ndarray) -> Outcome:
    """Judge how often the words stand in the training rows, and in the validation rows.

    The most frequent word of a text is about twice as frequent as the next one (Zipf). One that is
    far above all others, or far more frequent in one of the sets, stands for words that were not
    looked up.
    """
    data, words = subject.data, subject.data.target_valid
    kept = (words if data.filled is None else words[~data.filled]).astype(int).ravel()
    new = np.bincount(kept, minlength=len(shares)) / max(len(kept), 1)
    known = np.isin(kept, np.unique(data.target_train))
    frequent, risen = int(np.argmax(shares)), int(np.argmax(new - shares))
    second = float(np.sort(shares)[-2])
    measured = (
        f"{shares[frequent]:.0%} are token {frequent}; {(~known).mean():.1%} never in training"
    )
    advice = "Look whether both sets come from one tokenizer, and how many words are unknown to it."
    in_use = len(np.unique(data.target_train))
    if in_use >= IN_USE and shares[frequent] > max(FREQUENT, ABOVE * second):
        return wrong(f"{measured}; the next token has {second:.0%}", advice)
    if len(kept) >= MANY and new[risen] > max(shares[risen] + RISEN, ABOVE * shares[risen]):
        return wrong(
            f"{measured}; token {risen} has {new[risen]:.0%} of the words in validation rows, "
            f"{shares[risen]:.1%} in training rows",
            advice,
        )
    if (~known).mean() > STRANGE or shares[frequent] > FREQUENT:
        return look(measured, advice)
    return fine(measured)


def _asks_for_probabilities(subject: Subject) -> bool:
    """Say whether the loss takes its outputs for probabilities of words.

    A loss of the reader's own is asked. Given a softmax of the outputs it has to answer with the
    cross-entropy of all words, or of those that are no padding; and one of logits stays as it is
    where all outputs of a word rise by the same number.
    """
    if loss_name(subject.loss):
        name = loss_name(subject.loss)
        return name == "sparsecategoricalcrossentropy" and not says_logits(subject.loss)
    step, data = subject.output_step, subject.data
    if step is None or not own_loss(subject.trainer) or len(step.output.shape) != 3:
        return False
    x, y = data.x_valid[:ROWS], data.target_valid[:ROWS]
    changes = (lambda out: out, lambda out: out + 3.0, ops.softmax)
    plain, risen, normed = (_loss(subject, x, y, step, change) for change in changes)
    penalties = float(sum(ops.convert_to_numpy(term) for term in subject.model.losses))
    chosen = softmax(subject.raw_valid[:ROWS].astype(np.float64), axis=-1)
    chosen = np.take_along_axis(chosen, y.astype(int)[..., None], -1)[..., 0]
    nats = -np.log(np.maximum(chosen, 1e-7))
    means = (
        [nats.mean()] if data.filled is None else [nats.mean(), nats[~data.filled[:ROWS]].mean()]
    )
    same = any(abs(normed - penalties - mean) < 0.01 * mean for mean in means)
    return same and abs(risen - plain) > 0.01 * abs(plain)


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
