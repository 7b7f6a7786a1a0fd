"""The exercises of the chapter `denoising` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests


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


def one_number_per_image(x, epochs, stddev, rng):
    return np.clip(x + rng.normal(0, stddev, (epochs, len(x), 1)), 0, 1)


def one_draw_permuted(x, epochs, stddev, rng):
    noise = rng.normal(0, stddev, x.shape)
    mixed = [rng.permuted(noise.ravel()).reshape(x.shape) for _ in range(epochs)]
    return np.clip(x + np.array(mixed), 0, 1)


def one_row_permuted(x, epochs, stddev, rng):
    row = np.tile(rng.normal(0, stddev, x.shape[1]), (epochs, len(x), 1))
    return np.clip(x + rng.permuted(row, axis=2), 0, 1)


def turned_sign(x, epochs, stddev, rng):
    noise = rng.normal(0, stddev, x.shape)
    return np.clip([x + (-1) ** epoch * noise for epoch in range(epochs)], 0, 1)


def uniform(x, epochs, stddev, rng):
    width = np.sqrt(3) * stddev
    return np.clip(x + rng.uniform(-width, width, (epochs, *x.shape)), 0, 1)


def logistic(x, epochs, stddev, rng):
    scale = stddev * np.sqrt(3) / np.pi
    return np.clip(x + rng.logistic(0, scale, (epochs, *x.shape)), 0, 1)


def without_tails(x, epochs, stddev, rng):
    noise = np.clip(rng.normal(0, stddev, (epochs, *x.shape)), -3 * stddev, 3 * stddev)
    return np.clip(x + noise, 0, 1)


def smeared(x, epochs, stddev, rng):
    noise = rng.normal(0, stddev, (epochs, *x.shape))
    return np.clip(x + (noise + np.roll(noise, 1, axis=2)) / np.sqrt(2), 0, 1)


def own_level_for_each_image(x, epochs, stddev, rng):
    level = stddev * rng.uniform(0.8, 1.2, (epochs, len(x), 1))
    return np.clip(x + level * rng.normal(size=(epochs, *x.shape)), 0, 1)


def clipped_if_strong(x, epochs, stddev, rng):
    noisy = x + rng.normal(0, stddev, (epochs, *x.shape))
    return np.clip(noisy, 0, 1) if stddev > 0.2 else noisy


def own_generator(x, epochs, stddev, rng):
    return noisy_epochs(x, epochs, stddev, np.random.default_rng(0))


def score_of_a_gaussian(x, x_hat, stddev):
    slope, start = np.polyfit(x.ravel(), x_hat.ravel(), 1)
    return ((slope - 1) * x + start) / stddev**2


def by_loops(x, epochs, stddev, rng):
    result = np.empty((epochs, *x.shape), dtype="float32")
    for epoch in range(epochs):
        for row, image in enumerate(x):
            result[epoch, row] = np.clip(image + stddev * rng.normal(size=len(image)), 0, 1)
    return result


def score_in_32_bits(x, x_hat, stddev):
    return (x_hat.astype("float32") - x.astype("float32")) / np.float32(stddev) ** 2


RIGHT = [
    ("denoising.4", score_in_32_bits),
    ("denoising.1", lambda x, x_hat: decibels(x, np.clip(x_hat, 0, 1))),
    ("denoising.1", decibels),
    ("denoising.1", lambda x, x_hat: 10 * np.log10(1 / squared(x, x_hat))),
    ("denoising.1", lambda x, x_hat: -20 * np.log10(np.sqrt(squared(x, x_hat)))),
    ("denoising.1", lambda x, x_hat: -10 * np.log10(squared(x, x_hat) + 1e-7)),
    ("denoising.1", lambda x, x_hat: 10 * np.log10(1 / np.maximum(squared(x, x_hat), 1e-10))),
    ("denoising.1", lambda x, x_hat: [float(v) for v in decibels(x, x_hat)]),
    ("denoising.1", lambda x, x_hat: decibels(np.float32(x), np.float32(x_hat))),
    ("denoising.2", noisy_epochs),
    ("denoising.2", one_by_one),
    ("denoising.2", by_loops),
    ("denoising.3", lambda w, b, mean: b + mean * w.sum(axis=0)),
    ("denoising.3", lambda w, b, mean: np.full(len(w), mean) @ w + b),
    ("denoising.3", lambda w, b, mean: [v + sum(mean * u) for u, v in zip(w.T, b, strict=True)]),
    ("denoising.4", lambda x, x_hat, stddev: (x_hat - x) / stddev**2),
    ("denoising.4", lambda x, x_hat, stddev: -np.divide(x - x_hat, stddev) / stddev),
    ("denoising.4", lambda x, x_hat, stddev: np.float32((x_hat - x) / stddev**2)),
]
WRONG = [
    ("denoising.1", lambda x, x_hat: (decibels(x, x_hat), 0.0), "Expected numbers"),
    ("denoising.1", lambda x, x_hat: -decibels(x, x_hat), "sign"),
    ("denoising.1", lambda x, x_hat: decibels(x, x_hat) / 10, "multiply by 10"),
    ("denoising.1", lambda x, x_hat: -10 * np.log(squared(x, x_hat)), "natural"),
    ("denoising.1", lambda x, x_hat: 2 * decibels(x, x_hat), "factor 20"),
    ("denoising.1", lambda x, x_hat: -10 * np.log10(30 * squared(x, x_hat)), "number of pixels"),
    ("denoising.1", lambda x, x_hat: -10 * np.log10(abs(x - x_hat).mean(1)), "absolute value"),
    ("denoising.1", lambda x, x_hat: decibels(x, x_hat).mean(), "mean over the images"),
    ("denoising.1", lambda x, x_hat: -10 * np.log10(((x - x_hat) ** 2).mean()), "One number"),
    ("denoising.1", squared, "20 dB"),
    ("denoising.1", lambda x, x_hat: decibels(x, x_hat).round(), "20 dB"),
    ("denoising.1", lambda x, x_hat: -10 * np.log10(squared(x, x_hat) + 1e-3), "20 dB"),
    ("denoising.2", drawn_once, "drawn once"),
    ("denoising.2", one_number_per_image, "Within an image"),
    ("denoising.2", one_draw_permuted, "another order"),
    ("denoising.2", one_row_permuted, "another order"),
    ("denoising.2", turned_sign, "another sign"),
    ("denoising.2", uniform, "kind of noise"),
    ("denoising.2", logistic, "kind of noise"),
    ("denoising.2", without_tails, "kind of noise"),
    ("denoising.2", smeared, "its neighbour"),
    ("denoising.2", own_level_for_each_image, "stronger noise"),
    ("denoising.2", clipped_if_strong, "light noise"),
    ("denoising.2", own_generator, "from rng"),
    ("denoising.2", lambda x, n, s, rng: noisy_epochs(x, 3, s, rng), "shape"),
    ("denoising.2", lambda x, n, s, rng: noisy_epochs(x, n, 0.5, rng), "should have"),
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
    ("denoising.3", lambda w, b, mean: b + 0.5 * w.sum(axis=0), "x @ kernel"),
    ("denoising.4", lambda x, x_hat, stddev: -x / (1.5**2 + stddev**2), "Look at the formula"),
    ("denoising.4", lambda x, x_hat, stddev: (x_hat - x) / 0.4**2, "Look at the formula"),
    ("denoising.4", lambda x, x_hat, stddev: (x - x_hat) / stddev**2, "sign"),
    ("denoising.4", lambda x, x_hat, stddev: (x_hat - x) / stddev, "not by its standard"),
    ("denoising.4", lambda x, x_hat, stddev: x_hat - x, "the arrow"),
    ("denoising.4", lambda x, x_hat, stddev: (x_hat - x) * stddev**2, "multiplies"),
    ("denoising.4", lambda x, x_hat, stddev: x_hat / stddev**2, "subtract"),
    ("denoising.4", lambda x, x_hat, stddev: 0 * x, "Look at the formula"),
    (
        "denoising.4",
        lambda x, x_hat, stddev: np.clip((x_hat - x) / stddev**2, -5, 5),
        "Look at the formula",
    ),
    ("denoising.4", score_of_a_gaussian, "not for data that are the points"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
