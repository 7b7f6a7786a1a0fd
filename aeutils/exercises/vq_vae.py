"""Checks for the exercises of the chapter `vq-vae`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import WrongAnswer, as_array, as_numbers, call, judge


def check_1(perplexity: Callable) -> str:
    """Accept a function (codes (n,), size): 2 to the entropy in bits of the shares of the words."""
    for seed, size, count in ((0, 8, 60), (1, 30, 200), (2, 5, 7)):
        rng = np.random.default_rng(seed)
        shares = rng.dirichlet(np.full(size - 2, 0.7))  # the last two words are never used
        codes = rng.choice(size - 2, count, p=shares)
        _judge_perplexity(call(perplexity, codes.copy(), size), codes, size)
    return "It is the number of equally frequent words that would carry as many bits."


def _judge_perplexity(answer, codes, size):
    with np.errstate(invalid="ignore"):
        answer = as_numbers(answer)
    if np.isnan(answer).any():
        raise WrongAnswer("0 times the logarithm of 0 is nan here: leave out the unused words.")
    used = np.bincount(codes, minlength=size)
    used = used[used > 0] / len(codes)
    nats = -(used * np.log(used)).sum()
    wrong = (
        (nats, "This is the entropy in nats; the perplexity is its exponential."),
        (nats / np.log(2), "This is the entropy in bits; the perplexity is 2 to its power."),
        (2**nats, "The entropy is in nats: its exponential has the base e, not 2."),
        (np.exp(nats / np.log(2)), "The entropy is in bits: take 2 to its power, not e."),
        (len(used), "This counts the words used, a rare one as much as a frequent one."),
        (len(used) / size, "This is the share of the words used."),
        (1 / (used**2).sum(), "This is the inverse of the summed squares, another count."),
        (1 / np.exp(nats), "The sign of the entropy is turned."),
    )
    hint = "Shares of the words, entropy of the shares, exponential of the entropy."
    judge(as_array(answer), np.exp(nats), wrong, hint)


def check_2(step: Callable) -> str:
    """Accept a function (codebook (k, d), z (n, d), codes (n,)): the codebook of a k-means step."""
    for seed, (words, size, count) in enumerate(((5, 3, 20), (7, 2, 31))):
        rng = np.random.default_rng(seed)
        codebook, z = rng.normal(size=(words, size)), rng.normal(2, 3, size=(count, size))
        codes = rng.integers(0, words - 1 + seed, count)
        codes[codes <= 1] = 2  # a word in the middle stays unused, in the first case the last one,
        codes[count // 2] = 0  # and the first has a single vector
        answer = call(step, codebook.copy(), z.copy(), codes.copy())
        _judge_step(answer, codebook, z, codes)
    return "Each word is the mean of its vectors, and an unused word stays."


def _judge_step(answer, codebook, z, codes):
    if not np.isfinite(as_numbers(answer)).all():
        raise WrongAnswer("An unused word has no vectors, and 0 / 0 is nan: let it stay.")
    one_hot = np.eye(len(codebook))[codes]
    sums, counts = one_hot.T @ z, one_hot.sum(axis=0)[:, None]
    means = sums / np.maximum(counts, 1)
    several = np.where(counts > 1, means, codebook)
    wrong = (
        (several, "A word with a single vector moves too: to that vector."),
        (means, "An unused word fell to zero: it has no vectors, so let it stay."),
        (np.where(counts > 0, sums, codebook), "This is the sum of the vectors, not their mean."),
        (np.where(counts > 0, means, z.mean(axis=0)), "An unused word should stay where it was."),
        (np.where(counts > 0, sums / len(z), codebook), "Divide by the vectors of the word, not "
        "by all vectors."),
        (codebook, "No word has moved."),
        (np.where(counts > 0, (sums + codebook) / (counts + 1), codebook), "The old word is no "
        "vector of the data: leave it out of the mean."),
    )  # fmt: skip
    hint = "For each word the mean of the vectors with its number; an unused word stays."
    right = np.where(counts > 0, means, codebook)
    judge(as_array(answer, codebook.shape), right, wrong, hint)


def check_3(bits: Callable) -> str:
    """Accept a function of logits (n, places, k) and codes (n, places): mean bits an image."""
    for seed, (count, places, words) in enumerate(((5, 4, 3), (3, 7, 6))):
        rng = np.random.default_rng(seed)
        # Neighbouring places lie 1,000 or 2,000 apart, in each image.
        offsets = 1000.0 * (np.add.outer(np.arange(count), np.arange(places)) % 3 - 1)
        logits = rng.normal(0, 2, (count, places, words)) + offsets[..., None]
        codes = rng.integers(0, words, (count, places))
        _judge_bits(call(bits, logits.copy(), codes.copy()), logits, codes)
    return "Minus log2 of the probability of each code, summed over the places of an image."


def _judge_bits(answer, logits, codes):
    if not np.isfinite(as_numbers(answer)).all():
        raise WrongAnswer(
            "exp(logit) overflows, or all of a place vanish: subtract its own largest logit first."
        )
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    chosen = np.take_along_axis(log_p, codes[..., None], axis=-1)[..., 0] / np.log(2)
    right, entropy = -chosen.sum(axis=1).mean(), -(np.exp(log_p) * log_p).sum(-1) / np.log(2)
    wrong = (
        (right * np.log(2), "These are nats. Divide by the logarithm of 2."),
        (-chosen.mean(), "These are bits a code: add up the places of an image."),
        (-chosen.mean() * np.log(2), "These are nats a code: add up the places, change the unit."),
        (-right, "The sign is turned: a length is not negative."),
        (-chosen.sum(), "These are the bits of all images: take the mean over the images."),
        (entropy.sum(axis=1).mean(), "This is the entropy of the prior, what it expects to pay. "
        "Look up the probability of the codes that came."),
        (codes.shape[1] * np.log2(logits.shape[-1]), "This is what a uniform prior pays."),
    )  # fmt: skip
    hint = "Log softmax of the logits, at the codes that came, over minus log 2, summed by image."
    judge(as_array(answer), right, wrong, hint)
