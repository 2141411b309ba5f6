"""Whose colours the result has: the style's, or the photo's. It is decided anew at every level, on the pictures of that size.

Shape suffixes: N = 1, C = 3 channels, H, W = height, width, P = pixels; pictures are sRGB in [0, 1].
"""

from __future__ import annotations

from typing import Literal, Protocol

import torch
from torch import Tensor

from gancraft.style.lightness import OKLAB, YIQ, Space

Mode = Literal["style", "luminance", "oklab", "moments", "transport"]
ROUNDS = 20  # of the iterated transport
_SEED = 0


class Colours(Protocol):
    """What happens to pictures on their way to the network and to the eye."""

    def style(self, x_NCHW: Tensor) -> Tensor:
        """A style picture as the network is to see it."""
        ...

    def seen(self, x_NCHW: Tensor) -> Tensor:
        """The painting, or the photo, as the network sees it; with a gradient."""
        ...

    def shown(self, x_NCHW: Tensor) -> Tensor:
        """The painting as people see it."""
        ...


def colours_of(mode: Mode, content_NCHW: Tensor) -> Colours:
    """For a photo at one size."""
    if mode == "luminance":
        return _Lightness(YIQ, content_NCHW)
    if mode == "oklab":
        return _Lightness(OKLAB, content_NCHW)
    if mode == "moments":
        return _Recoloured(content_NCHW, linear=True)
    if mode == "transport":
        return _Recoloured(content_NCHW, linear=False)
    return _Untouched()


class _Untouched:
    """The style's colours."""

    def style(self, x_NCHW: Tensor) -> Tensor:
        return x_NCHW

    def seen(self, x_NCHW: Tensor) -> Tensor:
        return x_NCHW

    def shown(self, x_NCHW: Tensor) -> Tensor:
        return x_NCHW


class _Lightness:
    """Only lightness is painted; hues are the photo's (Gatys et al. 2017). The style's lightness is brought to
    the photo's mean and spread first, or a dark style would want all of it dark."""

    def __init__(self, space: Space, content_NCHW: Tensor):
        self.space, self.content_NCHW = space, content_NCHW
        light_N1HW = space.lightness(content_NCHW)
        self.mean, self.spread = light_N1HW.mean(), light_N1HW.std()

    def style(self, x_NCHW: Tensor) -> Tensor:
        light_N1HW = self.space.lightness(x_NCHW)
        light_N1HW = (light_N1HW - light_N1HW.mean()) * (self.spread / (light_N1HW.std() + 1e-6)) + self.mean
        none = torch.zeros_like(light_N1HW)
        return self.space.back(torch.cat([light_N1HW.clamp(0, 1), none, none], 1)).clamp(0, 1)

    def seen(self, x_NCHW: Tensor) -> Tensor:
        return self.space.grey(x_NCHW)

    def shown(self, x_NCHW: Tensor) -> Tensor:
        return self.space.coloured(x_NCHW, self.content_NCHW)


class _Recoloured(_Untouched):
    """Style pictures are given the photo's colours before anything is learned of them (Gatys et al. 2017)."""

    def __init__(self, content_NCHW: Tensor, linear: bool):
        self.content_PC, self.linear = _pixels(content_NCHW), linear

    def style(self, x_NCHW: Tensor) -> Tensor:
        match = moved if self.linear else transported
        return match(_pixels(x_NCHW), self.content_PC).T.reshape(x_NCHW.shape).clamp(0, 1)


def moved(from_PC: Tensor, to_PC: Tensor) -> Tensor:
    """Colours with the mean and covariance of others, by the linear map that moves them least (the optimal transport of
    normal distributions; Pitié & Kokaram 2007, "The linear Monge-Kantorovitch linear colour mapping")."""
    mean_C, wanted_C = from_PC.mean(0), to_PC.mean(0)
    have_CC, want_CC = (
        x.T.double().cov() + 1e-6 * torch.eye(3, dtype=torch.float64, device=x.device) for x in (from_PC, to_PC)
    )
    root_CC = _power(have_CC, 0.5)
    inverse_CC = _power(have_CC, -0.5)
    map_CC = inverse_CC @ _power(root_CC @ want_CC @ root_CC, 0.5) @ inverse_CC
    return (from_PC - mean_C) @ map_CC.to(from_PC.dtype) + wanted_C


def transported(from_PC: Tensor, to_PC: Tensor) -> Tensor:
    """Colours with the whole distribution of others: along one random set of axes after the other, sorted values go to sorted
    values (Pitié, Kokaram & Dahyot 2007, "Automated colour grading using colour distribution transfer")."""
    generator = torch.Generator().manual_seed(_SEED)
    at_P = torch.linspace(0, len(to_PC) - 1, len(from_PC), device=to_PC.device).round().long()
    for _ in range(ROUNDS):
        axes_CC = torch.linalg.qr(torch.randn(3, 3, generator=generator)).Q.to(from_PC)
        have_PC, want_PC = from_PC @ axes_CC, (to_PC @ axes_CC).sort(0).values[at_P]
        order_PC = have_PC.argsort(0)
        from_PC = torch.empty_like(have_PC).scatter_(0, order_PC, want_PC) @ axes_CC.T
    return from_PC


def _power(matrix_CC: Tensor, power: float) -> Tensor:
    values_C, vectors_CC = torch.linalg.eigh(matrix_CC)
    return vectors_CC @ torch.diag(values_C.clamp(min=1e-12) ** power) @ vectors_CC.T


def _pixels(x_NCHW: Tensor) -> Tensor:
    """PC."""
    return x_NCHW[0].flatten(1).T
