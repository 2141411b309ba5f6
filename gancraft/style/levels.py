"""Coarse to fine: a small picture is painted first, then each larger one starts from the one before.

Large structures are cheap at small sizes, and a network's receptive field covers more of the picture there (Gatys et al.
2017, "Controlling Perceptual Factors in Neural Style Transfer", section 6).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

SMALLEST = 160  # long side under which no level is added by itself
WORTHWHILE = 1.4  # sizes nearer than this to the smallest have one level only
SHARE = 0.5  # steps of a level against those of the one before: a step costs four times as much


@dataclass(frozen=True)
class Level:
    """One size of the picture and the steps taken there."""

    width: int
    height: int
    steps: int


def plan(width: int, height: int, levels: int, iterations: int) -> list[Level]:
    """Levels from the coarsest to (width, height), each twice the size of the one before; 0 levels chooses by size, where
    a picture too small to be halved gets one level at the smallest size.
    The `iterations` are shared out so that coarse levels get most; every level gets at least one step."""
    side, ratio = max(width, height), 2.0
    if levels == 0:
        levels = 1 + max(0, int(math.log2(side / SMALLEST)))
        if levels == 1 and side >= WORTHWHILE * SMALLEST:
            levels, ratio = 2, side / SMALLEST
    levels = max(1, min(levels, iterations))
    sizes = [(max(1, round(width / ratio**k)), max(1, round(height / ratio**k))) for k in reversed(range(levels))]
    total = sum(SHARE**k for k in range(levels))
    steps = [max(1, round(iterations * SHARE**k / total)) for k in range(levels)]
    steps[0] = max(1, steps[0] + iterations - sum(steps))  # rounding goes to the cheapest level
    return [Level(w, h, n) for (w, h), n in zip(sizes, steps, strict=True)]
