"""Encoder, what moves features to a style, and decoder.

Shape suffixes: N = pictures, C = channels, H, W = height, width, P, Q = positions of the photo, of the style; K = of a key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from gancraft_embedded.network import Embedded
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d

from gancraft import PerceptualOptions
from gancraft_adain.decoder import LAYERS, Decoder
from gancraft_adain.moments import Moments, blended, moments, sums

NAMES = [layer for layer, *_ in LAYERS]
POINTS = 1024  # positions of a style picture that are looked up, at most
ROWS = 4096  # positions of the photo that look at once: it bounds the memory


@dataclass(frozen=True)
class Points:
    """Positions of one style in a layer. values are of mean 0 and spread 1 there, with their squares beside them."""

    keys_NKQ: Tensor
    values_NQC: Tensor


@dataclass(frozen=True)
class Memory:
    """What is remembered of one style: moments by layer, and points in those layers that look things up."""

    moments: Mapping[str, Moments]
    points: Mapping[str, Points]


class AdainNetwork(nn.Module):
    """Adaptive instance normalisation (Huang & Belongie, "Arbitrary style transfer in real-time with adaptive instance
    normalization", ICCV 2017): each channel is given the mean and the spread that it has in the style. Here in three layers,
    all of which the decoder is given."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Embedded(PerceptualOptions())
        self.decoder = Decoder()

    @property
    def reach(self) -> int:
        return self.encoder.reach(NAMES)[0] + self.decoder.reach

    def look(self, x_NCHW: Tensor) -> dict[str, Tensor]:
        return self.encoder(x_NCHW, NAMES)

    def remember(self, features: Mapping[str, Tensor], where_N1HW: Tensor | None = None) -> Memory:
        """A style picture, by its features. where: which part of it counts."""
        return Memory(moments(sums(features, where_N1HW)), {})

    def blend(self, memories: Sequence[Memory], weights: Sequence[float]) -> list[tuple[float, Memory]]:
        """One style of several: moments can be mixed beforehand."""
        layers = memories[0].moments
        mixed = {layer: blended([memory.moments[layer] for memory in memories], weights) for layer in layers}
        return [(1.0, Memory(mixed, {}))]

    def styled(self, features: Mapping[str, Tensor], photo: Mapping[str, Moments], style: Memory) -> dict[str, Tensor]:
        """The photo's features, moved to the style. photo: the moments of all of it."""
        return {
            layer: style.moments[layer].applied(photo[layer].normalised(x_NCHW)) for layer, x_NCHW in features.items()
        }

    def forward(
        self,
        features: Mapping[str, Tensor],
        styles: Sequence[tuple[float, Memory]],
        strength: float = 1.0,
        photo: Mapping[str, Moments] | None = None,
        where_N1HW: Tensor | None = None,
    ) -> Tensor:
        """Paint a photo, by its features. styles: with weights that sum to one. photo: moments of all of it, where this is a
        tile; where: what of it counts in them."""
        if photo is None:
            photo = moments(sums(features, where_N1HW))
        mixed: dict[str, Tensor] = {}
        for weight, style in styles:
            for layer, h_NCHW in self.styled(features, photo, style).items():
                mixed[layer] = mixed[layer] + weight * h_NCHW if layer in mixed else weight * h_NCHW
        if strength < 1:
            mixed = {layer: torch.lerp(features[layer], h_NCHW, strength) for layer, h_NCHW in mixed.items()}
        return self.decoder(mixed)


class AttentionNetwork(AdainNetwork):
    """Every place of the photo looks up, among positions of the style, what is painted on the like of it, and is given the
    mean and the spread of what it finds (Liu et al., "AdaAttN: Revisit attention mechanism in arbitrary neural style
    transfer", ICCV 2021; the lookup itself is Park & Lee's, "Arbitrary style transfer with style-attentional
    networks", CVPR 2019).

    So it is in the two deeper layers, by normalised features of all layers up to that one; in the shallowest one, which has
    the most positions, it is `AdainNetwork`'s. What is new: of a style at most `POINTS` positions are looked at.
    """

    KEYS = {"relu4_1": 128, "relu3_1": 64}

    def __init__(self) -> None:
        super().__init__()
        self.ask, self.answer = nn.ModuleDict(), nn.ModuleDict()
        for layer, width in self.KEYS.items():
            wide = sum(channels for _, channels, _ in LAYERS[NAMES.index(layer) :])
            self.ask[layer], self.answer[layer] = nn.Conv2d(wide, width, 1), nn.Conv2d(wide, width, 1)

    def remember(self, features: Mapping[str, Tensor], where_N1HW: Tensor | None = None) -> Memory:
        known = moments(sums(features, where_N1HW))
        points = {}
        for layer in self.KEYS:
            height, width = features[layer].shape[-2:]
            where_P = None
            if where_N1HW is not None:
                where_P = adaptive_avg_pool2d(where_N1HW, (height, width))[0].flatten()
            kept_Q = _kept(height * width, where_P, features[layer].device)
            keys_NKQ = self.answer[layer](_evidence(features, known, layer)).flatten(2)[..., kept_Q]
            values_NQC = known[layer].normalised(features[layer]).flatten(2)[..., kept_Q].transpose(1, 2)
            points[layer] = Points(keys_NKQ, torch.cat([values_NQC, values_NQC.square()], 2))
        return Memory(known, points)

    def blend(self, memories: Sequence[Memory], weights: Sequence[float]) -> list[tuple[float, Memory]]:
        """Every style is looked up by itself."""
        return list(zip(weights, memories, strict=True))

    def styled(self, features: Mapping[str, Tensor], photo: Mapping[str, Moments], style: Memory) -> dict[str, Tensor]:
        found = {}
        for layer, x_NCHW in features.items():
            h_NCHW = photo[layer].normalised(x_NCHW)
            if layer in self.KEYS:
                asked_NPK = self.ask[layer](_evidence(features, photo, layer)).flatten(2).transpose(1, 2)
                mean, std = _looked_up(asked_NPK, style.points[layer])
                h_NCHW = h_NCHW * std.view_as(h_NCHW) + mean.view_as(h_NCHW)
            found[layer] = style.moments[layer].applied(h_NCHW)
        return found


def _evidence(features: Mapping[str, Tensor], known: Mapping[str, Moments], layer: str) -> Tensor:
    """What positions are told apart by: normalised features of all layers up to this one."""
    size = features[layer].shape[-2:]
    parts = [known[name].normalised(features[name]) for name in NAMES[NAMES.index(layer) :]]
    return torch.cat([adaptive_avg_pool2d(part, (size[0], size[1])) for part in parts], 1)


def _kept(count: int, where_P: Tensor | None, device: torch.device) -> Tensor:
    """Positions of a style that are looked at, evenly spread over those that count."""
    there_P = torch.arange(count, device=device)
    if where_P is not None:
        there_P = there_P[where_P >= 0.5 * where_P.max()]
    if len(there_P) <= POINTS:
        return there_P
    return there_P[torch.linspace(0, len(there_P) - 1, POINTS, device=device).round().long()]


def _looked_up(asked_NPK: Tensor, points: Points) -> tuple[Tensor, Tensor]:
    """Mean and spread of what each position finds, N x C x P."""
    scale = asked_NPK.shape[2] ** -0.5
    rows = []
    for asked in asked_NPK.split(ROWS, 1):
        likeness_NPQ = (asked * scale) @ points.keys_NKQ
        rows.append(likeness_NPQ.softmax(2, dtype=torch.float32).to(asked.dtype) @ points.values_NQC)
    mean_NPC, square_NPC = torch.cat(rows, 1).float().chunk(2, 2)
    std_NPC = (square_NPC - mean_NPC.square()).clamp(min=1e-4).sqrt()
    mean, std = (part.transpose(1, 2).to(asked_NPK.dtype) for part in (mean_NPC, std_NPC))
    return mean, std
