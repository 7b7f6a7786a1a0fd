"""Checks for the exercises of the template chapter."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import WrongAnswer, as_array, as_numbers, call


def check_1(error_per_image: float) -> str:
    """Grade the squared error per image of an MSE of 0.05 per pixel, 28 x 28 pixels."""
    value = float(as_array(error_per_image))
    if np.isclose(value, 0.05 * 28):
        raise WrongAnswer("That is the error of one row: an image has 28 rows of 28 pixels.")
    if np.isclose(value, 0.05 / 784):
        raise WrongAnswer("You divided; a sum over pixels is larger than their mean.")
    if not np.isclose(value, 0.05 * 784, rtol=1e-3):
        raise WrongAnswer("Multiply the mean over the pixels by the number of pixels.")
    return "The sum over 784 pixels is 784 times their mean: 39.2."


def check_2(best_constant: Callable[[np.ndarray], np.ndarray]) -> str:
    """Grade a function that finds the image with the least absolute error to a set of images."""
    few = np.array([[0.0, 0.2, 1.0], [0.0, 0.6, 0.8], [0.9, 0.7, 0.0]])
    for x in (few, np.random.default_rng(0).uniform(-1, 2, (8, 5))):
        answer = as_numbers(call(best_constant, x))
        if answer.ndim == 0:
            raise WrongAnswer("One number came back; work over the images alone, with axis=0.")
        answer = as_array(answer, x.shape[1:])
        if np.allclose(answer, x.mean(axis=0)):
            raise WrongAnswer("That is the mean, which is best for the squared error.")
        if not np.allclose(np.abs(x - answer).sum(axis=0), np.abs(x - np.median(x, 0)).sum(axis=0)):
            raise WrongAnswer("Which value has as many data above it as below it?")
    return "The median of each pixel has the least absolute error."


def check_3(bits: float) -> str:
    """Grade the bits of one of ten symbols that are equally frequent."""
    value = float(as_array(bits))
    if np.isclose(value, np.log(10), rtol=1e-3):
        raise WrongAnswer("That is in nats: bits come from the logarithm to base 2.")
    if np.isclose(value, 10):
        raise WrongAnswer("Ten symbols do not need ten yes-or-no questions: halve them each time.")
    if not np.isclose(value, np.log2(10), rtol=1e-3):
        raise WrongAnswer("Take the logarithm of the number of symbols.")
    return "Ten equally frequent symbols carry log2(10) = 3.32 bits."
