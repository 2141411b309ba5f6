"""Launching work, where there is no CUDA device: its graphs are stand-ins that only count."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from gancraft.launch import WARM_UP, Launch


class Graph:
    """Replays nothing."""

    replayed = 0

    def replay(self) -> None:
        self.replayed += 1


class Device:
    """torch.cuda's part of it. `capturing` is true during a capture; `spoils` makes its end fail too."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.capturing, self.spoils, self.streams = False, False, []
        stream = SimpleNamespace(wait_stream=lambda other: None)
        monkeypatch.setattr(torch.cuda, "CUDAGraph", Graph)
        monkeypatch.setattr(torch.cuda, "Stream", lambda: stream)
        monkeypatch.setattr(torch.cuda, "current_stream", lambda: stream)
        monkeypatch.setattr(torch.cuda, "set_stream", self.streams.append)
        monkeypatch.setattr(torch.cuda, "stream", lambda stream: contextlib.nullcontext())
        monkeypatch.setattr(torch.cuda, "graph", self.graph)

    @contextlib.contextmanager
    def graph(self, graph: Any, capture_error_mode: str) -> Iterator[None]:
        self.capturing = True
        try:
            yield
        except RuntimeError:
            if self.spoils:
                raise RuntimeError("capture was invalidated") from None
            raise
        finally:
            self.capturing = False


def test_work_is_captured_once_and_then_replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    Device(monkeypatch)
    done: list[int] = []
    launch = Launch(lambda: done.append(1), captures=True)
    for _ in range(WARM_UP + 5):
        launch()
    assert len(done) == WARM_UP + 1  # the last one for the capture
    assert isinstance(launch.graph, Graph) and launch.graph.replayed == 5
    assert not launch.warning


@pytest.mark.parametrize("spoils", [False, True], ids=["refused", "spoilt"])
def test_work_that_cant_be_captured_goes_on_and_says_why(monkeypatch: pytest.MonkeyPatch, spoils: bool) -> None:
    device = Device(monkeypatch)
    device.spoils = spoils
    done: list[bool] = []

    def work() -> None:
        if device.capturing:
            raise RuntimeError("Cannot copy between CPU and CUDA tensors\nand more")
        done.append(True)

    launch = Launch(work, captures=True)
    for _ in range(WARM_UP + 4):
        launch()
    assert len(done) == WARM_UP + 4  # every call is done, the one whose capture failed too
    assert len(device.streams) == 1  # whatever stream the capture left, the former one is the current one again
    assert launch.warning.endswith("slower: Cannot copy between CPU and CUDA tensors")


def test_nothing_of_a_spoilt_capture_is_alive_when_work_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    device = Device(monkeypatch)
    device.spoils = True
    x = torch.zeros(1, requires_grad=True)
    spoilt: list[weakref.ref[torch.Tensor]] = []

    def work() -> None:
        y = x * 2
        if device.capturing:
            spoilt.append(weakref.ref(y))
            raise RuntimeError("not permitted when stream is capturing")
        assert not [made for made in spoilt if made() is not None], "its nodes would take this step's gradients"
        y.backward()

    launch = Launch(work, captures=True)
    for _ in range(WARM_UP + 1):
        launch()
    assert spoilt and launch.warning


def test_memory_that_runs_out_is_not_taken_for_a_failed_capture(monkeypatch: pytest.MonkeyPatch) -> None:
    device = Device(monkeypatch)

    def work() -> None:
        if device.capturing:
            raise torch.OutOfMemoryError("none left")

    launch = Launch(work, captures=True)
    with pytest.raises(torch.OutOfMemoryError):
        for _ in range(WARM_UP + 1):
            launch()


def test_elsewhere_it_is_called() -> None:
    done: list[int] = []
    launch = Launch(lambda: done.append(1), captures=False)
    launch()
    assert done == [1] and launch.graph is None
