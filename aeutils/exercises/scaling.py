"""Checks for the exercises of the chapter `scaling`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import WrongAnswer, as_array, as_numbers, call, judge

# Seconds to start and to work, bytes, bytes per second, devices.
PLANS = (
    (0.001, 0.04, 8e6, 1e9, 4),
    (0.002, 0.3, 1.2e8, 5e9, 2),
    (0.0, 0.5, 4e7, 2e9, 3),
    (0.01, 2.0, 8e8, 1e10, 64),
    (0.003, 0.01, 1e8, 1e9, 8),
)


def check_1(count_operations: Callable) -> str:
    """Accept a function (sizes, batch_size) that returns the operations of a training step."""
    cases = (
        ([784, 100, 30, 60, 784], 64),
        ([784, 128, 784], 256),
        ([7, 4], 3),
        ([20, 11, 5, 3, 11, 20], 1),
        ([5, 9, 30], 2),
    )
    for sizes, batch_size in cases:
        answer = as_array(call(count_operations, list(sizes), batch_size))
        kernels = [m * n for m, n in zip(sizes, sizes[1:], strict=False)]
        total, first = sum(kernels), kernels[0]
        right = 2 * batch_size * (3 * total - first)
        wrong = (
            (2 * batch_size * total, "That is the way forward only; going back costs twice that."),
            (
                6 * batch_size * total,
                "The first layer hands no gradient on: its input is the data.",
            ),
            (
                2 * batch_size * (3 * total - kernels[-1]),
                "It is the first layer that hands nothing on.",
            ),
            (right / 2, "A product and a sum are two operations."),
            (right / batch_size, "That is for one image; a step has batch_size of them."),
            (4 * batch_size * total, "Count three products a kernel: one forward, two back."),
        )
        otherwise = f"Three products a kernel, two for the first one; tried with {sizes}."
        judge(answer, right, wrong, otherwise, exact=True)
    return "The price of a step, before a line of it has run."


def check_2(combine: Callable) -> str:
    """Accept a function (gradients, images) that returns the gradient of the whole batch."""
    rng = np.random.default_rng(0)
    for images, parameters in (([50, 150, 30], 5), ([7, 1], 3), ([64, 64, 64, 64], 2), ([9], 4)):
        gradients = rng.normal(size=(len(images), parameters))
        _judge_combined(combine, gradients, np.array(images))
    return "With equal parts this is the plain mean, which is why engines ask for equal parts."


def _judge_combined(combine: Callable, gradients: np.ndarray, images: np.ndarray) -> None:
    found = call(combine, gradients.copy(), images.copy())
    if len(images) > 1 and as_numbers(found).shape == gradients.shape:
        raise WrongAnswer("One gradient is asked for; add up the parts.")
    weighted = images @ gradients
    wrong = (
        (gradients.mean(axis=0), "The plain mean gives an image of a small part more weight."),
        (gradients.sum(axis=0), "The loss is a mean over all images, so the gradient is one too."),
        (weighted, "Divide by the number of all images."),
        (weighted / len(images), "Divide by the number of images, not of parts."),
        (
            (gradients / images[:, None]).sum(axis=0),
            "The gradient of a part is a mean already: multiply by its images, do not divide.",
        ),
    )
    answer = as_array(found, gradients.shape[1:])
    judge(answer, weighted / images.sum(), wrong, "Weight each part by its share of the images.")


def check_3(speed_up: Callable) -> str:
    """Accept a function (start, work, size, bandwidth, devices) that returns the speed-up."""

    def ratio(start, work, size, bandwidth, devices):
        sent = 2 * (devices - 1) / devices * size / bandwidth
        return (start + work) / (start + work / devices + sent)

    for case in PLANS:
        start, work, size, bandwidth, devices = case
        sent, before = 2 * (devices - 1) / devices * size / bandwidth, start + work
        answer = as_array(call(speed_up, *case))
        wrong = (
            (1 / ratio(*case), "Turn it over: the time of one device comes first."),
            (before / (start + work / devices), "The gradient has to be sent as well."),
            (before / (start + max(work / devices, sent)), "Work and sending come one after the "
             "other here."),
            (before / (before / devices + sent), "Each device has to start: that time is not "
             "shared."),
            (before / (start + work / devices + size / bandwidth), "In a ring each device sends 2 "
             "(P - 1) / P times the gradient."),
            (before / (start + work / devices + 2 * size / bandwidth), "Its own part a device need "
             "not send: the factor is 2 (P - 1) / P."),
            (before / (start + (work + sent) / devices), "Sending is not divided by the devices: "
             "all send at the same time."),
            (start + work / devices + sent, "That is the time; asked is how many times faster."),
            (devices, "That is the ideal, without a start and without sending."),
        )  # fmt: skip
        judge(answer, ratio(*case), wrong, f"Time on one device over time on {devices}.")
    for start, work, size, bandwidth, _ in PLANS[:2]:
        alone = as_array(call(speed_up, start, work, size, bandwidth, 1))
        judge(alone, 1.0, (), "One device sends nothing and is as fast as itself.")
    return "Let the work of a step grow and watch this approach the number of devices."
