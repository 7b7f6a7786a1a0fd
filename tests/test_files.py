"""The files of the repository are the same with git and in an archive."""

import subprocess

import pytest

from tools.files import own_files, texts


@pytest.fixture
def folder(tmp_path):
    for name in ("a.md", ".github/b.yml", "c d/e.py", "_build/page.html", "c d/__pycache__/e.pyc"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"text of {name}")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\0")
    (tmp_path / ".gitignore").write_text("_build/\n__pycache__/\n*.egg-info/\n")
    return tmp_path


OWN = [".github/b.yml", ".gitignore", "a.md", "c d/e.py", "picture.png"]


@pytest.mark.parametrize("with_git", [True, False])
def test_own_files(folder, with_git, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(folder.parent))
    if with_git:
        subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    assert [name for name in own_files(folder) if not name.startswith(".git/")] == OWN
    assert texts(folder)["a.md"] == "text of a.md" and "picture.png" not in texts(folder)


def test_without_the_program(folder, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert own_files(folder) == OWN
