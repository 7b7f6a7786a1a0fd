"""The glossary: in order, in two languages, and with a link for each term and for each chapter."""

import re

import pytest
import yaml
from contract_cells import BOOK, ROOT, contents

CHINESE = re.compile(r"[\u4e00-\u9fff]")
LINK = re.compile(r"\[\]\(([^)]+)\)\Z")
SENTENCES = 2
SOURCE = (BOOK / "glossary.md").read_text(encoding="utf-8")


def entries(source: str) -> list[tuple[list[str], str]]:
    """Names and definition of each entry of the directive ``glossary``."""
    body = re.search(r"```\{glossary\}\n(.*?)\n```", source, flags=re.DOTALL)[1]
    found = []
    for block in re.split(r"\n\n+", body):
        lines = block.splitlines()
        names = [line for line in lines if not line.startswith(" ")]
        definition = " ".join(line.strip() for line in lines if line.startswith(" "))
        found.append((names, definition))
    return found


def sort_key(term: str) -> str:
    """Letters, digits and spaces of a term."""
    return re.sub(r"[^a-z0-9 ]", "", term.lower())


def chapters() -> list[str]:
    """Chapters of the numbered parts of `_toc.yml`."""
    parts = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))["parts"]
    numbered = [part for part in parts if part.get("numbered", True)]
    return [chapter["file"] for part in numbered for chapter in part["chapters"]]


def order_problems(source: str) -> list[str]:
    """Terms that stand after one that should follow them, or twice."""
    keys = [sort_key(names[0]) for names, _ in entries(source)]
    pairs = zip(keys, keys[1:], strict=False)
    return [f"{later} stands after {earlier}" for earlier, later in pairs if earlier >= later]


def entry_problems(source: str) -> list[str]:
    """Entries without a Chinese term, a short definition, or a link to a page of the book."""
    problems = []
    for names, definition in entries(source):
        term = names[0]
        if len(names) != 2 or CHINESE.search(term) or not CHINESE.search(names[-1]):
            problems.append(f"{term} needs an English and a Chinese term, it has {names}")
        link = LINK.search(definition)
        prose = LINK.sub("", definition).strip()
        if len(prose.split()) < 4 or not prose.endswith("."):
            problems.append(f"{term} has no definition")
        if len(re.findall(r"[.](?:\s|$)", prose)) > SENTENCES:
            problems.append(f"{term} is explained at too great length")
        page = f"book/{link[1].removesuffix('.ipynb')}" if link else ""
        if page not in contents() or not (BOOK / link[1]).is_file():
            problems.append(f"{term} links to no page of the book")
    return problems


def chapter_problems(source: str, wanted: list[str]) -> list[str]:
    """Chapters to which no entry leads."""
    links = [LINK.search(definition) for _, definition in entries(source)]
    linked = {f"book/{link[1].removesuffix('.ipynb')}" for link in links if link}
    return [f"no term leads to {chapter}" for chapter in wanted if chapter not in linked]


def test_terms_are_in_alphabetical_order():
    assert order_problems(SOURCE) == []


def test_each_term_has_chinese_a_definition_and_a_link():
    assert entry_problems(SOURCE) == []


def test_each_chapter_is_linked():
    assert chapter_problems(SOURCE, chapters()) == []


def test_there_are_terms_and_chapters():
    assert len(entries(SOURCE)) >= 60 and {"book/pca", "book/vae"} <= set(chapters())


ALPHA = "alpha\n阿尔法\n  The first letter of them all. [](pca.ipynb)"
BETA = "beta\n贝塔\n  The letter that comes next. [](vae.ipynb)"


def planted(*blocks: str) -> str:
    """A page with these entries."""
    return "# Glossary\n\n```{glossary}\n" + "\n\n".join(blocks) + "\n```\n"


def test_a_good_page_has_no_problem():
    page = planted(ALPHA, BETA)
    assert order_problems(page) + entry_problems(page) == []
    assert chapter_problems(page, ["book/pca", "book/vae"]) == []


@pytest.mark.parametrize("blocks", [(BETA, ALPHA), (ALPHA, ALPHA)])
def test_wrong_order_is_found(blocks):
    assert len(order_problems(planted(*blocks))) == 1


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("\n阿尔法", ""),
        ("阿尔法", "alfa"),
        ("alpha", "阿"),
        ("The first letter of them all. ", ""),
        ("of them all. ", "of them all "),
        ("all.", "all. It is Greek. It is old. It is short."),
        (" [](pca.ipynb)", ""),
        ("pca.ipynb", "absent.ipynb"),
        ("pca.ipynb", "pca.md"),
        ("pca.ipynb", "https://host.example/pca"),
    ],
)
def test_a_broken_entry_is_found(good, bad):
    assert good in ALPHA
    assert len(entry_problems(planted(ALPHA.replace(good, bad), BETA))) == 1


def test_a_chapter_without_a_term_is_found():
    assert chapter_problems(planted(ALPHA), ["book/pca", "book/vae"]) == [
        "no term leads to book/vae"
    ]
