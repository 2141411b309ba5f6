"""The doctor of a run: remembers its looks and says what begins and what is over."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from gancraft.interfaces import LossHealth
from gancraft.training.health import thresholds, words
from gancraft.training.health.case import Case
from gancraft.training.health.look import (
    RECOVERED,
    Course,
    Finding,
    Look,
    finding_from_dict,
    finding_to_dict,
    look_from_dict,
    look_to_dict,
)
from gancraft.training.health.progress import Progress
from gancraft.training.health.rules import RULES


class Monitor:
    """Judges a run from what is measured at its looks."""

    def __init__(self, health: LossHealth, pictures: int):
        """health: how the losses' values are to be read. pictures: planned in all."""
        self.health, self.pictures = health, pictures
        self._course, self._progress = Course(), Progress()
        self._active: dict[str, Finding] = {}  # with the sentence and number of now, and the pictures at which it began
        self.findings: list[Finding] = []  # all that was announced

    @property
    def looks(self) -> Sequence[Look]:
        """All looks so far, oldest first."""
        return self._course.looks

    @property
    def active(self) -> tuple[str, ...]:
        """Codes of the troubles that are there now."""
        return tuple(self._active)

    @property
    def is_best(self) -> bool:
        """Whether the latest look had the lowest smoothed distance so far."""
        return self._progress.is_best

    @property
    def best(self) -> tuple[int, float] | None:
        """Pictures and smoothed distance of the best look; None while none had a distance."""
        return (self._progress.best_at, self._progress.best) if self._progress.best < math.inf else None

    def look(self, look: Look) -> list[Finding]:
        """Troubles that begin with this look, and (`recovered:…`) those that are over."""
        self._course.looks.append(look)
        measured = look.values.get("distance")
        distances = self._course.last("distance", 3)
        self._progress.look(look.pictures, distances, bool(distances) and distances[-1] == measured)
        news: list[Finding] = []
        case = Case(self._course, self._progress, self.health, self.pictures)
        for code, rule in RULES.items():
            known = self._active.get(code)
            others = any(other != code for other in self._active)
            sign = rule(replace(case, since=known.pictures if known else None, others=others))
            if sign is not None:
                began = known.pictures if known else look.pictures
                self._active[code] = Finding(code, sign.sentence, sign.value, began)
                if known is None:
                    news.append(self._active[code])
            elif known is not None:
                del self._active[code]
                now = self._course.middle(words.OVER[code][1], 1)
                news.append(Finding(RECOVERED + code, words.over(code, now), known.value, look.pictures))
        self.findings += news
        return news

    def verdict(self) -> str:
        """A line for the end: `healthy`, what happened and when, worst first and what is over last, or that the run was too
        short to tell."""
        stays = [self._stays(self._active[code]) for code in RULES if code in self._active]
        if stays:
            return "; ".join(stays)
        case = Case(self._course, self._progress, self.health, self.pictures)
        diversity = self._course.middle("diversity", 3)
        if diversity is not None and diversity < thresholds.ALIKE and not case.was_varied():
            return f"pictures did not become varied (diversity {diversity:.2g} of the data's); train longer"
        over = [finding for finding in self.findings if finding.code.startswith(RECOVERED)]
        if not over:
            return self._too_short(case) or "healthy"
        return "recovered: " + "; ".join(self._was(finding) for finding in over)

    def _too_short(self, case: Case) -> str:
        """Where nothing was seen: why nothing could be; "" where it could."""
        seen = len(self.looks)
        if seen == 0:
            return f"{words.TOO_SHORT} (there was no look at its health)"
        few = seen < thresholds.LEAST_LOOKS
        told = bool(self._course.last("diversity", 1)) and not case.was_varied()
        if few or (told and case.pictures < thresholds.LEAST_GRACE):
            looks = "look" if seen == 1 else "looks"
            why = words.TOO_SHORT if case.pictures < thresholds.LEAST_GRACE else words.TOO_FEW
            return f"{why} ({case.pictures:,} pictures at the last of {seen} {looks} at its health)"
        return ""

    def _stays(self, now: Finding) -> str:
        return f"{words.PAST[now.code].format(value=now.value)} at {now.pictures:,} pictures and stayed so"

    def _was(self, over: Finding) -> str:
        code = over.code.removeprefix(RECOVERED)
        before = self.findings[: self.findings.index(over)]
        began = next(finding.pictures for finding in reversed(before) if finding.code == code)
        return f"{words.PAST[code].format(value=over.value)} from {began:,} to {over.pictures:,} pictures"

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON; `from_dict` gives the same monitor, bit for bit."""
        return {
            "health": asdict(self.health),
            "pictures": self.pictures,
            "looks": [look_to_dict(look) for look in self._course.looks],
            "progress": self._progress.to_dict(),
            "active": {code: finding_to_dict(finding) for code, finding in self._active.items()},
            "findings": [finding_to_dict(finding) for finding in self.findings],
        }

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> Monitor:
        """Raises KeyError, TypeError or ValueError for what `to_dict` didn't give."""
        monitor = cls(LossHealth(**state["health"]), int(state["pictures"]))
        monitor._course.looks = [look_from_dict(look) for look in state["looks"]]
        monitor._progress = Progress(**state["progress"])
        monitor._active = {code: finding_from_dict(finding) for code, finding in state["active"].items()}
        monitor.findings = [finding_from_dict(finding) for finding in state["findings"]]
        return monitor
