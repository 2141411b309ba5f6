"""Features at random points of a picture, the same points in every layer.

Shape suffixes: N = 1, C = channels, H, W = height, width, P = points.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from gancraft.style.tiles import Tile


class Points:
    """So many points, spread evenly or as a mask says. They stay where they are until `renew`, and at one place in memory,
    so that a captured step sees new ones."""

    def __init__(
        self,
        width: int,
        height: int,
        count: int,
        generator: torch.Generator,
        mask_N1HW: Tensor | None = None,
        grain: int = 1,
    ):
        """generator: on the device that the features are on. grain: side in pixels of the square that a point stands for;
        finer layers are averaged over it."""
        self.width, self.height, self.generator, self.grain = width, height, generator, grain
        device = generator.device
        self.place_P = torch.zeros(count, dtype=torch.int64, device=device)
        self.reach_P = None if mask_N1HW is None else mask_N1HW.flatten().to(device, torch.float64).cumsum(0)
        self.renew()

    def renew(self) -> None:
        """Draw new points. Stratified: one in each of P equal shares, so that no part is left out."""
        count = len(self.place_P)
        share_P = torch.rand(count, generator=self.generator, device=self.place_P.device, dtype=torch.float64)
        share_P = (torch.arange(count, device=share_P.device) + share_P) / count
        last = self.width * self.height - 1
        if self.reach_P is None:
            place_P = (share_P * (last + 1)).long()
        else:
            place_P = torch.searchsorted(self.reach_P, share_P * self.reach_P[-1])
        self.place_P.copy_(place_P.clamp(0, last))

    def take(self, features: Mapping[str, Tensor], tile: Tile | None = None) -> dict[str, Tensor]:
        """Features there, 1 x C x 1 x P each, of the whole picture, or of a tile's own positions: 0 then at points elsewhere,
        so that those of all tiles add up."""
        row_P, column_P = self.place_P // self.width, self.place_P % self.width
        top, left, height, width, inside_P = 0, 0, self.height, self.width, None
        if tile is not None and (tile.own.bottom - tile.own.top, tile.own.right - tile.own.left) != (height, width):
            top, left = tile.own.top, tile.own.left
            height, width = tile.own.bottom - top, tile.own.right - left
            row_P, column_P = row_P - top, column_P - left
            inside_P = (row_P >= 0) & (row_P < height) & (column_P >= 0) & (column_P < width)
            row_P, column_P = row_P.clamp(0, height - 1), column_P.clamp(0, width - 1)
        taken = {}
        for name, x_NCHW in features.items():
            x_NCHW = self._coarsened(x_NCHW, height)
            rows, columns = x_NCHW.shape[-2:]
            at_P = (row_P * rows // height) * columns + column_P * columns // width
            x_NCP = x_NCHW.flatten(2)[:, :, at_P]
            taken[name] = (x_NCP if inside_P is None else x_NCP * inside_P.to(x_NCP.dtype))[:, :, None]
        return taken

    def _coarsened(self, x_NCHW: Tensor, height: int) -> Tensor:
        """Features of something this high, no finer than the grain. Borders of tiles lie on multiples of it."""
        side = self.grain // round(height / x_NCHW.shape[-2])
        return x_NCHW if side <= 1 else avg_pool2d(x_NCHW, side, ceil_mode=True, count_include_pad=False)
