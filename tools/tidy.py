"""The last step of a build: each page becomes valid HTML that a browser shows at once.

What themes and extensions write is parsed, repaired where a validator finds an error, and written
again. Scripts wait until the page is shown, those of an explorer until it comes near, all style
sheets become one (`tools/styles.py`), and a figure too small for a phone scrolls there.
"""

import re
from functools import cache
from os.path import relpath
from pathlib import Path

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EntitySubstitution
from bs4.formatter import HTMLFormatter
from matplotlib import rc_params_from_file
from PIL import Image
from sphinx.application import Sphinx

from tools import styles

FONT = Path("_static", "STIXTwoMath.woff2")
STYLE = Path(__file__).parents[1] / "aeutils" / "book.mplstyle"
READABLE = 9  # pixels that a text of the usual size has at least, on any window
PHONE = 390 - 48 - 20  # pixels that a phone leaves for a figure within its white edge
INCH = 72  # points
COLOUR = re.compile(r'html\[data-theme="(\w+)"\] \.highlight(?: \.(\w+))? \{ ([^}]*?);? \}')
VIEW = re.compile(r'viewBox="0 0 (\d+) (\d+)"')
CHOICE = 'localStorage.getItem("theme") || "auto"'
PREFERRED = '(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")'
ON_PAPER = """
let theme;
addEventListener("beforeprint", () => {
  theme = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
});
addEventListener("afterprint", () => { document.documentElement.dataset.theme = theme; });
"""
BLOCKS = ["address", "blockquote", "div", "dl", "figure", "ol", "p", "pre", "table", "ul"]
BOOLEANS = {"async", "checked", "defer", "disabled", "hidden", "multiple", "open", "required"}
FETCH = """
const near = new IntersectionObserver(entries => {
  for (const {target} of entries.filter(entry => entry.isIntersecting)) {
    near.unobserve(target);
    const script = document.createElement("script");
    script.src = target.dataset.script;
    document.body.append(script);
  }
}, {rootMargin: "100%"});
for (const host of document.querySelectorAll("[data-script]")) near.observe(host);
"""
INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta http-equiv="refresh" content="0; url={page}">
<link rel="canonical" href="{address}">
</head>
<body><p><a href="{page}">{title}</a></p></body>
</html>
"""


class Valid(HTMLFormatter):
    """How elements are written: attributes in their order, those that are true by their name."""

    def attributes(self, tag: Tag) -> list[tuple[str, str | None]]:
        """Return names and values; a value of ``None`` is left out."""
        return [(key, None if key in BOOLEANS else value) for key, value in tag.attrs.items()]


VALID = Valid(entity_substitution=EntitySubstitution.substitute_xml, void_element_close_prefix=None)


def colourless(css: str) -> set[str]:
    """Return the classes of Pygments that have the colour of all code, in light and in dark."""
    rules = {(mode, name): rule for mode, name, rule in COLOUR.findall(css)}
    modes = {mode for mode, _ in rules}
    plain = {mode: rules[mode, ""].rpartition("; ")[2] for mode in modes}
    names = {name for _, name in rules if name}
    return {n for n in names if all(rules.get((mode, n)) == plain[mode] for mode in modes)}


def leave_plain(page: str, names: set[str]) -> str:
    """Take the spans away that colour nothing: half of the elements of a page with much code."""
    classes = "|".join(sorted(names))
    return re.sub(f'<span class="(?:{classes})">([^<]*)</span>', r"\1", page) if names else page


def repair(soup: BeautifulSoup) -> None:
    """Put right what HTML forbids, and name what has no name for those who do not see it."""
    for title in soup.select("summary > p"):
        title.name = "span"
    for paragraph in soup.find_all("p"):
        if paragraph.find(BLOCKS):
            paragraph.name = "div"
    for block in soup.select("pre div"):
        block.name = "span"
    for inner in soup.select("ul > ul"):
        inner.wrap(soup.new_tag("li"))
    # docutils calls the references a list, but its entries no items of one.
    for element in soup.select("main[role], .citation-list[role]"):
        del element["role"]
    for button in soup.find_all("button"):
        button.attrs.setdefault("type", "button")
        if "title" in button.attrs and not button.get_text(strip=True):
            button.attrs.setdefault("aria-label", button["title"])
    for sheet in soup.select("body style:not([scoped], svg style)"):
        soup.head.append(sheet)
    for sheet in soup.select("body style[scoped]"):  # of pandas: the book has its own
        sheet.decompose()
    for cell in soup.find_all("th"):
        cell.attrs.pop("valign", None)
        if not cell.get_text(strip=True):
            cell.name = "td"
        elif "scope" not in cell.attrs:
            cell["scope"] = "col" if cell.find_parent("thead") else "row"


def wait(soup: BeautifulSoup, options: Path) -> None:
    """Let the scripts of the head run after the page is shown, in their order.

    Inline scripts of Sphinx set options in an object that a small file makes: it goes in line too.
    """
    for link in soup.select('head link[rel="preload"][as="script"]'):
        link.decompose()
    for script in soup.select("head script[src]"):
        if options.name in script["src"]:
            del script["src"]
            script.string = options.read_text(encoding="utf-8")
        else:
            script["defer"] = ""


def show_theme(soup: BeautifulSoup) -> None:
    """Give a page its colours before it is shown, and not only when the theme's script runs.

    Without scripts it is light, and so it is on paper. The logo is the same in both, so it stands
    there once.
    """
    for page in soup.select("html[data-theme]"):
        page["data-theme"] = "light"
    for script in soup.select("head script:not([src])"):
        if CHOICE in (script.string or ""):
            chosen = script.string.replace(CHOICE, CHOICE.replace('"auto"', PREFERRED))
            script.string = chosen + ON_PAPER
    for image in soup.select("img.logo__image.only-dark"):
        image.decompose()
    for image in soup.select("img.logo__image.only-light"):
        image["class"].remove("only-light")


def set_aside(soup: BeautifulSoup, folder: Path, site: Path) -> None:
    """Keep script and numbers of an explorer in a file, which a page fetches when it comes near.

    Until then the still picture stands there. An output alone, in a notebook, keeps its script.
    """
    scripts = soup.select("[data-explorer]:not([data-script]) + script")
    for script in scripts:
        host = script.find_previous_sibling("div")
        file = site / "_static" / "explorers" / f"{host['data-explorer']}.js"
        file.parent.mkdir(exist_ok=True)
        file.write_text(script.string, encoding="utf-8")
        host["data-script"] = relpath(file, folder)
        script.decompose()
    if scripts:
        fetch = soup.new_tag("script")
        fetch.string = FETCH
        soup.body.append(fetch)


def keep_room(soup: BeautifulSoup) -> None:
    """Mark a text with contents at its side, which come after it and would push it aside."""
    text = soup.select_one(".bd-content:has(> .bd-sidebar-secondary)")
    if text and "beside-contents" not in text["class"]:
        text["class"].append("beside-contents")


def fetch_font(soup: BeautifulSoup, font: str) -> None:
    """Fetch the font of the formulas at once where there are some, so that no line moves later."""
    if soup.find("math") and not soup.select('link[rel="preload"][as="font"]'):
        kind = {"rel": "preload", "as": "font", "type": "font/woff2", "crossorigin": "anonymous"}
        soup.head.append(soup.new_tag("link", attrs={**kind, "href": font}))


def measure(soup: BeautifulSoup, folder: Path) -> None:
    """Give the images of a text their size and the wish to be loaded late.

    With a size nothing moves when they arrive. The cover stands at the top, and does not wait.
    """
    for image in soup.select("article img[src]"):
        file = folder / image["src"]
        if "width" not in image.attrs and file.suffix in (".png", ".svg") and file.is_file():
            image["width"], image["height"] = map(str, size_of(file.resolve()))
        if "loading" not in image.attrs and "cover" not in image.get_attribute_list("class"):
            image["loading"], image["decoding"] = "lazy", "async"


@cache
def size_of(file: Path) -> tuple[int, int]:
    """Return width and height of an image in pixels; those of a drawing are its view box."""
    if file.suffix == ".svg":
        return tuple(map(int, VIEW.search(file.read_text(encoding="utf-8")).groups()))
    with Image.open(file) as image:
        return image.size


def scroll(soup: BeautifulSoup, folder: Path) -> None:
    """Let each figure scroll in a frame of its own where its text would become too small."""
    for image in soup.select('.cell_output img[src$=".png"]'):
        width = readable_width((folder / image["src"]).resolve())
        if width is None or image.find_parent(class_="figure-scroll"):
            continue
        shown = image.parent if image.parent.name == "a" else image
        frame = shown.wrap(soup.new_tag("div"))
        frame["class"] = ["figure-scroll", "wide"] if width > PHONE else ["figure-scroll"]
        frame["style"] = f"--readable: {width}px"


@cache
def readable_width(file: Path) -> int | None:
    """Return how wide a figure has to be shown for its text to be readable, in pixels.

    Nothing is returned for an image that does not say how many dots an inch it has.
    """
    with Image.open(file) as image:
        dots, width = image.info.get("dpi", (0, 0))[0], image.width
    text = rc_params_from_file(STYLE, use_default_template=False)["font.size"] * dots / INCH
    return round(width * READABLE / text) if text else None


def finish_site(app: Sphinx, problem: Exception | None) -> None:
    """Repair all pages, give them one style sheet, and write the page of the address alone."""
    if problem is not None or app.builder.name != "html":
        return
    site = Path(app.outdir)
    start = f"{app.config.master_doc}.html"
    address = app.config.html_baseurl + start
    text = INDEX.format(
        title=app.config.html_title or app.config.project, page=start, address=address
    )
    (site / "index.html").write_text(text, encoding="utf-8")
    names = colourless((site / "_static" / "pygments.css").read_text(encoding="utf-8"))
    pages = {
        file: parse(leave_plain(file.read_text(encoding="utf-8"), names))
        for file in sorted(site.rglob("*.html"))
    }
    for file, soup in pages.items():
        repair(soup)
        wait(soup, site / "_static" / "documentation_options.js")
        show_theme(soup)
        set_aside(soup, file.parent, site)
        keep_room(soup)
        fetch_font(soup, relpath(site / FONT, file.parent))
        measure(soup, file.parent)
        scroll(soup, file.parent)
    styles.unite(site, pages, app.config.notfound_urls_prefix)
    for file, soup in pages.items():
        file.write_text(soup.decode(formatter=VALID), encoding="utf-8")


def read(file: Path) -> BeautifulSoup:
    """Return a page, parsed as it stands."""
    return parse(file.read_text(encoding="utf-8"))


def parse(page: str) -> BeautifulSoup:
    """Return the tree of a page."""
    return BeautifulSoup(page, "html.parser")


def setup(app: Sphinx) -> dict[str, object]:
    """Register the step with Sphinx, after all others."""
    app.connect("build-finished", finish_site, priority=950)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
