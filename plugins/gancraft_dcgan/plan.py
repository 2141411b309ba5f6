"""From the size of a picture to the maps that lead to it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gancraft import DataShape, UsageError
from gancraft_dcgan import ConvolutionalOptions

# Small pictures have fewer levels, and would be left with thin ones.
WIDTH, SMALL_WIDTH, SMALL = 64, 128, 48


@dataclass(frozen=True)
class Pyramid:
    """Maps from the smallest to half the full size. widths: their channels; height, width: of the smallest."""

    widths: tuple[int, ...]
    height: int
    width: int

    @property
    def full(self) -> tuple[int, int]:
        """Height and width after the last doubling: at least the picture's, which is cut from the middle."""
        scale = 2 ** len(self.widths)
        return self.height * scale, self.width * scale


def pyramid(options: ConvolutionalOptions, shape: DataShape) -> Pyramid:
    """The smallest map has about 4 pixels on the picture's shorter side (2 to 6), unless options say how many levels.

    Raises UsageError for more levels than the shorter side can be halved.
    """
    side = min(shape.height, shape.width)
    # With one level no layer would be hidden between the first map and the pixels.
    levels = options.levels or max(2, round(math.log2(side / 4)))
    width = options.width or (SMALL_WIDTH if side < SMALL else WIDTH)
    if 2**levels > side:
        most = int(math.log2(side))
        raise UsageError(f"--levels {levels} is too many for pictures of {shape}: {most} at most")
    scale = 2**levels
    widths = tuple(min(width * 2 ** min(i, 3), options.max_width) for i in reversed(range(levels)))
    return Pyramid(widths, math.ceil(shape.height / scale), math.ceil(shape.width / scale))


def margins(small: int, large: int) -> tuple[int, int]:
    """What is before and behind when `small` lies in the middle of `large`."""
    before = (large - small) // 2
    return before, large - small - before
