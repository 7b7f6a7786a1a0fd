"""Each chapter keeps to the contract; the rules stand in `contract.py`."""

import pytest
from contract import RULES
from contract_cells import BOOK, contents

from tools.notebooks import read

CHAPTERS = sorted(BOOK.glob("*.ipynb"))


@pytest.fixture(scope="module", params=CHAPTERS, ids=lambda path: path.stem)
def chapter(request):
    return read(request.param), request.param


@pytest.mark.parametrize("rule", RULES)
def test_chapter_keeps_to(rule, chapter):
    problems = RULES[rule](*chapter)
    assert not problems, f"{chapter[1].name}: {'; '.join(problems)}"


def test_there_are_chapters():
    assert {"template", "pca", "vanilla"} <= {path.stem for path in CHAPTERS}


def test_contents_list_only_files_that_exist():
    missing = [page for page in contents() if not list(BOOK.parent.glob(f"{page}.*"))]
    assert not missing
