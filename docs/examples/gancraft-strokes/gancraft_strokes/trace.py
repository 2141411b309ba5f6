"""Where strokes begin and how they run, all of a layer at once.

Shape suffixes: C = 3 channels, H, W = height, width, S = strokes, K = points of a stroke, G = segments of all strokes,
2 = x, y in pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, max_pool2d, pad

_LEAST = 2  # radii that every stroke runs, whatever it crosses
_TIP = 0.45  # radius at a stroke's end, of the brush's


@dataclass(frozen=True)
class Segments:
    """Straight pieces of strokes, in the order in which they are painted.

    from_G2, to_G2: their ends. radii_G2: of the brush there. colour_GC. along_G: pixels of the stroke before it. first_G:
    whether the stroke begins here. stroke_G: its number, which chooses the bristles.
    """

    from_G2: Tensor
    to_G2: Tensor
    radii_G2: Tensor
    colour_GC: Tensor
    along_G: Tensor
    first_G: Tensor
    stroke_G: Tensor

    def __len__(self) -> int:
        return len(self.along_G)

    def part(self, start: int, end: int) -> Segments:
        return Segments(**{name: value[start:end] for name, value in vars(self).items()})


def seeds(wanted_CHW: Tensor, canvas_CHW: Tensor, radius: float, tolerance: float) -> Tensor:
    """Where strokes begin, S2: in every cell of the grid whose mean difference is above `tolerance`, the pixel that differs
    most (Hertzmann 1998). Cells are as large as the brush's radius. tolerance below 0: in every cell."""
    side = max(1, round(radius))
    difference_HW = difference(wanted_CHW, canvas_CHW)
    height, width = difference_HW.shape
    # What is outside the picture differs by nothing and is never the largest.
    padded = pad(difference_HW, (0, -width % side, 0, -height % side), value=-1.0)[None, None]
    mean = avg_pool2d(padded.clamp(min=0), side)[0, 0]
    _, place = max_pool2d(padded, side, return_indices=True)
    chosen_S = place[0, 0][mean > tolerance]
    row = padded.shape[-1]
    return torch.stack([chosen_S % row, chosen_S // row], 1).float()


def difference(a_CHW: Tensor, b_CHW: Tensor) -> Tensor:
    """Distance of colours, HW; 1 from black to white."""
    return (a_CHW - b_CHW).square().mean(0).sqrt()


def trace(
    start_S2: Tensor,
    wanted_CHW: Tensor,
    canvas_CHW: Tensor,
    flow_2HW: Tensor,
    radius: float,
    length: float,
    curvature: float,
) -> tuple[Tensor, Tensor]:
    """Points of strokes, SK2, and how many of them count, S.

    A stroke goes along the flow in steps of the brush's radius. It ends where its colour would be farther from what is wanted
    than the canvas is already, and at the picture's edge (Hertzmann 1998). curvature: share of the flow in the direction of
    the next step; the rest is that of the step before.
    """
    height, width = wanted_CHW.shape[1:]
    step, steps = max(radius, 1.0), max(1, round(length))
    colour_SC = _at(wanted_CHW, start_S2)
    points, here_S2 = [start_S2], start_S2
    alive_S = torch.ones(len(start_S2), dtype=torch.bool)
    count_S = torch.ones(len(start_S2), dtype=torch.int64)
    last_S2: Tensor | None = None
    for number in range(steps):
        toward_S2 = _at(flow_2HW, here_S2)
        if last_S2 is not None:
            against_S1 = ((toward_S2 * last_S2).sum(1, keepdim=True) < 0).float()
            toward_S2 = toward_S2 * (1 - 2 * against_S1)
            toward_S2 = curvature * toward_S2 + (1 - curvature) * last_S2
            toward_S2 = toward_S2 / toward_S2.norm(dim=1, keepdim=True).clamp(min=1e-6)
        if number >= _LEAST:
            want_SC = _at(wanted_CHW, here_S2)
            as_it_is_S = (want_SC - _at(canvas_CHW, here_S2)).square().mean(1)
            alive_S = alive_S & (as_it_is_S > (want_SC - colour_SC).square().mean(1))
        here_S2 = here_S2 + step * toward_S2
        x_S, y_S = here_S2.unbind(1)
        alive_S = alive_S & (x_S > -radius) & (x_S < width + radius) & (y_S > -radius) & (y_S < height + radius)
        count_S = count_S + alive_S
        points.append(here_S2)
        last_S2 = toward_S2
    return torch.stack(points, 1), count_S


def segments(points_SK2: Tensor, count_S: Tensor, colour_SC: Tensor, radius: float) -> Segments:
    """Smooth strokes as straight pieces: corners are cut once (Chaikin 1974), and the brush is lifted towards the end. A
    stroke of a single point gives a short dab."""
    smooth_SK2 = torch.cat([points_SK2[:, :1], _cut(points_SK2)], 1)
    # Of k points the first 2 (k - 1) of the cut ones are left, and the first itself.
    ends_S = (2 * (count_S - 1)).clamp(min=1)
    from_SK2, to_SK2 = smooth_SK2[:, :-1], smooth_SK2[:, 1:]
    pieces_SK = (to_SK2 - from_SK2).norm(dim=2)
    number_K = torch.arange(pieces_SK.shape[1])
    there_SK = number_K < ends_S[:, None]
    until_SK = (pieces_SK * there_SK).cumsum(1)
    whole_S1 = until_SK[:, -1:].clamp(min=1e-6)
    before_SK = until_SK - pieces_SK
    radii_SK2 = torch.stack([_radius(before_SK, whole_S1, radius), _radius(until_SK, whole_S1, radius)], 2)
    stroke_SK = torch.arange(len(count_S))[:, None].expand_as(there_SK)
    colour_SKC = colour_SC[:, None].expand(-1, len(number_K), -1)
    first_SK = (number_K == 0).expand_as(there_SK)
    everything = (from_SK2, to_SK2, radii_SK2, colour_SKC, before_SK, first_SK, stroke_SK)
    return Segments(*(value[there_SK] for value in everything))


def _cut(points_SK2: Tensor) -> Tensor:
    """A quarter and three quarters of the way from each point to the next."""
    a_SK2, b_SK2 = points_SK2[:, :-1], points_SK2[:, 1:]
    return torch.stack([torch.lerp(a_SK2, b_SK2, 0.25), torch.lerp(a_SK2, b_SK2, 0.75)], 2).flatten(1, 2)


def _radius(at_SK: Tensor, whole_S1: Tensor, radius: float) -> Tensor:
    """Full, and smaller over the last third."""
    left_SK = ((whole_S1 - at_SK) / (whole_S1 / 3)).clamp(0, 1)
    return radius * (_TIP + (1 - _TIP) * torch.sin(left_SK * math.pi / 2))


def _at(x_CHW: Tensor, places_S2: Tensor) -> Tensor:
    """Values at the nearest pixels, SC; outside, of the edge."""
    height, width = x_CHW.shape[1:]
    x_S = places_S2[:, 0].round().long().clamp(0, width - 1)
    y_S = places_S2[:, 1].round().long().clamp(0, height - 1)
    return x_CHW[:, y_S, x_S].T
