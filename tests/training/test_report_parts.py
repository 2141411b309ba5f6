"""What the report of a run is made of: axes, thinned curves, words, sheets; and the mirror for TensorBoard."""

from __future__ import annotations

import sys
import types
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gancraft.errors import UsageError
from gancraft.training.report.axis import Axis, fitted
from gancraft.training.report.curve import thin
from gancraft.training.report.run import Run
from gancraft.training.report.sheets import read_sheets
from gancraft.training.report.tensorboard import TensorBoardLog
from gancraft.training.report.words import duration, short


def test_curves_are_thinned_to_means():
    columns = thin([(x, float(x % 2)) for x in range(10_000)], 10_000)
    assert len(columns) == 150 and all(c.low == 0 and c.high == 1 for c in columns)
    assert columns[3].mean == pytest.approx(0.5, abs=0.02)
    assert [c.x for c in columns] == sorted(c.x for c in columns)
    assert [c.mean for c in thin([(0, 0.0), (5, -1.0), (9, 3.0)], 9, positive=True)] == [None, None, 3.0]


def test_axes():
    axis = fitted([0.1, 0.9], (0.0, 1.0), 100, 0)
    assert (axis.low, axis.high) == (0, 1) and axis.place(0.25) == 75 and 0.5 in axis.ticks()
    log = fitted([0.02, 300.0], (), 100, 0, log=True)
    assert log.ticks() == pytest.approx([0.01, 1, 100]) or len(log.ticks()) >= 3
    assert log.place(log.low) == 100 and log.place(log.high) == 0
    assert fitted([5.0, 5.0], (), 100, 0).place(5.0) == pytest.approx(50, abs=5)
    assert fitted([1.0] * 99 + [2.0] * 99 + [1e9], (), 100, 0).high < 4  # one outlier squashes nothing
    for values in ([0.0], [-3.0], [1e-30, 2e-30], [1e29, 1e30], [1000.2, 1000.9], [-1.0, 1e-9], []):
        found = fitted(values, (), 100, 0)
        assert isinstance(found, Axis) and all(-1e-6 <= found.place(v) <= 100 + 1e-6 for v in values)
        assert 1 <= len(found.ticks()) < 12


def test_numbers_as_words():
    assert [short(v) for v in (0, 0.0002, 1.236, 25_600, 1e6, 3e-5, -1.36e6, 999_999)] == [
        "0", "0.0002", "1.24", "25.6k", "1M", "3e-5", "-1.36M", "1M",
    ]  # fmt: skip
    assert [duration(s) for s in (0, 59.6, 200, 3600, 90_000)] == ["0 s", "1 min", "3 min 20 s", "1 h", "1 d 1 h"]


@pytest.mark.parametrize(("there", "shown"), [(1, 1), (40, 40), (41, 21), (79, 40), (80, 41), (1000, 33)])
def test_sheets_are_chosen_evenly_with_first_and_last(tmp_path, there, shown):
    for i in range(there):
        (tmp_path / f"{i:09d}.webp").write_bytes(b"")
    Image.new("RGB", (4, 2)).save(tmp_path / "a.webp")
    whole = (tmp_path / "a.webp").read_bytes()
    for path in tmp_path.glob("0*.webp"):
        path.write_bytes(whole)
    (tmp_path / "notes.txt").write_text("")
    sheets = read_sheets(tmp_path)
    assert len(sheets) == shown and sheets[0].at == 0 and sheets[-1].at == there - 1


def test_broken_sheets_are_left_out_and_changed_ones_read_anew(tmp_path):
    Image.new("RGB", (4, 2), "red").save(tmp_path / "0.png")
    (tmp_path / "100.png").write_bytes((tmp_path / "0.png").read_bytes()[:40])
    (tmp_path / "200.png").write_text("no picture")
    (tmp_path / "300.webp").mkdir()
    (tmp_path / f"{'9' * 200}.png").write_bytes((tmp_path / "0.png").read_bytes())
    (before,) = read_sheets(tmp_path)
    Image.new("RGB", (6, 3), "blue").save(tmp_path / "0.png")
    (after,) = read_sheets(tmp_path)
    assert (before.width, after.width) == (4, 6)


def test_transparency_and_grey(tmp_path):
    Image.new("RGBA", (4, 2), (255, 0, 0, 0)).save(tmp_path / "1.png")
    Image.new("L", (4, 2), 77).save(tmp_path / "2.png")
    assert [sheet.data[:4] for sheet in read_sheets(tmp_path)] == [b"RIFF", b"RIFF"]


def test_parts_of_strange_facts():
    run = Run(Path(), facts={"a": {"b": 3}})
    assert run.part("a") == {"b": 3} and run.part("a", "b") == run.part("c") == run.part("a", "b", "c") == {}


def test_tensorboard_is_optional(tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "torch.utils.tensorboard", raising=False)
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(UsageError, match="--tensorboard needs the package tensorboard: pip install tensorboard"):
        TensorBoardLog(tmp_path)


def test_tensorboard_gets_what_is_written(tmp_path, monkeypatch):
    calls: list[tuple] = []

    class Writer:
        def __init__(self, folder: str):
            calls.append(("open", folder))

        def add_scalar(self, *given: object) -> None:
            calls.append(given)

        def add_image(self, name: str, x_HWC: np.ndarray, pictures: int, dataformats: str) -> None:
            calls.append((name, x_HWC.shape, pictures, dataformats))

        def close(self) -> None:
            calls.append(("close",))

    module = types.ModuleType("torch.utils.tensorboard")
    module.SummaryWriter = Writer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    log = TensorBoardLog(tmp_path)
    log.write(640, {"generator": 0.5, "rate": 2e-4})
    log.picture(640, np.zeros((4, 6, 3), np.float32))
    log.close()
    assert calls == [
        ("open", str(tmp_path)),
        ("generator", 0.5, 640),
        ("rate", 2e-4, 640),
        ("samples", (4, 6, 3), 640, "HWC"),
        ("close",),
    ]
