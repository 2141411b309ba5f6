"""The sliced distance. Shape suffixes: N = 1 picture, C = channels, P = points, D = directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from gancraft import StyleLoss, mixed_points
from gancraft_wasserstein import SlicedOptions


class SlicedLoss(StyleLoss):
    """Squared distance of sorted projections of features onto many directions (Heitz et al. 2021, "A Sliced Wasserstein Loss
    for Neural Texture Synthesis"), over the mean square of the style's: 1 for a picture without features.

    The paper draws directions anew at every step. Here they are drawn once a level, so that the style is projected and sorted
    once; the two ways were not compared.
    """

    options: SlicedOptions
    points = 2048
    octaves = 5

    def target(self, features: Mapping[str, Tensor], where: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        """`LAYER/directions` CD, of length 1, and `LAYER/sorted` PD."""
        kept = {}
        for layer, feature_NCHW in features.items():
            channels = feature_NCHW.shape[1]
            generator = torch.Generator().manual_seed(channels)  # the same for every picture of a blend
            directions_CD = torch.randn(channels, self.options.directions or channels, generator=generator)
            directions_CD = (directions_CD / directions_CD.norm(dim=0)).to(feature_NCHW.device)
            kept[f"{layer}/directions"] = directions_CD
            kept[f"{layer}/sorted"] = _sorted(feature_NCHW, directions_CD)
        return kept

    def blend(self, targets: Sequence[Mapping[str, Tensor]], weights: Sequence[float]) -> dict[str, Tensor]:
        """The distributions mixed in these shares."""
        blended = dict(targets[0])
        for key in targets[0]:
            if key.endswith("/sorted") and len(targets) > 1:
                blended[key] = mixed_points([one[key] for one in targets], weights).sort(0).values
        return blended

    def loss(self, features: Mapping[str, Tensor], target: Mapping[str, Tensor]) -> dict[str, Tensor]:
        losses = {}
        for layer, feature_NCHW in features.items():
            wanted_PD = target[f"{layer}/sorted"]
            got_PD = _sorted(feature_NCHW, target[f"{layer}/directions"])
            losses[layer] = (got_PD - wanted_PD).square().mean() / (wanted_PD.square().mean() + 1e-12)
        return losses


def _sorted(feature_NCHW: Tensor, directions_CD: Tensor) -> Tensor:
    """Projections in order, PD, float32."""
    feature_PC = feature_NCHW.flatten(2)[0].T.float()
    # Sorted along rows, which lie together in memory.
    return (directions_CD.T @ feature_PC.T).sort(1).values.T
