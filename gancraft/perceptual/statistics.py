"""Statistics of features that add up over tiles: sums of outer products and of activations, and how many they are of.

Shape suffixes: N = 1 picture, C = channels, H, W = height, width, P = H x W positions.
"""

from __future__ import annotations

import torch
from torch import Tensor


def positions(feature_NCHW: Tensor) -> Tensor:
    """Features as one row a position, PC; without a copy where the memory format is channels_last."""
    return feature_NCHW.permute(0, 2, 3, 1).reshape(-1, feature_NCHW.shape[1])


def second_moment_sum(feature_NCHW: Tensor) -> Tensor:
    """Sum over positions of f f^T, CC, in float32 whatever the features' precision: products are exact there, and the
    sum is accumulated in float32. Its gradient is returned in the features' precision."""
    return _SecondMoment.apply(positions(feature_NCHW))


def first_moment_sum(feature_NCHW: Tensor) -> Tensor:
    """Sum over positions of f, C, in float32."""
    return feature_NCHW.sum(dim=(0, 2, 3), dtype=torch.float32)


class _SecondMoment(torch.autograd.Function):
    @staticmethod
    def forward(ctx, feature_PC: Tensor) -> Tensor:  # type: ignore[no-untyped-def]
        ctx.save_for_backward(feature_PC)
        if feature_PC.dtype == torch.float32:
            return feature_PC.T @ feature_PC
        if feature_PC.is_cuda:
            return torch.mm(feature_PC.T, feature_PC, out_dtype=torch.float32)
        wide_PC = feature_PC.float()
        return wide_PC.T @ wide_PC

    @staticmethod
    def backward(ctx, grad_CC: Tensor) -> Tensor:  # type: ignore[no-untyped-def]
        (feature_PC,) = ctx.saved_tensors
        return feature_PC @ (grad_CC + grad_CC.T).to(feature_PC.dtype)
