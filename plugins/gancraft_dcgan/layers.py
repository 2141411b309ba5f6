"""Layers that the networks of this plugin share.

Shape suffixes: N = pictures, C = channels, H, W = height, width, L = latent size, F = features.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gancraft import DataShape, Random, UsageError
from gancraft_dcgan import Latent, Norm

SLOPE = 0.2  # of leaky ReLU, in the paper and everywhere since


def check_shape(shape: DataShape) -> None:
    """Raises UsageError, with what to do, for points and for pictures that are too small."""
    if (shape.height, shape.width) == (1, 1):
        raise UsageError("this network makes pictures, not points in the plane; use --plugin toy for those")
    if min(shape.height, shape.width) < 8:
        raise UsageError(f"pictures of {shape} are too small: this network needs sides of 8 pixels or more (--size)")


def draw_latent(random: Random, kind: Latent, n: int, size: int) -> Tensor:
    """n latents, NL: standard normal, or uniform in [-1, 1)."""
    return random.normal(n, size) if kind == "normal" else random.uniform(n, size) * 2 - 1


def norm_layer(kind: Norm, channels: int, flat: bool = False) -> nn.Module:
    """Normalisation of N x channels (flat) or N x channels x H x W. group: groups of at least 4 channels, at most 16."""
    if kind == "none":
        return nn.Identity()
    if kind == "batch":
        return nn.BatchNorm1d(channels) if flat else nn.BatchNorm2d(channels)
    groups = [g for g in (16, 8, 4, 2) if channels % (4 * g) == 0] if kind == "group" else []
    return nn.GroupNorm(groups[0] if groups else 1, channels)


class LabelledLatent(nn.Module):
    """Puts a learned vector of the class, as long as the latent, behind it; without classes the latent goes through.

    At the start it counts for less than the latent: the norm behind them lets the larger one drown the other.
    """

    def __init__(self, latent_size: int, classes: int):
        super().__init__()
        self.label = nn.Embedding(classes, latent_size) if classes else None
        self.size = latent_size * 2 if classes else latent_size
        if self.label is not None:
            nn.init.normal_(self.label.weight, 0, 0.3)

    def forward(self, z_NL: Tensor, labels_N: Tensor | None) -> Tensor:
        return z_NL if self.label is None else torch.cat([z_NL, self.label(labels_N)], 1)


class Judgement(nn.Module):
    """Features NF (and, where there are classes, what of them is compared with the class, NG) -> logits N.

    Classes are met by projection: logit + <embedding of the class, features> (Miyato & Koyama 2018, equation 4).
    """

    def __init__(self, features: int, classes: int, compared: int, bias: bool = True):
        super().__init__()
        self.logit = nn.Linear(features, 1, bias=bias)
        self.label = nn.Embedding(classes, compared) if classes else None

    def forward(self, h_NF: Tensor, compared_NG: Tensor, labels_N: Tensor | None) -> Tensor:
        logits_N = self.logit(h_NF)[:, 0]
        return logits_N if self.label is None else logits_N + (self.label(labels_N) * compared_NG).sum(1)
