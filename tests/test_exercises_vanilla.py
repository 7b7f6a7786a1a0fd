"""The exercises of the chapter `vanilla` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def dead_share(x, x_hat):
    used = x.max(axis=0) > 0
    return (used & (x_hat.max(axis=0) == 0)).sum() / used.sum()


def dead_share_by_loop(x, x_hat):
    used = [i for i in range(len(x[0])) if any(row[i] > 0 for row in x)]
    return sum(all(row[i] == 0 for row in x_hat) for i in used) / len(used)


RIGHT = [
    ("vanilla.1", 784 * 128 + 128 + 128 * 784 + 784),
    ("vanilla.1", np.int64(201_616)),
    ("vanilla.2", dead_share),
    ("vanilla.2", lambda x, x_hat: np.mean((x_hat == 0).all(0)[(x > 0).any(0)])),
    ("vanilla.2", dead_share_by_loop),
    ("vanilla.3", lambda a, x: sigmoid(a) - x),
    ("vanilla.3", lambda a, x: (np.tanh(a / 2) + 1) / 2 - x),
    ("vanilla.3", lambda a, x: np.float32(sigmoid(a)) - np.float32(x)),
    ("vanilla.3", lambda a, x: [sigmoid(u) - v for u, v in zip(a, x, strict=True)]),
]
WRONG = [
    ("vanilla.1", 2 * 784 * 128, "bias"),
    ("vanilla.1", 784 * 128 + 128, "encoder alone"),
    ("vanilla.1", 2 * (784 * 128 + 128), "784 biases"),
    ("vanilla.1", 784 * 128 + 128 + 784, "two of them"),
    ("vanilla.1", 201_616.9, "each of two layers"),
    ("vanilla.1", 12, "each of two layers"),
    ("vanilla.1", "many", "Expected numbers"),
    ("vanilla.2", lambda x, x_hat: (x_hat == 0).all(0).mean(), "never use do not count"),
    ("vanilla.2", lambda x, x_hat: ((x_hat == 0).all(0) & x.any(0)).mean(), "wrong total"),
    ("vanilla.2", lambda x, x_hat: (x_hat == 0).all(0).sum() / x.any(0).sum(), "not dead"),
    ("vanilla.2", lambda x, x_hat: (x_hat[:, x.any(0)] == 0).mean(), "every image"),
    ("vanilla.2", lambda x, x_hat: 1 - dead_share(x, x_hat), "alive"),
    ("vanilla.2", lambda x, x_hat: (x_hat.min(0) == 0)[x.max(0) > 0].mean(), "every image"),
    ("vanilla.2", lambda x, x_hat: (x_hat.max(0) == 0)[x.min(0) > 0].mean(), "one image"),
    ("vanilla.2", lambda x, x_hat: (x_hat.min(0) == 0)[x.min(0) > 0].mean(), "one image"),
    ("vanilla.2", lambda x, x_hat: (x_hat.max(0) < 0.2)[x.max(0) > 0].mean(), "faint"),
    ("vanilla.2", lambda x, x_hat: (x_hat.max(0) == 0)[x.max(0) > 0.2].mean(), "faint"),
    ("vanilla.2", lambda x, x_hat: 0.9, "it should be"),
    ("vanilla.2", lambda x, x_hat: 4 / 15, "it should be"),
    ("vanilla.2", lambda x, x_hat: x.mean(axis=0), "single number"),
    ("vanilla.3", lambda a, x: x - sigmoid(a), "sign"),
    ("vanilla.3", lambda a, x: a - x, "sigmoid first"),
    ("vanilla.3", lambda a, x: 2 * (sigmoid(a) - x) * sigmoid(a) * sigmoid(-a), "squared error"),
    ("vanilla.3", lambda a, x: (sigmoid(a) - x) * sigmoid(a) * sigmoid(-a), "cancels"),
    ("vanilla.3", lambda a, x: (sigmoid(a) - x) / (sigmoid(a) * sigmoid(-a)), "chain rule"),
    ("vanilla.3", lambda a, x: np.mean(sigmoid(a) - x), "shape"),
    ("vanilla.3", lambda a, x: (a > 0) - x, "finite differences"),
    ("vanilla.3", lambda a, x: sigmoid(a).ravel() - x.ravel(), "shape"),
    ("vanilla.3", lambda a, x: 0 * a, "finite differences"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
