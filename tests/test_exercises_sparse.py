"""The exercises of the chapter `sparse` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests


def kl(on, mean):
    return on * np.log(on / mean) + (1 - on) * np.log((1 - on) / (1 - mean))


def mse(x, x_hat):
    return np.mean((x - x_hat) ** 2)


def keep_winners(z, rate):
    return np.where(z >= np.sort(z, axis=0)[-count(z, rate)], z, 0)


def count(z, rate):
    return max(1, round(rate * len(z)))


def by_image(z, rate):
    return keep_winners(z.T, rate).T


def by_batch(z, rate):
    return keep_winners(z.reshape(-1, 1), rate).reshape(z.shape)


def keep_winners_by_loop(z, rate):
    kept = [[0.0] * len(z[0]) for _ in z]
    for unit in range(len(z[0])):
        column = [row[unit] for row in z]
        for image in sorted(range(len(z)), key=column.__getitem__)[-count(z, rate) :]:
            kept[image][unit] = column[image]
    return kept


def keep_winners_in_place(z, rate):
    for column in z.T:
        column[column.argsort()[: len(z) - count(z, rate)]] = 0
    return z


RIGHT = [
    ("sparse.1", lambda z: kl(0.1, z.mean(axis=0, keepdims=True)).sum(axis=1)),
    ("sparse.1", lambda z: kl(0.1, z.mean(axis=0)).sum()),
    ("sparse.1", lambda z: float(sum(kl(0.1, m) for m in np.mean(z, 0)))),
    ("sparse.1", lambda z: np.float32(kl(0.1, np.float32(z).mean(axis=0)).sum())),
    ("sparse.2", lambda x, x_hat, losses: mse(x, x_hat) + sum(losses)),
    ("sparse.2", lambda x, x_hat, losses: np.float32(mse(x, x_hat) + np.sum(losses))),
    ("sparse.2", lambda x, x_hat, losses: sum([mse(x, x_hat), *losses])),
    ("sparse.3", keep_winners),
    ("sparse.3", lambda z, rate: z * (z.argsort(0).argsort(0) >= len(z) - count(z, rate))),
    ("sparse.3", keep_winners_by_loop),
    ("sparse.3", keep_winners_in_place),
    ("sparse.3", lambda z, rate: keep_winners(z.astype("float32"), rate)),
]
WRONG = [
    ("sparse.3", lambda z, rate: keep_winners(z, rate) if rate * len(z) > 0.5 else z, "Nothing"),
    ("sparse.1", lambda z: kl(z.mean(0), 0.1).sum(), "exchanged"),
    ("sparse.1", lambda z: kl(0.1, np.clip(z.mean(0), 0.05, 0.95)).sum(), "Mean over the images"),
    ("sparse.2", lambda x, x_hat, losses: mse(x, x_hat) + sum(set(losses)), "sum of the list"),
    (
        "sparse.3",
        lambda z, rate: keep_winners(z, int(rate * len(z) + 0.41) / len(z)),
        "share of 0.14 is 2",
    ),
    ("sparse.1", lambda z: kl(0.1, z.mean(0)).mean(), "mean over the units; the penalty"),
    ("sparse.1", lambda z: kl(0.1, z).sum(1).mean(), "mean over the images first"),
    ("sparse.1", lambda z: kl(0.1, z.mean(1)).sum(), "axis 0"),
    ("sparse.1", lambda z: (0.1 * np.log(0.1 / z.mean(0))).sum(), "Half of it"),
    ("sparse.1", lambda z: -kl(0.1, z.mean(0)).sum(), "never negative"),
    ("sparse.1", lambda z: kl(0.1, z.mean(0)).sum() / len(z), "once more"),
    ("sparse.1", lambda z: kl(0.1, z.mean(0)).sum() / np.log(2), "in bits"),
    ("sparse.1", lambda z: kl(0.1, z[:3, :5].mean(0)).sum(), "sum over the units"),
    ("sparse.1", lambda z: kl(0.1, z.mean(0)), "single number"),
    ("sparse.1", lambda z: np.square(z.mean(0) - 0.1).sum(), "sum over the units"),
    ("sparse.2", lambda x, x_hat, losses: mse(x, x_hat), "never added"),
    ("sparse.2", lambda x, x_hat, losses: mse(x, x_hat) + losses[0], "first"),
    ("sparse.2", lambda x, x_hat, losses: mse(x, x_hat) + np.mean(losses), "Add the losses up"),
    ("sparse.2", lambda x, x_hat, losses: mse(x, x_hat) - sum(losses), "not taken away"),
    ("sparse.2", lambda x, x_hat, losses: 784 * mse(x, x_hat) + sum(losses), "784"),
    ("sparse.2", lambda x, x_hat, losses: mse(x, x_hat) + sum(losses) / len(x), "batch size"),
    ("sparse.2", lambda x, x_hat, losses: mse(x, x_hat) ** 0.5 + sum(losses), "root"),
    ("sparse.2", lambda x, x_hat, losses: mse(x, x_hat) + sum(losses[:2]), "sum of the list"),
    ("sparse.2", lambda x, x_hat, losses: 7.0, "sum of the list"),
    ("sparse.3", by_image, "compete for a unit"),
    ("sparse.3", by_batch, "whole batch"),
    ("sparse.3", lambda z, rate: -keep_winners(-z, rate), "smallest"),
    ("sparse.3", lambda z, rate: (keep_winners(z, rate) > 0) * 1.0, "mask"),
    ("sparse.3", lambda z, rate: z - keep_winners(z, rate), "losers"),
    ("sparse.3", lambda z, rate: keep_winners(z, rate / 2), "One winner"),
    ("sparse.3", lambda z, rate: z, "Nothing"),
    ("sparse.3", lambda z, rate: keep_winners(z, 5 * rate), "its largest"),
    # The rate is ignored, or the number of images is.
    ("sparse.3", lambda z, rate: keep_winners(z, 0.1), "One winner"),
    ("sparse.3", lambda z, rate: np.where(z >= np.sort(z, axis=0)[-2], z, 0), "Take the rate"),
    ("sparse.3", lambda z, rate: keep_winners(z, 2 / len(z)), "Take the rate"),
    ("sparse.3", lambda z, rate: keep_winners(z, int(rate * len(z)) / len(z)), "Take the rate"),
    ("sparse.3", lambda z, rate: keep_winners(z, np.ceil(rate * len(z)) / len(z)), "wrong way"),
    ("sparse.3", lambda z, rate: keep_winners(z, rate).mean(), "shape"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
