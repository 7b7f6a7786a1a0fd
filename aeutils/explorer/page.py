"""The page of an explorer: its still picture, its script and its data in one piece of HTML."""

import hashlib
import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from aeutils.explorer.pictures import as_png

MOST = 300_000  # bytes
PAGE = """<div class="aeutils-explorer" data-explorer="{name}" data-kind="{kind}">
<img src="{source}" alt="{alt}" width="{width}" height="{height}">
</div>
<script>
(() => {{
"use strict";
{code}
begin({name_json}, {kind}, {style}, {data});
}})();
</script>"""


@dataclass(frozen=True)
class Explorer:
    """What a notebook shows as a picture that answers to the hand.

    ``page`` is HTML that needs no other file. Where scripts are off it is a still picture, and
    where HTML is not shown the sentence ``alt``. ``data`` is what its script gets.
    """

    kind: str
    data: Mapping[str, Any]
    page: str
    alt: str

    def __repr__(self) -> str:
        return f"To touch, where scripts are on: {self.alt}"

    def _repr_html_(self) -> str:
        return self.page


def make_explorer(kind: str, data: Mapping[str, Any], still: np.ndarray, alt: str) -> Explorer:
    """Put an explorer together.

    Parameters
    ----------
    kind : str
        Its script is ``kind.js`` beside this module, which defines ``function kind(form, data)``.
    data : mapping
        What the function gets: numbers, texts, and what `as_json` and `as_text` of
        `aeutils.explorer.networks` return. Its ``title`` says what the explorer is, and its
        ``networks``, if there are any, are packed networks.
    still : ndarray of shape (height, width)
        The picture for readers without scripts, from 0 for paper to 1 for ink.
    alt : str
        What the still picture shows.

    Raises
    ------
    ValueError
        If the page has more than 300,000 bytes.
    """
    # Within a script no text may look like its end, or like the beginning of another one.
    text = json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")
    name = f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    page = PAGE.format(
        name=name,
        kind=kind,
        source=as_png(still),
        alt=html.escape(alt),
        width=still.shape[1],
        height=still.shape[0],
        code=_file("runtime.js") + _file(f"{kind}.js"),
        name_json=json.dumps(name),
        style=json.dumps(_file("runtime.css")),
        data=text,
    )
    if len(page.encode()) > MOST:
        raise ValueError(
            f"The explorer has {len(page.encode()):,} bytes, and a page takes {MOST:,}: give fewer "
            "images, or models with fewer weights."
        )
    return Explorer(kind, data, page, alt)


@cache
def _file(name: str) -> str:
    return resources.files("aeutils.explorer").joinpath(name).read_text(encoding="utf-8")
