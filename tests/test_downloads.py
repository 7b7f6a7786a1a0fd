"""What a reader downloads: links that lead somewhere, the package complete, both notebooks."""

import zipfile
from types import SimpleNamespace

import nbformat
import pytest
from contract_cells import ROOT
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import downloads
from tools.files import own_files
from tools.notebooks import first_cell, write

ADDRESS = "https://host.example/a-book/"
WHEEL = f"{ADDRESS}_static/{downloads.wheel_name()}"
# What only the tools of the repository read.
NOT_PACKED = {"aeutils/reference_runs.json"}


def independent(*cells):
    notebook = new_notebook(cells=list(cells))
    downloads.make_independent(notebook, "book/vae", ADDRESS, WHEEL)
    return notebook


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("[a](pca.ipynb)", f"[a]({ADDRESS}book/pca.html)"),
        ("[a b](kl-and-elbo.ipynb#two-ways)", f"[a b]({ADDRESS}book/kl-and-elbo.html#two-ways)"),
        ("[a](glossary.md)", f"[a]({ADDRESS}book/glossary.html)"),
        ("[a](#results)", f"[a]({ADDRESS}book/vae.html#results)"),
        ("[a](https://doi.org/10.1/x.md)", "[a](https://doi.org/10.1/x.md)"),
        ("$[0, 1](x)$ and [1](2)", "$[0, 1](x)$ and [1](2)"),
    ],
)
def test_links_are_absolute(link, expected):
    assert independent(new_markdown_cell(link)).cells[1].source == expected


def test_code_stays_and_the_first_cell_takes_the_wheel():
    first, code = independent(new_code_cell("f[0](pca.ipynb)")).cells
    assert code.source == "f[0](pca.ipynb)" and first.source == first_cell(WHEEL)


def test_standard_error_is_dropped():
    outputs = [new_output("stream", name=name, text="a") for name in ("stdout", "stderr")]
    cell = independent(new_code_cell("1", outputs=outputs)).cells[1]
    assert cell.outputs == outputs[:1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    (folder / "aeutils-0.0.1-py3-none-any.whl").touch()
    return downloads.build_wheel(folder)


def test_the_wheel_has_every_file_of_the_package(wheel):
    files = {name for name in own_files(ROOT) if name.startswith("aeutils/")} - NOT_PACKED
    assert files and files <= set(zipfile.ZipFile(wheel).namelist())


def test_one_wheel_is_left_and_has_the_name_that_notebooks_use(wheel):
    assert [file.name for file in wheel.parent.iterdir()] == [downloads.wheel_name()]


def test_a_package_that_cannot_be_built_is_told(tmp_path, monkeypatch):
    failed = SimpleNamespace(returncode=1, stderr="no setuptools")
    monkeypatch.setattr(downloads.subprocess, "run", lambda *arguments, **options: failed)
    with pytest.raises(OSError, match="pip said:\nno setuptools"):
        downloads.build_wheel(tmp_path)


def menu():
    source = {"url": "../_sources/book/vae.ipynb", "text": ".ipynb", "icon": "file"}
    source |= {"type": "link", "label": "download-source-button", "tooltip": "Download"}
    paper = {"type": "javascript", "label": "download-pdf-button", "text": ".pdf"}
    return [{"label": "other"}, {"label": "download-buttons", "buttons": [source, paper]}]


def test_the_menu_offers_both_notebooks():
    context = {"page_source_suffix": ".ipynb", "header_buttons": menu()}
    downloads.offer(None, "book/vae", "page.html", context, None)
    source, results, paper = context["header_buttons"][1]["buttons"]
    assert (source["text"], results["text"]) == ("Notebook", "Notebook with results")
    assert source["url"] == "../_sources/book/vae.ipynb"
    assert results["url"] == "../_sources/book/vae-with-results.ipynb"
    assert results["icon"] == "file" and results["label"] == "download-results-button"
    assert paper == menu()[1]["buttons"][1]


def test_other_pages_keep_their_menu():
    context = {"page_source_suffix": ".md", "header_buttons": menu()}
    downloads.offer(None, "book/api", "page.html", context, None)
    assert context == {"page_source_suffix": ".md", "header_buttons": menu()}
    downloads.offer(None, "search", "search.html", {}, None)


@pytest.fixture
def app(tmp_path, monkeypatch):
    """Return a build of a notebook and of a page."""
    for folder in ("book", "html"):
        (tmp_path / folder).mkdir()
    cell = new_code_cell("print(1)", id="one")
    link = new_markdown_cell("[a](pca.ipynb)", id="two")
    write(new_notebook(cells=[cell, link]), tmp_path / "book" / "vae.ipynb")
    cell.outputs = [new_output("stream", text="1\n")]
    executed = CacheBundleIn(new_notebook(cells=[cell, link]), "book/vae.ipynb")
    cache = get_cache(tmp_path / "cache")
    cache.cache_notebook_bundle(executed, check_validity=False)
    monkeypatch.setattr(downloads, "build_wheel", lambda folder: folder / downloads.wheel_name())
    env = SimpleNamespace(
        found_docs={"book/vae", "book/api"},
        doc2path=lambda page: tmp_path / f"{page}{'.ipynb' if 'vae' in page else '.md'}",
        mystnb_config=SimpleNamespace(execution_cache_path=str(tmp_path / "cache")),
    )
    builder, config = SimpleNamespace(format="html"), SimpleNamespace(html_baseurl=ADDRESS)
    return SimpleNamespace(outdir=tmp_path / "html", env=env, builder=builder, config=config)


def test_both_notebooks_are_written(app):
    downloads.write_downloads(app, None)
    written = sorted((app.outdir / "_sources").rglob("*.*"))
    assert [file.name for file in written] == ["vae-with-results.ipynb", "vae.ipynb"]
    results, plain = (nbformat.read(file, 4) for file in written)
    for notebook in (results, plain):
        nbformat.validate(notebook)
        assert notebook.cells[0].source == first_cell(WHEEL)
        assert notebook.cells[2].source == f"[a]({ADDRESS}book/pca.html)"
    assert (plain.cells[1].outputs, results.cells[1].outputs[0].text) == ([], "1\n")


@pytest.mark.parametrize(("kind", "problem"), [("latex", None), ("html", ValueError("no"))])
def test_nothing_is_written_without_pages(app, kind, problem):
    app.builder.format = kind
    downloads.write_downloads(app, problem)
    assert list(app.outdir.iterdir()) == []
