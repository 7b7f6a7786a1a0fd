"""One style sheet for all pages, without the rules that no page uses.

The theme brings 400 kB of rules, most of them for parts that this book does not have. A selector
stays if each class and each id in it stands in a page or in a script; what stands inside of
`:not(...)` and the like does not count.
"""

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from os.path import relpath
from pathlib import Path

import tinycss2
from bs4 import BeautifulSoup
from tinycss2.ast import AtRule, Node, QualifiedRule

FILE = Path("_static", "book.css")
LINKS = 'head link[rel="stylesheet"]'
WORD = re.compile(r"[\w-]+")
RULES_INSIDE = {"media", "supports", "layer", "container"}


def located(site: Path, page: Path, address: str, top: str) -> Path:
    """Return the file that a page addresses; `top` is the address of the site on its host."""
    path = address.partition("?")[0]
    found = site / path.removeprefix(top) if path.startswith("/") else page.parent / path
    return found.resolve()


def unite(site: Path, pages: dict[Path, BeautifulSoup], top: str) -> None:
    """Write the style sheet of a site and link it from each page in place of the others.

    A page of an earlier build, which has the link already, gets that to the new sheet.
    """
    known = words(site, pages.values())
    sheets: dict[Path, str] = {}
    for file, page in pages.items():
        for link in page.select(LINKS):
            sheet = located(site, file, link["href"], top)
            sheets.setdefault(sheet, link.get("media", ""))
    sheets.pop((site / FILE).resolve(), None)
    if not sheets:
        return
    text = "".join(wrapped(sheet, media, known, site.resolve()) for sheet, media in sheets.items())
    (site / FILE).write_text(text, encoding="utf-8")
    version = sha256(text.encode()).hexdigest()[:8]
    for file, page in pages.items():
        link_alone(page, f"{relpath(site / FILE, file.parent)}?v={version}", top)


def link_alone(page: BeautifulSoup, address: str, top: str) -> None:
    """Put one link where the first style sheet of a page stood.

    A page that is shown at any address has links that begin at the top.
    """
    first, *others = page.select(LINKS) or [None]
    if first is not None:
        address = top + address if first["href"].startswith("/") else address
        first.attrs = {"rel": "stylesheet", "href": address}
    for link in others:
        link.decompose()


def words(site: Path, pages: Iterable[BeautifulSoup]) -> set[str]:
    """Return all classes and ids of the pages, and all words of their scripts."""
    found: set[str] = set()
    scripts: set[Path] = set(site.glob("_static/**/*.js"))
    for page in pages:
        for element in page.find_all(True):
            found.update(element.get_attribute_list("class", []))
            found.add(element.get("id", ""))
            if element.name == "script":
                found.update(WORD.findall(element.string or ""))
    for file in scripts:
        if file.name != "fontawesome.js":
            found.update(WORD.findall(file.read_text(encoding="utf-8")))
    return found


def wrapped(sheet: Path, media: str, known: set[str], site: Path) -> str:
    """Return the rules of a sheet that are used, within the condition of its link."""
    text = used(sheet, known, site)
    return f"@media {media}{{{text}}}" if media else text


def used(sheet: Path, known: set[str], site: Path) -> str:
    """Return the rules of a sheet that are used, those of imported sheets first."""
    rules = tinycss2.parse_stylesheet(
        sheet.read_text(encoding="utf-8"), skip_comments=True, skip_whitespace=True
    )
    return "".join(written(rule, known, sheet, site) for rule in rules)


def written(rule: Node, known: set[str], sheet: Path, site: Path) -> str:
    """Return a rule with the selectors that are used, or nothing."""
    if isinstance(rule, AtRule):
        return written_at(rule, known, sheet, site)
    if not isinstance(rule, QualifiedRule):
        raise ValueError(f"{sheet}, line {rule.source_line}: this is no rule.")
    kept = [part for part in selectors(rule.prelude) if is_used(part, known)]
    if not kept:
        return ""
    head = ",".join(tinycss2.serialize(part).strip() for part in kept)
    return f"{head}{{{compact(rule.content, sheet, site)}}}\n"


def written_at(rule: AtRule, known: set[str], sheet: Path, site: Path) -> str:
    """Return an at-rule: an import as the rules themselves, a condition with what is used in it."""
    name = rule.lower_at_keyword
    if name == "import":
        (address,) = (token.value for token in rule.prelude if token.type in ("string", "url"))
        return used((sheet.parent / address).resolve(), known, site)
    head = f"@{name} {tinycss2.serialize(rule.prelude).strip()}"
    if rule.content is None:
        return "" if name == "charset" else f"{head};"
    if name in RULES_INSIDE:
        rules = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
        inside = "".join(written(one, known, sheet, site) for one in rules)
        return f"{head}{{{inside}}}\n" if inside else ""
    return f"{head}{{{compact(rule.content, sheet, site)}}}\n"


def selectors(prelude: list[Node]) -> Iterator[list[Node]]:
    """Yield the selectors of a rule."""
    part: list[Node] = []
    for token in prelude:
        if token == ",":
            yield part
            part = []
        else:
            part.append(token)
    yield part


def is_used(selector: list[Node], known: set[str]) -> bool:
    """Whether each class and each id of a selector stands on a page or in a script."""
    before: Node | None = None
    for token in selector:
        named = token.type == "hash" or (token.type == "ident" and before == ".")
        if named and token.value not in known:
            return False
        before = token
    return True


def compact(content: list[Node], sheet: Path, site: Path) -> str:
    """Return declarations without comments, their files addressed from the new sheet."""
    return re.sub(r"\s+", " ", tinycss2.serialize(list(moved(content, sheet, site)))).strip(" ;")


def moved(content: Iterable[Node], sheet: Path, site: Path) -> Iterator[Node]:
    """Yield the tokens of a rule with the addresses of files as the new sheet has to name them."""
    for token in content:
        address = address_in(token)
        if token.type == "comment":
            continue
        if address is None or ":" in address or address.startswith("#"):
            yield token
        else:
            path, mark, rest = address.partition("?")
            file = relpath(sheet.parent / path, (site / FILE).parent)
            yield from tinycss2.parse_component_value_list(f'url("{file}{mark}{rest}")')


def address_in(token: Node) -> str | None:
    """Return the address in `url(...)`, with or without quotation marks."""
    if token.type == "function" and token.lower_name == "url":
        return next((one.value for one in token.arguments if one.type == "string"), None)
    return token.value if token.type == "url" else None
