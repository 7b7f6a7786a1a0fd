"""The exercises of the chapter `diffusion` accept right answers and explain wrong ones."""

import math

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests
from scipy.special import softmax
from scipy.stats import norm


def clean(x, score, kept, noise):
    return (x + noise**2 * score) / kept


def clean_by_noise(x, score, kept, noise):
    estimate = -noise * score
    return ((x - noise * estimate) / kept).tolist()


def deviation(kept_t, kept_s):
    return np.sqrt((1 - kept_s**2) / (1 - kept_t**2) * (1 - kept_t**2 / kept_s**2))


def by_bayes(kept_t, kept_s):
    """Combine the precisions of what the clean point says and of what the noisy one says."""
    ratio = kept_t / kept_s
    forward = 1 - kept_t**2 - ratio**2 * (1 - kept_s**2)
    return (1 / (1 - kept_s**2) + ratio**2 / forward) ** -0.5


def by_logarithms(kept_t, kept_s):
    left = math.log(1 - kept_t**2 / kept_s**2)
    return math.exp((math.log(1 - kept_s**2) - math.log(1 - kept_t**2) + left) / 2)


def by_ratios(kept_t, kept_s):
    noisy, cleaner = (1 / kept**2 - 1 for kept in (kept_t, kept_s))
    return math.sqrt((noisy - cleaner) / noisy * (1 - kept_s**2))


def weights(x, points, kept, noise, power=2):
    lengths = np.linalg.norm(x[:, None] - kept * points, axis=2)
    return softmax(-(lengths**power) / (2 * noise**2), axis=1)


def guess(x, points, kept, noise):
    return weights(x, points, kept, noise) @ points


def guess_by_loop(x, points, kept, noise):
    found = []
    for row in x:
        logs = np.array([-np.sum((row - kept * p) ** 2) / (2 * noise**2) for p in points])
        share = np.exp(logs - logs.max())
        found.append(sum(s * p for s, p in zip(share / share.sum(), points, strict=True)))
    return found


def by_densities(x, points, kept, noise):
    with np.errstate(all="ignore"):
        p = norm.pdf(x[:, None], kept * points, noise).prod(axis=2)
        return p / p.sum(axis=1, keepdims=True) @ points


def nearest(x, points, kept, noise):
    return points[weights(x, points, kept, noise).argmax(axis=1)]


def nearest_where_small(x, points, kept, noise):
    return (nearest if noise < 0.1 else guess)(x, points, kept, noise)


def mean_where_small(x, points, kept, noise):
    right = by_densities(x, points, kept, noise)
    return np.where(np.isfinite(right), right, points.mean(axis=0))


RIGHT = [
    ("diffusion.1", clean),
    ("diffusion.1", clean_by_noise),
    ("diffusion.1", lambda x, s, a, g: x / a + g**2 / a * s),
    ("diffusion.1", lambda *a: clean(*a).astype("float16")),
    ("diffusion.2", deviation),
    ("diffusion.2", by_bayes),
    ("diffusion.2", by_logarithms),
    ("diffusion.2", by_ratios),
    ("diffusion.2", lambda t, s: np.array([deviation(np.float32(t), np.float32(s))])),
    ("diffusion.2", lambda t, s: np.float16(deviation(t, s))),
    ("diffusion.3", guess),
    ("diffusion.3", lambda *a: guess(*a).astype("float16")),
    ("diffusion.3", guess_by_loop),
    ("diffusion.3", lambda x, p, a, g: guess(x.astype("float32"), p, a, g)),
]
WRONG = [
    ("diffusion.1", lambda x, s, a, g: x + g**2 * s, "divide by it"),
    ("diffusion.1", lambda x, s, a, g: (x + g * s) / a, "sigma squared"),
    ("diffusion.1", lambda x, s, a, g: (x - g**2 * s) / a, "add it"),
    ("diffusion.1", lambda x, s, a, g: (x - g * s) / a, "for the noise"),
    ("diffusion.1", lambda x, s, a, g: a * x + g**2 * s, "multiplied by it"),
    ("diffusion.1", lambda x, s, a, g: x / a + g**2 * s, "divide both"),
    ("diffusion.1", lambda x, s, a, g: clean(x, s, a, g)[:, 0], "shape"),
    ("diffusion.1", lambda x, s, a, g: (x + (1 - a) * s) / a, "Solve Tweedie"),
    ("diffusion.2", lambda t, s: deviation(t, s) ** 2, "standard deviation"),
    ("diffusion.2", lambda t, s: np.sqrt(1 - t**2 / s**2), "step forward"),
    ("diffusion.2", lambda t, s: np.sqrt((1 - s**2) / (1 - t**2)), "second factor"),
    ("diffusion.2", lambda t, s: np.sqrt(1 - s**2), "not fresh"),
    ("diffusion.2", lambda t, s: np.sqrt((1 - s**2) / (1 - t**2) * (1 - t / s)), "square the"),
    ("diffusion.2", lambda t, s: (1 - s) / (1 - t) * (1 - t**2 / s**2), "alpha squared"),
    ("diffusion.2", lambda t, s: 0.5, "Bayes' rule, with"),
    ("diffusion.2", lambda t, s: [deviation(t, s)] * 2, "single number"),
    ("diffusion.1", lambda *a: (clean(*a) + 0.02).astype("float16"), "Solve Tweedie"),
    ("diffusion.2", lambda t, s: str(deviation(t, s)), "got a text"),
    ("diffusion.3", nearest_where_small, "share the probability"),
    ("diffusion.3", lambda x, p, a, g: a * guess(x, p, a, g), "return the clean"),
    ("diffusion.3", nearest, "nearest point"),
    ("diffusion.3", lambda x, p, a, g: np.tile(p.mean(axis=0), (len(x), 1)), "whatever"),
    ("diffusion.3", lambda x, p, a, g: weights(x, p, 1, g) @ p, "before the noise"),
    ("diffusion.3", lambda x, p, a, g: weights(x, p, a, g / 2**0.5) @ p, "one half"),
    ("diffusion.3", lambda x, p, a, g: weights(x, p, a, g**0.5) @ p, "sigma squared"),
    ("diffusion.3", lambda x, p, a, g: weights(x, p, a, g, power=1) @ p, "squared distance"),
    ("diffusion.3", lambda x, p, a, g: weights(x, p, a, 1j * g).real @ p, "a sign"),
    (
        "diffusion.3",
        lambda x, p, a, g: (
            softmax(-np.sum((x[:, None] - a * p) ** 2, axis=2) / (2 * g**2), axis=0) @ p
        ),
        "over the points",
    ),
    ("diffusion.3", by_densities, "densities vanish"),
    ("diffusion.3", mean_where_small, "densities vanish"),
    ("diffusion.3", lambda x, p, a, g: guess(x, p, a, max(g, 0.02)), "densities vanish"),
    ("diffusion.3", lambda x, p, a, g: weights(x, p, a, 1.0) @ p, "weighted by"),
    ("diffusion.3", lambda x, p, a, g: p, "shape"),
    ("diffusion.3", lambda x, p, a, g: 0 * x, "weighted by"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
