"""A canvas larger than its picture, so that the picture has no edge while it is painted.

At the edge of what a network sees, convolutions meet padding and pools meet half-empty windows; optimised pixels there fill
with blobs. So the painting goes on beyond the edge, and what is beyond is cut off.

Shape suffixes: N = 1, C = channels, H, W = height, width.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import pad

LEAST = 8  # pixels beyond each edge; blobs were seen up to 5 from it
GRID = 16  # canvas sides are multiples of this: the coarsest stride of the usual networks, so that no pool has a rest


@dataclass(frozen=True)
class Margin:
    """How far a canvas goes beyond its picture, in pixels."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def around(cls, width: int, height: int) -> Margin:
        """For a picture of this size."""
        wide, high = (-(-(side + 2 * LEAST) // GRID) * GRID for side in (width, height))
        return cls(LEAST, LEAST, wide - width - LEAST, high - height - LEAST)

    def add(self, x_NCHW: Tensor) -> Tensor:
        """Go on by reflection, or with the last pixel where the picture is too small to be mirrored."""
        height, width = x_NCHW.shape[-2:]
        mirrors = max(self.left, self.right) < width and max(self.top, self.bottom) < height
        sides = (self.left, self.right, self.top, self.bottom)
        return pad(x_NCHW, sides, mode="reflect" if mirrors else "replicate")

    def crop(self, x_NCHW: Tensor) -> Tensor:
        """The picture alone."""
        height, width = x_NCHW.shape[-2:]
        return x_NCHW[..., self.top : height - self.bottom, self.left : width - self.right]
