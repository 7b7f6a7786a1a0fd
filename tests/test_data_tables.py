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
    found, expected = (np.sort(d.restore(d.x_test), axis=0) for d in (again, data))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_equal_rows_fall_into_one_part(tmp_path):
    rows = make_rows(12) * 4
    data = load_table(write(tmp_path / "a.csv", rows), label="kind")
    parts = [set(map(tuple, data.restore(x))) for x in (data.x_train, data.x_valid, data.x_test)]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 12


def test_constant_column_stays_finite(tmp_path):
    rows = [(h, 7, kind) for h, _, kind in make_rows()]
    data = load_table(write(tmp_path / "a.csv", rows), label="kind")
    assert (data.x_train[:, 1] == 0).all() and data.scale[1] == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows[:9], "has 9 rows below its header; ten or more"),
        (lambda rows: [*rows, (1, 2)], r"Row 41 of .* has 2 values, and the header has 3 names"),
        (lambda rows: [*rows, ("", 2, "a")], "Row 41 of .* has '' in the column 'height'"),
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
