"""The exercises of the chapter `template` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests

RIGHT = [
    ("template.1", 39.2),
    ("template.2", lambda x: np.median(x, axis=0)),
    ("template.3", np.log2(10)),
]
WRONG = [
    ("template.1", 0.05 * 28, "one row"),
    ("template.1", 0.05 / 784, "divided"),
    ("template.1", 0.05, "number of pixels"),
    ("template.2", lambda x: x.mean(axis=0), "mean"),
    ("template.2", np.median, "axis=0"),
    ("template.2", lambda x: x.max(axis=0), "above it as below"),
    ("template.2", lambda x: x, "shape"),
    ("template.3", np.log(10), "nats"),
    ("template.3", 10, "halve"),
    ("template.3", 4, "logarithm"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
