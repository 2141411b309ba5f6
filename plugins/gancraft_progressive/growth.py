"""The schedule and the sizes of growing networks, and halving and doubling that fit each other for odd sizes too.

A side of s pixels is halved to ceil(s / 2), the last pixel standing alone where s is odd; doubling repeats every pixel and
leaves off what is too much. So every size has a chain of sizes below it, and no padding is ever seen.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate

from gancraft import DataShape, Stage, UsageError
from gancraft_progressive import ProgressiveOptions

Size = tuple[int, int]  # height, width


def sizes_of(shape: DataShape) -> list[Size]:
    """Of pictures by stage: the shorter side of the first has about 4 pixels (3 to 6), the last is the full size.

    Raises UsageError for points and for sides below 8 pixels.
    """
    if (shape.height, shape.width) == (1, 1):
        raise UsageError("this network makes pictures, not points in the plane; use --plugin toy for those")
    side = min(shape.height, shape.width)
    if side < 8:
        raise UsageError(f"pictures of {shape} are too small to grow to: sides of 8 pixels or more are needed (--size)")
    levels = max(1, round(math.log2(side / 4)))
    return [(-(-shape.height // 2**i), -(-shape.width // 2**i)) for i in reversed(range(levels + 1))]


def widths_of(options: ProgressiveOptions, stages: int) -> list[int]:
    """Channels of the maps by stage, the last being the full size."""
    return [min(options.width * 2**i, options.max_width) for i in reversed(range(stages))]


def halved(x_NCHW: Tensor) -> Tensor:
    """Means of 2x2 pixels."""
    return avg_pool2d(x_NCHW, 2, ceil_mode=True)


def doubled(x_NCHW: Tensor, size: Size) -> Tensor:
    """Every pixel four times, cut at the right and below to `size`."""
    return interpolate(x_NCHW, scale_factor=2, mode="nearest")[:, :, : size[0], : size[1]]


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
