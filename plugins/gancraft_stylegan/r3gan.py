"""R3GAN's generator and discriminator (Huang, Gokaslan, Kuleshov & Tompkin 2024), which mirror each other.

Shape suffixes: N = pictures, C = channels, H, W = height, width, L = latent size; 1 = a length of one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from gancraft import ClassBeside, DataShape, Discriminator, Generator, size_chain
from gancraft_stylegan.r3gan_layers import Down, Up, levels, scaled, widths_of
from gancraft_stylegan.r3gan_options import R3ganGeneratorOptions, R3ganOptions


class R3ganGenerator(Generator):
    """z_NL, standard normal -> pictures, about [-1, 1]: nothing bounds them (section 4 of the paper).

    The smallest map is a learned one, each channel times a number from the latent. Raises UsageError for sides below 8
    pixels, for points, and for widths that don't fit.
    """

    options: R3ganGeneratorOptions

    def __init__(self, options: R3ganGeneratorOptions, shape: DataShape):
        super().__init__(options, shape)
        sizes, widths = size_chain(shape), widths_of(options, shape)
        self.latent_size = options.latent_size
        self.label = ClassBeside(shape.classes, options.latent_size, norm=False) if shape.classes else None
        latents = options.latent_size * (2 if shape.classes else 1)
        self.first = scaled(nn.Linear(latents, widths[0], bias=False))
        self.basis = nn.Parameter(torch.randn(widths[0], *sizes[0]))
        self.levels = nn.ModuleList(levels(options, widths))
        self.ups = nn.ModuleList(
            Up(inputs, outputs, size) for (inputs, outputs), size in zip(pairwise(widths), sizes[1:], strict=True)
        )
        self.pixels = scaled(nn.Conv2d(widths[-1], shape.channels, 1, bias=False))

    def forward(self, z_NL: Tensor, labels_N: Tensor | None = None) -> Tensor:
        """Pictures NCHW; labels_N in 0 ... classes - 1."""
        if self.label is not None:
            z_NL = self.label(z_NL, labels_N)
        h_NCHW = self.first(z_NL)[:, :, None, None] * self.basis
        h_NCHW = self.levels[0](h_NCHW)
        for up, level in zip(self.ups, self.levels[1:], strict=True):
            h_NCHW = level(up(h_NCHW))
        made_NCHW: Tensor = self.pixels(h_NCHW)
        return made_NCHW


class R3ganDiscriminator(Discriminator):
    """Pictures NCHW -> logits N: the generator backwards. Every channel of the smallest map is weighed by a learned map of
    its size, and these numbers are summed up. Pictures don't bear on each other: nothing is normalised or compared.

    Raises UsageError for sides below 8 pixels, for points, and for widths that don't fit.
    """

    options: R3ganOptions
    together = 1

    def __init__(self, options: R3ganOptions, shape: DataShape):
        super().__init__(options, shape)
        (height, width), widths = size_chain(shape)[0], widths_of(options, shape)
        self.pixels = scaled(nn.Conv2d(shape.channels, widths[-1], 1, bias=False))
        # From the picture inwards, in the order in which they are used.
        self.levels = nn.ModuleList(reversed(levels(options, widths)))
        self.downs = nn.ModuleList(Down(inputs, outputs) for inputs, outputs in pairwise(reversed(widths)))
        self.basis = nn.Parameter(torch.randn(widths[0], height, width) / math.sqrt(height * width))
        self.logit = nn.Parameter(torch.randn(widths[0]) / math.sqrt(widths[0]))
        self.label = nn.Embedding(shape.classes, widths[0]) if shape.classes else None
        self.label_scale = widths[0] ** -0.5

    def forward(self, x_NCHW: Tensor, labels_N: Tensor | None = None) -> Tensor:  # type: ignore[override]
        """Logits, N, float32 at least. Classes are met by projection (Miyato & Koyama 2018, equation 4)."""
        h_NCHW = self.levels[0](self.pixels(x_NCHW))
        for down, level in zip(self.downs, self.levels[1:], strict=True):
            h_NCHW = level(down(h_NCHW))
        # Products with float32 weights stay float32 where convolutions run in bfloat16: logits are compared with each other.
        h_NC = (h_NCHW * self.basis).sum((2, 3))
        logits_N = (h_NC * self.logit).sum(1)
        if self.label is None:
            return logits_N
        return logits_N + self.label_scale * (self.label(labels_N) * h_NC).sum(1)

    def lower(self) -> Sequence[nn.Module]:
        inwards: list[nn.Module] = [self.pixels, self.levels[0]]
        for down, level in zip(self.downs, self.levels[1:], strict=True):
            inwards += [down, level]
        return inwards
