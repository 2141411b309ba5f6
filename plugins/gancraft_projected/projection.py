"""What a frozen network sees of pictures, mixed at random: across channels, and from deep layers to shallow ones
(Sauer et al. 2021).

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from gancraft import smoothly_doubled

Size = tuple[int, int]  # height, width


class Projection(nn.Module):
    """Pictures NCHW in [0, 1], three channels -> a map of each layer, the deepest first; none of it learns.

    Every layer goes through a 1x1 convolution, and is added to what came of the deeper one, enlarged; the sum goes through
    a 3x3 convolution. Their weights are random and stay as they are, so that no shallow feature can be judged without
    deep ones, and no channel by itself. The network's weights are kept in checkpoints with all others, so that a run goes
    on with what it began with; it is never in training mode.
    """

    def __init__(self, network: Any, layers: list[str], channels: int):
        """network: a `gancraft.PerceptualNetwork` that is a module. layers: of it, shallow to deep. channels: of all maps."""
        super().__init__()
        self.layers = layers[::-1]
        x_NCHW = torch.zeros(1, 3, 64, 64)
        self.network = network.to(x_NCHW.device).requires_grad_(False).eval()  # torch's meta device too
        with torch.no_grad():
            seen = self.network(x_NCHW, self.layers)
        sides = [seen[layer].shape[-1] for layer in self.layers]
        self.doublings = [0] + [round(math.log2(b / a)) for a, b in zip(sides, sides[1:], strict=False)]
        self.across = nn.ModuleList(_random(seen[layer].shape[1], channels, 1) for layer in self.layers)
        self.down = nn.ModuleList(_random(channels, channels, 3) for _ in self.layers)

    def train(self, mode: bool = True) -> Projection:
        super().train(mode)
        self.network.eval()
        return self

    def forward(self, x_NCHW: Tensor) -> list[Tensor]:
        seen = self.network(x_NCHW, self.layers)
        maps: list[Tensor] = []
        for layer, doublings, across, down in zip(self.layers, self.doublings, self.across, self.down, strict=True):
            h_NCHW = across(seen[layer])
            if maps:
                deeper_NCHW = _enlarged(maps[-1], doublings, tuple(h_NCHW.shape[-2:]))
                h_NCHW = (h_NCHW + deeper_NCHW) * 2**-0.5
            maps.append(down(h_NCHW))
        return maps


def _enlarged(x_NCHW: Tensor, doublings: int, size: Size) -> Tensor:
    """Doubled so often, then cut, or continued by its last row and column where the network's pools dropped an odd one."""
    for _ in range(doublings):
        height, width = x_NCHW.shape[-2:]
        x_NCHW = smoothly_doubled(x_NCHW, (2 * height, 2 * width))
    x_NCHW = x_NCHW[:, :, : size[0], : size[1]]
    for dim in (2, 3):
        side = x_NCHW.shape[dim]
        if side < size[dim - 2]:
            x_NCHW = torch.cat([x_NCHW, *[x_NCHW.narrow(dim, side - 1, 1)] * (size[dim - 2] - side)], dim)
    return x_NCHW


def _random(inputs: int, outputs: int, kernel: int) -> nn.Conv2d:
    """A convolution that keeps the power of what it is given, about, and never learns."""
    layer = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)
    nn.init.normal_(layer.weight, 0, (inputs * kernel**2) ** -0.5)
    return layer.requires_grad_(False)
