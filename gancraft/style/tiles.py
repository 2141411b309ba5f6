"""A picture in tiles: each is looked at with so much around it that its own features are those of the whole picture.

Shape suffixes: N = 1, C = channels, H, W = height, width.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Box:
    """Rows top to bottom and columns left to right of a picture, in pixels; the ends are not part of it."""

    top: int
    bottom: int
    left: int
    right: int

    def of(self, x_NCHW: Tensor) -> Tensor:
        """That part of a picture."""
        return x_NCHW[..., self.top : self.bottom, self.left : self.right]


@dataclass(frozen=True)
class Tile:
    """own: the part of the picture that it answers for; seen: what is looked at for that; height, width: of the picture."""

    own: Box
    seen: Box
    height: int
    width: int

    def own_features(self, features: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Of what was computed on `seen`, the positions of `own`."""
        return {name: self._within(x_NCHW, self.seen).of(x_NCHW) for name, x_NCHW in features.items()}

    def part(self, map_NCHW: Tensor) -> Tensor:
        """Of a map of the whole picture at any stride, the positions of `own`."""
        whole = Box(0, self.height, 0, self.width)
        return self._within(map_NCHW, whole).of(map_NCHW)

    def _within(self, map_NCHW: Tensor, box: Box) -> Box:
        """`own` in the positions of a map of `box`. Borders lie on multiples of every stride, or at the picture's end."""
        rows, columns = map_NCHW.shape[-2:]
        down, across = (box.bottom - box.top) / rows, (box.right - box.left) / columns
        top, left = (
            round((a - b) / s) for a, b, s in ((self.own.top, box.top, down), (self.own.left, box.left, across))
        )
        bottom = rows if self.own.bottom == box.bottom else round((self.own.bottom - box.top) / down)
        right = columns if self.own.right == box.right else round((self.own.right - box.left) / across)
        return Box(top, bottom, left, right)


def whole(width: int, height: int) -> Tile:
    """The picture as one tile."""
    box = Box(0, height, 0, width)
    return Tile(box, box, height, width)


def tiles(width: int, height: int, side: int, halo: int) -> list[Tile]:
    """Tiles of this side, each seen with `halo` pixels around it where the picture goes on. All three numbers of pixels are
    multiples of the network's strides, so that pools fall as they do in the whole picture."""
    found = []
    for top in range(0, height, side):
        for left in range(0, width, side):
            own = Box(top, min(height, top + side), left, min(width, left + side))
            seen = Box(
                max(0, own.top - halo),
                min(height, own.bottom + halo),
                max(0, own.left - halo),
                min(width, own.right + halo),
            )
            found.append(Tile(own, seen, height, width))
    return found
