"""Axes: from values to places in the drawing, and round numbers to write at them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

OUTLIER = 1.0  # how many times the usual range a few values may reach before the axis leaves them out


@dataclass(frozen=True)
class Axis:
    """From [low, high] to [start, end], linear or logarithmic."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def place(self, value: float) -> float:
        low, high, value = (math.log10(v) if self.log else v for v in (self.low, self.high, value))
        return self.start + (self.end - self.start) * (value - low) / (high - low)

    def ticks(self) -> list[float]:
        """Some three to six round numbers."""
        if self.log:
            low, high = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            return [10.0**power for power in range(low, high + 1, max(1, math.ceil((high - low) / 4)))]
        step = _step((self.high - self.low) / 4)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [k * step for k in range(first, last + 1)]


def fitted(values: Sequence[float], inside: Sequence[float], start: float, end: float, log: bool = False) -> Axis:
    """An axis for `values`, which need not be sorted, that has the numbers `inside` on it too. A few values far outside the
    usual range don't squash all others: the axis ends before them."""
    ordered = sorted(values) or ([1.0] if log else [0.0])
    low, high = ordered[0], ordered[-1]
    if log:
        low, high = 10.0 ** math.floor(math.log10(low) + 1e-9), 10.0 ** math.ceil(math.log10(high) - 1e-9)
        return Axis(low, high if high > low else low * 10, start, end, log=True)
    cut = len(ordered) // 20
    usual_low, usual_high = ordered[cut], ordered[-1 - cut]
    room = OUTLIER * (usual_high - usual_low)
    if room > 0:
        low, high = max(low, usual_low - room), min(high, usual_high + room)
    low, high = min([low, *inside]), max([high, *inside])
    if high - low <= 1e-9 * max(abs(low), abs(high)):  # a constant
        low, high = (0.0, 2 * high) if high > 0 else (2 * low, 0.0) if low < 0 else (0.0, 1.0)
    margin = 0.06 * (high - low)
    if low not in inside:
        low = max(low - margin, 0.0) if low >= 0 else low - margin
    return Axis(low, high if high in inside else high + margin, start, end)


def _step(rough: float) -> float:
    size = 10.0 ** math.floor(math.log10(rough))
    return next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough * 0.999)
