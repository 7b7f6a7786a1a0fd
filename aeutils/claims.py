"""Claims: sentences of the book that the build checks against measured numbers.

Prose that compares, ranks or names a cause rests on a claim. A reader who changes a chapter sees
which claims still hold; the build, which sets ``AEUTILS_STRICT=1``, stops at one that does not.
How claims fare with other seeds, at both scales and on both backends stands in
``reference_runs.json``; ``make reference CH=slug`` writes it.
"""

import hashlib
import html
import math
from dataclasses import asdict, dataclass

from aeutils.results import or_none, single_number
from aeutils.session import is_strict

MIME_TYPE = "application/vnd.aeutils.claim+json"
RELATIONS = ("<", ">", "about")


class ClaimFailed(Exception):
    """A claim did not hold while ``AEUTILS_STRICT=1`` was set."""


@dataclass(frozen=True)
class Claim:
    """A sentence, the two numbers it rests on, and the relation between them."""

    sentence: str
    left: float
    relation: str
    right: float
    margin: float
    tolerance: float | None

    @property
    def slack(self) -> float:
        """How far the numbers are from the point where the claim would fail; nan if unknown.

        It is in the unit of the numbers, and negative where the claim does not hold.
        """
        if self.relation == "about":
            return self.tolerance - abs(self.left - self.right)
        difference = self.right - self.left if self.relation == "<" else self.left - self.right
        return difference - self.margin

    @property
    def holds(self) -> bool:
        """Whether the claim holds; one with a number that is not finite does not."""
        if not (math.isfinite(self.left) and math.isfinite(self.right)):
            return False
        return self.slack >= 0 if self.relation == "about" else self.slack > 0

    @property
    def numbers(self) -> str:
        """Both numbers with the relation between them, as the reader sees them."""
        left, right = f"{self.left:.4g}", f"{self.right:.4g}"
        if self.relation == "about":
            return f"{left} is within {self.tolerance:.4g} of {right}"
        by = f" by more than {self.margin:.4g}" if self.margin else ""
        return f"{left} {self.relation} {right}{by}"


def anchor(sentence: str) -> str:
    """Return the name of the place where a claim stands on its page."""
    return f"claim-{hashlib.sha256(sentence.encode()).hexdigest()[:8]}"


def claim(
    sentence: str,
    left: float,
    relation: str,
    right: float,
    *,
    margin: float = 0.0,
    tolerance: float | None = None,
) -> None:
    """Check a sentence by two measured numbers, and show both.

    The output also has the MIME type ``application/vnd.aeutils.claim+json``, from which the page
    of all claims is made.

    Parameters
    ----------
    sentence : str
        What is claimed, without a full stop.
    left, right : float
        The two numbers. An array of one element will do.
    relation : {"<", ">", "about"}
        What `left` is to `right`.
    margin : float
        By how much one has to exceed the other, in their unit; for ``"<"`` and ``">"``.
    tolerance : float
        How far apart the numbers may be, in their unit; for ``"about"``, which needs it.

    Raises
    ------
    ValueError
        If the sentence is empty, a number is not a single number, the relation is unknown, or
        margin and tolerance do not suit it.
    ClaimFailed
        If the claim does not hold and ``AEUTILS_STRICT=1`` is set.

    Examples
    --------
    >>> claim("PCA makes the larger error", 0.0107, ">", 0.0024)
    PCA makes the larger error: 0.0107 > 0.0024 holds.
    """
    from IPython.display import display

    made = _checked(sentence, left, relation, right, margin, tolerance)
    verdict = "holds" if made.holds else "does not hold in this run"
    text = f"{made.sentence}: {made.numbers} {verdict}."
    kind = "holds" if made.holds else "fails"
    bundle = {
        "text/plain": text,
        "text/html": (
            f'<p class="aeutils-claim {kind}" id="{anchor(made.sentence)}">'
            f"{html.escape(made.sentence)}: "
            f"<strong>{html.escape(made.numbers)}</strong> {verdict}.</p>"
        ),
        MIME_TYPE: {
            **{name: or_none(value) for name, value in asdict(made).items()},
            "slack": or_none(made.slack),
            "numbers": made.numbers,
            "holds": made.holds,
        },
    }
    display(bundle, raw=True)
    if not made.holds and is_strict():
        raise ClaimFailed(text)


def _checked(sentence, left, relation, right, margin, tolerance) -> Claim:
    if not isinstance(sentence, str) or not sentence.strip() or sentence.strip().endswith("."):
        raise ValueError(f"sentence is {sentence!r}; a text without a full stop was expected.")
    if relation not in RELATIONS:
        raise ValueError(f"relation is {relation!r}; one of {', '.join(RELATIONS)} was expected.")
    numbers = {"left": left, "right": right, "margin": margin}
    numbers = {name: single_number(name, value) for name, value in numbers.items()}
    if not 0 <= numbers["margin"] < math.inf:
        raise ValueError(f"margin is {margin!r}; a finite number of at least 0 was expected.")
    if relation != "about" and tolerance is not None:
        raise ValueError(f"tolerance is for the relation 'about'; {relation!r} takes a margin.")
    if relation == "about":
        if margin:
            raise ValueError("margin is for '<' and '>'; 'about' takes a tolerance.")
        if tolerance is None or not 0 < single_number("tolerance", tolerance) < math.inf:
            raise ValueError(f"tolerance is {tolerance!r}; 'about' needs a positive number.")
        tolerance = float(tolerance)
    return Claim(sentence.strip(), relation=relation, tolerance=tolerance, **numbers)
