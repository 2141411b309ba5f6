"""What happens between Paint and a picture: the engine's events, turned into what the page shows.

Shape suffixes: H, W = height, width, C = 3 channels.
"""

from __future__ import annotations

import re
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from gancraft.errors import GancraftError
from gancraft.events import Finished, Preview, Progress, Run, Warned
from gancraft.pictures import Picture
from gancraft.style.choice import StyleChoice
from gancraft.web import label
from gancraft.web.command import at_home
from gancraft.web.controls import errors_as_toasts
from gancraft.web.picker import open_input
from gancraft.web.settings import DRAWING, EVERY, STOP_SECONDS, Limits

Outputs = tuple[Any, Any, Any, Any]  # file, (before, after), label, command


class Switch:
    """One visitor's run, so that Stop finds what Paint began. Lives in a `gr.State`."""

    def __init__(self) -> None:
        self.run: Run | None = None
        self.over = threading.Event()

    def __deepcopy__(self, memo: object) -> Switch:
        return Switch()  # Gradio copies the initial value for each visitor

    def stop(self) -> None:
        """Ask the run to end, and wait for its last picture to be on the page; nothing where none is running."""
        if self.run is not None:
            self.run.stop()
            self.over.wait(STOP_SECONDS)

    def hold(self, run: Run) -> None:
        """A run begins."""
        self.run = run
        self.over.clear()

    def release(self) -> None:
        """It is over, however it ended."""
        if self.run is not None:
            self.run.close()
        self.run = None
        self.over.set()


def paint_events(
    switch: Switch, choice: StyleChoice, content: Picture, style: Picture, limits: Limits
) -> Iterator[Outputs]:
    """Paint, and yield what the page shows at each event. Closing this closes the run."""
    title, skip = label.title_of(content, style), gr.skip()
    yield None, skip, label.loading(title), ""
    with errors_as_toasts(), tempfile.TemporaryDirectory(prefix="gancraft-") as folder:
        from gancraft.style import paint_to, sized  # torch comes with it

        before_HWC = levels(sized(choice, content).rgb_HWC)
        file = Path(folder) / file_name(content, style)
        run = paint_to(file, choice, content, [(style, 1.0)], preview_every=1)
        switch.hold(run)
        began = due = time.monotonic()
        try:
            last, shown, picture = Progress(0, None), label.loading(title), skip
            for event in run:
                if isinstance(event, Progress):
                    last, shown = event, label.painting(title, event)
                elif isinstance(event, Preview):
                    picture = (before_HWC, levels(event.picture_HWC))
                elif isinstance(event, Warned):
                    gr.Warning(event.message)
                elif isinstance(event, Finished):
                    pair, facts = (before_HWC, _result(event)), _facts(choice, event, last)
                    yield str(file), pair, label.done(title, facts), at_home(choice, content, style)
                now = time.monotonic()
                if now >= due and not isinstance(event, Finished):
                    yield skip, picture, shown, skip
                    # Drawing costs the run's own time: the slower the machine, the rarer it is.
                    due, picture = time.monotonic() + max(EVERY, DRAWING * (time.monotonic() - now)), skip
                elif isinstance(event, Progress):
                    yield skip, skip, skip, skip  # only here can a visitor who left end the run
                if now - began > limits.max_seconds:
                    run.stop()
        finally:
            switch.release()


def open_inputs(content: str | None, style: str | None, limits: Limits) -> tuple[Picture, Picture]:
    """Both pictures. Raises UsageError, in one line, for what can't be read."""
    return (
        open_input(content, "Photo", limits.max_megapixels),
        open_input(style, "Style", limits.max_megapixels),
    )


def levels(x_HWC: np.ndarray) -> np.ndarray:
    """[0, 1] to 0..255, for showing."""
    return (np.clip(x_HWC, 0, 1) * 255 + 0.5).astype(np.uint8)


def file_name(content: Picture, style: Picture) -> str:
    """`cat-mosaic.png`: names of both without anything that a file system could mind."""
    names = [re.sub(r"[^A-Za-z0-9_-]+", "-", Path(picture.name).stem)[:40].strip("-") for picture in (content, style)]
    return "-".join(name or "picture" for name in names) + ".png"


def _result(event: Finished) -> np.ndarray:
    if event.picture_HWC is None:
        raise GancraftError(event.problem or "the run ended without a picture")
    if event.problem:
        gr.Warning(event.problem)
    return levels(event.picture_HWC)


def _facts(choice: StyleChoice, event: Finished, last: Progress) -> Sequence[str]:
    assert event.picture_HWC is not None
    height, width = event.picture_HWC.shape[:2]
    steps = (
        [f"{last.done} of {last.total} steps, stopped" if event.stopped else f"{last.done} steps"] if last.done else []
    )
    return [
        choice.method.name,
        f"{width} × {height}",
        *steps,
        f"seed {choice.settings.seed}",
        label.seconds(event.seconds),
    ]
