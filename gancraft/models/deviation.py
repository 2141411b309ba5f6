"""A layer that several discriminators share, against mode collapse.

Shape suffixes: N = pictures, C = channels, H, W = height, width, G = groups.
"""

from __future__ import annotations

import torch
from torch import Tensor

DEVIATION_GROUP = 4  # pictures that are compared, as in Karras et al. 2018


def minibatch_deviation(x_NCHW: Tensor) -> Tensor:
    """One more channel: how much pictures differ, the mean over C, H, W of the standard deviation over groups of four
    consecutive pictures (Karras et al. 2018, section 3). What is left over at the end is judged with the last four."""
    n, size = x_NCHW.shape[0], min(DEVIATION_GROUP, x_NCHW.shape[0])
    whole, rest = n // size, n % size
    x = x_NCHW.to(torch.promote_types(x_NCHW.dtype, torch.float32))  # bfloat16 would be too coarse for differences
    groups = x[: whole * size].unflatten(0, (whole, size))
    if rest:
        groups = torch.cat([groups, x[-size:][None]])
    deviation_G = (groups.var(1, correction=0) + 1e-8).sqrt().mean((1, 2, 3))
    deviation_N = deviation_G[:whole].repeat_interleave(size)
    if rest:
        deviation_N = torch.cat([deviation_N, deviation_G[-1:].expand(rest)])
    plane_NCHW = deviation_N[:, None, None, None].expand(n, 1, *x_NCHW.shape[2:])
    return torch.cat([x_NCHW, plane_NCHW.to(x_NCHW.dtype)], 1)
