"""Carrying a picture along a flow, and how far the flow is to be trusted.

Shape suffixes: N = pictures, C = channels, H, W = height, width. A flow is N2HW in pixels, across then down.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, grid_sample, max_pool2d

OUTLIER = 0.15  # mean difference of colours, of the range, at which a flow is held to be wrong


def warp(x_NCHW: Tensor, flow_N2HW: Tensor, mode: str = "bilinear") -> Tensor:
    """Of every pixel, what is at its place moved by the flow; beyond the edge the edge goes on. mode: bilinear, bicubic."""
    height, width = flow_N2HW.shape[-2:]
    rows = torch.arange(height, device=flow_N2HW.device, dtype=flow_N2HW.dtype).view(1, height, 1)
    columns = torch.arange(width, device=flow_N2HW.device, dtype=flow_N2HW.dtype).view(1, 1, width)
    across = (columns + flow_N2HW[:, 0]) * (2 / max(1, width - 1)) - 1
    down = (rows + flow_N2HW[:, 1]) * (2 / max(1, height - 1)) - 1
    grid = torch.stack([across, down], -1)
    return grid_sample(x_NCHW, grid.to(x_NCHW), mode=mode, padding_mode="border", align_corners=True)


def confidence(back_N2HW: Tensor, forth_N2HW: Tensor) -> Tensor:
    """How far each pixel of the later picture can be followed back into the earlier one: N1HW, 0 or 1.

    back: the flow from the later to the earlier, forth: the other way. None has what went out of the picture, what
    was hidden before (going back and forth doesn't lead home), and what lies at the border of a motion, where flows are
    blurred: the two conditions and their constants are those of Ruder, Dosovitskiy & Brox 2016, "Artistic Style Transfer
    for Videos".
    """
    home_N2HW = warp(forth_N2HW, back_N2HW)
    lengths = _squared(home_N2HW) + _squared(back_N2HW)
    hidden = _squared(home_N2HW + back_N2HW) > 0.01 * lengths + 0.5
    border = _roughness(back_N2HW) > 0.01 * _squared(back_N2HW) + 0.002
    return (~(hidden | border | _outside(back_N2HW))).to(back_N2HW)


def agreement(now_NCHW: Tensor, before_NCHW: Tensor, back_N2HW: Tensor) -> Tensor:
    """Whether the pictures themselves agree along a flow, N1HW, 0 or 1: a guard against flows that are wrong both ways."""
    apart_N1HW = (now_NCHW - warp(before_NCHW, back_N2HW)).abs().mean(1, keepdim=True)
    return (avg_pool2d(apart_N1HW, 3, 1, 1, count_include_pad=False) < OUTLIER).to(back_N2HW)


def softened(trust_N1HW: Tensor) -> Tensor:
    """Without hard borders, which would be seen in the painting: trust falls to 0 towards what isn't trusted."""
    inner = -max_pool2d(-trust_N1HW, 3, 1, 1)
    return avg_pool2d(inner, 3, 1, 1, count_include_pad=False) * trust_N1HW


def _squared(flow_N2HW: Tensor) -> Tensor:
    return flow_N2HW.square().sum(1, keepdim=True)


def _roughness(flow_N2HW: Tensor) -> Tensor:
    """Squared length of the flow's gradient, N1HW."""
    across = torch.zeros_like(flow_N2HW)
    down = torch.zeros_like(flow_N2HW)
    across[..., 1:-1] = (flow_N2HW[..., 2:] - flow_N2HW[..., :-2]) / 2
    down[..., 1:-1, :] = (flow_N2HW[..., 2:, :] - flow_N2HW[..., :-2, :]) / 2
    return _squared(across) + _squared(down)


def _outside(flow_N2HW: Tensor) -> Tensor:
    """Where a flow leaves the picture by more than half a pixel, N1HW."""
    height, width = flow_N2HW.shape[-2:]
    rows = torch.arange(height, device=flow_N2HW.device).view(1, height, 1) + flow_N2HW[:, 1]
    columns = torch.arange(width, device=flow_N2HW.device).view(1, 1, width) + flow_N2HW[:, 0]
    out = (rows < -0.5) | (rows > height - 0.5) | (columns < -0.5) | (columns > width - 0.5)
    return out[:, None]
