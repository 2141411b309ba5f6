"""Multi-scale gradients (Karnewar & Wang 2020): generator and discriminator of ProGAN's blocks, joined at every size.

So the discriminator's opinion reaches the generator's small maps directly, and no stages are needed.
Shape suffixes: N = pictures, C = channels, H, W = height, width, L = latent size.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from gancraft import DataShape, EqualConv2d, doubled, halved, minibatch_deviation
from gancraft_progressive import MultiScaleGeneratorOptions, WidthOptions
from gancraft_progressive.ends import FromSphere, Judge, layer


class MultiScaleGenerator(FromSphere):
    """z_NL -> the picture in all its sizes, smallest first, about [-1, 1]: an RGB layer at each (section 2).

    Raises UsageError for sides below 8 pixels, and for points.
    """

    options: MultiScaleGeneratorOptions

    def __init__(self, options: MultiScaleGeneratorOptions, shape: DataShape):
        super().__init__(options, shape)
        levels = range(len(self.sizes))
        self.blocks = nn.ModuleList(self.block(level) for level in levels[1:])
        self.pixels = nn.ModuleList(self.to_pixels(level) for level in levels)

    def forward(self, z_NL: Tensor, labels_N: Tensor | None = None) -> tuple[Tensor, ...]:
        """Pictures NCHW of every size; labels_N in 0 ... classes - 1."""
        h_NCHW = self.smallest(z_NL, labels_N)
        made = [self.pixels[0](h_NCHW)]
        for size, block, pixels in zip(self.sizes[1:], self.blocks, self.pixels[1:], strict=True):
            h_NCHW = block(doubled(h_NCHW, size))
            made.append(pixels(h_NCHW))
        return tuple(made)

    def reals(self, x_NCHW: Tensor) -> tuple[Tensor, ...]:
        """Real pictures halved again and again."""
        sizes = [x_NCHW]
        while len(sizes) < len(self.sizes):
            sizes.append(halved(sizes[-1]))
        return tuple(reversed(sizes))


class MultiScaleDiscriminator(Judge):
    """A picture in all its sizes -> logits N. At each size the map from above meets the picture as a 1x1 convolution sees it:
    phi_lin_cat of section 2, with half of the channels each, as in the authors' code. A minibatch deviation comes before
    every block.

    Raises UsageError for sides below 8 pixels, and for points.
    """

    options: WidthOptions

    def __init__(self, options: WidthOptions, shape: DataShape):
        super().__init__(options, shape)
        top = len(self.sizes) - 1
        seen = [self._half(level) for level in range(top)] + [self.widths[top]]
        self.pixels = nn.ModuleList(EqualConv2d(shape.channels, channels, 1, gain=1) for channels in seen)
        self.blocks = nn.ModuleList(self._block(level) for level in range(1, top + 1))

    def inputs(self, level: int) -> int:
        return self.widths[level] if level == len(self.sizes) - 1 else 2 * self._half(level)

    def forward(self, x: tuple[Tensor, ...], labels_N: Tensor | None = None) -> Tensor:  # type: ignore[override]
        """Logits, N, of pictures of every size, smallest first."""
        h_NCHW = self.pixels[-1](x[-1])
        for level in range(len(self.sizes) - 1, 0, -1):
            h_NCHW = halved(self.blocks[level - 1](minibatch_deviation(h_NCHW)))
            h_NCHW = torch.cat([self.pixels[level - 1](x[level - 1]), h_NCHW], 1)
        return self.verdict(h_NCHW, labels_N)

    def lower(self) -> Sequence[nn.Module]:
        """By size, from the full one to the last but one: its RGB layer and its block."""
        return [nn.ModuleList(pair) for pair in zip(self.pixels[:0:-1], reversed(self.blocks), strict=True)]

    def _half(self, level: int) -> int:
        return -(-self.widths[level] // 2)

    def _block(self, level: int) -> nn.Sequential:
        channels = self.inputs(level)
        first = layer(channels + 1, self.widths[level], norm=False)
        return nn.Sequential(*first, *layer(self.widths[level], self._half(level - 1), norm=False))
