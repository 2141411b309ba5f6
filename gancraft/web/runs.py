"""What happens between a click and a result: the engine's events, turned into what a page shows.

A tab gives a run and says how what was seen of it so far is drawn. When to draw, stopping, taking turns with other visitors'
runs, and visitors who leave are dealt with here.
"""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr

from gancraft.errors import GancraftError
from gancraft.events import Event, Finished, Preview, Progress, Run, Saved, Started, Warned
from gancraft.web import gpu
from gancraft.web.errors import friendly, placeless
from gancraft.web.label import about
from gancraft.web.memory import give_back
from gancraft.web.settings import DRAWING, EVERY, STOP_SECONDS
from gancraft.web.turns import TURNS, Share

Outputs = tuple[Any, ...]


class Signal:
    """Of one run: the file that asks it to stop, a sign that reaches another process too."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="gancraft-")
        self.file = Path(self._folder.name, "stop")

    def ask(self) -> None:
        """Ask the run to stop; nothing where it is over."""
        with contextlib.suppress(FileNotFoundError):
            self.file.touch()

    def end(self) -> None:
        """It is over, however it ended."""
        self._folder.cleanup()


class Switch:
    """Of one click: stops the run that comes of it, or keeps it from beginning."""

    def __init__(self) -> None:
        self._stopped = False
        self._signal: Signal | None = None  # once there is a run
        self._at_rest = threading.Event()  # before its turn and after its end
        self._at_rest.set()
        self._lock = threading.Lock()

    @property
    def given_up(self) -> bool:
        """Whether Stop came before the beginning, which never comes then."""
        return self._stopped and self._signal is None

    @contextlib.contextmanager
    def running(self) -> Iterator[Switch]:
        """While what was asked for is prepared and goes on."""
        self._at_rest.clear()  # before anybody looks at `given_up`: `stop` does it the other way round
        try:
            yield self
        finally:
            self._at_rest.set()

    def stop(self) -> bool:
        """Ask the run to end, and wait for its last picture to be on the page; one that hasn't begun never will. Returns
        `given_up`: what has begun keeps what there is, however long its step takes."""
        with self._lock:
            self._stopped = True
        if self._signal is not None:
            self._signal.ask()
        self._at_rest.wait(STOP_SECONDS)
        return self.given_up

    def begin(self) -> Signal | None:
        """The run begins; None where Stop came while it was prepared."""
        with self._lock:
            if self._stopped:
                return None
            self._signal = Signal()
            return self._signal


@dataclass
class Seen:
    """What a run has told so far. fresh: whether `preview` came since it was drawn last; seconds: since the click."""

    started: Started | None = None
    progress: Progress = Progress(0, None)
    preview: Preview | None = None
    fresh: bool = False
    warned: list[Warned] = field(default_factory=list)
    saved: list[Saved] = field(default_factory=list)
    finished: Finished | None = None
    seconds: float = 0.0

    def take(self, event: Event) -> None:
        if isinstance(event, Started):
            self.started = event
        elif isinstance(event, Progress):
            self.progress = event
        elif isinstance(event, Preview):
            self.preview, self.fresh = event, True
        elif isinstance(event, Warned):
            self.warned.append(event)
        elif isinstance(event, Saved):
            self.saved.append(event)
        elif isinstance(event, Finished):
            self.finished = event


def watch(
    switch: Switch,
    start: Callable[[], Run],
    draw: Callable[[Seen], Outputs],
    *,
    outputs: int,
    max_seconds: float = float("inf"),
    expected: float = 60.0,
    toasts: bool = True,
    weight: float = 1.0,
) -> Generator[Outputs, None, Seen]:
    """Drain a run, and yield what `draw` makes of it: now and then while it goes on, and once when it has ended. Returns
    what was seen, nothing where Stop came before the beginning; closing this closes the run.

    start: makes the run, where the work is done, so it must be picklable: a `functools.partial` of a function of a module.
    outputs: how many values `draw` gives. max_seconds: the run is asked to stop then. expected: seconds that it will take,
    about. toasts: show warnings as messages. weight: what it gets of the processor beside others' runs. Raises `gr.Error` of
    one line.
    """
    nothing = (gr.skip(),) * outputs
    seen, began = Seen(), time.monotonic()
    due, left, late = began, False, False
    with friendly():
        signal = switch.begin()
        if signal is None:
            return seen
        events: Iterator[Event] = iter(())
        try:
            events = gpu.where_the_work_is(start, signal.file, expected)
            for event in _in_turn(events, Share(weight)):
                seen.take(event)
                seen.seconds = time.monotonic() - began
                if isinstance(event, Warned) and toasts:
                    gr.Warning(placeless(event.message))
                if isinstance(event, Finished):
                    break
                now = time.monotonic()
                if now >= due:
                    yield draw(seen)
                    # Drawing costs the run's own time: the slower the machine, the rarer it is.
                    due, seen.fresh = time.monotonic() + max(EVERY, DRAWING * (time.monotonic() - now)), False
                elif isinstance(event, Progress):
                    yield nothing  # only here can a visitor who left end the run
                if seen.seconds > max_seconds and not late:
                    late = True
                    signal.ask()
                    gr.Warning(f"After {about(max_seconds)} this page stops a run. What there is is kept.")
            if seen.finished is None:
                raise GancraftError("the run ended without a result")
            yield draw(seen)
        except GeneratorExit:
            left = True
            raise
        finally:
            try:
                if left:  # the server's own loop closes this, and must wait for nobody's turn
                    threading.Thread(target=_close, args=(events,), daemon=True).start()
                else:
                    _close(events)
            finally:
                signal.end()
    return seen


def _in_turn(events: Iterator[Event], share: Share) -> Iterator[Event]:
    while True:
        with _turn(share):
            event = next(events, None)
        if event is None:
            return
        yield event


def _close(events: Iterator[Event]) -> None:
    close = getattr(events, "close", None)
    if close is not None:
        with _turn():
            close()
    give_back()


def _turn(share: Share | None = None) -> contextlib.AbstractContextManager[None]:
    """To compute in, for whatever runs here; what another process does needs none."""
    return contextlib.nullcontext() if gpu.zero_gpu() else TURNS.turn(share)
