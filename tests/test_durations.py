"""Shares of the chapters of about equal time, and how long each took."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tools import durations
from tools.durations import BOOK, benchmark_seconds, deal, last_seconds, main
from tools.execute import store


def share(capsys, *arguments):
    """What the command prints."""
    main([*map(str, arguments)])
    return capsys.readouterr().out.split()


def test_the_longest_are_dealt_first_and_each_to_the_least():
    took = {"a": 1.0, "b": 5.0, "c": 4.0, "d": 3.0, "e": 3.0}
    assert deal(took, 2) == [["b", "e"], ["c", "d", "a"]]
    assert deal(took, 1) == [["b", "c", "d", "e", "a"]]


def test_no_share_is_longer_than_another_by_more_than_its_last():
    took = {str(n): float(n * n % 31 + 1) for n in range(26)}
    sums = [[took[name] for name in share] for share in deal(took, 6)]
    assert all(sum(one[:-1]) <= min(map(sum, sums)) for one in sums)


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_each_chapter_is_in_one_share(backend, capsys):
    assert {"vae", "template"} <= benchmark_seconds(backend).keys()
    names = [share(capsys, 6, place, "--backend", backend) for place in range(6)]
    assert sorted(sum(names, [])) == sorted(path.stem for path in BOOK.glob("*.ipynb"))
    assert share(capsys, 6, 8, "--backend", backend) == names[2]


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book of four chapters, of which one was never timed, and a time of what is gone."""
    for name in ("vae", "gsn", "template", "new"):
        (tmp_path / f"{name}.ipynb").touch()
    known = {"vae": 9.0, "gsn": 1.5, "template": 1.0}
    monkeypatch.setattr(durations, "BOOK", tmp_path)
    monkeypatch.setattr(durations, "benchmark_seconds", lambda _: known)
    return known


def test_a_new_chapter_counts_as_the_others_on_average(book, capsys):
    assert share(capsys, 1, 0) == ["vae", "new", "gsn", "template"]
    book["gsn"] = 5.2  # the average is 5.07
    assert share(capsys, 1, 0) == ["vae", "gsn", "new", "template"]
    book.clear()
    assert share(capsys, 1, 0) == ["gsn", "new", "template", "vae"]


@pytest.mark.parametrize("count", [0, 5])
def test_shares_that_are_empty(count, book, capsys):
    with pytest.raises(SystemExit):
        main([str(count), "0"])
    assert f"the number of shares is {count}: give one of 1 to 4." in capsys.readouterr().err


def test_seconds_where_nothing_ran_yet_are_those_of_the_backend(tmp_path, monkeypatch):
    found = {}
    for backend in ("tensorflow", "jax", "", "torch"):
        monkeypatch.setenv("KERAS_BACKEND", backend)
        found[backend] = last_seconds(tmp_path / "cache")
    assert found["jax"] == benchmark_seconds("jax")
    assert found["tensorflow"] == found[""] == benchmark_seconds("tensorflow") != found["jax"]
    assert found["torch"] == {}


def test_the_last_run_counts(tmp_path):
    path, cache = tmp_path / "vae.ipynb", tmp_path / "cache"
    for seconds in (100.0, 300.0, 200.0):
        notebook = new_notebook(cells=[new_code_cell(f"{seconds}")])
        nbformat.write(notebook, path)
        store(cache, notebook, path, seconds, 1)
    assert last_seconds(cache)["vae"] == 200
