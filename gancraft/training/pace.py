"""Telling how a run goes: one Progress event now and then, by the clock, which changes nothing in the run."""

from __future__ import annotations

import time
from collections.abc import Generator as Work
from collections.abc import Iterator
from typing import Any

import torch

from gancraft.events import Event, Progress
from gancraft.training.session import Session

TELL = 0.3  # seconds between two events
LATEST = 0.45  # sooner, where the next piece of work would make it later than this
WINDOW = 5.0  # seconds over which the speed is told


class Pace:
    """When somebody was told last, and what has come since. talks: whether this process tells at all."""

    def __init__(self, session: Session, total: int, talks: bool):
        self.session, self.total, self.talks = session, total, talks
        self._told = time.monotonic()
        self._since = (self._told, session.pictures)
        self._rate: float | None = None
        self._sums: dict[str, torch.Tensor] = {}
        self._shown: dict[str, float] = {}

    def during(self, work: Iterator[None]) -> Work[Event, None, Any]:
        """Do work that pauses now and then: rounds and looks may take longer than somebody should wait for a sign."""
        while True:
            begun = time.monotonic()
            try:
                next(work)
            except StopIteration as end:
                return end.value
            now = time.monotonic()
            if self.talks and now - self._told >= min(TELL, LATEST - (now - begun)):
                yield self.progress()

    def due(self) -> bool:
        return self.talks and time.monotonic() - self._told >= TELL

    def forget(self) -> None:
        """The meters begin anew."""
        self._sums = {}

    def progress(self) -> Progress:
        """Losses since the last one; a NaN shows as such."""
        session = self.session
        values: dict[str, float] = {}
        for step in session.steps:
            values |= step.meter.means(since=self._sums.get(step.phase.name))
            self._sums[step.phase.name] = step.meter.sums()
        new = {name: v for name, v in values.items() if name != "nonfinite" and not name.startswith("gradient/")}
        self._shown = {**self._shown, **new}  # of a phase that had no step since then, its last
        moment = time.monotonic()  # reading the meters waited for the device
        since, pictures = self._since
        if session.pictures > pictures:  # a long round is told of more than once
            self._rate = (session.pictures - pictures) / max(moment - since, 1e-9)
            if moment - since > WINDOW:
                self._since = (moment, session.pictures)
        self._told = moment
        left = (self.total - session.pictures) / self._rate if self._rate else None
        shape = session.trainable.plan.shape
        return Progress(
            session.pictures,
            self.total,
            session.stage + 1,
            len(session.stages),
            (shape.width, shape.height),
            self._shown,
            left,
            self._rate,
        )
