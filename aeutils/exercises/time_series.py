"""Checks for the exercises of the chapter `time-series`."""

from collections.abc import Callable

import numpy as np

from aeutils.exercises import as_array, call, judge

# Lengths of the recordings, and the places where faults and alarms start and stop.
RECORDINGS = (
    (30, ((5, 9), (20, 24)), ((0, 2), (3, 10), (12, 15), (16, 17), (23, 27), (29, 30))),
    (24, ((0, 3), (10, 16)), ((2, 5), (7, 8), (11, 12), (14, 15), (18, 22))),
    (18, ((14, 18),), ((1, 4), (6, 7), (9, 13))),
    (12, ((3, 6),), ((4, 5),)),
    (16, ((5, 9),), ((3, 5), (9, 11), (13, 14))),  # alarms that end or begin beside the fault
    (14, ((3, 5), (8, 10)), ((2, 11), (12, 13))),  # one alarm over two faults
)


def as_mask(length: int, places: tuple[tuple[int, int], ...]) -> np.ndarray:
    """Return a boolean array of so many samples that is true inside of the places."""
    mask = np.zeros(length, bool)
    for start, stop in places:
        mask[start:stop] = True
    return mask


def runs(mask: np.ndarray) -> list[tuple[int, int]]:
    """Return where the runs of true values start and stop."""
    ends = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(int), [0]])))
    return [(int(start), int(stop)) for start, stop in ends.reshape(-1, 2)]


def check_1(false_alarms: Callable) -> str:
    """Accept a function (truth, alarm) that counts the runs of alarms that touch no fault."""
    for length, faults, alarms in RECORDINGS:
        truth, alarm = as_mask(length, faults), as_mask(length, alarms)
        answer = as_array(call(false_alarms, truth.copy(), alarm.copy()))
        found, outside = runs(alarm), alarm & ~truth
        right = sum(not truth[start:stop].any() for start, stop in found)
        wider = np.convolve(truth, [1, 1, 1], "same") > 0
        wrong = (
            (outside.sum(), "These are samples; an alarm that lasts for a second is one alarm."),
            (len(found), "These are all runs of alarms; those that touch a fault are right."),
            (len(found) - right, "These are the right alarms; the false ones are asked for."),
            (len(runs(outside)), "The end of a right alarm, after the fault is over, is no false "
             "alarm of its own: find the runs first."),
            (sum(not wider[start:stop].any() for start, stop in found), "An alarm beside a fault "
             "has no sample of it: it is false."),
            (len(found) - len(runs(alarm & truth)), "An alarm that covers two faults is one "
             "alarm."),
            (len(faults) - right, "Count alarms, not faults."),
        )  # fmt: skip
        hint = "Find the runs of alarms, and count those in which no sample is a fault."
        judge(answer, right, wrong, hint, exact=True)
    return "One alarm is one call, however long it lasts."


def check_2(chance_to_hit: Callable) -> str:
    """Accept a function (p, length) that gives the chance that random alarms hit an event."""
    for p, length in ((0.4, 4), (0.01, 100), (0.2, 3), (0.5, 1), (0.003, 400), (0.0625, 12)):
        answer = as_array(call(chance_to_hit, p, length))
        wrong = (
            ((1 - p) ** length, "This is the chance that no sample of the event alarms."),
            (p**length, "This is the chance that all samples of the event alarm; one is enough."),
            (p * length, "This is how many alarms we expect inside, and can pass 1."),
            (min(1, p * length), "Chances add up like that only if never two samples alarm."),
            (1 - np.exp(-p * length), "This is the limit for rare alarms; here it can be exact."),
            (1 - p**length, "Swap the roles: a sample is silent with the chance 1 - p."),
            (length * p * (1 - p) ** (length - 1), "This is the chance of exactly one alarm."),
            (p, "This is the chance for one sample; the event has several."),
        )
        hint = "One minus the chance that every sample of the event is silent."
        judge(answer, 1 - (1 - p) ** length, wrong, hint)
    return "With one alarm in a hundred samples, 63 of 100 events of a hundred samples are hit."


def check_3(time_needed: Callable) -> str:
    """Accept a function (rate, certainty) that says how long to record without an alarm."""
    for rate, certainty in ((2.0, 0.8), (1.0, 0.95), (0.25, 0.99), (7.0, 0.5)):
        answer = as_array(call(time_needed, rate, certainty))
        right = -np.log(1 - certainty) / rate
        wrong = (
            (-right, "The logarithm of a number below 1 is negative; turn the sign."),
            (-np.log(1 - certainty) * rate, "A smaller rate needs more time: divide by it."),
            (-np.log(certainty) / rate, "This makes silence as likely as the certainty; it has to "
             "be as unlikely as 1 - certainty."),
            (-np.log10(1 - certainty) / rate, "Take the natural logarithm."),
            (-np.log2(1 - certainty) / rate, "Take the natural logarithm."),
            (np.ceil(right), "Do not round: time need not be whole weeks."),
            (3 / rate, "The rule of three is for a certainty of 95 % alone."),
            (1 / rate, "In this time one alarm is expected, and silence has a chance of 37 %."),
            (-np.log((1 - certainty) / 2) / rate, "Only one end is asked about: do not halve."),
        )  # fmt: skip
        hint = "Set the chance of silence, exp(-rate * time), to 1 - certainty."
        judge(answer, right, wrong, hint)
    return "For one false alarm a week and 95 %, that is three silent weeks."
