"""What of a style picture is to be matched.

Shape suffixes: N = 1 picture, C = channels of a layer, H, W = height and width of its map.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import gancraft
from torch import Tensor

from gancraft_template_name import TemplateNameOptions


class TemplateNameLoss(gancraft.StyleLoss):
    """Squared distances of the channels' means and spreads: about 1 for a picture that has nothing of the style."""

    options: TemplateNameOptions
    additive = True  # what `target` gives are sums over positions: they can be masked, blended, and taken tile by tile

    def target(self, features: Mapping[str, Tensor], where: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        """Sums over the positions of each layer: of values C, of their squares C, and how many there are."""
        sums: dict[str, Tensor] = {}
        for layer, f_NCHW in features.items():
            at = where[layer] if where is not None else None
            f_NCHW = f_NCHW.float()  # features may come in bfloat16, which is too coarse for sums
            sums[f"{layer}/values"] = gancraft.first_moment_sum(f_NCHW, at)
            sums[f"{layer}/squares"] = gancraft.first_moment_sum(f_NCHW.square(), at)
            sums[f"{layer}/count"] = gancraft.position_sum(f_NCHW, at)
        return sums

    def blend(self, targets: Sequence[Mapping[str, Tensor]], weights: Sequence[float]) -> dict[str, Tensor]:
        """The target of several styles: the mean of their sums."""
        return gancraft.mean_sums(targets, weights)

    def distance(self, sums: Mapping[str, Tensor], target: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """How far the picture's sums are from the style's, a number a layer."""
        share = self.options.spread
        losses: dict[str, Tensor] = {}
        for key in sums:
            layer, _, kind = key.rpartition("/")
            if kind != "values":
                continue
            mean_C, spread_C = _moments(sums, layer)
            wanted_mean_C, wanted_spread_C = _moments(target, layer)
            losses[layer] = (1 - share) * _relative(mean_C, wanted_mean_C) + share * _relative(
                spread_C, wanted_spread_C
            )
        return losses


def _moments(sums: Mapping[str, Tensor], layer: str) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each channel, both C."""
    count = sums[f"{layer}/count"]
    mean_C = sums[f"{layer}/values"] / count
    variance_C = sums[f"{layer}/squares"] / count - mean_C.square()
    return mean_C, (variance_C.clamp(min=0) + 1e-6).sqrt()


def _relative(x_C: Tensor, wanted_C: Tensor) -> Tensor:
    """Squared distance, as a share of the style's own size."""
    return (x_C - wanted_C).square().mean() / (wanted_C.square().mean() + 1e-8)
