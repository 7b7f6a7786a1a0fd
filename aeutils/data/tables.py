"""A table of one's own: the numbers of a CSV file, standardised, in three parts."""

import csv
from dataclasses import dataclass
from hashlib import sha256
from os import PathLike

import numpy as np

from aeutils.data.files import clear_errors, count_held_back, name_sizes


@dataclass(frozen=True, eq=False, repr=False)
class TableData:
    """Rows of standardised numbers in three parts.

    Attributes
    ----------
    x_train, x_valid, x_test : ndarray of shape (n, columns)
        float32; each column less its mean in the training part, divided by its standard deviation
        there (by 1 where that is 0).
    y_train, y_valid, y_test : ndarray of shape (n,)
        int64, the place in `class_names`; all 0 where the table has no column of labels.
    columns : tuple of str
        Names of the columns.
    class_names : tuple of str
        The values of the column of labels, in alphabetical order.
    mean, scale : ndarray of shape (columns,)
        What was taken off and divided by, in the units of the file.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_valid: np.ndarray
    y_valid: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    columns: tuple[str, ...]
    class_names: tuple[str, ...]
    mean: np.ndarray
    scale: np.ndarray

    def __repr__(self) -> str:
        """Name the columns and the sizes of the parts."""
        return f"TableData({name_sizes(self)}, {len(self.columns)} columns)"

    def restore(self, x: np.ndarray) -> np.ndarray:
        """Return standardised rows, such as reconstructions, in the units of the file."""
        if np.ndim(x) != 2 or np.shape(x)[1] != len(self.columns):
            raise ValueError(f"x has shape {np.shape(x)}; expected (n, {len(self.columns)}).")
        return np.asarray(x, np.float64) * self.scale + self.mean


def load_table(
    path: str | PathLike, *, label: str | None = None, delimiter: str = ","
) -> TableData:
    """Read a CSV file of numbers.

    Parameters
    ----------
    path : str or os.PathLike
        Its first line has the names of the columns; UTF-8.
    label : str, optional
        The column that holds the class of a row, as text or number; it is kept apart.
    delimiter : str
        What stands between the values of a row.

    Returns
    -------
    TableData
        A tenth of the rows for validation and for the test, the rest for training. The values of a
        row decide where it falls, so that equal rows stay together.

    Raises
    ------
    ValueError
        If there are fewer than ten rows, a row has another number of values, a value is missing or
        no number, two columns have one name, or there is no column `label`.
    OSError
        If the file cannot be read.
    """
    with clear_errors(path), open(path, newline="", encoding="utf-8-sig") as file:
        try:
            header, *rows = [row for row in csv.reader(file, delimiter=delimiter) if row] or [[]]
        except (UnicodeDecodeError, csv.Error) as error:
            raise ValueError(f"{path} is no CSV file in UTF-8: {error}.") from error
    header = [name.strip() for name in header]
    _check_table(path, header, rows, label)
    place = header.index(label) if label is not None else None
    names = tuple(name for name in header if name != label)
    labels = [row[place].strip() if place is not None else "" for row in rows]
    if place is not None and "" in labels:
        row = labels.index("") + 1
        raise ValueError(f"Row {row} of {path} has no {label!r}. Fill it in, or drop the row.")
    values = [[v for i, v in enumerate(row) if i != place] for row in rows]
    x = _as_numbers(path, names, values)
    class_names = tuple(sorted(set(labels)))
    y = np.array([class_names.index(name) for name in labels], np.int64)
    parts = _divide(x)
    train = x[parts["train"]]
    # The deviation of equal numbers is not 0 to the last digit, and neither is their mean theirs.
    varies = np.ptp(train, axis=0) > 0
    mean = np.where(varies, train.mean(axis=0), train[0])
    scale = np.where(varies, train.std(axis=0), 1.0)
    return TableData(
        **{
            f"x_{part}": ((x[rows] - mean) / scale).astype("float32")
            for part, rows in parts.items()
        },
        **{f"y_{part}": y[rows] for part, rows in parts.items()},
        columns=names,
        class_names=class_names,
        mean=mean,
        scale=scale,
    )


def _check_table(path, header: list[str], rows: list[list[str]], label: str | None) -> None:
    if len(rows) < 10:
        raise ValueError(f"{path} has {len(rows)} rows below its header; ten or more are needed.")
    if len(set(header)) < len(header):
        raise ValueError(f"{path} has two columns of one name among {', '.join(header)}.")
    if label is not None and label not in header:
        raise ValueError(f"{path} has no column {label!r}; it has {', '.join(header)}.")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            raise ValueError(
                f"Row {number} of {path} has {len(row)} values, and the header has {len(header)} "
                "names. Is it the right delimiter?"
            )


def _as_numbers(path, names: tuple[str, ...], rows: list[list[str]]) -> np.ndarray:
    if not names:
        raise ValueError(f"{path} has no column besides the labels.")
    values = np.empty((len(rows), len(names)))
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            try:
                values[i, j] = float(text)
            except ValueError:
                values[i, j] = np.nan
            if not np.isfinite(values[i, j]):
                raise ValueError(
                    f"Row {i + 1} of {path} has {text!r} in the column {names[j]!r}, which is no "
                    "finite number. Fill or drop missing values; make one column of 0 and 1 for "
                    "each value of a category; or name the column as label."
                )
    return values


def _divide(x: np.ndarray) -> dict[str, np.ndarray]:
    """Return the rows of each part; equal rows fall into one."""
    distinct, member = np.unique(x, axis=0, return_inverse=True)
    keys = [sha256(row.tobytes()).digest() for row in distinct]
    rank = np.empty(len(distinct), np.int64)
    rank[sorted(range(len(distinct)), key=keys.__getitem__)] = np.arange(len(distinct))
    place = rank[np.ravel(member)]
    counts = count_held_back(len(distinct))
    if len(distinct) < 3:
        raise ValueError(f"The table has {len(distinct)} different rows; three or more are needed.")
    edges = np.cumsum([0, *counts.values(), len(distinct)])
    return {
        part: np.flatnonzero((place >= low) & (place < high))
        for part, low, high in zip((*counts, "train"), edges, edges[1:], strict=False)
    }
