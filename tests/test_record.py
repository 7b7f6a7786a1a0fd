"""The tests of the notebooks fill the cache of the book with what they execute."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from jupyter_cache import get_cache
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import execute
from tools.durations import last_seconds

ROOT = Path(__file__).resolve().parents[1]
SIDE_BY_SIDE = ["-n", "2", "--dist", "loadscope", "--no-loadscope-reorder"]
MANY_OUTPUTS = """\
from IPython.display import clear_output, display
print("gone")
clear_output()
print("first")
handle = display("draft", display_id=True)
print("last", end="")
print(".")
handle.update("final")
6 * 7"""
SKIPPED = {"tags": ["nbval-skip"]}
CHECKED = {"tags": ["nbval-check-output"]}
RAISES = {"tags": ["raises-exception"]}


def write(folder, name, *cells):
    """Store a notebook of a title and the given code cells."""
    path = folder / f"{name}.ipynb"
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Title"), *cells]), path)
    return path


def run_pytest(cache, folder, *options):
    """Test the notebooks of a folder as `make test-notebooks` does."""
    command = [sys.executable, "-m", "pytest", "-p", "tools.record", "--record", str(cache)]
    command += ["--nbval-lax", "--nbval-current-env", "-p", "no:cacheprovider", *options]
    paths = sorted(map(str, folder.glob("*.ipynb")))
    return subprocess.run([*command, *paths], cwd=ROOT, capture_output=True, text=True)


def recorded(cache):
    """The code cells of the notebooks in the cache, by name, and the data kept with each."""
    cache = get_cache(cache)
    return {
        Path(record.uri).stem: (code(cache.get_cache_bundle(record.pk).nb), record.data)
        for record in cache.list_cache_records()
    }


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def what_is_shown(outputs):
    """The outputs without tracebacks, which give a cell the name of a file."""
    return [{k: v for k, v in output.items() if k != "traceback"} for output in outputs]


@pytest.fixture
def folders(tmp_path):
    """A folder for notebooks and the place of a cache."""
    (tmp_path / "book").mkdir()
    return tmp_path / "book", tmp_path / "_build" / ".jupyter_cache"


def test_outputs_are_those_of_an_execution(folders):
    folder, cache = folders
    cells = [new_code_cell(MANY_OUTPUTS), new_code_cell("1 / 0", metadata=RAISES)]
    path = write(folder, "chapter", *cells, new_code_cell("6 * 7;"))
    result = run_pytest(cache, folder)
    assert result.returncode == 0, result.stdout
    cells, data = recorded(cache)["chapter"]
    run = execute.Execution(path, timeout=60).run()
    for cell, executed in zip(cells, code(run.notebook), strict=True):
        assert what_is_shown(cell.outputs) == what_is_shown(executed.outputs)
    assert len(cells[0].outputs) == 4
    assert cells[0].outputs[1]["data"]["text/plain"] == "'final'"
    assert [cell.execution_count for cell in cells] == [1, 2, 3]
    assert 0 < data["execution_seconds"] < 60 and data["side_by_side"] == 1
    # As they were written: the tests may run twice, and compare with what is stored.
    assert nbformat.read(path, as_version=4).cells[1].outputs == []


def test_longest_of_last_time_runs_first(folders):
    """As the benchmarks say where nothing ran yet; what nobody knows may be the longest."""
    folder, cache = folders
    for name in ("template", "vae", "new"):
        write(folder, name, new_code_cell(repr(name)), new_code_cell("2"))
    listed = run_pytest(cache, folder, "--collect-only", "-q").stdout
    assert re.findall(r"(\w+)\.ipynb::", listed) == ["new"] * 2 + ["vae"] * 2 + ["template"] * 2
    assert run_pytest(cache, folder).returncode == 0
    took = {name: data["execution_seconds"] for name, (_, data) in recorded(cache).items()}
    assert set(took) == {"new", "vae", "template"}
    assert took.items() <= last_seconds(cache).items()
    for seconds, name in enumerate(("vae", "new", "template"), start=1):
        path = folder / f"{name}.ipynb"
        execute.store(cache, nbformat.read(path, as_version=4), path, 100 * seconds, 1)
    (cache / "digest.txt").write_text("of another package")
    # Its worker finds an empty cache.
    said = run_pytest(cache, folder, *SIDE_BY_SIDE, "-n", "1", "-v").stdout
    ran = re.findall(r"PASSED \S*?(\w+)::ipynb::", said)
    assert ran == ["template"] * 2 + ["new"] * 2 + ["vae"] * 2


def test_only_what_passed_as_a_whole_is_kept(folders):
    folder, cache = folders
    write(folder, "fails", new_code_cell("6 * 7"), new_code_cell("1 / 0"), new_code_cell("1"))
    write(folder, "skips", new_code_cell("6 * 7", metadata=SKIPPED), new_code_cell("1"))
    stored = new_output("execute_result", data={"text/plain": "43"}, execution_count=1)
    differs = new_code_cell("6 * 7", metadata=CHECKED, outputs=[stored], execution_count=1)
    write(folder, "differs", differs)
    write(folder, "sound", new_code_cell("6 * 7"), new_code_cell("1"))
    result = run_pytest(cache, folder, *SIDE_BY_SIDE)
    assert "2 failed, 5 passed, 1 skipped" in result.stdout
    [(name, (cells, data))] = recorded(cache).items()
    assert name == "sound" and data["side_by_side"] == 2
    assert cells[0].outputs[0]["data"]["text/plain"] == "42"


def test_outdated_cache_is_emptied_first(folders):
    folder, cache = folders
    write(folder, "chapter", new_code_cell("6 * 7"))
    run_pytest(cache, folder)
    (cache / "digest.txt").write_text("of another package")
    (folder / "chapter.ipynb").unlink()
    write(folder, "other", new_code_cell("1"))
    run_pytest(cache, folder)
    assert list(recorded(cache)) == ["other"]


def test_build_that_is_going_on_is_left_alone(folders):
    folder, cache = folders
    write(folder, "chapter", new_code_cell("6 * 7"))
    with execute.sole_use(cache):
        result = run_pytest(cache, folder)
        assert result.returncode == 0, result.stdout
        assert recorded(cache) == {}
        result = run_pytest(cache, folder, *SIDE_BY_SIDE)
    assert result.returncode == 0, result.stdout
    assert recorded(cache) == {}


NOISY = "import sys; print('Careful: 3 warnings', file=sys.stderr)"


def test_standard_error_is_not_compared_but_printed(folders):
    """Compared, it failed the cell with the name of the stream and without its text."""
    book, cache = folders
    output = new_output("stream", name="stdout", text="42\n")
    cell = new_code_cell(f"{NOISY}\nprint(42)", metadata=CHECKED, execution_count=1)
    cell.outputs = [output]
    write(book, "noisy", cell)
    done = run_pytest(cache, book)
    assert done.returncode == 0, done.stdout
    assert "Cell 0, standard error:" in done.stdout and "Careful: 3 warnings" in done.stdout
    cell.outputs = [new_output("stream", name="stdout", text="41\n")]
    write(book, "noisy", cell)
    assert run_pytest(cache, book).returncode == 1


def test_kernel_that_dies_is_noticed_at_once(folders):
    book, cache = folders
    write(book, "dying", new_code_cell("import os; os.kill(os.getpid(), 9)"))
    done = run_pytest(cache, book, "--nbval-cell-timeout", "600")
    assert done.returncode == 1
    assert "The kernel was ended from outside, as the system does when memory" in done.stdout
    assert recorded(cache) == {}
