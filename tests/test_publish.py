"""tools/publish.py: the address goes everywhere it belongs, and a placeholder is found."""

import shutil
import subprocess

import pytest
from contract_cells import ROOT

from tools import notebooks, publish

ADDRESS = "https://github.com/some-body/a-book"
CITATION = "version: {}\nauthors:\n  - family-names: Doe\n    given-names: Jo\n"


@pytest.fixture
def root(tmp_path):
    """Return a small book in git, with an address, in which no placeholder is left."""
    (tmp_path / "book").mkdir()
    shutil.copy(ROOT / "_config.yml", tmp_path)
    shutil.copy(ROOT / "book" / "template.ipynb", tmp_path / "book")
    (tmp_path / "CITATION.cff").write_text(CITATION.format(notebooks.package_version()))
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text("OWNER")
    (tmp_path / "picture.png").write_bytes(b"\0OWNER")
    publish.set_address(ADDRESS, tmp_path)
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def test_the_address_goes_into_configuration_and_notebooks(root):
    before, after = ((folder / "_config.yml").read_text("utf-8") for folder in (ROOT, root))
    assert after == before.replace(notebooks.repository_address(), ADDRESS) != before
    cell = notebooks.read(root / "book" / "template.ipynb").cells[0].source
    assert f'"git+{ADDRESS}"' in cell


@pytest.mark.parametrize("given", [f"{ADDRESS}/", f"{ADDRESS}.git", f" {ADDRESS}"])
def test_an_address_is_brought_into_its_form(root, given):
    publish.set_address("https://github.com/other/book", root)
    publish.set_address(given, root)
    assert notebooks.repository_address(root) == ADDRESS


@pytest.mark.parametrize(
    "given",
    [
        "",
        "github.com/a/b",
        "git@github.com:a/b",
        "https://github.com/a",
        "https://host.example/a/b",
    ],
)
def test_what_is_no_address_is_refused(root, given):
    before = (root / "_config.yml").read_text("utf-8")
    with pytest.raises(ValueError, match="URL is .*: give it as https://github.com/owner/name"):
        publish.set_address(given, root)
    assert (root / "_config.yml").read_text("utf-8") == before


def test_no_placeholder_is_left(root):
    assert list(publish.placeholders(root)) == []


def rewrite(name, old, new):
    def plant(root):
        file = root / name
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    return plant


@pytest.mark.parametrize(
    ("plant", "said"),
    [
        (lambda root: publish.set_address("https://github.com/OWNER/b", root), "make address URL="),
        (rewrite("book/template.ipynb", ADDRESS, "https://github.com/a/b"), "stamp"),
        (rewrite("CITATION.cff", "family-names: Doe", f"name: {publish.NOBODY}"), "name persons"),
        (rewrite("CITATION.cff", "version: ", "version: 9."), "version 9."),
        (rewrite("_config.yml", "title: ", "title: TODO "), "_config.yml, line 2: TODO"),
        (rewrite("_config.yml", "author: ", "author: me@example.org "), "line 3: example.org"),
    ],
    ids=["address", "notebook", "author", "version", "word", "host"],
)
def test_a_placeholder_is_found(root, plant, said):
    plant(root)
    found = list(publish.placeholders(root))
    assert len(found) == 1 and said in found[0]


def test_command_line(monkeypatch, capsys):
    given, found = [], []
    monkeypatch.setattr(publish, "set_address", given.append)
    monkeypatch.setattr(publish, "placeholders", lambda: found)
    assert publish.main(["address", ADDRESS]) == 0 and given == [ADDRESS]
    assert publish.main(["check"]) == 0
    found.append("README.md, line 1: TODO")
    assert publish.main(["check"]) == 1
    assert capsys.readouterr().out == f"No placeholder is left.\n{found[0]}\n"


def test_a_refusal_is_one_sentence(capsys):
    assert publish.main(["address"]) == 2
    assert "URL is '': give it as" in capsys.readouterr().err
