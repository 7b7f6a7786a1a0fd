"""Sphinx extension of this book: what its pages say about the book itself, taken from the build.

Seven directives, each without arguments:

``chapters``
    The chapters of the numbered parts of ``_toc.yml``, each with its question.
``run-times``
    How long each notebook ran, on what and when.
``machine``
    Scale, backend, hardware and versions of this build.
``scoreboard`` and ``scoreboard-picture``
    All metrics beside their baselines and the published values: see ``scoreboard.py``.
``claims`` and ``claim-count``
    All claims with this run's numbers and those of the reference runs: see ``claims.py``.
"""

from __future__ import annotations

import gc
import os
import platform
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import nbformat
from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective
from sphinx_external_toc.parsing import parse_toc_yaml

from tools.claims import claim_count, claims
from tools.scoreboard import add_script, results_of, scoreboard, scoreboard_picture
from tools.search_words import AddSearchWords
from tools.tables import link, table

OPENING = re.compile(r"\A# (?P<title>[^\n]+)\n\n([*_])(?P<question>(?!\2).+?)\2(?!\w)", re.DOTALL)
BACKENDS = {"tensorflow": ("tensorflow", "tensorflow-cpu"), "jax": ("jax", "jaxlib")}
PACKAGES = ("keras", "numpy", "scikit-learn", "matplotlib", "jupyter-book", "Sphinx")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
GIBIBYTE = 2**30


class Chapters(SphinxDirective):
    """List the chapters with their questions, part by part, in the order of ``_toc.yml``."""

    def run(self) -> list[nodes.Node]:
        """Return one container that holds a heading and a definition list for each part."""
        container = nodes.container(classes=["chapters"])
        self.env.note_dependency(self.config.external_toc_path)
        for caption, documents in numbered_parts(self.config.external_toc_path):
            container += nodes.rubric(text=caption)
            entries = [self.entry(name) for name in documents]
            container += self.parse_text_to_nodes("\n\n".join(entries))
        return [container]

    def entry(self, docname: str) -> str:
        """Return one chapter as an item of a definition list in Markdown."""
        path = Path(self.env.srcdir, f"{docname}.ipynb")
        self.env.note_dependency(str(path))
        title, question = title_and_question(path)
        return f"[{title}](/{path.relative_to(self.env.srcdir).as_posix()})\n: {question}"


def numbered_parts(toc: str) -> list[tuple[str, list[str]]]:
    """Return caption and chapters of the numbered parts of a table of contents, without suffix."""
    parts = [part for part in parse_toc_yaml(toc).root.subtrees if part.numbered]
    return [
        (part.caption or "", [str(item).removesuffix(".ipynb") for item in part.items])
        for part in parts
    ]


def title_and_question(path: Path) -> tuple[str, str]:
    """Return the title of a chapter and its question, as Markdown on one line.

    Raises
    ------
    ExtensionError
        If the first Markdown cell is not a title with a question in italics below it.
    """
    cells = nbformat.read(path, as_version=4).cells
    opening = next((cell.source for cell in cells if cell.cell_type == "markdown"), "")
    match = OPENING.match(opening)
    if match is None:
        raise ExtensionError(
            f"{path.name} must open with '# Title' and the question in italics below it: "
            "the table of chapters shows both."
        )
    return match["title"].strip(), " ".join(match["question"].split())


class LateTable(nodes.General, nodes.Element):
    """Stands for a table whose content is known only when all pages have been read."""


class LateTableDirective(SphinxDirective):
    """Put a placeholder whose ``kind`` is the name of the directive."""

    def run(self) -> list[nodes.Node]:
        """Return the placeholder."""
        return [LateTable(kind=self.name, docname=self.env.docname)]


class FillTables(SphinxPostTransform):
    """Replace the placeholders by their tables, before the links in them are resolved."""

    default_priority = 8

    def run(self, **kwargs: object) -> None:
        """Fill each placeholder of the page."""
        for placeholder in list(self.document.findall(LateTable)):
            placeholder.replace_self(TABLES[placeholder["kind"]](self.env))


