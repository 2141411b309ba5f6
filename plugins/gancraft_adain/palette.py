"""Colours of the style for the photo, before it is painted: what a decoder that saw little of the world makes of colours is
timid.

Shape suffixes: N = 1, C = 3 colours, H, W = height, width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

LEAST = 1e-3  # added to variances: a grey photo's noise must not become its colours


@dataclass(frozen=True)
class Palette:
    """Mean and covariance of colours, float32 on the CPU."""

    mean_C: Tensor
    covariance_CC: Tensor


def palette_sums(x_NCHW: Tensor, where_N1HW: Tensor | None = None) -> dict[str, Tensor]:
    """What adds up over tiles. where: how much each pixel counts."""
    where_N1HW = torch.ones_like(x_NCHW[:, :1]) if where_N1HW is None else where_N1HW
    weighted_CP, x_CP = (x_NCHW * where_N1HW)[0].flatten(1), x_NCHW[0].flatten(1)
    return {"first": weighted_CP.sum(1), "second": weighted_CP @ x_CP.T, "count": where_N1HW.sum()}


def palette(found: Mapping[str, Tensor]) -> Palette:
    """From sums."""
    first_C, second_CC, count = (found[name].float().cpu() for name in ("first", "second", "count"))
    count = count.clamp(min=1e-6)
    mean_C = first_C / count
    return Palette(mean_C, second_CC / count - torch.outer(mean_C, mean_C))


def mixed(parts: Sequence[Palette], weights: Sequence[float]) -> Palette:
    """Between several."""
    mean_C = torch.stack([w * part.mean_C for part, w in zip(parts, weights, strict=True)]).sum(0)
    covariance_CC = torch.stack([w * part.covariance_CC for part, w in zip(parts, weights, strict=True)]).sum(0)
    return Palette(mean_C, covariance_CC)


def recoloured(x_NCHW: Tensor, have: Palette, want: Palette, share: float) -> Tensor:
    """A picture's colours, moved by the linear map that takes one normal distribution to the other and moves them least
    (Pitié & Kokaram 2007, "The linear Monge-Kantorovitch linear colour mapping"). share: how far."""
    root_CC, back_CC = _power(have.covariance_CC, 0.5), _power(have.covariance_CC, -0.5)
    between_CC = root_CC @ (want.covariance_CC + LEAST * torch.eye(3)) @ root_CC
    map_CC = back_CC @ _power(between_CC, 0.5, 0) @ back_CC
    map_CC, have_C, want_C = (value.to(x_NCHW) for value in (map_CC, have.mean_C, want.mean_C))
    moved_NCHW = torch.einsum("dc,nchw->ndhw", map_CC, x_NCHW - have_C.view(1, 3, 1, 1)) + want_C.view(1, 3, 1, 1)
    return torch.lerp(x_NCHW, moved_NCHW.clamp(0, 1), share)


def _power(matrix_CC: Tensor, power: float, least: float = LEAST) -> Tensor:
    values_C, vectors_CC = torch.linalg.eigh(matrix_CC)
    return vectors_CC @ torch.diag((values_C.clamp(min=0) + least).clamp(min=1e-9) ** power) @ vectors_CC.T
