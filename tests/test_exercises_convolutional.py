"""The exercises of the chapter `convolutional` accept right answers and explain wrong ones."""

import math

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests


def output_size(n, kernel, stride, padding):
    kernel = kernel if padding == "valid" else 1
    return math.ceil((n - kernel + 1) / stride)


def stamps(n, kernel, stride, last=0, step=None):
    step = step or stride
    counts = np.zeros(step * (n - 1) + kernel)
    for i in range(n):
        counts[i * step : i * step + kernel] += 1
    return counts


def stamps_by_convolution(n, kernel, stride):
    places = np.zeros(stride * (n - 1) + 1, dtype="float32")
    places[::stride] = 1
    return np.convolve(places, np.ones(kernel, dtype="float32"))


def padded(same_padding):
    """Make a size from the padding on either side, as other libraries take it."""
    return lambda n, k, s, p: (n + (2 * same_padding(k) if p == "same" else 0) - k) // s + 1


def split(same, valid):
    return lambda n, k, s, padding: same(n, s) if padding == "same" else valid(n, k, s)


def up(n, s):
    return -(-n // s)


def fits(n, k, s):
    return (n - k) // s + 1


RIGHT = [
    ("convolutional.1", 5 * 5 * 16 * 32 + 32),
    ("convolutional.1", np.int64(12_832)),
    ("convolutional.2", output_size),
    ("convolutional.2", split(up, fits)),
    ("convolutional.2", split(up, lambda n, k, s: len(range(0, n - k + 1, s)))),
    ("convolutional.2", lambda n, k, s, padding: np.int64(output_size(n, k, s, padding))),
    ("convolutional.3", stamps),
    ("convolutional.3", stamps_by_convolution),
    ("convolutional.3", lambda n, k, s: [int(c) for c in stamps(n, k, s)]),
]
WRONG = [
    ("convolutional.3", lambda n, kernel, stride: (np.ones(3), 3), "Expected numbers"),
    ("convolutional.1", 5 * 5 * 16 * 32, "bias"),
    ("convolutional.1", 5 * 5 * 32 + 32, "all 16 channels"),
    ("convolutional.1", 5 * 5 * 16 * 32 + 16, "belong to the outputs"),
    ("convolutional.1", 784 * (5 * 5 * 16 * 32 + 32), "count them once"),
    ("convolutional.1", 5 * 5 * 16 * 32 + 784 * 32, "bias is shared"),
    ("convolutional.1", 784 * 16 * 784 * 32 + 784 * 32, "dense layer"),
    ("convolutional.1", 12_832.9, "times the number of kernels"),
    ("convolutional.1", 12, "times the number of kernels"),
    ("convolutional.1", "many", "Expected numbers"),
    ("convolutional.2", split(lambda n, s: n // s, fits), "rounded up"),
    ("convolutional.2", split(lambda n, s: n / s, fits), "whole number"),
    ("convolutional.2", split(up, lambda n, k, s: (n - k) // s), "one is missing"),
    ("convolutional.2", split(up, lambda n, k, s: (n - k) / s + 1), "round down"),
    ("convolutional.2", split(up, lambda n, k, s: -(-(n - k) // s) + 1), "round down"),
    ("convolutional.2", lambda n, k, s, padding: up(n, s), "loses the margin"),
    ("convolutional.2", lambda n, k, s, padding: fits(n, k, s), "keeps the margin"),
    ("convolutional.2", lambda n, k, s, padding: n, "Keras gives"),
    ("convolutional.2", padded(lambda k: (k - 1) // 2), "one pixel of padding more"),
    ("convolutional.2", padded(lambda k: k // 2), "one pixel too many"),
    ("convolutional.2", split(lambda n, s: n // s + n % s, fits), "remainder of 2"),
    ("convolutional.2", split(lambda n, s: -(-n // min(s, 2)), fits), "Keras gives"),
    ("convolutional.2", split(up, lambda n, k, s: (n - k) // min(s, 2) + 1), "Keras gives"),
    ("convolutional.3", lambda n, k, s: stamps(n, k, s)[: s * n], "same padding"),
    ("convolutional.3", lambda n, k, s: stamps(n, k, s, step=1), "stride apart"),
    ("convolutional.3", lambda n, k, s: np.minimum(stamps(n, k, s), 1), "add up"),
    ("convolutional.3", lambda n, k, s: 2 * stamps(n, k, s), "it should be"),
    ("convolutional.3", lambda n, k, s: n, "shape"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
