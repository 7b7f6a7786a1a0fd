"""Time each recipe of the book against the textbook's and write the table of results.

Run by ``make bench``; ``SCALE``, ``BACKEND`` and ``DATA_DIR`` choose what it runs on.
"""

import datetime
import platform
from importlib import metadata
from pathlib import Path

from aeutils import setup
from benchmarks import sentences, vanilla

RESULTS = Path(__file__).with_name("RESULTS.md")
BENCHMARKS = {"vanilla": vanilla.compare}
PACKAGES = ("keras", "tensorflow", "tensorflow-cpu", "jax", "numpy")


def main() -> None:
    """Run all benchmarks and write ``RESULTS.md``."""
    session = setup()
    rows = []
    for name, compare in BENCHMARKS.items():
        print(f"{name}: the textbook's recipe, then the book's")
        rows.append(f"| `{name}` | {compare(session).as_row()} |")
    print("sentences: an epoch of the textbook's recipe, then of the book's")
    epochs = sentences.compare(session).as_rows()
    versions = [f"{name} {_version(name)}" for name in PACKAGES if _version(name)]
    RESULTS.write_text(
        "# Benchmarks\n\n"
        f"Made by `make bench` on {datetime.date.today().isoformat()}: {session.scale} scale, "
        f"{session.backend} on {session.device}, Python {platform.python_version()}, "
        f"{', '.join(versions)}.\n\n"
        "The book's time is the time until its validation error is below the one that the\n"
        "textbook's recipe ends with, compilation included.\n\n"
        "| chapter | textbook: error | seconds | book: final error | seconds | "
        "seconds to the textbook's error | times faster |\n"
        "| --- | --- | --- | --- | --- | --- | --- |\n" + "\n".join(rows) + "\n\n"
        "An epoch of the sentence autoencoders, on the same sentences, compilation not counted:\n\n"
        "| recipe | milliseconds a sentence | times faster |\n"
        "| --- | --- | --- |\n" + "\n".join(epochs) + "\n"
    )
    print(RESULTS.read_text())


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


if __name__ == "__main__":
    main()
