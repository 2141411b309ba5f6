"""Launching work: as it is, or on a CUDA device as a captured graph, so that the chip never waits for Python."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

WARM_UP = 3  # calls on a side stream before a capture, as torch's documentation asks for


class Launch:
    """Calls a function without arguments, over and over. After the warm-up it is captured once and replayed: everything that
    it reads or writes must stay where it is."""

    def __init__(self, work: Callable[[], None], captures: bool):
        self.work, self.captures = work, captures
        self.graph: torch.cuda.CUDAGraph | None = None
        self.calls = 0

    def __call__(self) -> None:
        if not self.captures:
            self.work()
            return
        self.calls += 1
        if self.calls <= WARM_UP:
            side = torch.cuda.Stream()
            side.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(side):
                self.work()
            torch.cuda.current_stream().wait_stream(side)
            return
        if self.graph is None:
            graph = torch.cuda.CUDAGraph()
            # What other threads do on the device meanwhile is not in the graph and doesn't spoil it.
            with _no_collection(), torch.cuda.graph(graph, capture_error_mode="thread_local"):
                self.work()
            self.graph = graph
        self.graph.replay()


@contextmanager
def _no_collection() -> Iterator[None]:
    """A graph of an earlier run that Python throws away during a capture would end it: none is left, none is looked for."""
    gc.collect()
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
