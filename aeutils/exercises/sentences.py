"""Checks for the exercises of the chapter `sentences`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import as_array, call, judge

# Words of each sentence, numbers of a word vector, columns of padding after the longest sentence.
# Unknown words, number 1, are words.
KINDS = (((5, 2, 1), 4, 1), ((3, 3, 1, 2), 7, 0))


def check_1(masked_mse: Callable) -> str:
    """Accept a function (x, x_hat, ids) that averages the squared error over real words."""
    for words, dim, empty in KINDS:
        rng = np.random.default_rng(dim)
        x, x_hat = rng.normal(size=(2, len(words), max(words) + empty, dim))
        places = np.arange(max(words) + empty)
        ids = np.where(places < np.array(words)[:, None], rng.integers(2, 9, len(places)), 0)
        ids[0, :2] = 1
        ids[1, 0] = 4000
        answer = call(masked_mse, x.copy(), x_hat.copy(), ids.copy())
        half = getattr(answer, "dtype", None) == np.float16
        answer = as_array(answer)
        squared, real = (x - x_hat) ** 2, ids > 0
        right = squared[real].mean()
        if half and abs(answer - right) < 2e-3 * right:
            answer = right
        judge(answer, right, _wrong_errors(squared, ids), "Square the differences, keep those "
              "where ids > 0, average.")  # fmt: skip
    return "One mean over all numbers of all real words."


def _wrong_errors(squared: np.ndarray, ids: np.ndarray) -> tuple[tuple[float, str], ...]:
    real = ids > 0
    per_word, words = squared.mean(axis=2), real.sum(axis=1)
    return (
        (squared.mean(), "This counts the padding, which is no word and is never wrong in a way "
         "that matters: leave it out."),
        (squared[ids > 1].mean(), "Number 1 stands for an unknown word, and that is a word: only "
         "0 is padding."),
        (squared[real].sum() / squared.size, "The padding is out of the sum but still in the "
         "number that you divide by."),
        (((per_word * real).sum(axis=1) / words).mean(), "A mean of the sentences' means: the one "
         "word of the short sentence weighs as much as all of the long one."),
        (squared[~real].mean(), "The mask is turned round: this is the error of the padding."),
        (squared[real].sum() / real.sum(), "This is the sum over the numbers of a word vector; "
         "the mean over them is asked for."),
        (np.sqrt(squared[real].mean()), "Squared error, not its root."),
    )  # fmt: skip


# Cosines of own copies and of strangers: with ties, of unequal number, negative, and very close;
# in the last, strangers are mostly the closer ones, and several cosines come twice.
COSINES = (
    ([0.6, 0.7, 0.8, 0.9, 0.95], [0.7, 0.2, 0.85, 0.4, 0.65]),
    ([0.981, 0.9805, -0.2, 0.99], [0.98, 0.9805, 0.97, -0.5, -0.2, 0.989, 0.1]),
    ([-0.9, 0.3, 0.3, 0.5, 0.70005], [0.6, 0.6, 0.7, -0.1, 0.3, 0.8, 0.8]),
)


def check_2(auc: Callable) -> str:
    """Accept a function (matched, mismatched) that returns the area under the ROC curve."""
    for cosines in COSINES:
        matched, mismatched = (np.array(part) for part in cosines)
        answer = as_array(call(auc, matched.copy(), mismatched.copy()))
        larger, ties = matched[:, None] > mismatched, matched[:, None] == mismatched
        right = np.mean(larger + 0.5 * ties)
        judge(answer, right, _wrong_areas(matched, mismatched), "Of all pairs, one cosine of each "
              "kind: how many are in order?")  # fmt: skip
    return "The chance that a sentence and its own copy are closer than a sentence and a stranger."


def _wrong_areas(matched: np.ndarray, mismatched: np.ndarray) -> tuple[tuple[float, str], ...]:
    larger, ties = matched[:, None] > mismatched, matched[:, None] == mismatched
    short = min(len(matched), len(mismatched))
    first, second = matched[:short], mismatched[:short]
    cut = first[:, None] - second
    return (
        (1 - np.mean(larger + 0.5 * ties), "Turned round: count how often the matched cosine is "
         "the larger one."),
        (larger.mean(), "A tie says nothing either way: count it as one half."),
        (np.mean(larger | ties), "A tie says nothing either way: count it as one half, not as 1."),
        (np.mean(first > second), "This compares each matched cosine with one stranger; compare "
         "it with all of them."),
        (np.mean((np.sign(cut) + 1) / 2), "There may be more strangers than copies: use all of "
         "both."),
        (0.5 * (np.mean(matched > 0.5) + np.mean(mismatched <= 0.5)), "This depends on a "
         "threshold, here 0.5; the area does not know any."),
        (matched.mean() - mismatched.mean(), "A difference of means does not know how far the two "
         "histograms overlap."),
    )  # fmt: skip


def check_3(orders: int) -> str:
    """Accept the number of sentences of five different words that share one mean vector."""
    wrong = (
        (1, "One set of words, but the words can be put in more orders than one."),
        (5, "Five choices for the first word, and then the second is still open."),
        (10, "Those are the pairs of words that could be swapped; more than two can move."),
        (25, "Each word is used once: after the first there are four left, not five."),
        (5**5, "Each word is used once: after the first there are four left, not five."),
        (119, "Those are the other orders; the sentence itself counts as well."),
    )
    otherwise = "Fill the places one by one: five words for the first, four for the second..."
    if isinstance(orders, complex) and orders.imag == 0:
        orders = orders.real
    judge(as_array(orders), 120, wrong, otherwise, exact=True)
    return "5! = 120 sentences, one vector: the mean cannot tell them apart."
