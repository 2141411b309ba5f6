"""Convolutions at half and at twice the size, with the filter [1, 3, 3, 1] / 8 along both sides (Karras et al. 2020).

A convolution at the large size and the filter may change places. So the convolution is only computed where its results are
needed, a quarter of the work: after the filter with a stride of 2, or before it, transposed. Outside the maps lie zeros.

Shape suffixes: N = pictures, C = channels, H, W = height, width, I, O = channels in and out, K = kernel.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import conv2d, conv_transpose2d, pad

from gancraft import filtered


def conv_halved(x_NCHW: Tensor, weight_OIKK: Tensor, bias_O: Tensor | None = None) -> Tensor:
    """Convolved 3x3, filtered, and every other pixel: sides of ceil(s / 2)."""
    odd_down, odd_right = (side % 2 for side in x_NCHW.shape[-2:])
    if odd_down or odd_right:
        x_NCHW = pad(x_NCHW, (0, odd_right, 0, odd_down))
    return conv2d(filtered(x_NCHW, 1, 2), weight_OIKK, bias_O, stride=2)


def conv_doubled(x_NCHW: Tensor, weight_IOKK: Tensor, size: tuple[int, int]) -> Tensor:
    """Twice as high and wide with zeros between, convolved by the 3x3 kernel turned round, filtered, cut to `size`. The mean
    is a quarter of x's, since three in four pixels are zeros."""
    x_NCHW = conv_transpose2d(x_NCHW, weight_IOKK, stride=2)
    return filtered(x_NCHW, 1, 1)[:, :, : size[0], : size[1]]
