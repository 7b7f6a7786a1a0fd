"""Checks for the exercises of the chapter `denoising`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import WrongAnswer, as_array, as_numbers, call, judge

# Images, pixels, and the size of the error of the first and of the last image.
ERRORS = ((4, 30, 0.1, 0.5), (1, 12, 0.2, 0.2), (7, 5, 0.6, 0.08), (2, 784, 0.9, 1.0))
# A tiny constant that keeps the logarithm of 0 away moves a PSNR by less than this, in decibels.
TOLERANCE = 0.005
# Epochs, images, pixels and standard deviation of the noise.
DRAWS = ((3, 50, 400, 0.5), (2, 120, 90, 0.8), (4, 30, 200, 0.3), (1, 60, 150, 0.5))
# Pixels, units and mean of the noise; where there are as many of both, a turned kernel fits.
LAYERS = ((6, 6, 0.5), (7, 3, -0.3), (3, 8, 2.0))
# Points, dimensions, mean and spread of the data, standard deviation of the noise.
GAUSSIANS = (
    (8, 2, 0.0, 1.5, 0.4),
    (5, 3, 0.7, 0.5, 0.7),
    (1, 6, -2.0, 3.0, 1.5),
    (6, 2, 0.0, 0.3, 0.1),  # scores far above 5
)


def check_1(decibels: Callable) -> str:
    """Accept a function (x, x_hat) that returns the PSNR of each image in decibels."""
    for count, pixels, first, last in ERRORS:
        rng = np.random.default_rng(count)
        x = rng.uniform(size=(count, pixels))
        noise = np.linspace(first, last, count)[:, None] * rng.normal(size=x.shape)
        x_hat = np.clip(x + noise, 0, 1)
        _judge_decibels(call(decibels, x.copy(), x_hat.copy()), x, x_hat)
    return "Ten times the logarithm of 1 over the error, for each image."


def _judge_decibels(answer, x: np.ndarray, x_hat: np.ndarray) -> None:
    error = np.mean((x - x_hat) ** 2, axis=1)
    right = -10 * np.log10(error)
    answer = as_numbers(answer)
    if answer.shape == () and len(x) > 1:
        if np.isclose(float(as_array(answer)), right.mean(), atol=TOLERANCE):
            raise WrongAnswer("This is the mean over the images; return one number for each image.")
        raise WrongAnswer("One number for all: take the mean over the pixels of each image only.")
    answer = as_array(answer, right.shape)
    if np.abs(answer - right).max() <= TOLERANCE:
        return
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
    for hint, value in wrong.items():
        if np.allclose(answer, value, atol=TOLERANCE):
            raise WrongAnswer(hint)
    raise WrongAnswer(
        "An image with a mean squared error of 0.01 must get 20 dB, one with 0.5 must get 3.01 dB."
    )


def check_2(noisy_epochs: Callable) -> str:
    """Accept a function (x, epochs, stddev, rng) that draws clipped noise afresh in each epoch."""
    for epochs, count, pixels, stddev in DRAWS:
        x = np.full((count, pixels), 0.5)
        x[:, : pixels // 2] = 0.0
        x[:, pixels // 4 : pixels // 2] = 1.0
        inputs = _draw(noisy_epochs, x, epochs, stddev, np.random.PCG64(0))
        _judge_repetition(inputs, pixels // 4)
        if inputs.min() < 0 or inputs.max() > 1:
            raise WrongAnswer("There are values outside [0, 1]: clip after adding the noise.")
        _judge_clipping(inputs[:, :, : pixels // 4], inputs[:, :, pixels // 4 : pixels // 2])
        _draw_little(noisy_epochs, x, epochs)
    for epochs, count, pixels, stddev in DRAWS:
        # So little noise that next to nothing of it is clipped.
        grey = np.full((count, pixels), 0.5)
        bits = (np.random.PCG64(1), np.random.PCG64(1), np.random.Philox(2))
        one, again, other = (_draw(noisy_epochs, grey, epochs, stddev / 6, b) for b in bits)
        _judge_draw(one - 0.5, stddev / 6)
        if np.array_equal(other, one) or not np.array_equal(again, one):
            raise WrongAnswer("Draw the noise from rng: the same generator must give the same.")
    return "New noise for each epoch and image, of mean 0, clipped after it is added."


def _draw(
    noisy_epochs: Callable, x: np.ndarray, epochs: int, stddev: float, bits: np.random.BitGenerator
) -> np.ndarray:
    given = x.copy()
    result = call(noisy_epochs, given, epochs, stddev, np.random.Generator(bits))
    if isinstance(result, list | tuple):
        result = np.array([as_array(part, x.shape) for part in result])
    if not np.array_equal(given, x):
        raise WrongAnswer("Your function changes x itself: the clean targets are lost.")
    return as_array(result, (epochs, *x.shape))


def _draw_little(noisy_epochs: Callable, x: np.ndarray, epochs: int) -> None:
    """Light noise has to be clipped as well."""
    inputs = _draw(noisy_epochs, x, epochs, 0.05, np.random.PCG64(3))
    if inputs.min() < 0 or inputs.max() > 1:
        raise WrongAnswer("There are values outside [0, 1]: clip light noise, too.")


def _judge_repetition(inputs: np.ndarray, empty: int) -> None:
    if any(np.array_equal(a, b) for a, b in zip(inputs, inputs[1:], strict=False)):
        raise WrongAnswer("The noise is drawn once and reused: each epoch needs its own.")
    if np.array_equal(inputs[0, 0], inputs[0, 1]):
        raise WrongAnswer("All images of an epoch get the same noise; each needs its own.")
    if np.ptp(inputs[:, :, :empty], axis=2).max() == 0 < inputs[:, :, :empty].max():
        raise WrongAnswer("Within an image the noise does not vary: each pixel needs its own.")


def _judge_clipping(empty: np.ndarray, full: np.ndarray) -> None:
    # Half of the noise on an empty pixel is negative, and so cut to 0.
    for pixels, border, name in ((empty, 0, "empty pixels"), (full, 1, "pixels of full ink")):
        cut = np.mean(pixels == border)
        if abs(cut - 0.5) > 0.05 and name == "empty pixels":
            raise WrongAnswer(
                f"Of the empty pixels {cut:.0%} stay 0, where noise of mean 0 leaves half: "
                "check its mean, that each pixel has noise of its own, and that the noise is not "
                "clipped before it is added."
            )
        if abs(cut - 0.5) > 0.05:
            raise WrongAnswer(
                "Pixels of 1 must get noise too, half of it negative: add, then clip."
            )


def _judge_draw(noise: np.ndarray, stddev: float) -> None:
    inner = np.abs(noise[np.abs(noise) < 0.5])  # what is clipped is equal
    if np.unique(inner.round(10)).size < 0.9 * inner.size:
        raise WrongAnswer(
            "The same numbers come again in another order or with another sign: draw new ones."
        )
    if abs(noise.std() / stddev - 1) > 0.05:
        raise WrongAnswer(
            f"The noise has a standard deviation of {noise.std():.3f} and should have "
            f"{stddev:.3f} (NumPy takes the standard deviation, not the variance)."
        )
    if abs(noise.mean()) > 5 * stddev / np.sqrt(noise.size):
        raise WrongAnswer(f"The mean of the noise is {noise.mean():.4f} and should be 0.")
    _judge_independence(noise / stddev)
    _judge_shape(noise.ravel() / stddev)


def _judge_independence(noise: np.ndarray) -> None:
    """Reject noise that is alike in neighbouring pixels, or stronger in some images."""
    side_by_side = np.mean(noise[..., 1:] * noise[..., :-1])
    if abs(side_by_side) > 5 / np.sqrt(noise.size):
        raise WrongAnswer(
            "The noise of a pixel is like that of its neighbour: draw each by itself."
        )
    images = noise.reshape(-1, noise.shape[-1])
    strengths = images.var(axis=1)
    # The variance of n normal numbers has itself a variance of 2 / n.
    if strengths.var() > 2 * 2 / images.shape[1]:
        raise WrongAnswer("Some images get stronger noise than others; all have the same stddev.")


def _judge_shape(noise: np.ndarray) -> None:
    """Reject standardised noise with tails that Gaussian noise has not."""
    for limit, share in ((2, 0.0455), (3, 0.0027), (4, 0.000063)):
        far = np.mean(np.abs(noise) > limit)
        if abs(far - share) > 5 * np.sqrt(share / noise.size):
            raise WrongAnswer(
                f"Beyond {limit} standard deviations lie {far:.2%} of the numbers, where Gaussian "
                f"noise has {share:.2%}: check the kind of noise."
            )


def check_3(shifted_bias: Callable) -> str:
    """Accept a function (kernel, bias, mean) that takes the mean of the noise into the bias."""
    for pixels, units, mean in LAYERS:
        rng = np.random.default_rng(pixels)
        kernel, bias = rng.normal(size=(pixels, units)), rng.normal(size=units)
        answer = call(shifted_bias, kernel.copy(), bias.copy(), mean)
        answer = as_array(answer, bias.shape)
        wrong = {
            "The sign is turned: the network expects the mean, so the bias must now supply it.": (
                bias - mean * kernel.sum(axis=0)
            ),
            "The mean reaches a unit through its weights: multiply it by their sum.": bias + mean,
            "Each of the pixels is shifted by the mean: sum the weights, do not average them.": (
                bias + mean * kernel.mean(axis=0)
            ),
            "The bias that was there stays; add to it.": mean * kernel.sum(axis=0),
        }
        if pixels == units:
            turned = bias + mean * kernel.sum(axis=1)
            wrong["A unit has its weights in a column: sum over axis 0, not 1."] = turned
        judge(
            answer,
            bias + mean * kernel.sum(axis=0),
            ((value, hint) for hint, value in wrong.items()),
            "It must hold that x @ kernel + answer = (x + mean) @ kernel + bias.",
        )
    return "The bias plus the mean times the sum of each unit's weights."


def check_4(score_of: Callable) -> str:
    """Accept a function (x, x_hat, stddev) that returns the score of data it knows nothing of."""
    for count, size, mean, spread, stddev in GAUSSIANS:
        x = np.random.default_rng(count).normal(mean, spread, size=(count, size))
        # The best denoiser of N(mean, spread^2), and the slope of the log density of noisy points.
        x_hat = mean + (x - mean) * spread**2 / (spread**2 + stddev**2)
        right = (mean - x) / (spread**2 + stddev**2)
        _judge_score(
            score_of,
            (x, x_hat, stddev),
            right,
            f"With data of mean {mean} and standard deviation {spread} the score is ({mean} - x) / "
            f"({spread} ** 2 + stddev ** 2), and your function is not told the two: it has to find "
            "them in x_hat. Look at the formula.",
        )
    for stddev in (0.4, 0.9):
        # The data are the points -1 and 1, equally probable.
        x = np.linspace(-2, 2, 8)[:, None]  # not at the points, where x_hat - x is all rounding
        x_hat = np.tanh(x / stddev**2)
        _judge_score(
            score_of,
            (x, x_hat, stddev),
            (x_hat - x) / stddev**2,
            "It is right for Gaussian data, but not for data that are the points -1 and 1: use "
            "x_hat as it is.",
        )
    return "The way from the noisy point to the cleaned one, over the variance of the noise."


def _judge_score(
    score_of: Callable, given: tuple[np.ndarray, np.ndarray, float], right: np.ndarray, last: str
) -> None:
    x, x_hat, stddev = given
    answer = as_array(call(score_of, x.copy(), x_hat.copy(), stddev), x.shape)
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
    judge(answer, right, ((value, hint) for hint, value in wrong.items()), last)
