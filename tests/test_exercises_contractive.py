"""The exercises of the chapter `contractive` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests


def tanh_penalty(z, kernel):
    return np.einsum("nj,ij->n", (1 - z**2) ** 2, kernel**2)


def expected_change(jacobian, s):
    return s**2 * np.trace(jacobian @ jacobian.T)


def factors(jacobian, directions):
    units = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    return np.linalg.norm(jacobian @ units.T, axis=0)


def tanh_penalty_by_loop(z, kernel):
    return [sum((1 - a**2) ** 2 * (w @ w) for a, w in zip(row, kernel.T, strict=True)) for row in z]


RIGHT = [
    ("contractive.1", 1 / 16),
    ("contractive.1", np.float32(0.0625)),
    ("contractive.2", tanh_penalty),
    ("contractive.2", lambda z, kernel: (((1 - z**2)[:, None] * kernel) ** 2).sum((1, 2))),
    ("contractive.2", tanh_penalty_by_loop),
    ("contractive.2", lambda z, w: np.float32(tanh_penalty(np.float32(z), np.float32(w)))),
    ("contractive.3", expected_change),
    ("contractive.3", lambda j, s: s * s * sum(a * a for row in j for a in row)),
    ("contractive.3", lambda j, s: (np.linalg.svd(s * j, compute_uv=False) ** 2).sum()),
    ("contractive.4", factors),
    ("contractive.4", lambda j, v: [np.sqrt((j @ d) @ (j @ d) / (d @ d)) for d in v]),
]
WRONG = [
    ("contractive.1", 0.25, "squares"),
    ("contractive.1", 16, "other way round"),
    ("contractive.1", 4, "do not grow"),
    ("contractive.1", 1, "not at the copy"),
    ("contractive.1", 0.5, "Each entry"),
    ("contractive.1", "less", "Expected numbers"),
    ("contractive.2", lambda z, w: (z * (1 - z)) ** 2 @ (w**2).sum(0), "sigmoid"),
    ("contractive.2", lambda z, w: (1 - z**2) @ (w**2).sum(0), "slope is squared"),
    ("contractive.2", lambda z, w: (1 - z**2) ** 2 @ w.sum(0), "weights are squared"),
    ("contractive.2", lambda z, w: (1 - z**2) ** 2 @ (w**2).mean(0), "over the pixels"),
    ("contractive.2", lambda z, w: ((1 - z**2) ** 2 * (w**2).sum(0)).mean(1), "over the units"),
    ("contractive.2", lambda z, w: np.sqrt(tanh_penalty(z, w)), "its square"),
    ("contractive.2", lambda z, w: tanh_penalty(np.tanh(z), w), "already"),
    ("contractive.2", lambda z, w: tanh_penalty(z, w).mean(), "shape"),
    ("contractive.2", lambda z, w: np.full(len(z), tanh_penalty(z, w).mean()), "of its own"),
    ("contractive.2", lambda z, w: (1 - z**2) ** 2 @ (w**2).sum(0)[::-1], "each image"),
    ("contractive.2", lambda z, w: z[:, 0], "each image"),
    ("contractive.3", lambda j, s: s * (j**2).sum(), "variance"),
    ("contractive.3", lambda j, s: s**2 * np.linalg.norm(j), "enters squared"),
    ("contractive.3", lambda j, s: s * np.linalg.norm(j), "the root"),
    ("contractive.3", lambda j, s: s**2 * np.linalg.norm(j, 2) ** 2, "worst case"),
    ("contractive.3", lambda j, s: s**2 * (j**2).sum(1).mean(), "over the outputs"),
    ("contractive.3", lambda j, s: s**2 * (j**2).sum(0).mean(), "over the inputs"),
    ("contractive.3", lambda j, s: s**2 * j.sum() ** 2, "independent"),
    ("contractive.3", lambda j, s: s, "squared length"),
    ("contractive.3", lambda j, s: 0.01 * (j**2).sum(), "squared length"),
    ("contractive.3", lambda j, s: s**2 * (j[:3] ** 2).sum(), "squared length"),
    ("contractive.4", lambda j, v: 3 * factors(j, v), "before and after"),
    ("contractive.4", lambda j, v: np.linalg.norm(v @ j.T, axis=1), "any length"),
    ("contractive.4", lambda j, v: factors(j, v) / np.linalg.norm(v, axis=1), "not by its square"),
    ("contractive.4", lambda j, v: factors(j, v) ** 2, "take the root"),
    ("contractive.4", lambda j, v: factors(j, v) ** 2 * np.linalg.norm(v, axis=1), "root of a sum"),
    ("contractive.4", lambda j, v: 1 / factors(j, v), "other way round"),
    ("contractive.4", lambda j, v: np.linalg.norm(v @ j.T, axis=1) / np.linalg.norm(v), "its own"),
    ("contractive.4", lambda j, v: v[:, 0], "before and after"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
