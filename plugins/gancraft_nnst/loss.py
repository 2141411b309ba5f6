"""Nearest neighbours of features. Shape suffixes: N = 1 picture, C = channels, P, Q = points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn.functional import normalize

from gancraft import StyleLoss, mixed_points
from gancraft_nnst import NeighbourOptions

PICTURE = "picture"  # the colours themselves, which the engine gives beside the layers
PHOTO = "photo/"  # before the names of the photo's layers


class NeighbourLoss(StyleLoss):
    """Each point's features go towards those of the style's point that is nearest to it, by cosine in all layers together,
    both sides centred (Kolkin et al. 2022). The squared difference over the style's mean square: 1 for a picture
    without features.

    Who is nearest is asked anew at every step, of a mixture of the photo's directions and the painting's own: by the painting
    alone, it forgets the photo wherever the style shows nothing alike.
    """

    options: NeighbourOptions
    points = 1024
    grain = 2
    guided = True
    octaves = 5
    content_factor = (
        3.0  # seen on a portrait and a cat: with 1 faces are lost in part, with 12 little of the strokes is left
    )

    def target(self, features: Mapping[str, Tensor], where: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        """Features by layer, PC."""
        return _layers(features)

    def blend(self, targets: Sequence[Mapping[str, Tensor]], weights: Sequence[float]) -> dict[str, Tensor]:
        return {layer: mixed_points([one[layer] for one in targets], weights) for layer in targets[0]}

    def loss(self, features: Mapping[str, Tensor], target: Mapping[str, Tensor]) -> dict[str, Tensor]:
        photo = {name.removeprefix(PHOTO): x for name, x in features.items() if name.startswith(PHOTO)}
        mine = _layers({name: x for name, x in features.items() if not name.startswith(PHOTO)})
        with torch.no_grad():
            guide_PC = _directions(mine)
            if photo:  # not where a painting is only compared with a style
                guide_PC = guide_PC.lerp(_directions(_layers(photo)), self.options.form)
            nearest_P = (guide_PC @ _directions(target).T).argmax(1)
        losses = {}
        for layer, x_PC in mine.items():
            error = (x_PC - target[layer][nearest_P]).square().mean()
            losses[layer] = error / (target[layer].square().mean() + 1e-12)
        return losses


def _layers(features: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """PC by layer, float32."""
    return {name: x.flatten(2)[0].T.float() for name, x in features.items() if name != PICTURE}


def _directions(layers: Mapping[str, Tensor]) -> Tensor:
    """All layers side by side, PC, each centred and of length 1, so that no layer or common part decides who is nearest."""
    return torch.cat([normalize(x_PC - x_PC.mean(0), dim=1, eps=1e-6) for x_PC in layers.values()], 1)
