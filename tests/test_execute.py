"""The execution of the notebooks into the cache, on tiny notebooks, and the lock file."""

import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from jupyter_cache import get_cache
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import build as pages_build
from tools import execute

ROOT = Path(__file__).resolve().parents[1]


def write_notebook(path, code, text="# Title"):
    """Store a notebook of one Markdown cell and one code cell."""
    notebook = new_notebook(
        cells=[new_markdown_cell(text), new_code_cell(code)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(notebook, path)


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book of two notebooks."""
    for name in [name for name in os.environ if name.startswith("AEUTILS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    root = tmp_path / "root"
    (root / "book").mkdir(parents=True)
    (root / "aeutils").mkdir()
    (root / "aeutils" / "__init__.py").write_text("")
    (root / "requirements.txt").write_text("")
    (root / "_toc.yml").write_text(
        "format: jb-book\nroot: book/intro\nparts:\n- chapters:\n"
        "  - file: book/first\n  - file: book/second\n"
    )
    (root / "book" / "intro.md").write_text("# Intro")
    write_notebook(root / "book" / "first.ipynb", "6 * 7")
    write_notebook(root / "book" / "second.ipynb", "6 * 8")
    return root


class FastClient:
    """Evaluates the one expression of a notebook without a kernel, which takes seconds."""

    def __init__(self, notebook, **_):
        self.cell = notebook.cells[-1]

    async def async_execute(self):
        text = repr(eval(self.cell.source))
        self.cell.outputs = [new_output("execute_result", data={"text/plain": text})]


@pytest.fixture
def fast(monkeypatch):
    """Replace kernels, for the tests of what is executed and not of how."""
    monkeypatch.setattr(execute, "NotebookClient", FastClient)


@pytest.fixture
def build(book, capsys):
    """Bring the cache up to date; return the status and which notebooks ran."""

    def run(*options):
        capsys.readouterr()
        status = execute.main([str(cache_of(book)), "--root", str(book), *options])
        run.printed = capsys.readouterr().out
        return status, sorted(re.findall(r"^running (.+)$", run.printed, re.MULTILINE))

    return run


def cache_of(root):
    """The folder of the cache."""
    return root / "_build" / ".jupyter_cache"


def cached_output(root, name):
    """Text of the output that Jupyter Book finds for a notebook; KeyError if it finds none."""
    notebook = nbformat.read(root / "book" / f"{name}.ipynb", as_version=4)
    _, merged = get_cache(cache_of(root)).merge_match_into_notebook(notebook)
    [output] = merged.cells[-1].outputs
    return output["data"]["text/plain"]


def test_executes_what_is_new_and_nothing_twice(book, build):
    write_notebook(book / "book" / "first.ipynb", "import os; os.path.basename(os.getcwd())")
    assert build("--jobs", "1") == (0, ["first", "second"])
    assert re.search(r"^done (first|second) \d+\.\d s \(2/2\)$", build.printed, re.MULTILINE)
    assert cached_output(book, "first") == "'book'"
    assert cached_output(book, "second") == "48"
    for record in get_cache(cache_of(book)).list_cache_records():
        assert record.data["execution_seconds"] > 0
        assert record.data["side_by_side"] == 1
    assert build() == (0, [])


def test_text_costs_no_run_and_code_costs_one(book, build, fast):
    build()
    write_notebook(book / "book" / "first.ipynb", "6 * 7", text="# Another title")
    assert build() == (0, [])
    assert cached_output(book, "first") == "42"
    write_notebook(book / "book" / "first.ipynb", "6 * 9")
    assert build() == (0, ["first"])
    assert cached_output(book, "first") == "54"


def test_pages_are_read_anew_after_an_execution_only(book, build, fast):
    doctrees = cache_of(book).parent / ".doctrees"
    doctrees.mkdir(parents=True)
    build()
    assert not doctrees.exists()
    doctrees.mkdir()
    build()
    assert doctrees.exists()


@pytest.mark.parametrize("change", ["package", "lock", "variable", "data"])
def test_what_the_cache_does_not_see_empties_it(book, build, fast, tmp_path, monkeypatch, change):
    data = tmp_path / "data"
    data.mkdir()
    (data / "images.gz").write_bytes(b"images")
    monkeypatch.setenv("AEUTILS_DATA_DIR", str(data))
    build()
    assert build() == (0, [])
    if change == "package":
        (book / "aeutils" / "data.npz").write_bytes(b"new")
    elif change == "lock":
        (book / "requirements.txt").write_text("numpy==2.0\n")
    elif change == "variable":
        monkeypatch.setenv("AEUTILS_SCALE", "full")
    else:
        (data / "images.gz").write_bytes(b"other images")
    assert build() == (0, ["first", "second"])
    assert build() == (0, [])


def test_digest_names_versions_and_ignores_bytecode(book, monkeypatch):
    before = execute.digest(book)
    (book / "aeutils" / "__pycache__").mkdir()
    (book / "aeutils" / "__pycache__" / "x.pyc").write_bytes(b"x")
    assert execute.digest(book) == before
    monkeypatch.setattr(execute, "_version", lambda name: "99")
    assert execute.digest(book) != before


def test_failing_notebook_is_reported_and_not_cached(book, build):
    write_notebook(book / "book" / "first.ipynb", "print('so far')\n1 / 0")
    assert build() == (1, ["first", "second"])
    assert "FAILED first, code cell 1" in build.printed
    assert "ZeroDivisionError" in build.printed and "1 / 0" in build.printed
    assert "so far" in build.printed and "\x1b" not in build.printed
    assert build.printed.rstrip().endswith("failed: first")
    assert cached_output(book, "second") == "48"
    with pytest.raises(KeyError):
        cached_output(book, "first")


def test_slow_cell_is_a_failure(book, build):
    write_notebook(book / "book" / "first.ipynb", "import time\ntime.sleep(60)")
    (book / "book" / "second.ipynb").unlink()
    assert build("--timeout", "1") == (1, ["first"])
    assert "FAILED first, code cell 1" in build.printed
    assert "timed out" in build.printed


def test_no_build_waits_for_a_kernel_to_end(book, build):
    at_the_end = "import atexit; atexit.register(open, 'end', 'w')"
    write_notebook(book / "book" / "first.ipynb", at_the_end)
    assert build() == (0, ["first", "second"])
    assert not (book / "book" / "end").exists()


def test_half_written_entry_is_executed_again(book, build, fast):
    build()
    for path in cache_of(book).glob("executed/*/base.ipynb"):
        path.write_text(path.read_text()[:50])
    assert build() == (0, ["first", "second"])
    assert cached_output(book, "first") == "42"


def test_longest_of_last_time_runs_first(book, build, fast):
    write_notebook(book / "book" / "second.ipynb", "__import__('time').sleep(0.5)")
    build("--jobs", "1")
    (book / "requirements.txt").write_text("numpy==2.0\n")
    pending = execute.pending_executions(cache_of(book), book, timeout=60)
    assert [execution.name for execution in pending] == ["second", "first"]


def test_two_builds_do_not_share_a_cache(book, build, fast):
    with execute.sole_use(cache_of(book)):
        assert build() == (1, [])
    assert "in use by another build" in build.printed


@pytest.mark.parametrize("status", [0, 2])
def test_pages_are_built_while_nobody_else_uses_the_cache(book, build, fast, monkeypatch, status):
    out = book / "out"
    (out / "_build" / ".doctrees").mkdir(parents=True)

    def sphinx(command, stdout, **_):
        assert command[1:3] == ["build", book] and not (out / "_build" / ".doctrees").exists()
        with pytest.raises(OSError, match="in use"), execute.sole_use(cache_of(book)):
            pass
        stdout.write("reading sources")
        stderr = "W0000 00:00 cpu.cc:9] greeting\nintro.md: WARNING: no label\n"
        return SimpleNamespace(returncode=status, stderr=stderr)

    monkeypatch.setattr(pages_build.subprocess, "run", sphinx)
    assert build("--pages", str(out)) == (min(status, 1), ["first", "second"])
    assert (out / "build.log").read_text() == "reading sources"
    said = build.printed.split("building the pages\n")[1].splitlines()
    assert said[0] == "intro.md: WARNING: no label" and len(said) == 1 + (status > 0)


def test_no_pages_of_a_notebook_that_failed(book, build, monkeypatch):
    write_notebook(book / "book" / "first.ipynb", "1 / 0")
    assert build("--pages", str(book / "out"))[0] == 1
    assert "building the pages" not in build.printed


def test_wrong_number_of_jobs_is_refused(build):
    with pytest.raises(SystemExit):
        build("--jobs", "0")


def test_interrupt_leaves_no_kernel_behind(book):
    code = "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(600)"
    write_notebook(book / "book" / "first.ipynb", code)
    (book / "book" / "second.ipynb").unlink()
    command = [sys.executable, "-m", "tools.execute", str(cache_of(book)), "--root", str(book)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            pid_file = book / "book" / "pid"
            wait_until(lambda: pid_file.exists() and pid_file.read_text())
            kernel = int(pid_file.read_text())
            process.send_signal(signal.SIGTERM)
            output, _ = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    assert "interrupted" in output
    wait_until(lambda: not is_running(kernel))


def wait_until(condition, seconds=60):
    """Wait for a condition, or fail."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def is_running(pid):
    """Whether a process exists and is more than an entry of a dead one."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def locked():
    """The pinned requirements of the lock file."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def test_lock_file_satisfies_every_requirement():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [project["dependencies"], *project["optional-dependencies"].values()]
    pins = {canonicalize_name(pin.name): pin for pin in locked() if applies(pin)}
    for requirement in map(Requirement, [text for group in wanted for text in group]):
        pin = pins[canonicalize_name(requirement.name)]
        [specifier] = pin.specifier
        assert specifier.operator == "=="
        assert requirement.specifier.contains(specifier.version), requirement


def applies(requirement):
    """Whether a requirement is meant for this Python on Linux."""
    environment = default_environment() | {"sys_platform": "linux"}
    return requirement.marker is None or requirement.marker.evaluate(environment)


def test_lock_file_names_no_place():
    text = (ROOT / "requirements.txt").read_text()
    assert "make lock" in text
    assert not re.search(r"://|^-|@|(^|\s)\.?/\w", text, re.MULTILINE)


def test_kernel_that_dies_names_the_likely_cause(book, build):
    write_notebook(book / "book" / "first.ipynb", "import os; os.kill(os.getpid(), 9)")
    status, _ = build()
    assert status == 1
    assert "DeadKernelError" in build.printed
    assert "The kernel was ended from outside, as the system does when memory runs out" in (
        build.printed
    )


def test_standard_error_is_printed(book, build):
    write_notebook(book / "book" / "first.ipynb", "import warnings; warnings.warn('too old')")
    status, _ = build()
    assert status == 0
    assert "first, code cell 1, standard error:" in build.printed
    assert "too old" in build.printed
    assert "second, code cell" not in build.printed
