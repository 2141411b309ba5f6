"""From the smallest map to the picture, for any size: halving and doubling that fit each other.

A side of s pixels is halved to ceil(s / 2); doubling leaves off what is too much, at the right and below. So every size has a
chain of sizes below it. Shape suffixes: N = pictures, C = channels, H, W = height, width, F = W x C, M = N x H.
"""

from __future__ import annotations

import functools
import math

import torch
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
    return filtered(x_NCHW, 2, 1, repeat=True)


def smoothly_doubled(x_NCHW: Tensor, size: Size) -> Tensor:
    """The same filter upwards: bilinear, cut to `size`."""
    if torch.compiler.is_compiling():
        x_NCHW = _doubled_along(_doubled_along(x_NCHW, 2), 3)
    else:
        x_NCHW = interpolate(x_NCHW, scale_factor=2, mode="bilinear", align_corners=False)
    return x_NCHW[:, :, : size[0], : size[1]]


def _doubled_along(x_NCHW: Tensor, dim: int) -> Tensor:
    """The same in sums: torch's bilinear compiles to a gradient that adds one number at a time."""
    n = x_NCHW.shape[dim]
    before = torch.cat([x_NCHW.narrow(dim, 0, 1), x_NCHW.narrow(dim, 0, n - 1)], dim)
    after = torch.cat([x_NCHW.narrow(dim, 1, n - 1), x_NCHW.narrow(dim, n - 1, 1)], dim)
    pairs = torch.stack([x_NCHW * 0.75 + before * 0.25, x_NCHW * 0.75 + after * 0.25], dim + 1)
    return pairs.flatten(dim, dim + 1)


def filtered(x_NCHW: Tensor, stride: int, margin: int, repeat: bool = False) -> Tensor:
    """[1, 3, 3, 1] / 8 along both sides, at every `stride`th place, with a margin around of zeros, or (repeat) of the edge's
    pixels; with a stride of 2 an odd side is one longer. Sides of (s + 2 margin - 4) // stride + 1.

    As fast as it gets, forwards and backwards: compiled it is one pass; uncompiled GPUs multiply faster by matrices that
    are nearly empty than any of torch's layers filters each channel by itself.
    """
    if x_NCHW.is_cuda and x_NCHW.dtype in (torch.bfloat16, torch.float16) and not torch.compiler.is_compiling():
        return _by_products(x_NCHW, stride, margin, repeat)
    return _in_sums(_in_sums(x_NCHW, 2, stride, margin, repeat), 3, stride, margin, repeat)


def _in_sums(x_NCHW: Tensor, dim: int, stride: int, margin: int, repeat: bool) -> Tensor:
    side = x_NCHW.shape[dim]
    after = margin + (side % 2 if stride == 2 else 0)
    if repeat:  # by cat: torch's own padding leaves channels last, and adds up its gradient in no fixed order
        first, last = x_NCHW.narrow(dim, 0, 1), x_NCHW.narrow(dim, side - 1, 1)
        x_NCHW = torch.cat([*[first] * margin, x_NCHW, *[last] * after], dim)
    else:
        x_NCHW = pad(x_NCHW, (margin, after) if dim == 3 else (0, 0, margin, after))
    end = (x_NCHW.shape[dim] - 4) // stride * stride
    a, b, c, d = (x_NCHW[(slice(None),) * dim + (slice(i, i + end + 1, stride),)] for i in range(4))
    return (a + d) * 0.125 + (b + c) * 0.375


def _by_products(x_NCHW: Tensor, stride: int, margin: int, repeat: bool) -> Tensor:
    """In channels last, in which what is multiplied lies side by side in memory."""
    n, channels, height, width = x_NCHW.shape
    down, right = (_bands(side, stride, margin, repeat, x_NCHW.dtype, x_NCHW.device) for side in (height, width))
    x_NHF = x_NCHW.permute(0, 2, 3, 1).reshape(n, height, width * channels)
    x_MWC = torch.bmm(down.expand(n, -1, -1), x_NHF).view(-1, width, channels)
    x_MWC = torch.bmm(right.expand(x_MWC.shape[0], -1, -1), x_MWC)
    return x_MWC.view(n, -1, *x_MWC.shape[1:]).permute(0, 3, 1, 2)


@functools.lru_cache(maxsize=256)
def _bands(side: int, stride: int, margin: int, repeat: bool, dtype: torch.dtype, device: torch.device) -> Tensor:
    """A matrix from a side to the filtered one; half precision holds its numbers exactly. Kept: captured steps read it."""
    after = margin + (side % 2 if stride == 2 else 0)
    rows = []
    for start in range(-margin, side + after - 3, stride):
        row = [0.0] * side
        for place, share in zip(range(start, start + 4), (0.125, 0.375, 0.375, 0.125), strict=True):
            if repeat or 0 <= place < side:
                row[min(max(place, 0), side - 1)] += share
        rows.append(row)
    return torch.tensor(rows, dtype=dtype, device=device)
