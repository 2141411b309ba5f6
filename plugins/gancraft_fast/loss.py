"""What a style network learns by: content, style and smoothness, through a perceptual network (Johnson et al. 2016).

Shape suffixes: N = pictures, C = channels of a layer, P = H x W positions, H, W = height, width. Pictures are in [-1, 1].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from gancraft import StyleInput, UsageError
from gancraft_fast import FastOptions

EPSILON = 1e-12


class Perceptual(nn.Module):
    """A perceptual network, and the Gram matrices of the style pictures seen through it; nothing in it learns.

    Every part is relative to the style pictures, so that weights mean the same with every network, and means over photos are
    means: style is 1 for a picture without any features, content is 1 where features are as far from the photo's as the
    style's are from none, variation is 1 where neighbouring pixels differ as much as the style's.
    """

    def __init__(self, options: FastOptions, network: Any, styles: Sequence[StyleInput]):
        super().__init__()
        self.network = network
        self.style = layers(options.style_layers, network.style_layers, "style-layers", network)
        self.content = layers(options.content_layers, network.content_layers, "content-layers", network)
        with torch.no_grad():
            seen = [(style.weight, network(style.x_NCHW, {**self.style, **self.content})) for style in styles]
            for layer in self.style:
                grams = [weight * gram(features[layer]) for weight, features in seen]
                self.register_buffer(_name(layer, "gram"), torch.stack(grams).sum(0), persistent=False)
            for layer in self.content:
                powers = [weight * features[layer].float().square().mean() for weight, features in seen]
                self.register_buffer(_name(layer, "power"), torch.stack(powers).sum() + EPSILON, persistent=False)
            power = torch.stack([style.weight * variation(style.x_NCHW * 2 - 1) for style in styles]).sum()
            self.register_buffer("variation_power", power + 1e-4, persistent=False)

    def forward(self, made_NCHW: Tensor, photo_NCHW: Tensor) -> dict[str, Tensor]:
        """Means over the pictures of the layers' weighted sums: `content`, `style`, `variation`, each a scalar."""
        made = self.network(made_NCHW / 2 + 0.5, {**self.content, **self.style})
        with torch.no_grad():
            photo = self.network(photo_NCHW / 2 + 0.5, self.content)
        content = [
            weight
            * (made[layer].float() - photo[layer].float()).square().mean()
            / self.get_buffer(_name(layer, "power"))
            for layer, weight in self.content.items()
        ]
        style = [weight * self.distances(layer, made[layer]).mean() for layer, weight in self.style.items()]
        return {
            "content": torch.stack(content).sum(),
            "style": torch.stack(style).sum(),
            "variation": variation(made_NCHW) / self.get_buffer("variation_power"),
        }

    def left(self, photo_NCHW: Tensor) -> Tensor:
        """The style loss of photos as they are: a scalar."""
        found = self.network(photo_NCHW / 2 + 0.5, self.style)
        return torch.stack([w * self.distances(layer, found[layer]).mean() for layer, w in self.style.items()]).sum()

    def distances(self, layer: str, feature_NCHW: Tensor) -> Tensor:
        """Of each picture's Gram matrix from the style's, N."""
        wanted_1CC = self.get_buffer(_name(layer, "gram"))
        difference_NCC = gram(feature_NCHW) - wanted_1CC
        return difference_NCC.square().mean((1, 2)) / (wanted_1CC.square().mean() + EPSILON)


def gram(feature_NCHW: Tensor) -> Tensor:
    """F F^T / P of each picture, NCC, in float32 whatever the precision around (Gatys et al. 2016)."""
    with torch.autocast(feature_NCHW.device.type, enabled=False):
        f_NCP = feature_NCHW.float().flatten(2)
        return f_NCP @ f_NCP.transpose(1, 2) / f_NCP.shape[2]


def variation(x_NCHW: Tensor) -> Tensor:
    """Mean square of the differences between neighbours: a scalar."""
    x_NCHW = x_NCHW.float()
    down_NCHW = x_NCHW[..., 1:, :] - x_NCHW[..., :-1, :]
    right_NCHW = x_NCHW[..., 1:] - x_NCHW[..., :-1]
    return down_NCHW.square().mean() + right_NCHW.square().mean()


def layers(wanted: Sequence[str] | None, usual: Mapping[str, float], option: str, network: Any) -> dict[str, float]:
    """Layers and their weights, which sum to one. Raises UsageError for a layer that isn't there, or what is no weight."""
    found: dict[str, float] = dict(usual)
    if wanted is not None:
        found = {}
        for text in wanted:
            name, _, number = text.partition(":")
            try:
                weight = float(number or 1)
            except ValueError:
                weight = -1.0
            if name not in network.layers or not 0 < weight < float("inf"):
                raise UsageError(
                    f"--{option} {text}: write NAME or NAME:WEIGHT; layers are {', '.join(network.layers)}"
                )
            found[name] = weight
    total = sum(found.values())
    return {name: weight / total for name, weight in found.items()}


def _name(layer: str, what: str) -> str:
    """Of a buffer, which may have no dots."""
    return f"{what}_{layer.replace('.', '_')}"
