"""Starting processes on this machine: settings, failures, time."""

import re
import socket
import sys
import time

import pytest

from aeutils import launch as launch_module
from aeutils.launch import launch

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
    ],
)
def test_settings_that_cannot_work(trainings, settings, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        launch(trainings, **settings)


def test_a_free_port_can_be_bound():
    with socket.socket() as server:
        server.bind(("127.0.0.1", launch_module._free_port()))


def test_a_machine_that_does_not_know_its_name_is_told_how_to_learn_it(monkeypatch):
    def unknown(name):
        raise socket.gaierror("Name or service not known")

    monkeypatch.setattr(socket, "gethostname", lambda: "planted")
    monkeypatch.setattr(socket, "gethostbyname", unknown)
    with pytest.raises(OSError, match="Add the line '127.0.0.1 planted' to /etc/hosts"):
        launch([("data", 4, 128)], processes=2, **SMALL)
