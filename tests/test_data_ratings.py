"""Drawn ratings, the files of MovieLens, and what wrong input gets."""

import dataclasses

import numpy as np
import pytest

from aeutils.data import ratings
from aeutils.data.ratings import expected_rating, load_ratings, read_ratings

PARTS = ("train", "valid", "test")


def put(folder, file, rows, separator, monkeypatch):
    path = folder / "movielens" / file
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(separator.join(map(str, row)) + "\n" for row in rows))
    monkeypatch.setenv("AEUTILS_DATA_DIR", str(folder))
    return path


def joined(data):
    return [np.concatenate([getattr(data, part)[field] for part in PARTS]) for field in range(3)]


def check_parts(data, count):
    sizes = [len(getattr(data, part).rating) for part in PARTS]
    assert sizes == [count * 8 // 10, count // 10, count // 10]
    user, item, rating = joined(data)
    assert len(set(zip(user.tolist(), item.tolist(), strict=True))) == count
    assert (user.min(), item.min()) == (0, 0)
    assert user.max() < data.users and item.max() < data.items
    assert set(np.unique(rating)) == {1, 2, 3, 4, 5}
    assert (user.dtype, item.dtype, rating.dtype) == (np.int64, np.int64, np.float32)


def test_small_ratings():
    data = load_ratings("small")
    assert repr(data) == (
        "RatingsData('small': 500 users, 300 items, 24,000 train, 3,000 valid, 3,000 test)"
    )
    check_parts(data, 30_000)
    assert data.scale == "small" and "30,000 ratings of 300 items" in data.provenance
    for number in (ratings.MEAN, ratings.BIAS, ratings.RANK, ratings.TASTE, ratings.NOISE):
        assert f"{number:g}" in data.provenance
    with pytest.raises(dataclasses.FrozenInstanceError):
        data.users = 1


def test_drawing_repeats_itself():
    first, second = load_ratings("small"), load_ratings("small")
    for part in PARTS:
        for a, b in zip(getattr(first, part), getattr(second, part), strict=True):
            assert np.array_equal(a, b)


def test_parts_are_alike_and_popularity_is_uneven():
    data = load_ratings("small")
    means = [getattr(data, part).rating.mean() for part in PARTS]
    assert np.allclose(means, 3.47, atol=0.08)
    counts = np.sort(np.bincount(joined(data)[1], minlength=data.items))
    assert counts[-30:].sum() > 5 * counts[:30].sum()


def test_best_guess_is_below_every_simple_one(monkeypatch):
    data = load_ratings("small")
    assert 0.65 < data.best_rmse < 0.8
    item = [data.train.rating[data.train.item == i].mean() for i in range(data.items)]
    error = np.array(item)[data.test.item] - data.test.rating
    assert np.sqrt(np.mean(error**2)) > data.best_rmse + 0.15
    # With hardly any noise all that is left is the rounding, which the best guess knows.
    monkeypatch.setattr(ratings, "NOISE", 1e-3)
    monkeypatch.setattr(ratings.expected_rating, "__defaults__", (1e-3,))
    assert load_ratings("small").best_rmse < 0.05


def test_expected_rating():
    rng = np.random.default_rng(0)
    known = np.array([[-1.0, 1.2, 3.0], [3.4, 4.9, 7.0]])
    drawn = np.clip(np.rint(known + rng.normal(0, 0.8, (200_000, 2, 3))), 1, 5)
    assert np.allclose(expected_rating(known, 0.8), drawn.mean(axis=0), atol=0.01)
    for noise in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="^noise is .*; it must be a number above 0"):
            expected_rating(known, noise)


def test_full_scale_without_movielens_says_so(monkeypatch, tmp_path, capsys):
    for folder in ("", str(tmp_path)):
        monkeypatch.setenv("AEUTILS_DATA_DIR", folder)
        data = load_ratings("full")
        assert "has no movielens/ratings.dat or u.data" in capsys.readouterr().out
        assert data.best_rmse is not None and "drawn" in data.provenance
        assert str(tmp_path) not in data.provenance
    assert (data.users, data.items, data.scale) == (943, 1682, "full")
    check_parts(data, 100_000)


