"""The exercises of the chapter `denoising` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_tests


def squared(x, x_hat):
    return np.mean((x - x_hat) ** 2, axis=1)


def decibels(x, x_hat):
    return -10 * np.log10(squared(x, x_hat))


def noisy_epochs(x, epochs, stddev, rng, mean=0.0):
    return np.clip(x + rng.normal(mean, stddev, size=(epochs, *x.shape)), 0, 1)


def one_by_one(x, epochs, stddev, rng):
    return [np.clip(x + stddev * rng.standard_normal(x.shape), 0, 1) for _ in range(epochs)]


def drawn_once(x, epochs, stddev, rng):
    return np.stack([np.clip(x + rng.normal(0, stddev, x.shape), 0, 1)] * epochs)


def one_noise_for_all(x, epochs, stddev, rng):
    return np.clip(x + rng.normal(0, stddev, (epochs, 1, x.shape[1])), 0, 1)


def noise_clipped_first(x, epochs, stddev, rng):
    noise = np.clip(rng.normal(0, stddev, (epochs, *x.shape)), 0, 1)
    return np.clip(x + noise, 0, 1)


def in_place(x, epochs, stddev, rng):
    result = noisy_epochs(x, epochs, stddev, rng)
    x += rng.normal(0, stddev, x.shape)
    return result


RIGHT = [
    ("denoising.1", decibels),
    ("denoising.1", lambda x, x_hat: 10 * np.log10(1 / squared(x, x_hat))),
    ("denoising.1", lambda x, x_hat: -20 * np.log10(np.sqrt(squared(x, x_hat)))),
    ("denoising.2", noisy_epochs),
    ("denoising.2", one_by_one),
    ("denoising.3", lambda w, b, mean: b + mean * w.sum(axis=0)),
    ("denoising.3", lambda w, b, mean: np.full(len(w), mean) @ w + b),
    ("denoising.4", lambda x, x_hat, stddev: (x_hat - x) / stddev**2),
]
WRONG = [
    ("denoising.1", lambda x, x_hat: -decibels(x, x_hat), "sign"),
    ("denoising.1", lambda x, x_hat: decibels(x, x_hat) / 10, "multiply by 10"),
    ("denoising.1", lambda x, x_hat: -10 * np.log(squared(x, x_hat)), "natural"),
    ("denoising.1", lambda x, x_hat: 2 * decibels(x, x_hat), "factor 20"),
    ("denoising.1", lambda x, x_hat: -10 * np.log10(30 * squared(x, x_hat)), "number of pixels"),
    ("denoising.1", lambda x, x_hat: -10 * np.log10(abs(x - x_hat).mean(1)), "absolute value"),
    ("denoising.1", lambda x, x_hat: decibels(x, x_hat).mean(), "mean over the images"),
    ("denoising.1", lambda x, x_hat: -10 * np.log10(((x - x_hat) ** 2).mean()), "One number"),
    ("denoising.1", squared, "20 dB"),
    ("denoising.2", drawn_once, "drawn once"),
    ("denoising.2", one_noise_for_all, "All images"),
    ("denoising.2", noise_clipped_first, "add, then clip"),
    ("denoising.2", in_place, "changes x"),
    ("denoising.2", lambda *a: noisy_epochs(*a, mean=0.5), "check its mean"),
    ("denoising.2", lambda x, n, s, rng: x + rng.normal(0, s, (n, *x.shape)), "clip after"),
    ("denoising.2", lambda x, n, s, rng: noisy_epochs(x, n, s**2, rng), "variance"),
    ("denoising.2", lambda x, n, s, rng: noisy_epochs(x, 1, s, rng)[0], "shape"),
    ("denoising.3", lambda w, b, mean: b - mean * w.sum(axis=0), "sign"),
    ("denoising.3", lambda w, b, mean: b + mean, "through its weights"),
    ("denoising.3", lambda w, b, mean: b + mean * w.sum(axis=1), "column"),
    ("denoising.3", lambda w, b, mean: b + mean * w.mean(axis=0), "do not average"),
    ("denoising.3", lambda w, b, mean: mean * w.sum(axis=0), "add to it"),
    ("denoising.3", lambda w, b, mean: 0 * b, "x @ kernel"),
    ("denoising.4", lambda x, x_hat, stddev: (x - x_hat) / stddev**2, "sign"),
    ("denoising.4", lambda x, x_hat, stddev: (x_hat - x) / stddev, "not by its standard"),
    ("denoising.4", lambda x, x_hat, stddev: x_hat - x, "the arrow"),
    ("denoising.4", lambda x, x_hat, stddev: (x_hat - x) * stddev**2, "multiplies"),
    ("denoising.4", lambda x, x_hat, stddev: x_hat / stddev**2, "subtract"),
    ("denoising.4", lambda x, x_hat, stddev: 0 * x, "Look at the formula"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
