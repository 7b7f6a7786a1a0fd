"""What the first cell of a notebook does: the cell is this function and its call.

It imports inside of itself, so that no name of it reaches the cells below.
"""


def install_missing(source: str, version: str) -> None:
    """Install the book's package and a backend where they are missing.

    A checkout of the book is left alone, and so are the versions of Keras,
    of its backends and of NumPy that are installed here: none is replaced.
    """
    import importlib.metadata
    import importlib.util
    import os
    import subprocess
    import sys
    from pathlib import Path

    def installed(name: str) -> str | None:
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            return None

    found = importlib.util.find_spec("aeutils")
    file = Path(found.origin) if found and found.origin else None
    if file and (file.parents[1] / "pyproject.toml").exists():
        return
    here = file is not None and installed("aeutils") == version
    wanted = [] if here else [f"aeutils @ {source}"]
    backend = os.environ.get("KERAS_BACKEND") or "tensorflow"
    if backend == "tensorflow" and not importlib.util.find_spec(backend):
        wanted.append(backend)
    if not wanted:
        return
    print("Installing what is missing; in Colab this takes a minute.")
    names = ("jax", "keras", "numpy", "tensorflow", "tensorflow-cpu")
    kept = [f"{name}=={installed(name)}" for name in names if installed(name)]
    pip = [sys.executable, "-m", "pip", "install", "-qq", *wanted, *kept]
    run = subprocess.run(pip, capture_output=True, text=True)
    if run.returncode:
        lines = run.stderr.splitlines()
        said = "\n".join(line for line in lines if "WARNING" not in line)
        raise RuntimeError(
            f"The book's package could not be installed from {source}. Is "
            "there a network, and may pip install here? The versions here of "
            "Keras, its backends and NumPy are kept: renew what is too old, "
            f"or take a new environment. pip said:\n{said[-2000:]}"
        )
    importlib.invalidate_caches()
