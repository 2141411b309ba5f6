"""The Gram loss: two pictures have the same style where their features are correlated in the same way.

Shape suffixes: N = 1 picture, C = channels of a layer, H, W = its height and width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from gancraft import StyleLoss, first_moment_sum, second_moment_sum
from gancraft_gram import GramOptions


class GramLoss(StyleLoss):
    """Squared distance of Gram matrices, G = F F^T / (H W), by layer (Gatys et al. 2016, equations 3 to 5).

    Gatys's factor 1/(4 C^2) leaves a layer's loss growing with the fourth power of its activations. Here it is divided by
    the mean square of the style's own matrix instead, so that it is 1 for a picture without features and 0 for the style
    itself, in every layer, for every network and at every size.
    """

    options: GramOptions

    def target(self, features: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Sums over positions, which add up over tiles: `LAYER/second` CC, `LAYER/count`, and `LAYER/first` C where the
        matrix isn't about zero."""
        sums: dict[str, Tensor] = {}
        for layer, feature_NCHW in features.items():
            second_CC = second_moment_sum(feature_NCHW)
            sums[f"{layer}/second"] = second_CC
            sums[f"{layer}/count"] = second_CC.new_full((), feature_NCHW[:, 0].numel())
            if self._centred:
                sums[f"{layer}/first"] = first_moment_sum(feature_NCHW)
        return sums

    def blend(self, targets: Sequence[Mapping[str, Tensor]], weights: Sequence[float]) -> dict[str, Tensor]:
        """The weighted mean of the moments: as if the pictures had been mixed in these shares."""
        blended: dict[str, Tensor] = {}
        for key in targets[0]:
            count = key.rpartition("/")[0] + "/count"
            means = [weight * sums[key] / sums[count] for sums, weight in zip(targets, weights, strict=True)]
            blended[key] = torch.stack(means).sum(0)
        return blended

    def loss(self, features: Mapping[str, Tensor], target: Mapping[str, Tensor]) -> dict[str, Tensor]:
        sums = self.target(features)
        losses: dict[str, Tensor] = {}
        for layer in features:
            wanted_CC = self._matrix(target, layer)
            loss = (self._matrix(sums, layer) - wanted_CC).square().mean()
            if self.options.normalise == "relative":
                loss = loss / (wanted_CC.square().mean() + 1e-12)
            losses[layer] = loss
        return losses

    @property
    def _centred(self) -> bool:
        return self.options.covariance or self.options.shift != 0

    def _matrix(self, sums: Mapping[str, Tensor], layer: str) -> Tensor:
        """E[(f - m)(f - m)^T], CC: m is 0 (Gram), the mean (covariance), or the shift."""
        count = sums[f"{layer}/count"]
        second_CC = sums[f"{layer}/second"] / count
        if not self._centred:
            return second_CC
        first_C = sums[f"{layer}/first"] / count
        middle_C = first_C if self.options.covariance else torch.full_like(first_C, self.options.shift)
        outer_CC = torch.outer(first_C, middle_C)
        return second_CC - outer_CC - outer_CC.T + torch.outer(middle_C, middle_C)
