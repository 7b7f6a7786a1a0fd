"""What a reader has solved: one line in a file of the reader's own for each exercise.

The file is ``progress.jsonl`` in the cache folder of `aeutils`, or what the environment variable
``AEUTILS_PROGRESS`` names; ``AEUTILS_PROGRESS=off`` keeps no record. Each line is a JSON object of
an exercise, a state and a date. Lines are only added, so that several notebooks may write at once
and a damaged line costs no other.
"""

import json
import os
import warnings
from datetime import date
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aeutils.session import cache_dir, is_strict

# Title and number of exercises of each chapter, in the order of the book.
CHAPTERS = {
    "autoencoders": ("What an autoencoder is", 5),
    "kl-and-elbo": ("Divergence, evidence, lower bound", 6),
    "pca": ("PCA", 6),
    "vanilla": ("The vanilla autoencoder", 5),
    "stacked": ("The stacked autoencoder", 5),
    "layerwise": ("Training layer by layer", 6),
    "denoising": ("The denoising autoencoder", 6),
    "convolutional": ("The convolutional autoencoder", 5),
    "sparse": ("The sparse autoencoder", 5),
    "contractive": ("The contractive autoencoder", 6),
    "features": ("What the units have learned", 5),
    "dictionary": ("A dictionary for a language model", 5),
    "pretraining": ("Pretraining with few labels", 5),
    "sentences": ("Sentence vectors with an LSTM", 5),
    "vae": ("The variational autoencoder", 5),
    "cvae": ("The conditional VAE", 5),
    "vq-vae": ("The vector-quantised autoencoder", 5),
    "adversarial": ("The adversarial autoencoder", 6),
    "gsn": ("The generative stochastic network", 5),
    "diffusion": ("Diffusion", 5),
    "applications": ("Autoencoders at work", 5),
    "own-data": ("Bring your own data", 5),
    "time-series": ("Anomalies in time series", 5),
    "pitfalls": ("A field guide to errors", 6),
    "scaling": ("Scaling", 5),
}
# What is known of an exercise, from little to much, with the sign that the picture draws for it.
STATES = {
    "seen": {"facecolor": "white", "edgecolor": "C0", "linewidth": 1.5, "hatch": "////"},
    "tried": {"facecolor": "C0", "edgecolor": "C0", "linewidth": 1.5, "alpha": 0.45},
    "solved": {"facecolor": "C0", "edgecolor": "C0", "linewidth": 1.5},
}
OPEN = {"facecolor": "white", "edgecolor": "0.6", "linewidth": 1.0}
MEANING = {"solved": "solved", "tried": "open one, tried", "seen": "solution run"}
BOX = 0.72  # side of a square, of a row that is 1 high


def progress() -> Figure:
    """Draw which exercises of the book are solved, and print the same in words.

    Each row is a chapter and each square an exercise. `check` notes a right answer as solved; in
    a cell that starts with ``# @title Solution`` it notes that the solution was run. An exercise
    without a check counts as tried once its dots are replaced. To start again, delete the file
    that is printed.

    Returns
    -------
    matplotlib.figure.Figure
        The picture; what is on it stands in its label.
    """
    known = load()
    total = sum(number for _, number in CHAPTERS.values())
    counts = {state: list(known.values()).count(state) for state in STATES}
    words = f"{counts['solved']} of {total} exercises solved, {counts['tried']} open ones tried"
    words += f", {counts['seen']} solutions run without an answer."
    print(words)
    for slug, (title, number) in CHAPTERS.items():
        solved = [n for n in range(1, number + 1) if known.get(f"{slug}.{n}") == "solved"]
        if solved:
            print(f"{title}: solved {', '.join(map(str, solved))} of 1 to {number}")
    print(f"The record is {record_file() or 'switched off'}.")
    fig, ax = plt.subplots(figsize=(4.8, 0.26 * len(CHAPTERS) + 0.7))
    plt.close(fig)  # or a notebook would show it twice
    _draw(ax, known)
    fig.set_label(f"A square for each exercise, a row for each chapter: {words}")
    return fig


