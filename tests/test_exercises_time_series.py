"""The exercises of the chapter `time-series` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests

from aeutils.exercises.time_series import runs


def false_alarms(truth, alarm):
    change = np.diff(np.concatenate([[0], alarm, [0]]))
    starts, stops = np.flatnonzero(change == 1), np.flatnonzero(change == -1)
    return sum(not truth[a:b].any() for a, b in zip(starts, stops, strict=True))


def by_a_loop(truth, alarm):
    count, inside, touched = 0, False, False
    for fault, ringing in zip([*truth, False], [*alarm, False], strict=True):
        if ringing:
            inside, touched = True, touched or fault
        elif inside:
            count += not touched
            inside, touched = False, False
    return count


def of_inner_edges(truth, alarm):
    """Miss the alarms that touch an end of the recording."""
    change = np.diff(alarm.astype(int))
    starts, stops = np.flatnonzero(change == 1) + 1, np.flatnonzero(change == -1) + 1
    return sum(not truth[a:b].any() for a, b in zip(starts, stops, strict=False))


def of_wider_faults(truth, alarm):
    """Take an alarm that begins or ends beside a fault for a right one."""
    return false_alarms(np.convolve(truth, np.ones(3), "same") > 0, alarm)


def chance(p, length):
    return 1 - (1 - p) ** length


def needed(rate, certainty):
    return -np.log(1 - certainty) / rate


def by_faults(truth, alarm):
    """Take off a right alarm once for each fault that it covers."""
    return len(runs(alarm)) - len(runs(alarm & truth))


RIGHT = [
    ("time-series.1", false_alarms),
    ("time-series.1", by_a_loop),
    ("time-series.1", lambda truth, alarm: np.array([false_alarms(truth, alarm)])),
    ("time-series.2", chance),
    ("time-series.2", lambda p, length: -np.expm1(length * np.log1p(-p))),
    ("time-series.2", lambda p, length: sum(p * (1 - p) ** k for k in range(length))),
    ("time-series.3", needed),
    ("time-series.3", lambda rate, certainty: np.log(1 / (1 - certainty)) / rate),
    ("time-series.3", lambda rate, certainty: [-np.log1p(-certainty) / rate]),
]
WRONG = [
    ("time-series.1", by_faults, "covers two faults"),
    ("time-series.1", lambda truth, alarm: (alarm & ~truth).sum(), "samples"),
    ("time-series.1", lambda truth, alarm: len(runs(alarm)), "all runs"),
    ("time-series.1", lambda t, a: len(runs(a)) - false_alarms(t, a), "right alarms"),
    ("time-series.1", lambda truth, alarm: len(runs(alarm & ~truth)), "find the runs first"),
    ("time-series.1", lambda t, a: len(runs(t)) - false_alarms(t, a), "not faults"),
    ("time-series.1", of_inner_edges, "Find the runs"),
    (
        "time-series.1",
        lambda t, a: false_alarms(np.convolve(t, [1, 1, 1], "same") > 0, a),
        "beside",
    ),
    ("time-series.1", lambda truth, alarm: alarm & ~truth, "single number"),
    ("time-series.1", 4, "function"),
    ("time-series.2", lambda p, length: (1 - p) ** length, "no sample"),
    ("time-series.2", lambda p, length: p**length, "one is enough"),
    ("time-series.2", lambda p, length: p * length, "how many alarms"),
    ("time-series.2", lambda p, length: min(1, p * length * 1.0), "never two"),
    ("time-series.2", lambda p, length: 1 - np.exp(-p * length), "rare alarms"),
    ("time-series.2", lambda p, length: 1 - p**length, "Swap"),
    ("time-series.2", lambda p, n: n * p * (1 - p) ** (n - 1), "exactly one"),
    ("time-series.2", lambda p, length: p, "for one sample"),
    ("time-series.2", lambda p, length: 0.63, "every sample"),
    ("time-series.3", lambda rate, certainty: -needed(rate, certainty), "turn the sign"),
    ("time-series.3", lambda rate, certainty: needed(1, certainty) * rate, "divide"),
    ("time-series.3", lambda rate, certainty: -np.log(certainty) / rate, "unlikely"),
    ("time-series.3", lambda rate, certainty: -np.log10(1 - certainty) / rate, "natural"),
    ("time-series.3", lambda rate, certainty: -np.log2(1 - certainty) / rate, "natural"),
    ("time-series.3", lambda rate, certainty: np.ceil(needed(rate, certainty)), "round"),
    ("time-series.3", lambda rate, certainty: 3 / rate, "rule of three"),
    ("time-series.3", lambda rate, certainty: 1 / rate, "37 %"),
    ("time-series.3", lambda rate, certainty: -np.log((1 - certainty) / 2) / rate, "halve"),
    ("time-series.3", lambda rate, certainty: rate + certainty, "Set the chance"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
