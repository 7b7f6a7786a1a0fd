"""The checks of the template's exercises accept what is right and name typical mistakes."""

import numpy as np
import pytest

from aeutils.exercises import WrongAnswer
from aeutils.exercises.template import check_1, check_2, check_3


def best_median(x):
    return np.median(x, axis=0)


@pytest.mark.parametrize(
    ("grade", "answer"), [(check_1, 39.2), (check_2, best_median), (check_3, np.log2(10))]
)
def test_right_answer(grade, answer):
    assert grade(answer).endswith(".")


@pytest.mark.parametrize(
    ("grade", "answer", "hint"),
    [
        (check_1, 0.05 * 28, "one row"),
        (check_1, 0.05 / 784, "divided"),
        (check_1, 0.05, "number of pixels"),
        (check_2, lambda x: x.mean(axis=0), "mean"),
        (check_2, np.median, "axis=0"),
        (check_2, lambda x: x.max(axis=0), "above it as below"),
        (check_2, lambda x: x, "shape"),
        (check_3, np.log(10), "nats"),
        (check_3, 10, "halve"),
        (check_3, 4, "logarithm"),
    ],
)
def test_wrong_answer(grade, answer, hint):
    with pytest.raises(WrongAnswer, match=hint):
        grade(answer)
