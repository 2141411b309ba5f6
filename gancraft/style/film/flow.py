"""Optical flow without weights: total variation with an L1 data term, coarse to fine.

Zach, Pock & Bischof 2007, "A Duality Based Approach for Realtime TV-L1 Optical Flow", with a median filter between warps as
Sun, Roth & Black 2010, "Secrets of Optical Flow Estimation and Their Principles", advise.

Shape suffixes: N = pairs, C = channels, H, W = height, width, K = positions of a window; pictures are sRGB in [0, 1]. A flow
is N2HW in pixels, across then down: what is at x in the first picture is at x + flow(x) in the second.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate, pad, unfold

from gancraft.style.film.warp import warp
from gancraft.style.resize import resize

LARGEST = 448  # long side at which a flow is estimated; larger pictures' flow is enlarged
SMALLEST = 8  # short side of the coarsest level
WARPS, INNER = 5, 20  # per level
DATA = 0.15 * 255  # weight of the data term, for greys in [0, 1] (the paper's is for 0 to 255)
COUPLING, STEP = 0.3, 0.25  # theta and tau in the paper
SHADING = 0.8  # how much of the slow changes of light is taken out first: the data term wants constant greys


def classic_flow(first_NCHW: Tensor, second_NCHW: Tensor) -> Tensor:
    """The flow from each first picture to its second, N2HW in pixels."""
    height, width = first_NCHW.shape[-2:]
    shrink = min(1.0, LARGEST / max(height, width))
    greys = [_grey(x_NCHW) for x_NCHW in (first_NCHW, second_NCHW)]
    flow = None
    for high, wide in _sizes(max(1, round(height * shrink)), max(1, round(width * shrink))):
        first, second = (_textured(resize(grey, wide, high)) for grey in greys)
        start = torch.zeros(len(first), 2, high, wide).to(first) if flow is None else resized_flow(flow, wide, high)
        flow = _level(first, second, start)
    assert flow is not None
    return resized_flow(flow, width, height)


def resized_flow(flow_N2HW: Tensor, width: int, height: int) -> Tensor:
    """A flow of pictures of another size."""
    high, wide = flow_N2HW.shape[-2:]
    if (high, wide) == (height, width):
        return flow_N2HW
    factors = torch.tensor([width / wide, height / high]).to(flow_N2HW).view(1, 2, 1, 1)
    return interpolate(flow_N2HW, (height, width), mode="bilinear", align_corners=False) * factors


def _sizes(height: int, width: int) -> list[tuple[int, int]]:
    """From the coarsest to the given one, each twice the one before."""
    count = 1 + max(0, int(math.log2(min(height, width) / SMALLEST)))
    return [(round(height / 2**k), round(width / 2**k)) for k in reversed(range(count))]


def _grey(x_NCHW: Tensor) -> Tensor:
    weights = torch.tensor([0.299, 0.587, 0.114]).to(x_NCHW).view(1, 3, 1, 1)
    return (x_NCHW * weights).sum(1, keepdim=True)


def _textured(grey_N1HW: Tensor) -> Tensor:
    """Without most of what changes slowly across the picture."""
    return grey_N1HW - SHADING * avg_pool2d(pad(grey_N1HW, (4, 4, 4, 4), mode="replicate"), 9, 1)


def _level(first_N1HW: Tensor, second_N1HW: Tensor, flow_N2HW: Tensor) -> Tensor:
    dual = torch.zeros(len(flow_N2HW), 4, *flow_N2HW.shape[-2:]).to(flow_N2HW)  # of across, then of down: two each
    slope = _central(second_N1HW)
    far = DATA * COUPLING
    for _ in range(WARPS):
        before = _median(flow_N2HW)
        moved = warp(torch.cat([second_N1HW, slope], 1), before)
        grey, slope_N2HW = moved[:, :1], moved[:, 1:]
        power = slope_N2HW.square().sum(1, keepdim=True) + 1e-9
        constant = grey - first_N1HW - (slope_N2HW * before).sum(1, keepdim=True)
        flow_N2HW = before
        for _ in range(INNER):
            error = constant + (slope_N2HW * flow_N2HW).sum(1, keepdim=True)
            # The pixel's own minimum: as far as the error asks, at most a step of `far`.
            aim = flow_N2HW + slope_N2HW * (-error / power).clamp(-far, far)
            flow_N2HW = aim + COUPLING * torch.cat([_divergence(dual[:, :2]), _divergence(dual[:, 2:])], 1)
            slopes = torch.cat([_forward(flow_N2HW[:, :1]), _forward(flow_N2HW[:, 1:])], 1)
            length = torch.cat(
                [part.square().sum(1, keepdim=True).sqrt().expand(-1, 2, -1, -1) for part in slopes.split(2, 1)], 1
            )
            dual = (dual + STEP / COUPLING * slopes) / (1 + STEP / COUPLING * length)
    return _median(flow_N2HW)


def _forward(x_N1HW: Tensor) -> Tensor:
    """Differences to the next pixel, N2HW: across, down; 0 at the end."""
    across = pad(x_N1HW[..., 1:] - x_N1HW[..., :-1], (0, 1))
    down = pad(x_N1HW[..., 1:, :] - x_N1HW[..., :-1, :], (0, 0, 0, 1))
    return torch.cat([across, down], 1)


def _divergence(p_N2HW: Tensor) -> Tensor:
    """The negative adjoint of `_forward`, N1HW."""
    across, down = p_N2HW[:, :1], p_N2HW[:, 1:]
    # What stands in the last column, and in the last row, has no weight in `_forward`.
    across = pad(across[..., :-1], (1, 1))
    down = pad(down[..., :-1, :], (0, 0, 1, 1))
    return across[..., 1:] - across[..., :-1] + down[..., 1:, :] - down[..., :-1, :]


def _central(x_N1HW: Tensor) -> Tensor:
    """Central differences, N2HW: across, down."""
    wide = pad(x_N1HW, (1, 1, 1, 1), mode="replicate")
    across = (wide[..., 1:-1, 2:] - wide[..., 1:-1, :-2]) / 2
    down = (wide[..., 2:, 1:-1] - wide[..., :-2, 1:-1]) / 2
    return torch.cat([across, down], 1)


def _median(flow_N2HW: Tensor) -> Tensor:
    """Of 3 x 3 pixels: outliers go, edges stay."""
    count, _, height, width = flow_N2HW.shape
    around_NKP = unfold(pad(flow_N2HW, (1, 1, 1, 1), mode="replicate"), 3)
    return around_NKP.view(count, 2, 9, height * width).median(2).values.view(flow_N2HW.shape)
