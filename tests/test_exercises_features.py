"""The exercises of the chapter `features` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_tests


def best_image(w, ink):
    image = np.zeros(len(w))
    image[np.argsort(-w)[:ink]] = 1
    return image * (w > 0)


def largest_by_size(w, ink):
    image = np.zeros(len(w))
    image[np.argsort(-np.abs(w))[:ink]] = 1
    return image


def first_positive(w, ink):
    image = np.zeros(len(w))
    image[np.flatnonzero(w > 0)[:ink]] = 1
    return image


def spread(w, ink):
    positive = w.clip(min=0)
    return np.minimum(positive / positive.sum() * ink, 1)


def parts(z, y, digit, threshold):
    firing, shows = np.asarray(z) > threshold, np.asarray(y) == digit
    return (firing & shows).sum(), firing, shows


def precision_recall(z, y, digit, threshold):
    hits, firing, shows = parts(z, y, digit, threshold)
    return hits / firing.sum(), hits / shows.sum()


def swapped(*arguments):
    return precision_recall(*arguments)[::-1]


def accuracy(*arguments):
    _, firing, shows = parts(*arguments)
    return [(firing == shows).mean()] * 2


def shares(*arguments):
    _, firing, shows = parts(*arguments)
    return firing.mean(), shows.mean()


RIGHT = [
    ("features.1", 20),
    ("features.1", 12 + (3 - 1) * 2 * 2),
    ("features.2", best_image),
    ("features.2", lambda w, ink: [float(v > max(0, sorted(w)[-ink - 1])) for v in w]),
    ("features.3", precision_recall),
    ("features.3", lambda *a: np.array(precision_recall(*a))),
]
WRONG = [
    ("features.1", 14, "without strides"),
    ("features.1", 16, "stride 2"),
    ("features.1", 24, "k - 1"),
    ("features.1", 12, "second layer"),
    ("features.1", 36, "overlap"),
    ("features.1", 3, "positions"),
    ("features.1", 400, "how wide"),
    ("features.1", 21, "formula"),
    ("features.1", "wide", "Expected numbers"),
    ("features.2", lambda w, ink: w / np.linalg.norm(w), "outside the box"),
    ("features.2", lambda w, ink: np.sign(w), "outside the box"),
    ("features.2", lambda w, ink: (w > 0).astype(float), "only 2 are allowed"),
    ("features.2", largest_by_size, "negative weight"),
    ("features.2", lambda w, ink: np.arange(len(w)) == np.argmax(w), "as many as the ink"),
    ("features.2", first_positive, "largest weights"),
    ("features.2", spread, "fill that pixel first"),
    ("features.2", lambda w, ink: np.argsort(-w)[:ink], "shape"),
    ("features.3", swapped, "swapped"),
    ("features.3", accuracy, "accuracy"),
    ("features.3", shares, "how many do both"),
    ("features.3", lambda *a: [parts(*a)[0] / 10] * 2, "neither"),
    ("features.3", lambda *a: [parts(*a)[0]] * 2, "Divide them"),
    ("features.3", lambda *a: (precision_recall(*a)[0], 0.9), "recall again"),
    ("features.3", lambda *a: (0.9, precision_recall(*a)[1]), "precision again"),
    ("features.3", lambda *a: (0.1, 0.1), "3 images fire"),
    ("features.3", lambda *a: precision_recall(*a)[0], "shape"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