def pages_with_tables(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Have the pages with placeholders written at each build, though their source is the same."""
    return [name for name in env.found_docs if any(env.get_doctree(name).findall(LateTable))]


def mark_chinese(app: Sphinx, doctree: nodes.document) -> None:
    """Name the language of the Chinese terms of the glossary, for fonts and screen readers."""
    for term in doctree.findall(nodes.term):
        if CHINESE.search(term.astext()):
            term["classes"].append("language-zh-Hans")


def run_times(env: BuildEnvironment) -> nodes.Node:
    """Return the table of run times, the longest first, with their sum.

    A notebook that came from the cache shows the run that filled the cache.
    """
    runs = {
        name: data["exec_data"]
        for name, data in NbMetadataCollector.get_doc_data(env).items()
        if data.get("exec_data")
    }
    order = sorted(runs, key=lambda name: runs[name]["runtime"] or 0, reverse=True)
    rows = []
    for name in order:
        seconds = runs[name]["runtime"]
        time = "unknown" if seconds is None else f"{seconds:.1f}"
        when = datetime.fromtimestamp(runs[name]["mtime"], UTC).strftime("%Y-%m-%d %H:%M")
        rows.append([link(env, name), time, device_of(env, name), when])
    total = sum(runs[name]["runtime"] or 0 for name in order)
    rows.append(["Sum of the times above", f"{total:.1f}", "", ""])
    return table(["Notebook", "Run time (s)", "Device", "Executed (UTC)"], rows, "run-times")


def device_of(env: BuildEnvironment, docname: str) -> str:
    """Return the device that the results in the cached outputs of a notebook name."""
    results = results_of(env, docname)
    return results["device"] if results else "–"


def machine(env: BuildEnvironment) -> nodes.Node:
    """Return the table of what made this build."""
    return table(["This build", ""], [list(row) for row in machine_rows()], "machine")


def machine_rows() -> Iterator[tuple[str, str]]:
    """Yield name and value of what a run time and a number can depend on."""
    backend = os.environ.get("KERAS_BACKEND") or "tensorflow"
    folder = os.environ.get("AEUTILS_DATA_DIR")
    yield "Pages built (UTC)", datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
    if commit := output_of("git", "rev-parse", "--short", "HEAD"):
        yield "Commit", commit
    yield "Scale", os.environ.get("AEUTILS_SCALE") or "small"
    yield "Backend", backend
    yield "Data", "from AEUTILS_DATA_DIR" if folder else "bundled, or downloaded"
    yield "Processor", f"{processor()}, {len(os.sched_getaffinity(0))} cores for this build"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIBIBYTE
    yield "Memory", f"{memory:.0f} GiB"
    gpus = output_of("nvidia-smi", "--query-gpu=name", "--format=csv,noheader").splitlines()
    yield "GPU", ", ".join(gpus) or "none"
    yield "System", f"{platform.system()} {platform.machine()}"
    yield "Python", platform.python_version()
    for name, packages in {**BACKENDS, "": PACKAGES}.items():
        use = "" if name in (backend, "") else f", for what a chapter computes with {name} by name"
        for package in packages:
            if version := version_of(package):
                yield package, version + use


def processor() -> str:
    """Return the name of the processor, as exactly as the system tells it."""
    info = Path("/proc/cpuinfo")
    text = info.read_text(encoding="utf-8") if info.exists() else ""
    match = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return match[1].strip() if match else platform.processor() or platform.machine()


def version_of(package: str) -> str | None:
    """Return the installed version of a package, or ``None``."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def output_of(*command: str) -> str:
    """Return what a command prints, or nothing when it is absent or fails."""
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return run.stdout.strip()


TABLES = {
    "run-times": run_times,
    "machine": machine,
    "scoreboard": scoreboard,
    "scoreboard-picture": scoreboard_picture,
    "claims": claims,
    "claim-count": claim_count,
}


def setup(app: Sphinx) -> dict[str, object]:
    """Register the directives with Sphinx."""
    # To search the trees of all pages for garbage again and again takes a tenth of the build.
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 50)
    app.connect("build-finished", lambda *_: gc.set_threshold(*before), priority=1000)
    app.add_node(LateTable)
    app.add_directive("chapters", Chapters)
    for name in TABLES:
        app.add_directive(name, LateTableDirective)
    app.add_post_transform(FillTables)
    app.add_config_value("search_words", {}, "env", types=dict)
    app.add_transform(AddSearchWords)
    app.connect("doctree-read", mark_chinese)
    app.connect("env-updated", pages_with_tables)
    app.connect("html-page-context", add_script)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
