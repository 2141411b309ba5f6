"""The course of the learning rates: one factor for all of them, by pictures seen."""

from __future__ import annotations

import math

from gancraft.training.settings import LearnOptions


class Schedule:
    """The factor by which every learning rate is multiplied. `eased` changes when something reacts to the run: a plateau,
    or a remedy; it is part of a checkpoint."""

    def __init__(self, options: LearnOptions, total: int):
        self.options, self.total, self.eased = options, total, 1.0
        self.best, self.best_at = math.inf, 0

    def factor(self, pictures: int) -> float:
        """At this many pictures seen."""
        options = self.options
        factor = options.rate_factor * self.eased
        if pictures < options.warm_up:
            factor *= (pictures + 1) / options.warm_up
        if options.schedule == "cosine":
            through = min(1.0, pictures / self.total)
            factor *= options.final + (1 - options.final) * (1 + math.cos(math.pi * through)) / 2
        elif options.schedule == "step" and pictures >= options.drop_at * self.total:
            factor *= options.drop
        return factor

    def look(self, pictures: int, distance: float) -> bool:
        """Take note of the quality at a look; True where the rates drop because it has stalled."""
        if self.options.schedule != "plateau" or math.isnan(distance):
            return False
        if distance < self.best:
            self.best, self.best_at = distance, pictures
        if pictures - self.best_at < self.options.patience:
            return False
        self.eased *= self.options.drop
        self.best_at = pictures
        return True

    def to_dict(self) -> dict[str, float]:
        return {"eased": self.eased, "best": self.best, "best_at": self.best_at}

    def from_dict(self, values: dict[str, float]) -> None:
        self.eased, self.best, self.best_at = values["eased"], values["best"], int(values["best_at"])
