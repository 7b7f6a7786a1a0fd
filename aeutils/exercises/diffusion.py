"""Checks for the exercises of the chapter `diffusion`."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import softmax

from aeutils.exercises import WrongAnswer, as_array, as_numbers, call, judge


def _numbers(answer: Any, right: np.ndarray) -> np.ndarray:
    """Return an answer as numbers; one in float16 that is right to three digits is right."""
    if isinstance(answer, str):
        raise WrongAnswer("Expected numbers, got a text.")
    half = getattr(answer, "dtype", None) == np.float16
    found = as_array(answer, np.shape(right))
    return right if half and np.allclose(found, right, rtol=2e-3, atol=2e-3) else found


def check_1(clean_from_score: Callable) -> str:
    """Accept a function (x, score, kept, noise) that returns the best guess at the clean points."""
    for n, d, kept, noise in ((4, 3, 0.8, 0.6), (2, 5, 0.28, 0.96)):
        rng = np.random.default_rng(n)
        x, score = rng.standard_normal((2, n, d))
        right = (x + noise**2 * score) / kept
        answer = _numbers(call(clean_from_score, x.copy(), score.copy(), kept, noise), right)
        wrong = (
            (x + noise**2 * score, "This is the clean point as the noisy one has it, times "
             "alpha; divide by it."),
            ((x + noise * score) / kept, "The score is in units of one over sigma squared."),
            ((x - noise**2 * score) / kept, "The score points to where points are more probable: "
             "add it."),
            ((x - noise * score) / kept, "This takes the score for the noise; the noise is minus "
             "sigma times the score."),
            (kept * x + noise**2 * score, "Divide by alpha: the data were multiplied by it."),
            (x / kept + noise**2 * score, "The correction was made in noisy points as well: "
             "divide both by alpha."),
        )  # fmt: skip
        judge(answer, right, wrong, "Solve Tweedie's formula for the clean point.")
    return "Tweedie's formula, solved for the clean point."


def check_2(fresh_noise: Callable) -> str:
    """Accept a function (kept_t, kept_s): standard deviation of the noise that DDPM adds."""
    for kept_t, kept_s in ((0.3, 0.5), (0.7, 0.9), (0.05, 0.2), (0.6, 0.97)):
        ratio, part = (1 - kept_s**2) / (1 - kept_t**2), 1 - kept_t**2 / kept_s**2
        right = np.sqrt(ratio * part)
        answer = float(_numbers(call(fresh_noise, kept_t, kept_s), right))
        wrong = (
            (ratio * part, "This is the variance; return the standard deviation."),
            (np.sqrt(part), "This is the noise of the step forward. The way back is narrower, "
             "since the clean point is known: Bayes' rule."),
            (np.sqrt(ratio), "The second factor is missing: the noise that the step forward "
             "adds."),
            (np.sqrt(1 - kept_s**2), "This is all the noise of the level; a part of it is not "
             "fresh."),
            (np.sqrt(ratio * (1 - kept_t / kept_s)), "The schedule's squares add up to 1: square "
             "the ratio."),
            ((1 - kept_s) / (1 - kept_t) * part, "Variances are 1 minus alpha squared."),
        )  # fmt: skip
        hint = "The square root of the variance of Bayes' rule, with sigma squared from alpha."
        judge(answer, right, wrong, hint)
    return "Nothing is fresh in the last step, to level 0; there the clean point is the answer."


def check_3(best_guess: Callable) -> str:
    """Accept a function (x, points, kept, noise): mean of the points given each noisy one."""
    for n, m, d, kept, noise in ((4, 6, 3, 0.8, 0.6), (5, 2, 2, 0.6, 0.8), (3, 3, 3, 0.28, 0.96)):
        rng = np.random.default_rng(n)
        x, points = rng.standard_normal((n, d)), 2 * rng.standard_normal((m, d))
        squares = np.sum((x[:, None] - kept * points) ** 2, axis=2)
        lengths = np.sqrt(squares)
        p = softmax(-squares / (2 * noise**2), axis=1)
        answer = _numbers(call(best_guess, x.copy(), points.copy(), kept, noise), p @ points)
        unscaled = np.sum((x[:, None] - points) ** 2, axis=2)
        wrong = (
            (kept * p @ points, "These are the points as the noisy ones have them; return the "
             "clean ones."),
            (points[squares.argmin(axis=1)], "This is the nearest point; the best guess is a mean "
             "over all of them."),
            (np.tile(points.mean(axis=0), (n, 1)), "This is the mean of all points, whatever "
             "the noisy one."),
            (softmax(-unscaled / (2 * noise**2), axis=1) @ points, "The points were multiplied "
             "by alpha before the noise came."),
            (softmax(-squares / noise**2, axis=1) @ points, "The exponent of a Gaussian has a "
             "factor of one half."),
            (softmax(-squares / (2 * noise), axis=1) @ points, "The exponent of a Gaussian has "
             "the variance, sigma squared."),
            (softmax(-lengths / (2 * noise**2), axis=1) @ points, "The exponent of a Gaussian has "
             "the squared distance."),
            (softmax(squares / (2 * noise**2), axis=1) @ points, "Far points are less probable: "
             "a sign."),
            (softmax(-squares / (2 * noise**2), axis=0) @ points, "The probabilities sum to 1 "
             "over the points, not over the noisy ones."),
        )  # fmt: skip
        hint = "The points, weighted by their probability given the noisy one."
        judge(answer, p @ points, wrong, hint)
    _check_little_noise(best_guess)
    return "A mean of training points, weighted by Bayes' rule."


def _check_little_noise(best_guess: Callable) -> None:
    points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
    x = np.array([[0.9, 0.4], [0.4998, 0.1], [-3.0, 5.0]])
    with np.errstate(all="ignore"):
        answer = as_numbers(call(best_guess, x.copy(), points.copy(), 1.0, 0.003))
    if answer.shape != x.shape or not np.allclose(answer, points[[1, 0, 2]]):
        raise WrongAnswer(
            "Right for much noise, but with little all densities vanish: take the largest "
            "exponent out before exp (scipy.special.softmax)."
        )
    points, x = 0.05 * points, np.array([[0.02, 0.03], [0.04, 0.06], [0.01, 0.0]])
    p = softmax(-np.sum((x[:, None] - points) ** 2, axis=2) / (2 * 0.05**2), axis=1)
    answer = _numbers(call(best_guess, x.copy(), points.copy(), 1.0, 0.05), p @ points)
    if not np.allclose(answer, p @ points, rtol=1e-4):
        raise WrongAnswer("With little noise, too, near points share the probability.")
