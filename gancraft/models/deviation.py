"""A layer that several discriminators share, against mode collapse.

Shape suffixes: N = pictures, C = channels, H, W = height, width, G = groups, F = features of a picture.
"""

from __future__ import annotations

import torch
from torch import Tensor

DEVIATION_GROUP = 4  # pictures that are compared, as in Karras et al. 2018
CLASS_GROUP = 32  # among which those of the same class are


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


def class_deviation(x_NCHW: Tensor, labels_N: Tensor, weight: float = 1.0) -> Tensor:
    """The same where there are classes: how much a picture's class differs within itself, over 32 consecutive pictures.

    Among pictures of several classes the usual deviation is large even if every class has only one picture left: it doesn't
    see a generator that collapses within its classes. What is left over at the end is judged with the last 32.
    weight: what the deviation is multiplied by, for layers where one channel of many would hardly count.
    """
    n, size = x_NCHW.shape[0], min(CLASS_GROUP, x_NCHW.shape[0])
    wide_NCHW = x_NCHW.to(torch.promote_types(x_NCHW.dtype, torch.float32))
    # A copy in plain order: compiled code may have been told another order than a convolution's output has.
    x_NF = wide_NCHW.clone(memory_format=torch.contiguous_format).flatten(1)
    parts = [_within(x_NF[at : at + size], labels_N[at : at + size]) for at in range(0, n - size + 1, size)]
    if rest := n % size:
        parts.append(_within(x_NF[-size:], labels_N[-size:])[-rest:])
    plane_NCHW = weight * torch.cat(parts)[:, None, None, None].expand(n, 1, *x_NCHW.shape[2:])
    return torch.cat([x_NCHW, plane_NCHW.to(x_NCHW.dtype)], 1)


def _within(x_NF: Tensor, labels_N: Tensor) -> Tensor:
    """For each picture the mean over the features of the standard deviation of its class, N; 0 where it is the only one."""
    same_NN = (labels_N[:, None] == labels_N).to(x_NF.dtype)
    share_NN = same_NN / same_NN.sum(1, keepdim=True)
    # From each one's own mean, which is that of its class: a difference of squares would lose digits.
    variance_NF = share_NN @ (x_NF - share_NN @ x_NF).square()
    return (variance_NF + 1e-8).sqrt().mean(1)
