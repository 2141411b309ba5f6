"""How far pictures are from a photo: by what a perceptual network sees, and by their pixels.

Shape suffixes: N = pictures, C = channels, H, W = height, width; pictures are float32 in [0, 1].
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from gancraft.interfaces import PerceptualNetwork

SMALLEST, LARGEST = 64, 128  # pixels of the longer side that the network is shown


class Distance:
    """From pictures to one photo. Both parts are relative, so that weights mean the same for every network and photo: 1 is
    the distance of a picture in which the network sees nothing, and about that of one with the photo's mean colour."""

    def __init__(self, network: PerceptualNetwork, photo_CHW: Tensor):
        """network: its style layers are compared, shallow to deep. photo_CHW: of 1, 3 or 4 channels, 4 with alpha, on the
        network's device."""
        self.network = network
        total = sum(network.style_layers.values())
        self.layers = {name: weight / total for name, weight in network.style_layers.items() if weight}
        self.photo_1CHW = photo_CHW[None]
        with torch.no_grad():
            seen = network(_shown(self.photo_1CHW), list(self.layers))
            self.features = {name: h_NCHW.float().clone() for name, h_NCHW in seen.items()}
            self.powers = {name: h_NCHW.square().mean() + 1e-6 for name, h_NCHW in self.features.items()}
            laid_NCHW = _laid(self.photo_1CHW)
            self.variance = (laid_NCHW - laid_NCHW.mean((2, 3), keepdim=True)).square().mean() + 0.01

    def __call__(self, x_NCHW: Tensor) -> tuple[Tensor, Tensor]:
        """(perceptual, pixel), both N: squared distances."""
        seen: Any = self.network(_shown(x_NCHW), list(self.layers))
        perceptual_N = torch.zeros(len(x_NCHW), device=x_NCHW.device)
        for name, weight in self.layers.items():
            error_N = (seen[name].float() - self.features[name]).square().mean((1, 2, 3))
            perceptual_N = perceptual_N + weight * error_N / self.powers[name]
        pixel_N = (_laid(x_NCHW) - _laid(self.photo_1CHW)).square().mean((1, 2, 3)) / self.variance
        return perceptual_N, pixel_N


def _laid(x_NCHW: Tensor) -> Tensor:
    """Colours count as much as they are seen, and alpha counts too; others as they are."""
    if x_NCHW.shape[1] != 4:
        return x_NCHW
    return torch.cat([_coloured(x_NCHW), x_NCHW[:, 3:]], 1)


def _coloured(x_NCHW: Tensor) -> Tensor:
    """Three channels: grey repeated, transparent parts over white."""
    if x_NCHW.shape[1] == 4:
        alpha_N1HW = x_NCHW[:, 3:]
        return x_NCHW[:, :3] * alpha_N1HW + (1 - alpha_N1HW)
    return x_NCHW.expand(-1, 3, -1, -1)


def _shown(x_NCHW: Tensor) -> Tensor:
    """At a size at which the network's deep layers see something, and its shallow ones don't take too long (Karras et al.
    2020 shrink to 256 pixels)."""
    height, width = x_NCHW.shape[-2:]
    factor = min(max(1.0, SMALLEST / max(height, width)), LARGEST / max(height, width))
    x_N3HW = _coloured(x_NCHW)
    if factor == 1:
        return x_N3HW
    size = max(16, round(height * factor)), max(16, round(width * factor))
    return interpolate(x_N3HW, size, mode="bilinear", align_corners=False, antialias=factor < 1)
