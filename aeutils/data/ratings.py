"""Ratings of items by users: MovieLens where the reader has it, else drawn from a model.

MovieLens may not be passed on, so no copy of it comes with the book and none is downloaded.
"""

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from aeutils.data.download import data_dir
from aeutils.data.files import SPLITS, clear_errors
from aeutils.session import SCALES

FOLDER = "movielens"
# File of each release and what parts the fields of its lines; the larger release comes first.
FILES = {"ratings.dat": "::", "u.data": "\t"}
LOWEST, HIGHEST = 1, 5

# What the drawn ratings are made of; the full ones have the size of the small MovieLens.
SIZES = {"small": (500, 300, 30_000), "full": (943, 1682, 100_000)}
MEAN = 3.5
BIAS = 0.4  # standard deviation of what a user, and what an item, adds to the mean
RANK = 6
TASTE = 0.6  # standard deviation of the product of the factors of a user and an item
NOISE = 0.7  # standard deviation of what no model can know
POPULARITY = 0.8  # standard deviation of the logarithm of how often a user or an item occurs
SEED = 20150518

DRAWN = (
    "{ratings:,} ratings of {items:,} items by {users:,} users, drawn with a fixed seed from a "
    "model: a mean of 3.5, biases of users and items (standard deviation 0.4 each), a product of "
    "6 factors of each (0.6) and noise (0.7), rounded to 1 to 5. Active users and popular items "
    "occur more often."
)
MISSING = (
    f"AEUTILS_DATA_DIR has no {FOLDER}/{' or '.join(FILES)}, and MovieLens may not be passed on: "
    "the ratings are drawn from a model."
)
MOVIELENS = (
    "MovieLens, file {file}: {ratings:,} ratings of {items:,} films by {users:,} users, each "
    "rating by chance for training (80 %), validation (10 %) or testing (10 %)."
)
MOVIELENS_LICENCE = (
    "GroupLens Research, University of Minnesota; for research, and not to be passed on. Please "
    "cite Harper and Konstan 2015 (https://doi.org/10.1145/2827872)."
)


class Triples(NamedTuple):
    """Who rated what, and how.

    Attributes
    ----------
    user, item : numpy.ndarray
        Numbers of users and items from 0, int64 of shape (n,).
    rating : numpy.ndarray
        Whole numbers from 1 to 5, float32 of shape (n,).
    """

    user: np.ndarray
    item: np.ndarray
    rating: np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class RatingsData:
    """Ratings in three parts; a pair of a user and an item stands in one of them alone.

    Attributes
    ----------
    train, valid, test : Triples
        The ratings.
    users, items : int
        How many there are of each.
    best_rmse : float or None
        Root of the mean squared error, on the test ratings, of who knows all of the model but its
        noise; ``None`` for ratings by people, where nobody knows it.
    scale : str
        The argument of `load_ratings`.
    provenance, licence : str
        Where the ratings come from, and on what terms they may be used.
    """

    train: Triples
    valid: Triples
    test: Triples
    users: int
    items: int
    best_rmse: float | None
    scale: str
    provenance: str
    licence: str

    def __repr__(self) -> str:
        """Name the scale and the sizes of the parts, without their ratings."""
        sizes = ", ".join(f"{len(getattr(self, part).rating):,} {part}" for part in SPLITS)
        return f"RatingsData({self.scale!r}: {self.users} users, {self.items} items, {sizes})"


def load_ratings(scale: str) -> RatingsData:
    """Load ratings from 1 to 5 of items by users.

    The full scale reads ``ratings.dat`` (a million ratings) or ``u.data`` (100,000) from the folder
    ``movielens`` in ``AEUTILS_DATA_DIR``. Where neither is there it says so and draws the ratings
    from the model that the small scale is always drawn from. The seed is fixed.

    Parameters
    ----------
    scale : {"small", "full"}
        How many are drawn: 30,000 of 300 items by 500 users, or 100,000 of 1,682 by 943. Of all
        ratings 80 % are for training, 10 % for validation and 10 % for testing.

    Returns
    -------
    RatingsData
        Ratings, what the best guess would reach, and where they come from.

    Raises
    ------
    ValueError
        If the scale is unknown, or a line of the file is damaged.
    OSError
        If the file is there and cannot be read.
    """
    if scale not in SCALES:
        raise ValueError(f"scale is {scale!r}; expected 'small' or 'full'.")
    path = _find_movielens() if scale == "full" else None
    if path is not None:
        return _load_movielens(path)
    if scale == "full":
        print(MISSING)
    return _draw(scale)


