"""How long a reader waits: for the package, and for the first figure."""

import statistics
import subprocess
import sys
import time
from pathlib import Path

from aeutils.session import Session
from benchmarks.rows import Start

ROOT = Path(__file__).resolve().parents[1]
RUNS = 3
SETUP = "from aeutils import setup; session = setup()"
FIGURE = f"""
{SETUP}
from io import BytesIO
from aeutils import plotting
from aeutils.data import load_images
from aeutils.training import fit
from benchmarks.vanilla import make_model
mnist = load_images("mnist", session.scale, flat=True)
model = make_model("sigmoid")
fit(model, mnist.x_train, valid=None, loss="binary_crossentropy", epochs=1)
x = mnist.x_valid[:10]
plotting.reconstructions({{"original": x, "copy": model.predict(x, verbose=0)}}).savefig(BytesIO())
"""


def measure(session: Session) -> list[Start]:
    """Time new processes, whose environment is that of this one."""
    backend = time_process(f"import {session.backend}")
    events = {"`setup()` is done": SETUP, "the first figure is drawn": FIGURE}
    rows = [Start(f"`import {session.backend}` is done", backend, backend)]
    return rows + [Start(name, time_process(code), backend) for name, code in events.items()]


def time_process(code: str) -> float:
    """Return the median seconds of new Python processes that run a program.

    Raises
    ------
    RuntimeError
        If the program fails, with what it wrote to standard error.
    """
    return statistics.median(_run(code) for _ in range(RUNS))


def _run(code: str) -> float:
    start = time.perf_counter()
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(f"The program to time failed:\n{code}\n{done.stderr}")
    return seconds
