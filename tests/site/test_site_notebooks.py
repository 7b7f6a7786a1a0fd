"""A reader takes a notebook from the site and nothing else: what it holds, and that it runs."""

import re
import sys
import sysconfig
import venv
from base64 import b64decode
from functools import cache
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urljoin
from urllib.request import urlopen

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from PIL import Image
from site_pages import PAGES, ROOT
from test_site_pages import anchors

from tools.alone import execute_alone
from tools.downloads import wheel_name
from tools.notebooks import first_cell
from tools.pages import pages_address

NOTEBOOKS = [page for page in PAGES if (ROOT / f"{page}.ipynb").is_file()]
CHEAP = "book/template"
LINK = re.compile(r"\]\(([^()\s]+)\)")
WHERE = "import aeutils\n\nprint(aeutils.__file__)"


@cache
def menu(address: str) -> dict[str, str]:
    """Return where the entries of the download menu of a page lead."""
    soup = BeautifulSoup(urlopen(address).read(), "html.parser")
    entries = soup.select(".dropdown-download-buttons a")
    return {entry.get_text(strip=True): urljoin(address, entry["href"]) for entry in entries}


def download(base: str, page: str, name: str) -> NotebookNode:
    """Return the notebook to which an entry in the menu of a page leads."""
    text = urlopen(menu(f"{base}/{page}.html")[name]).read().decode("utf-8")
    return nbformat.reads(text, as_version=4)


@pytest.fixture(scope="module", params=NOTEBOOKS)
def both(request: pytest.FixtureRequest, base: str) -> tuple[NotebookNode, NotebookNode]:
    """Return the notebook of a page without and with its results."""
    names = "Notebook", "Notebook with results"
    return tuple(download(base, request.param, name) for name in names)


def test_first_cell_takes_the_wheel_of_the_site(both, site: Path, config: dict) -> None:
    address = pages_address(config["repository"]["url"])
    expected = first_cell(f"{address}_static/{wheel_name()}")
    assert [notebook.cells[0].source for notebook in both] == [expected] * 2
    assert (site / "_static" / wheel_name()).is_file()


def test_links_are_absolute_and_lead_to_pages(both, site: Path, config: dict) -> None:
    address = pages_address(config["repository"]["url"])
    sources = [cell.source for cell in both[0].cells if cell.cell_type == "markdown"]
    found = {link for source in sources for link in LINK.findall(source)}
    inside = {link for link in found if link.startswith(address)}
    assert inside and [link for link in found if not re.match(r"https?://", link)] == []
    broken = []
    for link in inside:
        page, _, anchor = link.removeprefix(address).partition("#")
        if anchor and unquote(anchor) not in anchors(site / page) or not (site / page).is_file():
            broken.append(link)
    assert broken == []


def test_results_carry_the_figures(both) -> None:
    plain, results = both
    assert [cell.id for cell in plain.cells] == [cell.id for cell in results.cells]
    for cell in results.cells:
        outputs = cell.get("outputs", [])
        assert [one for one in outputs if one.output_type == "error"] == []
        if "figure" in cell.metadata.get("mystnb", {}):
            pictures = [
                one.data["image/png"] for one in outputs if "image/png" in one.get("data", {})
            ]
            assert pictures, cell.source
            assert min(Image.open(BytesIO(b64decode(pictures[0]))).size) > 50
    assert f"{ROOT}/" not in nbformat.writes(results)


def environment_without_package(folder: Path) -> Path:
    """Make an environment that sees what this one has but for the package; return its Python.

    The packages are linked into a folder outside of the environment, so pip replaces none of them.
    """
    packages = folder / "packages"
    packages.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "aeutils" not in entry.name:
            (packages / entry.name).symlink_to(entry)
    venv.create(folder / "new", symlinks=True)
    place = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    (folder / "new" / place / "packages.pth").write_text(f"{packages}\n")
    return folder / "new" / "bin" / "python"


def test_a_notebook_alone_runs(base: str, config: dict, tmp_path: Path) -> None:
    """In a new environment, all its cells run; the package comes from the site.

    The index of packages is out of reach, so that the test is quick and nothing else can be
    installed. What an environment without Keras gets is tried by ``make colab-test``.
    """
    notebook = download(base, CHEAP, "Notebook")
    cell = notebook.cells[0]
    cell.source = cell.source.replace(pages_address(config["repository"]["url"]), f"{base}/")
    notebook.cells.append(new_code_cell(WHERE))
    python = environment_without_package(tmp_path)
    execute_alone(notebook, str(python), PIP_NO_INDEX="1", NO_PROXY="127.0.0.1")
    assert "Installing" in notebook.cells[0].outputs[0].text
    assert notebook.cells[-1].outputs[0].text.startswith(str(tmp_path / "new"))
