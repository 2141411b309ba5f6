"""Layers that the networks of this plugin share.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import glu

from gancraft_fastgan import Norm

Size = tuple[int, int]  # height, width

# Channels of maps of 4, 8, 16, ... pixels, as multiples of the width: the generator's, the discriminator's.
MAKES = (16, 8, 4, 2, 2, 1, 0.5, 0.25, 0.125)
SEES = (16, 8, 4, 2, 1, 0.5, 0.25, 0.125)


def widths_of(multiples: tuple[float, ...], levels: int, width: int, most: int) -> list[int]:
    """Channels by level, the smallest map first; what is larger than the last of `multiples` has as many as that."""
    chosen = [multiples[min(level, len(multiples) - 1)] for level in range(levels)]
    return [max(1, min(int(width * multiple), most)) for multiple in chosen]


def convolution(inputs: int, outputs: int, kernel: int | Size, stride: int = 1, padding: int = 0) -> nn.Conv2d:
    """Without a bias, its weights N(0, 0.02) at the start, as DCGAN's."""
    layer = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
    nn.init.normal_(layer.weight, 0, 0.02)
    return layer


def norm_layer(kind: Norm, channels: int) -> nn.Module:
    """group: groups of at least 4 channels, at most 16."""
    if kind == "none":
        return nn.Identity()
    if kind == "batch":
        layer = nn.BatchNorm2d(channels)
        nn.init.normal_(layer.weight, 1, 0.02)
        return layer
    groups = [g for g in (16, 8, 4, 2) if channels % (4 * g) == 0]
    return nn.GroupNorm(groups[0] if groups else 1, channels)


class Gated(nn.Module):
    """3x3 convolution to twice the channels, a norm, and a gated linear unit: half of the channels say how much of the
    other half goes on (Dauphin et al. 2017)."""

    def __init__(self, inputs: int, outputs: int, norm: Norm):
        super().__init__()
        self.convolve = convolution(inputs, 2 * outputs, 3, padding=1)
        self.norm = norm_layer(norm, 2 * outputs)

    def forward(self, x_NCHW: Tensor) -> Tensor:
        return glu(self.norm(self.convolve(x_NCHW)), 1)
