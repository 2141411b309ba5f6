"""The schedule of growing networks, and where they stand.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

import torch
from torch import Tensor, nn

from gancraft import Stage, UsageError
from gancraft_progressive import ProgressiveGeneratorOptions, ProgressiveOptions

Size = tuple[int, int]  # height, width


def schedule(options: ProgressiveOptions, sizes: Sequence[Size], pictures: int) -> list[Stage]:
    """Stages of a run. Without `shares` all stretches are equal: the first stage, then a fade and a time to settle each.

    Fades and batches are only in those of the generator, whose options say them. Raises UsageError for shares or batches
    that aren't one positive number a size.
    """
    shares = [1.0] + [2.0] * (len(sizes) - 1)
    if options.shares is not None:
        part = "generator" if isinstance(options, ProgressiveGeneratorOptions) else "discriminator"
        shares = _numbers(f"{part}.shares", options.shares, sizes)
    ends = [round(pictures * end / sum(shares)) for end in accumulate(shares)]
    starts, titles = [0, *ends[:-1]], [_title(size) for size in sizes]
    if not isinstance(options, ProgressiveGeneratorOptions):
        return [Stage(start, title=title) for start, title in zip(starts, titles, strict=True)]
    fades = [0, *(round((b - a) * options.fade_share) for a, b in zip(starts[1:], ends[1:], strict=True))]
    batches, times = _batches(options, sizes)
    return [Stage(*stage) for stage in zip(starts, fades, batches, titles, times, strict=True)]


def _batches(options: ProgressiveGeneratorOptions, sizes: Sequence[Size]) -> tuple[list[int | None], list[int]]:
    """Pictures a step by stage: as said, or as multiples of the run's own batch, which is that of the full size.

    Half the size has a quarter of the pixels and at most twice the channels: twice as many pictures take no more memory.
    """
    if options.batches is not None:
        return [int(batch) for batch in _numbers("batches", options.batches, sizes, whole=True)], [1] * len(sizes)
    times = [min(options.small_batch, 2**halvings) for halvings in reversed(range(len(sizes)))]
    return [None] * len(sizes), times


def _numbers(name: str, words: Sequence[str], sizes: Sequence[Size], whole: bool = False) -> list[float]:
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        numbers = []
    possible = all(0 < number < math.inf and (not whole or number.is_integer()) for number in numbers)
    if len(numbers) != len(sizes) or not possible:
        titles = ", ".join(_title(size) for size in sizes)
        kind = "whole positive numbers" if whole else "positive numbers"
        raise UsageError(f"--{name} {','.join(words)}: {len(sizes)} {kind} are needed, for {titles}")
    return numbers


def _title(size: Size) -> str:
    return f"{size[1]}x{size[0]}"


class Grower(nn.Module):
    """Where a network stands: `stage`, a plain number that a compiler may rely on, and `amount`, 0 to 1, a buffer that
    captured steps see change: how far the newest layers have faded in. They are there at once unless told otherwise."""

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
        self.set(1.0)

    def set(self, amount: float) -> None:
        self.amount.fill_(amount)

    def blend(self, old_NCHW: Tensor, new_NCHW: Tensor) -> Tensor:
        """(1 - amount) old + amount new: exactly the one at 0 and the other at 1."""
        return (1 - self.amount) * old_NCHW + self.amount * new_NCHW
