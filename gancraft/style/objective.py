"""What is minimised: content loss + style loss + total variation loss.

Every part is relative, so that a weight means the same at every size, in every layer and for every network:
the content loss is 1 where the picture has none of the content's features (the squared error over the mean square of the
content's activations), the style loss is 1 where it has none of the style's (the loss's own duty), and the variation
loss is 1 where neighbouring pixels differ as much as in the style pictures.

Shape suffixes: N = 1, C = channels, H, W = height, width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gancraft.interfaces import PerceptualNetwork, Statistics, StyleLoss


@dataclass(frozen=True)
class Weights:
    """How much each part counts; layers' weights sum to one within a part."""

    content: float
    style: float
    variation: float
    content_layers: Mapping[str, float]
    style_layers: Mapping[str, float]

    @property
    def layers(self) -> list[str]:
        return [*dict.fromkeys([*self.style_layers, *self.content_layers])]


class Objective:
    """The loss of a picture, with its targets at one size. Call it with a picture; it returns the parts, weighed."""

    def __init__(
        self,
        network: PerceptualNetwork,
        style_loss: StyleLoss,
        weights: Weights,
        content_NCHW: Tensor,
        styles: Sequence[tuple[Tensor, float]],
    ):
        """styles: pictures with their shares, which sum to one; all on the network's device."""
        self.network, self.style_loss, self.weights = network, style_loss, weights
        with torch.no_grad():
            self.content = {k: v.clone() for k, v in network(content_NCHW, list(weights.content_layers)).items()}
            self.content_power = {k: v.float().square().mean() + 1e-12 for k, v in self.content.items()}
            targets = [style_loss.target(network(x, list(weights.style_layers))) for x, _ in styles]
            self.style: Statistics = style_loss.blend(targets, [share for _, share in styles])
            variations = [share * variation(x) for x, share in styles]
            self.variation_power = torch.stack(variations).sum() + 1e-4

    def __call__(self, x_NCHW: Tensor) -> dict[str, Tensor]:
        """Scalars `content`, `style`, `variation`; their sum is the loss."""
        w = self.weights
        features = self.network(x_NCHW, w.layers)
        style = self.style_loss.loss({name: features[name] for name in w.style_layers}, self.style)
        content = {name: self._content(features[name], name) for name in w.content_layers}
        return {
            "content": w.content * _weighed(content, w.content_layers),
            "style": w.style * _weighed(style, w.style_layers),
            "variation": w.variation * variation(x_NCHW) / self.variation_power,
        }

    def _content(self, feature_NCHW: Tensor, name: str) -> Tensor:
        difference_NCHW = feature_NCHW - self.content[name]
        return difference_NCHW.square().mean(dtype=torch.float32) / self.content_power[name]


def variation(x_NCHW: Tensor) -> Tensor:
    """Mean squared difference of horizontal and vertical neighbours (total variation, in its squared form)."""
    down = (x_NCHW[..., 1:, :] - x_NCHW[..., :-1, :]).square().mean() if x_NCHW.shape[-2] > 1 else 0.0
    right = (x_NCHW[..., 1:] - x_NCHW[..., :-1]).square().mean() if x_NCHW.shape[-1] > 1 else 0.0
    return torch.as_tensor(down + right, device=x_NCHW.device)


def _weighed(losses: Mapping[str, Tensor], weights: Mapping[str, float]) -> Tensor:
    return torch.stack([losses[name] * weights.get(name, 1.0) for name in losses]).sum()
