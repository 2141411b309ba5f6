"""The label beside a picture, as in a museum: what is being made, how far it is, what it became.

`data-state` ("idle", "waiting", "busy", "done") and `data-busy` tell the stylesheet which buttons are in sight, so that no
event is needed for it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from gancraft.events import Progress

Words = tuple[str, str]  # what it is called, and a sentence below


@dataclass(frozen=True)
class Sayings:
    """What a tab's label says when there is no run: before the first, in the queue, after an error, and when the visitor gave
    up before there was a result."""

    idle: Words
    waiting: Words
    failed: Words
    cancelled: Words

    def html(self, moment: str) -> str:
        """The label of "idle", "waiting", "failed" or "cancelled"."""
        words: Words = getattr(self, moment)
        return busy(*words, state="waiting") if moment == "waiting" else label("idle", *words)


def label(state: str, title: str, line: str | Sequence[str], shape: str = "wide") -> str:
    """A label without a bar. line: a sentence, or facts to be set apart by dots; shape: "wide", "tall" or "square", to which
    the frame is fitted."""
    return _label(state, title, line, shape)


def busy(title: str, line: str | Sequence[str], shape: str = "wide", state: str = "busy") -> str:
    """One of something that goes on, nobody knows how far."""
    return _label(
        state, title, line, shape, '<div class="gc-bar gc-busy" role="progressbar" aria-label="Working"><i></i></div>'
    )


def progressing(title: str, progress: Progress, more: Sequence[str] = (), shape: str = "wide") -> str:
    """One of a run on its way, with seconds left. more: facts after those of the progress."""
    if not progress.done:
        return busy(title, more or "Getting ready …", shape)
    facts = [f"{progress.done:,} of {progress.total:,}" if progress.total else f"{progress.done:,} steps"]
    if progress.size is not None:
        facts.append(f"{progress.size[0]} × {progress.size[1]}")
    if progress.seconds_left is not None and math.isfinite(progress.seconds_left):
        facts.append(f"{about(progress.seconds_left)} left")
    if not progress.total:
        return busy(title, [*facts, *more], shape)
    percent = round(100 * min(1.0, progress.done / progress.total))
    bar = (
        f'<div class="gc-bar" role="progressbar" aria-label="Progress" aria-valuenow="{percent}">'
        f'<i style="width:{percent}%"></i></div>'
    )
    return _label("busy", title, [*facts, *more], shape, bar)


def shape_of(width: int, height: int) -> str:
    """ "wide", "tall" or "square"."""
    aspect = width / height
    return "wide" if aspect > 1.2 else "tall" if aspect < 0.8 else "square"


def seconds(value: float) -> str:
    """What was measured: `0.2 s`, and above ten seconds as `about` has it."""
    if not 0.05 <= value < 9.95:  # 10.0 would promise more than 10
        return about(value) if value >= 0.05 else "under 0.1 s"
    return f"{value:.1f} s"


def about(value: float) -> str:
    """What is guessed, or a limit: `14 s`, `2 min`, `3 h`, as exactly as anyone waits. Never 0, at which it would be over."""
    if value < 90:
        return f"{max(1, round(value))} s"
    return f"{round(value / 60)} min" if value < 5400 else f"{round(value / 3600)} h"


def coded(text: str) -> str:
    """HTML of a text that may be anybody's: what it has in `backticks` is code, all else stands as it is."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))


def _label(state: str, title: str, line: str | Sequence[str], shape: str, bar: str = "") -> str:
    said = line if isinstance(line, str) else " · ".join(line)
    return (
        f'<div class="gc-label"{" data-busy" if bar else ""} data-state="{state}" data-shape="{shape}" role="status">'
        f"<strong>{escape(title)}</strong><span>{escape(said)}</span>{bar}</div>"
    )
