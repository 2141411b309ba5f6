"""Relaxed earth mover's distance with self-similarity. Shape suffixes: N = 1 picture, C = channels, P, Q = points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn.functional import normalize

from gancraft import StyleLoss, mixed_points
from gancraft_strotss import StrotssOptions

CONTENT = 50.0  # seen on a portrait: the usual strength keeps eyes and mouth; with 40 the mouth is a smear
PICTURE = "picture"  # the colours themselves, which the engine gives beside the layers
TO_YUV = ((0.299, 0.587, 0.114), (-0.14713, -0.28886, 0.436), (0.615, -0.51499, -0.10001))  # rows Y, U, V


class StrotssLoss(StyleLoss):
    """Style: the relaxed earth mover's distance between hypercolumns (all layers at a point in one vector) by their cosines,
    their mean and covariance, and the palette (Kolkin et al. 2019). Content: self-similarity, how each
    point's hypercolumn relates to every other's, which lets everything change but the relations."""

    options: StrotssOptions
    points = 512  # new ones at every step
    octaves = 5

    def target(self, features: Mapping[str, Tensor], where: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        """`columns` PC, `colours` P3, `mean` C and `covariance` CC."""
        columns_PC, colours_PC = _columns(features), _colours(features)
        return {"columns": columns_PC, "colours": colours_PC, **_moments(columns_PC)}

    def blend(self, targets: Sequence[Mapping[str, Tensor]], weights: Sequence[float]) -> dict[str, Tensor]:
        """Points of each in these shares."""
        columns_PC, colours_PC = (mixed_points([one[k] for one in targets], weights) for k in ("columns", "colours"))
        return {"columns": columns_PC, "colours": colours_PC, **_moments(columns_PC)}

    def loss(self, features: Mapping[str, Tensor], target: Mapping[str, Tensor]) -> dict[str, Tensor]:
        columns_PC = _columns(features)
        moments = _moments(columns_PC)
        apart = [(moments[name] - target[name]).abs().mean() / (target[name].abs().mean() + 1e-6) for name in moments]
        colours_PQ = torch.cdist(_colours(features), target["colours"], compute_mode="donot_use_mm_for_euclid_dist")
        total = 1 + self.options.moments + self.options.palette
        return {
            "transport": _relaxed(_cosine(columns_PC, target["columns"])) / total,
            "moments": self.options.moments * torch.stack(apart).mean() / total,
            "colours": self.options.palette * _relaxed(colours_PQ) / total,
        }

    def content(self, features: Mapping[str, Tensor], content: Mapping[str, Tensor]) -> dict[str, Tensor]:
        mine_PP, theirs_PP = (_similarity(_columns(x)) for x in (features, content))
        return {"self-similarity": CONTENT * (mine_PP - theirs_PP).abs().sum(0).mean()}


def _columns(features: Mapping[str, Tensor]) -> Tensor:
    """All layers at each point, PC, float32."""
    layers = [x_NCHW.flatten(2)[0].T.float() for name, x_NCHW in features.items() if name != PICTURE]
    return torch.cat(layers, 1)


def _colours(features: Mapping[str, Tensor]) -> Tensor:
    """Y, U and V at each point, P3: lightness apart from what carries the hue."""
    red_P, green_P, blue_P = features[PICTURE].flatten(2)[0].float()
    return torch.stack([r * red_P + g * green_P + b * blue_P for r, g, b in TO_YUV], 1)


def _moments(columns_PC: Tensor) -> dict[str, Tensor]:
    mean_C = columns_PC.mean(0)
    centred_PC = columns_PC - mean_C
    return {"mean": mean_C, "covariance": centred_PC.T @ centred_PC / len(columns_PC)}


def _cosine(left_PC: Tensor, right_QC: Tensor) -> Tensor:
    """1 - cosine of every pair, PQ."""
    return 1 - normalize(left_PC, dim=1, eps=1e-6) @ normalize(right_QC, dim=1, eps=1e-6).T


def _relaxed(cost_PQ: Tensor) -> Tensor:
    """Each point goes to its nearest, in the direction in which that costs more."""
    return torch.maximum(cost_PQ.min(1).values.mean(), cost_PQ.min(0).values.mean())


def _similarity(columns_PC: Tensor) -> Tensor:
    """Distances of every pair as shares of their column's sum, PP."""
    cost_PP = _cosine(columns_PC, columns_PC)
    return cost_PP / (cost_PP.sum(0, keepdim=True) + 1e-6)
