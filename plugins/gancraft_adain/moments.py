"""Mean and spread of features, by channel.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

SMALL = 1e-4  # added to variances


@dataclass(frozen=True)
class Moments:
    """In float32."""

    mean_NC11: Tensor
    std_NC11: Tensor

    def normalised(self, x_NCHW: Tensor) -> Tensor:
        """Features with these moments brought to mean 0 and spread 1."""
        scale_NC11 = 1 / self.std_NC11
        return x_NCHW * scale_NC11.to(x_NCHW.dtype) - (self.mean_NC11 * scale_NC11).to(x_NCHW.dtype)

    def applied(self, x_NCHW: Tensor) -> Tensor:
        """The other way."""
        return x_NCHW * self.std_NC11.to(x_NCHW.dtype) + self.mean_NC11.to(x_NCHW.dtype)


def sums(features: Mapping[str, Tensor], where_N1HW: Tensor | None = None) -> dict[str, Tensor]:
    """What adds up over tiles, in float32: `LAYER/first`, `LAYER/second`, N x C x 1 x 1, and `LAYER/count`, N x 1 x 1 x 1.
    where: how much each pixel of the picture counts."""
    found: dict[str, Tensor] = {}
    for layer, x_NCHW in features.items():
        x_NCHW = x_NCHW.float()
        if where_N1HW is None:
            weight_N1HW = torch.ones_like(x_NCHW[:, :1])
        else:
            weight_N1HW = adaptive_avg_pool2d(where_N1HW, (x_NCHW.shape[-2], x_NCHW.shape[-1]))
        weighted_NCHW = x_NCHW * weight_N1HW
        found[f"{layer}/first"] = weighted_NCHW.sum((2, 3), keepdim=True)
        found[f"{layer}/second"] = (weighted_NCHW * x_NCHW).sum((2, 3), keepdim=True)
        found[f"{layer}/count"] = weight_N1HW.sum((2, 3), keepdim=True)
    return found


def moments(found: Mapping[str, Tensor]) -> dict[str, Moments]:
    """By layer, from sums. Where nothing counts, mean 0 and the least spread."""
    layers = [name.removesuffix("/first") for name in found if name.endswith("/first")]
    return {layer: _moments(*(found[f"{layer}/{kind}"] for kind in ("first", "second", "count"))) for layer in layers}


def blended(parts: Sequence[Moments], weights: Sequence[float]) -> Moments:
    """Between several: features given these are the weighted mean of features given each."""
    mean = torch.stack([w * part.mean_NC11 for part, w in zip(parts, weights, strict=True)]).sum(0)
    std = torch.stack([w * part.std_NC11 for part, w in zip(parts, weights, strict=True)]).sum(0)
    return Moments(mean, std)


def _moments(first: Tensor, second: Tensor, count: Tensor) -> Moments:
    count = count.clamp(min=1e-6)
    mean = first / count
    return Moments(mean, (second / count - mean.square()).clamp(min=0).add(SMALL).sqrt())
