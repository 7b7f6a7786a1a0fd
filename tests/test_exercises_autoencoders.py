"""The exercises of the chapter `autoencoders` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests


def orthogonal(pixels, units):
    w_e = np.linalg.qr(np.random.default_rng(0).normal(size=(units, units)))[0][:pixels]
    return w_e, w_e.T


def padded(pixels, units):
    extra = np.zeros((pixels, units - pixels))
    return np.hstack([np.eye(pixels), extra]), np.hstack([np.eye(pixels), extra]).T


def swapped_parts(pixels, units):
    return np.eye(pixels, units), np.eye(units, pixels)[::-1]


def looped_constants(values):
    columns = list(zip(*values.tolist(), strict=True))
    means = [sum(column) / len(column) for column in columns]
    return means, [sorted(column)[len(column) // 2] for column in columns]


def looped_gradient(x, z, w_d, delta_d):
    found = np.zeros((x.shape[1], z.shape[1]), dtype="float32")
    for image, code, error in zip(x, z, delta_d, strict=True):
        for unit in range(len(code)):
            if code[unit] > 0:
                found[:, unit] += image * (w_d[unit] @ error)
    return found.tolist()


def gradient_in_place(x, z, w_d, delta_d):
    sent_back = delta_d @ w_d.T
    sent_back[z <= 0] = 0
    delta_d[:] = 0
    return x.T @ sent_back


def by_loop(pixels, units):
    w_e, w_d = np.zeros((pixels, units), dtype=int), np.zeros((units, pixels), dtype=int)
    for pixel in range(pixels):
        w_e[pixel, units - 1 - pixel] = w_d[units - 1 - pixel, pixel] = 1
    return w_e.tolist(), w_d.tolist()


def relu_gradient(x, z, w_d, delta_d):
    return np.einsum("ni,nj->ij", x, np.where(z > 0, delta_d @ w_d.T, 0))


def orthogonal_in_32_bits(pixels, units):
    w = np.linalg.qr(np.random.default_rng(0).normal(size=(units, pixels)))[0].T.astype("float32")
    return w, w.T


RIGHT = [
    ("autoencoders.1", orthogonal_in_32_bits),
    ("autoencoders.1", padded),
    ("autoencoders.1", orthogonal),
    ("autoencoders.1", lambda p, u: (2 * np.eye(p, u), np.eye(u, p) / 2)),
    ("autoencoders.2", lambda v: (v.mean(axis=0), np.median(v, axis=0))),
    ("autoencoders.2", lambda v: [v.sum(0) / len(v), np.quantile(v, 0.5, axis=0)]),
    ("autoencoders.1", by_loop),
    ("autoencoders.2", lambda v: np.stack([v.mean(axis=0), np.sort(v, axis=0)[len(v) // 2]])),
    ("autoencoders.2", lambda v: (v.mean(0), np.sort(v, axis=0)[(len(v) - 1) // 2])),
    ("autoencoders.2", lambda v: (np.float32(v.mean(0)), np.float32(np.median(v, 0)))),
    ("autoencoders.2", looped_constants),
    ("autoencoders.3", relu_gradient),
    ("autoencoders.3", lambda x, z, w, d: x.T @ (d @ w.T * np.sign(z))),
    ("autoencoders.3", looped_gradient),
    ("autoencoders.3", gradient_in_place),
]
WRONG = [
    ("autoencoders.1", lambda p, u: (2 * np.eye(p, u), np.eye(u, p)), "2 times the image"),
    ("autoencoders.1", lambda p, u: (np.eye(p, u), -np.eye(u, p)), "-1 times the image"),
    ("autoencoders.1", lambda p, u: (np.eye(u, p), np.eye(p, u)), "shape"),
    ("autoencoders.1", lambda p, u: (np.eye(p), np.eye(p)), "shape"),
    ("autoencoders.1", swapped_parts, "back where it was"),
    ("autoencoders.1", lambda p, u: (np.zeros((p, u)), np.zeros((u, p))), "empty"),
    ("autoencoders.1", lambda p, u: (np.ones((p, u)), np.ones((u, p))), "a unit of its own"),
    ("autoencoders.1", lambda p, u: (np.eye(p, u), np.ones((u, p))), "a unit of its own"),
    ("autoencoders.1", lambda p, u: (np.eye(p, u), 0.999 * np.eye(u, p)), "0.999 times"),
    ("autoencoders.1", lambda p, u: np.eye(p, u)[0, 0], "two arrays"),
    ("autoencoders.1", lambda p, u: (np.eye(p, u), np.eye(u, p), 0), "two arrays"),
    ("autoencoders.2", lambda v: (np.median(v, axis=0), v.mean(axis=0)), "wrong order"),
    ("autoencoders.2", lambda v: (np.median(v, axis=0), np.median(v, axis=0)), "one far value"),
    ("autoencoders.2", lambda v: (v.mean(axis=0), v.mean(axis=0)), "how far away"),
    ("autoencoders.2", lambda v: (v.mean(axis=0), np.zeros(5)), "these values are not"),
    ("autoencoders.2", lambda v: (v.mean(axis=0), v.max(axis=0)), "above as below"),
    ("autoencoders.2", lambda v: ((v.min(0) + v.max(0)) / 2, np.median(v, 0)), "extremes"),
    ("autoencoders.2", lambda v: (v[0], np.median(v, axis=0)), "slope"),
    ("autoencoders.2", lambda v: (v.mean(), np.median(v)), "axis 0"),
    ("autoencoders.2", lambda v: v.mean(axis=0), "two arrays"),
    ("autoencoders.2", lambda v: (v.mean(axis=0), np.sort(v, axis=0)[3]), "above as below"),
    ("autoencoders.2", lambda v: (v.mean(axis=0), np.median(v, axis=1)), "shape"),
    ("autoencoders.2", lambda v: (v.sum(axis=0) / 7, np.median(v, axis=0)), "slope"),
    ("autoencoders.2", lambda v: "mean, median", "Expected numbers, got str"),
    ("autoencoders.2", lambda v: (v.mean(axis=1), np.median(v, axis=1)), "shape"),
    ("autoencoders.3", lambda x, z, w, d: x.T @ (d @ w.T), "slope of the ReLU is missing"),
    ("autoencoders.3", lambda x, z, w, d: x.T @ (d @ w.T * z * (1 - z)), "of the sigmoid"),
    ("autoencoders.3", lambda x, z, w, d: x.T @ (d @ w.T * z), "not z"),
    ("autoencoders.3", lambda x, z, w, d: relu_gradient(x, z, w, d) / len(x), "already"),
    ("autoencoders.3", lambda x, z, w, d: -relu_gradient(x, z, w, d), "sign"),
    ("autoencoders.3", lambda x, z, w, d: relu_gradient(x, z, w, d).T, "shape"),
    ("autoencoders.3", lambda x, z, w, d: x.T @ (d @ w.T * (z > 0.01)), "through w_d"),
    ("autoencoders.3", lambda x, z, w, d: x.T @ (d @ w.T * (z >= 0)), "is missing"),
    ("autoencoders.3", lambda x, z, w, d: np.outer(x[0], (d @ w.T * (z > 0))[0]), "through w_d"),
    ("autoencoders.3", lambda x, z, w, d: 0 * w.T, "back through w_d"),
    ("autoencoders.3", lambda x, z, w, d: x.T @ (d @ w), "stops with ValueError"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
