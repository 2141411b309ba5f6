"""The loss of means and deviations. Shape suffixes: N = 1 picture, C = channels of a layer, H, W = its height and width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from gancraft import StyleLoss, first_moment_sum, mean_sums, position_sum


class MeanVarianceLoss(StyleLoss):
    """Squared distance of each channel's mean and standard deviation (Li et al. 2017), over the square of the
    style's own: 1 for a picture without features."""

    additive = True

    def target(self, features: Mapping[str, Tensor], where: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        """Sums over positions: `LAYER/first` C, `LAYER/square` C and `LAYER/count`."""
        sums: dict[str, Tensor] = {}
        for layer, feature_NCHW in features.items():
            at = where[layer] if where is not None else None
            sums[f"{layer}/first"] = first_moment_sum(feature_NCHW, at)
            sums[f"{layer}/square"] = first_moment_sum(feature_NCHW.float().square(), at)
            sums[f"{layer}/count"] = position_sum(feature_NCHW, at)
        return sums

    def blend(self, targets: Sequence[Mapping[str, Tensor]], weights: Sequence[float]) -> dict[str, Tensor]:
        return mean_sums(targets, weights)

    def distance(self, sums: Mapping[str, Tensor], target: Mapping[str, Tensor]) -> dict[str, Tensor]:
        losses = {}
        for layer in dict.fromkeys(key.rpartition("/")[0] for key in sums):
            mean_C, deviation_C = _moments(sums, layer)
            wanted_C, spread_C = _moments(target, layer)
            error = (mean_C - wanted_C).square().sum() + (deviation_C - spread_C).square().sum()
            losses[layer] = error / (wanted_C.square().sum() + spread_C.square().sum() + 1e-12)
        return losses


def _moments(sums: Mapping[str, Tensor], layer: str) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each channel, C."""
    mean_C = sums[f"{layer}/first"] / sums[f"{layer}/count"]
    variance_C = sums[f"{layer}/square"] / sums[f"{layer}/count"] - mean_C.square()
    return mean_C, (variance_C.clamp(min=0) + 1e-6).sqrt()  # the root of 0 has no slope
