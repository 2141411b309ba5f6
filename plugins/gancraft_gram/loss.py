"""The Gram loss: two pictures have the same style where their features are correlated in the same way.

Shape suffixes: N = 1 picture, C = channels of a layer, H, W = its height and width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from gancraft import StyleLoss, first_moment_sum, mean_sums, position_sum, second_moment_sum
from gancraft_gram import GramOptions, MatrixOptions


class GramLoss(StyleLoss):
    """Squared distance of Gram matrices, G = F F^T / (H W), by layer (Gatys et al. 2016, equations 3 to 5).

    Gatys's factor 1/(4 C^2) leaves a layer's loss growing with the fourth power of its activations. Here it is divided by
    the mean square of the style's own matrix instead, so that it is 1 for a picture without features and 0 for the style
    itself, in every layer, for every network and at every size.
    """

    options: GramOptions
    additive = True
    # Seen on four pairs: faces and eyes hold, where in pixels or in fewer octaves they dissolve; with a smaller finest step,
    # strokes don't flow.
    octaves = 5
    finest = 1.0

    def target(self, features: Mapping[str, Tensor], where: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        """Sums over positions: `LAYER/second` CC, `LAYER/count`, and `LAYER/first` C where the matrix isn't about zero."""
        sums: dict[str, Tensor] = {}
        for layer, feature_NCHW in features.items():
            at = where[layer] if where is not None else None
            sums[f"{layer}/second"] = second_moment_sum(feature_NCHW, at)
            sums[f"{layer}/count"] = position_sum(feature_NCHW, at)
            if self._centred:
                sums[f"{layer}/first"] = first_moment_sum(feature_NCHW, at)
        return sums

    def blend(self, targets: Sequence[Mapping[str, Tensor]], weights: Sequence[float]) -> dict[str, Tensor]:
        return mean_sums(targets, weights)

    def distance(self, sums: Mapping[str, Tensor], target: Mapping[str, Tensor]) -> dict[str, Tensor]:
        losses: dict[str, Tensor] = {}
        for key in sums:
            layer, _, kind = key.rpartition("/")
            if kind != "second":
                continue
            wanted_CC = self._matrix(target, layer)
            loss = (self._matrix(sums, layer) - wanted_CC).square().mean()
            if self.options.normalise == "relative":
                loss = loss / (wanted_CC.square().mean() + 1e-12)
            losses[layer] = loss
        return losses

    @property
    def _centred(self) -> bool:
        """Whether matrices aren't about zero."""
        return self.options.covariance or self.options.shift != 0

    def _middle(self, first_C: Tensor) -> Tensor:
        """What they are about, C."""
        return first_C if self.options.covariance else torch.full_like(first_C, self.options.shift)

    def _matrix(self, sums: Mapping[str, Tensor], layer: str) -> Tensor:
        """E[(f - m)(f - m)^T], CC: m is 0 (Gram), the mean (covariance), or the shift."""
        count = sums[f"{layer}/count"]
        second_CC = sums[f"{layer}/second"] / count
        if not self._centred:
            return second_CC
        first_C = sums[f"{layer}/first"] / count
        middle_C = self._middle(first_C)
        outer_CC = torch.outer(first_C, middle_C)
        return second_CC - outer_CC - outer_CC.T + torch.outer(middle_C, middle_C)


class CovarianceLoss(GramLoss):
    """The same of covariances, (F - mean)(F - mean)^T / (H W): how features vary together, whatever their level."""

    options: MatrixOptions  # type: ignore[assignment]
    _centred = True

    def _middle(self, first_C: Tensor) -> Tensor:
        return first_C
