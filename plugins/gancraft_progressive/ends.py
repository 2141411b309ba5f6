"""What growing and multi-scale networks share: the smallest map's end of both, and the layers between.

Shape suffixes: N = pictures, C = channels, H, W = height, width, L = latent size, F = features.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from gancraft import (
    DEVIATION_GROUP,
    ClassBeside,
    DataShape,
    Discriminator,
    EqualConv2d,
    EqualLinear,
    Generator,
    PixelNorm,
    Random,
    minibatch_deviation,
    size_chain,
)
from gancraft_progressive import MultiScaleGeneratorOptions, ProgressiveGeneratorOptions, WidthOptions

_LARGEST, _AT = 16, 8  # channels at 1024x1024, which is 4x4 doubled eight times (Karras et al. 2018, table 2)


def widths_of(options: WidthOptions, count: int) -> list[int]:
    """Channels of the maps by size, the last being the full one."""
    widest = options.width * 2 ** (count - 1) if options.width else _LARGEST * 2**_AT
    return [max(1, min(widest // 2**level, options.max_width)) for level in range(count)]


def layer(inputs: int, outputs: int, norm: bool) -> list[nn.Module]:
    """A 3x3 convolution and its leaky ReLU; with the norm of generators behind it."""
    return [EqualConv2d(inputs, outputs, 3), nn.LeakyReLU(0.2), *([PixelNorm()] if norm else [])]


class FromSphere(Generator):
    """The first two layers of a generator (table 2), its latents and its classes.

    Raises UsageError for sides below 8 pixels, and for points.
    """

    def __init__(self, options: ProgressiveGeneratorOptions | MultiScaleGeneratorOptions, shape: DataShape):
        super().__init__(options, shape)
        self.sizes = size_chain(shape)
        self.widths = widths_of(options, len(self.sizes))
        self.latent_size = options.latent_size
        self.label = ClassBeside(shape.classes, options.latent_size) if shape.classes else None
        self.sphere = PixelNorm()
        (height, width), channels = self.sizes[0], self.widths[0]
        latents = options.latent_size * (2 if shape.classes else 1)
        # A quarter of the usual gain, as in the authors' code; the norm behind it takes the scale away again.
        self.first = EqualConv2d(latents, channels * height * width, 1, math.sqrt(2) / 4, bias=False)
        self.first_bias = nn.Parameter(torch.zeros(channels, 1, 1))
        self.start = nn.Sequential(nn.LeakyReLU(0.2), PixelNorm(), *layer(channels, channels, norm=True))

    def latent(self, random: Random, n: int) -> Tensor:
        """Uniform on the sphere of radius sqrt(L)."""
        return self.sphere(random.normal(n, self.latent_size))

    def truncated(self, z_NL: Tensor, truncation: float) -> Tensor:
        """A sphere has no middle: latents are drawn towards its point (1, ..., 1), whose picture is left at 0."""
        return self.sphere(z_NL) * truncation + (1 - truncation)

    def smallest(self, z_NL: Tensor, labels_N: Tensor | None) -> Tensor:
        """The smallest map; latents of any length are brought onto the sphere; labels_N in 0 ... classes - 1."""
        z_NL = self.sphere(z_NL)
        if self.label is not None:
            z_NL = self.label(z_NL, labels_N)
        h_NCHW = self.first(z_NL[:, :, None, None]).view(-1, self.widths[0], *self.sizes[0])
        return self.start(h_NCHW + self.first_bias)

    def block(self, level: int) -> nn.Sequential:
        """From the doubled map of the size below to that of `level`."""
        inputs, outputs = self.widths[level - 1 : level + 1]
        return nn.Sequential(*layer(inputs, outputs, norm=True), *layer(outputs, outputs, norm=True))

    def to_pixels(self, level: int) -> EqualConv2d:
        """Linear: pictures reach from about -1 to 1 without being bound to it."""
        return EqualConv2d(self.widths[level], self.shape.channels, 1, gain=1)


class Judge(Discriminator):
    """The last three layers of a discriminator (table 2). Raises UsageError for sides below 8 pixels, and for points."""

    together = DEVIATION_GROUP

    def __init__(self, options: WidthOptions, shape: DataShape):
        super().__init__(options, shape)
        self.sizes = size_chain(shape)
        self.widths = widths_of(options, len(self.sizes))
        (height, width), channels = self.sizes[0], self.widths[0]
        self.end = nn.Sequential(*layer(self.inputs(0) + 1, channels, norm=False), nn.Flatten())
        self.dense = nn.Sequential(EqualLinear(channels * height * width, channels), nn.LeakyReLU(0.2))
        self.logit = EqualLinear(channels, 1, gain=1)
        self.label = nn.Embedding(shape.classes, channels) if shape.classes else None
        self.label_scale = channels**-0.5

    def inputs(self, level: int) -> int:
        """Channels of the map at this size, as its first layer meets it."""
        return self.widths[level]

    def deviation(self, h_NCHW: Tensor, labels_N: Tensor | None) -> Tensor:
        """The smallest map and one more channel: how much pictures differ."""
        return minibatch_deviation(h_NCHW)

    def verdict(self, h_NCHW: Tensor, labels_N: Tensor | None) -> Tensor:
        """Logits, N, of the smallest map. Classes are met by projection (Miyato & Koyama 2018, equation 4)."""
        h_NF = self.dense(self.end(self.deviation(h_NCHW, labels_N)))
        logits_N = self.logit(h_NF)[:, 0]
        if self.label is None:
            return logits_N
        return logits_N + self.label_scale * (self.label(labels_N) * h_NF).sum(1)
