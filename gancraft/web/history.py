"""What one visitor has painted on this visit, so that a click brings it back to the wall.

Gradio's own copies of files go after an hour. These stay for as long as the visit does.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from gancraft.web.label import label
from gancraft.web.picker import SMALL, thumbnail
from gancraft.web.quiet import QUIET
from gancraft.web.tiles import tiles
from gancraft.web.visit import Visit

MOST = 24  # paintings; the oldest goes for the next
GONE = label("idle", "No longer here", "Paintings are kept for one visit, and this one is over: paint it again.")


@dataclass(frozen=True)
class Shown:
    """A finished painting as it hangs on the wall. file, before: the pictures' paths; said: its label."""

    title: str
    file: str
    before: str
    said: str
    command: str

    @property
    def on_the_wall(self) -> tuple[str, tuple[str, str], str, str]:
        """Values for file, (before, after), label and command."""
        return self.file, (self.before, self.file), self.said, self.command


class History:
    """The newest first. Lives in a `gr.State`, which gives each visitor one of their own."""

    def __init__(self) -> None:
        self._visit = Visit(keep_runs=False)
        self._kept: list[tuple[Path, Shown]] = []

    def __deepcopy__(self, memo: object) -> History:
        return History()  # Gradio copies the initial value for each visitor

    @contextlib.contextmanager
    def place(self) -> Iterator[Path]:
        """A folder for the files of a painting. It goes with the block, unless the painting was kept."""
        folder = Path(tempfile.mkdtemp(dir=self._visit.folder))
        try:
            yield folder
        finally:
            if folder not in [kept for kept, _ in self._kept]:
                shutil.rmtree(folder, ignore_errors=True)

    def keep(self, folder: Path, shown: Shown) -> None:
        """Keep a painting and the folder of its files."""
        thumbnail(shown.file, SMALL).save(folder / "small.webp")
        self._kept.insert(0, (folder, shown))
        for old, _ in self._kept[MOST:]:
            shutil.rmtree(old, ignore_errors=True)
        del self._kept[MOST:]

    def tiles(self) -> list[tuple[str, str]]:
        """Pictures and titles for a gallery."""
        return [(str(folder / "small.webp"), shown.title) for folder, shown in self._kept]

    def back(self, index: int) -> Shown | None:
        """One of them; None where it is gone."""
        if index >= len(self._kept) or not Path(self._kept[index][1].file).exists():
            return None
        return self._kept[index][1]

    def close(self) -> None:
        """Remove all files."""
        self._kept = []
        self._visit.close()


def draw_history() -> tuple[gr.State, gr.Column, gr.Gallery]:
    """Draw the row of paintings within the open Blocks, hidden until there is one."""
    history = gr.State(History(), delete_callback=History.close)
    with gr.Column(visible=False, elem_classes="gc-strip gc-history") as place:
        gr.HTML("<h2>Painted on this visit</h2>", padding=False)
        painted = tiles([], "Painted on this visit, the newest first", "gc-small-tiles", columns=MOST)
    return history, place, painted


def wire_history(run: Any, history: gr.State, place: gr.Column, tiles: gr.Gallery, wall: list[Any]) -> None:
    """Have the row follow the event `run`, and its tiles bring a painting back. wall: file, comparison, label, command."""

    def show(history: History) -> tuple[Any, Any]:
        known = history.tiles()
        return gr.update(visible=bool(known)), gr.update(value=known, selected_index=0 if known else None)

    def bring_back(history: History, event: gr.SelectData) -> Any:
        shown = history.back(event.index)
        return shown.on_the_wall if shown is not None else (gr.skip(), gr.skip(), GONE, gr.skip())

    run.then(show, history, [place, tiles], **QUIET)
    tiles.select(bring_back, history, wall, **QUIET)
