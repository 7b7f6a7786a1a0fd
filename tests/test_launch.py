"""Starting processes on this machine: settings, failures, time."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict

import pytest

from aeutils import launch as launch_module
from aeutils.launch import launch
from aeutils.parallel import Run

SMALL = {"images": 512, "epochs": 2}


def test_a_failure_of_one_process_ends_all_and_is_told(monkeypatch, tmp_path):
    script = tmp_path / "python"
    # The second process fails at once, the first one would go on for a minute.
    script.write_text('#!/bin/sh\ncase "$*" in *"--process 1"*) echo no memory >&2; exit 3;; esac\n'
                      "exec sleep 60\n")  # fmt: skip
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    start = time.monotonic()
    with pytest.raises(RuntimeError, match="(?s)Training process 1 failed:.*no memory"):
        launch([("data", 4, 128)], processes=2, **SMALL)
    assert time.monotonic() - start < 30


def test_a_process_that_takes_too_long_is_ended():
    with pytest.raises(RuntimeError, match="took over 0.1 s: raise timeout"):
        launch([("data", 4, 128)], timeout=0.1, **SMALL)


@pytest.mark.parametrize(
    ("trainings", "settings", "message"),
    [
        (
            [("both", 4, 8)],
            {},
            "A strategy is 'both'; choose from single, data, model, same-images",
        ),
        ([("model", 4, 8)], {"processes": 2}, "'model' is for one process, not for 2"),
        ([("data", 4, 8), ("model", 5, 8)], {"devices": 2}, "2 devices cannot share a width of 5"),
        ([("data", 4, 8)], {"epochs": 1}, "epochs is 1; the first one compiles"),
        ([("data", 4, 8)], {"images": 500}, "images is 500, not a multiple of the batch of 8"),
        (
            [("data", 4, 8)],
            {"processes": 3},
            "3 processes with 1 devices each cannot share a batch",
        ),
        (
            [("data", 4, 2)],
            {"processes": 2, "devices": 2},
            "2 processes with 2 devices each cannot share a batch of 2",
        ),
    ],
)
def test_settings_that_cannot_work(trainings, settings, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        launch(trainings, **settings)


def test_a_free_port_can_be_bound():
    port = launch_module._free_port()
    assert port > 1023
    with socket.socket() as server:
        server.bind(("127.0.0.1", port))


def test_a_machine_that_does_not_know_its_name_is_told_how_to_learn_it(monkeypatch):
    def unknown(name):
        raise socket.gaierror("Name or service not known")

    monkeypatch.setattr(socket, "gethostname", lambda: "planted")
    monkeypatch.setattr(socket, "gethostbyname", unknown)
    with pytest.raises(OSError, match="Add the line '127.0.0.1 planted' to /etc/hosts"):
        launch([("data", 4, 128)], processes=2, **SMALL)


RUN = Run("data", 4, 8, 2, 1, [0.5, 0.25], 1.5, [784, 4])


@pytest.fixture
def started(monkeypatch):
    """What would be started, in place of starting it."""
    kept = {}

    def run_together(commands, environment, timeout, folder):
        kept.update(commands=commands, environment=environment, timeout=timeout)
        return f"a warning\n{json.dumps([asdict(RUN)])}\n"

    monkeypatch.setattr(launch_module, "_run_together", run_together)
    monkeypatch.setattr(launch_module, "_check_own_name", lambda: None)
    return kept


def test_one_process_by_default(started, monkeypatch):
    monkeypatch.setenv("OF_THE_READER", "kept")
    monkeypatch.setattr(sys, "path", ["", "/a", "/b"])
    assert launch(iter([("data", 4, 8), ("single", 16, 512)])) == [RUN]
    assert started["commands"] == [
        [sys.executable, "-m", "aeutils.parallel", "data:4:8", "single:16:512"]
        + ["--images", "4096", "--epochs", "3", "--processes", "1", "--process", "0"]
    ]
    assert started["timeout"] == 300
    expected = {
        "OF_THE_READER": "kept",
        "KERAS_BACKEND": "jax",
        "JAX_PLATFORMS": "cpu",
        "XLA_FLAGS": "--xla_force_host_platform_device_count=1",
        "PYTHONPATH": f"/a{os.pathsep}/b",
    }
    assert {name: started["environment"][name] for name in expected} == expected


def test_several_processes_and_settings(started):
    settings = {"images": 64, "epochs": 2, "timeout": 7, "devices": 4, "one_thread": True}
    launch([("data", 4, 8)], processes=2, **settings)
    first, second = started["commands"]
    assert first[-2:] == ["--process", "0"] and second[-2:] == ["--process", "1"]
    assert first[:-1] == second[:-1]
    text = " ".join(first)
    assert "--images 64 --epochs 2 --processes 2 --coordinator 127.0.0.1:" in text
    assert started["timeout"] == 7
    assert started["environment"]["XLA_FLAGS"] == (
        "--xla_force_host_platform_device_count=4 --xla_cpu_multi_thread_eigen=false"
    )


@pytest.mark.parametrize(
    ("training", "settings"),
    [
        (("model", 6, 8), {"devices": 2}),
        (("data", 5, 8), {"devices": 2, "processes": 4}),
        (("single", 1, 4096), {"epochs": 2}),
        (("same-images", 1, 1), {}),
    ],
)
def test_settings_that_just_work(started, training, settings):
    assert launch([training], **settings) == [RUN]


def shell(*scripts):
    return [["/bin/sh", "-c", script] for script in scripts]


def test_what_the_first_process_prints_is_returned(tmp_path):
    commands = shell('echo "$WHO"; echo loud >&2', "sleep 0.2; echo second")
    printed = launch_module._run_together(commands, {"WHO": "first"}, 30, tmp_path)
    assert printed == "first\n"
    assert (tmp_path / "0.err").read_text() == "loud\n"
    assert (tmp_path / "1.out").read_text() == "second\n"


def test_of_a_failure_the_last_2000_characters_are_told(tmp_path):
    commands = shell("printf '%03000d' 7 >&2; exit 4")
    with pytest.raises(RuntimeError) as caught:
        launch_module._run_together(commands, dict(os.environ), 30, tmp_path)
    assert str(caught.value) == "Training process 0 failed:\n" + "0" * 1999 + "7"


def test_processes_are_ended_when_the_time_is_over(tmp_path, monkeypatch):
    started, start_one = [], subprocess.Popen

    def start(*arguments, **options):
        started.append(start_one(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(launch_module.subprocess, "Popen", start)
    begin = time.monotonic()
    with pytest.raises(RuntimeError, match="took over 0.5 s"):
        launch_module._run_together(shell("exec sleep 60"), dict(os.environ), 0.5, tmp_path)
    assert 0.5 < time.monotonic() - begin < 30
    assert [process.wait(timeout=30) for process in started] == [-signal.SIGKILL]


def test_a_machine_that_knows_its_name_is_fine(monkeypatch):
    asked = []
    monkeypatch.setattr(socket, "gethostname", lambda: "known")
    monkeypatch.setattr(socket, "gethostbyname", asked.append)
    launch_module._check_own_name()
    assert asked == ["known"]
