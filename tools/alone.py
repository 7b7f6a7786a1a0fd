"""Run chapters as a reader does who has a notebook and nothing else.

python -m tools.alone --python INTERPRETER [SLUG ...]

Each chapter is executed in an empty folder by another environment, from which the package is
removed first. The first cell installs it again, with what it needs, from a wheel that is built
here. What was installed before has to keep its version.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from tools.downloads import build_wheel
from tools.notebooks import ROOT, execute, failure, notebook_paths, read, stamp_first_cell

HIDDEN = ("PYTHONPATH", "PYTHONHOME", "MPLBACKEND")
VERSIONS = (
    "import importlib.metadata as m, json;"
    "print(json.dumps({d.name: d.version for d in m.distributions()}))"
)


class OtherPython(KernelSpecManager):
    """Know one kernel: that of the interpreter `python`, which needs ipykernel for it."""

    def __init__(self, python: str) -> None:
        super().__init__()
        self.python = python

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return how to start the kernel, by whatever name."""
        quiet = "--IPKernelApp.log_level=ERROR"
        argv = [self.python, "-m", "ipykernel_launcher", "-f", "{connection_file}", quiet]
        return KernelSpec(argv=argv, display_name="Python 3", language="python")


def execute_alone(notebook: NotebookNode, python: str, **variables: str) -> None:
    """Execute a notebook in place, in an empty folder, by the interpreter `python`.

    The kernel sees no module of this environment or of the repository; `variables` are added to
    those of the environment. Raises what `nbclient` raises if a cell fails.
    """
    seen = {name: value for name, value in os.environ.items() if name not in HIDDEN}
    with tempfile.TemporaryDirectory() as folder:
        execute(notebook, Path(folder), OtherPython(python), env=seen | variables)


def versions(python: str) -> dict[str, str]:
    """Return name and version of what is installed for an interpreter."""
    run = subprocess.run([python, "-c", VERSIONS], capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def run_all(slugs: list[str], python: str) -> int:
    """Run the named chapters, or all; return how many failed and how many versions changed."""
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "uninstall", "--yes", "aeutils"], check=True, capture_output=True)
    before, failed = versions(python), 0
    with tempfile.TemporaryDirectory() as folder:
        wheel = build_wheel(Path(folder)).as_uri()
        for path in notebook_paths(slugs, ROOT):
            notebook, start = read(path), time.perf_counter()
            stamp_first_cell(notebook, wheel)
            try:
                execute_alone(notebook, python)
            except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
                failed += 1
                print(f"{path.stem} FAILED: {failure(notebook, error)}", flush=True)
                continue
            print(f"{path.stem} ran in {time.perf_counter() - start:.0f} s", flush=True)
    after = versions(python)
    changed = [name for name in before if after.get(name) != before[name]]
    for name in changed:
        print(f"{name} {before[name]} was replaced by {after.get(name)}")
    return failed + len(changed)


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", required=True, help="interpreter of the other environment")
    parser.add_argument("slugs", nargs="*", metavar="SLUG", help="default: all chapters")
    options = parser.parse_args(arguments)
    try:
        python = str(Path(options.python).absolute())
        return min(1, run_all(options.slugs, python))
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
