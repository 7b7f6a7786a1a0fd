"""The electrocardiogram inside the package, and how it is made."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from aeutils.data import series

TOOLS = Path(__file__).parents[1] / "tools"


@pytest.fixture
def tool(monkeypatch):
    monkeypatch.syspath_prepend(TOOLS)
    import make_ecg

    return make_ecg


def test_recording():
    x = series.load_ecg()
    assert x.shape == (5 * 60 * series.ECG_RATE,)
    assert x.dtype == np.float64
    # The first four readings of the recording are 975, 981, 987 and 989.
    assert x[0] == pytest.approx((np.mean([975, 981, 987, 989]) - 1024) / 200)
    assert -4 < x.min() < -1 and 2 < x.max() < 4  # millivolts


def test_recording_has_a_heart_rate():
    # Steep samples that stand a third of a second apart are beats: people have 60 to 140 a minute.
    slope = np.abs(np.diff(series.load_ecg()))
    steep = np.flatnonzero(slope > 0.35)
    beats = 1 + np.sum(np.diff(steep) > series.ECG_RATE / 3)
    assert 60 < beats / 5 < 140


def test_licence_is_inside():
    with np.load(series.ECG) as file:
        assert file["LICENSE.txt"].decode().strip() == series.LICENCE


@pytest.mark.parametrize("content, error", [(b"other", ValueError), (None, OSError)])
def test_damaged_and_missing(tmp_path, monkeypatch, content, error):
    monkeypatch.setattr(series, "ECG", tmp_path / "ecg.npz")
    if content is not None:
        series.ECG.write_bytes(content)
    with pytest.raises(error, match="part of aeutils"):
        series.load_ecg()


def test_readings_are_joined_without_loss(tool):
    readings = np.array([1, 2, 3, 5, 2047, 2047, 2047, 2047], np.uint16)
    joined = tool.join(readings)
    assert joined.tolist() == [11, 8188] and joined.dtype == np.int16


def test_tool_makes_the_file_from_a_wheel(tool, tmp_path, capsys):
    buffer = io.BytesIO()
    np.savez(buffer, ecg=np.arange(8, dtype=np.uint16))
    wheel = tmp_path / "scipy.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(tool.MEMBER, buffer.getvalue())
    made = tmp_path / "ecg.npz"
    assert tool.main(["--wheel", str(wheel), "--output", str(made)]) == 1
    assert "Enter this sum" in capsys.readouterr().out
    with np.load(made) as file:
        assert file["sums"].tolist() == [6, 22]
        assert file["LICENSE.txt"].decode().strip() == series.LICENCE
