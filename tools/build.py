"""The pages of the book, by Jupyter Book."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

# Lines of TensorFlow that no setting silences.
GREETING = re.compile(r"absl::InitializeLog|^[IWE]0000 |^To enable the following")


def build_pages(out: Path, root: Path) -> int:
    """Build the pages from the cache, print warnings, and return 0, or 1 if something is wrong."""
    print("building the pages", flush=True)
    # Read all pages anew: warnings are not repeated else, and the search forgets the entries of the
    # index of all pages that did not change.
    shutil.rmtree(out / "_build" / ".doctrees", ignore_errors=True)
    program = Path(sys.executable).with_name("jupyter-book")
    command = [program, "build", root, "--path-output", out, "-W", "--keep-going"]
    with open(out / "build.log", "w", encoding="utf-8") as log:
        done = subprocess.run(command, stdout=log, stderr=subprocess.PIPE, text=True)
    for line in done.stderr.splitlines():
        if not GREETING.search(line):
            print(line)
    if done.returncode:
        print(f"the build failed; its log is {out / 'build.log'}")
    return min(abs(done.returncode), 1)
