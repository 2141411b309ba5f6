"""The growing generator. Shape suffixes: N = pictures, C = channels, H, W = height, width, L = latent size."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from gancraft import (
    DataShape,
    EqualConv2d,
    EqualLinear,
    Generator,
    PixelNorm,
    Random,
    Stage,
    doubled,
    halved,
    size_chain,
)
from gancraft_progressive import ProgressiveGeneratorOptions
from gancraft_progressive.growth import Grower, schedule, widths_of


class ProgressiveGenerator(Generator):
    """z_NL -> pictures of the present stage's size, about [-1, 1]: the last layer is linear (Karras et al. 2018, table 2).

    Only the RGB layers of the present size and of the one below are kept: `grow` drops an older one. Raises UsageError for
    sides below 8 pixels, and for points.
    """

    options: ProgressiveGeneratorOptions

    def __init__(self, options: ProgressiveGeneratorOptions, shape: DataShape):
        super().__init__(options, shape)
        self.sizes = size_chain(shape)
        self.widths = widths_of(options, len(self.sizes))
        self.latent_size = options.latent_size
        self.label = nn.Embedding(shape.classes, options.latent_size) if shape.classes else None
        self.sphere = PixelNorm()
        (height, width), channels = self.sizes[0], self.widths[0]
        latents = options.latent_size * (2 if shape.classes else 1)
        # A quarter of the usual gain, as in the authors' code; the norm behind it takes the scale away again.
        self.first = EqualLinear(latents, channels * height * width, math.sqrt(2) / 4)
        self.first_shape = (channels, height, width)
        self.start = nn.Sequential(nn.LeakyReLU(0.2), PixelNorm(), *_layer(channels, channels))
        self.blocks = nn.ModuleList()
        self.pixels = nn.ModuleDict({"0": EqualConv2d(channels, shape.channels, 1, gain=1)})
        self.grower = Grower()

    def stages(self, pictures: int) -> Sequence[Stage]:
        """Raises UsageError for shares that don't fit the sizes."""
        return schedule(self.options, self.sizes, pictures)

    def grow(self, stage: int) -> None:
        """Add the block of `stage`, new from torch's default generator, faded out. Raises ValueError for any but the next."""
        self.grower.next(stage, len(self.sizes) - 1)
        inputs, outputs = self.widths[stage - 1 : stage + 1]
        device = self.first.weight.device
        block = nn.Sequential(*_layer(inputs, outputs), *_layer(outputs, outputs))
        self.blocks.append(block.to(device))
        self.pixels[str(stage)] = EqualConv2d(outputs, self.shape.channels, 1, gain=1).to(device)
        if stage > 1:
            del self.pixels[str(stage - 2)]
        self.grower.set(0.0 if self.options.fade_share else 1.0)

    def fade(self, amount: float) -> None:
        self.grower.set(amount)

    def latent(self, random: Random, n: int) -> Tensor:
        """Uniform on the sphere of radius sqrt(L)."""
        return self.sphere(random.normal(n, self.latent_size))

    def truncated(self, z_NL: Tensor, truncation: float) -> Tensor:
        """A sphere has no middle: latents are drawn towards its point (1, ..., 1), whose picture is left at 0."""
        return self.sphere(z_NL) * truncation + (1 - truncation)

    def forward(self, z_NL: Tensor, labels_N: Tensor | None = None) -> Tensor:
        """Pictures NCHW; latents of any length are brought onto the sphere; labels_N in 0 ... classes - 1."""
        z_NL = self.sphere(z_NL)
        if self.label is not None:
            z_NL = torch.cat([z_NL, self.sphere(self.label(labels_N))], 1)
        h_NCHW = self.start(self.first(z_NL).unflatten(1, self.first_shape))
        stage, below_NCHW = self.grower.stage, h_NCHW
        for size, block in zip(self.sizes[1:], self.blocks, strict=False):
            below_NCHW = h_NCHW
            h_NCHW = block(doubled(h_NCHW, size))
        x_NCHW = self.pixels[str(stage)](h_NCHW)
        if stage == 0:
            return x_NCHW
        return self.grower.blend(doubled(self.pixels[str(stage - 1)](below_NCHW), self.sizes[stage]), x_NCHW)

    def reals(self, x_NCHW: Tensor) -> Tensor:
        """Real pictures at the present size; while new layers fade in, as coarse as the fakes (Figure 2)."""
        for _ in range(len(self.sizes) - 1 - self.grower.stage):
            x_NCHW = halved(x_NCHW)
        if self.grower.stage == 0:
            return x_NCHW
        return self.grower.blend(doubled(halved(x_NCHW), self.sizes[self.grower.stage]), x_NCHW)


def _layer(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    return EqualConv2d(inputs, outputs, 3), nn.LeakyReLU(0.2), PixelNorm()
