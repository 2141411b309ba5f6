"""Layers of progressive growing (Karras et al. 2018, section 4 and appendix A).

Shape suffixes: N = pictures, C = channels, H, W = height, width, F = features.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, linear

SLOPE = 0.2  # of leaky ReLU
GAIN = math.sqrt(2)  # He et al. 2015


class EqualConv2d(nn.Conv2d):
    """Convolution whose weights start as N(0, 1) and are scaled to their inputs when used, so that Adam, which cares for
    no scale, moves all at one speed (section 4.1). It keeps the size; zeros lie outside."""

    def __init__(self, inputs: int, outputs: int, kernel: int, gain: float = GAIN):
        super().__init__(inputs, outputs, kernel, padding=kernel // 2)
        self.scale = gain / math.sqrt(inputs * kernel**2)
        _start(self)

    def forward(self, x_NCHW: Tensor) -> Tensor:
        return conv2d(x_NCHW, self.weight * self.scale, self.bias, padding=self.padding)  # type: ignore[arg-type]


class EqualLinear(nn.Linear):
    """The same for a dense layer."""

    def __init__(self, inputs: int, outputs: int, gain: float = GAIN):
        super().__init__(inputs, outputs)
        self.scale = gain / math.sqrt(inputs)
        _start(self)

    def forward(self, x_NF: Tensor) -> Tensor:
        return linear(x_NF, self.weight * self.scale, self.bias)


@torch.no_grad()
def _start(layer: nn.Conv2d | nn.Linear) -> None:
    layer.weight.normal_()
    if layer.bias is not None:
        layer.bias.zero_()


class PixelNorm(nn.Module):
    """Divides the features of every pixel, or of a latent, by their root mean square (section 4.2), in float32 at least."""

    def forward(self, x_NC: Tensor) -> Tensor:
        x = x_NC.to(torch.promote_types(x_NC.dtype, torch.float32))
        return (x * (x.square().mean(1, keepdim=True) + 1e-8).rsqrt()).to(x_NC.dtype)
