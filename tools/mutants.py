"""Plant errors in the package, one at a time, and see which of them its tests find.

Each of so many mutants of `aeutils`, drawn with a seed, is run against the tests of its own module:
``aeutils/data/images.py`` against ``tests/test_data_images.py``. What survives is printed. A mutant
runs in a process that is forked after the large libraries are imported, in a copy of the
repository, so that it costs little more than its tests.
"""

import argparse
import gc
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.files import own_files
from tools.mutations import Mutant, count, mutants

ROOT = Path(__file__).resolve().parent.parent
SLACK = 30.0  # seconds


@dataclass
class Run:
    """A mutant in its process."""

    mutant: Mutant
    copy: Path
    process: int
    end: float


def own_test(file: str) -> str:
    """Return the test file of a module."""
    parts = Path(file).with_suffix("").parts[1:]
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    return f"tests/test_{'_'.join(parts)}.py"


def draw(number: int, seed: int, only: Iterable[str] = ()) -> list[Mutant]:
    """Draw mutants of the package, each possible one as likely as any other.

    Parameters
    ----------
    number : int
        How many.
    seed : int
        Seed of the draw.
    only : iterable of str
        Modules to draw from, as paths from the root; by default all that have a test file, but for
        the checkers of single chapters: their numbers are examples, any others would do, and what
        they must refuse is a list in their tests.

    Raises
    ------
    ValueError
        If a module in `only` does not exist or has no test file.
    """
    files = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "aeutils").rglob("*.py"))
    files = [file for file in files if (ROOT / own_test(file)).exists()]
    unknown = set(only) - set(files)
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))}: no module with a test file of its own.")
    chosen = only or [f for f in files if "/exercises/" not in f or f.endswith("__init__.py")]
    sources = {file: (ROOT / file).read_text() for file in chosen}
    places = [(file, k) for file, source in sources.items() for k in range(count(source))]
    amounts = Counter(
        file for file, _ in random.Random(seed).sample(places, min(number, len(places)))
    )
    rng = random.Random(seed)
    return [
        mutant
        for file, amount in sorted(amounts.items())
        for mutant in _sample(list(mutants(file, sources[file])), amount, rng)
    ]


def _sample(made: list[Mutant], amount: int, rng: random.Random) -> list[Mutant]:
    return rng.sample(made, min(amount, len(made)))


def import_libraries() -> None:
    """Import what costs seconds, before the first fork; nothing of the package itself.

    What is there by then is kept out of the collections of rubbish that pytest asks for.
    """
    import gensim.models  # noqa: F401
    import hypothesis  # noqa: F401
    import IPython.display  # noqa: F401
    import keras  # noqa: F401
    import matplotlib.pyplot  # noqa: F401
    import nltk.tokenize  # noqa: F401
    import pandas  # noqa: F401
    import pytest  # noqa: F401
    import scipy.stats  # noqa: F401
    import sklearn.linear_model  # noqa: F401

    gc.collect()
    gc.freeze()


def test_in(copy: Path, file: str) -> int:
    """Run the tests of a module in a copy of the repository, in a process of their own."""
    process = os.fork()
    if process:
        os.setpgid(process, process)  # by both, whichever comes first
        return process
    os.setpgrp()
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.chdir(copy)
    os.environ["PYTHONPATH"] = str(copy)
    sys.path.insert(0, str(copy))
    # A mutant of the same length, written within a second, passed for what was compiled before.
    sys.dont_write_bytecode = True
    import pytest

    settings = ["-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0"]
    os._exit(int(pytest.main([*settings, own_test(file)])))


def wait(runs: list[Run]) -> Iterator[tuple[Run, bool]]:
    """Take the processes that have ended, or ran too long, from a list; say if tests failed."""
    for run in list(runs):
        ended, status = os.waitpid(run.process, os.WNOHANG)
        late = not ended and time.monotonic() > run.end
        if late:
            os.killpg(run.process, signal.SIGKILL)
            os.waitpid(run.process, 0)
        if ended or late:
            runs.remove(run)
            yield run, late or os.waitstatus_to_exitcode(status) != 0


def time_tests(files: Iterable[str], copy: Path) -> dict[str, float]:
    """Run the tests of sound modules; return their seconds.

    Raises
    ------
    RuntimeError
        If the tests of a sound module fail: they would kill every mutant.
    """
    seconds = {}
    for file in sorted(set(files)):
        start = time.monotonic()
        status = os.waitstatus_to_exitcode(os.waitpid(test_in(copy, file), 0)[1])
        if status:
            raise RuntimeError(f"{own_test(file)} fails without any mutant (status {status}).")
        seconds[file] = time.monotonic() - start
    return seconds


def survivors(drawn: list[Mutant], copies: list[Path]) -> Iterator[Mutant]:
    """Run mutants, one in each copy at a time, and return those whose tests all pass."""
    seconds = time_tests((mutant.file for mutant in drawn), copies[0])
    waiting, free, runs = list(reversed(drawn)), list(copies), []
    try:
        while waiting or runs:
            while waiting and free:
                mutant, copy = waiting.pop(), free.pop()
                (copy / mutant.file).write_text(mutant.source)
                limit = time.monotonic() + 3 * seconds[mutant.file] + SLACK
                runs.append(Run(mutant, copy, test_in(copy, mutant.file), limit))
            for run, killed in wait(runs):
                shutil.copy(ROOT / run.mutant.file, run.copy / run.mutant.file)
                free.append(run.copy)
                if not killed:
                    yield run.mutant
            time.sleep(0.05)
    finally:
        for run in runs:  # interrupted: they would go on without an end
            os.killpg(run.process, signal.SIGKILL)


def make_copies(number: int, folder: Path) -> list[Path]:
    """Copy the files of the repository so many times."""
    copies = [folder / str(k) for k in range(number)]
    for name in own_files(ROOT):
        for copy in copies:
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    return copies


def main() -> None:
    """Draw, run, print the survivors and their share."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*", help="paths such as aeutils/losses.py")
    parser.add_argument("--number", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    settings = parser.parse_args()
    import_libraries()
    drawn = draw(settings.number, settings.seed, settings.modules)
    with tempfile.TemporaryDirectory() as folder:
        left = []
        for mutant in survivors(drawn, make_copies(settings.jobs, Path(folder))):
            left.append(mutant)
            print(f"survives: {mutant}", flush=True)
    killed = len(drawn) - len(left)
    print(f"{killed} of {len(drawn)} mutants killed ({killed / len(drawn):.1%})")


if __name__ == "__main__":
    main()
