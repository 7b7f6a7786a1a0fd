"""The exercises of the chapter `pitfalls` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests


def bound(x, x_hat, mean, log_var, variance=None):
    variance = np.exp(log_var) if variance is None else variance
    kl = 0.5 * np.sum(variance + mean**2 - 1 - log_var, axis=1)
    return 0.5 * np.sum((x - x_hat) ** 2, axis=1) + kl


def two_parts(x, x_hat, mean, log_var):
    same = bound(x, x, mean, log_var)
    return bound(x, x_hat, 0 * mean, 0 * log_var), same


def weighted(pixels, units):
    def loss(*arguments):
        reconstruction, kl = two_parts(*arguments)
        return np.mean(pixels * reconstruction + units * kl)

    return loss


def read_vectors(file, words, unknown="mean"):
    rows = {word: row for row, word in enumerate(words) if row > 1}
    matrix = np.zeros((len(words), len(file[0][1])))
    found, strangers = [], []
    for word, vector in file:
        if word in rows:
            matrix[rows[word]] = vector
            found.append(vector)
        else:
            strangers.append(vector)
    choices = {"mean": np.mean(found, axis=0), "last": strangers[-1], "zero": 0 * found[0]}
    choices |= {"strangers": np.mean(strangers, axis=0)}
    choices |= {"file": np.mean([vector for _, vector in file], axis=0)}
    choices |= {"lacking": np.sum(found, axis=0) / (len(words) - 2)}
    choices |= {"all rows": np.sum(found, axis=0) / len(words)}
    matrix[1] = choices[unknown]
    return matrix


def reader(unknown):
    return lambda file, words: read_vectors(file, words, unknown)


def leaked(train, test):
    return sum(any(np.array_equal(row, other) for other in train) for row in test)


def pairs(train, test):
    return np.all(train[:, None] == test, axis=2)


def in_place(x, x_hat, mean, log_var):
    x -= x_hat
    x **= 2
    mean **= 2
    mean += np.exp(log_var) - 1 - log_var
    return [0.5 * (x.sum(axis=1) + mean.sum(axis=1)).mean()]


def padded(file, words):
    matrix = read_vectors(file, words)
    matrix[0] = dict(file).get("<pad>", 0)
    return matrix


def lower_case(file, words):
    return read_vectors([(word.lower(), vector) for word, vector in file], words)


def three_rows(file, words):
    matrix = np.zeros((6, 4))
    for row in (2, 3, 5):
        matrix[row] = dict(file)[words[row]]
    matrix[1] = matrix[2:].sum(axis=0) / 3
    return matrix


def nearly(train, test, columns=None, **tolerance):
    same = np.isclose(train[:, None, :columns], test[:, :columns], **tolerance)
    return same.all(axis=2).any(axis=0).sum()


RIGHT = [
    ("pitfalls.1", (13, 15, 14, 5)),
    ("pitfalls.1", np.array([13, 15, 14, 5])),
    ("pitfalls.1", [[13], [15], [14], [5]]),
    ("pitfalls.1", iter([13, 15, 14, 5])),
    ("pitfalls.2", lambda *a: bound(*a).mean()),
    ("pitfalls.2", in_place),
    ("pitfalls.2", lambda *a: bound(*(x.astype("float16") for x in a)).mean()),
    ("pitfalls.2", lambda *a: np.float32(bound(*a).mean())),
    ("pitfalls.2", weighted(1, 1)),
    ("pitfalls.3", read_vectors),
    ("pitfalls.3", lambda *a: read_vectors(*a).tolist()),
    ("pitfalls.3", lambda *a: read_vectors(*a).astype("float16")),
    ("pitfalls.4", leaked),
    ("pitfalls.4", lambda train, test: pairs(train, test).any(axis=0).sum()),
]
WRONG = [
    ("pitfalls.1", [[13, 12], [15], [14], [5]], "Expected numbers"),
    ("pitfalls.2", lambda *given: (given[0].sum(axis=1), 0.0), "Expected numbers"),
    ("pitfalls.1", (12, 15, 14, 5), "Report 1: A penalty that is not added"),
    ("pitfalls.1", (13, 9, 14, 5), "Report 2: Dead units"),
    ("pitfalls.1", (13, 16, 14, 5), "the noise is switched off"),
    ("pitfalls.1", (13, 18, 14, 5), "run away"),
    ("pitfalls.1", (13, 15, 6, 5), "Report 3: That explains"),
    ("pitfalls.1", (13, 15, 21, 5), "average over"),
    ("pitfalls.1", (13, 15, 14, 3), "Report 4: Two tokenizers"),
    ("pitfalls.1", (13, 15, 14, 4), "Glued lines"),
    ("pitfalls.1", (5, 13, 14, 15), "Report 1: Look for the symptom"),
    ("pitfalls.1", (13, 15, 14), "Expected an array of shape (4,)"),
    ("pitfalls.2", bound, "the mean over the images"),
    ("pitfalls.2", weighted(1 / 20, 1), "hidden beta"),
    ("pitfalls.2", weighted(1, -1), "sign of the divergence"),
    ("pitfalls.2", lambda *a: bound(*a, np.exp(a[3] / 2)).mean(), "asks for the variance"),
    ("pitfalls.2", weighted(1, 6), "summed over the images as well"),
    ("pitfalls.2", weighted(6, 6), "This is the sum over the images"),
    ("pitfalls.2", weighted(1, 1 / 3), "not a mean"),
    ("pitfalls.2", weighted(2, 2), "one half"),
    ("pitfalls.2", weighted(0, 0), "the loss is 0"),
    ("pitfalls.3", reader("last"), "outside of the if"),
    ("pitfalls.3", reader("zero"), "still zero"),
    ("pitfalls.3", reader("strangers"), "mean of the strangers"),
    ("pitfalls.3", reader("file"), "whole file"),
    ("pitfalls.3", reader("lacking"), "the file lacks"),
    ("pitfalls.3", reader("all rows"), "have no vector"),
    ("pitfalls.3", lambda *a: read_vectors(*a)[::-1], "padding is not zero"),
    ("pitfalls.3", lambda *a: read_vectors(*a)[[0, 1, *range(2, len(a[1]))[::-1]]], "one by one"),
    ("pitfalls.3", padded, "padding is not zero"),
    ("pitfalls.3", lower_case, "one by one"),
    ("pitfalls.3", three_rows, ""),
    ("pitfalls.3", lambda *a: read_vectors(*a)[1:], "shape (6, 4)"),
    ("pitfalls.4", lambda a, b: np.all(a == b, axis=1).sum(), "same place"),
    ("pitfalls.4", lambda a, b: pairs(a, b).sum(), "counts twice"),
    ("pitfalls.4", lambda a, b: pairs(a, b).any(axis=1).sum(), "other way round"),
    ("pitfalls.4", lambda a, b: leaked(a, np.unique(b, axis=0)), "leaked twice"),
    ("pitfalls.4", lambda a, b: leaked(a, b) / len(b), "not their share"),
    ("pitfalls.4", lambda a, b: len(b), "whole rows"),
    ("pitfalls.4", lambda a, b: nearly(a, b, atol=1e-4), "all their digits"),
    ("pitfalls.4", lambda a, b: nearly(a, b), "all their digits"),
    ("pitfalls.4", lambda a, b: leaked(a.round(4), b.round(4)), "all their digits"),
    ("pitfalls.4", lambda a, b: nearly(a, b, 4, rtol=0, atol=0), ""),
    ("pitfalls.4", lambda a, b: 0, "with all of train"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test([pair for pair in RIGHT if pair[0] != "pitfalls.3"])
