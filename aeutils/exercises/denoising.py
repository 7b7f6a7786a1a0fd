"""Checks for the exercises of the chapter `denoising`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import WrongAnswer, as_array, call, judge


def check_1(decibels: Callable) -> str:
    """Accept a function (x, x_hat) that returns the PSNR of each image in decibels."""
    rng = np.random.default_rng(0)
    x, noise = rng.uniform(size=(4, 30)), rng.normal(size=(4, 30))
    x_hat = x + np.array([[0.01], [0.1], [0.3], [0.5]]) * noise
    error = np.mean((x - x_hat) ** 2, axis=1)
    right = -10 * np.log10(error)
    answer = np.asarray(call(decibels, x, x_hat))
    if answer.shape == () and not np.isclose(answer, right.mean()):
        raise WrongAnswer("One number for all: take the mean over the pixels of each image only.")
    if answer.shape == ():
        raise WrongAnswer("This is the mean over the images; return one number for each image.")
    answer = as_array(answer, right.shape)
    wrong = {
        "The sign is turned: a smaller error must give a higher number.": -right,
        "This is the logarithm in tens: a decibel is a tenth of it, so multiply by 10.": right / 10,
        "This is the natural logarithm; decibels take the logarithm to base 10.": (
            -10 * np.log(error)
        ),
        "The factor 20 belongs to the root of the error; for the mean square it is 10.": 2 * right,
        "Sum and mean: divide the squared error by the number of pixels.": (
            right - 10 * np.log10(x.shape[1])
        ),
        "Square the difference; this takes its absolute value.": (
            -10 * np.log10(np.mean(np.abs(x - x_hat), axis=1))
        ),
    }
    hints = ((value, hint) for hint, value in wrong.items())
    judge(answer, right, hints, "An image with a mean squared error of 0.01 must get 20 dB.")
    return "Ten times the logarithm of 1 over the error, for each image."


def check_2(noisy_epochs: Callable) -> str:
    """Accept a function (x, epochs, stddev, rng) that draws clipped noise afresh in each epoch."""
    x = np.zeros((50, 400))
    x[:, 200:] = 1.0
    before, stddev = x.copy(), 0.5
    result = call(noisy_epochs, x, 3, stddev, np.random.default_rng(0))
    if isinstance(result, list | tuple):
        result = np.array([as_array(part, x.shape) for part in result])
    inputs = as_array(result, (3, *x.shape))
    if not np.array_equal(x, before):
        raise WrongAnswer("Your function changes x itself: the clean targets are lost.")
    if np.array_equal(inputs[0], inputs[1]) or np.array_equal(inputs[1], inputs[2]):
        raise WrongAnswer("The noise is drawn once and reused: each epoch needs its own.")
    if np.array_equal(inputs[0, 0], inputs[0, 1]):
        raise WrongAnswer("All images of an epoch get the same noise; each needs its own.")
    if inputs.min() < 0 or inputs.max() > 1:
        raise WrongAnswer("There are values outside [0, 1]: clip after adding the noise.")
    # Half of the noise on an empty pixel is negative, and so cut to 0.
    cut = np.mean(inputs[:, :, :200] == 0)
    if abs(cut - 0.5) > 0.05:
        raise WrongAnswer(
            f"Of the empty pixels {cut:.0%} stay 0, where noise of mean 0 leaves half: "
            "check its mean, and that the noise is not clipped before it is added."
        )
    if abs(np.mean(inputs[:, :, 200:] == 1) - 0.5) > 0.05:
        raise WrongAnswer("Pixels of 1 must get noise too, half of it negative: add, then clip.")
    mean = inputs[:, :, :200].mean()
    if abs(mean - 0.195) > 0.02:
        raise WrongAnswer(
            f"On empty pixels the mean is {mean:.2f} and should be 0.20: check the standard "
            "deviation (NumPy takes it, not the variance) and the kind of noise."
        )
    return "New noise for each epoch and image, of mean 0, clipped after it is added."


def check_3(shifted_bias: Callable) -> str:
    """Accept a function (kernel, bias, mean) that takes the mean of the noise into the bias."""
    rng = np.random.default_rng(0)
    kernel, bias, mean = rng.normal(size=(6, 6)), rng.normal(size=6), 0.5
    answer = as_array(call(shifted_bias, kernel, bias, mean), bias.shape)
    wrong = {
        "The sign is turned: the network expects the mean, so the bias must now supply it.": (
            bias - mean * kernel.sum(axis=0)
        ),
        "The mean reaches a unit through its weights: multiply it by their sum.": bias + mean,
        "A unit has its weights in a column: sum over axis 0, not 1.": (
            bias + mean * kernel.sum(axis=1)
        ),
        "Each of the pixels is shifted by the mean: sum the weights, do not average them.": (
            bias + mean * kernel.mean(axis=0)
        ),
        "The bias that was there stays; add to it.": mean * kernel.sum(axis=0),
    }
    hints = ((value, hint) for hint, value in wrong.items())
    judge(
        answer,
        bias + mean * kernel.sum(axis=0),
        hints,
        "It must hold that x @ kernel + answer = (x + mean) @ kernel + bias.",
    )
    return "The bias plus the mean times the sum of each unit's weights."


def check_4(score_of: Callable) -> str:
    """Accept a function (x, x_hat, stddev) that returns the score; data and noise are Gaussian."""
    spread, stddev = 1.5, 0.4
    x = np.random.default_rng(0).normal(size=(8, 2))
    # The best denoiser of N(0, spread^2), and the slope of the log density of the noisy points.
    x_hat = x * spread**2 / (spread**2 + stddev**2)
    right = -x / (spread**2 + stddev**2)
    answer = as_array(call(score_of, x, x_hat, stddev), x.shape)
    wrong = {
        "The sign is turned: the score points from the noisy point to the clean one.": -right,
        "Divide by the variance of the noise, not by its standard deviation.": right * stddev,
        "This is the arrow; the score is the arrow over the variance of the noise.": (
            right * stddev**2
        ),
        "Divide by the variance; this multiplies by it.": right * stddev**4,
        "This is the denoiser over the variance: subtract the noisy point first.": (
            x_hat / stddev**2
        ),
    }
    hints = ((value, hint) for hint, value in wrong.items())
    judge(
        answer,
        right,
        hints,
        "Here the score is -x / (1.5 ** 2 + stddev ** 2). Look at the formula.",
    )
    return "The way from the noisy point to the cleaned one, over the variance of the noise."
