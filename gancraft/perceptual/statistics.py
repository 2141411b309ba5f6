"""Statistics of features that add up over tiles: sums of outer products and of activations, and how many they are of.

Shape suffixes: N = 1 picture, C = channels, H, W = height, width, P = H x W positions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor


def positions(feature_NCHW: Tensor) -> Tensor:
    """Features as one row a position, PC; without a copy where the memory format is channels_last."""
    return feature_NCHW.permute(0, 2, 3, 1).reshape(-1, feature_NCHW.shape[1])


def second_moment_sum(feature_NCHW: Tensor, where_N1HW: Tensor | None = None) -> Tensor:
    """Sum over positions of f f^T, CC, in float32 whatever the features' precision: products are exact there, and the
    sum is accumulated in float32. Its gradient is returned in the features' precision. where: how much a position counts."""
    if where_N1HW is None:
        return _SecondMoment.apply(positions(feature_NCHW))
    return _SecondMoment.apply(positions(feature_NCHW * where_N1HW.sqrt().to(feature_NCHW.dtype)))


def first_moment_sum(feature_NCHW: Tensor, where_N1HW: Tensor | None = None) -> Tensor:
    """Sum over positions of f, C, in float32. where: how much each position counts."""
    if where_N1HW is not None:
        feature_NCHW = feature_NCHW.float() * where_N1HW
    return feature_NCHW.sum(dim=(0, 2, 3), dtype=torch.float32)


def position_sum(feature_NCHW: Tensor, where_N1HW: Tensor | None = None) -> Tensor:
    """How many positions there are, or their weights' sum: a scalar, float32."""
    if where_N1HW is not None:
        return where_N1HW.sum(dtype=torch.float32)
    return torch.full((), feature_NCHW[:, 0].numel(), dtype=torch.float32, device=feature_NCHW.device)


def mean_sums(targets: Sequence[Mapping[str, Tensor]], weights: Sequence[float]) -> dict[str, Tensor]:
    """Of several pictures' sums, named `LAYER/…` beside `LAYER/count`, the weighted mean of their means (counts become 1): as
    if the pictures had been mixed in these shares. What the `blend` of an additive loss is.

    targets: sums of each picture, in the same names and shapes; weights: one each, which sum to one."""
    blended: dict[str, Tensor] = {}
    for key in targets[0]:
        count = key.rpartition("/")[0] + "/count"
        means = [weight * sums[key] / sums[count] for sums, weight in zip(targets, weights, strict=True)]
        blended[key] = torch.stack(means).sum(0)
    return blended


def mixed_points(parts_PC: Sequence[Tensor], weights: Sequence[float]) -> Tensor:
    """So many rows of each as its weight says, evenly picked, as many as the first has: PC. What the `blend` of a loss by
    points is. weights: one for each part, which sum to one."""
    count = left = len(parts_PC[0])
    kept = []
    for number, (part_PC, weight) in enumerate(zip(parts_PC, weights, strict=True)):
        take = left if number == len(parts_PC) - 1 else min(left, round(weight * count))
        if take:
            kept.append(part_PC[torch.linspace(0, len(part_PC) - 1, take, device=part_PC.device).round().long()])
        left -= take
    return torch.cat(kept)


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
