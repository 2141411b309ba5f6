"""The label beside the picture, as in a museum: what is being painted, how far it is, what it became.

`data-state` tells the stylesheet which buttons are in sight, so that no event is needed for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from gancraft.events import Progress
from gancraft.pictures import Picture, samples


class Title(NamedTuple):
    """What is painted, and whether it is "wide", "tall" or "square": the frame is fitted to that."""

    text: str
    shape: str = "wide"


def idle() -> str:
    """Nothing was painted yet."""
    return _label("idle", Title("Your painting will hang here"), "Choose a photo and a style, then paint.")


def waiting() -> str:
    """Paint was pressed; others may be before."""
    return _label("waiting", Title("Getting ready"), "Waiting for a free easel …", _bar(None))


def loading(title: Title) -> str:
    """The run is being prepared."""
    return _label("painting", title, "Mixing colours …", _bar(None))


def painting(title: Title, progress: Progress) -> str:
    """A run is on its way."""
    facts = [f"{progress.done} of {progress.total}" if progress.total else f"{progress.done} steps"]
    if progress.size is not None:
        facts.append(f"{progress.size[0]} × {progress.size[1]}")
    if progress.seconds_left is not None:
        facts.append(f"{seconds(progress.seconds_left)} left")
    share = progress.done / progress.total if progress.total else None
    return _label("painting", title, " · ".join(facts), _bar(share))


def done(title: Title, facts: Sequence[str]) -> str:
    """The picture is there."""
    return _label("done", title, " · ".join(facts))


def failed() -> str:
    """A run ended with an error, which is shown as a message."""
    return _label("idle", Title("Nothing was painted"), "The message says why: change that, and paint again.")


def cancelled() -> str:
    """The visitor gave up before there was a result."""
    return _label("idle", Title("Stopped"), "Paint starts again whenever you like.")


def title_of(content: Picture, style: Picture) -> Title:
    """`Chelsea the cat, after Peacock`."""
    aspect = content.width / content.height
    return Title(
        f"{name(content)}, after {name(style)}", "wide" if aspect > 1.2 else "tall" if aspect < 0.8 else "square"
    )


def name(picture: Picture) -> str:
    """A bundled picture's title; for others the file's name without its ending."""
    titles = {sample.name: sample.title for sample in samples()}
    return titles.get(picture.sample or "") or picture.name.rpartition(".")[0] or picture.name


def seconds(value: float) -> str:
    """`14 s`, `2 min`, `3 h`: as exactly as anyone waits."""
    if value < 90:
        return f"{max(0, round(value))} s"
    return f"{round(value / 60)} min" if value < 5400 else f"{round(value / 3600)} h"


def _label(state: str, title: Title, line: str, bar: str = "") -> str:
    busy = " data-busy" if bar else ""
    return (
        f'<div class="gc-label"{busy} data-state="{state}" data-shape="{title.shape}" role="status">'
        f"<strong>{escape(title.text)}</strong><span>{escape(line)}</span>{bar}</div>"
    )


def _bar(share: float | None) -> str:
    if share is None:
        return '<div class="gc-bar gc-busy" role="progressbar"><i></i></div>'
    percent = round(100 * min(1.0, share))
    return f'<div class="gc-bar" role="progressbar" aria-valuenow="{percent}"><i style="width:{percent}%"></i></div>'
