"""The photo in the colours of the style pictures.

Shape suffixes: C = 3 channels, H, W = height, width, P = pixels; pictures are sRGB in [0, 1].
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from gancraft import StyleInput

_LEAST = 1e-4  # variance that every direction of colours has at least: a grey photo has none to be spread
_MOST = 4.0  # times that differences of colours are made larger at most, or noise would become colour


def recoloured(content_CHW: Tensor, styles: Sequence[StyleInput], strength: float) -> Tensor:
    """The photo with the mean and covariance of the styles' colours, by the linear map that moves colours least (the optimal
    transport between normal distributions). strength: 0 leaves it as it is, 1 goes all the way. CHW in [0, 1].
    """
    photo_PC = content_CHW.flatten(1).T.double()
    mean_C, want_CC = _moments(styles)
    middle_C = photo_PC.mean(0)
    have_CC = _covariance(photo_PC)
    root_CC, inverse_CC = _power(have_CC, 0.5), _power(have_CC, -0.5)
    map_CC = inverse_CC @ _power(root_CC @ want_CC @ root_CC, 0.5) @ inverse_CC
    values_C, axes_CC = torch.linalg.eigh(map_CC)
    map_CC = axes_CC @ torch.diag(values_C.clamp(max=_MOST)) @ axes_CC.T
    moved_PC = (photo_PC - middle_C) @ map_CC + mean_C
    mixed_PC = torch.lerp(photo_PC, moved_PC, strength)
    return mixed_PC.T.reshape(content_CHW.shape).float().clamp(0, 1)


def _moments(styles: Sequence[StyleInput]) -> tuple[Tensor, Tensor]:
    """Mean C and covariance CC of all styles' pixels together, each style counted by its weight."""
    total = sum(style.weight for style in styles)
    pixels = [style.x_NCHW[0].cpu().flatten(1).T.double() for style in styles]
    shares = [style.weight / total for style in styles]
    mean_C = torch.stack([share * x_PC.mean(0) for share, x_PC in zip(shares, pixels, strict=True)]).sum(0)
    second = [
        share * (x_PC - mean_C).T @ (x_PC - mean_C) / len(x_PC) for share, x_PC in zip(shares, pixels, strict=True)
    ]
    return mean_C, torch.stack(second).sum(0) + _LEAST * torch.eye(3, dtype=torch.float64)


def _covariance(x_PC: Tensor) -> Tensor:
    centred_PC = x_PC - x_PC.mean(0)
    return centred_PC.T @ centred_PC / len(x_PC) + _LEAST * torch.eye(3, dtype=torch.float64)


def _power(matrix_CC: Tensor, power: float) -> Tensor:
    """Of a symmetric positive matrix."""
    values_C, axes_CC = torch.linalg.eigh(matrix_CC)
    return axes_CC @ torch.diag(values_C.clamp(min=1e-12) ** power) @ axes_CC.T
