"""Layers whose weights are scaled when they are used (Karras et al. 2018, section 4), for generators and discriminators.

Shape suffixes: N = pictures, C = channels, H, W = height, width, F = features.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, linear

GAIN = math.sqrt(2)  # He et al. 2015, for what a leaky ReLU follows


class EqualConv2d(nn.Conv2d):
    """Convolution whose weights start as N(0, 1) and are scaled to their inputs when used, so that Adam, which cares for
    no scale, moves all at one speed (section 4.1). It keeps the size; zeros lie outside. gain: 1 where nothing follows."""

    def __init__(self, inputs: int, outputs: int, kernel: int, gain: float = GAIN, bias: bool = True):
        super().__init__(inputs, outputs, kernel, padding=kernel // 2, bias=bias)
        self.scale = gain / math.sqrt(inputs * kernel**2)
        _start(self, 1.0)

    def forward(self, x_NCHW: Tensor) -> Tensor:
        return conv2d(x_NCHW, self.weight * self.scale, self.bias, padding=self.padding)  # type: ignore[arg-type]


class EqualLinear(nn.Linear):
    """The same for a dense layer. speed: of its learning, against the others (0.01 in a mapping network, Karras et al.
    2019, appendix C); start: what the bias starts as."""

    def __init__(self, inputs: int, outputs: int, gain: float = GAIN, speed: float = 1.0, start: float = 0.0):
        super().__init__(inputs, outputs)
        self.scale, self.speed = gain / math.sqrt(inputs) * speed, speed
        _start(self, speed)
        nn.init.constant_(self.bias, start / speed)

    def forward(self, x_NF: Tensor) -> Tensor:
        bias = self.bias if self.speed == 1 else self.bias * self.speed
        return linear(x_NF, self.weight * self.scale, bias)


@torch.no_grad()
def _start(layer: nn.Conv2d | nn.Linear, speed: float) -> None:
    layer.weight.normal_().div_(speed)
    if layer.bias is not None:
        layer.bias.zero_()


class PixelNorm(nn.Module):
    """Divides the features of every pixel, or of a latent, by their root mean square (section 4.2), in float32 at least."""

    def forward(self, x_NC: Tensor) -> Tensor:
        x = x_NC.to(torch.promote_types(x_NC.dtype, torch.float32))
        return (x * (x.square().mean(1, keepdim=True) + 1e-8).rsqrt()).to(x_NC.dtype)
