"""The record of what a reader has solved, and its picture."""

import json
import multiprocessing
import os

import pytest
from contract_cells import BOOK, contents, exercises

from aeutils import study
from aeutils.exercises import attempted, check, predicted, progress
from tools.notebooks import read


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Give the reader a record in a folder that does not exist yet."""
    path = tmp_path / "new" / "progress.jsonl"
    monkeypatch.setenv("AEUTILS_PROGRESS", str(path))
    return path


def entries(path):
    """What the lines of a record say."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_chapters_are_those_of_the_book():
    """Title, order and number of exercises follow the notebooks; a new chapter has to be added."""
    pages = [page.partition("/")[2] for page in contents()]
    found = {
        page: len(list(exercises(read(BOOK / f"{page}.ipynb"))))
        for page in pages
        if (BOOK / f"{page}.ipynb").is_file() and page != "template"
    }
    assert {slug: number for slug, (_, number) in study.CHAPTERS.items()} == found
    assert list(study.CHAPTERS) == list(found)


def test_right_answer_is_solved(file):
    check("template.1", 39.2)
    check("template.1", 39.2)
    (entry,) = entries(file)
    assert entry["exercise"] == "template.1" and entry["state"] == "solved"
    assert entry["date"].count("-") == 2


@pytest.mark.parametrize("answer", [..., 1.0])
def test_other_answers_are_not_noted(file, answer):
    check("template.1", answer)
    assert not file.exists()


def test_solution_that_is_run_counts_as_seen(file, monkeypatch):
    cells = ["", "# @title Solution\ncheck('template.1', 39.2)"]
    shell = type("Shell", (), {"user_ns": {"In": cells}})()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    check("template.1", 39.2)
    assert study.load() == {"template.1": "seen"}
    cells.append("check('template.1', 39.2)")
    check("template.1", 39.2)
    cells.append(cells[1])
    check("template.1", 39.2)
    assert study.load() == {"template.1": "solved"}
    assert [entry["state"] for entry in entries(file)] == ["seen", "solved"]


def test_nothing_is_noted_in_the_build(file, monkeypatch):
    monkeypatch.setenv("AEUTILS_STRICT", "1")
    check("template.1", 39.2)
    assert predicted("template.4", ...) and predicted("template.4", "it rises")
    assert not file.exists()


def test_record_can_be_switched_off(file, monkeypatch):
    monkeypatch.setenv("AEUTILS_PROGRESS", "off")
    check("template.1", 39.2)
    assert study.load() == {} and study.record_file() is None


def test_record_lies_in_the_cache(monkeypatch, tmp_path):
    monkeypatch.delenv("AEUTILS_PROGRESS")
    monkeypatch.setenv("AEUTILS_CACHE_DIR", str(tmp_path))
    assert study.record_file() == tmp_path / "progress.jsonl"


def test_open_exercise_waits_for_the_dots(file, capsys):
    assert not attempted("template.5", ...)
    assert capsys.readouterr().out.startswith("template.5: not attempted yet.")
    assert not file.exists()
    assert attempted("template.5", [1, 2])
    assert study.load() == {"template.5": "tried"}


def test_prediction_comes_first(file, capsys):
    assert not predicted("template.4", ...)
    assert "not attempted yet" in capsys.readouterr().out
    assert predicted("template.4", "it rises")
    assert capsys.readouterr().out == "You expect: it rises\n"
    assert study.load() == {"template.4": "tried"}


def test_broken_lines_stay_and_cost_no_other(file):
    file.parent.mkdir()
    broken = b'{"exercise": "pca.1", "state": "solved"}\n[1]\n{"exercise": "pca.2"}\n\xff\xfe{'
    file.write_bytes(broken)
    with pytest.warns(UserWarning, match="3 lines of .* cannot be read"):
        check("template.1", 39.2)
    assert file.read_bytes().startswith(broken + b"\n")
    with pytest.warns(UserWarning, match="3 lines"):
        assert study.load() == {"pca.1": "solved", "template.1": "solved"}


def test_a_state_from_elsewhere_is_a_broken_line(file):
    file.parent.mkdir()
    file.write_text('{"exercise": "pca.1", "state": "done"}\n')
    with pytest.warns(UserWarning, match="1 lines"):
        assert study.load() == {}


def test_record_that_cannot_be_written_stops_nothing(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("AEUTILS_PROGRESS", str(tmp_path / "file" / "progress.jsonl"))
    with pytest.warns(UserWarning, match="cannot be written .*AEUTILS_PROGRESS"):
        check("template.1", 39.2)
    assert capsys.readouterr().out.startswith("template.1: right.")


def test_record_that_cannot_be_read_stops_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AEUTILS_PROGRESS", str(tmp_path))
    with pytest.warns(UserWarning, match="cannot be (read|written)"):
        check("template.1", 39.2)
    assert capsys.readouterr().out.startswith("template.1: right.")


def write_many(start):
    """Note 50 exercises in a process of its own."""
    for number in range(start, start + 50):
        study.note(f"many.{number}", "solved")


def test_two_processes_write_at_once(file):
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=write_many, args=(start,)) for start in (0, 50)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert set(study.load()) == {f"many.{number}" for number in range(100)}


def test_unknown_state():
    with pytest.raises(ValueError, match="state is 'done'; choose one of seen, tried, solved"):
        study.note("pca.1", "done")


def test_picture_and_words(file, capsys):
    study.note("pca.1", "solved")
    study.note("pca.2", "seen")
    study.note("vanilla.4", "tried")
    figure = progress()
    said = capsys.readouterr().out
    assert "1 of " in said and "PCA: solved 1 of 1 to" in said and str(file) in said
    (ax,) = figure.axes
    squares = [patch for patch in ax.patches if patch.get_label() == ""]
    assert len(squares) == sum(number for _, number in study.CHAPTERS.values())
    drawn = [tuple(square.get_edgecolor()) for square in squares]
    assert sum(colour != drawn[-1] for colour in drawn) == 3
    assert [label.get_text() for label in ax.get_yticklabels()][2] == "PCA"
    assert all(label.get_fontsize() >= 10 for label in ax.get_yticklabels())
    assert "1 of " in figure.get_label()


def test_picture_without_a_record(capsys):
    progress()
    assert "0 of " in capsys.readouterr().out


def test_reader_of_a_missing_file_gets_nothing(file):
    assert study.load() == {} and not os.path.exists(file)
