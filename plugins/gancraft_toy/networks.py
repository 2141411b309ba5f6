"""Generator and discriminator of points in the plane, as pictures of two channels and one pixel.

Shape suffixes: N = points, C = 2 coordinates, H = W = 1, L = latent size, F = features.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gancraft import DataShape, Discriminator, Generator, UsageError
from gancraft_toy import ToyGeneratorOptions, ToyOptions


class ToyGenerator(Generator):
    """z_NL -> points N x 2 x 1 x 1, unbounded. Raises UsageError for a shape that isn't 2x1x1."""

    options: ToyGeneratorOptions

    def __init__(self, options: ToyGeneratorOptions, shape: DataShape):
        _check(shape)
        super().__init__(options, shape)
        self.latent_size = options.latent_size
        label_size = options.latent_size if shape.classes else 0
        self.label = nn.Embedding(shape.classes, label_size) if shape.classes else None
        self.body = _body(options.latent_size + label_size, options.width)
        self.point = nn.Linear(options.width, 2)

    def forward(self, z_NL: Tensor, labels_N: Tensor | None = None) -> Tensor:
        """Points, N x 2 x 1 x 1; labels_N in 0 ... classes - 1 where there are classes."""
        if self.label is not None:
            z_NL = torch.cat([z_NL, self.label(labels_N)], 1)
        return self.point(self.body(z_NL))[:, :, None, None]


class ToyDiscriminator(Discriminator):
    """Points N x 2 x 1 x 1 -> logits N. Raises UsageError for a shape that isn't 2x1x1."""

    def __init__(self, options: ToyOptions, shape: DataShape):
        _check(shape)
        super().__init__(options, shape)
        self.body = _body(2, options.width)
        self.logit = nn.Linear(options.width, 1)
        self.label = nn.Embedding(shape.classes, options.width) if shape.classes else None

    def forward(self, x_NCHW: Tensor, labels_N: Tensor | None = None) -> Tensor:  # type: ignore[override]
        """Logits, N. Classes are met by projection (Miyato & Koyama 2018, equation 4)."""
        h_NF = self.body(x_NCHW.flatten(1))
        logits_N = self.logit(h_NF)[:, 0]
        if self.label is not None:
            logits_N = logits_N + (self.label(labels_N) * h_NF).sum(1)
        return logits_N


def _body(inputs: int, width: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, width), nn.LeakyReLU(0.2), nn.Linear(width, width), nn.LeakyReLU(0.2))


def _check(shape: DataShape) -> None:
    if (shape.channels, shape.height, shape.width) != (2, 1, 1):
        raise UsageError(f"plugin toy makes points in the plane, not pictures of {shape}; train it on sample:ring")
