"""What each page tells search engines, and what it makes a browser load.

The address of the pages follows from that of the repository in `_config.yml`, as its host publishes
them. From it come the canonical address of each page, the site map, the card that is shown where
somebody shares a link, and the links of the page that stands for one that does not exist.
"""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

from docutils import nodes
from PIL import Image
from sphinx.application import Sphinx
from sphinx.config import Config

from tools.book_extension import numbered_parts

TAG = re.compile(r"<[^>]*>")
VIEWPORT = re.compile(r'<meta [^>]*name="viewport"[^>]*>\s*')
ROBOTS = "User-agent: *\nAllow: /\nSitemap: {address}sitemap.xml\n"
COLOURS = 256
WORDS_A_MINUTE, LINES_A_MINUTE = 200, 20
TOP = """<nav class="where" aria-label="Place in the book">
<span>{part}</span><span>{place} of {number}</span>
<span title="{words} words a minute, {lines} lines of code">{minutes} minutes to read</span>
{links}</nav>"""
LINK = '<a rel="{rel}" href="{link}" aria-label="{name}: {title}">{name}</a>'


def pages_address(repository: str) -> str:
    """Return where the pages of a repository are published, with a slash at the end.

    Raises
    ------
    ValueError
        If the address of the repository does not end in an owner and a name.
    """
    parts = urlsplit(repository).path.strip("/").split("/")
    if len(parts) != 2 or not all(parts):
        raise ValueError(
            f"{repository} is no address of a repository: repository.url of _config.yml has to "
            "end in /OWNER/NAME."
        )
    owner, name = parts
    return f"https://{owner.lower()}.github.io/{name}/"


def set_address(app: Sphinx, config: Config) -> None:
    """Tell all that need it the address of the pages; `html_baseurl` names another one."""
    address = config.html_baseurl or pages_address(config.html_theme_options["repository_url"])
    config.html_baseurl = config.ogp_site_url = address
    config.notfound_urls_prefix = urlsplit(address).path


def finish(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Say below the title of a chapter where it stands.

    What docutils says of the window Sphinx says as well, so it is left out.
    """
    context["metatags"] = VIEWPORT.sub("", context.get("metatags", ""))
    if "body" in context:
        title, heading_end, rest = context["body"].partition("</h1>")
        top = where(app, page, doctree, context) if heading_end else ""
        context["body"] = title + heading_end + top + rest


def where(app: Sphinx, page: str, doctree: nodes.document, context: dict) -> str:
    """Return a line on the place of a chapter in the book, with its neighbours; else nothing."""
    parts = numbered_parts(app.config.external_toc_path)
    part_of = {name: caption for caption, documents in parts for name in documents}
    if page not in part_of:
        return ""
    links = [
        LINK.format(rel=rel, link=found["link"], name=name, title=TAG.sub("", found["title"]))
        for rel, name in (("prev", "Previous"), ("next", "Next"))
        if (found := context.get(rel))
    ]
    return TOP.format(
        part=part_of[page],
        place=list(part_of).index(page) + 1,
        number=len(part_of),
        words=WORDS_A_MINUTE,
        lines=LINES_A_MINUTE,
        minutes=minutes(doctree),
        links="".join(links),
    )


def minutes(doctree: nodes.document) -> int:
    """Return how long a page takes to read, rounded to five minutes."""
    lines = sum(len(n.astext().splitlines()) for n in doctree.findall(nodes.literal_block))
    words = sum(len(n.astext().split()) for n in doctree.findall(nodes.paragraph))
    return max(5, 5 * round((words / WORDS_A_MINUTE + lines / LINES_A_MINUTE) / 5))


def end(app: Sphinx, problem: Exception | None) -> None:
    """Make the figures of the pages lighter, and tell search engines where the site map is."""
    if problem is not None or app.builder.format != "html":
        return
    text = ROBOTS.format(address=app.config.html_baseurl)
    Path(app.outdir, "robots.txt").write_text(text, encoding="utf-8")
    figures = Path(app.outdir, app.builder.imagedir).glob("*.png")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lighten, figures))  # a list, or an error were lost


def lighten(file: Path) -> None:
    """Write an opaque image with a table of its 256 most needed colours, where that is smaller."""
    with Image.open(file) as image:
        if image.mode == "P" or image.convert("RGBA").getextrema()[3][0] < 255:
            return
        dots = image.info.get("dpi")
        few = image.convert("RGB").quantize(
            COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
        )
    written = BytesIO()
    few.save(written, "PNG", optimize=True, dpi=dots)
    if len(written.getvalue()) < file.stat().st_size:
        file.write_bytes(written.getvalue())


def setup(app: Sphinx) -> dict[str, object]:
    """Register the steps with Sphinx."""
    app.connect("config-inited", set_address, priority=400)
    app.connect("html-page-context", finish, priority=900)
    app.connect("build-finished", end)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
