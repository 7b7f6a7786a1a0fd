"""Checks for the exercises of the chapter `layerwise`."""

from collections.abc import Callable, Sequence

import numpy as np

from aeutils.exercises import WrongAnswer, as_array, call, judge

SIZES = (784, 64, 64, 30)
STEPS = tuple(zip(SIZES[:-1], SIZES[1:], strict=True))
RIGHT_COUNTS = [2 * m * n + m + n for m, n in STEPS]
COUNT_HINTS = (
    ([2 * m * n for m, n in STEPS], "These are the kernels. Each layer also has one bias for each "
     "of its outputs."),
    ([m * n + n for m, n in STEPS], "These are the encoder layers alone; in each phase the decoder "
     "layer learns as well."),
    ([2 * (m * n + n) for m, n in STEPS], "The decoder layer has as many biases as it has outputs: "
     "the size that goes into the pair, not the size of its hidden layer."),
    ([m * n + m + n for m, n in STEPS], "The kernels count once here, but a pair has two of them."),
    (list(np.cumsum(RIGHT_COUNTS)), "Only one pair learns in each phase; the layers around it are "
     "frozen."),
    ([sum(RIGHT_COUNTS)] * 3, "This is the whole stack, which learns only in fine-tuning."),
)  # fmt: skip


def check_1(per_phase: Sequence[int]) -> str:
    """Accept the parameters that learn in each phase of 784-64-64-30."""
    counts = as_array(per_phase, (3,))
    otherwise = (
        "A pair m-n-m has two kernels of m x n and n + m biases; m and n are "
        "784 and 64, 64 and 64, 64 and 30."
    )
    judge(counts, RIGHT_COUNTS, COUNT_HINTS, otherwise, exact=True)
    return "One pair in each phase: two kernels, and biases for both layers."


def check_2(run_stack: Callable) -> str:
    """Accept a function (pairs, x) that runs the encoders inwards and the decoders outwards."""
    rng = np.random.default_rng(0)
    for depth, shape in ((3, (2, 2)), (1, (4, 3)), (7, (3, 5))):
        pairs = [
            (lambda x, a=a: 2 * x + a, lambda x, b=b: b * x - 1)
            for a, b in rng.uniform(1, 3, (depth, 2))
        ]
        _judge_order(run_stack, pairs, rng.normal(size=shape))
    return "Encoders from the outside in, decoders from the inside out."


def _judge_order(run_stack: Callable, pairs: list[tuple[Callable, Callable]], x: np.ndarray):
    answer = as_array(call(run_stack, list(pairs), x.copy()), x.shape)
    encoders, decoders = [e for e, _ in pairs], [d for _, d in pairs]
    right = _run([*encoders, *decoders[::-1]], x)
    wrong = (
        ([*encoders, *decoders], "The decoders come in the wrong order: the innermost draws first, "
         "so run through the pairs backwards."),
        ([step for pair in pairs for step in pair], "This decodes after each encoder. All encoders "
         "come first, then all decoders."),
        (encoders, "This is the code. The decoders are still to come."),
        ([*encoders[::-1], *decoders], "Everything is turned round: the first pair of the list is "
         "the outermost, its encoder comes first."),
        ([*encoders[::-1], *decoders[::-1]], "The encoders come in the wrong order: the first pair "
         "of the list reads the pixels."),
    )  # fmt: skip
    hints = ((_run(functions, x), hint) for functions, hint in wrong)
    judge(answer, right, hints, "Run x through each encoder once, then through each decoder once.")


def _run(functions, x):
    for function in functions:
        x = function(x)
    return x


def check_3(saved: Callable) -> str:
    """Accept a function (sizes, number) that counts the multiplications a cache saves."""
    for sizes in ([20, 11, 7, 5, 3], [784, 64, 64, 30], [9, 2], [9, 8, 7, 6, 5, 4, 3, 2]):
        _judge_savings(saved, sizes)
    return "Inputs times units of each encoder layer before the pair."


def _judge_savings(saved: Callable, sizes: list[int]) -> None:
    products = [m * n for m, n in zip(sizes[:-1], sizes[1:], strict=True)]
    numbers = range(1, len(sizes))
    answers = np.array([float(as_array(call(saved, list(sizes), k))) for k in numbers])
    frozen = np.array([sum(products[: k - 1]) for k in numbers])
    wrong = (
        ([sum(products[:k]) for k in numbers], "The encoder layer of the phase itself learns, so "
         "its output changes and cannot be kept: only the layers before it are saved."),
        (2 * frozen, "The frozen decoder layers do not run at all in a phase: the loss compares "
         "hidden values. Only encoder layers are saved."),
        (3 * frozen, "No gradient passes the frozen layers, and the question is about the forward "
         "pass only."),
        ([sum(products) - products[k - 1] for k in numbers], "The layers further inwards do not "
         "run in this phase, cache or not."),
        ([products[k - 2] if k > 1 else 0 for k in numbers], "The cache saves all frozen encoder "
         "layers before the pair, not the last of them alone."),
        ([sum(sizes[:k]) for k in numbers], "These are units. A layer takes inputs times units "
         "multiplications."),
    )  # fmt: skip
    otherwise = (
        "In phase 1 nothing is saved; in phase 2 the first encoder layer, "
        "sizes[0] * sizes[1]; and so on."
    )
    judge(answers, frozen, wrong, otherwise, exact=True)


def check_4(convert_last: Callable) -> str:
    """Accept a function (kernel, bias) that moves a linear layer from tanh to sigmoid units."""
    rng = np.random.default_rng(0)
    for shape in ((6, 4), (3, 5), (1, 2)):
        _judge_conversion(convert_last, rng.normal(size=shape), rng.normal(size=shape[1]))
    return "t = 2 h - 1, so twice the kernel, and the bias less the sum over the inputs."


def _judge_conversion(convert_last: Callable, kernel: np.ndarray, bias: np.ndarray) -> None:
    answer = call(convert_last, kernel.copy(), bias.copy())
    if not isinstance(answer, list | tuple) or len(answer) != 2:
        raise WrongAnswer("Return two arrays: the kernel and the bias.")
    if answer[0] is ... or answer[1] is ...:
        as_array([...])
    new_kernel, new_bias = as_array(answer[0], kernel.shape), as_array(answer[1], bias.shape)
    total = kernel.sum(axis=0)
    wrong = (
        (2 * kernel, bias, "The kernel is right. But h = 0 stands for t = -1, not for 0: the bias "
         "has to move."),
        (2 * kernel, bias + total, "The sign of the shift is turned: t = 2 h - 1."),
        (4 * kernel, 2 * bias - 2 * total, "This is right for a layer that goes into a sigmoid. "
         "The last one is linear: nothing behind it takes the other factor of two."),
        (2 * kernel, bias - 2 * total, "The shift is once the sum of the kernel, not twice."),
        (kernel / 2, bias + total / 2, "This is the way back, from sigmoid units to tanh units."),
        (kernel / 2, bias, "The other way round: t = 2 h - 1 is put into t V + c."),
    )  # fmt: skip
    for wrong_kernel, wrong_bias, hint in wrong:
        if np.allclose(new_kernel, wrong_kernel) and np.allclose(new_bias, wrong_bias):
            raise WrongAnswer(hint)
    # Someone may compute in 32 bits.
    close = {"rtol": 1e-5, "atol": 1e-6}
    kernel_right = np.allclose(new_kernel, 2 * kernel, **close)
    if not (kernel_right and np.allclose(new_bias, bias - total, **close)):
        raise WrongAnswer("Put t = 2 h - 1 into t V + c and collect what multiplies h.")
