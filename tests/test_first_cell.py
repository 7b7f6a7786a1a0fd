"""The first cell of a notebook: when it installs, what, and what it says if that fails."""

import importlib.metadata
import importlib.util
import subprocess
import sys
from types import SimpleNamespace

import pytest

from tools.first_cell import install_missing
from tools.notebooks import ROOT, first_cell, package_version

SOURCE = "https://host.example/aeutils.whl"
KERAS = {"keras": "3.13.2", "numpy": "2.0.2"}


class Machine:
    """What is installed where the notebook runs, and what pip was asked for."""

    def __init__(self, modules, versions, status=0):
        self.modules, self.versions, self.status, self.asked = modules, versions, status, []

    def find_spec(self, name):
        return SimpleNamespace(origin=self.modules[name]) if name in self.modules else None

    def version(self, name):
        if name not in self.versions:
            raise importlib.metadata.PackageNotFoundError(name)
        return self.versions[name]

    def run(self, command, **options):
        self.asked.append(command)
        return SimpleNamespace(
            returncode=self.status, stderr=" WARNING: Retrying\nno route to host\n"
        )


@pytest.fixture
def machine(monkeypatch):
    """Put a machine in place of this one."""

    def make(modules, versions, status=0):
        made = Machine(modules, versions, status)
        monkeypatch.delenv("KERAS_BACKEND", raising=False)
        monkeypatch.setattr(importlib.util, "find_spec", made.find_spec)
        monkeypatch.setattr(importlib.metadata, "version", made.version)
        monkeypatch.setattr(subprocess, "run", made.run)
        return made

    return make


def place(folder):
    """Return where a module of the package lies below a folder."""
    return str(folder / "aeutils" / "__init__.py")


PIP = [sys.executable, "-m", "pip", "install", "-qq"]


# Of a package that went, its version may be left.
@pytest.mark.parametrize("versions", [{}, {"aeutils": "1.0"}], ids=["empty", "left"])
def test_in_a_new_environment_package_and_backend_are_installed(machine, capsys, versions):
    made = machine({}, versions)
    install_missing(SOURCE, "1.0")
    assert made.asked == [[*PIP, f"aeutils @ {SOURCE}", "tensorflow"]]
    assert "Installing what is missing" in capsys.readouterr().out


def test_what_is_installed_is_not_replaced(machine):
    made = machine({"tensorflow": "x"}, KERAS | {"tensorflow": "2.20.0", "pandas": "2.2"})
    install_missing(SOURCE, "1.0")
    kept = ["keras==3.13.2", "numpy==2.0.2", "tensorflow==2.20.0"]
    assert made.asked == [[*PIP, f"aeutils @ {SOURCE}", *kept]]


@pytest.mark.parametrize(
    ("version", "asked"), [("1.0", 0), ("0.9", 1), ("1.1", 1)], ids=["this", "older", "newer"]
)
def test_only_the_package_of_this_version_will_do(machine, tmp_path, version, asked, capsys):
    made = machine({"aeutils": place(tmp_path), "tensorflow": "x"}, {"aeutils": version})
    install_missing(SOURCE, "1.0")
    assert len(made.asked) == asked and bool(capsys.readouterr().out) is bool(asked)


def test_a_checkout_is_left_alone(machine, tmp_path):
    (tmp_path / "pyproject.toml").touch()
    made = machine({"aeutils": place(tmp_path)}, {"aeutils": "0.9"})
    install_missing(SOURCE, "1.0")
    assert made.asked == []


@pytest.mark.parametrize("file", [None, "a folder without modules"])
def test_a_folder_that_only_has_the_name_does_not_count(machine, tmp_path, file):
    origin = place(tmp_path) if file is None else None
    made = machine({"aeutils": origin, "tensorflow": "x"}, {})
    install_missing(SOURCE, "1.0")
    assert made.asked == [[*PIP, f"aeutils @ {SOURCE}"]]


@pytest.mark.parametrize(("backend", "asked"), [("jax", False), ("tensorflow", True), ("", True)])
def test_the_missing_backend_is_the_one_that_is_chosen(
    machine, monkeypatch, tmp_path, backend, asked
):
    made = machine({"aeutils": place(tmp_path)}, {"aeutils": "1.0"} | KERAS)
    monkeypatch.setenv("KERAS_BACKEND", backend)
    install_missing(SOURCE, "1.0")
    expected = [[*PIP, "tensorflow", "keras==3.13.2", "numpy==2.0.2"]]
    assert made.asked == (expected if asked else [])


def test_a_failure_says_what_is_needed_and_what_pip_said(machine):
    machine({}, {}, status=1)
    with pytest.raises(RuntimeError, match=rf"from {SOURCE}\. Is .*\nno route to host$"):
        install_missing(SOURCE, "1.0")


def test_the_cell_leaves_one_name_and_knows_the_version(monkeypatch):
    names = {"__name__": "__main__"}
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: SimpleNamespace(origin=str(ROOT / "aeutils" / "__init__.py")),
    )
    cell = first_cell(SOURCE)
    exec(cell, names)
    assert set(names) - {"__name__", "__builtins__"} == {"install_missing"}
    assert f'"{SOURCE}",\n    "{package_version()}",\n' in cell
    assert cell.startswith("# @title ")
