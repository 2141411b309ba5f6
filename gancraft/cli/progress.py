"""Events drawn on a terminal."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar

from gancraft.events import Finished, Preview, Progress, Run, Started, Warned

LINE_EVERY = 10.0  # seconds between lines where stderr is no terminal


def follow(
    run: Run, title: str = "", quiet: bool = False, preview: Path | None = None, verb: str = "painting"
) -> Finished:
    """Drain a run, drawing its progress on stderr and saving previews into a folder. Ctrl-C asks it to stop, a second one
    ends the program at once. Returns the last event."""
    console = Console(stderr=True, highlight=False)
    display = _Silent() if quiet else _Drawn(console, title or verb) if console.is_terminal else _Lines(title)
    finished: Finished | None = None
    with display, _stopping(run):
        for event in run:
            if isinstance(event, Started):
                display.say(event.summary)
            elif isinstance(event, Warned):
                display.warn(f"gancraft: {event.message}")
            elif isinstance(event, Progress):
                display.progress(event)
            elif isinstance(event, Preview) and preview is not None:
                from gancraft.pictures import save_picture

                save_picture(preview / f"{event.done:05}.png", event.picture_HWC)
            elif isinstance(event, Finished):
                finished = event
    assert finished is not None, "a run must end with Finished"
    return finished


@contextlib.contextmanager
def _stopping(run: Run) -> Iterator[None]:
    """Ctrl-C while a run goes on."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        if run.stopping:
            os._exit(130)
        run.stop()
        print("\ngancraft: stopping after this step; Ctrl-C again ends at once", file=sys.stderr)

    try:
        before = signal.signal(signal.SIGINT, interrupt)
    except ValueError:  # not the main thread: whoever runs us there handles signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def parts(event: Progress) -> str:
    """The loss parts in a few characters."""
    return "  ".join(f"{name} {value:.3g}" for name, value in event.values.items())


def speed(event: Progress) -> str:
    return "" if event.rate is None else f"{event.rate:,.0f}/s  "


def clock(seconds: float | None) -> str:
    if seconds is None:
        return ""
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02} left" if hours else f"{rest // 60}:{rest % 60:02} left"


class _Silent:
    def __enter__(self) -> _Silent:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def say(self, text: str) -> None:
        pass

    def warn(self, text: str) -> None:
        self.say(text)

    def progress(self, event: Progress) -> None:
        pass


class _Drawn(_Silent):
    """A bar that is drawn over and over."""

    def __init__(self, console: Console, title: str):
        self.title = title
        self.bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.completed}/{task.total}"),
            TextColumn("{task.fields[rest]}"),
            console=console,
            transient=True,
        )
        self.task = self.bar.add_task(title, total=None, rest="")

    def __enter__(self) -> _Drawn:
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def say(self, text: str) -> None:
        self.bar.console.print(text, markup=False)

    def progress(self, event: Progress) -> None:
        level = f"level {event.level}/{event.levels}  " if event.levels > 1 else ""
        size = "{}x{}  ".format(*event.size) if event.size else ""
        rest = f"{level}{size}{parts(event)}  {speed(event)}{clock(event.seconds_left)}"
        self.bar.update(self.task, completed=event.done, total=event.total, rest=rest)


class _Lines(_Silent):
    """A line now and then, for logs."""

    def __init__(self, title: str):
        self.title, self.last = f"{title}: " if title else "", time.monotonic()

    def say(self, text: str) -> None:
        print(self.title + text, file=sys.stderr, flush=True)

    def warn(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def progress(self, event: Progress) -> None:
        if time.monotonic() - self.last >= LINE_EVERY:
            self.last = time.monotonic()
            self.say(f"{event.done}/{event.total}  {parts(event)}  {speed(event)}{clock(event.seconds_left)}")
