"""Nearest neighbours of features. Shape suffixes: N = 1 picture, C = channels, P, Q = points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn.functional import normalize

from gancraft import StyleLoss, mixed_points

PICTURE = "picture"  # the colours themselves, which the engine gives beside the layers


class NeighbourLoss(StyleLoss):
    """Each point's features go towards those of the style's point that is nearest to it, by cosine in all layers together,
    both sides centred (Kolkin et al. 2022). The squared difference over the style's mean square: 1 for a picture
    without features. Neighbours are looked for anew at every step."""

    points = 4096

    def target(self, features: Mapping[str, Tensor], where: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        """Features by layer, PC."""
        return _layers(features)

    def blend(self, targets: Sequence[Mapping[str, Tensor]], weights: Sequence[float]) -> dict[str, Tensor]:
        return {layer: mixed_points([one[layer] for one in targets], weights) for layer in targets[0]}

    def loss(self, features: Mapping[str, Tensor], target: Mapping[str, Tensor]) -> dict[str, Tensor]:
        mine = _layers(features)
        with torch.no_grad():
            alike_PQ = torch.stack([_direction(mine[layer]) @ _direction(target[layer]).T for layer in mine]).sum(0)
            nearest_P = alike_PQ.argmax(1)
        losses = {}
        for layer, x_PC in mine.items():
            error = (x_PC - target[layer][nearest_P]).square().mean()
            losses[layer] = error / (target[layer].square().mean() + 1e-12)
        return losses


def _layers(features: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """PC by layer, float32."""
    return {name: x.flatten(2)[0].T.float() for name, x in features.items() if name != PICTURE}


def _direction(x_PC: Tensor) -> Tensor:
    """Centred and of length 1, so that no layer and no common part decides who is nearest."""
    return normalize(x_PC - x_PC.mean(0), dim=1, eps=1e-6)
