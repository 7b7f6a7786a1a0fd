"""What Lighthouse and html-validate say of a built site: ``python -m benchmarks.site SITE``.

Both are programs of Node.js, which `npx` fetches. The pages are served with gzip from this machine.
Lighthouse slows network and processor down by its own model: "mobile" is a phone. Each number is
the median of the runs. The result is written to `benchmarks/SITE.md`.
"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from statistics import median

from tools.browser import OPTIONS, QuietHandler, find_browser, served

RESULT = Path(__file__).with_name("SITE.md")
PAGES = ("intro", "glossary")
DEVICES = ("mobile", "desktop")
RUNS = 3
TEXT = {".html", ".css", ".js", ".svg", ".xml", ".txt"}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
AUDITS = {
    "largest-contentful-paint": ("largest paint (s)", 1e-3),
    "total-blocking-time": ("blocked (ms)", 1),
    "cumulative-layout-shift": ("layout shift", 1),
    "total-byte-weight": ("kB sent", 1e-3),
}
PAGE = """# The pages, as Lighthouse and html-validate see them

Made by `python -m benchmarks.site SITE` on {date}, {where}.

## Lighthouse {version}

Served with gzip; scores out of 100; median of {runs} runs.

{table}

## html-validate

{pages} pages, rules of `.htmlvalidate.mjs`: **{errors} errors**.
"""


class Compressed(QuietHandler):
    """Serve text with gzip, as the hosts of pages do."""

    protocol_version = "HTTP/1.1"

    def send_head(self) -> BytesIO | None:
        """Send what comes before a file, and return the bytes of it that are to be sent."""
        file = Path(self.translate_path(self.path))
        if not file.is_file():
            self.send_error(404)
            return None
        body = file.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(file)))
        if file.suffix in TEXT:
            body = gzip.compress(body)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return BytesIO(body)


def heaviest(site: Path) -> str:
    """Return the name of the chapter whose page has most bytes."""
    notebooks = {file.stem for file in site.glob("_sources/book/*.ipynb")}
    pages = [file for file in site.glob("book/*.html") if file.stem in notebooks]
    return max(pages, key=lambda page: page.stat().st_size).stem


def lighthouse(address: str, device: str) -> dict:
    """Return what Lighthouse reports of a page."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "report.json")
        command = ["npx", "--yes", "lighthouse@12", address, "--quiet", "--output=json"]
        command += [f"--output-path={file}", f"--only-categories={','.join(CATEGORIES)}"]
        command += [f"--chrome-flags=--headless=new {' '.join(OPTIONS)}"]
        command += ["--preset=desktop"] if device == "desktop" else []
        subprocess.run(command, check=True, env=os.environ | {"CHROME_PATH": find_browser()})
        return json.loads(file.read_text(encoding="utf-8"))


def row(page: str, device: str, reports: Sequence[dict]) -> str:
    """Return a line of the table: the medians over the reports of a page."""
    scores = [
        f"{100 * median(report['categories'][name]['score'] for report in reports):.0f}"
        for name in CATEGORIES
    ]
    values = [
        f"{factor * median(report['audits'][name]['numericValue'] for report in reports):.3g}"
        for name, (_, factor) in AUDITS.items()
    ]
    return f"| {' | '.join([f'`{page}`', device, *scores, *values])} |"


def errors(site: Path) -> int:
    """Return how many errors html-validate finds on all pages."""
    command = ["npx", "--yes", "html-validate@10", "--formatter", "json", f"{site}/**/*.html"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return sum(file["errorCount"] for file in json.loads(found.stdout))


def main(folder: str, runs: int = RUNS) -> None:
    """Measure a site and write the page of results."""
    site = Path(folder)
    names = ["page", "device", *CATEGORIES, *(title for title, _ in AUDITS.values())]
    lines = [f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}"]
    with served(site, Compressed) as address:
        for page in (PAGES[0], heaviest(site), *PAGES[1:]):
            for device in DEVICES:
                url = f"{address}/book/{page}.html"
                reports = [lighthouse(url, device) for _ in range(runs)]
                lines.append(row(page, device, reports))
                print(lines[-1], flush=True)
    text = PAGE.format(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        where=f"{os.cpu_count()} CPU cores",
        version=reports[0]["lighthouseVersion"],
        runs=runs,
        table="\n".join(lines),
        pages=len(list(site.rglob("*.html"))),
        errors=errors(site),
    )
    RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
