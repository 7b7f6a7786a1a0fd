"""The exercises of the chapter `stacked` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests

KERNELS = 784 * 1000 + 1000 * 500 + 500 * 250 + 250 * 30
ENCODER, DECODER = 1000 + 500 + 250 + 30, 250 + 500 + 1000 + 784


def by_encoder(x, w):
    return 2 * x.T @ (x @ w @ w.T - x) @ w


def by_decoder(x, w):
    return 2 * (x @ w @ w.T - x).T @ x @ w


def gradient(x, w):
    return by_encoder(x, w) + by_decoder(x, w)


def by_differences(x, w, step=1e-6):
    slopes = np.zeros_like(w)
    for place in np.ndindex(w.shape):
        up, down = w.copy(), w.copy()
        up[place] += step
        down[place] -= step
        high, low = (np.sum((x @ v @ v.T - x) ** 2) for v in (up, down))
        slopes[place] = (high - low) / (2 * step)
    return slopes


def move_right(x):
    return np.concatenate([np.zeros_like(x[:, :, :1]), x[:, :, :-1]], axis=2)


def wrap_and_keep(x):
    moved = np.roll(x, 1, axis=2)
    moved[:, :, 0] = x[:, :, 0]
    return moved


def in_place(x):
    x[:, :, 1:] = x[:, :, :-1].copy()
    x[:, :, 0] = 0
    return x


def in_place_without_return(x):
    in_place(x)


def by_loop(x):
    return [[[0, *row[:-1]] for row in image] for image in x]


def one_image_only(x):
    return np.concatenate([move_right(x[:1]), x[1:]])


RIGHT = [
    ("stacked.1", KERNELS + ENCODER + DECODER),
    ("stacked.1", np.int64(1_420_814)),
    ("stacked.1", 1_420_814.0),
    ("stacked.2", gradient),
    ("stacked.2", lambda x, w: gradient(x, w).tolist()),
    ("stacked.2", lambda x, w: 2 * (x.T @ x @ (w @ w.T) + w @ w.T @ x.T @ x - 2 * x.T @ x) @ w),
    ("stacked.2", by_differences),
    ("stacked.3", move_right),
    ("stacked.3", lambda x: np.pad(x, ((0, 0), (0, 0), (1, 0)))[:, :, :-1].tolist()),
    ("stacked.3", in_place),
    ("stacked.3", by_loop),
    ("stacked.3", lambda x: move_right(x).astype("float32")),
]
WRONG = [
    ("stacked.1", KERNELS, "also has a bias"),
    ("stacked.1", KERNELS + ENCODER, "biases of the decoder"),
    ("stacked.1", KERNELS + DECODER, "biases of the encoder"),
    ("stacked.1", KERNELS + 2 * ENCODER, "not as many"),
    ("stacked.1", 2 * KERNELS + ENCODER + DECODER, "free network"),
    ("stacked.1", 1_420_814.7, "four kernels"),
    ("stacked.1", 30, "four kernels"),
    ("stacked.1", "half", "Expected numbers"),
    ("stacked.2", by_encoder, "second time"),
    ("stacked.2", by_decoder, "in the encoder, too"),
    ("stacked.2", lambda x, w: 2 * by_encoder(x, w), "decoder's share"),
    ("stacked.2", lambda x, w: 2 * by_decoder(x, w), "encoder's share"),
    ("stacked.2", lambda x, w: gradient(x, w) / 2, "factor of 2"),
    ("stacked.2", lambda x, w: -gradient(x, w), "sign"),
    ("stacked.2", lambda x, w: gradient(x, w) / x.size, "all entries"),
    ("stacked.2", lambda x, w: gradient(x, w) / len(x), "all images"),
    ("stacked.2", lambda x, w: 0 * w, "central differences"),
    ("stacked.2", lambda x, w: gradient(x, w).T, "shape"),
    ("stacked.2", lambda x, w: gradient(x, np.sign(w)), "central differences"),
    ("stacked.3", lambda x: np.roll(x, 1, axis=2), "it wraps"),
    ("stacked.3", lambda x: abs(move_right(x)), "column 0 of the image"),
    ("stacked.3", lambda x: np.maximum(move_right(x), 0), "column 0 of the image"),
    ("stacked.3", lambda x: np.roll(x, 1, axis=1), "moves down, and it wraps"),
    ("stacked.3", lambda x: np.roll(x, 1), "name the axis"),
    ("stacked.3", lambda x: np.pad(x, ((0, 0), (1, 0), (0, 0)))[:, :-1], "This moves down"),
    ("stacked.3", lambda x: np.pad(x, ((0, 0), (0, 0), (0, 1)))[:, :, 1:], "to the left"),
    ("stacked.3", lambda x: x, "Nothing has moved"),
    ("stacked.3", wrap_and_keep, "is not black"),
    ("stacked.3", lambda x: 0 * x, "Column 1"),
    ("stacked.3", in_place_without_return, "returns nothing"),
    ("stacked.3", one_image_only, "Column 1"),
    ("stacked.3", lambda x: move_right(move_right(x)), "by two"),
    ("stacked.3", lambda x: move_right(x) + 0.01, "Column 1"),
    ("stacked.3", lambda x: x[:, :, :-1], "shape"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
