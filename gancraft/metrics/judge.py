"""A judge of style transfer that took no part in it: distances in the features of another network.

A loss that was minimised says nothing about the picture. Here a network that no loss uses looks at the result: how far are
its Gram matrices from the style's, its features from the content's. Lower style distance at an equal content distance is
better; eyes decide the rest.

Shape suffixes: N = 1 picture, C = channels, H, W = height, width; sRGB in [0, 1].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gancraft.interfaces import PerceptualNetwork
from gancraft.perceptual.statistics import second_moment_sum


@dataclass(frozen=True)
class Judgement:
    """style: relative Gram distance to the style, mean over layers; 0 is the style itself.
    content: relative feature distance to the content, mean over layers; 0 is the content itself.
    detail: high-frequency energy over the style's; 1 is ideal, more is noise, less is blur."""

    style: float
    content: float
    detail: float


@torch.no_grad()
def judge(
    network: PerceptualNetwork,
    result_NCHW: Tensor,
    content_NCHW: Tensor,
    style_NCHW: Tensor,
    layers: Sequence[str] | None = None,
) -> Judgement:
    """Compare a result with its content (of the same size) and its style (at the scale it was painted from).

    layers: of the network, by default those of its style loss.
    """
    layers = list(layers or network.style_layers)
    result, content, style = (network(x_NCHW, layers) for x_NCHW in (result_NCHW, content_NCHW, style_NCHW))
    grams = [_relative(_gram(result[name]), _gram(style[name])) for name in layers]
    features = [_relative(result[name].float(), content[name].float()) for name in layers]
    detail = _detail(result_NCHW) / max(_detail(style_NCHW), 1e-9)
    return Judgement(sum(grams) / len(grams), sum(features) / len(features), detail)


def _gram(feature_NCHW: Tensor) -> Tensor:
    return second_moment_sum(feature_NCHW) / feature_NCHW[:, 0].numel()


def _relative(a: Tensor, b: Tensor) -> float:
    """Squared distance over the squared size of `b`."""
    return float((a - b).square().mean() / (b.square().mean() + 1e-12))


def _detail(x_NCHW: Tensor) -> float:
    """Energy of what a 3x3 mean takes away."""
    blurred_NCHW = torch.nn.functional.avg_pool2d(x_NCHW, 3, stride=1)
    return float((x_NCHW[..., 1:-1, 1:-1] - blurred_NCHW).square().mean())
