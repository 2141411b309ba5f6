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
        self.warning = ""  # a line for the user, where the work can't be captured and goes on as it is

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
            try:
                self.graph = self._captured()
            except torch.OutOfMemoryError:
                raise
            except RuntimeError as error:  # a plugin's loss that copies from the CPU, or waits for the device
                self.captures = False
                _free_generators()
                self.warning = (
                    f"steps can't be captured, and are launched one by one, which is slower: {_reason(error)}"
                )
        # Outside of the handler, whose error keeps the spoilt step's tensors alive: the next step would hang its gradients on
        # nodes that belong to the capture's stream.
        if self.graph is None:
            self.work()
        else:
            self.graph.replay()

    def _captured(self) -> torch.cuda.CUDAGraph:
        """The work as a graph; nothing of it has been done."""
        graph, stream = torch.cuda.CUDAGraph(), torch.cuda.current_stream()
        try:
            # What other threads do on the device meanwhile is not in the graph and doesn't spoil it.
            with _no_collection(), torch.cuda.graph(graph, capture_error_mode="thread_local"):
                self.work()
        finally:
            torch.cuda.set_stream(stream)  # a capture that fails may leave its own
        return graph


def _free_generators() -> None:
    """A capture that was spoilt may leave the generators waiting for its end, and random numbers would be refused."""
    for generator in torch.cuda.default_generators:
        generator.graphsafe_set_state(generator.clone_state())


def _reason(error: BaseException) -> str:
    """Its first line. What spoils a capture is told first; that it was spoilt, at its end."""
    while isinstance(error.__context__, RuntimeError):
        error = error.__context__
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]


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
