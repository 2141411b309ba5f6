"""What a rule is given: a run's course, and the questions that several rules ask of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gancraft.interfaces import LossHealth
from gancraft.training.health import thresholds as t
from gancraft.training.health.look import Course, Look
from gancraft.training.health.progress import Progress


@dataclass(frozen=True)
class Case:
    """since: pictures at which this trouble began; None if it isn't known yet. others: whether another is."""

    course: Course
    progress: Progress
    health: LossHealth
    total: int
    since: int | None = None
    others: bool = False

    @property
    def active(self) -> bool:
        return self.since is not None

    @property
    def pictures(self) -> int:
        return self.course.looks[-1].pictures

    def peak(self) -> float:
        """The highest diversity, at most 1, of pictures that were like the data; 0 if there were none."""
        return max((_diversity_of_likeness(look) for look in self.course.looks), default=0.0)

    def was_varied(self) -> bool:
        """Whether there once were varied pictures that were like the data."""
        return self.peak() >= t.VARIED

    def is_beginner(self) -> bool:
        """Whether alike pictures may still be those of a generator that has learned little: until it was varied once, or
        has had its time and doesn't get better any more."""
        if self.was_varied():
            return False
        grace = min(t.GRACE, max(self.total / 2, t.LEAST_GRACE))
        better = math.isfinite(self.progress.reference) and self.progress.stuck_for(self.pictures) < grace / 2
        diversity = self.course.last("diversity", t.ALIKE_WINDOW)
        rising = bool(diversity) and diversity[-1] >= t.RISING * diversity[0]
        return self.pictures < grace or ((better or rising) and self.pictures < 2 * grace)

    def distance(self) -> float | None:
        return self.course.middle("distance", 3)

    def is_stuck(self, pictures: int) -> bool:
        """Whether the distance is not small, and hasn't become smaller for so many pictures."""
        distance = self.distance()
        return distance is not None and distance > t.FLOOR and self.progress.stuck_for(self.pictures) >= pictures


def _diversity_of_likeness(look: Look) -> float:
    """A look's diversity, at most 1; 0 where it isn't known, or is that of noise."""
    diversity = look.values.get("diversity", 0.0)
    like = look.values.get("distance", 0.0) <= t.LIKENESS
    return min(diversity, 1.0) if like and math.isfinite(diversity) else 0.0
