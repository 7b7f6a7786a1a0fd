"""The repository keeps to its rules, and each rule finds a violation."""

import os
import subprocess
import tomllib

import pytest
import yaml
from contract_cells import BOOK, ROOT
from contract_text import MACHINE_PATH, WIDTH, code_blocks, wide_lines
from repository_rules import (
    REGISTRY,
    Texts,
    address_problems,
    chapters_not_named,
    found,
    import_problems,
    modules,
    modules_without_test,
    signature_problems,
    size_problems,
)

from tools import files
from tools.notebooks import repository_address


@pytest.fixture(scope="module")
def texts() -> Texts:
    """Text of each file of the repository."""
    return files.texts(ROOT)


def test_address_stands_in_one_place(texts):
    assert address_problems(texts, repository_address()) == []


def test_no_path_of_a_machine(texts):
    assert found(MACHINE_PATH, texts) == []


def test_no_registry(texts):
    assert found(REGISTRY, texts) == []


def test_readme_and_intro_lead_to_each_chapter():
    table = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    assert chapters_not_named(table, (ROOT / "README.md").read_text("utf-8")) == []
    # The directive lists all chapters of `_toc.yml`.
    assert "```{chapters}\n```" in (BOOK / "intro.md").read_text("utf-8")


@pytest.mark.parametrize(
    "path", [ROOT / "README.md", *sorted(BOOK.glob("*.md"))], ids=lambda path: path.stem
)
def test_code_blocks_fit_the_page(path):
    assert wide_lines(code_blocks(path.read_text("utf-8"))) == []


def test_wide_code_block_is_found():
    wide = "a" * (WIDTH + 1)
    for block in (
        f"```bash\n{wide}\n```",
        f"```\na\n\n{wide}\n```\n",
        f"- a\n  ~~~\n  {wide}\n  ~~~",
    ):
        assert wide_lines(code_blocks(f"{wide}\n\n{block}\n\n{wide}"))
    for text in (
        wide,
        f"```{{note}}\n{wide}\n```\n\n{wide}\n\n```\na\n```",
        f"```\n{wide[1:]}\n```\n{wide}",
    ):
        assert wide_lines(code_blocks(text)) == []


def test_notebooks_are_formatted_to_the_page():
    assert tomllib.loads((BOOK / "ruff.toml").read_text("utf-8"))["line-length"] == WIDTH


def test_imports_point_one_way():
    assert import_problems(modules("aeutils")) == []


def test_sizes():
    assert size_problems(modules("aeutils", "benchmarks", "tools")) == []


def test_public_names_are_described():
    assert signature_problems(modules("aeutils", "benchmarks", "tools")) == []


def test_each_module_has_tests():
    tests = {path.name for path in (ROOT / "tests").glob("test_*.py")}
    assert modules_without_test(modules("aeutils"), tests) == []


ADDRESS = "https://host.example/someone/book"


@pytest.mark.parametrize(
    "texts",
    [
        {"README.md": f"git clone {ADDRESS}"},
        {"_config.yml": f"url: {ADDRESS}\nrepository_url: {ADDRESS}"},
        {"book/pca.ipynb": f"{ADDRESS} {ADDRESS}"},
        {"book/intro.md": "someone/book"},
    ],
)
def test_second_address_is_found(texts):
    assert address_problems({"_config.yml": ADDRESS} | texts, ADDRESS)


def test_machine_path_and_registry_are_found():
    assert found(MACHINE_PATH, {"a.py": "open('" + "/".join(["", "home", "me"]) + "')"})
    for host in ("pypi" + ".org", "files.pythonhosted" + ".org", "--index" + "-url x"):
        assert found(REGISTRY, {"a.txt": host})


def test_missing_chapter_is_found():
    table = {"parts": [{"chapters": [{"file": "book/planted"}]}, {"chapters": []}]}
    assert chapters_not_named(table, "[planted](book/planted.ipynb)") == ["book/planted"]
    assert chapters_not_named(table, "| [planted](book/planted.ipynb) |") == []


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("aeutils/session.py", "from aeutils.training import fit"),
        ("aeutils/data/images.py", "from aeutils import plotting"),
        ("aeutils/evaluation.py", "import aeutils.results"),
        ("aeutils/training.py", "from aeutils.plotting import *"),
        ("aeutils/training.py", "from . import plotting"),
        ("aeutils/training.py", "from aeutils import setup"),
        ("aeutils/training.py", "from tools.notebooks import read"),
        ("aeutils/plotting.py", "def late():\n    from aeutils.training import fit"),
    ],
)
def test_wrong_import_is_found(file, source):
    files = dict.fromkeys(("aeutils/__init__.py", "aeutils/results.py", "aeutils/session.py"), "")
    files |= {"aeutils/plotting.py": "", "aeutils/training.py": "import aeutils.plotting"}
    assert import_problems(files) == []
    assert import_problems(files | {file: files.get(file, "") + "\n" + source})


def test_excess_length_is_found():
    body = "\n".join(["    value = 1"] * 40)
    described = '    """Text.\n\n    More.\n    """\n'
    for source in ("a = 1\n" * 301, f"def f():\n{body}", "class A:\n" + "    a = 1\n" * 100):
        assert size_problems({"a.py": source})
    assert size_problems({"a.py": f"def f():\n{described}" + "    a = 1\n" * 39}) == []


@pytest.mark.parametrize(
    "source",
    [
        "def f(a: int) -> int:\n    return a",
        'def f(a) -> int:\n    """Text."""',
        'def f(*, a) -> int:\n    """Text."""',
        'def f(a: int):\n    """Text."""',
        'class A:\n    """Text."""\n    def f(self) -> int:\n        return 1',
        "class A:\n    a = 1",
    ],
)
def test_bare_signature_is_found(source):
    assert signature_problems({"a.py": source})


def test_untested_module_is_found():
    files = {"aeutils/data/images.py": "def f(): ...", "aeutils/data/__init__.py": "import a"}
    assert modules_without_test(files, {"test_images.py"})
    assert modules_without_test(files, {"test_data_images.py"}) == []


@pytest.mark.parametrize(
    ("jobs", "variables", "expected"),
    [(1, {}, None), (10_000, {}, "1"), (10_000, {"OMP_NUM_THREADS": "3"}, "3")],
    ids=["alone", "many", "of the user"],
)
def test_chapters_side_by_side_share_the_cores(jobs, variables, expected, monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    show = ["--eval", "book: show", "--eval", "show: ; +@echo threads $$OMP_NUM_THREADS"]
    command = ["make", "--dry-run", "book", f"JOBS={jobs}", *show]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    [line] = [line for line in done.stdout.splitlines() if line.startswith("threads ")]
    assert line == f"threads {expected or len(os.sched_getaffinity(0))}"


def test_every_notebook_runs_on_the_second_backend():
    """Of which `.ci/run` runs only some."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    commands = [step.get("run") for step in workflow["jobs"]["jax"]["steps"]]
    assert "make test BACKEND=jax" in commands
