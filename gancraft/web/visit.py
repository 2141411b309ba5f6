"""What one visitor has on the server's disk: pictures brought along, runs, and files to take away.

On a public page all of it lies in a temporary folder that goes with the visit: some time after the last thing that was done,
or when the page is shut down. On one's own machine runs stay, in the folder `runs` where the page was started.
"""

from __future__ import annotations

import re
import tempfile
import weakref
from pathlib import Path

import gradio as gr

from gancraft.errors import UsageError
from gancraft.pictures.dataset import forget
from gancraft.web.settings import CACHE_SECONDS, Limits

KEPT = Path("runs")
PREFIX = "page-"


class Visit:
    """Lives in a `gr.State`, which gives each visitor one of their own."""

    def __init__(self, keep_runs: bool) -> None:
        self.keep_runs = keep_runs
        self.running: str | None = None  # the run that is under way
        self.latest: str | None = None  # the last one that left something
        self.taken: tuple[str, str] | None = None  # its model and its report, to take away
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._end: weakref.finalize[..., Visit] | None = None

    def __deepcopy__(self, memo: object) -> Visit:
        return Visit(self.keep_runs)  # Gradio copies the initial value for each visitor

    @property
    def folder(self) -> Path:
        """Of things that nobody needs after the visit."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="gancraft-", ignore_cleanup_errors=True)
            self._end = weakref.finalize(self, _remove, self._folder)
        return Path(self._folder.name)

    @property
    def home(self) -> Path:
        """Of runs, and of the pictures that they are trained on."""
        return KEPT if self.keep_runs else self.folder

    def begin(self, name: str) -> Path:
        """A new folder for a run. name: what it is about, of which letters and digits are taken."""
        base = PREFIX + plain(name)
        number = 1
        while True:
            path = self.home / (base if number == 1 else f"{base}-{number}")
            try:
                path.mkdir(parents=True)
            except FileExistsError:
                number += 1
                continue
            return path

    def runs(self) -> list[str]:
        """Names of the runs that can be gone on with, the newest first."""
        found = [path.parent for path in self.home.glob("*/run.json") if any((path.parent / "checkpoints").glob("*"))]
        return [path.name for path in sorted(found, key=lambda path: -(path / "run.json").stat().st_mtime)]

    def find(self, name: str) -> Path:
        """The folder of a run, "" for the latest one of this visit. Raises UsageError where there is none."""
        name = name or self.latest or ""
        if name not in self.runs():
            gone = "there is no such run here any more" if name else "there is no run yet"
            raise UsageError(f"{gone}: begin a new one")
        return self.home / name

    def close(self) -> None:
        """Remove what goes with the visit."""
        if self._end is not None:
            self._end()
        self._folder = self._end = self.running = self.latest = self.taken = None


def visit_state(limits: Limits) -> gr.State:
    """The component for it. An event that gives it back makes it last longer."""
    lasts = None if limits.keep_runs else CACHE_SECONDS
    return gr.State(Visit(limits.keep_runs), time_to_live=lasts, delete_callback=Visit.close)


def plain(name: str) -> str:
    """Letters, digits and dashes that any file system takes."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:60] or "pictures"


def _remove(folder: tempfile.TemporaryDirectory[str]) -> None:
    forget(Path(folder.name))
    folder.cleanup()
