"""The schedule of growing networks, their widths, and where they stand.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

import torch
from torch import Tensor, nn

from gancraft import Stage, UsageError
from gancraft_progressive import ProgressiveOptions

Size = tuple[int, int]  # height, width


def widths_of(options: ProgressiveOptions, stages: int) -> list[int]:
    """Channels of the maps by stage, the last being the full size."""
    return [min(options.width * 2**i, options.max_width) for i in reversed(range(stages))]


def schedule(options: ProgressiveOptions, sizes: Sequence[Size], pictures: int) -> list[Stage]:
    """Stages of a run. Without `shares` all stretches are equal: the first stage, then a fade and a time to settle each.

    Raises UsageError for shares that aren't one positive number a size.
    """
    shares = [1.0] + [2.0] * (len(sizes) - 1)
    if options.shares is not None:
        try:
            shares = [float(share) for share in options.shares]
        except ValueError:
            shares = []
        if len(shares) != len(sizes) or not all(0 < share < math.inf for share in shares):
            titles = ", ".join(_title(size) for size in sizes)
            given = ",".join(options.shares)
            raise UsageError(f"--shares {given}: {len(sizes)} positive numbers are needed, for {titles}")
    ends = [round(pictures * end / sum(shares)) for end in accumulate(shares)]
    starts = [0, *ends[:-1]]
    fades = [0, *(round((b - a) * options.fade_share) for a, b in zip(starts[1:], ends[1:], strict=True))]
    return [Stage(a, fade, title=_title(size)) for a, fade, size in zip(starts, fades, sizes, strict=True)]


def _title(size: Size) -> str:
    return f"{size[1]}x{size[0]}"


class Grower(nn.Module):
    """Where a network stands: `stage`, a plain number that a compiler may rely on, and `amount`, 0 to 1, a buffer that
    captured steps see change: how far the newest layers have faded in."""

    amount: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.stage = 0
        self.register_buffer("amount", torch.ones(()))

    def next(self, stage: int, last: int) -> None:
        """Raises ValueError unless `stage` is the next one, and there is one."""
        if stage != self.stage + 1 or stage > last:
            raise ValueError(f"a network at stage {self.stage} of {last} can't grow to stage {stage}")
        self.stage = stage

    def set(self, amount: float) -> None:
        self.amount.fill_(amount)

    def blend(self, old_NCHW: Tensor, new_NCHW: Tensor) -> Tensor:
        """(1 - amount) old + amount new: exactly the one at 0 and the other at 1."""
        return (1 - self.amount) * old_NCHW + self.amount * new_NCHW
