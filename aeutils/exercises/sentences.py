"""Checks for the exercises of the chapter `sentences`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import as_array, call, judge


def check_1(masked_mse: Callable) -> str:
    """Accept a function (x, x_hat, ids) that averages the squared error over real words."""
    rng = np.random.default_rng(0)
    x, x_hat = rng.normal(size=(2, 3, 5, 4))
    ids = np.array([[7, 3, 9, 2, 6], [4, 8, 0, 0, 0], [5, 0, 0, 0, 0]])
    real = ids > 0
    squared = (x - x_hat) ** 2
    per_word = squared.mean(axis=2)
    words = real.sum(axis=1)
    right = squared[real].mean()
    wrong = (
        (squared.mean(), "This counts the padding, which is no word and is never wrong in a way "
         "that matters: leave it out."),
        (squared[real].sum() / squared.size, "The padding is out of the sum but still in the "
         "number that you divide by."),
        (((per_word * real).sum(axis=1) / words).mean(), "A mean of the sentences' means: the one "
         "word of the short sentence weighs as much as all five of the long one."),
        (squared[~real].mean(), "The mask is turned round: this is the error of the padding."),
        (squared[real].sum() / real.sum(), "This is the sum over the numbers of a word vector; "
         "the mean over them is asked for."),
        (np.sqrt(right), "Squared error, not its root."),
    )  # fmt: skip
    answer = as_array(call(masked_mse, x, x_hat, ids))
    judge(answer, right, wrong, "Square the differences, keep those where ids > 0, average.")
    return "One mean over all numbers of all real words."


def check_2(auc: Callable) -> str:
    """Accept a function (matched, mismatched) that returns the area under the ROC curve."""
    matched = np.array([0.6, 0.7, 0.8, 0.9, 0.95])
    mismatched = np.array([0.7, 0.2, 0.85, 0.4, 0.65])
    larger = matched[:, None] > mismatched
    ties = matched[:, None] == mismatched
    right = np.mean(larger + 0.5 * ties)
    half = 0.5 * (np.mean(matched > 0.5) + np.mean(mismatched <= 0.5))
    wrong = (
        (1 - right, "Turned round: count how often the matched cosine is the larger one."),
        (larger.mean(), "A tie says nothing either way: count it as one half."),
        (np.mean(larger | ties), "A tie says nothing either way: count it as one half, not as 1."),
        (np.mean(matched > mismatched), "This compares each matched cosine with one stranger; "
         "compare it with all of them."),
        (half, "This depends on a threshold, here 0.5; the area does not know any."),
        (matched.mean() - mismatched.mean(), "A difference of means does not know how far the two "
         "histograms overlap."),
    )  # fmt: skip
    answer = as_array(call(auc, matched, mismatched))
    judge(answer, right, wrong, "Of all 25 pairs, one cosine of each kind: how many are in order?")
    return "The chance that a sentence and its own copy are closer than a sentence and a stranger."


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
    judge(as_array(orders), 120, wrong, otherwise)
    return "5! = 120 sentences, one vector: the mean cannot tell them apart."
