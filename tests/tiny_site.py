"""A site of planted pages and notebooks, built as the book is: for the tests of its directives."""

from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from sphinx.application import Sphinx

OURS = "tools.formulas", "tools.reading", "tools.book_extension"


def plant(cache, path, outputs):
    """Write a notebook without outputs, and an executed copy into the cache."""
    cell = new_code_cell(f"report('{path.stem}')", id="planted")
    title = new_markdown_cell(f"# The {path.stem} chapter", id="title")
    kernel = {"name": "python3", "display_name": "Python 3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    notebook = new_notebook(cells=[title, cell], metadata=metadata)
    nbformat.write(notebook, path)
    cell.outputs, cell.execution_count = list(outputs), 1
    bundle = CacheBundleIn(notebook, str(path), data={"execution_seconds": 1.0})
    cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def build_site(root: Path, pages: Mapping[str, str], notebooks: Mapping[str, Sequence]) -> Path:
    """Build a book whose first page is its root, and return the folder of its HTML pages."""
    book, built = root / "book", root / "_build"
    book.mkdir()
    cache = get_cache(built / "cache")
    for name in sorted(notebooks):
        plant(cache, book / f"{name}.ipynb", notebooks[name])
    for name, text in pages.items():
        (book / f"{name}.md").write_text(text)
    first, *others = pages
    files = "".join(f"  - file: book/{name}\n" for name in [*others, *notebooks])
    (root / "_toc.yml").write_text(f"format: jb-book\nroot: book/{first}\nchapters:\n{files}")
    settings = {
        "extensions": ["myst_nb", "sphinx_external_toc", *OURS],
        "html_math_renderer": "mathml",
        "myst_enable_extensions": ["dollarmath"],
        "exclude_patterns": ["_build"],
        "nb_execution_mode": "cache",
        "nb_execution_cache_path": str(built / "cache"),
        # A second site in one process registers again what the first one has.
        "suppress_warnings": ["mystnb.unknown_mime_type", "app"],
    }
    html, trees, warnings = built / "html", built / "trees", StringIO()
    app = Sphinx(root, None, html, trees, "html", settings, status=None, warning=warnings)
    app.build()
    assert not warnings.getvalue(), warnings.getvalue()
    return html / "book"
