"""Runs of several visitors take turns, a step each.

Two at once would fight over the cores and be slower together than one after the other; and torch has one state of random
numbers, which each run's step must have for itself.

Steps are of different length: a painting's takes 0.1 s, a training's 0.3. So it is time that is shared out, not turns: the
next one is given to whoever has had the least, by start-time fair queueing (Goyal, Vin, Cheng 1996), among equals to whoever
has waited longest.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections.abc import Iterator

# A run that has just had its turn shows what it made before it asks for the next. Meanwhile somebody who has had more time
# waits this long, or they would get every second turn all the same.
GRACE = 0.05


class Share:
    """A run's claim to the processor. weight: how much of it, beside others who want it at the same time."""

    def __init__(self, weight: float = 1.0) -> None:
        self.weight = weight
        self.had = 0.0  # seconds by weight


class Turns:
    """A lock that is given to whoever has had it for the shortest time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[tuple[float, int, Share]] = []
        self._numbers = itertools.count()
        self._busy = False
        self._clock = 0.0  # at what `had` the last turn began: a newcomer is owed nothing for the time before
        self._last, self._ended = Share(), 0.0
        self._short = Share()

    @contextlib.contextmanager
    def turn(self, share: Share | None = None) -> Iterator[None]:
        """Wait for one's turn; it ends with the block. A short call needs no share: all of them have one together."""
        share = share or self._short
        with self._changed:
            place = (max(self._clock, share.had), next(self._numbers), share)
            self._waiting.append(place)
            try:
                while not self._is_next(place):
                    self._changed.wait(GRACE if not self._busy else None)
            finally:
                self._waiting.remove(place)
                self._changed.notify_all()
            self._busy, self._clock = True, place[0]
        began = time.monotonic()
        try:
            yield
        finally:
            with self._changed:
                self._busy, self._last, self._ended = False, share, time.monotonic()
                share.had = max(share.had, place[0]) + (self._ended - began) / share.weight
                self._changed.notify_all()

    def _is_next(self, place: tuple[float, int, Share]) -> bool:
        if self._busy or place[:2] != min(other[:2] for other in self._waiting):
            return False
        owed = self._last.had < place[0]
        return not owed or time.monotonic() - self._ended >= GRACE


TURNS = Turns()
