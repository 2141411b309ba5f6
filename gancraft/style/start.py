"""The picture that the optimisation starts from.

Shape suffixes: N = 1, C = 3 channels, H, W = height, width; sRGB in [0, 1].
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from gancraft.interfaces import StyleInput
from gancraft.style.resize import resize


def noise(width: int, height: int, generator: torch.Generator) -> Tensor:
    """Mid-grey with gaussian noise of a tenth of the range."""
    return (0.5 + 0.1 * torch.randn(1, 3, height, width, generator=generator)).clamp(0, 1)


def style_noise(styles: Sequence[StyleInput], width: int, height: int, generator: torch.Generator) -> Tensor:
    """Noise at every scale whose colours have the mean and covariance of the styles'."""
    pixels_PC = torch.cat([s.x_NCHW[0].flatten(1).T * 1.0 for s in styles])
    shares_P = torch.cat([torch.full((s.x_NCHW[0, 0].numel(),), s.weight / s.x_NCHW[0, 0].numel()) for s in styles])
    shares_P = shares_P / shares_P.sum()
    mean_C = shares_P @ pixels_PC
    centred_PC = pixels_PC - mean_C
    covariance_CC = centred_PC.T @ (centred_PC * shares_P[:, None]) + 1e-6 * torch.eye(3)
    octaves = torch.zeros(1, 3, height, width)
    side = 1
    count = 0
    while side <= max(width, height):
        coarse = torch.randn(1, 3, max(1, side * height // max(width, height)), max(1, side), generator=generator)
        octaves += resize(coarse, width, height)
        side, count = side * 2, count + 1
    unit_PC = octaves[0].flatten(1).T / count**0.5
    colours_PC = mean_C + unit_PC @ torch.linalg.cholesky(covariance_CC).T
    return colours_PC.T.reshape(1, 3, height, width).clamp(0, 1)
