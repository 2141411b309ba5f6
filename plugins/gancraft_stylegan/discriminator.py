"""StyleGAN2's discriminator. Shape suffixes: N = pictures, C = channels, H, W = height, width, F = features."""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn.functional import leaky_relu

from gancraft import (
    DEVIATION_GROUP,
    DataShape,
    Discriminator,
    EqualConv2d,
    EqualLinear,
    minibatch_deviation,
    size_chain,
    smoothly_halved,
)
from gancraft_stylegan.modulated import SLOPE
from gancraft_stylegan.precision import in_float32
from gancraft_stylegan.resampling import conv_halved
from gancraft_stylegan.stylegan2_options import StyleGan2Options
from gancraft_stylegan.widths import widths_of


class Down(nn.Module):
    """Two layers, the second to half the size, beside a shortcut; the sum of both, divided by sqrt(2) (Karras et al. 2020,
    Figure 7c, residual nets)."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.first = EqualConv2d(inputs, inputs, 3)
        self.second = EqualConv2d(inputs, outputs, 3, gain=1)  # sqrt(2) for the leaky ReLU, over that of the sum
        self.shortcut = EqualConv2d(inputs, outputs, 1, gain=math.sqrt(0.5), bias=False)

    def forward(self, h_NCHW: Tensor) -> Tensor:
        """Sides of ceil(s / 2)."""
        short_NCHW = self.shortcut(smoothly_halved(h_NCHW))
        h_NCHW = leaky_relu(self.first(h_NCHW), SLOPE)
        h_NCHW = conv_halved(h_NCHW, self.second.weight * self.second.scale, self.second.bias)
        return leaky_relu(h_NCHW, SLOPE) + short_NCHW


class StyleGan2Discriminator(Discriminator):
    """Pictures NCHW in [-1, 1] -> logits N (Karras et al. 2020, section 4.1 and appendix B). Raises UsageError for sides
    below 8 pixels, and for points."""

    options: StyleGan2Options
    together = DEVIATION_GROUP

    def __init__(self, options: StyleGan2Options, shape: DataShape):
        super().__init__(options, shape)
        sizes = size_chain(shape)
        widths = widths_of(options, len(sizes))
        (height, width), channels = sizes[0], widths[0]
        self.pixels = nn.Sequential(EqualConv2d(shape.channels, widths[-1], 1), nn.LeakyReLU(SLOPE))
        pairs = zip(reversed(widths[1:]), reversed(widths[:-1]), strict=True)
        self.blocks = nn.ModuleList(Down(inputs, outputs) for inputs, outputs in pairs)
        self.end = nn.Sequential(EqualConv2d(channels + 1, channels, 3), nn.LeakyReLU(SLOPE), nn.Flatten())
        self.dense = nn.Sequential(EqualLinear(channels * height * width, channels), nn.LeakyReLU(SLOPE))
        self.logit = EqualLinear(channels, 1, gain=1)
        self.label = nn.Embedding(shape.classes, channels) if shape.classes else None

    def forward(self, x_NCHW: Tensor, labels_N: Tensor | None = None) -> Tensor:  # type: ignore[override]
        """Logits, N. Classes are met by projection (Miyato & Koyama 2018, equation 4)."""
        h_NCHW = self.pixels(x_NCHW)
        for block in self.blocks:
            h_NCHW = block(h_NCHW)
        with in_float32(x_NCHW):  # logits lie close together, and this is little work
            h_NF = self.dense(self.end(minibatch_deviation(h_NCHW.to(x_NCHW.dtype))))
            logits_N = self.logit(h_NF)[:, 0]
            if self.label is None:
                return logits_N
            return logits_N + (self.label(labels_N) * h_NF).sum(1) / math.sqrt(h_NF.shape[1])

    def lower(self) -> Sequence[nn.Module]:
        return [self.pixels, *self.blocks]
