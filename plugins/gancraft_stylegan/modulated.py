"""Layers of a generator that are steered by styles (Karras et al. 2020, section 2).

Shape suffixes: N = pictures, C = channels, H, W = height, width, I, O = channels in and out, K = kernel, S = style size.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, leaky_relu

from gancraft import EqualLinear, Random
from gancraft_stylegan.precision import in_float32
from gancraft_stylegan.resampling import conv_doubled

SLOPE = 0.2  # of leaky ReLU
Size = tuple[int, int]  # height, width


class StyledConv(nn.Module):
    """3x3 convolution whose inputs the style scales and whose outputs are brought back to unit variance (equations 1 and 3),
    then noise, bias and leaky ReLU.

    The scales are put on the maps and not into the weights, which would be other ones for every picture: so it is one plain
    convolution. They are computed in float32, with a mean square of 1 before they meet half precision.
    """

    noise_11HW: Tensor

    def __init__(self, inputs: int, outputs: int, style_size: int, size: Size, up: bool, number: int):
        """size: of what it puts out; up: which is twice that of its inputs. number: tells its fixed noise from that of
        other layers."""
        super().__init__()
        self.size, self.up = size, up
        self.affine = EqualLinear(style_size, inputs, gain=1, start=1.0)
        # No scale for the learning rate: it would go out of the equations.
        self.weight = nn.Parameter(torch.randn(*((inputs, outputs) if up else (outputs, inputs)), 3, 3))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.strength = nn.Parameter(torch.zeros(()))
        noise_11HW = torch.randn(1, 1, *size, generator=torch.Generator().manual_seed(number), device="cpu")
        self.register_buffer("noise_11HW", noise_11HW.to(self.bias.device), persistent=False)

    def forward(self, x_NCHW: Tensor, w_NS: Tensor, random: Random | None) -> Tensor:
        """Maps of `size`. Without `random` the noise is always the same."""
        scales_NI, factors_NO = self.modulation(w_NS)
        x_NCHW = x_NCHW * _planes(scales_NI, x_NCHW)
        x_NCHW = conv_doubled(x_NCHW, self.weight, self.size) if self.up else conv2d(x_NCHW, self.weight, padding=1)
        noise_N1HW = self.noise_11HW if random is None else random.normal(len(w_NS), 1, *self.size)
        noise_N1HW = (self.strength * noise_N1HW).to(x_NCHW.dtype)
        bias_1O11 = self.bias.to(x_NCHW.dtype)[None, :, None, None]
        return leaky_relu(torch.addcmul(bias_1O11, x_NCHW, _planes(factors_NO, x_NCHW)) + noise_N1HW, SLOPE)

    def modulation(self, w_NS: Tensor) -> tuple[Tensor, Tensor]:
        """What the inputs (NI) and the outputs (NO) of the plain convolution are multiplied by."""
        with in_float32(w_NS):
            style_NI = self.affine(w_NS)
            # Demodulation takes any common factor of a picture's scales away again: they may be brought to any size.
            size_N1 = style_NI.square().mean(1, keepdim=True) + 1e-8
            scales_NI = style_NI * (size_N1 * 9 * style_NI.shape[1]).rsqrt()
            squares = self.weight.square().sum((2, 3))
            squares_IO = squares if self.up else squares.T
            variance_NO = scales_NI.square() @ squares_IO
            # sqrt(2) makes good for the leaky ReLU.
            factors_NO = math.sqrt(2) * (variance_NO + 1e-8).rsqrt()
        return scales_NI, 4 * factors_NO if self.up else factors_NO


class StyledPixels(nn.Module):
    """Pixels of maps, by a 1x1 convolution that the style scales and nothing demodulates (section 2.2)."""

    def __init__(self, inputs: int, channels: int, style_size: int):
        super().__init__()
        self.affine = EqualLinear(style_size, inputs, gain=1, start=1.0)
        self.weight = nn.Parameter(torch.randn(channels, inputs))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, h_NCHW: Tensor, w_NS: Tensor) -> Tensor:
        """NCHW of as many channels as pictures have, float32 at least."""
        with in_float32(w_NS):
            weight_NOI = self.weight * (self.affine(w_NS) / math.sqrt(self.weight.shape[1]))[:, None]
        # A product of matrices for each picture: so few channels come out that the weights are cheaper to scale.
        x_NOP = torch.bmm(weight_NOI.to(h_NCHW.dtype), h_NCHW.flatten(2))
        return (x_NOP + self.bias[:, None]).unflatten(2, h_NCHW.shape[2:])


def _planes(factors_NC: Tensor, like: Tensor) -> Tensor:
    return factors_NC.to(like.dtype)[:, :, None, None]
