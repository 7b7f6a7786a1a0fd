"""Keep what the tests of the notebooks execute, so that the book need not execute it again.

``make test-notebooks`` loads this plugin of pytest with ``--record`` and the cache that
``make book`` reads. A notebook of which every cell has passed goes there with its new outputs, as
``tools/execute.py`` would have stored them.

Standard error is no output of the book: the pages leave it out, nothing is compared with it, and
``make book`` and ``make test`` print it.
"""

from __future__ import annotations

import copy
import fcntl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from nbclient import NotebookClient
from nbclient.client import CellExecutionComplete
from nbval.plugin import IPyNbCell, IPyNbFile

from tools.durations import last_seconds
from tools.execute import DEAD, ROOT, current_cache, sole_use, standard_error, store

LOOK_AFTER_KERNEL = 5.0  # seconds
SECONDS = pytest.StashKey[dict[str, float]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names the cache."""
    parser.addoption("--record", type=Path, metavar="CACHE", help="cache for executed notebooks")


def pytest_configure(config: pytest.Config) -> None:
    """Start to record, unless a build is using the cache."""
    if (folder := config.getoption("record")) is None:
        return
    folder = folder.resolve()
    if (worker := getattr(config, "workerinput", None)) is not None:
        config.stash[SECONDS] = worker["seconds"]
        # The session that started this worker holds the cache.
        if "record" in worker:
            config.pluginmanager.register(Recorder(folder, worker["workercount"]))
        return
    with suppress(OSError):
        config.stash[SECONDS] = last_seconds(folder)  # before an outdated cache is emptied
    with ExitStack() as stack, suppress(OSError):
        stack.enter_context(sole_use(folder))
        current_cache(folder, ROOT)
        config.pluginmanager.register(Recorder(folder, 1))
        config.add_cleanup(stack.pop_all().close)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Compare no output with standard error, and begin with the notebook that takes longest."""
    for item in items:
        if isinstance(item, IPyNbCell) and "stderr" not in item.parent.skip_compare:
            item.parent.skip_compare += ("stderr",)
    if seconds := config.stash.get(SECONDS, {}):
        items.sort(key=lambda item: seconds.get(item.path.stem, float("inf")), reverse=True)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give all workers one order, also one that comes later in the place of another."""
    node.workerinput["seconds"] = node.config.stash.get(SECONDS, {})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Show among the warnings what a cell writes to standard error."""
    try:
        return (yield)
    finally:
        if isinstance(item, IPyNbCell) and (text := standard_error(item.test_outputs or [])):
            item.warn(pytest.PytestWarning(f"{item.name}, standard error:\n{text.rstrip()}"))


class Recorder:
    """Collects the outputs of each notebook's cells and stores them after the last cell."""

    def __init__(self, folder: Path, side_by_side: int) -> None:
        self.folder = folder
        self.side_by_side = side_by_side
        self.run: Run | None = None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of pytest-xdist that it may write to the cache."""
        node.workerinput["record"] = True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Listen to the kernel while nbval executes a cell."""
        if not isinstance(item, IPyNbCell):
            return (yield)
        if self.run is None or self.run.file is not item.parent:
            self.run = Run(item.parent)
        with self.run.next_cell():
            return (yield)

    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """Store a notebook after its last cell, if all of them have passed."""
        if self.run is None or (nextitem is not None and nextitem.parent is self.run.file):
            return
        run, self.run = self.run, None
        if run.waiting:
            return
        # Each worker has a connection of its own to the cache.
        with open(f"{self.folder}.write.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            store(self.folder, run.notebook, run.file.path, run.seconds, self.side_by_side)


def wait(kernel: Any, get_message: Any, stream: str, timeout: float | None) -> dict:
    """Wait for a message as nbval does, but not for one of a kernel that is gone."""
    end = time.monotonic() + (float("inf") if timeout is None else timeout)
    while True:
        try:
            return get_message(stream, min(LOOK_AFTER_KERNEL, max(end - time.monotonic(), 0)))
        except Empty:
            if not kernel.is_alive():
                raise RuntimeError(DEAD) from None
            if time.monotonic() >= end:
                raise


class Run:
    """One notebook that nbval is executing: a copy that takes the new outputs."""

    def __init__(self, file: IPyNbFile) -> None:
        self.file = file
        self.notebook = copy.deepcopy(file.nb)
        cells = enumerate(self.notebook.cells)
        self.waiting = [(place, cell) for place, cell in cells if cell.cell_type == "code"]
        self.begun = time.perf_counter()
        self._client = NotebookClient(self.notebook, record_timing=False)
        self._client.reset_execution_trackers()

    @property
    def seconds(self) -> float:
        """Seconds since the first cell."""
        return time.perf_counter() - self.begun

    @contextmanager
    def next_cell(self) -> Iterator[None]:
        """Give the next code cell what the kernel sends within the context, unless that raises."""
        kernel, client = self.file.kernel, self.file.kernel.kc
        get_message, execute, messages = kernel.get_message, client.execute, []

        def listen(stream: str, timeout: float | None = None) -> dict:
            message = wait(kernel, get_message, stream, timeout)
            if stream == "iopub":
                messages.append(message)
            return message

        def execute_with_history(code: str, **options: Any) -> str:
            # Without it, as nbval asks for, a semicolon at the end of a cell hides nothing.
            return execute(code, **options | {"store_history": True})

        kernel.get_message, client.execute = listen, execute_with_history
        try:
            yield
        finally:
            kernel.get_message, client.execute = get_message, execute
        self._keep(messages)

    def _keep(self, messages: list[dict]) -> None:
        place, cell = self.waiting.pop(0)
        cell.outputs = []
        self._client.clear_before_next_output = False
        # nbval reads until the cell is done: the last message belongs to it.
        request = messages[-1]["parent_header"]["msg_id"]
        for message in messages:
            if message["parent_header"].get("msg_id") == request:
                with suppress(CellExecutionComplete):
                    self._client.process_message(message, cell, place)
