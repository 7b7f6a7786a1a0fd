"""Open exercises are run as a reader does who has replaced the dots."""

from copy import deepcopy

import pytest
from contract_cells import BOOK, exercises
from nbformat.v4 import new_code_cell, new_notebook

from tools import attempts
from tools.notebooks import as_text, read

CELL = """from aeutils.exercises import attempted

rows = ...  # such as [1, 2]
if attempted("toy.2", rows):
    print(len(rows), "rows")"""


def test_dots_become_what_the_comment_says():
    notebook = new_notebook(cells=[new_code_cell("x = ...  # such as 1"), new_code_cell(CELL)])
    assert attempts.fill_in(notebook) == ["toy.2"]
    assert "rows = [1, 2]\n" in notebook.cells[1].source
    assert notebook.cells[0].source == "x = ...  # such as 1"


@pytest.mark.parametrize("path", sorted(BOOK.glob("*.ipynb")), ids=lambda path: path.stem)
def test_each_chapter_says_what_may_stand_for_the_dots(path):
    """Else nothing would ever run the exercise on own data."""
    notebook = deepcopy(read(path))
    own = [title for _, title, _ in exercises(notebook) if "(own data)" in title]
    filled = [cell.source for cell in notebook.cells if attempts.DOTS.search(cell.source)]
    assert len(attempts.fill_in(notebook)) >= 2
    assert len(own) == len(filled) >= 1


@pytest.fixture
def root(tmp_path):
    (tmp_path / "book").mkdir()
    notebook = new_notebook(cells=[new_code_cell("import numpy", id="a"), new_code_cell(CELL)])
    (tmp_path / "book" / "toy.ipynb").write_text(as_text(notebook))
    return tmp_path


def test_what_they_print_is_shown(root, capsys):
    before = (root / "book" / "toy.ipynb").read_text()
    assert attempts.main(["toy"], root) == 0
    assert capsys.readouterr().out == "toy.ipynb\n--- toy.2\n2 rows\n\n"
    assert (root / "book" / "toy.ipynb").read_text() == before


def test_failure_is_told(root, capsys):
    path = root / "book" / "toy.ipynb"
    path.write_text(path.read_text().replace("len(rows)", "len(row)"))
    assert attempts.main(["toy"], root) == 1
    assert "toy.ipynb FAILED" in capsys.readouterr().out
