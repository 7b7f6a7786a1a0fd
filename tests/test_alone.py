"""tools/alone.py: a notebook sees an empty folder and another environment, and failures count."""

import sys

import psutil
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook

from tools import alone

SEEN = """import os, sys
print(os.listdir(), sys.executable, os.environ.get("PYTHONPATH"), os.environ["GIVEN"])"""


def notebook(source):
    return new_notebook(cells=[new_code_cell(source)])


def test_the_folder_is_empty_and_the_python_another(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "somewhere")
    made = notebook(SEEN)
    alone.execute_alone(made, sys.executable, GIVEN="this")
    assert made.cells[0].outputs[0].text == f"[] {sys.executable} None this\n"


def test_a_failing_cell_is_told_and_its_kernel_ends():
    made = notebook("import os\n\nprint(os.getpid())\n1 / 0")
    with pytest.raises(CellExecutionError, match="division by zero"):
        alone.execute_alone(made, sys.executable)
    assert not psutil.pid_exists(int(made.cells[0].outputs[0].text))


def test_the_kernel_is_that_of_the_given_python():
    spec = alone.OtherPython("/a/python").get_kernel_spec("whatever")
    assert spec.argv[:3] == ["/a/python", "-m", "ipykernel_launcher"]
    assert "{connection_file}" in spec.argv


def test_versions_are_those_of_the_interpreter():
    assert alone.versions(sys.executable)["nbclient"]


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """Pretend to have an environment; return what is executed and the versions it reports."""
    executed, found = [], [{"keras": "3.13"}, {"keras": "3.13", "aeutils": "1"}]

    def execute(made, python):
        executed.append((made.cells[0].source, python))
        if len(executed) == 1:
            raise alone.DeadKernelError("Kernel died")

    monkeypatch.setattr(alone.subprocess, "run", lambda command, **options: None)
    monkeypatch.setattr(alone, "versions", lambda python: found.pop(0))
    monkeypatch.setattr(alone, "build_wheel", lambda folder: tmp_path / "a.whl")
    monkeypatch.setattr(alone, "execute_alone", execute)
    return executed, found


def test_a_failure_counts_and_the_others_run(machine, capsys, tmp_path):
    assert alone.run_all(["vanilla", "pca"], "python") == 1
    said = capsys.readouterr().out
    assert "vanilla FAILED: DeadKernelError: Kernel died" in said and "pca ran in 0 s" in said
    executed, _ = machine
    assert len(executed) == 2
    assert all((tmp_path / "a.whl").as_uri() in source for source, _ in executed)


@pytest.mark.parametrize("after", [{"keras": "3.14"}, {}], ids=["newer", "gone"])
def test_a_version_that_is_replaced_counts(machine, capsys, after):
    machine[1][1] = after
    machine[0].append("no failure")
    assert alone.run_all(["pca"], "python") == 1
    assert f"keras 3.13 was replaced by {after.get('keras')}" in capsys.readouterr().out


def test_command_line(monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(alone, "run_all", lambda *arguments: asked.append(arguments) or 3)
    assert alone.main(["--python", "/a/python", "pca", "vae"]) == 1
    assert asked == [(["pca", "vae"], "/a/python")]
    monkeypatch.undo()
    monkeypatch.setattr(alone.subprocess, "run", lambda command, **options: None)
    monkeypatch.setattr(alone, "versions", lambda python: {})
    monkeypatch.setattr(alone, "build_wheel", lambda folder: folder)
    assert alone.main(["--python", "/a/python", "nothing"]) == 2
    assert "No chapter book/nothing.ipynb" in capsys.readouterr().err
