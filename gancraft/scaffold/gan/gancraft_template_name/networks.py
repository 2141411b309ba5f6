"""Generator and discriminator. Both halve the picture until about 4 pixels are left, whatever its size.

Shape suffixes: N = pictures, C = channels, H, W = height, width, L = latent size, F = features.
"""

from __future__ import annotations

import gancraft
import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu

from gancraft_template_name import (
    TemplateNameGeneratorOptions,
    TemplateNameOptions,
)


class TemplateNameGenerator(gancraft.Generator):
    """Latents N x L to pictures N x C x H x W in [-1, 1]."""

    options: TemplateNameGeneratorOptions

    def __init__(self, options: TemplateNameGeneratorOptions, shape: gancraft.DataShape):
        super().__init__(options, shape)
        self.latent_size = options.latent_size
        self.sizes = gancraft.size_chain(shape)  # heights and widths, from the smallest to the picture's
        widths = _widths(options, len(self.sizes))[::-1]
        self.label = nn.Embedding(shape.classes, options.latent_size) if shape.classes else None
        self.first = gancraft.EqualLinear(options.latent_size, widths[0] * self.sizes[0][0] * self.sizes[0][1])
        inputs = [widths[0], *widths[:-1]]
        self.layers = nn.ModuleList(
            nn.ModuleList([gancraft.EqualConv2d(a, b, 3), gancraft.EqualConv2d(b, b, 3)])
            for a, b in zip(inputs, widths, strict=True)
        )
        self.colours = gancraft.EqualConv2d(widths[-1], shape.channels, 1, gain=1)
        self.norm = gancraft.PixelNorm()

    def forward(self, z_NL: Tensor, labels_N: Tensor | None = None) -> Tensor:
        if self.label is not None and labels_N is not None:
            z_NL = z_NL + self.label(labels_N)
        h_NCHW = self.first(z_NL).unflatten(1, (-1, *self.sizes[0]))
        for number, (size, pair) in enumerate(zip(self.sizes, self.layers, strict=True)):
            if number > 0:
                h_NCHW = gancraft.doubled(h_NCHW, size)
            for layer in pair:  # type: ignore[attr-defined]
                h_NCHW = self.norm(leaky_relu(layer(h_NCHW), 0.2))
        return torch.tanh(self.colours(h_NCHW))


class TemplateNameDiscriminator(gancraft.Discriminator):
    """Pictures N x C x H x W in [-1, 1] to logits N: higher is more real."""

    options: TemplateNameOptions
    together = 1  # no picture of a batch bears on another's logit

    def __init__(self, options: TemplateNameOptions, shape: gancraft.DataShape):
        super().__init__(options, shape)
        sizes = gancraft.size_chain(shape)[::-1]
        widths = _widths(options, len(sizes))
        self.colours = gancraft.EqualConv2d(shape.channels, widths[0], 1)
        outputs = [*widths[1:], widths[-1]]
        self.layers = nn.ModuleList(gancraft.EqualConv2d(a, b, 3) for a, b in zip(widths, outputs, strict=True))
        self.last = gancraft.EqualLinear(widths[-1] * sizes[-1][0] * sizes[-1][1], widths[-1])
        self.logit = gancraft.EqualLinear(widths[-1], 1, gain=1)
        self.label = nn.Embedding(shape.classes, widths[-1]) if shape.classes else None

    def forward(self, x_NCHW: Tensor, labels_N: Tensor | None = None) -> Tensor:  # type: ignore[override]
        h_NCHW = leaky_relu(self.colours(x_NCHW), 0.2)
        for number, layer in enumerate(self.layers):
            h_NCHW = leaky_relu(layer(h_NCHW), 0.2)
            if number < len(self.layers) - 1:
                h_NCHW = gancraft.halved(h_NCHW)
        h_NF = leaky_relu(self.last(h_NCHW.flatten(1)), 0.2)
        logits_N = self.logit(h_NF)[:, 0]
        if self.label is not None and labels_N is not None:
            logits_N = logits_N + (self.label(labels_N) * h_NF).mean(1)
        return logits_N


def _widths(options: TemplateNameOptions, levels: int) -> list[int]:
    """Channels by level, from the full size to the smallest."""
    return [min(options.max_width, options.width * 2**level) for level in range(levels)]
