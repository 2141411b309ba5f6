"""What is known at a look, and what it means."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

RECOVERED = "recovered:"


@dataclass(frozen=True)
class Look:
    """Values measured after so many pictures. Any may be missing:

    diversity, distance, copying, held_out_gap, latent_use: of the measures of the same names.
    discriminator, generator: mean losses since the look before. separation: share of pairs with D(real) > D(fake).
    sign: mean sign of D(real). gradient/generator, gradient/discriminator: mean norms. nonfinite: losses that were not
    numbers. augment: probability now. held_out: number of held-out pictures.
    """

    pictures: int
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """A trouble that began, or (code `recovered:…`) is over. sentence: for people. value: the number that the trouble was
    told by, the last one for a trouble that is over."""

    code: str
    sentence: str
    value: float
    pictures: int


@dataclass
class Course:
    """The looks of a run so far, oldest first."""

    looks: list[Look] = field(default_factory=list)

    def having(self, name: str, count: int) -> list[Look]:
        """The latest looks with a finite value of that name, at most `count`, oldest first."""
        found: list[Look] = []
        for look in reversed(self.looks):
            if math.isfinite(look.values.get(name, math.nan)):
                found.append(look)
                if len(found) == count:
                    break
        return found[::-1]

    def last(self, name: str, count: int) -> list[float]:
        """The latest finite values of that name, at most `count`, oldest first."""
        return [look.values[name] for look in self.having(name, count)]

    def middle(self, name: str, count: int, least: int = 1) -> float | None:
        """Median of the latest `count` values; None if there are fewer than `least`."""
        values = self.last(name, count)
        return median(values) if len(values) >= max(1, least) else None

    def before(self, name: str, pictures: int) -> list[float]:
        """All finite values of looks at or before `pictures`, oldest first."""
        found = (look.values.get(name) for look in self.looks if look.pictures <= pictures)
        return [value for value in found if value is not None and math.isfinite(value)]


def encode(value: float) -> float | str:
    """For JSON, which knows no NaN and no infinity. Finite floats survive `json` bit for bit."""
    return value if math.isfinite(value) else repr(value)


def look_to_dict(look: Look) -> dict[str, Any]:
    return {"pictures": look.pictures, "values": {name: encode(value) for name, value in look.values.items()}}


def look_from_dict(state: Mapping[str, Any]) -> Look:
    return Look(int(state["pictures"]), {name: float(value) for name, value in state["values"].items()})


def finding_to_dict(finding: Finding) -> dict[str, Any]:
    return {**vars(finding), "value": encode(finding.value)}


def finding_from_dict(state: Mapping[str, Any]) -> Finding:
    return Finding(str(state["code"]), str(state["sentence"]), float(state["value"]), int(state["pictures"]))
