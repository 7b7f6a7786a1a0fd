"""Checks for the exercises of the chapter `features`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import NotAttempted, WrongAnswer, as_array, call

WIDTH_HINTS = {
    14: "That holds without strides: neighbours of the second layer are 2 x 2 pixels apart.",
    16: "Both earlier layers have stride 2, so the steps are 2 x 2 pixels, not 2.",
    24: "The kernel adds k - 1 steps, not k: the first position is already in the field below.",
    12: "This is the second layer. A 3 x 3 kernel looks at three of its positions in each row.",
    36: "The fields overlap: two neighbours are 4 pixels apart, not 12.",
    3: "These are positions of the second layer. Each of them sees 12 pixels of the image.",
    400: "That is the number of pixels; the question is how wide.",
}
WEIGHTS = np.array([0.5, -2.0, 0.1, 1.5, -0.2, 0.7])


def check_1(width: int) -> str:
    """Accept the width of the receptive field of a third layer."""
    answer = float(as_array(width))
    if answer != 20:
        raise WrongAnswer(
            WIDTH_HINTS.get(answer, "Use the formula: 12 + (k - 1) times the product of strides.")
        )
    return "12 pixels and two more steps of 4."


def check_2(best_image: Callable) -> str:
    """Accept a function (w, ink) that returns the best image in the box with limited ink."""
    for ink in (2, 5):
        image = as_array(call(best_image, WEIGHTS.copy(), ink), WEIGHTS.shape)
        _judge_image(image, ink)
    return "The pixels with the largest positive weights, fully on."


def _judge_image(image: np.ndarray, ink: int) -> None:
    if image.min() < 0 or image.max() > 1:
        raise WrongAnswer("A pixel lies outside the box: each must be within 0 and 1.")
    if image.sum() > ink + 1e-6:
        raise WrongAnswer(f"The pixels add up to {image.sum():.2f}; only {ink} are allowed.")
    if (image[WEIGHTS < 0] > 0).any():
        raise WrongAnswer(
            "A pixel with a negative weight is on, which lowers the drive: by their size alone "
            "weights do not count, and ink need not be used up."
        )
    best = np.sort(WEIGHTS)[::-1][:ink].clip(min=0).sum()
    if not np.isclose(image @ WEIGHTS, best):
        hint = "The image is allowed, but another drives the unit more. "
        partial = ((image > 0) & (image < 1)).any()
        raise WrongAnswer(
            hint + "Ink is worth most where the weight is largest: fill that pixel first, to 1."
            if partial
            else hint + "Switch on the largest weights, as many as the ink allows."
        )


def check_3(precision_recall: Callable) -> str:
    """Accept a function (z, y, digit, threshold) that returns precision and recall."""
    z = np.array([0.9, 0.8, 0.1, 0.7, 0.2, 0.45, 0.3, 0.0, 0.4, 0.1])
    y = np.array([4, 4, 4, 1, 2, 3, 4, 4, 5, 6])
    firing, shows = z > 0.5, y == 4
    hits = (firing & shows).sum()
    result = call(precision_recall, z, y, 4, 0.5)
    if isinstance(result, tuple | list) and any(part is ... for part in result):
        raise NotAttempted
    answer = as_array(result, (2,))
    right = np.array([hits / firing.sum(), hits / shows.sum()])
    wrong = (
        (right[::-1], "The two are swapped: precision divides by the images that fire."),
        (np.full(2, (firing == shows).mean()), "This is the accuracy: silent images of other "
         "digits count as right there, and they are the many."),
        (np.full(2, hits / len(z)), "Hits over all images is neither: divide by those that fire "
         "for precision, by those that show the digit for recall."),
        ([firing.mean(), shows.mean()], "These are the shares that fire and that show the digit; "
         "what counts is how many do both."),
        ([hits, hits], "These are counts. Divide them."),
    )  # fmt: skip
    for value, hint in wrong:
        if np.allclose(answer, value):
            raise WrongAnswer(hint)
    close = np.isclose(answer, right)
    if close.any() and not close.all():
        which = "recall" if close[0] else "precision"
        raise WrongAnswer(f"One of the two is right; look at the {which} again.")
    if not close.all():
        raise WrongAnswer("In the test 3 images fire, 2 of them with the digit; 5 show it in all.")
    return "Hits over firing images, hits over images of the digit."
