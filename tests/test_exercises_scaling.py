"""The exercises of the chapter `scaling` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests


def kernels(sizes):
    return [m * n for m, n in zip(sizes, sizes[1:], strict=False)]


def operations(sizes, batch_size):
    return 2 * batch_size * (3 * sum(kernels(sizes)) - kernels(sizes)[0])


def layer_by_layer(sizes, batch_size):
    total = 0
    for layer, kernel in enumerate(kernels(sizes)):
        total += 2 * batch_size * kernel * (3 if layer else 2)
    return total


def combine(gradients, images):
    return images @ gradients / images.sum()


def speed_up(start, work, size, bandwidth, devices):
    sent = 2 * (devices - 1) / devices * size
    return (start + work) / (start + work / devices + sent / bandwidth)


def with_sent(factor, shared_start=False):
    def faster(start, work, size, bandwidth, devices):
        begin = start / devices if shared_start else start
        time = begin + work / devices + factor(devices) * size / bandwidth
        return (start + work) / time

    return faster


def overlapping(start, work, size, bandwidth, devices):
    return (start + work) / (start + max(work / devices, ring(devices) * size / bandwidth))


def ring(devices):
    return 2 * (devices - 1) / devices


RIGHT = [
    ("scaling.1", operations),
    ("scaling.1", layer_by_layer),
    ("scaling.1", lambda s, b: float(operations(s, b))),
    ("scaling.2", combine),
    ("scaling.2", lambda g, n: np.average(g, axis=0, weights=n).tolist()),
    ("scaling.2", lambda g, n: sum(k * row for k, row in zip(n, g, strict=True)) / sum(n)),
    ("scaling.3", speed_up),
    ("scaling.3", with_sent(ring)),
]
WRONG = [
    ("scaling.2", lambda gradients, images: [gradients, images], "Expected numbers"),
    ("scaling.1", lambda s, b: 2 * b * sum(kernels(s)), "forward only"),
    ("scaling.1", lambda s, b: 6 * b * sum(kernels(s)), "its input is the data"),
    ("scaling.1", lambda s, b: 4 * b * sum(kernels(s)), "one forward, two back"),
    ("scaling.1", lambda s, b: 2 * b * (3 * sum(kernels(s)) - kernels(s)[-1]), "hands nothing on"),
    ("scaling.1", lambda s, b: 2 * b * (3 * sum(kernels(s)) - max(kernels(s))), "hands nothing"),
    ("scaling.1", lambda s, b: operations(s, b) / 2, "two operations"),
    ("scaling.1", lambda s, b: operations(s, 1), "for one image"),
    ("scaling.1", lambda s, b: 0, "two for the first one"),
    ("scaling.1", lambda s, b: operations(s, b) + 0.9, "two for the first one"),
    ("scaling.1", lambda s, b: operations([784, 100, 30, 60, 784], b), "[784, 128, 784]"),
    ("scaling.2", lambda g, n: g, "add up the parts"),
    ("scaling.2", lambda g, n: g.mean(axis=0), "plain mean"),
    ("scaling.2", lambda g, n: g.sum(axis=0), "so the gradient is one too"),
    ("scaling.2", lambda g, n: n @ g, "number of all images"),
    ("scaling.2", lambda g, n: n @ g / len(n), "not of parts"),
    ("scaling.2", lambda g, n: (g / n[:, None]).sum(axis=0), "do not divide"),
    ("scaling.2", lambda g, n: 0 * g[0], "share of the images"),
    ("scaling.2", lambda g, n: g[0, 0], "shape (5,)"),
    ("scaling.3", lambda *a: 1 / speed_up(*a), "Turn it over"),
    ("scaling.3", with_sent(lambda devices: 0), "has to be sent"),
    ("scaling.3", overlapping, "one after the other"),
    ("scaling.3", with_sent(ring, shared_start=True), "Each device has to start"),
    ("scaling.3", with_sent(lambda devices: 1), "In a ring"),
    ("scaling.3", with_sent(lambda devices: 2), "need not send"),
    ("scaling.3", with_sent(lambda devices: ring(devices) / devices), "at the same time"),
    ("scaling.3", lambda a, w, s, b, p: (a + w) / speed_up(a, w, s, b, p), "That is the time"),
    ("scaling.3", lambda a, w, s, b, p: p, "the ideal"),
    ("scaling.3", lambda *a: 7.0, "Time on one device"),
    ("scaling.3", lambda a, w, s, b, p: speed_up(a, w, s, b, 4), "Time on one device over"),
    # Right for 1 and 4 devices alone, and for 1 device not.
    ("scaling.3", lambda *a: speed_up(*a) if a[4] in (1, 4) else 2.5, "over time on 2"),
    ("scaling.3", lambda *a: speed_up(*a) if a[4] > 1 else 0.9, "as fast as itself"),
    ("scaling.3", lambda a, w, s, b, p: speed_up(a, w, s, 1e9, p), "Time on one device over"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
