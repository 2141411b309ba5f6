"""Whether a run still gets better, by the distance of its pictures to the data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import Any

from gancraft.training.health import thresholds as t


@dataclass
class Progress:
    """best: the lowest smoothed distance so far, and when. reference: the one that later ones must beat by enough to count
    as better; improved_at: when that happened last."""

    best: float = math.inf
    best_at: int = 0
    reference: float = math.inf
    improved_at: int = 0
    is_best: bool = False

    def look(self, pictures: int, distances: list[float], measured: bool) -> None:
        """distances: the latest three, newest last; measured: whether the newest is of this look."""
        self.is_best = False
        if not distances or not measured:
            return
        # The latest counts too: when a collapse begins, the median of three is still good and the pictures aren't.
        smooth = max(median(distances), distances[-1])
        if smooth < self.best:
            self.best, self.best_at, self.is_best = smooth, pictures, True
        if smooth < self.reference - max(t.IMPROVEMENT * abs(self.reference), t.LEAST_IMPROVEMENT) or math.isinf(
            self.reference
        ):
            self.reference, self.improved_at = smooth, pictures

    def stuck_for(self, pictures: int) -> int:
        """Pictures since the last improvement; 0 if distances were never measured."""
        return pictures - self.improved_at if math.isfinite(self.reference) else 0

    def to_dict(self) -> dict[str, Any]:
        """Before the first look the infinities are left out, which JSON doesn't know."""
        return {name: value for name, value in vars(self).items() if math.isfinite(value)}
