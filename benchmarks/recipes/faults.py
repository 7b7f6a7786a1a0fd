"""All planted errors, and the two halves they are split into."""

from benchmarks.recipes import faults_data, faults_loss, faults_model
from benchmarks.recipes.cases import Case, Fault

FAULTS: tuple[Fault, ...] = faults_data.FAULTS + faults_model.FAULTS + faults_loss.FAULTS
HALVES = {"seen": FAULTS[::2], "unseen": FAULTS[1::2], "all": FAULTS}


def cases(half: str = "all") -> list[Case]:
    """Return the cases of a half; every second error is unseen by whoever writes the checks.

    Raises
    ------
    ValueError
        If there is no such half.
    """
    if half not in HALVES:
        raise ValueError(f"half is {half!r}; choose of {', '.join(HALVES)}.")
    return [case for fault in HALVES[half] for case in fault.cases()]
