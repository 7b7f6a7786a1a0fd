"""Start the script of `aeutils.parallel` on this machine, as several devices or processes."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from aeutils.parallel import STRATEGIES, Run


def launch(
    trainings: Iterable[tuple[str, int, int]],
    *,
    processes: int = 1,
    devices: int = 1,
    one_thread: bool = False,
    images: int = 4096,
    epochs: int = 3,
    timeout: float = 300,
) -> list[Run]:
    """Train in new processes on this machine, on JAX and its processor, and return what they say.

    Parameters
    ----------
    trainings : iterable of (str, int, int)
        Strategy, hidden units of 784-width-784, and images of a step over all processes together.
        The strategies: ``"single"``, every process for itself; ``"data"`` parallelism; ``"model"``
        parallelism; ``"same-images"``, data parallelism with the mistake that every process reads
        the same part of each batch.
    processes : int
        Number of processes, which talk over the loopback interface.
    devices : int
        Devices that each process takes the processor for.
    one_thread : bool
        Whether a process computes with one thread, as if its processor had a single core.
    images : int
        Size of the training set, a multiple of the images of each step.
    epochs : int
        Passes over the images, 2 or more.
    timeout : float
        Seconds after which the processes are ended.

    Raises
    ------
    ValueError
        For an unknown strategy, numbers that do not divide, or ``"model"`` over several processes.
    OSError
        If several processes cannot find each other, since the name of this machine is unknown.
    RuntimeError
        If a process fails or takes too long; the message ends with what it printed last.
    """
    trainings = list(trainings)
    _check(trainings, processes, devices, images, epochs)
    command = [
        sys.executable,
        "-m",
        "aeutils.parallel",
        *(":".join(map(str, t)) for t in trainings),
    ]
    command += ["--images", str(images), "--epochs", str(epochs), "--processes", str(processes)]
    if processes > 1:
        _check_own_name()
        command += ["--coordinator", f"127.0.0.1:{_free_port()}"]
    flags = f"--xla_force_host_platform_device_count={devices}"
    if one_thread:
        flags += " --xla_cpu_multi_thread_eigen=false"
    environment = os.environ | {
        "KERAS_BACKEND": "jax",
        "JAX_PLATFORMS": "cpu",
        "XLA_FLAGS": flags,
        # The modules of this interpreter, also where it found them beside the notebook.
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    commands = [[*command, "--process", str(process)] for process in range(processes)]
    with TemporaryDirectory() as folder:
        printed = _run_together(commands, environment, timeout, Path(folder))
    return [Run(**run) for run in json.loads(printed.splitlines()[-1])]


def _run_together(commands, environment, timeout: float, folder: Path) -> str:
    """Run all commands at once and return what the first one printed.

    As soon as one fails, or the time is over, all are ended and a RuntimeError is raised.
    """
    deadline, started = time.monotonic() + timeout, []
    try:
        for number, command in enumerate(commands):
            with (
                open(folder / f"{number}.out", "w") as out,
                open(folder / f"{number}.err", "w") as err,
            ):
                started.append(subprocess.Popen(command, env=environment, stdout=out, stderr=err))
        while None in (statuses := [process.poll() for process in started]) and not any(statuses):
            if time.monotonic() > deadline:
                raise RuntimeError(f"Training took over {timeout} s: raise timeout or train less.")
            time.sleep(0.05)
    finally:
        for process in started:
            process.kill()
    for number, status in enumerate(statuses):
        if status:
            errors = (folder / f"{number}.err").read_text()
            raise RuntimeError(f"Training process {number} failed:\n{errors[-2000:]}")
    return (folder / "0.out").read_text()


def _check(trainings, processes, devices, images, epochs) -> None:
    for strategy, width, batch_size in trainings:
        if strategy not in STRATEGIES:
            raise ValueError(f"A strategy is {strategy!r}; choose from {', '.join(STRATEGIES)}.")
        if strategy == "model" and processes > 1:
            raise ValueError(f"The strategy 'model' is for one process, not for {processes}.")
        if strategy == "model" and width % devices:
            raise ValueError(f"{devices} devices cannot share a width of {width} equally.")
        if images % batch_size:
            raise ValueError(f"images is {images}, not a multiple of the batch of {batch_size}.")
        if batch_size % (processes * devices):
            raise ValueError(
                f"{processes} processes with {devices} devices each cannot share a batch of "
                f"{batch_size} equally."
            )
    if epochs < 2:
        raise ValueError(f"epochs is {epochs}; the first one compiles, so 2 or more are needed.")


def _check_own_name() -> None:
    """Raise OSError where the machine does not know its own name, which gloo looks up."""
    name = socket.gethostname()
    try:
        socket.gethostbyname(name)
    except OSError as error:
        raise OSError(
            f"This machine is called {name} and finds no address for that name, which processes "
            f"need to find each other. Add the line '127.0.0.1 {name}' to /etc/hosts."
        ) from error


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
