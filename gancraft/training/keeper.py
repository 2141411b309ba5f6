"""What a run leaves on disk: sheets, checkpoints, the model, metrics, the report. A disk that is full costs none of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any, cast

import numpy as np

from gancraft.errors import GancraftError, UsageError
from gancraft.events import Event, Preview, Saved, Warned
from gancraft.models import save_model
from gancraft.pictures import save_picture
from gancraft.training.care import Care
from gancraft.training.checkpoints import Checkpoints
from gancraft.training.choice import TrainChoice
from gancraft.training.folder import RunFolder
from gancraft.training.observing import Observing
from gancraft.training.report import write_report
from gancraft.training.session import Session
from gancraft.training.settings import KeepOptions

REPORT = 60.0  # seconds between two reports of a run that goes on


class Keeper:
    """Writes into the run's folder; in processes that don't, every method does nothing."""

    def __init__(
        self,
        session: Session,
        observer: Observing,
        care: Care,
        choice: TrainChoice,
        folder: RunFolder,
        facts: Mapping[str, Any],
        classes: tuple[str, ...],
    ):
        """facts: about the run, for the model's file; classes: names of the data's."""
        self.session, self.observer, self.care, self.choice, self.folder = session, observer, care, choice, folder
        self.facts, self.classes = facts, classes
        self.options = cast(KeepOptions, choice.options["keep"])
        self.across, self.down = _sheet(self.options.sheet)
        self.checkpoints = Checkpoints(folder.checkpoints, self.options.checkpoints)
        self.board = _tensorboard(folder, self.options.tensorboard)
        self.sheet_HWC: np.ndarray | None = None
        self.failed = False  # the latest checkpoint couldn't be written
        self.before = 0.0  # seconds that the run took before this process
        self._started = self._saved = self._reported = time.monotonic()

    def seconds(self) -> float:
        """That the run has taken, in all processes one after the other."""
        return self.before + time.monotonic() - self._started

    def due(self) -> bool:
        """Whether it is time for a checkpoint."""
        return self.folder.writes and time.monotonic() - self._saved >= self.options.checkpoint_every

    def log(self, kind: str, values: Mapping[str, Any]) -> None:
        """A line of the metrics; numbers go to TensorBoard too."""
        self.folder.log(kind, self.session.pictures, self.seconds(), values)
        if self.board is not None and kind == "progress":
            self.board.write(self.session.pictures, values)

    def show(self) -> Iterator[Event]:
        """A sample sheet, as a file and as an event."""
        if not self.folder.writes:
            return
        self.sheet_HWC = self.observer.sheet(self.across, self.down)
        path = self.folder.samples / f"{self.session.pictures:09}.png"
        try:
            save_picture(path, self.sheet_HWC)
        except (OSError, GancraftError) as error:
            yield Warned(f"{path}: can't be saved ({_reason(error)}); training goes on", "disk")
        if self.board is not None:
            self.board.picture(self.session.pictures, self.sheet_HWC)
        yield Preview(self.sheet_HWC, self.session.pictures)

    def save(self) -> Iterator[Event]:
        """A checkpoint and the model, unless the weights are broken."""
        self._saved = time.monotonic()
        if not self.folder.writes or self.care.broken():
            return
        session, care = self.session, self.care
        try:
            if care.best is not None and care.best[0] != care.best_on_disk:
                pictures, tensors = care.best
                self.checkpoints.save(pictures, {"counters": {"pictures": pictures}}, tensors, best=True)
                care.best_on_disk = pictures
            header = {
                "method": self.choice.method.name,
                "options": self.choice.to_dict(),
                "counters": session.counters(),
                "world": session.ranks.world,
                **care.to_dict(),
            }
            path = self.checkpoints.save(session.pictures, header, session.tensors())
            facts = {**self.facts, "pictures": session.pictures, "verdict": care.verdict()}
            info = self.choice.describe(
                session.trainable.plan, classes=self.classes, stage=session.stage, training=facts
            )
            save_model(self.folder.model, session.sampler, info)
        except OSError as error:
            self.failed = True
            why = f"can't save a checkpoint ({_reason(error)}); training goes on, what is there is kept"
            yield Warned(f"{self.folder.path}: {why}", "disk")
            return
        self.failed = False
        yield Saved(str(path))
        if time.monotonic() - self._reported >= REPORT:
            yield from self.report()

    def report(self) -> Iterator[Event]:
        """report.html, of what there is so far."""
        if not self.folder.writes:
            return
        self._reported = time.monotonic()
        try:
            yield Saved(str(write_report(self.folder.path)))
        except (OSError, GancraftError) as error:
            yield Warned(f"report.html can't be saved ({_reason(error)})", "disk")

    def close(self) -> None:
        if self.board is not None:
            self.board.close()


def _sheet(text: str) -> tuple[int, int]:
    across, _, down = text.lower().partition("x")
    if not (across.isdigit() and down.isdigit() and 0 < int(across) * int(down) <= 256):
        raise UsageError(f"--sheet {text}: write pictures across and down, as 8x4, at most 256 in all")
    return int(across), int(down)


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or " ".join(str(error).split())


def _tensorboard(folder: RunFolder, wanted: bool) -> Any:
    if not wanted or not folder.writes:
        return None
    from gancraft.training.report.tensorboard import TensorBoardLog

    return TensorBoardLog(folder.path)
