"""From the smallest map to the picture, for any size: halving and doubling that fit each other.

A side of s pixels is halved to ceil(s / 2); doubling leaves off what is too much, at the right and below. So every size has a
chain of sizes below it. Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

import math

from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate, pad

from gancraft.errors import UsageError
from gancraft.interfaces import DataShape

Size = tuple[int, int]  # height, width


def size_chain(shape: DataShape) -> list[Size]:
    """Sizes from the smallest map to the full picture: the shorter side of the first has about 4 pixels (3 to 6).

    Raises UsageError for points and for sides below 8 pixels.
    """
    if (shape.height, shape.width) == (1, 1):
        raise UsageError("this network makes pictures, not points in the plane; another --plugin makes those")
    side = min(shape.height, shape.width)
    if side < 8:
        raise UsageError(
            f"pictures of {shape} are too small for this network: sides of 8 pixels or more are needed (--size)"
        )
    levels = max(1, round(math.log2(side / 4)))
    return [(-(-shape.height // 2**i), -(-shape.width // 2**i)) for i in reversed(range(levels + 1))]


def halved(x_NCHW: Tensor) -> Tensor:
    """Means of 2x2 pixels; the last stands alone where a side is odd."""
    return avg_pool2d(x_NCHW, 2, ceil_mode=True)


def doubled(x_NCHW: Tensor, size: Size) -> Tensor:
    """Every pixel four times, cut to `size`."""
    return interpolate(x_NCHW, scale_factor=2, mode="nearest")[:, :, : size[0], : size[1]]


def smoothly_halved(x_NCHW: Tensor) -> Tensor:
    """Filtered by [1, 3, 3, 1] / 8 along both sides, then every other pixel (Karras et al. 2020's resampling, with edge
    pixels repeated outside)."""
    height, width = x_NCHW.shape[-2:]
    x_NCHW = pad(x_NCHW, (1, 1 + width % 2, 1, 1 + height % 2), mode="replicate")
    # The filter is three means of two in a row.
    return avg_pool2d(avg_pool2d(avg_pool2d(x_NCHW, 2, stride=1), 2, stride=1), 2)


def smoothly_doubled(x_NCHW: Tensor, size: Size) -> Tensor:
    """The same filter upwards: bilinear, cut to `size`."""
    return interpolate(x_NCHW, scale_factor=2, mode="bilinear", align_corners=False)[:, :, : size[0], : size[1]]
