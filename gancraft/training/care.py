"""Caring for a run: what a look found, the best moment so far, and what is done about trouble."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, cast

import torch

from gancraft.errors import GancraftError
from gancraft.events import Warned
from gancraft.training.checkpoints import Checkpoints
from gancraft.training.choice import TrainChoice
from gancraft.training.health import Finding, Ladder, Look, Monitor
from gancraft.training.health.words import NOT_WATCHED, PAST
from gancraft.training.session import Session
from gancraft.training.settings import HealthOptions

WEIGHTS = ("average/", "network/")  # of a session's tensors

# What is told: an event for people, and the kind and values of its line in the metrics.
Told = tuple[Warned, str, dict[str, Any]]


class Care:
    """The monitor, the ladder of remedies, and the tensors of the best moment."""

    def __init__(self, session: Session, choice: TrainChoice, checkpoints: Checkpoints):
        self.session, self.checkpoints = session, checkpoints
        self.remedy = cast(HealthOptions, choice.options["health"]).remedy
        self.monitor = Monitor(session.trainable.health(), choice.settings.pictures)
        self.ladder = Ladder(session.trainable.remedies())
        self.best: tuple[int, dict[str, torch.Tensor]] | None = None
        self.best_pictures: int | None = None
        self.best_on_disk: int | None = None
        self.problem: str | None = None  # why the run can't go on
        self._diverged = False  # at the latest look, and not mended since

    def to_dict(self) -> dict[str, Any]:
        """For a checkpoint's header."""
        return {"monitor": self.monitor.to_dict(), "ladder": self.ladder.to_dict(), "best": self.best_pictures}

    def from_dict(self, header: Mapping[str, Any]) -> None:
        """Raises KeyError, TypeError or ValueError for what `to_dict` didn't give."""
        self.monitor, self.ladder = Monitor.from_dict(header["monitor"]), Ladder.from_dict(header["ladder"])
        self.best_pictures = self.best_on_disk = header["best"]

    def look(self, values: Mapping[str, float]) -> Iterator[Told]:
        """Judge what a look measured; tell what is new, and where that was asked for, mend it."""
        session, pictures = self.session, self.session.pictures
        self._diverged = values.get("nonfinite", 0.0) > 0
        if session.schedule.look(pictures, values.get("distance", math.nan)):
            sentence = f"quality has stalled: the learning rates drop to {session.schedule.eased:g} of the first"
            yield Warned(sentence, "plateau"), "remedy", {"sentence": sentence}
        if self.remedy != "off":
            for finding in self.monitor.look(Look(pictures, values)):
                yield _told(finding)
            if self.monitor.is_best and not self._diverged:
                self.best = (pictures, {name: value.detach().clone() for name, value in session.tensors().items()})
                self.best_pictures = pictures
        if self.remedy == "act":
            yield from self._mend()
        if self._diverged:
            self.problem = self._divergence()

    def broken(self) -> bool:
        """Whether a loss was no number at the last look or since: such weights are not worth keeping."""
        since = any(step.meter.means().get("nonfinite", 0.0) > 0 for step in self.session.steps)
        return self._diverged or since

    def verdict(self) -> str:
        """How the run has gone so far, in a line."""
        if self.problem is not None and "diverged" not in self.monitor.active:  # after the last look, or without any
            return PAST["diverged"]
        if self.remedy == "off":
            return f"{NOT_WATCHED} (remedy off)"
        return self.monitor.verdict()

    def end(self) -> None:
        """Note what came after the last look."""
        if self.problem is None and self.broken():
            self.problem = self._divergence()

    def _mend(self) -> Iterator[Told]:
        decision = self.ladder.decide(self.session.pictures, self.monitor.active)
        if decision is None:
            return
        sentence = decision.sentence
        if decision.roll_back:
            tensors = self._best_tensors()
            if tensors is None:
                sentence = f"{sentence}; there is no better moment to go back to"
            else:
                self.session.take(tensors)
                self._diverged = False
        self.session.schedule.eased *= decision.rate
        self.session.climb(decision.rung)
        yield Warned(sentence, "remedy"), "remedy", {"sentence": sentence}

    def _best_tensors(self) -> dict[str, torch.Tensor] | None:
        """Of the best moment, from memory or from the disk; None where the networks have grown since."""
        if self.best_pictures is None:
            return None
        try:
            tensors = self.best[1] if self.best is not None else self.checkpoints.best(self.best_pictures).tensors
        except GancraftError:
            return None
        now, then = (
            {n: t.shape for n, t in ts.items() if n.startswith(WEIGHTS)} for ts in (self.session.tensors(), tensors)
        )
        return dict(tensors) if now == then else None

    def _divergence(self) -> str:
        return (
            f"training diverged before {self.session.pictures:,} pictures: losses are no longer numbers; the last "
            "checkpoint before is kept: go on from it with --learn.rate-factor 0.5, or begin with --remedy act"
        )


def _told(finding: Finding) -> Told:
    values = {"code": finding.code, "sentence": finding.sentence, "value": finding.value}
    return Warned(finding.sentence, finding.code), "finding", values
