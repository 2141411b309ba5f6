"""The distance of normal distributions. Shape suffixes: N = 1 picture, C = channels, H, W = height, width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from gancraft import StyleLoss, first_moment_sum, mean_sums, position_sum, second_moment_sum

STEPS = 16  # of the iteration: what is left then is below float32's rounding for features that are not all but parallel
LEAST = 1e-4  # added to variances, of features that average one


class GaussianLoss(StyleLoss):
    """Squared 2-Wasserstein distance between normal distributions with the features' means and covariances:
    |m - m*|^2 + tr(S + S* - 2 (S*^1/2 S S*^1/2)^1/2) (Dowson & Landau 1982; for style: Crowson 2021),
    over the style's own |m*|^2 + tr S*: 1 for a picture without features."""

    additive = True

    def target(self, features: Mapping[str, Tensor], where: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        """Sums over positions: `LAYER/first` C, `LAYER/second` CC and `LAYER/count`."""
        sums: dict[str, Tensor] = {}
        for layer, feature_NCHW in features.items():
            at = where[layer] if where is not None else None
            sums[f"{layer}/first"] = first_moment_sum(feature_NCHW, at)
            sums[f"{layer}/second"] = second_moment_sum(feature_NCHW, at)
            sums[f"{layer}/count"] = position_sum(feature_NCHW, at)
        return sums

    def blend(self, targets: Sequence[Mapping[str, Tensor]], weights: Sequence[float]) -> dict[str, Tensor]:
        """Means, as if the pictures had been mixed, and of each layer the root of the covariance, which is wanted again and
        again."""
        blended = mean_sums(targets, weights)
        for layer in dict.fromkeys(key.rpartition("/")[0] for key in blended):
            _, covariance_CC = _normal(blended, layer)
            blended[f"{layer}/root"] = _root(covariance_CC)
        return blended

    def distance(self, sums: Mapping[str, Tensor], target: Mapping[str, Tensor]) -> dict[str, Tensor]:
        losses = {}
        for layer in dict.fromkeys(key.rpartition("/")[0] for key in sums):
            mean_C, covariance_CC = _normal(sums, layer)
            wanted_C, spread_CC = _normal(target, layer)
            root_CC = target[f"{layer}/root"]
            shared = _root(root_CC @ covariance_CC @ root_CC).trace()
            error = (mean_C - wanted_C).square().sum() + covariance_CC.trace() + spread_CC.trace() - 2 * shared
            losses[layer] = error / (wanted_C.square().sum() + spread_CC.trace())
        return losses


def _normal(sums: Mapping[str, Tensor], layer: str) -> tuple[Tensor, Tensor]:
    """Mean C and covariance CC."""
    mean_C = sums[f"{layer}/first"] / sums[f"{layer}/count"]
    covariance_CC = sums[f"{layer}/second"] / sums[f"{layer}/count"] - torch.outer(mean_C, mean_C)
    return mean_C, covariance_CC + LEAST * torch.eye(len(mean_C), device=mean_C.device)


def _root(matrix_CC: Tensor) -> Tensor:
    """The positive root of a positive matrix, by products alone, which a GPU does fast and which can be differentiated where
    eigenvalues meet (the coupled iteration of Denman & Beavers in Schulz's form)."""
    size = torch.linalg.matrix_norm(matrix_CC)
    eye_CC = torch.eye(len(matrix_CC), device=matrix_CC.device)
    y_CC, z_CC = matrix_CC / size, eye_CC
    for _ in range(STEPS):
        t_CC = 1.5 * eye_CC - 0.5 * z_CC @ y_CC
        y_CC, z_CC = y_CC @ t_CC, t_CC @ z_CC
    return y_CC * size.sqrt()
