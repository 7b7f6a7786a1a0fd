"""The exercises of the chapter `features` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests


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


def by_loop(z, y, digit, threshold):
    firing = [k for k, value in enumerate(z) if value > threshold]
    hits = sum(y[k] == digit for k in firing)
    return [hits / len(firing), hits / sum(int(label == digit) for label in y)]


def weak(z, y, digit, threshold):
    return precision_recall(np.asarray(z) + 1e-9, y, digit, threshold)


def image_by_loop(w, ink):
    image = np.zeros(len(w), "float32")
    for k in np.argsort(w)[::-1][:ink]:
        if w[k] > 0:
            image[k] = 1
    return image


def swapped(*arguments):
    return precision_recall(*arguments)[::-1]


def accuracy(*arguments):
    _, firing, shows = parts(*arguments)
    return [(firing == shows).mean()] * 2


def shares(*arguments):
    _, firing, shows = parts(*arguments)
    return firing.mean(), shows.mean()


def all_that_tie(w, ink):
    return (w >= np.sort(w)[::-1][min(ink, len(w)) - 1]) & (w > 0)


def only_short(w, ink):
    return best_image(w, ink) * (len(w) < 10)


RIGHT = [
    ("features.1", 20),
    ("features.1", 12 + (3 - 1) * 2 * 2),
    ("features.2", best_image),
    ("features.2", image_by_loop),
    ("features.2", lambda w, ink: list(best_image(w, ink))),
    ("features.2", lambda w, ink: best_image(w, ink).astype(int)),
    ("features.2", lambda w, ink: best_image(w, ink) > 0),
    ("features.2", lambda w, ink: best_image(w, ink)[:, None]),
    ("features.2", lambda w, ink: best_image(w, ink).astype("float16")),
    ("features.3", precision_recall),
    ("features.3", lambda *a: np.float16(precision_recall(*a))),
    ("features.3", lambda *a: np.array(precision_recall(*a))),
    ("features.3", lambda *a: np.float32(precision_recall(*a))),
    ("features.3", by_loop),
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
    ("features.2", lambda w, ink: best_image(w, 2), "as many as the ink"),
    ("features.2", lambda w, ink: best_image(w, ink)[: len(w) - 1], "shape"),
    ("features.2", spread, "fill that pixel first"),
    ("features.2", lambda w, ink: np.argsort(-w)[:ink], "shape"),
    ("features.2", all_that_tie, "only 2 are allowed"),
    ("features.2", lambda w, ink: best_image(w, min(ink, 5)), "as many as the ink"),
    ("features.2", lambda w, ink: best_image(w, ink) * (w > 0.015), "as many as the ink"),
    ("features.2", only_short, "as many as the ink"),
    ("features.2", lambda w, ink: best_image(w, ink)[None], "shape"),
    ("features.3", swapped, "swapped"),
    ("features.3", accuracy, "accuracy"),
    ("features.3", shares, "how many do both"),
    ("features.3", lambda *a: [parts(*a)[0] / 10] * 2, "neither"),
    ("features.3", lambda *a: [parts(*a)[0]] * 2, "Divide them"),
    ("features.3", lambda *a: (precision_recall(*a)[0], 0.9), "recall again"),
    ("features.3", lambda *a: (0.9, precision_recall(*a)[1]), "precision again"),
    ("features.3", lambda *a: (0.15, 0.15), "3 images fire"),
    ("features.3", weak, "equals the threshold"),
    ("features.3", lambda z, y, d, t: precision_recall(z, y, d, 0.5), "precision again"),
    ("features.3", lambda z, y, d, t: precision_recall(z, y, 4, t), "digit 7"),
    ("features.3", lambda z, y, d, t: precision_recall(abs(z), y, d, t), "threshold -2.0"),
    ("features.3", lambda *a: precision_recall(*a)[0], "shape"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
