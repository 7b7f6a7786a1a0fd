"""Checks for the exercises of the chapter `pitfalls`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import WrongAnswer, as_array, call, judge

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


def check_1(errors: tuple) -> str:
    """Accept the numbers of four errors, in the order of the reports."""
    answers = as_array(errors, (4,))
    for place, (answer, (right, wrong)) in enumerate(zip(answers, REPORTS, strict=True), 1):
        if answer != right:
            hint = wrong.get(int(answer), "Look for the symptom in the table at the top.")
            raise WrongAnswer(f"Report {place}: {hint}")
    return "Four symptoms, four causes, and none of them shows in a loss curve."


def check_2(negative_bound: Callable) -> str:
    """Accept a function (x, x_hat, mean, log_var) that returns the mean loss in nats."""
    rng = np.random.default_rng(0)
    x, x_hat = rng.normal(size=(2, 6, 20))
    mean, log_var = rng.normal(size=(2, 6, 3))
    answer = np.asarray(call(negative_bound, x, x_hat, mean, log_var))
    if answer.shape == (6,):
        raise WrongAnswer("One number is asked for: the mean over the images.")

    def total(squares, terms):
        return 0.5 * (squares + terms)

    squares = np.sum((x - x_hat) ** 2, axis=1).mean()
    terms = np.sum(np.exp(log_var) + mean**2 - 1 - log_var, axis=1).mean()
    as_half = np.sum(np.exp(log_var / 2) + mean**2 - 1 - log_var, axis=1).mean()
    wrong = (
        (total(squares / 20, terms), "The mean over the pixels is still there: a hidden beta."),
        (total(squares, -terms), "The sign of the divergence is still turned."),
        (total(squares, as_half), "exp(log_var / 2) is the standard deviation; the formula asks "
         "for the variance."),
        (total(squares, 6 * terms), "The divergence is summed over the images as well."),
        (total(6 * squares, 6 * terms), "This is the sum over the images; take the mean."),
        (total(squares, terms / 3), "The divergence is a sum over the units, not a mean."),
        (2 * total(squares, terms), "The factor one half is missing."),
    )  # fmt: skip
    judge(
        as_array(answer),
        total(squares, terms),
        wrong,
        "For x_hat = x, a mean of 0 and a log variance of 0 the loss is 0.",
    )
    return "Sums over pixels and units, a mean over images, and a plus between the two."


def check_3(read_vectors: Callable) -> str:
    """Accept a function (file, words) that returns the matrix of the word vectors."""
    rng = np.random.default_rng(1)
    words = ("<pad>", "<unk>", "the", "dog", "bites", "man")
    names = ("zebra", "man", "the", "yak", "dog", "zucchini")
    file = [(name, rng.normal(size=4)) for name in names]
    vectors = dict(file)
    right = np.zeros((6, 4))
    for row in (2, 3, 5):
        right[row] = vectors[words[row]]
    found = right[[2, 3, 5]]
    strangers = np.array([vectors[name] for name in names if name not in words])

    def with_unknown(row):
        return np.vstack([right[:1], row, right[2:]])

    right = with_unknown(found.mean(axis=0))
    answer = as_array(call(read_vectors, file, words), right.shape)
    wrong = (
        (with_unknown(strangers[-1]), "The unknown word has the vector of the last stranger in "
         "the file: the assignment is outside of the if."),
        (with_unknown(np.zeros(4)), "The row of the unknown word is still zero."),
        (with_unknown(strangers.mean(axis=0)), "This is the mean of the strangers; the mean of "
         "the words that were found is asked for."),
        (with_unknown(np.mean(list(vectors.values()), axis=0)), "This mean is over the whole file; "
         "take the words that were found."),
        (with_unknown(found.sum(axis=0) / 4), "The mean counts a word that the file lacks."),
        (with_unknown(found.sum(axis=0) / 6), "The mean counts rows that have no vector."),
    )  # fmt: skip
    judge(answer, right, wrong, "Fill the rows one by one, and skip the words without a row.")
    return "Strangers are skipped, and the unknown word lies amid those that were found."


def check_4(leaked_rows: Callable) -> str:
    """Accept a function (train, test) that counts the rows of test that occur in train."""
    rows = np.random.default_rng(2).integers(0, 3, size=(12, 5)).astype("float32")
    rows = np.unique(rows, axis=0)[:8]
    train = rows[[0, 1, 2, 3, 3, 4, 1, 4]]
    test = rows[[5, 3, 0, 3, 0, 6, 2, 7]]
    answer = as_array(call(leaked_rows, train, test))
    same = np.all(train[:, None] == test, axis=2)
    wrong = (
        (np.sum(np.all(train == test, axis=1)), "This compares each row with the one at the same "
         "place; a leak may stand anywhere."),
        (same.sum(), "A row that stands twice in train counts twice here."),
        (same.any(axis=1).sum(), "These are the rows of train that occur in test; it is the other "
         "way round."),
        (3, "A row that stands twice in test has leaked twice."),
        (same.any(axis=0).mean(), "The number of rows is asked for, not their share."),
        (8, "Every row has single numbers that also occur in train; compare whole rows."),
    )  # fmt: skip
    judge(answer, same.any(axis=0).sum(), wrong, "Compare each row of test with all of train.")
    return "A set of rows answers it without comparing all pairs."
