"""Resizing of pictures as tensors."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import interpolate


def resize(x_NCHW: Tensor, width: int, height: int) -> Tensor:
    """Bicubic, antialiased when it shrinks. Values may leave the input's range by a little: clamp pictures."""
    if x_NCHW.shape[-2:] == (height, width):
        return x_NCHW
    return interpolate(x_NCHW, (height, width), mode="bicubic", align_corners=False, antialias=True)


def fit_style(x_NCHW: Tensor, long_side: float) -> Tensor:
    """A style picture with this long side, or as it is where it is smaller: enlarging would only blur its strokes."""
    height, width = x_NCHW.shape[-2:]
    factor = min(1.0, long_side / max(height, width))
    return resize(x_NCHW, max(1, round(width * factor)), max(1, round(height * factor))).clamp(0, 1)
