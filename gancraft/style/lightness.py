"""Lightness apart from hue, and back: in YIQ, as televisions did it, and in OkLab, as eyes do (Ottosson 2020).

Shape suffixes: N = 1, C = 3 channels, H, W = height, width; pictures are sRGB in [0, 1].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

# Rows: Y, I, Q of red, green and blue (NTSC 1953).
_YIQ = ((0.299, 0.587, 0.114), (0.5959, -0.2746, -0.3213), (0.2115, -0.5227, 0.3112))
# From linear sRGB to the cones' answers, and from their cube roots to lightness and two opponent colours.
_CONES = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_LAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


@dataclass(frozen=True)
class Space:
    """A colour space whose first channel is lightness, in [0, 1]."""

    into: Callable[[Tensor], Tensor]
    back: Callable[[Tensor], Tensor]

    def lightness(self, x_NCHW: Tensor) -> Tensor:
        """N1HW."""
        return self.into(x_NCHW)[:, :1]

    def grey(self, x_NCHW: Tensor) -> Tensor:
        """The picture without hue, NCHW."""
        light_N1HW = self.lightness(x_NCHW)
        none = torch.zeros_like(light_N1HW)
        return self.back(torch.cat([light_N1HW, none, none], 1))

    def coloured(self, light_NCHW: Tensor, hue_NCHW: Tensor) -> Tensor:
        """The lightness of the one with the hue of the other."""
        return self.back(torch.cat([self.lightness(light_NCHW), self.into(hue_NCHW)[:, 1:]], 1)).clamp(0, 1)


def _times(matrix: tuple[tuple[float, ...], ...], x_NCHW: Tensor, inverse: bool = False) -> Tensor:
    matrix_CC = torch.tensor(matrix, dtype=torch.float64)
    if inverse:
        matrix_CC = torch.linalg.inv(matrix_CC)
    return torch.einsum("dc,nchw->ndhw", matrix_CC.to(x_NCHW), x_NCHW)


def _linear(x: Tensor) -> Tensor:
    """sRGB's curve undone."""
    return torch.where(x <= 0.04045, x / 12.92, ((x.clamp(min=0.04045) + 0.055) / 1.055) ** 2.4)


def _curved(x: Tensor) -> Tensor:
    return torch.where(x <= 0.0031308, x * 12.92, 1.055 * x.clamp(min=0.0031308) ** (1 / 2.4) - 0.055)


def _into_oklab(x_NCHW: Tensor) -> Tensor:
    # A root has no slope at 0, where black is.
    return _times(_LAB, _times(_CONES, _linear(x_NCHW)).clamp(min=1e-6) ** (1 / 3))


def _from_oklab(x_NCHW: Tensor) -> Tensor:
    return _curved(_times(_CONES, _times(_LAB, x_NCHW, inverse=True) ** 3, inverse=True))


YIQ = Space(lambda x: _times(_YIQ, x), lambda x: _times(_YIQ, x, inverse=True))
OKLAB = Space(_into_oklab, _from_oklab)
