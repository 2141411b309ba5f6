"""A picture that the result is to stay like, pixel by pixel: in a film, the frame before it, carried along the motion.

Shape suffixes: N = 1, C = channels, H, W = height, width.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from gancraft.style.tiles import Box, Tile


@dataclass(frozen=True)
class Guide:
    """x: the picture; weight: how much each pixel counts, 0 for not at all."""

    x_NCHW: Tensor
    weight_N1HW: Tensor

    def each(self, fit: Callable[[Tensor], Tensor]) -> Guide:
        """Both through the same function: to another size, to another place."""
        return Guide(fit(self.x_NCHW), fit(self.weight_N1HW).clamp(min=0))

    @property
    def power(self) -> Tensor:
        """How far its pixels are from their mean, squared."""
        return (self.x_NCHW - self.x_NCHW.mean((2, 3), keepdim=True)).square().mean() + 1e-3

    def apart(self, seen_NCHW: Tensor, tile: Tile) -> Tensor:
        """The tile's share of the weighed mean squared difference, of what is seen of it (Ruder, Dosovitskiy & Brox 2016)."""
        own, seen = tile.own, tile.seen
        inner = Box(own.top - seen.top, own.bottom - seen.top, own.left - seen.left, own.right - seen.left)
        difference = inner.of(seen_NCHW) - own.of(self.x_NCHW)
        return (difference.square() * own.of(self.weight_N1HW)).sum() / self.x_NCHW.numel()
