"""Checks for the exercises of the chapter `pitfalls`."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from aeutils.exercises import WrongAnswer, as_array, as_numbers, call, judge

# Number of the right error, then a likely wrong one with its hint, for each of the four reports.
REPORTS = (
    (13, {12: "A penalty that is not added has no best weight at all; here one exists, and it "
          "moves with the batch."}),
    (15, {9: "Dead units give the same image too, but there is no KL term in error 9.",
          16: "That error makes the KL term large: the noise is switched off.",
          18: "With its sign turned the term would run away, not rest at 0."}),
    (14, {6: "That explains why there is so much padding, not why an output of zeros scores 0.40 "
          "on vectors of variance 1.",
          21: "There is a validation error, and it is compared; what does it average over?"}),
    (5, {3: "Two tokenizers make words unknown; they do not say what the unknown word means.",
         4: "Glued lines make words unknown; they do not say what the unknown word means."}),
)  # fmt: skip


def check_1(errors: Iterable) -> str:
    """Accept the numbers of four errors, in the order of the reports."""
    answers = list(errors) if isinstance(errors, Iterable) else errors
    answers = as_numbers(answers)
    if answers.shape in ((4, 1), (1, 4)):
        answers = answers.ravel()
    answers = as_array(answers, (4,))
    for place, (answer, (right, wrong)) in enumerate(zip(answers, REPORTS, strict=True), 1):
        if answer != right:
            hint = wrong.get(float(answer), "Look for the symptom in the table at the top.")
            raise WrongAnswer(f"Report {place}: {hint}")
    return "Four symptoms, four causes."


def _numbers(answer: Any, right: Any) -> np.ndarray:
    """Return an answer as numbers; one in float16 that is right to three digits is right."""
    values = as_array(answer, np.shape(right))
    half = np.asarray(answer).dtype == np.float16
    return right if half and np.allclose(values, right, rtol=5e-3, atol=5e-3) else values


def check_2(negative_bound: Callable) -> str:
    """Accept a function (x, x_hat, mean, log_var) that returns the mean loss in nats."""
    for n, pixels, units in ((6, 20, 3), (4, 7, 5), (1, 3, 1)):
        _check_bound(negative_bound, n, pixels, units)
    return "Sums over pixels and units, a mean over images, and a plus between the two."


def _check_bound(negative_bound: Callable, n: int, pixels: int, units: int) -> None:
    rng = np.random.default_rng(n)
    x, x_hat = rng.normal(size=(2, n, pixels))
    mean, log_var = rng.normal(size=(2, n, units))
    copies = [given.copy() for given in (x, x_hat, mean, log_var)]  # answers may write to them
    answer = call(negative_bound, *copies)
    if as_numbers(answer).shape == (n,) and n > 1:
        raise WrongAnswer("One number is asked for: the mean over the images.")

    def total(squares, terms):
        return 0.5 * (squares + terms)

    squares = np.sum((x - x_hat) ** 2, axis=1).mean()
    terms = np.sum(np.exp(log_var) + mean**2 - 1 - log_var, axis=1).mean()
    as_half = np.sum(np.exp(log_var / 2) + mean**2 - 1 - log_var, axis=1).mean()
    wrong = (
        (total(squares / pixels, terms), "The mean over the pixels is still there: a hidden beta."),
        (total(squares, -terms), "The sign of the divergence is still turned."),
        (total(squares, as_half), "exp(log_var / 2) is the standard deviation; the formula asks "
         "for the variance."),
        (total(squares, n * terms), "The divergence is summed over the images as well."),
        (total(n * squares, n * terms), "This is the sum over the images; take the mean."),
        (total(squares, terms / units), "The divergence is a sum over the units, not a mean."),
        (2 * total(squares, terms), "The factor one half is missing."),
    )  # fmt: skip
    judge(
        _numbers(answer, total(squares, terms)),
        total(squares, terms),
        wrong,
        "For x_hat = x, a mean of 0 and a log variance of 0 the loss is 0.",
    )


def check_3(read_vectors: Callable) -> str:
    """Accept a function (file, words) that returns the matrix of the word vectors."""
    words = ("<pad>", "<unk>", "the", "dog", "bites", "man")
    names = ("zebra", "man", "the", "yak", "dog", "zucchini")
    _check_reader(read_vectors, words, names, 4)
    # Other sizes, names that differ in their case alone, an entry for the padding, many lacking.
    words = ("<pad>", "<unk>", "may", "cat", "ox", "a", "red", "sun", "is")
    _check_reader(read_vectors, words, ("May", "is", "<pad>", "cat", "Sun", "a", "may", "owl"), 3)
    _check_reader(read_vectors, words[:4], ("cat", "Cat", "<unk>", "may"), 7)
    return "Strangers are skipped, and the unknown word lies amid those that were found."


def _check_reader(read_vectors: Callable, words: tuple, names: tuple, dim: int) -> None:
    rng = np.random.default_rng(dim)
    vectors = {name: rng.normal(size=dim) for name in names}
    file = [(name, vector.copy()) for name, vector in vectors.items()]
    right = np.array([vectors.get(word, np.zeros(dim)) for word in words])
    right[:2] = 0
    found = np.array([vectors[word] for word in words[2:] if word in vectors])
    strangers = np.array([vectors[name] for name in names if name not in words])

    def with_unknown(row):
        return np.vstack([right[:1], row, right[2:]])

    right = with_unknown(found.mean(axis=0))
    values = _numbers(call(read_vectors, file, words), right)
    if not np.allclose(values[0], 0):
        raise WrongAnswer("The row of the padding is not zero; the file may have an entry for it.")
    wrong = (
        (with_unknown(strangers[-1]), "The unknown word has the vector of the last stranger in "
         "the file: the assignment is outside of the if."),
        (with_unknown(np.zeros(dim)), "The row of the unknown word is still zero."),
        (with_unknown(strangers.mean(axis=0)), "This is the mean of the strangers; the mean of "
         "the words that were found is asked for."),
        (with_unknown(np.mean(list(vectors.values()), axis=0)), "This mean is over the whole file; "
         "take the words that were found."),
        (with_unknown(found.sum(axis=0) / (len(words) - 2)), "The mean counts a word that the "
         "file lacks."),
        (with_unknown(found.sum(axis=0) / len(words)), "The mean counts rows that have no vector."),
    )  # fmt: skip
    judge(values, right, wrong, "Fill the rows one by one, and skip the words without a row.")


def check_4(leaked_rows: Callable) -> str:
    """Accept a function (train, test) that counts the rows of test that occur in train."""
    rows = np.random.default_rng(2).integers(0, 3, size=(12, 5)).astype("float32")
    rows = np.unique(rows, axis=0)[:8]
    _check_leak(leaked_rows, rows[[0, 1, 2, 3, 3, 4, 1, 4]], rows[[5, 3, 0, 3, 0, 6, 2, 7]])
    near = rows.astype("float64")
    near[5:] = near[:3] + 1e-3  # nearly the same is not the same
    _check_leak(leaked_rows, near[[0, 1, 2, 3, 4]], near[[5, 6, 7, 4, 4, 1, 1]])
    _check_leak(leaked_rows, near[:3, :2] + [[0, 9]], near[4:, :2])
    close = np.hstack([rows, rows[:, :1] + 1]).astype("float64")
    other = close + [0, 0, 0, 0, 0, 2e-6]  # alike but for the sixth digit of the last column
    _check_leak(leaked_rows, close, np.vstack([other[:5], close[2:4]]))
    return "A set of rows answers it without comparing all pairs."


def _check_leak(leaked_rows: Callable, train: np.ndarray, test: np.ndarray) -> None:
    answer = as_array(call(leaked_rows, train, test))
    m = min(len(train), len(test))
    same = np.all(train[:, None] == test, axis=2)
    once = len(np.unique(test[same.any(axis=0)], axis=0))
    aligned = np.sum(np.all(train[:m] == test[:m], axis=1))
    wrong = (
        (aligned, "This compares each row with the one at the same place; a leak may stand "
         "anywhere."),
        (same.sum(), "A row that stands twice in train counts twice here."),
        (same.any(axis=1).sum(), "These are the rows of train that occur in test; it is the other "
         "way round."),
        (once, "A row that stands twice in test has leaked twice."),
        (same.any(axis=0).mean(), "The number of rows is asked for, not their share."),
        (len(test), "Not every row of test occurs in train; compare whole rows, with all "
         "their digits."),
    )  # fmt: skip
    judge(answer, same.any(axis=0).sum(), wrong, "Compare each row of test with all of train.")
