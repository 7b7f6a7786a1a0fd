"""Words under which a section of a page is found first, though its heading says something else.

`_config.yml` names them under ``search_words``: for each page its words, and for each of these the
anchor of a section. They become main entries of the index, which the search ranks above all others.
"""

from docutils import nodes
from sphinx import addnodes
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform


class AddSearchWords(SphinxTransform):
    """Put an entry of the index into each section that is to be found by a word."""

    default_priority = 700  # Sphinx collects the entries of the index at 850

    def apply(self, **kwargs: object) -> None:
        """Enter the words of the page.

        Raises
        ------
        ExtensionError
            If the page has no section with the anchor of a word.
        """
        words = self.config.search_words.get(self.env.docname, {})
        enter_words(self.document, words)


def enter_words(document: nodes.document, words: dict[str, str]) -> None:
    """Put an entry of the index for each word into the section that has its anchor.

    Raises
    ------
    ExtensionError
        If there is no such section.
    """
    sections = {name: node for node in document.findall(nodes.section) for name in node["ids"]}
    for word, anchor in words.items():
        if anchor not in sections:
            raise ExtensionError(
                f"search_words of _config.yml leads {word!r} to #{anchor}, which "
                f"{document.get('source')} does not have; its sections are {', '.join(sections)}."
            )
        entry = addnodes.index(entries=[("single", word, anchor, "main", None)])
        sections[anchor].insert(1, entry)
