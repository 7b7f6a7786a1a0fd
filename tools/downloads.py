"""What a page offers to take away: its notebook, without and with the results of this build.

Both lie beside the sources of the pages. A reader has them alone in a folder, so their first cell
installs the package from the wheel that the site carries, from the same build, and their links to
other pages are absolute.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from jupyter_cache import get_cache
from nbformat import NotebookNode
from sphinx.application import Sphinx

from tools.notebooks import ROOT, as_text, package_version, read, stamp_first_cell

LINK = re.compile(r"\]\((?:([\w-]+)\.(?:ipynb|md))?(#[^)\s]+)?\)")
PACKED = ("pyproject.toml", "README.md", "LICENSE")
RESULTS = "-with-results"


def wheel_name() -> str:
    """Return the name of the file with the package of this version."""
    return f"aeutils-{package_version()}-py3-none-any.whl"


def build_wheel(folder: Path) -> Path:
    """Build the package into a folder and return the file; older ones there go.

    A copy is built, since setuptools leaves what it made beside the sources and packs it again.

    Raises
    ------
    OSError
        If the package cannot be built; the message is that of pip.
    """
    for old in folder.glob("aeutils-*.whl"):
        old.unlink()
    with tempfile.TemporaryDirectory() as made:
        for name in PACKED:
            shutil.copy(ROOT / name, made)
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "aeutils", Path(made, "aeutils"), ignore=ignored)
        pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
        command = [*pip, "--wheel-dir", str(folder), made]
        run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        raise OSError(f"The package could not be built. pip said:\n{run.stderr}")
    return folder / wheel_name()


def make_independent(notebook: NotebookNode, page: str, address: str, wheel: str) -> None:
    """Change a notebook in place so that it works alone.

    `page` is the name of its page below `address`, such as ``book/pca``; `wheel` is where its first
    cell finds the package.
    """
    folder, _, own = page.rpartition("/")
    base = f"{address}{folder}/"

    def absolute(match: re.Match) -> str:
        return f"]({base}{match[1] or own}.html{match[2] or ''})"

    stamp_first_cell(notebook, wheel)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(absolute, cell.source)
        elif "outputs" in cell:
            cell.outputs = [one for one in cell.outputs if one.get("name") != "stderr"]


def offer(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Name both notebooks in the menu of downloads of a page that is made from one."""
    if context.get("page_source_suffix") != ".ipynb":
        return
    for group in context.get("header_buttons", []):
        if group.get("label") != "download-buttons":
            continue
        buttons = group["buttons"]
        place = [button.get("label") for button in buttons].index("download-source-button")
        source = buttons[place] | {"text": "Notebook", "tooltip": "To run it yourself"}
        results = source | {
            "url": source["url"].replace(".ipynb", f"{RESULTS}.ipynb"),
            "text": "Notebook with results",
            "tooltip": "With the outputs and figures of this page",
            "label": "download-results-button",
        }
        buttons[place : place + 1] = [source, results]


def write_downloads(app: Sphinx, problem: Exception | None) -> None:
    """Write the package and all notebooks that the pages offer."""
    if problem is not None or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    address = app.config.html_baseurl
    wheel = f"{address}_static/{build_wheel(static).name}"
    cache = get_cache(app.env.mystnb_config.execution_cache_path)
    for page in sorted(app.env.found_docs):
        source = Path(app.env.doc2path(page))
        if source.suffix != ".ipynb":
            continue
        target = Path(app.outdir, "_sources", f"{page}.ipynb")
        target.parent.mkdir(parents=True, exist_ok=True)
        plain = read(source)
        _, results = cache.merge_match_into_notebook(read(source))
        for ending, notebook in (("", plain), (RESULTS, results)):
            make_independent(notebook, page, address, wheel)
            text = as_text(notebook)
            target.with_stem(target.stem + ending).write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, object]:
    """Register the steps with Sphinx."""
    app.connect("html-page-context", offer, priority=900)
    app.connect("build-finished", write_downloads)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
