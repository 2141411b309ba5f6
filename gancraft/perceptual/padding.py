"""Padding by reflection or replication."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import pad as torch_pad


def pad(x_NCHW: Tensor, width: int, mode: str) -> Tensor:
    """Widen the last two axes by `width` on each side; mode: zeros, reflect (without the edge pixel) or replicate.

    A reflection wider than the picture goes as far as it can and then repeats.
    """
    if width == 0:
        return x_NCHW
    if mode == "zeros":
        return torch_pad(x_NCHW, (width,) * 4)
    # torch's pads scatter in their backward pass in an order that CUDA doesn't fix; slices add up in the same order every
    # time, so that a run repeats bit for bit. On the CPU torch's are ordered, and faster.
    if not x_NCHW.is_cuda and (mode == "replicate" or min(x_NCHW.shape[2:]) > width):
        return torch_pad(x_NCHW, (width,) * 4, mode=mode)
    for axis in (2, 3):
        last = x_NCHW.shape[axis] - 1
        if mode == "replicate":
            near, far = [0] * width, [last] * width
        else:
            near = [min(i, last) for i in range(width, 0, -1)]
            far = [max(last - i, 0) for i in range(1, width + 1)]
        before = [x_NCHW.narrow(axis, i, 1) for i in near]
        after = [x_NCHW.narrow(axis, i, 1) for i in far]
        x_NCHW = torch.cat([*before, x_NCHW, *after], dim=axis)
    return x_NCHW


class PaddedConv2d(nn.Conv2d):
    """A convolution that pads by reflection or replication."""

    def __init__(self, conv: nn.Conv2d, mode: str):
        """Take over the weights of `conv`, whose padding must be the same on all sides."""
        size, stride = conv.kernel_size, conv.stride
        super().__init__(conv.in_channels, conv.out_channels, size, stride=stride, device="meta")  # type: ignore[arg-type]
        self.weight, self.bias = conv.weight, conv.bias
        self.border, self.mode = int(conv.padding[0]), mode

    def forward(self, x_NCHW: Tensor) -> Tensor:
        return super().forward(pad(x_NCHW, self.border, self.mode))
