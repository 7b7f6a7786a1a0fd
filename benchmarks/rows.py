"""The tables of the results: what a row of each holds and how it is shown."""

from dataclasses import dataclass
from typing import ClassVar

ABSENT = "–"


@dataclass(frozen=True)
class Comparison:
    """The recipe of a textbook beside that of the book, by error and seconds.

    Attributes
    ----------
    quantity : str
        What `textbook_error` and `book_error` are, the same for both recipes.
    textbook_error, textbook_seconds : float or None
        Validation error at the end of the textbook's recipe, and the seconds of its training;
        ``None`` where it cannot run.
    book_error, book_seconds : float
        The same of the book's recipe.
    seconds_to_textbook_error : float or None
        When the validation error of the book's recipe was first at `textbook_error` or below,
        in seconds since its start; ``None`` where it never was.
    """

    title: ClassVar[str] = "The book's recipe against the textbook's"
    note: ClassVar[str] = (
        "Both errors are of the same validation images or sentences. *Times faster* divides the "
        "seconds of the textbook's whole training by those until the book's recipe had reached "
        "the error that the textbook's ends with, compilation and validation included. The aim, "
        "at full scale on two cores, was 20 for `vanilla` and `vae` and 8 for the others."
    )
    headings: ClassVar[tuple[str, ...]] = (
        "error",
        "textbook: final error",
        "seconds",
        "book: final error",
        "seconds",
        "seconds to the textbook's error",
        "times faster",
    )

    quantity: str
    textbook_error: float | None
    textbook_seconds: float | None
    book_error: float
    book_seconds: float
    seconds_to_textbook_error: float | None

    @property
    def times_faster(self) -> float | None:
        """Seconds of the textbook's recipe over those of the book's to the same error."""
        if self.textbook_seconds is None or self.seconds_to_textbook_error is None:
            return None
        return self.textbook_seconds / self.seconds_to_textbook_error

    def cells(self) -> list[str]:
        """Return the row as text, in the order of ``headings``."""
        reached, missed = self.seconds_to_textbook_error, self.textbook_error is not None
        return [
            self.quantity,
            _shown(self.textbook_error, "#.4g"),
            _shown(self.textbook_seconds, ".0f"),
            _shown(self.book_error, "#.4g"),
            _shown(self.book_seconds, ".1f"),
            "not reached" if missed and reached is None else _shown(reached, ".1f"),
            _shown(self.times_faster, ".1f"),
        ]


@dataclass(frozen=True)
class Epochs:
    """Seconds of a training by `aeutils.training.fit` beside those by `keras.Model.fit`.

    Attributes
    ----------
    epochs : int
        Passes over the data.
    keras_seconds, epochs_seconds : float
        Whole training, compilation and validation included.
    keras_start, epochs_start : float
        Of that, by how much the first epoch took longer than another one: what a model costs
        before its first step.
    """

    title: ClassVar[str] = "The compiled epoch against `keras.Model.fit`"
    note: ClassVar[str] = (
        "The same model, data and validation, in turn in one process; the pair with the median "
        "ratio of three. `keras.Model.fit` executes 16 steps at a time. *Start* is what the first "
        "epoch took longer than another one: tracing and compiling. On JAX the first of the three "
        "compiles and the others find it compiled. The aim for the dense model at the small scale "
        "was 2 times as fast on TensorFlow and 1.3 times on JAX."
    )
    headings: ClassVar[tuple[str, ...]] = (
        "model",
        "epochs",
        "`keras.Model.fit`: seconds",
        "start",
        "`fit`: seconds",
        "start",
        "times as fast",
    )

    model: str
    epochs: int
    keras_seconds: float
    keras_start: float
    epochs_seconds: float
    epochs_start: float

    def cells(self) -> list[str]:
        """Return the row as text, in the order of ``headings``."""
        seconds = self.keras_seconds, self.keras_start, self.epochs_seconds, self.epochs_start
        ratio = self.keras_seconds / self.epochs_seconds
        return [self.model, str(self.epochs), *(f"{s:.2f}" for s in seconds), f"{ratio:.1f}"]


@dataclass(frozen=True)
class TrainingStep:
    """The rate of a dense training step beside those of matrix products, in FLOP/s.

    Attributes
    ----------
    flops_per_second : float
        That of the step.
    matrix_flops_per_second : float
        That of the best product of two square matrices.
    own_flops_per_second : float or None
        That of the products of the step, each alone and of its own shape; ``None`` where it was
        not measured.
    """

    title: ClassVar[str] = "Arithmetic of the dense training step"
    note: ClassVar[str] = (
        "The rate of the step counts its matrix products alone, but its time is that of all it "
        "does: the batches, the activations and the optimizer too. The first share is of the best "
        "product of two square float32 matrices; the aim on two cores was one half. The products "
        "of the step are long and narrow: the last column is what they reach of that rate when "
        "nothing else is done."
    )
    headings: ClassVar[tuple[str, ...]] = (
        "model",
        "batch",
        "GFLOP/s",
        "square product",
        "share",
        "its products alone",
    )

    model: str
    batch: int
    flops_per_second: float
    matrix_flops_per_second: float
    own_flops_per_second: float | None = None

    def cells(self) -> list[str]:
        """Return the row as text, in the order of ``headings``."""
        rates = [f"{r / 1e9:,.0f}" for r in (self.flops_per_second, self.matrix_flops_per_second)]
        shares = [self._share(r) for r in (self.flops_per_second, self.own_flops_per_second)]
        return [self.model, str(self.batch), *rates, *shares]

    def _share(self, rate: float | None) -> str:
        return ABSENT if rate is None else f"{100 * rate / self.matrix_flops_per_second:.3g}%"


@dataclass(frozen=True)
class Start:
    """Seconds from the start of Python to an event, beside those of the import it cannot avoid."""

    title: ClassVar[str] = "From the start of Python"
    note: ClassVar[str] = (
        "Median of three new processes. The first figure comes after one epoch of the model of "
        "`vanilla`, on the images of the scale. `setup()` imports the backend as well, but without "
        "Python's search for garbage, which takes a good part of a plain import."
    )
    headings: ClassVar[tuple[str, ...]] = ("until", "seconds", "over the backend's import")

    event: str
    seconds: float
    backend_seconds: float

    def cells(self) -> list[str]:
        """Return the row as text, in the order of ``headings``."""
        return [self.event, f"{self.seconds:.1f}", f"{self.seconds / self.backend_seconds:.1f}"]


@dataclass(frozen=True)
class Chapter:
    """Seconds that ``make book`` took to execute one chapter, how many at a time, and the day."""

    title: ClassVar[str] = "Chapters, as `make book` executed them last"
    note: ClassVar[str] = "Where several ran side by side, one slowed the other down."
    headings: ClassVar[tuple[str, ...]] = ("chapter", "seconds", "side by side", "executed")

    chapter: str
    seconds: float
    side_by_side: int
    executed: str

    def cells(self) -> list[str]:
        """Return the row as text, in the order of ``headings``."""
        return [self.chapter, f"{self.seconds:.0f}", str(self.side_by_side), self.executed]


Row = Comparison | Epochs | TrainingStep | Start | Chapter


def _shown(value: float | None, form: str) -> str:
    return ABSENT if value is None else format(value, form)
