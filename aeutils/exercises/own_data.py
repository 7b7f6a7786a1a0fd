"""Checks for the exercises of the chapter `own-data`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import as_array, call, judge

# Rows of training, other rows, columns; one column never changes in training.
SIZES = ((9, 4, 3), (6, 7, 2), (12, 1, 5))


def check_1(standardise: Callable) -> str:
    """Accept a function (x_train, x) that standardises `x` by the training rows."""
    for rows, others, columns in SIZES:
        rng = np.random.default_rng(rows)
        units, constant = np.arange(1, columns + 1) / 10, rows % columns
        x_train = rng.normal(3, 2, (rows, columns)) * units
        x_train[:, constant] = 5
        x = rng.normal(4, 3, (others, columns)) * units
        answer = as_array(call(standardise, x_train.copy(), x.copy()), x.shape)
        mean, spread = x_train.mean(axis=0), x_train.std(axis=0)
        spread[constant] = 1
        with_one_less = np.where(spread == 1, 1, spread * np.sqrt(rows / (rows - 1)))
        right = (x - mean) / spread
        if np.allclose(answer, (x - mean) / with_one_less):  # as pandas divides
            right = answer
        both = np.concatenate([x_train, x])
        own = np.where(x.std(axis=0) > 0, x.std(axis=0), 1)
        low, high = x_train.min(axis=0), x_train.max(axis=0)
        leak = "Mean and deviation come from the training rows alone: the other rows are not known."
        wrong = (
            ((x - x.mean(axis=0)) / own, leak),
            ((x - both.mean(axis=0)) / both.std(axis=0), leak),
            (x - mean, "The mean is taken off; divide by the standard deviation, too."),
            (x / spread, "Take off the mean of the training rows first."),
            ((x - mean) / spread**2, "This divides by the variance; take its root."),
            ((x - x_train.mean()) / x_train.std(), "Each column has a mean and a deviation of its "
             "own: axis=0."),
            ((x - low) / np.where(high > low, high - low, 1), "This scales to the range of the "
             "training rows; mean and standard deviation are asked for."),
        )  # fmt: skip
        hint = "Each column of x, less its mean in training, over its standard deviation there."
        judge(answer, right, wrong, hint)
    return "The training rows decide, and a column that never changes does no harm."


GROUPS = (
    (np.array([3, 0, 1, 1, 3, 2, 0]), [1, 3]),
    (np.array(["ann", "bob", "ann", "eve", "bob"]), ["bob"]),
    (np.array([5, 5, 7, 9]), []),
)


def check_2(may_train: Callable) -> str:
    """Accept a function (groups, held_back) that says which rows are in no group held back."""
    for groups, held_back in GROUPS:
        answer = as_array(call(may_train, groups.copy(), list(held_back)), groups.shape)
        right = np.array([group not in held_back for group in groups])
        first = groups != held_back[0] if held_back else right
        wrong = (
            (~right, "These are the rows that are held back; turn it round."),
            (first, "Only the first of the groups is held back: there may be several."),
            (np.ones(len(groups)), "All rows are let through, those of the groups held back too."),
        )
        hint = "A row may be used if its group is none of those held back; one answer for each row."
        judge(answer, right, wrong, hint, exact=True)
    return "A group is on one side, with all its rows."


def check_3(best_variance: Callable) -> str:
    """Accept a function (x, x_hat) that returns the mean squared error."""
    for rows, columns, bias in ((6, 4, 0.5), (3, 7, -1.0), (8, 1, 2.0)):
        rng = np.random.default_rng(columns)
        x = rng.normal(0, 2, (rows, columns))
        x_hat = x + rng.normal(bias, 0.7, x.shape)
        answer = as_array(call(best_variance, x.copy(), x_hat.copy()))
        right = np.mean((x - x_hat) ** 2)
        wrong = (
            (np.sqrt(right), "This is the standard deviation; the variance is its square."),
            (np.log(right), "This is the logarithm of the variance."),
            (right * columns, "This sums over the columns; each of them has the same variance, so "
             "take the mean."),
            (right * rows * columns, "This is the sum over everything; divide by how many numbers "
             "there are."),
            (right / 2, "The half in front of the sum stands before both terms, and cancels."),
            (np.var(x - x_hat), "The variance of the errors leaves out their mean: the Gaussian "
             "stands around the reconstruction, whether that is right on average or not."),
            (np.var(x), "This is the variance of the data; the errors are asked about."),
            (np.mean(np.abs(x - x_hat)), "This is the mean absolute error, which suits another "
             "distribution."),
        )  # fmt: skip
        hint = "The slope in the variance is zero where the variance is the mean squared error."
        judge(answer, right, wrong, hint)
    return "The best variance is the mean squared error."