@pytest.mark.parametrize(("file", "separator"), [("u.data", "\t"), ("ratings.dat", "::")])
def test_movielens(monkeypatch, tmp_path, file, separator, capsys):
    rows = [(10 * u, 7 * i, 1 + (u + i) % 5, 881250949) for u in range(1, 11) for i in range(1, 11)]
    put(tmp_path, file, rows, separator, monkeypatch)
    data = load_ratings("full")
    assert (data.users, data.items, data.best_rmse, data.scale) == (10, 10, None, "full")
    check_parts(data, 100)
    user, item, rating = joined(data)
    assert np.array_equal(rating, 1 + (user + item + 2) % 5)
    assert not np.array_equal(user, np.sort(user))
    assert all(map(np.array_equal, joined(load_ratings("full")), (user, item, rating)))
    assert f"file {file}: 100 ratings of 10 films by 10 users" in data.provenance
    assert "GroupLens" in data.licence and capsys.readouterr().out == ""
    assert load_ratings("small").best_rmse is not None


def test_larger_release_comes_first(monkeypatch, tmp_path):
    rows = [(u, i, 1 + (u + i) % 5) for u in range(5) for i in range(4)]
    put(tmp_path, "u.data", rows[:10], "\t", monkeypatch)
    put(tmp_path, "ratings.dat", rows, "::", monkeypatch)
    assert "ratings.dat: 20 ratings" in load_ratings("full").provenance


def test_read_ratings_in_the_order_of_the_file(tmp_path):
    path = tmp_path / "own.txt"
    path.write_bytes(b"30,7,5\r\n2,7,1,late\n\n30,100,3\n")
    found = read_ratings(path, ",")
    assert [field.tolist() for field in found] == [[1, 0, 1], [0, 0, 1], [5, 1, 3]]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("1\t2", "expected user, item and rating"),
        ("", None),
        ("1\t2\tgood\t3", "expected user, item and rating"),
        ("1::2::3::4", "expected user, item and rating"),
        ("1\t2\t3.5\t4", "expected user, item and rating"),
        ("\x00\t2\t3", "expected user, item and rating"),
        ("1\t2\t0\t4", "has the rating 0; expected 1 to 5"),
        ("1\t2\t6\t4", "has the rating 6; expected 1 to 5"),
    ],
)
def test_damaged_line(tmp_path, line, problem):
    path = tmp_path / "u.data"
    path.write_text(f"5\t5\t5\t5\n{line}\n6\t6\t4\t4\n")
    if problem is None:
        assert len(read_ratings(path, "\t").rating) == 2
        return
    with pytest.raises(ValueError) as error:
        read_ratings(path, "\t")
    assert f"{path}, line 2 " in str(error.value) and problem in str(error.value)


def test_file_of_another_kind(tmp_path):
    path = tmp_path / "u.data"
    path.write_bytes(b"\x1f\x8b\xff\xfe\n")
    with pytest.raises(ValueError, match="u.data, line 1 .*Use a whole copy"):
        read_ratings(path, "\t")
    for content in ("", "\n \n"):
        path.write_text(content)
        with pytest.raises(ValueError, match="has no ratings; expected one a line"):
            read_ratings(path, "\t")
    path.write_text("1\t2\t3\n4\t2\t3\n1\t2\t5\n")
    with pytest.raises(ValueError, match="user 1 rates item 2 twice. Keep one"):
        read_ratings(path, "\t")
    with pytest.raises(OSError, match="Cannot read .*No such file.*Check the path"):
        read_ratings(tmp_path / "none", "\t")


@pytest.mark.parametrize("scale", ["medium", "Full", None, 1])
def test_unknown_scale(scale):
    with pytest.raises(ValueError, match="^scale is .*; expected 'small' or 'full'"):
        load_ratings(scale)
