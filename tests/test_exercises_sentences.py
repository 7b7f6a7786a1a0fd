"""The exercises of the chapter `sentences` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_tests
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


RIGHT = [
    ("sentences.1", masked_mse),
    ("sentences.1", by_sums),
    ("sentences.2", auc),
    ("sentences.2", by_pairs),
    ("sentences.3", 120),
    ("sentences.3", 120.0),
]
WRONG = [
    ("sentences.1", lambda x, x_hat, ids: squares(x, x_hat).mean(), "padding"),
    ("sentences.1", lambda x, y, ids: np.mean(squares(x, y) * (ids > 0)[..., None]), "divide by"),
    ("sentences.1", mean_of_means, "mean of the sentences' means"),
    ("sentences.1", lambda x, y, ids: squares(x, y)[ids == 0].mean(), "turned round"),
    ("sentences.1", lambda x, y, ids: squares(x, y)[ids > 0].sum(axis=1).mean(), "the sum over"),
    ("sentences.1", lambda x, y, ids: np.sqrt(masked_mse(x, y, ids)), "root"),
    ("sentences.1", lambda x, y, ids: np.abs(x - y)[ids > 0].mean(), "Square the differences"),
    ("sentences.1", lambda x, y, ids: squares(x, y)[ids > 0], "single number"),
    ("sentences.2", lambda a, b: 1 - auc(a, b), "Turned round"),
    ("sentences.2", lambda a, b: np.mean(a[:, None] > b), "one half"),
    ("sentences.2", lambda a, b: np.mean(a[:, None] >= b), "not as 1"),
    ("sentences.2", lambda a, b: np.mean(a > b), "one stranger"),
    ("sentences.2", lambda a, b: (np.mean(a > 0.5) + np.mean(b <= 0.5)) / 2, "threshold"),
    ("sentences.2", lambda a, b: a.mean() - b.mean(), "difference of means"),
    ("sentences.2", lambda a, b: 0.5, "25 pairs"),
    ("sentences.3", 1, "more orders"),
    ("sentences.3", 5, "still open"),
    ("sentences.3", 10, "more than two"),
    ("sentences.3", 25, "four left"),
    ("sentences.3", 3125, "four left"),
    ("sentences.3", 119, "counts as well"),
    ("sentences.3", 7, "one by one"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
