"""StyleGAN2's generator. Shape suffixes: N = pictures, C = channels, H, W = height, width, L = latent size, K = styles of a
picture, S = style size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu

from gancraft import (
    ClassBeside,
    DataShape,
    EqualLinear,
    PixelNorm,
    Random,
    StyledGenerator,
    size_chain,
    smoothly_doubled,
)
from gancraft_stylegan.modulated import SLOPE, StyledConv, StyledPixels
from gancraft_stylegan.precision import in_float32
from gancraft_stylegan.stylegan2_options import StyleGan2GeneratorOptions
from gancraft_stylegan.widths import widths_of

SPEED = 0.01  # of the mapping network's learning: Karras et al. 2019, appendix C


class Mapping(nn.Module):
    """Latents NL -> styles NS (Karras et al. 2019, section 2). Latents count by their direction; classes come in as learned
    vectors beside them."""

    def __init__(self, latent_size: int, layers: int, classes: int):
        super().__init__()
        self.norm = PixelNorm()
        self.label = ClassBeside(classes, latent_size) if classes else None
        inputs = [latent_size * (2 if classes else 1)] + [latent_size] * (layers - 1)
        self.layers = nn.ModuleList(EqualLinear(size, latent_size, speed=SPEED) for size in inputs)

    def forward(self, z_NL: Tensor, labels_N: Tensor | None) -> Tensor:
        with in_float32(z_NL):
            w_NS = self.norm(z_NL)
            if self.label is not None:
                w_NS = self.label(w_NS, labels_N)
            for layer in self.layers:
                w_NS = leaky_relu(layer(w_NS), SLOPE)
        return w_NS


class Block(nn.Module):
    """Maps of one size: they are doubled by the first of two layers (the smallest have one layer), and seen as pixels."""

    def __init__(self, inputs: int, outputs: int, style_size: int, size: tuple[int, int], channels: int, number: int):
        """inputs: 0 for the first block. number: of its first style."""
        super().__init__()
        self.size = size
        self.first = StyledConv(inputs, outputs, style_size, size, True, number) if inputs else None
        self.second = StyledConv(outputs, outputs, style_size, size, False, number + bool(inputs))
        self.pixels = StyledPixels(outputs, channels, style_size)

    def forward(
        self, h_NCHW: Tensor, x_NCHW: Tensor | None, styles: Sequence[Tensor], random: Random | None
    ) -> tuple[Tensor, Tensor]:
        """Maps and picture, of the block before and then its own. styles: one for each layer and one for the pixels, NS."""
        if self.first is not None:
            h_NCHW = self.first(h_NCHW, styles[0], random)
        h_NCHW = self.second(h_NCHW, styles[-2], random)
        pixels_NCHW = self.pixels(h_NCHW, styles[-1])
        if x_NCHW is not None:
            pixels_NCHW = pixels_NCHW + smoothly_doubled(x_NCHW, self.size)
        return h_NCHW, pixels_NCHW

    def affines(self) -> list[Tensor]:
        """By style, inputs x S."""
        first = [] if self.first is None else [self.first.affine.weight]
        return [*first, self.second.affine.weight, self.pixels.affine.weight]


class StyleGan2Generator(StyledGenerator):
    """z_NL -> pictures NCHW, about [-1, 1]: the sum of what each size adds (Karras et al. 2020, Figure 7b, skip connections).

    A picture takes K = 2 styles for every size: of the first map's layer, of each later size's two layers, and of the last
    pixels; the pixels of other sizes share the style of the layer that follows. Raises UsageError for sides below 8 pixels,
    and for points.
    """

    options: StyleGan2GeneratorOptions

    def __init__(self, options: StyleGan2GeneratorOptions, shape: DataShape):
        super().__init__(options, shape)
        sizes = size_chain(shape)
        widths = widths_of(options, len(sizes))
        self.latent_size = self.style_size = options.latent_size
        self.layers, self.mixing = 2 * len(sizes), options.mixing
        self.mapping = Mapping(options.latent_size, options.mapping_layers, shape.classes)
        self.start = nn.Parameter(torch.randn(1, widths[0], *sizes[0]))
        self.blocks = nn.ModuleList(
            Block(inputs, outputs, self.style_size, size, shape.channels, max(0, 2 * level - 1))
            for level, (inputs, outputs, size) in enumerate(zip([0, *widths[:-1]], widths, sizes, strict=True))
        )

    def styles(self, z_NL: Tensor, labels_N: Tensor | None = None) -> Tensor:
        """The same K times; labels_N in 0 ... classes - 1 where there are classes."""
        return self.mapping(z_NL, labels_N)[:, None].expand(-1, self.layers, -1)

    def draw(self, w_NKS: Tensor, random: Random | None = None) -> Tensor:
        styles = w_NKS.unbind(1)
        h_NCHW, x_NCHW = self.start.repeat(w_NKS.shape[0], 1, 1, 1), None
        for level, block in enumerate(self.blocks):
            h_NCHW, x_NCHW = block(h_NCHW, x_NCHW, styles[max(0, 2 * level - 1) : 2 * level + 2], random)
        assert x_NCHW is not None
        return x_NCHW

    def affines(self) -> list[Tensor]:
        """Pixels belong to the layer that they share a style with."""
        found: list[list[Tensor]] = [[] for _ in range(self.layers)]
        for level, block in enumerate(self.blocks):
            for number, affine in enumerate(cast(Block, block).affines(), max(0, 2 * level - 1)):
                found[number].append(affine)
        return [torch.cat(parts) for parts in found]
