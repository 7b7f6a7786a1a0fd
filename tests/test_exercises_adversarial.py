"""The exercises of the chapter `adversarial` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests


def mode_shares(z, centres):
    nearest = np.linalg.norm(z[:, None] - centres, axis=2).argmin(axis=1)
    return np.bincount(nearest, minlength=len(centres)) / len(z)


def only_used(z, centres):
    shares = mode_shares(z, centres)
    return shares[shares > 0]


def no_minlength(z, centres):
    return np.bincount(np.linalg.norm(z[:, None] - centres, axis=2).argmin(axis=1)) / len(z)


def farthest(z, centres):
    nearest = np.linalg.norm(z[:, None] - centres, axis=2).argmax(axis=1)
    return np.bincount(nearest, minlength=len(centres)) / len(z)


def squares(z):
    return (z**2).sum(axis=1)


def by_loop(z, centres):
    counts = [0] * len(centres)
    for code in z:
        counts[int(np.argmin([np.sum((code - centre) ** 2) for centre in centres]))] += 1
    return [count / len(z) for count in counts]


def by_norm(order):
    def shares(z, centres):
        nearest = np.linalg.norm(z[:, None] - centres, ord=order, axis=2).argmin(axis=1)
        return np.bincount(nearest, minlength=len(centres)) / len(z)

    return shares


RIGHT = [
    ("adversarial.1", lambda p, q: p / (p + q)),
    ("adversarial.1", lambda p, q: 1 - q / (q + p)),
    ("adversarial.1", lambda p, q: (p / (p + q)).tolist()),
    ("adversarial.2", lambda loss: np.log(2) - loss),
    ("adversarial.2", lambda loss: max(np.log(2) - loss, 0.0)),
    ("adversarial.2", lambda loss: np.float32(np.log(2) - loss)),
    ("adversarial.2", lambda loss: [np.log(2) - loss]),
    ("adversarial.3", lambda z, share: np.mean(squares(z) < -2 * np.log(1 - share))),
    ("adversarial.3", lambda z, share: np.mean(1 - np.exp(-squares(z) / 2) <= share)),
    ("adversarial.4", mode_shares),
    ("adversarial.4", lambda z, centres: list(mode_shares(z, centres))),
    ("adversarial.4", by_loop),
]
WRONG = [
    ("adversarial.1", lambda p, q: q / (p + q), "label 1"),
    ("adversarial.1", lambda p, q: p / q, "exceed 1"),
    ("adversarial.1", lambda p, q: 0.5 * p / (p + q), "cancel"),
    ("adversarial.1", lambda p, q: p > q, "decision"),
    ("adversarial.1", lambda p, q: np.log(np.maximum(p, 1e-300)) - np.log(q), "1/4"),
    ("adversarial.1", lambda p, q: [-np.log(3), np.log(4), 0, -np.inf], "logit"),
    ("adversarial.1", lambda p, q: 0.5, "shape"),
    ("adversarial.2", lambda loss: loss - np.log(2), "sign"),
    ("adversarial.2", lambda loss: 2 * np.log(2) - 2 * loss, "double"),
    ("adversarial.2", lambda loss: np.log(4) - loss, "average"),
    ("adversarial.2", lambda loss: 1 - loss / np.log(2), "bits"),
    ("adversarial.2", lambda loss: -loss, "guess"),
    ("adversarial.2", lambda loss: loss + 1, "Solve"),
    ("adversarial.3", lambda z, share: np.mean(squares(z) < -2 * np.log(share)), "1 - share"),
    ("adversarial.3", lambda z, share: np.mean(squares(z) > -2 * np.log(1 - share)), "outside"),
    (
        "adversarial.3",
        lambda z, share: np.mean(np.sqrt(squares(z)) < -2 * np.log(1 - share)),
        "its root",
    ),
    ("adversarial.3", lambda z, share: np.mean(squares(z) < -np.log(1 - share)), "1/2"),
    ("adversarial.3", lambda z, share: np.mean(np.abs(z[:, 0]) < 1.2815515655446004), "interval"),
    ("adversarial.3", lambda z, share: np.sum(squares(z) < -2 * np.log(1 - share)), "count"),
    ("adversarial.3", lambda z, share: share, "Which radius"),
    ("adversarial.3", lambda z, share: np.mean(squares(z) < -2 * np.log(0.2)), "Which radius"),
    ("adversarial.3", lambda z, share: np.sum(squares(z) < -2 * np.log(1 - share)) / 4000, "Which"),
    ("adversarial.4", only_used, "leaves out"),
    ("adversarial.4", no_minlength, "leaves out"),
    ("adversarial.4", lambda z, centres: mode_shares(z, centres) * len(z), "counts"),
    ("adversarial.4", farthest, "farthest"),
    ("adversarial.4", lambda z, centres: mode_shares(z, centres) / 0.6, "largest"),
    ("adversarial.4", lambda z, centres: mode_shares(z, centres) > 0, "how much"),
    ("adversarial.4", lambda z, centres: np.full(len(centres), 0.2), "nearest centre"),
    ("adversarial.4", by_norm(1), "adds the parts"),
    ("adversarial.4", by_norm(np.inf), "largest part"),
    ("adversarial.4", lambda z, centres: np.array([0.25, 0.6, 0, 0.15, 0]), "shape"),
    ("adversarial.4", lambda z, centres: 0.5, "shape"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
