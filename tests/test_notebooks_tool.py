"""tools/notebooks.py: what `run` stores, what `stamp` writes, what `new` starts."""

import shutil
import sys
import tomllib

import psutil
import pytest
import yaml
from contract_cells import ROOT
from contract_exercises import exercises_are_complete
from nbformat import from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import notebooks

ADDRESS = "https://host.example/someone/book"
STORED = sorted(notebooks.STORED_TAGS)


@pytest.fixture
def root(tmp_path, monkeypatch):
    """Copy of what the tool reads and writes, with another address."""
    (tmp_path / "book").mkdir()
    (tmp_path / "aeutils" / "exercises").mkdir(parents=True)
    for name in (
        "_toc.yml",
        "book/template.ipynb",
        "aeutils/exercises/template.py",
        "aeutils/reference_results.toml",
    ):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "_config.yml").write_text(f"repository:\n  url: {ADDRESS}\n", encoding="utf-8")
    return tmp_path


def save(root, slug, *cells):
    path = root / "book" / f"{slug}.ipynb"
    notebooks.write(new_notebook(cells=list(cells)), path)
    return path


def everything(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def add_a_broken_kernel_of_the_user(folder, monkeypatch):
    kernel = folder / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text('{"argv": ["false"], "display_name": "Python 3"}')
    monkeypatch.setenv("JUPYTER_PATH", str(folder))


def test_run_stores_only_tagged_outputs_and_repeats(root, monkeypatch, capsys):
    add_a_broken_kernel_of_the_user(root / "jupyter", monkeypatch)
    source = "import os, sys\nprint(os.path.basename(os.getcwd()))\nprint(sys.executable)\n6 * 7"
    noise = from_dict({"scrolled": True, "tags": STORED, "ExecuteTime": {"start": "now"}})
    path = save(
        root,
        "chapter",
        new_markdown_cell("# Chapter", id="title"),
        new_code_cell(source, id="kept", metadata=noise),
        new_code_cell("print('dropped')", id="dropped", metadata={"tags": ["keep_output"]}),
    )
    (root / "book" / "template.ipynb").unlink()
    assert notebooks.run([], root) == 0
    stored = path.read_bytes()
    first, title, kept, dropped = notebooks.read(path).cells
    assert (first.id, title.id, kept.id, dropped.id) == ("install", "title", "kept", "dropped")
    assert ADDRESS in first.source and first.metadata == notebooks.FIRST_CELL
    assert kept.outputs[0].text == f"book\n{sys.executable}\n"
    assert kept.outputs[1].data == {"text/plain": "42"}
    assert kept.metadata == {"tags": STORED}
    assert dropped.outputs == []
    assert (kept.execution_count, kept.outputs[1].execution_count) == (1, None)
    assert (first.execution_count, dropped.execution_count) == (None, None)
    assert notebooks.read(path).metadata == notebooks.NOTEBOOK_METADATA
    assert stored.endswith(b"}\n")
    assert notebooks.run(["chapter"], root) == 0
    assert path.read_bytes() == stored
    assert "unchanged" in capsys.readouterr().out


def test_failing_cell_leaves_the_file_and_is_named(root, capsys):
    path = save(root, "broken", new_code_cell("1 / 0", id="bad"), new_code_cell("2", id="late"))
    before = path.read_bytes()
    assert notebooks.run(["broken"], root) == 1
    assert path.read_bytes() == before
    said = capsys.readouterr().out
    assert "book/broken.ipynb FAILED" in said and "cell 0 (id bad)" in said
    assert "ZeroDivisionError: division by zero" in said and "\x1b" not in said


def test_what_is_saved_during_the_run_is_kept(root, monkeypatch, capsys):
    path = save(root, "chapter", new_code_cell("1"))

    def execute(notebook, folder):
        path.write_text(path.read_text().replace('"1"', '"2"'))

    monkeypatch.setattr(notebooks, "execute", execute)
    assert notebooks.run(["chapter"], root) == 1
    assert notebooks.read(path).cells[0].source == "2"
    assert "chapter.ipynb was changed while it ran" in capsys.readouterr().out


def test_the_kernel_ends_with_the_notebook(tmp_path):
    made = new_notebook(cells=[new_code_cell("import os\n\nprint(os.getpid())")])
    notebooks.execute(made, tmp_path)
    assert not psutil.pid_exists(int(made.cells[0].outputs[0].text))


def test_a_failure_does_not_keep_others_from_running(root, monkeypatch, capsys):
    save(root, "first", new_code_cell("1 / 0"))
    save(root, "second", new_code_cell("2"))

    def execute(notebook, folder):
        if "1 / 0" in notebook.cells[0].source:
            raise notebooks.DeadKernelError("Kernel died")

    monkeypatch.setattr(notebooks, "execute", execute)
    assert notebooks.run([], root) == 1
    said = capsys.readouterr().out
    assert "first.ipynb FAILED, left as it was: DeadKernelError: Kernel died" in said
    assert "second.ipynb executed" in said


def test_unknown_chapter_is_refused(root):
    with pytest.raises(ValueError, match=r"No chapter book/nothing\.ipynb"):
        notebooks.run(["nothing"], root)


def test_pieces_of_a_stream_are_joined():
    pieces = [new_output("stream", name=n, text=t) for n, t in zip("aab", "123", strict=True)]
    value = new_output("execute_result", {"text/plain": "1"}, execution_count=4)
    tidied = notebooks.tidy_outputs([*pieces, value, pieces[2]])
    assert [output.get("text") for output in tidied] == ["12", "3", None, "3"]
    assert tidied[2].execution_count is None


def test_stamp_follows_the_address_and_executes_nothing(root):
    path = root / "book" / "template.ipynb"
    before = notebooks.read(path)
    assert notebooks.stamp([], root) == 0
    after = notebooks.read(path)
    assert f'"git+{ADDRESS}"' in after.cells[0].source
    assert after.cells[0].id == before.cells[0].id
    assert after.cells[1:] == before.cells[1:]


def test_stamp_adds_a_missing_first_cell(root):
    words = new_markdown_cell("Install it with pip.", id="words")
    path = save(root, "plain", words, new_code_cell("1", id="code"))
    notebooks.stamp(["plain"], root)
    assert [cell.id for cell in notebooks.read(path).cells] == ["install", "words", "code"]
    once = path.read_bytes()
    notebooks.stamp(["plain"], root)
    assert path.read_bytes() == once


def test_missing_address_is_refused(root):
    (root / "_config.yml").write_text("title: Book\n", encoding="utf-8")
    with pytest.raises(ValueError, match="repository: url"):
        notebooks.stamp([], root)


def test_new_starts_a_chapter_that_is_complete(root):
    notebooks.new("codes-and-maps", None, root)
    path = root / "book" / "codes-and-maps.ipynb"
    notebook, template = (notebooks.read(p) for p in (path, path.with_stem("template")))
    assert notebook.cells[1].source.startswith("# Codes and maps\n")
    assert exercises_are_complete(notebook, path) == []
    text = path.read_text("utf-8")
    reporting = next(cell.source for cell in notebook.cells if "report(\n" in cell.source)
    assert reporting.startswith('report(\n    "codes-and-maps",')
    assert "fig-codes-and-maps-means" in text and "codes-and-maps.1: right." in text
    assert "template.1" not in text and "fig-template" not in text
    assert not {c.id for c in notebook.cells} & {c.id for c in template.cells}
    assert (root / "aeutils" / "exercises" / "codes_and_maps.py").is_file()
    results = tomllib.loads((root / "aeutils" / "reference_results.toml").read_text("utf-8"))
    assert results["codes-and-maps"] == results["template"]


def pages(root):
    table = yaml.safe_load((root / "_toc.yml").read_text("utf-8"))
    return {part["caption"]: [c["file"] for c in part["chapters"]] for part in table["parts"]}


def comments(text):
    return [line for line in text.splitlines() if "#" in line]


@pytest.mark.parametrize("part", [None, "Foundations", "Images: ä", "2026"])
def test_new_enters_the_chapter_in_its_part(root, part):
    before, text = pages(root), (root / "_toc.yml").read_text("utf-8")
    notebooks.new("planted", part, root)
    after = pages(root)
    name = part or list(before)[-2]
    assert after[name] == [*before.get(name, []), "book/planted"]
    assert {key: value for key, value in after.items() if key != name} == {
        key: value for key, value in before.items() if key != name
    }
    assert list(after)[-1] == list(before)[-1]
    assert comments((root / "_toc.yml").read_text("utf-8")) == comments(text)


def test_contents_keep_comments_titles_and_indentation():
    text = (
        "root: book/intro\nparts:  # all\n- caption: One\n  numbered: true\n  chapters:\n"
        "  - file: book/a  # first\n    title: A\n  # last\n- caption: Back\n  chapters:\n"
        "  - file: book/b\n"
    )
    assert notebooks.enter(text, "new", None) == text.replace(
        "title: A\n", "title: A\n  - file: book/new\n"
    )
    assert notebooks.enter(text, "new", "Two") == text.replace(
        "title: A\n", 'title: A\n- caption: "Two"\n  chapters:\n  - file: book/new\n'
    )


@pytest.mark.parametrize("slug", ["", "Vae", "two_words", "-vae", "vae-", "1st", "a b", "../vae"])
def test_bad_slug_is_refused(root, slug):
    before = everything(root)
    with pytest.raises(ValueError, match="lower-case-with-hyphens"):
        notebooks.new(slug, None, root)
    assert everything(root) == before


@pytest.mark.parametrize(
    ("slug", "taken"),
    [
        ("template", "book/template.ipynb"),
        ("glossary", "book/glossary.md"),
        ("two-words", "aeutils/exercises/two_words.py"),
    ],
)
def test_taken_slug_is_refused(root, slug, taken):
    (root / taken).touch()
    before = everything(root)
    with pytest.raises(ValueError, match=taken):
        notebooks.new(slug, None, root)
    assert everything(root) == before


def test_command_line(monkeypatch, capsys):
    def run(slugs):
        if "missing" in slugs:
            raise ValueError("No chapter")
        return len(slugs)

    monkeypatch.setattr(notebooks, "run", run)
    monkeypatch.setattr(notebooks, "new", lambda slug, part: print(slug, part))
    assert notebooks.main(["run"]) == 0
    assert notebooks.main(["run", "one", "two"]) == 1
    assert notebooks.main(["run", "missing"]) == 2
    assert "No chapter" in capsys.readouterr().err
    assert notebooks.main(["new", "vae", "--part", "Generative models"]) == 0
    assert capsys.readouterr().out == "vae Generative models\n"
    with pytest.raises(SystemExit):
        notebooks.main(["new"])
