"""Data and model parallelism: the loss of one device, over devices and over processes."""

import numpy as np
import pytest

from aeutils.launch import launch
from aeutils.parallel import own_rows

SMALL = {"images": 512, "epochs": 2}
STEPS = 4


@pytest.fixture(scope="module")
def one_process():
    """Three strategies in a process with two devices."""
    return launch([(way, 16, 128) for way in ("single", "data", "model")], devices=2, **SMALL)


@pytest.fixture(scope="module")
def two_processes():
    return launch(
        [(way, 16, 128) for way in ("single", "data", "same-images")], processes=2, **SMALL
    )


def difference(run, other):
    assert len(run.loss) == len(other.loss) == STEPS
    return np.abs(np.subtract(run.loss, other.loss)).max()


def test_two_devices_give_the_loss_of_one(one_process):
    single, data, model = one_process
    assert single.loss[-1] < single.loss[0]
    assert [run.devices for run in one_process] == [1, 2, 2]
    assert difference(single, data) < 1e-5
    assert difference(single, model) < 1e-5


def test_model_parallelism_divides_the_hidden_units(one_process):
    assert [run.kernel_part for run in one_process] == [[784, 16], [784, 16], [784, 8]]


def test_two_processes_give_the_loss_of_one_device(one_process, two_processes):
    single, data, _ = two_processes
    assert (data.devices, data.processes) == (2, 2)
    assert difference(one_process[0], single) < 1e-6
    assert difference(one_process[0], data) < 1e-5


def test_the_same_images_in_both_processes_give_another_loss(two_processes):
    single, _, same = two_processes
    assert difference(single, same) > 1e-4


def test_the_parts_of_the_processes_make_up_each_batch():
    x = np.arange(24).reshape(12, 2)
    parts = [own_rows(x, 4, 2, process) for process in range(2)]
    np.testing.assert_array_equal(parts[0][:, 0] // 2, [0, 1, 4, 5, 8, 9])
    np.testing.assert_array_equal(parts[1][:, 0] // 2, [2, 3, 6, 7, 10, 11])
