"""Drawing real pictures again from the discriminator's maps (Liu et al. 2021, section 3.2 and Figure 4).

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gancraft import Random, doubled, halved
from gancraft_fastgan import Norm
from gancraft_fastgan.layers import Gated, Size, convolution

DOUBLINGS = 4  # from 8 pixels to 128, however large the picture is
WIDTHS = (2, 1, 1, 0.5)  # channels after each, as multiples of the discriminator's width


class Decoder(nn.Module):
    """A map NCHW -> a picture in [-1, 1], up to 16 times as large. sizes: of the map, and after each doubling."""

    def __init__(self, inputs: int, channels: int, sizes: list[Size], width: int, norm: Norm):
        super().__init__()
        self.sizes = sizes[1 : 1 + DOUBLINGS]
        widths = [inputs, *(max(1, int(width * multiple)) for multiple in WIDTHS[: len(self.sizes)])]
        self.layers = nn.ModuleList(Gated(a, b, norm) for a, b in zip(widths, widths[1:], strict=False))
        self.pixels = convolution(widths[-1], channels, 3, padding=1)

    def forward(self, h_NCHW: Tensor) -> Tensor:
        for size, layer in zip(self.sizes, self.layers, strict=True):
            h_NCHW = layer(doubled(h_NCHW, size))
        return self.pixels(h_NCHW).tanh()


class Sight:
    """What part of a map is drawn again, and what it is to look like. level: of the map in `sizes`, smallest first."""

    def __init__(self, sizes: list[Size], level: int):
        self.levels = len(sizes) - 1 - level  # from the map to the full picture
        self.drawn = min(self.levels, DOUBLINGS)
        self.sizes = sizes[level:]

    def __call__(self, h_NCHW: Tensor, x_NCHW: Tensor, random: Random) -> tuple[Tensor, Tensor]:
        """Of a map and its pictures: both whole, the pictures as large as they are drawn."""
        for _ in range(self.levels - self.drawn):
            x_NCHW = halved(x_NCHW)
        return h_NCHW, x_NCHW


class Corner(Sight):
    """A corner at random, half as high and wide, of every picture its own."""

    def __init__(self, sizes: list[Size], level: int):
        super().__init__(sizes, level)
        scale = 2**self.drawn
        full = sizes[level + self.drawn]
        self.whole = (full[0] // scale, full[1] // scale)  # pixels of the map that lie wholly on the picture
        self.side = (max(1, self.whole[0] // 2), max(1, self.whole[1] // 2))
        self.sizes = [(self.side[0] * 2**i, self.side[1] * 2**i) for i in range(self.drawn + 1)]

    def __call__(self, h_NCHW: Tensor, x_NCHW: Tensor, random: Random) -> tuple[Tensor, Tensor]:
        h_NCHW, x_NCHW = super().__call__(h_NCHW, x_NCHW, random)
        low_N, right_N = (random.integers(len(x_NCHW), 2).bool() for _ in range(2))
        return tuple(self._cut(x, low_N, right_N, scale) for x, scale in ((h_NCHW, 1), (x_NCHW, 2**self.drawn)))  # type: ignore[return-value]

    def _cut(self, x_NCHW: Tensor, low_N: Tensor, right_N: Tensor, scale: int) -> Tensor:
        for dim, chosen_N in ((2, low_N), (3, right_N)):
            side, whole = self.side[dim - 2] * scale, self.whole[dim - 2] * scale
            ends = x_NCHW.narrow(dim, whole - side, side), x_NCHW.narrow(dim, 0, side)
            x_NCHW = torch.where(chosen_N[:, None, None, None], *ends)
        return x_NCHW
