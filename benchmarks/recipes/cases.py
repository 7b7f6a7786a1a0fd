"""A planted error in several architectures, each with its healthy twin."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.recipes.subject import Subject
from benchmarks.recipes.training import Setting, Store

_SEQUENCES, _WORDS = {"loss": "masked mse", "epochs": 30}, {"loss": "masked words", "epochs": 30}
DEFAULTS: dict[str, dict[str, Any]] = {
    "dense": {"loss": "crossentropy"},
    "convolutional": {"loss": "crossentropy"},
    "deep": {"loss": "crossentropy"},
    "tied": {"loss": "crossentropy"},
    "table": {"loss": "mse", "epochs": 80, "batch_size": 30},
    "lstm": _SEQUENCES,
    "gru": _SEQUENCES,
    "both ways": _SEQUENCES,
    "lstm of words": _WORDS,
    "gru of words": _WORDS,
    "both ways of words": _WORDS,
    "variational": {"loss": "own"},
    "variational convolutional": {"loss": "own"},
    "variational table": {"loss": "gaussian", "epochs": 80, "batch_size": 30},
}
Changes = Mapping[str, Any]


@dataclass(frozen=True)
class Fault:
    """An error, the keys that name it, and what makes a healthy setting faulty.

    Attributes
    ----------
    name, title : str
        A short name, and what is wrong in a sentence.
    keys : tuple of str
        Found is the error if `examine` says of one of these that it is wrong.
    architectures : tuple of str
        Three or more, keys of ``DEFAULTS``.
    faulty : mapping
        Arguments of `Setting.changed` that make the error.
    healthy : mapping
        The same for what both sides have beside the settings of the architecture.
    special : mapping
        By architecture, what takes the place of `faulty` there.
    special_healthy : mapping
        By architecture, what takes the place of `healthy` there.
    error : int, optional
        Its number in `book/pitfalls.ipynb`.
    """

    name: str
    title: str
    keys: tuple[str, ...]
    architectures: tuple[str, ...]
    faulty: Changes = field(default_factory=dict)
    healthy: Changes = field(default_factory=dict)
    special: Mapping[str, Changes] = field(default_factory=dict)
    special_healthy: Mapping[str, Changes] = field(default_factory=dict)
    error: int | None = None

    def cases(self) -> Iterator["Case"]:
        """Yield a case for each architecture."""
        for architecture in self.architectures:
            changes = self.special_healthy.get(architecture, self.healthy)
            healthy = Setting(architecture, training=DEFAULTS[architecture]).changed(**changes)
            faulty = healthy.changed(**self.special.get(architecture, self.faulty))
            yield Case(self, healthy, faulty)


@dataclass(frozen=True)
class Case:
    """An error in one architecture."""

    fault: Fault
    healthy: Setting
    faulty: Setting

    @property
    def architecture(self) -> str:
        """Name of the architecture."""
        return self.healthy.architecture

    def make_faulty(self, store: Store) -> Subject:
        """Return the faulty model with its data."""
        return store.subject(self.faulty)

    def make_healthy(self, store: Store) -> Subject:
        """Return the healthy twin with its data."""
        return store.subject(self.healthy)
