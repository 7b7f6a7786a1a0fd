"""The exercises of the chapter `sparse` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_tests


def kl(on, mean):
    return on * np.log(on / mean) + (1 - on) * np.log((1 - on) / (1 - mean))


def mse(x, x_hat):
    return np.mean((x - x_hat) ** 2)


def keep_winners(z, rate):
    winners = round(rate * len(z))
    return np.where(z >= np.sort(z, axis=0)[-winners], z, 0)


def by_image(z, rate):
    return keep_winners(z.T, rate).T


def by_batch(z, rate):
    return keep_winners(z.reshape(-1, 1), rate).reshape(z.shape)


RIGHT = [
    ("sparse.1", lambda z: kl(0.1, z.mean(axis=0)).sum()),
    ("sparse.1", lambda z: float(sum(kl(0.1, m) for m in np.mean(z, 0)))),
    ("sparse.2", lambda x, x_hat, losses: mse(x, x_hat) + sum(losses)),
    ("sparse.2", lambda x, x_hat, losses: np.float32(mse(x, x_hat) + np.sum(losses))),
    ("sparse.3", keep_winners),
    ("sparse.3", lambda z, rate: z * (z.argsort(0).argsort(0) >= len(z) - round(rate * len(z)))),
]
WRONG = [
    ("sparse.1", lambda z: kl(z.mean(0), 0.1).sum(), "exchanged"),
    ("sparse.1", lambda z: kl(0.1, z.mean(0)).mean(), "mean over the units; the penalty"),
    ("sparse.1", lambda z: kl(0.1, z).sum(1).mean(), "mean over the images first"),
    ("sparse.1", lambda z: kl(0.1, z.mean(1)).sum(), "axis 0"),
    ("sparse.1", lambda z: (0.1 * np.log(0.1 / z.mean(0))).sum(), "Half of it"),
    ("sparse.1", lambda z: -kl(0.1, z.mean(0)).sum(), "never negative"),
    ("sparse.1", lambda z: kl(0.1, z.mean(0)).sum() / len(z), "once more"),
    ("sparse.1", lambda z: kl(0.1, z.mean(0)), "single number"),
    ("sparse.1", lambda z: np.square(z.mean(0) - 0.1).sum(), "sum over the units"),
    ("sparse.2", lambda x, x_hat, losses: mse(x, x_hat), "never added"),
    ("sparse.2", lambda x, x_hat, losses: mse(x, x_hat) + losses[0], "first"),
    ("sparse.2", lambda x, x_hat, losses: mse(x, x_hat) + np.mean(losses), "Add the losses up"),
    ("sparse.2", lambda x, x_hat, losses: mse(x, x_hat) - sum(losses), "not taken away"),
    ("sparse.2", lambda x, x_hat, losses: 784 * mse(x, x_hat) + sum(losses), "784"),
    ("sparse.2", lambda x, x_hat, losses: mse(x, x_hat) + sum(losses) / len(x), "batch size"),
    ("sparse.2", lambda x, x_hat, losses: 7.0, "sum of the list"),
    ("sparse.3", by_image, "compete for a unit"),
    ("sparse.3", by_batch, "whole batch"),
    ("sparse.3", lambda z, rate: -keep_winners(-z, rate), "smallest"),
    ("sparse.3", lambda z, rate: (keep_winners(z, rate) > 0) * 1.0, "mask"),
    ("sparse.3", lambda z, rate: z - keep_winners(z, rate), "losers"),
    ("sparse.3", lambda z, rate: keep_winners(z, rate / 2), "One winner"),
    ("sparse.3", lambda z, rate: z, "Nothing"),
    ("sparse.3", lambda z, rate: keep_winners(z, 5 * rate), "second largest"),
    ("sparse.3", lambda z, rate: keep_winners(z, rate).mean(), "shape"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
