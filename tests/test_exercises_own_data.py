"""The exercises of the chapter `own-data` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests


def standardise(x_train, x):
    spread = x_train.std(axis=0)
    return (x - x_train.mean(axis=0)) / np.where(spread > 0, spread, 1)


def standardise_in_place(x_train, x):
    for column in range(x.shape[1]):
        spread = np.std(x_train[:, column])
        x[:, column] -= np.mean(x_train[:, column])
        x[:, column] /= spread if spread > 0 else 1
    return x


def standardise_as_pandas(x_train, x):
    spread = x_train.std(axis=0, ddof=1)
    return (x - x_train.mean(axis=0)) / np.where(spread > 0, spread, 1)


def by_itself(x_train, x):
    return standardise(x, x)


def by_all(x_train, x):
    return standardise(np.concatenate([x_train, x]), x)


def to_range(x_train, x):
    low, high = x_train.min(axis=0), x_train.max(axis=0)
    return (x - low) / np.where(high > low, high - low, 1)


def squares(x, x_hat):
    return (x - x_hat) ** 2


RIGHT = [
    ("own-data.1", standardise),
    ("own-data.1", standardise_in_place),
    ("own-data.1", standardise_as_pandas),
    ("own-data.1", lambda a, x: standardise(a, x).tolist()),
    ("own-data.2", lambda groups, held_back: ~np.isin(groups, held_back)),
    ("own-data.2", lambda groups, held_back: [g not in held_back for g in groups]),
    ("own-data.2", lambda groups, held_back: (~np.isin(groups, held_back)).astype(int)),
    ("own-data.3", lambda x, x_hat: np.mean(squares(x, x_hat))),
    ("own-data.3", lambda x, x_hat: np.exp(np.log(squares(x, x_hat).sum() / x.size))),
    ("own-data.3", lambda x, x_hat: [np.float32(squares(x, x_hat).mean())]),
]
WRONG = [
    (
        "own-data.1",
        lambda a, x: (x - a.mean(0)) / np.maximum(a.std(0), 1),
        "divide by the standard",
    ),
    ("own-data.1", lambda a, x: (x - a.mean(0)) / np.append(a.std(0)[:-1], 1), "not finite"),
    ("own-data.1", by_itself, "training rows alone"),
    ("own-data.1", by_all, "training rows alone"),
    ("own-data.1", lambda a, x: x - a.mean(axis=0), "divide by the standard deviation"),
    ("own-data.1", lambda a, x: (x - a.mean()) / a.std(), "axis=0"),
    ("own-data.1", to_range, "range"),
    ("own-data.1", lambda a, x: (x - a.mean(axis=0)) / a.std(axis=0), "not finite"),
    ("own-data.1", lambda a, x: standardise(a, a), "shape"),
    ("own-data.1", lambda a, x: 0 * x, "Each column"),
    ("own-data.1", 3, "function"),
    ("own-data.2", np.isin, "turn it round"),
    ("own-data.2", lambda groups, held_back: groups != [*held_back, ""][0], "several"),
    ("own-data.2", lambda groups, held_back: np.ones(len(groups), bool), "let through"),
    ("own-data.2", lambda groups, held_back: np.flatnonzero(~np.isin(groups, held_back)), "shape"),
    ("own-data.2", lambda groups, held_back: np.arange(len(groups)) > 2, "none of those"),
    ("own-data.3", lambda x, x_hat: np.sqrt(squares(x, x_hat).mean()), "standard deviation"),
    ("own-data.3", lambda x, x_hat: np.log(squares(x, x_hat).mean()), "logarithm"),
    ("own-data.3", lambda x, x_hat: squares(x, x_hat).sum(axis=1).mean(), "sums over the columns"),
    ("own-data.3", lambda x, x_hat: squares(x, x_hat).sum(), "sum over everything"),
    ("own-data.3", lambda x, x_hat: squares(x, x_hat).mean() / 2, "cancels"),
    ("own-data.3", lambda x, x_hat: np.var(x - x_hat), "leaves out their mean"),
    ("own-data.3", lambda x, x_hat: np.var(x), "variance of the data"),
    ("own-data.3", lambda x, x_hat: np.abs(x - x_hat).mean(), "absolute"),
    ("own-data.3", lambda x, x_hat: squares(x, x_hat), "single number"),
    ("own-data.3", lambda x, x_hat: 1.0, "slope"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
