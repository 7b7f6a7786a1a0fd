"""The exercises of the chapter `layerwise` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests

STEPS = [(784, 64), (64, 64), (64, 30)]
PER_PHASE = [2 * m * n + m + n for m, n in STEPS]


def run(functions, x):
    for function in functions:
        x = function(x)
    return x


def run_stack(pairs, x):
    return run([e for e, _ in pairs] + [d for _, d in pairs][::-1], x)


def recursive(pairs, x):
    if not pairs:
        return x
    (encoder, decoder), *inner = pairs
    return decoder(recursive(inner, encoder(x)))


def saved(sizes, number):
    return sum(m * n for m, n in zip(sizes, sizes[1:number], strict=False))


RIGHT = [
    ("layerwise.1", PER_PHASE),
    ("layerwise.1", np.array(PER_PHASE)),
    ("layerwise.2", run_stack),
    ("layerwise.2", recursive),
    ("layerwise.2", lambda pairs, x: run_stack(pairs, x).tolist()),
    ("layerwise.3", saved),
    ("layerwise.3", lambda sizes, k: float(np.dot(sizes[: k - 1], sizes[1:k]))),
    ("layerwise.4", lambda v, c: (2 * v, c - v.sum(axis=0))),
    ("layerwise.4", lambda v, c: [v + v, c - np.ones(len(v)) @ v]),
    ("layerwise.4", lambda v, c: (np.float32(2 * v), np.float32(c - v.sum(axis=0)))),
    (
        "layerwise.4",
        lambda v, c: ((2 * v).tolist(), [a - b for a, b in zip(c, sum(v), strict=True)]),
    ),
]
WRONG = [
    ("layerwise.1", [2 * m * n for m, n in STEPS], "bias"),
    ("layerwise.1", [m * n + n for m, n in STEPS], "encoder layers alone"),
    ("layerwise.1", [2 * (m * n + n) for m, n in STEPS], "as many biases"),
    ("layerwise.1", [m * n + m + n for m, n in STEPS], "two of them"),
    ("layerwise.1", np.cumsum(PER_PHASE), "frozen"),
    ("layerwise.1", [sum(PER_PHASE)] * 3, "whole stack"),
    ("layerwise.1", [1, 2, 3], "two kernels"),
    ("layerwise.1", [count + 0.4 for count in PER_PHASE], "two kernels"),
    ("layerwise.1", sum(PER_PHASE), "shape"),
    (
        "layerwise.2",
        lambda pairs, x: run([e for e, _ in pairs] + [d for _, d in pairs], x),
        "backwards",
    ),
    (
        "layerwise.2",
        lambda pairs, x: run([f for pair in pairs for f in pair], x),
        "after each encoder",
    ),
    ("layerwise.2", lambda pairs, x: run([e for e, _ in pairs], x), "the code"),
    ("layerwise.2", lambda pairs, x: run_stack(pairs[::-1], x), "turned round"),
    (
        "layerwise.2",
        lambda p, x: run([e for e, _ in p[::-1]] + [d for _, d in p[::-1]], x),
        "reads",
    ),
    ("layerwise.2", lambda pairs, x: x, "each decoder once"),
    ("layerwise.2", lambda pairs, x: run_stack(pairs[:4], x), "each decoder once"),
    ("layerwise.2", lambda pairs, x: pairs[5], "IndexError"),
    ("layerwise.3", lambda sizes, k: saved(sizes, k + 1), "itself learns"),
    ("layerwise.3", lambda sizes, k: 2 * saved(sizes, k), "decoder layers do not run"),
    ("layerwise.3", lambda sizes, k: 3 * saved(sizes, k), "forward"),
    ("layerwise.3", lambda s, k: saved(s, len(s)) - s[k - 1] * s[k], "further inwards"),
    ("layerwise.3", lambda s, k: s[k - 2] * s[k - 1] if k > 1 else 0, "last of them alone"),
    ("layerwise.3", lambda s, k: sum(s[:k]), "These are units"),
    ("layerwise.3", lambda s, k: 0, "phase 1 nothing"),
    ("layerwise.3", lambda s, k: saved(s, k) + (k > 4), "phase 1 nothing"),
    ("layerwise.3", lambda s, k: saved(s, k) + 0.9, "phase 1 nothing"),
    ("layerwise.3", lambda s, k: sum([220, 77, 35, 15][: k - 1]), "phase 1 nothing"),
    ("layerwise.4", lambda v, c: (2 * v, c), "bias has to move"),
    ("layerwise.4", lambda v, c: (2 * v, c + v.sum(axis=0)), "sign"),
    ("layerwise.4", lambda v, c: (4 * v, 2 * c - 2 * v.sum(axis=0)), "last one is linear"),
    ("layerwise.4", lambda v, c: (2 * v, c - 2 * v.sum(axis=0)), "not twice"),
    ("layerwise.4", lambda v, c: (v / 2, c + v.sum(axis=0) / 2), "way back"),
    ("layerwise.4", lambda v, c: (v / 2, c), "other way round"),
    ("layerwise.4", lambda v, c: (v, c), "collect"),
    ("layerwise.4", lambda v, c: 2 * v, "two arrays"),
    ("layerwise.4", lambda v, c: (2 * v, v.sum()), "shape"),
    ("layerwise.4", lambda v, c: (2 * v, c - v.sum(axis=0).mean()), "collect"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
