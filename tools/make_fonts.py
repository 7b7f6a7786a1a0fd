"""Make the fonts of the pages in `book/_static`: formulas and icons, cut to what a book needs.

    pip install fonttools brotli
    python tools/make_fonts.py STIXTwoMath-Regular.ttf

STIX Two Math (SIL Open Font License 1.1, https://github.com/stipub/stixfonts) has some 5,000
characters. The pages get the alphabets and signs that formulas of this book need, with the larger
forms of brackets, sums and roots that the font has for them; `tests/test_formulas.py` names a sign
that is missing. Where none is added, the font in `book/_static` serves in place of the whole one.
The icons come from the fonts of the theme (Font Awesome Free, SIL Open Font License 1.1);
`custom.css` names the characters, and a browser takes any other icon from the whole font.
"""

import argparse
import re
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "book" / "_static"
THEME = "theme/pydata_sphinx_theme/static/vendor/fontawesome/webfonts"
ICONS = {"fa-solid-900.ttf": "icons.woff2", "fa-brands-400.ttf": "brands.woff2"}
MATH = (
    (0x0020, 0x007E),  # ASCII
    (0x00A0, 0x00B7),  # signs of Latin-1
    (0x0391, 0x03C9),  # Greek
    (0x1D434, 0x1D467),  # italic letters
    (0x1D6E2, 0x1D71B),  # italic Greek
)
# Those of the book and their neighbours, the italic h, and the root.
SIGNS = "×÷ˆ˜ϵϕ‖…′\u2061\u2062ℎℓℝ←→↔↦⇒⇔∂∅∇∈∏∑−∗√∝∞∩∪∫∼≈≠≡≤≥≪≫⊂⊙⊤⊥⋅⋮⋯⋱⌈⌉⌊⌋⏞⏟⟨⟩⟶⟹𝒩𝔼𝟙"


def characters() -> set[int]:
    """Return the code points of the font of the formulas, as far as STIX Two Math has them."""
    ranges = (range(first, last + 1) for first, last in MATH)
    return {*chain.from_iterable(ranges), *map(ord, SIGNS)}


def icons(name: str) -> set[int]:
    """Return the code points that `custom.css` wants from a font of icons."""
    css = (STATIC / "custom.css").read_text(encoding="utf-8")
    face = next(part for part in css.split("@font-face")[1:] if name in part)
    return {int(code, 16) for code in re.findall(r"U\+([0-9a-f]+)", face.partition("}")[0])}


def cut(font: Path, codes: Iterable[int], target: Path) -> None:
    """Write a font that has these characters alone, and say how large it is."""
    from fontTools import subset

    options = subset.Options(flavor="woff2", layout_features=["ssty", "ss04"], hinting=False)
    whole = subset.load_font(font, options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(whole)
    subset.save_font(whole, target, options)
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size} bytes")


def main() -> None:
    """Cut the three fonts."""
    import pydata_sphinx_theme

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("math", type=Path, help="STIXTwoMath-Regular.ttf or .otf")
    cut(parser.parse_args().math, characters(), STATIC / "STIXTwoMath.woff2")
    for font, name in ICONS.items():
        whole = Path(pydata_sphinx_theme.__file__).parent / THEME / font
        cut(whole, icons(name), STATIC / name)


if __name__ == "__main__":
    main()
