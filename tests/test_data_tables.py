"""A table of one's own: standardised by its training part, and what is wrong with a file."""

import numpy as np
import pytest

from aeutils.data import load_table

RNG = np.random.default_rng(0)


def write(path, rows, header=("height", "weight", "kind")):
    lines = [",".join(map(str, row)) for row in (header, *rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def make_rows(count=40):
    return [(h, 0.001 * w, "ab"[i % 2]) for i, (h, w) in enumerate(RNG.normal(170, 9, (count, 2)))]


def test_standardised_by_the_training_part(tmp_path):
    rows = make_rows()
    data = load_table(write(tmp_path / "a.csv", rows), label="kind")
    assert [len(x) for x in (data.x_train, data.x_valid, data.x_test)] == [32, 4, 4]
    assert data.x_train.dtype == np.float32
    np.testing.assert_allclose(data.x_train.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(data.x_train.std(axis=0), 1, rtol=1e-5)
    assert data.columns == ("height", "weight") and data.class_names == ("a", "b")
    assert repr(data) == "TableData(32 train, 4 valid, 4 test, 2 columns)"
    restored = np.concatenate([data.restore(x) for x in (data.x_train, data.x_valid, data.x_test)])
    labels = np.concatenate([data.y_train, data.y_valid, data.y_test])
    expected = sorted((h, w, "ab".index(kind)) for h, w, kind in rows)
    found = sorted(zip(*restored.T, labels, strict=True))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_without_labels(tmp_path):
    rows = [row[:2] for row in make_rows()]
    data = load_table(write(tmp_path / "a.csv", rows, ("height", "weight")))
    assert data.class_names == ("",) and not data.y_train.any()


def test_order_of_the_rows_and_byte_order_mark_change_nothing(tmp_path):
    rows = make_rows()
    data = load_table(write(tmp_path / "a.csv", rows), label="kind")
    path = write(tmp_path / "b.csv", rows[::-1])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b",", b";"))
    again = load_table(path, label="kind", delimiter=";")
    assert again.columns == ("height", "weight")
    found, expected = (np.sort(d.restore(d.x_test), axis=0) for d in (again, data))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_equal_rows_fall_into_one_part(tmp_path):
    rows = make_rows(12) * 4
    data = load_table(write(tmp_path / "a.csv", rows), label="kind")
    parts = [set(map(tuple, data.restore(x))) for x in (data.x_train, data.x_valid, data.x_test)]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 12


@pytest.mark.parametrize("value", [7, 0.1, 36.6])
def test_constant_column_stays_finite(value, tmp_path):
    rows = [(h, value, kind) for h, _, kind in make_rows()]
    data = load_table(write(tmp_path / "a.csv", rows), label="kind")
    assert (data.x_train[:, 1] == 0).all() and data.scale[1] == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows[:9], "has 9 rows below its header; ten or more"),
        (lambda rows: [*rows, (1, 2)], r"Row 41 of .* has 2 values, and the header has 3 names"),
        (lambda rows: [*rows, ("", 2, "a")], "Row 41 of .* has '' in the column 'height'"),
        (lambda rows: [*rows, (1, 2, " ")], "Row 41 of .* has no 'kind'. Fill it in, or drop"),
        (lambda rows: [*rows, (1, "nan", "a")], "has 'nan' in the column 'weight', which is no"),
        (lambda rows: [*rows, (1, "red", "a")], "one column of 0 and 1 for each value"),
    ],
)
def test_rows_that_are_no_numbers(change, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        load_table(write(tmp_path / "a.csv", change(make_rows())), label="kind")


def test_headers_and_files_that_cannot_be_read(tmp_path):
    path = write(tmp_path / "a.csv", make_rows())
    with pytest.raises(ValueError, match="has no column 'sort'; it has height, weight, kind"):
        load_table(path, label="sort")
    with pytest.raises(ValueError, match="Name the column|name the column as label"):
        load_table(path)
    with pytest.raises(ValueError, match="two columns of one name"):
        load_table(write(tmp_path / "b.csv", make_rows(), ("a", "a", "kind")))
    with pytest.raises(OSError, match="Cannot read"):
        load_table(tmp_path / "none.csv")
    path.write_bytes(b"\xff\xfe\x00a,b")
    with pytest.raises(ValueError, match="is no CSV file in UTF-8"):
        load_table(path)
    path.write_text("")
    with pytest.raises(ValueError, match="has 0 rows"):
        load_table(path)
    only = write(tmp_path / "c.csv", [("a",)] * 12, ("kind",))
    with pytest.raises(ValueError, match="has no column besides the labels"):
        load_table(only, label="kind")
    equal = write(tmp_path / "d.csv", [(1, 2, "a")] * 12)
    with pytest.raises(ValueError, match="has 1 different rows"):
        load_table(equal, label="kind")


def test_restore_takes_rows_of_the_table(tmp_path):
    data = load_table(write(tmp_path / "a.csv", make_rows()), label="kind")
    with pytest.raises(ValueError, match=r"x has shape \(3,\); expected \(n, 2\)"):
        data.restore(np.zeros(3))


def test_ten_rows_of_three_kinds_are_enough(tmp_path):
    rows = [(i % 3, 1, "a") for i in range(10)]
    data = load_table(write(tmp_path / "a.csv", rows), label="kind")
    parts = (data.x_train, data.x_valid, data.x_test)
    assert sorted(map(len, parts)) == [3, 3, 4]
    assert [len(np.unique(x, axis=0)) for x in parts] == [1, 1, 1]
    two = write(tmp_path / "b.csv", [(i % 2, 1, "a") for i in range(10)])
    with pytest.raises(ValueError, match="has 2 different rows; three or more are needed"):
        load_table(two, label="kind")


def test_parts_are_drawn_across_the_values(tmp_path):
    """Sorted rows cut into three would test on values that no training has seen."""
    rows = [(i, 2 * i, "a") for i in range(200)]
    data = load_table(write(tmp_path / "a.csv", rows), label="kind")
    for x in (data.x_valid, data.x_test, data.x_train):
        values = data.restore(x)[:, 0]
        assert values.min() < 60 and values.max() > 140


def test_rows_keep_their_order_and_their_labels(tmp_path):
    rows = [(i, 7 * i % 50, f"{i:02}") for i in range(50)]
    data = load_table(write(tmp_path / "a.csv", rows), label="kind")
    for x, y in ((data.x_train, data.y_train), (data.x_valid, data.y_valid)):
        numbers = data.restore(x)[:, 0]
        assert np.allclose(numbers, y, atol=1e-4) and (np.diff(y) > 0).all()
        assert y.dtype == np.int64
    train = np.array([rows[i][:2] for i in data.y_train])
    assert np.allclose(data.mean, train.mean(axis=0))
    assert np.allclose(data.scale, train.std(axis=0))


def test_line_breaks_within_a_value_are_kept(tmp_path):
    lines = [f'{i},{i * i},"two\r\nlines"' for i in range(12)]
    (tmp_path / "a.csv").write_bytes("\r\n".join(["a, b ,kind", "", *lines]).encode())
    data = load_table(tmp_path / "a.csv", label="kind")
    assert data.class_names == ("two\r\nlines",) and data.columns == ("a", "b")


def test_tables_are_told_apart_by_identity(tmp_path):
    """Arrays have no single truth value, so that a comparison of all fields would fail."""
    path = write(tmp_path / "a.csv", make_rows())
    first, second = load_table(path, label="kind"), load_table(path, label="kind")
    assert first == first and first != second and len({first, second}) == 2


@pytest.mark.parametrize("shape", [(2,), (3, 1), (3, 3), (3, 2, 2)])
def test_restore_refuses_other_shapes(shape, tmp_path):
    data = load_table(write(tmp_path / "a.csv", make_rows()), label="kind")
    with pytest.raises(ValueError, match=r"expected \(n, 2\)"):
        data.restore(np.zeros(shape))
