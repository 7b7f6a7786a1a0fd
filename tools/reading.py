"""Sphinx extension: the role ``reading``, how long pages of this book take to read.

``{reading}`pca vanilla` `` becomes the sum of the minutes that stand at the top of these pages,
which lie beside the page with the role. The number is taken from the build, so that a plan of
several chapters never contradicts the chapters.
"""

from pathlib import PurePosixPath

from docutils import nodes
from myst_nb.sphinx_ import SelectMimeType
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxRole

from tools.pages import minutes

HOUR = 60


class ReadingTime(nodes.Inline, nodes.Element):
    """Stands for a time that is known only when all pages have been read."""


class Reading(SphinxRole):
    """Put a placeholder for the time that the named pages take."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the placeholder."""
        folder = PurePosixPath(self.env.docname).parent
        self.env.metadata[self.env.docname]["has_reading_times"] = True
        return [ReadingTime(pages=[str(folder / name) for name in self.text.split()])], []


class FillTimes(SphinxPostTransform):
    """Replace the placeholders by their times."""

    default_priority = 8

    def run(self, **kwargs: object) -> None:
        """Fill each placeholder of the page."""
        placeholders = list(self.document.findall(ReadingTime))
        pages = {page for placeholder in placeholders for page in placeholder["pages"]}
        times = {page: minutes_of(self.env, page) for page in pages}
        for placeholder in placeholders:
            total = sum(times[page] for page in placeholder["pages"])
            placeholder.replace_self(nodes.Text(in_words(total)))


def minutes_of(env: BuildEnvironment, page: str) -> int:
    """Return what stands at the top of a page: its outputs count in the form that is shown.

    Raises
    ------
    ExtensionError
        If there is no such page.
    """
    if page not in env.found_docs:
        raise ExtensionError(f"{page} is no page of this book: name files beside the page.")
    document = env.get_doctree(page)
    SelectMimeType(document).run()
    return minutes(document)


def in_words(total: int) -> str:
    """Return minutes as hours and minutes."""
    hours, rest = divmod(total, HOUR)
    parts = [(hours, "hour"), (rest, "minute")]
    return " ".join(f"{n} {word}{'s' * (n > 1)}" for n, word in parts if n)


def pages_with_times(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Have the pages with placeholders written at each build, though their source is the same."""
    return [name for name in env.found_docs if "has_reading_times" in env.metadata[name]]


def setup(app: Sphinx) -> dict[str, object]:
    """Register the role with Sphinx."""
    app.add_node(ReadingTime)
    app.add_role("reading", Reading())
    app.add_post_transform(FillTimes)
    app.connect("env-updated", pages_with_times)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
