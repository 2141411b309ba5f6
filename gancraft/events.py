"""What a run reports while it works, and how it is asked to stop.

Every run, painting or training, is an iterator of the events below. Front ends draw them, tests assert on them. Events
hold numbers, text and CPU arrays only and can be pickled, so that they cross process borders.

Shape suffixes: H = height, W = width, C = 3 channels; pictures are float32, sRGB in [0, 1].
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Event:
    """The common base, so that a front end can ignore what it doesn't know."""


@dataclass(frozen=True)
class Started(Event):
    """The run begins: `total` steps are planned (None if that isn't known); `summary` says in one line what will happen."""

    total: int | None
    summary: str = ""


@dataclass(frozen=True)
class Progress(Event):
    """`done` of `total` steps, or pictures seen, are over. `values` holds the parts of the loss by name; `size` is (width,
    height) in pixels."""

    done: int
    total: int | None
    level: int = 1  # the size, or stage of growth, that is being worked on, from 1
    levels: int = 1  # of which there are so many
    size: tuple[int, int] | None = None
    values: Mapping[str, float] = field(default_factory=dict)
    seconds_left: float | None = None  # at the present pace; None: not known yet
    rate: float | None = None  # of whatever `done` counts, a second


@dataclass(frozen=True)
class Preview(Event):
    """The picture as it stands after `done` steps."""

    picture_HWC: np.ndarray
    done: int


@dataclass(frozen=True)
class Saved(Event):
    """A file was written."""

    path: str  # - for the standard output


@dataclass(frozen=True)
class Warned(Event):
    """Something a person should know, though the run goes on; one line. `code`: what kind of trouble, for programs."""

    message: str  # one line
    code: str = ""


@dataclass(frozen=True)
class Finished(Event):
    """The last event. `stopped`: somebody asked for it before the end. `problem`: why the run ended by itself too early
    (one line); `picture_HWC` is then the last good one. `facts` are for the recipe: strings and numbers."""

    picture_HWC: np.ndarray | None = None
    stopped: bool = False
    problem: str | None = None
    seconds: float = 0.0  # of work
    facts: Mapping[str, object] = field(default_factory=dict)


class Run(Iterator[Event]):
    """An iterator of events that can be asked to stop.

    `body` is a generator function that is given this run and reads `run.stopping` between steps; when it is true it yields
    `Finished(stopped=True)` with what there is, and returns. Closing the run (`close`, or dropping it) ends the body at
    once: the fallback for a visitor who vanished.
    """

    def __init__(self, body: Callable[[Run], Iterator[Event]]):
        self.stopping = False
        self._events = body(self)

    def stop(self) -> None:
        """Ask the run to end after the step that it is in. May be called from a signal handler or another thread."""
        self.stopping = True

    def close(self) -> None:
        """End at once; nothing more is reported."""
        close = getattr(self._events, "close", None)
        if close is not None:
            close()

    def __iter__(self) -> Run:
        return self

    def __next__(self) -> Event:
        return next(self._events)
