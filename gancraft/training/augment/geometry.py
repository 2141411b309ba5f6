"""Moving pixels: every change is part of one map from places in the result to places in the picture.

The map is a 2x2 matrix around the picture's middle, after a shift by whole pixels. Where it meets pixels exactly, each is
fetched by its number; otherwise the four around the place are mixed. Both are gathers, which can be differentiated twice
by every torch (grid_sample can't in 2.11) and which leave pictures without a change as they are, to the bit.

Shape suffixes: N = pictures, C = channels, H, W = height, width, T = neighbours (taps); 1 = a length of one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor

SHIFT = 1 / 8  # of the side: Zhao et al. 2020
CUTOUT = 1 / 2  # of the side: Zhao et al. 2020
SCALE = 0.2  # standard deviation of the binary logarithm: Karras et al. 2020


def move(x_NCHW: Tensor, amounts: Mapping[str, Tensor], on: Mapping[str, Tensor]) -> Tensor:
    """Scale, rotate, flip, rotate90, translation and cutout, in this order; what is left out of `amounts` isn't done.

    amounts: N1, or N2 for down and right, in [-0.5, 0.5), 0 for no change (in cutout: for the middle). on: N1, whether.
    What moves in from outside is 0 after a translation (Zhao et al. 2020), the picture's reflection after the others.
    """
    height, width = x_NCHW.shape[-2:]
    row_1H1 = _centred(height, x_NCHW)[None, :, None]
    col_11W = _centred(width, x_NCHW)[None, None, :]
    keep_NHW = None
    if "cutout" in amounts:
        down_N11, right_N11 = _pair(amounts["cutout"])
        inside_NH1 = (row_1H1 - height * down_N11).abs() < height * CUTOUT / 2
        inside_N1W = (col_11W - width * right_N11).abs() < width * CUTOUT / 2
        keep_NHW = ~(inside_NH1 & (inside_N1W & on["cutout"][..., None]))
    row, col = row_1H1, col_11W
    if "translation" in amounts:
        down_N11, right_N11 = _pair(amounts["translation"])
        row = row - (2 * SHIFT * height * down_N11).round()
        col = col - (2 * SHIFT * width * right_N11).round()
        filled_NHW = (row.abs() < height / 2) & (col.abs() < width / 2)
        keep_NHW = filled_NHW if keep_NHW is None else keep_NHW & filled_NHW
    if amounts.keys() - {"cutout"}:
        row, col = _turned(row, col, amounts, height == width)
        row, col = _reflected(row + (height - 1) / 2, height), _reflected(col + (width - 1) / 2, width)
        mixed = "scale" in amounts or "rotate" in amounts
        x_NCHW = _mix(x_NCHW, row, col) if mixed else _fetch(x_NCHW, row, col)
    return x_NCHW if keep_NHW is None else x_NCHW * keep_NHW[:, None].to(x_NCHW.dtype)


def _centred(side: int, like: Tensor) -> Tensor:
    """Places of pixels from the middle, in pixels: halves and wholes, which float32 holds exactly."""
    return torch.arange(side, device=like.device, dtype=torch.float32) - (side - 1) / 2


def _pair(amount_N2: Tensor) -> tuple[Tensor, Tensor]:
    return amount_N2[:, :1, None], amount_N2[:, 1:, None]


def _turned(row: Tensor, col: Tensor, amounts: Mapping[str, Tensor], square: bool) -> tuple[Tensor, Tensor]:
    """Where the pixels that are to be at these places come from; all are N or 1 x H or 1 x W or 1."""
    angle_N11 = quarters_N11 = None
    if (
        "rotate90" in amounts
    ):  # by halves where height and width differ; rounded up, each turn is as likely as the others
        turns = 4 if square else 2
        quarters_N11 = (turns * amounts["rotate90"][..., None]).ceil() * (4 / turns)
    if "rotate" in amounts:
        angle_N11 = 2 * math.pi * amounts["rotate"][..., None]
    if quarters_N11 is not None or angle_N11 is not None:
        cos, sin = _direction(angle_N11, quarters_N11)
        row, col = cos * row - sin * col, sin * row + cos * col
    if "flip" in amounts:  # half of the chosen pictures, so that a flip doesn't tell that something was done
        col = torch.where(amounts["flip"][..., None] > 0, -col, col)
    if "scale" in amounts:
        # A normal number from the uniform one: by the inverse of the distribution function, kept below 4 deviations.
        normal_N11 = math.sqrt(2) * torch.erfinv((2 * amounts["scale"][..., None]).clamp(-0.9999, 0.9999))
        shrink_N11 = torch.exp2(-SCALE * normal_N11)
        row, col = shrink_N11 * row, shrink_N11 * col
    return row, col


def _direction(angle_N11: Tensor | None, quarters_N11: Tensor | None) -> tuple[Tensor, Tensor]:
    """Cosine and sine of both turns together, exact for quarters."""
    if quarters_N11 is None:
        assert angle_N11 is not None
        return angle_N11.cos(), angle_N11.sin()
    quarter_N11 = quarters_N11 * (math.pi / 2)
    cos, sin = quarter_N11.cos().round(), quarter_N11.sin().round()
    if angle_N11 is None:
        return cos, sin
    c, s = angle_N11.cos(), angle_N11.sin()
    return c * cos - s * sin, s * cos + c * sin


def _reflected(place: Tensor, side: int) -> Tensor:
    """Places in pixels, mirrored at the picture's edges as often as it takes, within [-0.5, side - 0.5]."""
    place = (place + 0.5).remainder(2 * side)
    return torch.minimum(place, 2 * side - place) - 0.5


def _fetch(x_NCHW: Tensor, row: Tensor, col: Tensor) -> Tensor:
    """The pixels at whole places."""
    number_NHW = row.long() * x_NCHW.shape[-1] + col.long()
    return _gathered(x_NCHW, number_NHW.flatten(1)).view_as(x_NCHW)


def _mix(x_NCHW: Tensor, row: Tensor, col: Tensor) -> Tensor:
    """Bilinear mixtures of the four pixels around each place."""
    height, width = x_NCHW.shape[-2:]
    rows, row_weights = _neighbours(row, height)
    cols, col_weights = _neighbours(col, width)
    number_NTHW = torch.stack([r * width + c for r in rows for c in cols], 1).flatten(2)
    weight_NTHW = torch.stack([r * c for r in row_weights for c in col_weights], 1).flatten(2)
    x_NCTHW = _gathered(x_NCHW, number_NTHW.flatten(1)).unflatten(2, (4, -1))
    return (x_NCTHW * weight_NTHW[:, None].to(x_NCHW.dtype)).sum(2).to(x_NCHW.dtype).view_as(x_NCHW)


def _neighbours(place: Tensor, side: int) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """The pixels before and after, and how much each counts."""
    place = place.clamp(0, side - 1)
    before = place.floor()
    share = place - before
    return (before.long(), (before + 1).clamp(max=side - 1).long()), (1 - share, share)


def _gathered(x_NCHW: Tensor, number_NP: Tensor) -> Tensor:
    n, channels = x_NCHW.shape[:2]
    return x_NCHW.flatten(2).gather(2, number_NP[:, None].expand(n, channels, -1))
