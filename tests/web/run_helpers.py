"""Runs that tests follow, and a clock that they turn on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from gancraft.events import Event, Finished, Preview, Progress, Run, Started, Warned
from gancraft.web.runs import Seen, Switch, watch

PICTURE_HWC = np.zeros((2, 2, 3), np.float32)


class Steps:
    """A run of so many steps that tells what became of it."""

    def __init__(self, steps: int = 3, fails: Exception | None = None, warns: str = "", seconds: float = 0.0):
        self.steps, self.fails, self.warns, self.seconds = steps, fails, warns, seconds
        self.taken = 0
        self.closed = threading.Event()

    def __call__(self) -> Run:
        return Run(self._events)

    def _events(self, run: Run) -> Iterator[Event]:
        try:
            yield Started(self.steps)
            if self.warns:
                yield Warned(self.warns)
            for step in range(1, self.steps + 1):
                time.sleep(self.seconds)
                self.taken = step
                if self.fails is not None:
                    raise self.fails
                yield Progress(step, self.steps)
                yield Preview(PICTURE_HWC, step)
                if run.stopping:
                    break
            yield Finished(PICTURE_HWC, stopped=run.stopping)
        finally:
            self.closed.set()


def follow(start: Callable[[], Run], switch: Switch | None = None, **more: Any) -> Any:
    """The run as a tab's handler follows it: what is drawn is a copy of what was seen."""
    return watch(switch or Switch(), start, lambda seen: (Seen(**vars(seen)),), outputs=1, **more)


def to_the_end(events: Iterator[Any]) -> list[Any]:
    return [values[0] for values in events if isinstance(values[0], Seen)]


class Clock:
    """Time for `turns` that passes only when told to."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now