def read_ratings(path: str | os.PathLike, separator: str) -> Triples:
    r"""Read a file with a rating a line: user, item, rating, and what else there may be.

    Parameters
    ----------
    path : str or os.PathLike
        A text file.
    separator : str
        What parts the fields: ``"\t"`` in MovieLens's ``u.data``, ``"::"`` in ``ratings.dat``.

    Returns
    -------
    Triples
        In the order of the file. Users and items, whole numbers in the file, are numbered from 0
        in the order of those numbers.

    Raises
    ------
    ValueError
        If a line has no three whole numbers or a rating outside of 1 to 5, a user rates an item
        twice, or there is no line.
    OSError
        If the file is missing or cannot be read.
    """
    with clear_errors(path):
        # What is no UTF-8 is no digit, and the line that holds it is named below.
        content = Path(path).read_text(encoding="utf-8", errors="replace")
    rows = [
        _parse(line, separator, f"{path}, line {number}")
        for number, line in enumerate(content.split("\n"), 1)
        if line.strip()
    ]
    if not rows:
        raise ValueError(f"{path} has no ratings; expected one a line.")
    user, item, rating = np.array(rows).T
    pairs, counts = np.unique(np.stack([user, item]), axis=1, return_counts=True)
    if counts.max() > 1:
        twice = pairs[:, counts.argmax()]
        raise ValueError(f"{path}: user {twice[0]} rates item {twice[1]} twice. Keep one of them.")
    user, item = (np.unique(ids, return_inverse=True)[1] for ids in (user, item))
    return Triples(user, item, rating.astype(np.float32))


def _parse(line: str, separator: str, place: str) -> list[int]:
    try:
        user, item, rating = map(int, line.split(separator)[:3])
    except ValueError as error:
        raise ValueError(
            f"{place} is {line[:60]!r}; expected user, item and rating, whole numbers parted by "
            f"{separator!r}. Use a whole copy of the file."
        ) from error
    if not LOWEST <= rating <= HIGHEST:
        raise ValueError(f"{place} has the rating {rating}; expected {LOWEST} to {HIGHEST}.")
    return [user, item, rating]


def _find_movielens() -> Path | None:
    own = data_dir()
    paths = [own / FOLDER / file for file in FILES] if own else []
    return next((path for path in paths if os.path.isfile(path)), None)


def _load_movielens(path: Path) -> RatingsData:
    ratings = read_ratings(path, FILES[path.name])
    users, items = int(ratings.user.max()) + 1, int(ratings.item.max()) + 1
    order = np.random.default_rng(SEED).permutation(len(ratings.rating))
    return RatingsData(
        **_split(ratings, order),
        users=users,
        items=items,
        best_rmse=None,
        scale="full",
        provenance=MOVIELENS.format(file=path.name, ratings=len(order), items=items, users=users),
        licence=MOVIELENS_LICENCE,
    )


def _split(ratings: Triples, order: np.ndarray) -> dict[str, Triples]:
    """Cut the ratings, in a random order, at 80 % and at 90 %."""
    parts = np.split(order, [len(order) * 8 // 10, len(order) * 9 // 10])
    return {
        name: Triples(*(field[part] for field in ratings))
        for name, part in zip(SPLITS, parts, strict=True)
    }


def _draw(scale: str) -> RatingsData:
    users, items, count = SIZES[scale]
    rng = np.random.default_rng(SEED)
    bias_user, bias_item = rng.normal(0, BIAS, (users, 1)), rng.normal(0, BIAS, (1, items))
    spread = math.sqrt(TASTE / math.sqrt(RANK))  # of one factor
    taste = rng.normal(0, spread, (users, RANK)) @ rng.normal(0, spread, (RANK, items))
    known = (MEAN + bias_user + bias_item + taste).ravel()
    # The largest of log weight + Gumbel noise are a draw without replacement by those weights.
    weight = rng.normal(0, POPULARITY, (users, 1)) + rng.normal(0, POPULARITY, (1, items))
    keys = weight.ravel() + rng.gumbel(size=known.size)
    order = rng.permutation(np.argpartition(keys, -count)[-count:])
    known = known[order]
    rating = np.clip(np.rint(known + rng.normal(0, NOISE, count)), LOWEST, HIGHEST)
    user, item = np.divmod(order, items)
    parts = _split(Triples(user, item, rating.astype(np.float32)), np.arange(count))
    best = expected_rating(known[-len(parts["test"].rating) :])
    return RatingsData(
        **parts,
        users=users,
        items=items,
        best_rmse=float(np.sqrt(np.mean((best - parts["test"].rating) ** 2))),
        scale=scale,
        provenance=DRAWN.format(ratings=count, items=items, users=users),
        licence="Made by the book itself, under its licence.",
    )


def expected_rating(known: np.ndarray, noise: float = NOISE) -> np.ndarray:
    """Return the mean of a rating that is drawn with noise, rounded, and kept in 1 to 5.

    Parameters
    ----------
    known : ndarray
        The rating before noise and rounding.
    noise : float
        Standard deviation of the noise.

    Returns
    -------
    ndarray
        Of the shape of `known`: the guess with the smallest squared error.

    Raises
    ------
    ValueError
        If `noise` is not above 0.
    """
    if not 0 < noise < math.inf:
        raise ValueError(f"noise is {noise!r}; it must be a number above 0.")
    borders = np.arange(LOWEST, HIGHEST) + 0.5
    return LOWEST + ndtr((np.asarray(known)[..., None] - borders) / noise).sum(axis=-1)
