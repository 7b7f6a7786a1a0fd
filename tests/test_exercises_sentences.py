"""The exercises of the chapter `sentences` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests
from scipy.stats import rankdata
from sklearn.metrics import roc_auc_score


def squares(x, x_hat):
    return (x - x_hat) ** 2


def masked_mse(x, x_hat, ids):
    return squares(x, x_hat)[ids > 0].mean()


def by_sums(x, x_hat, ids):
    mask = (ids != 0)[..., None]
    return np.sum(squares(x, x_hat) * mask) / (mask.sum() * x.shape[-1])


def mean_of_means(x, x_hat, ids):
    return np.mean([squares(a, b)[i > 0].mean() for a, b, i in zip(x, x_hat, ids, strict=True)])


def auc(matched, mismatched):
    labels = np.r_[np.ones(len(matched)), np.zeros(len(mismatched))]
    return roc_auc_score(labels, np.r_[matched, mismatched])


def by_pairs(matched, mismatched):
    difference = matched[:, None] - mismatched
    return np.mean((np.sign(difference) + 1) / 2)


def by_loop(x, x_hat, ids):
    found = []
    for sentence, copy, numbers in zip(x, x_hat, ids, strict=True):
        for a, b, number in zip(sentence, copy, numbers, strict=True):
            if number != 0:
                found.extend((a - b) ** 2)
    return sum(found) / len(found)


def by_ranks(matched, mismatched):
    ranks = rankdata(np.r_[matched, mismatched])[: len(matched)]
    n, m = len(matched), len(mismatched)
    return (ranks.sum() - n * (n + 1) / 2) / (n * m)


def auc_by_loop(matched, mismatched):
    won = [1.0 if a > b else 0.5 if a == b else 0.0 for a in matched for b in mismatched]
    return [sum(won) / len(won)]


def truncated(matched, mismatched):
    n = min(len(matched), len(mismatched))
    return by_pairs(matched[:n], mismatched[:n])


def without_last_column(x, x_hat, ids):
    return masked_mse(x[:, :-1], x_hat[:, :-1], ids[:, :-1])


def close_ties(matched, mismatched):
    difference = matched[:, None] - mismatched
    return np.mean(np.where(np.abs(difference) <= 1e-4, 0.5, difference > 0))


RIGHT = [
    ("sentences.1", masked_mse),
    ("sentences.1", by_sums),
    ("sentences.1", by_loop),
    ("sentences.1", lambda *a: np.float32(masked_mse(*a))),
    ("sentences.1", lambda x, y, ids: squares(x, y)[ids > 0].astype(np.float16).mean()),
    ("sentences.2", auc),
    ("sentences.2", by_pairs),
    ("sentences.2", by_ranks),
    ("sentences.2", auc_by_loop),
    ("sentences.3", 120),
    ("sentences.3", 120.0),
    ("sentences.3", complex(120)),
]
WRONG = [
    ("sentences.1", lambda x, x_hat, ids: squares(x, x_hat).mean(), "padding"),
    ("sentences.1", lambda x, y, ids: np.mean(squares(x, y) * (ids > 0)[..., None]), "divide by"),
    ("sentences.1", lambda x, y, ids: squares(x, y)[ids > 1].mean(), "that is a word"),
    ("sentences.1", lambda x, y, ids: squares(x, y)[:2][ids[:2] > 0].mean(), "Square the"),
    ("sentences.1", lambda x, y, ids: masked_mse(x, y, np.minimum(ids, 1)[:, ::-1]), "Square the"),
    ("sentences.1", without_last_column, "Square the"),
    ("sentences.1", mean_of_means, "mean of the sentences' means"),
    ("sentences.1", lambda x, y, ids: squares(x, y)[ids == 0].mean(), "turned round"),
    ("sentences.1", lambda x, y, ids: squares(x, y)[ids > 0].sum(axis=1).mean(), "the sum over"),
    ("sentences.1", lambda x, y, ids: np.sqrt(masked_mse(x, y, ids)), "root"),
    ("sentences.1", lambda x, y, ids: np.abs(x - y)[ids > 0].mean(), "Square the differences"),
    ("sentences.1", lambda x, y, ids: squares(x, y)[ids > 0], "single number"),
    ("sentences.2", lambda a, b: 1 - auc(a, b), "Turned round"),
    ("sentences.2", lambda a, b: np.mean(a[:, None] > b), "one half"),
    ("sentences.2", lambda a, b: np.mean(a[:, None] >= b), "not as 1"),
    ("sentences.2", lambda a, b: np.mean(a > b[: len(a)]), "one stranger"),
    ("sentences.2", truncated, "use all of both"),
    ("sentences.2", lambda a, b: auc(np.round(a, 2), np.round(b, 2)), "in order"),
    ("sentences.2", lambda a, b: (np.mean(a > 0.5) + np.mean(b <= 0.5)) / 2, "threshold"),
    ("sentences.2", lambda a, b: a.mean() - b.mean(), "difference of means"),
    ("sentences.2", lambda a, b: 0.5, "Of all pairs"),
    ("sentences.2", lambda a, b: max(auc(a, b), 1 - auc(a, b)), "Turned round"),
    ("sentences.2", lambda a, b: auc(np.abs(a), np.abs(b)), "in order"),
    ("sentences.2", lambda a, b: auc(np.unique(a), np.unique(b)), "in order"),
    ("sentences.2", close_ties, "in order"),
    ("sentences.3", 1, "more orders"),
    ("sentences.3", 5, "still open"),
    ("sentences.3", 10, "more than two"),
    ("sentences.3", 25, "four left"),
    ("sentences.3", 3125, "four left"),
    ("sentences.3", 119, "counts as well"),
    ("sentences.3", 7, "one by one"),
    ("sentences.3", 120.0009, "one by one"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
