"""What is told of the pages: medians, the heaviest chapter, files sent with gzip."""

import gzip
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from benchmarks import site


def report(score, value):
    categories = {name: {"score": score} for name in site.CATEGORIES}
    return {
        "categories": categories,
        "audits": {name: {"numericValue": value} for name in site.AUDITS},
    }


def test_a_row_has_the_medians():
    reports = [report(0.9, 1000), report(0.5, 3000), report(1, 2000)]
    assert site.row("intro", "mobile", reports) == (
        "| `intro` | mobile | 90 | 90 | 90 | 90 | 2 | 2e+03 | 2e+03 | 2 |"
    )


def test_text_is_sent_with_gzip(tmp_path):
    (tmp_path / "a.html").write_text("<p>a</p>")
    (tmp_path / "a.png").write_bytes(b"\x89PNG")
    with site.served(tmp_path, site.Compressed) as address:
        page, image = urlopen(f"{address}/a.html"), urlopen(f"{address}/a.png")
        assert page.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(page.read()) == b"<p>a</p>"
        assert image.headers["Content-Encoding"] is None and image.read() == b"\x89PNG"
        with pytest.raises(HTTPError, match="404"):
            urlopen(f"{address}/none.html")


def test_the_heaviest_chapter(tmp_path):
    (tmp_path / "_sources" / "book").mkdir(parents=True)
    (tmp_path / "book").mkdir()
    for name, size in (("one", 10), ("two", 30), ("api", 90)):
        (tmp_path / "book" / f"{name}.html").write_text("a" * size)
        if name != "api":
            (tmp_path / "_sources" / "book" / f"{name}.ipynb").write_text("")
    (tmp_path / "_sources" / "book" / "one-with-results.ipynb").write_text("")  # has no page
    assert site.heaviest(tmp_path) == "two"
