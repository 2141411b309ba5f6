"""Encoder and decoder, convolutional, for any size from 8x8.

Shape suffixes: N = pictures, C = channels, H, W = height, width, L = latent size, S = style size, K = layers, F = features.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu

from gancraft import DataShape, Random, StyledGenerator, doubled, halved, size_chain
from gancraft_vae import VaeOptions

_SLOPE = 0.2
_SURE = 8.0  # logarithms of variances stay within this of 0, so that their exponentials do in bfloat16 too


class Encoder(nn.Module):
    """Pictures NCHW in [-1, 1] -> mean and log variance of their latents, both NL float32."""

    def __init__(self, options: VaeOptions, shape: DataShape):
        super().__init__()
        widths = _widths(options, shape)[::-1]
        self.first = nn.Conv2d(shape.channels, widths[0], 3, padding=1)
        pairs = zip(widths, widths[1:], strict=False)
        self.layers = nn.ModuleList(_Layer(inputs, outputs) for inputs, outputs in pairs)
        height, width = size_chain(shape)[0]
        label_size = options.latent_size if shape.classes else 0
        self.label = nn.Embedding(shape.classes, label_size) if shape.classes else None
        self.last = nn.Linear(widths[-1] * height * width + label_size, 2 * options.latent_size)

    def forward(self, x_NCHW: Tensor, labels_N: Tensor | None = None) -> tuple[Tensor, Tensor]:
        h_NCHW = leaky_relu(self.first(x_NCHW), _SLOPE)
        for layer in self.layers:
            h_NCHW = leaky_relu(layer(halved(h_NCHW)), _SLOPE)
        # A copy in plain order: compiled code may have been told another order than a convolution's output has.
        h_NF = h_NCHW.clone(memory_format=torch.contiguous_format).flatten(1)
        if self.label is not None:
            h_NF = torch.cat([h_NF, self.label(labels_N).to(h_NF.dtype)], 1)
        mean_NL, log_variance_NL = self.last(h_NF).float().chunk(2, dim=1)
        return mean_NL, log_variance_NL.clamp(-_SURE, _SURE)


class Decoder(StyledGenerator):
    """Latents -> pictures in [-1, 1]. The latent reaches the layers of every size, as a shift and a scale of their channels;
    so it is a `StyledGenerator`, whose styles are the latents themselves (beside the class, where there are classes), and
    `gancraft mix` can take the coarse layers of one picture and the fine ones of another.

    Raises UsageError for sides below 8 pixels, and for points.
    """

    def __init__(self, options: VaeOptions, shape: DataShape):
        super().__init__(options, shape)
        self.latent_size = options.latent_size
        self.label = nn.Embedding(shape.classes, options.latent_size) if shape.classes else None
        self.style_size = options.latent_size * (2 if shape.classes else 1)
        self.sizes = size_chain(shape)
        widths = _widths(options, shape)
        self.first_map = (widths[0], *self.sizes[0])
        self.first = nn.Linear(self.style_size, widths[0] * self.sizes[0][0] * self.sizes[0][1])
        pairs = list(zip(widths, widths[1:], strict=False))
        self.convolutions = nn.ModuleList(_Layer(inputs, outputs) for inputs, outputs in pairs)
        self.shifts = nn.ModuleList(nn.Linear(self.style_size, 2 * outputs) for _, outputs in pairs)
        self.last = nn.Conv2d(widths[-1], shape.channels, 3, padding=1)
        self.layers = 1 + len(pairs)

    def styles(self, z_NL: Tensor, labels_N: Tensor | None = None) -> Tensor:
        w_NS = z_NL if self.label is None else torch.cat([z_NL, self.label(labels_N).to(z_NL.dtype)], 1)
        return w_NS[:, None].expand(-1, self.layers, -1)

    def draw(self, w_NKS: Tensor, random: Random | None = None) -> Tensor:
        h_NCHW = self.first(w_NKS[:, 0]).unflatten(1, self.first_map)
        h_NCHW = leaky_relu(h_NCHW, _SLOPE)
        for number, (convolution, shift) in enumerate(zip(self.convolutions, self.shifts, strict=True), 1):
            h_NCHW = convolution(doubled(h_NCHW, self.sizes[number]))
            scale_NC, shift_NC = shift(w_NKS[:, number]).chunk(2, dim=1)
            h_NCHW = h_NCHW * (1 + scale_NC[:, :, None, None]) + shift_NC[:, :, None, None]
            h_NCHW = leaky_relu(h_NCHW, _SLOPE)
        x_NCHW: Tensor = self.last(h_NCHW).tanh()
        return x_NCHW

    def affines(self) -> Sequence[Tensor]:
        return [self.first.weight, *(cast(nn.Linear, shift).weight for shift in self.shifts)]


class _Layer(nn.Sequential):
    """A convolution and a normalisation that doesn't look at other pictures of the batch."""

    def __init__(self, inputs: int, outputs: int):
        groups = next(n for n in (8, 4, 2, 1) if outputs % n == 0)
        super().__init__(nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.GroupNorm(groups, outputs))


def _widths(options: VaeOptions, shape: DataShape) -> list[int]:
    """Channels of the decoder's maps, from the smallest map to the full size."""
    steps = range(len(size_chain(shape)))
    return [min(options.width * 2**i, max(options.width, options.max_width)) for i in reversed(steps)]