def record_file() -> Path | None:
    """Return the file of the record, or None where none is kept."""
    named = os.environ.get("AEUTILS_PROGRESS")
    if named == "off":
        return None
    return Path(named).expanduser() if named else cache_dir() / "progress.jsonl"


def load() -> dict[str, str]:
    """Return the state of each exercise in the record: ``"seen"``, ``"tried"`` or ``"solved"``.

    The best state counts. What cannot be read is left as it is, and told by a warning.
    """
    return _states(_text())


def _states(text: str) -> dict[str, str]:
    known: dict[str, str] = {}
    broken = 0
    for line in filter(str.strip, text.splitlines()):
        try:
            entry = json.loads(line)
            exercise, state = entry["exercise"], entry["state"]
            known[exercise] = max(state, known.get(exercise, "seen"), key=list(STATES).index)
        except (ValueError, TypeError, KeyError):
            broken += 1
    if broken:
        warnings.warn(
            f"{broken} lines of {record_file()} cannot be read. They are left out and stay in "
            "the file; the other lines count.",
            stacklevel=4,
        )
    return known


def note(exercise: str, state: str) -> None:
    """Add to the record what is new about an exercise; under ``AEUTILS_STRICT=1`` do nothing.

    A record that cannot be written is told by a warning and stops no chapter.

    Parameters
    ----------
    exercise : str
        Chapter and number, for example ``"vanilla.1"``.
    state : {"seen", "tried", "solved"}
        What is known of it; less than the record has already is not noted.

    Raises
    ------
    ValueError
        If there is no such state.
    """
    if state not in STATES:
        raise ValueError(f"state is {state!r}; choose one of {', '.join(STATES)}.")
    file = record_file()
    if file is None or is_strict():
        return
    order, text = list(STATES), _text()
    before = _states(text).get(exercise)
    if before and order.index(state) <= order.index(before):
        return
    line = json.dumps({"exercise": exercise, "state": state, "date": date.today().isoformat()})
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # One short write at the end of the file: another notebook may write at the same time.
        with file.open("a", encoding="utf-8") as out:
            out.write("\n" * bool(text and not text.endswith("\n")) + f"{line}\n")
    except OSError as error:
        _warn(file, "written", error)


def _text() -> str:
    """Return the text of the record; an empty one where there is none."""
    file = record_file()
    if file is None or not os.path.lexists(file):
        return ""
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        _warn(file, "read", error)
        return ""


def _warn(file: Path, what: str, error: OSError) -> None:
    warnings.warn(
        f"The record of solved exercises, {file}, cannot be {what} ({error.strerror or error}). "
        "Name another file in AEUTILS_PROGRESS, or set it to off.",
        stacklevel=4,
    )


def _draw(ax: Axes, known: dict[str, str]) -> None:
    """Draw a square for each exercise, and the three signs below."""
    longest = max(number for _, number in CHAPTERS.values())
    for row, (slug, (_, number)) in enumerate(CHAPTERS.items()):
        for column in range(1, number + 1):
            style = STATES.get(known.get(f"{slug}.{column}", ""), OPEN)
            corner = (column - BOX / 2, row - BOX / 2)
            ax.add_patch(plt.Rectangle(corner, BOX, BOX, **style))
    for state, meaning in MEANING.items():
        ax.add_patch(plt.Rectangle((0, -9), BOX, BOX, label=meaning, **STATES[state]))
    ax.set(xlim=(0.5, longest + 0.5), ylim=(len(CHAPTERS) - 0.4, -0.6), aspect="equal")
    ax.set_xticks(range(1, longest + 1))
    ax.set_yticks(range(len(CHAPTERS)), [title for title, _ in CHAPTERS.values()])
    ax.tick_params(length=0, labelsize=10)
    ax.xaxis.tick_top()
    ax.grid(False)
    ax.spines[:].set_visible(False)
    ax.legend(
        loc="upper right",
        bbox_to_anchor=(1.0, -0.01),
        ncols=3,
        fontsize=10,
        handlelength=1.0,
        columnspacing=1.0,
        frameon=False,
    )
