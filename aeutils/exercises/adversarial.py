"""Checks for the exercises of the chapter `adversarial`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import WrongAnswer, as_array, as_numbers, call, judge


def check_1(best: Callable) -> str:
    """Accept a function (p, q) that returns the best discriminator for two densities."""
    rng = np.random.default_rng(0)
    line = np.array([0.1, 0.4, 0.3, 0.0]), np.array([0.3, 0.1, 0.3, 0.2])
    plane = rng.uniform(0.01, 5, (3, 2)), rng.uniform(0.01, 5, (3, 2))
    for p, q in (line, plane):
        with np.errstate(divide="ignore"):
            log_odds = np.log(p) - np.log(q)
        answer = as_numbers(call(best, p.copy(), q.copy()))
        if answer.shape == p.shape and np.allclose(answer, log_odds):
            raise WrongAnswer(
                "This is the logit. Send it through the sigmoid to get a probability."
            )
        answer = as_array(answer, p.shape)
        wrong = (
            (q / (p + q), "This is the probability of a code; the prior has the label 1."),
            (p / q, "This ratio can exceed 1. It is the odds; the probability divides by the sum."),
            (p / (p + q) / 2, "Prior and codes come equally often: the two halves cancel."),
            ((p > q).astype(float), "This is the decision. The best answer says how sure it is."),
        )
        judge(answer, p / (p + q), wrong, "Where p = 0.1 and q = 0.3 the answer must be 1/4.")
    return "The share of the prior in the sum of the two densities."


def check_2(divergence: Callable) -> str:
    """Accept a function (loss) that turns the best discriminator's cross-entropy into the JS."""
    for loss in (0.2, 0.0, 0.05, 0.5, 0.69, float(np.log(2))):
        answer = float(as_array(call(divergence, loss)))
        right = np.log(2) - loss
        wrong = (
            (-right, "The sign is turned: a divergence is never negative. Less loss means more "
             "apart."),
            (2 * right, "The loss here is the mean over both kinds of points, not the sum of two "
             "means: do not double it."),
            (np.log(4) - loss, "log 4 belongs to the sum of two means; this loss is their "
             "average."),
            (1 - loss / np.log(2), "These are bits. In nats the largest value is log 2."),
            (-loss, "At a loss of log 2, where it can only guess, the divergence must be 0."),
        )  # fmt: skip
        judge(answer, right, wrong, "Solve -2 loss = 2 JS - log 4 for JS.")
    return "log 2 minus the loss: 0 for pure guessing, log 2 where the sets are apart."


def check_3(share_inside: Callable) -> str:
    """Accept a function (z, share) that returns how many codes lie in a circle of the prior."""
    rng = np.random.default_rng(0)
    for n, share in ((4000, 0.8), (1000, 0.5), (2500, 0.95), (37, 0.2)):
        z = rng.normal(size=(n, 2)) * [1.3, 0.8] + [0.2, 0.0]
        square = np.sum(z**2, axis=1)
        limit = -2 * np.log(1 - share)
        answer = float(as_array(call(share_inside, z.copy(), share)))
        wrong = (
            (np.mean(square < -2 * np.log(share)), "This circle holds 1 - share of the prior: the "
             "density outside of radius r is exp(-r ** 2 / 2)."),
            (np.mean(square > limit), "The right circle, but these are the codes outside of it."),
            (np.mean(np.sqrt(square) < limit), "Compare the squared radius with "
             "-2 log(1 - share), or the radius with its root."),
            (np.mean(square < limit / 2), "The exponent of the Gaussian has a 1/2: r ** 2 / 2."),
            (np.mean(np.abs(z[:, 0]) < 1.2815515655446004), "This is an interval of one unit. The "
             "circle is about the distance from the origin, over both units."),
            (np.sum(square < limit), "This is a count; divide by the number of codes."),
        )  # fmt: skip
        right = np.mean(square < limit)
        judge(answer, right, wrong, "Which radius r has 1 - exp(-r ** 2 / 2) equal to the share?")
    return "The codes whose squared length is below -2 log(1 - share)."


def check_4(mode_shares: Callable) -> str:
    """Accept a function (z, centres) that returns the share of the codes nearest each centre."""
    rng = np.random.default_rng(0)
    far = np.array([[0.0, 3.0], [3.0, 0.0], [0.0, -3.0], [-3.0, 0.0], [9.0, 9.0]])
    clouds = np.repeat(far, (5, 12, 0, 3, 0), axis=0) + 0.3 * rng.normal(size=(20, 2))
    _judge_modes(mode_shares, clouds, far)
    # Spread so widely that distances by the sum or the largest of the parts would differ.
    _judge_modes(mode_shares, 3 * rng.normal(size=(300, 2)), 2 * rng.normal(size=(7, 2)))
    _judge_modes(mode_shares, 3 * rng.normal(size=(41, 2)), 2 * rng.normal(size=(3, 2)) + 1)
    return "The nearest centre of each code, counted, the empty ones too."


def _judge_modes(mode_shares: Callable, z: np.ndarray, centres: np.ndarray) -> None:
    modes = len(centres)

    def shares(nearest):
        return np.bincount(nearest, minlength=modes) / len(z)

    apart = np.abs(z[:, None] - centres)
    right = shares(np.sum(apart**2, axis=2).argmin(axis=1))
    answer = as_numbers(call(mode_shares, z.copy(), centres.copy()))
    if answer.ndim == 1 and np.count_nonzero(right) <= len(answer) < modes:
        raise WrongAnswer(
            "The answer leaves out centres that no code is near. Those are the dropped modes: "
            "give them a 0, as `np.bincount` does with `minlength`."
        )
    answer = as_array(answer, (modes,))
    wrong = (
        (right * len(z), "These are counts; divide by the number of codes."),
        (shares(np.sum(apart**2, axis=2).argmax(axis=1)), "These are the codes that each centre "
         "is farthest from: take the smallest."),
        (right / right.max(), "Divide by the number of codes, not by the largest count."),
        (right > 0, "This says which modes are used; return how much."),
        (shares(apart.sum(axis=2).argmin(axis=1)), "This adds the parts of the distance up; the "
         "nearest centre has the least sum of their squares."),
        (shares(apart.max(axis=2).argmin(axis=1)), "This takes the largest part of the distance; "
         "the nearest centre has the least sum of the squares of both."),
    )  # fmt: skip
    judge(answer, right, wrong, "Each code belongs to its nearest centre, and to that only.")
