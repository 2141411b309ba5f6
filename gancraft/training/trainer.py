"""The loop: rounds, and between them looks, sheets, checkpoints and events. It knows no generator and no discriminator.

What can change a run (looks, remedies, stages, schedules) comes at counts of pictures seen. The clock decides only when
somebody is told, and when a checkpoint is written: that reads the run and changes nothing in it.
"""

from __future__ import annotations

from collections.abc import Generator as Work
from collections.abc import Iterator
from typing import Any, cast

import torch

from gancraft.errors import GancraftError
from gancraft.events import Event, Finished, Run, Saved, Warned
from gancraft.training import marks
from gancraft.training.care import Care
from gancraft.training.checkpoints import Checkpoints
from gancraft.training.choice import TrainChoice
from gancraft.training.folder import RunFolder
from gancraft.training.keeper import Keeper
from gancraft.training.observing import Observing
from gancraft.training.pace import Pace
from gancraft.training.ranks import Ranks
from gancraft.training.session import Session
from gancraft.training.settings import HealthOptions, KeepOptions

PULSE = 8  # rounds after which several processes agree on whether to stop


class Trainer:
    """A run that is ready to go on from wherever its session is."""

    def __init__(
        self,
        session: Session,
        observer: Observing,
        choice: TrainChoice,
        folder: RunFolder,
        ranks: Ranks,
        facts: dict[str, Any],
        classes: tuple[str, ...],
    ):
        """facts: about the run, for the model's file; classes: names of the data's."""
        self.session, self.observer, self.folder, self.ranks = session, observer, folder, ranks
        self.total = choice.settings.pictures
        self.health = cast(HealthOptions, choice.options["health"])
        self.sheet_every = cast(KeepOptions, choice.options["keep"]).sheet_every
        self.look_every = marks.look_every(self.health.look_every, self.total, choice.settings.batch)
        self.care = Care(session, choice, Checkpoints(folder.checkpoints, 1))
        self.keeper = Keeper(session, observer, self.care, choice, folder, facts, classes)
        self.pace = Pace(session, self.total, ranks.main)
        self._noted = -1 if len(session.stages) > 1 else 0  # the stage that the metrics tell of

    def restore(self, header: Any, tensors: Any) -> None:
        """Become the run that wrote this checkpoint. Raises GancraftError where it doesn't fit."""
        try:
            self.session.load(tensors, header["counters"])
            self.care.from_dict(header)
        except (KeyError, RuntimeError, ValueError, TypeError, IndexError) as error:
            reason = " ".join(str(error).split())[:120]
            raise GancraftError(
                f"{self.folder.path}: the checkpoint doesn't fit the networks of this run ({reason})"
            ) from error
        self.keeper.before = self.folder.forget_after(self.session.pictures)
        self._noted = self.session.stage
        self.pace = Pace(self.session, self.total, self.ranks.main)

    def events(self, run: Run) -> Iterator[Event]:
        """Train to the end, or until asked to stop; ends with `Finished`."""
        session = self.session
        begun, stopping = session.pictures, False
        if begun == 0:
            self._note_stage()
            yield from self.keeper.show()
        while session.pictures < self.total and not stopping and self.care.problem is None:
            before = session.pictures
            try:
                yield from self.pace.during(session.pieces())
            except torch.OutOfMemoryError as error:
                raise OutOfMemory(session.pictures - begun) from error
            while session.warnings:
                yield Warned(session.warnings.pop(0))
            yield from self._between(before, session.pictures)
            stopping = run.stopping
            if self.ranks.world > 1:
                stopping = session.rounds % PULSE == 0 and self.ranks.any(run.stopping, session.compute.device)
        yield from self._end(stopping and session.pictures < self.total)

    def _between(self, before: int, now: int) -> Iterator[Event]:
        """What is due after a round."""
        self._note_stage()
        if marks.is_due(self.look_every, before, now):
            yield from self._look()
        if marks.sheet_is_due(self.sheet_every, self.total, before, now):
            yield from self.keeper.show()
        if self.pace.due():
            yield self.pace.progress()
        if self.keeper.due():
            yield from self.keeper.save()

    def _note_stage(self) -> None:
        """Say in the metrics that the networks have grown."""
        if self.session.stage != self._noted:
            self._noted = self.session.stage
            stage = self.session.stages[self._noted]
            fade = stage.fade if self.session.faded < 1 else 0  # nothing of an inherited network is new
            self.keeper.log("stage", {"title": stage.title or f"stage {self._noted + 1}", "fade": fade})

    def _look(self) -> Iterator[Event]:
        """Measure in the main process; all judge what it saw, and so decide alike."""
        session = self.session
        self.ranks.mean([step.meter.total for step in session.steps])
        values = self.ranks.told((yield from self._measured()) if self.ranks.main else None)
        for step in session.steps:
            step.meter.clear()
        self.pace.forget()
        rate = max(session.optimisers.rates().values(), default=0.0)
        speed = session.pictures / max(self.keeper.seconds(), 1e-9)
        self.keeper.log("progress", {**values, "rate": rate, "pictures/s": speed})
        for event, kind, line in self.care.look(values):
            self.keeper.log(kind, line)
            yield event

    def _measured(self) -> Work[Event, None, dict[str, float]]:
        if self.health.remedy == "off" and self.session.schedule.options.schedule != "plateau":
            return self.observer.gathered()
        return (yield from self.pace.during(self.observer.measure()))

    def _end(self, stopped: bool) -> Iterator[Event]:
        """The last sheet, checkpoint, model and report."""
        keeper, care = self.keeper, self.care
        yield from keeper.show()
        care.end()
        problem = care.problem
        if problem is None:
            yield from keeper.save()
            if keeper.failed:
                problem = f"{self.folder.path}: the end can't be saved; make room and give the same command again"
        verdict = care.verdict()
        keeper.log("end", {"verdict": verdict, "stopped": stopped})
        yield from keeper.report()
        if self.ranks.main:
            yield Saved(str(self.folder.model))
        keeper.close()
        facts = {
            "pictures": self.session.pictures,
            "verdict": verdict,
            "folder": str(self.folder.path),
            "main": self.ranks.main,
        }
        yield Finished(keeper.sheet_HWC, stopped, problem, keeper.seconds(), facts)


class OutOfMemory(Exception):
    """The device has no room for a round. pictures: how many had been seen since this process began."""

    def __init__(self, pictures: int):
        super().__init__(pictures)
        self.pictures = pictures
