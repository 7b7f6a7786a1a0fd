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
# Weights and ink: more ink than positive weights, one pixel, none that is worth its ink; then
# equal weights, small ones, and many with much ink.
IMAGES = (
    ([0.5, -2.0, 0.1, 1.5, -0.2, 0.7], 2),
    ([0.5, -2.0, 0.1, 1.5, -0.2, 0.7], 5),
    ([-0.3, 0.02, 0.01, -4.0, 0.05, 0.04, 0.03, 0.06, -0.01], 3),
    ([-1.0, 3.0, -2.0, 2.0], 1),
    ([-1.0, -3.0, -2.0], 2),
    ([1.0, 1.0, 1.0], 2),
    ([-0.5, 2.0, 0.5, 2.0, 0.5, -2.0, 0.5], 3),
    ([0.004, -0.003, 0.001, 0.002, -0.005], 3),
    ([0.3, -0.8, 1.2, 0.9, 0.1, -0.4, 0.6, 1.1, -1.3, 0.2, 0.7, 0.5, -0.1, 1.4], 7),
)
# Activations, digits, the digit asked for, the threshold: some activations are equal to it.
LABELS = (
    ([0.9, 0.8, 0.1, 0.7, 0.2, 0.5, 0.3, 0.0, 0.4, 0.1], [4, 4, 4, 1, 2, 3, 4, 4, 5, 6], 4, 0.5),
    ([2.0, 0.0, 1.5, 0.0, 3.0, 0.4, 0.0], [7, 7, 4, 2, 7, 3, 0], 7, 0.0),
    ([0.21, 0.2, 0.19, 0.9, 0.45], [0, 0, 0, 5, 5], 0, 0.2),
    ([-1.0, -3.0, -2.0, -0.5, -4.0, -1.5], [1, 1, 2, 2, 2, 3], 2, -2.0),
)


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
    for numbers, ink in IMAGES:
        weights = np.array(numbers)
        image = call(best_image, weights.copy(), ink)
        if getattr(image, "shape", None) == (len(weights), 1):
            image = np.ravel(image)
        _judge_image(as_array(image, weights.shape), weights, ink)
    return "The pixels with the largest positive weights, fully on."


def _judge_image(image: np.ndarray, weights: np.ndarray, ink: int) -> None:
    if image.min() < -1e-6 or image.max() > 1 + 1e-6:
        raise WrongAnswer("A pixel lies outside the box: each must be within 0 and 1.")
    if image.sum() > ink + 1e-5:
        raise WrongAnswer(f"The pixels add up to {image.sum():.2f}; only {ink} are allowed.")
    if (image[weights < 0] > 1e-6).any():
        raise WrongAnswer(
            "A pixel with a negative weight is on, which lowers the drive: by their size alone "
            "weights do not count, and ink need not be used up."
        )
    best = np.sort(weights)[::-1][:ink].clip(min=0).sum()
    if not np.isclose(image @ weights, best, rtol=1e-4):
        hint = "The image is allowed, but another drives the unit more. "
        partial = ((image > 0) & (image < 1)).any()
        raise WrongAnswer(
            hint + "Ink is worth most where the weight is largest: fill that pixel first, to 1."
            if partial
            else hint + "Switch on the largest weights, as many as the ink allows."
        )


def check_3(precision_recall: Callable) -> str:
    """Accept a function (z, y, digit, threshold) that returns precision and recall."""
    for activations, digits, digit, threshold in LABELS:
        z, y = np.array(activations), np.array(digits)
        result = call(precision_recall, z.copy(), y.copy(), digit, threshold)
        if isinstance(result, tuple | list) and any(part is ... for part in result):
            raise NotAttempted
        _judge_label(as_array(result, (2,)), z, y, digit, threshold)
    return "Hits over firing images, hits over images of the digit."


def _measure(firing: np.ndarray, shows: np.ndarray) -> np.ndarray:
    hits = (firing & shows).sum()
    return np.array([hits / firing.sum(), hits / shows.sum()])


def _is_near(answer, value) -> bool:
    """Compare with the tolerance that half precision needs."""
    return np.allclose(answer, value, rtol=2e-3)


def _judge_label(answer, z, y, digit: int, threshold: float) -> None:
    firing, shows = z > threshold, y == digit
    hits, right = (firing & shows).sum(), _measure(firing, shows)
    if _is_near(answer, right):
        return
    wrong = (
        (right[::-1], "The two are swapped: precision divides by the images that fire."),
        (np.full(2, (firing == shows).mean()), "This is the accuracy: silent images of other "
         "digits count as right there, and they are the many."),
        (np.full(2, hits / len(z)), "Hits over all images is neither: divide by those that fire "
         "for precision, by those that show the digit for recall."),
        ([firing.mean(), shows.mean()], "These are the shares that fire and that show the digit; "
         "what counts is how many do both."),
        ([hits, hits], "These are counts. Divide them."),
        (_measure(z >= threshold, shows), "An activation that equals the threshold is not above "
         "it."),
    )  # fmt: skip
    for value, hint in wrong:
        if _is_near(answer, value):
            raise WrongAnswer(hint)
    close = np.isclose(answer, right, rtol=2e-3)
    if close.any() and not close.all():
        which = "recall" if close[0] else "precision"
        raise WrongAnswer(f"One of the two is right; look at the {which} again.")
    raise WrongAnswer(
        f"With digit {digit} and threshold {threshold}, {firing.sum()} images fire, {hits} of them "
        f"with the digit; {shows.sum()} show it in all."
    )
