"""What both of R3GAN's networks are made of: residual blocks at one size, and steps from one size to the next.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

import math
from typing import TypeVar

from torch import Tensor, nn
from torch.nn.functional import leaky_relu

from gancraft import DataShape, UsageError, size_chain, smoothly_doubled, smoothly_halved
from gancraft_stylegan.r3gan_options import R3ganOptions

SLOPE = 0.2
EXPANSION = 2  # channels inside a block, against those outside (Huang et al. 2024, section 4.3)
LAYERS = 3  # of a block
GAIN = math.sqrt(2 / (1 + SLOPE**2))  # He et al. 2015, for what a leaky ReLU follows

Size = tuple[int, int]  # height, width
Layer = TypeVar("Layer", nn.Conv2d, nn.Linear)


def widths_of(options: R3ganOptions, shape: DataShape) -> list[int]:
    """Channels of the maps, smallest first: in whole groups, unless they are given one by one.

    Raises UsageError for a list that doesn't fit the sizes of `shape` or the groups.
    """
    sizes = size_chain(shape)
    if options.widths is None:
        step = max(1, options.group // math.gcd(options.group, EXPANSION))
        wished = [min(options.width * 16 / 2**level, options.max_width) for level in range(len(sizes))]
        return [max(step, int(wish) // step * step) for wish in wished]
    given = ",".join(options.widths)
    try:
        widths = [int(width) for width in options.widths]
    except ValueError:
        widths = []
    if len(widths) != len(sizes) or min(widths) < 1:
        maps = ", ".join(f"{width}x{height}" for height, width in sizes)
        raise UsageError(f"--widths {given}: {len(sizes)} numbers of channels are needed, for {maps}")
    for width in widths:
        if options.group and EXPANSION * width % options.group:
            raise UsageError(f"--widths {given}: twice {width} can't be divided into --group {options.group}")
    return widths


def scaled(layer: Layer, gain: float = 1.0) -> Layer:
    """The same convolution or dense layer, its weights N(0, gain² / inputs of an output), its bias 0."""
    inputs = layer.weight[0].numel()
    nn.init.normal_(layer.weight, 0.0, gain / math.sqrt(inputs))
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def point(inputs: int, outputs: int) -> nn.Module:
    """A 1x1 convolution without bias, or nothing where it isn't needed."""
    return nn.Identity() if inputs == outputs else scaled(nn.Conv2d(inputs, outputs, 1, bias=False))


class Block(nn.Module):
    """x + f(x), NCHW: f widens to 2C by 1x1, looks around by 3x3 in groups and comes back to C by 1x1 (section 4.3).

    depth: blocks in the whole network. f starts at 0, and what is inside starts smaller the deeper the network is, so that
    no normalisation is needed (Zhang, Dauphin & Ma 2019, section 3).
    """

    def __init__(self, channels: int, group: int, depth: int):
        super().__init__()
        wide = EXPANSION * channels
        groups = wide // group if group else 1
        gain = GAIN * depth ** (-1 / (2 * LAYERS - 2))
        self.widen = scaled(nn.Conv2d(channels, wide, 1), gain)
        self.look = scaled(nn.Conv2d(wide, wide, 3, padding=1, groups=groups), gain)
        self.narrow = scaled(nn.Conv2d(wide, channels, 1, bias=False), 0.0)

    def forward(self, x_NCHW: Tensor) -> Tensor:
        h_NCHW = leaky_relu(self.widen(x_NCHW), SLOPE)
        h_NCHW = leaky_relu(self.look(h_NCHW), SLOPE)
        return x_NCHW + self.narrow(h_NCHW)


def levels(options: R3ganOptions, widths: list[int]) -> list[nn.Sequential]:
    """The blocks at each size, smallest first."""
    depth = options.blocks * len(widths)
    return [nn.Sequential(*(Block(width, options.group, depth) for _ in range(options.blocks))) for width in widths]


class Up(nn.Module):
    """To the next larger map, of `size`: channels change by 1x1 first, where they are fewer pixels."""

    def __init__(self, inputs: int, outputs: int, size: Size):
        super().__init__()
        self.point, self.size = point(inputs, outputs), size

    def forward(self, x_NCHW: Tensor) -> Tensor:
        return smoothly_doubled(self.point(x_NCHW), self.size)


class Down(nn.Module):
    """To the next smaller map; channels change by 1x1 afterwards."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.point = point(inputs, outputs)

    def forward(self, x_NCHW: Tensor) -> Tensor:
        return self.point(smoothly_halved(x_NCHW))
