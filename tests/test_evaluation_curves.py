"""The curve behind a model's answers: cases whose answer is known, and bad input."""

import numpy as np
import pytest

from aeutils.evaluation import fit_curve, mse

RNG = np.random.default_rng(0)


def test_a_bent_answer_is_bent_back():
    targets = RNG.random((50, 20))
    curve = fit_curve(targets**3, targets)
    new = RNG.random((7, 4, 5)) * 0.98 + 0.01
    assert curve(new**3).shape == new.shape
    assert curve(new**3) == pytest.approx(new, abs=0.01)


def test_where_answers_fall_the_curve_is_their_mean():
    curve = fit_curve(np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 3.0, 1.0, 4.0]))
    assert curve([0, 1, 2, 3]).tolist() == [0, 2, 2, 4]
    assert curve([0.5, -9, 9]).tolist() == [1, 0, 4]


def test_no_line_is_closer():
    targets = RNG.random((200, 30))
    answers = 0.3 + 0.4 * targets + RNG.normal(0, 0.1, targets.shape)
    slope, shift = np.polyfit(answers.ravel(), targets.ravel(), 1)
    bent = fit_curve(answers, targets)(answers)
    assert mse(targets, bent) < mse(targets, slope * answers + shift)
    assert np.all(np.diff(bent.ravel()[answers.ravel().argsort()]) >= 0)


@pytest.mark.parametrize(
    ("answers", "targets", "message"),
    [
        (np.zeros((3, 2)), np.zeros((2, 3)), "both must be the same"),
        (np.zeros((0, 2)), np.zeros((0, 2)), "not empty"),
        (np.array([0.0, np.nan]), np.zeros(2), "not finite"),
        (np.zeros(2), np.array([0.0, np.inf]), "not finite"),
        (["a"], [1], "not numbers"),
    ],
)
def test_bad_input_is_refused(answers, targets, message):
    with pytest.raises(ValueError, match=message):
        fit_curve(answers, targets)
