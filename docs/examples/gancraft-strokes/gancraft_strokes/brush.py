"""Paint on a canvas: which stroke lies on top at every pixel, and what its bristles leave there.

Shape suffixes: C = 3 channels, H, W = height, width, G = segments, Y, X = pixels of a segment's window, P = painted pixels,
2 = x, y in pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from gancraft import Run
from gancraft_strokes.flow import gradients
from gancraft_strokes.trace import Segments

_AT_ONCE = 3_000_000  # pixels of windows looked at in one go: some tenths of a second
_LAID_AT_ONCE = 500_000  # pixels that are painted in one go
_SIDE = 256  # of the pattern of bristles, in pixels
_STREAKS = 0.05  # how much bristles change a stroke's colour
_DRY = 0.9  # how much of the paint is missing where a bristle left none


class Canvas:
    """colour_CHW: what was painted, [0, 1]. height_HW: how thick the paint lies, about -1 to 1."""

    def __init__(self, ground_C: Tensor, height: int, width: int, generator: torch.Generator):
        self.colour_CHW = ground_C[:, None, None].expand(-1, height, width).clone()
        self.height_HW = torch.zeros(height, width)
        self._bristles = _brushed(generator)

    def paint(self, strokes: Segments, opacity: float, run: Run) -> Iterator[None]:
        """One coat: later strokes lie on top. Yields every few tenths of a second; where the run is to stop, only what was
        looked at until then is painted."""
        height, width = self.height_HW.shape
        top_P = torch.zeros(height * width, dtype=torch.int32)  # number of the segment, from 1
        for start, end in _chunks(strokes):
            _cover(top_P, strokes.part(start, end), start + 1, height, width)
            yield
            if run.stopping:
                break
        for place_P in top_P.nonzero()[:, 0].split(_LAID_AT_ONCE):
            self._lay(place_P, top_P[place_P].long() - 1, strokes, opacity)
            yield

    def _lay(self, place_P: Tensor, chosen_P: Tensor, strokes: Segments, opacity: float) -> None:
        """Colour and thickness at these pixels, from the segments that lie on top there."""
        width = self.height_HW.shape[1]
        pixel_P2 = torch.stack([place_P % width, place_P // width], 1).float()
        ends = (x[chosen_P] for x in (strokes.from_G2, strokes.to_G2, strokes.radii_G2))
        along_P, across_P, inside_P = _measured(pixel_P2, *ends)
        bristle_P = self._bristle(along_P + strokes.along_G[chosen_P], across_P, strokes.stroke_G[chosen_P])
        # Towards a stroke's sides bristles stand apart.
        bare_P = (-bristle_P - 0.6).clamp(0, 1) * (across_P / strokes.radii_G2[chosen_P].mean(1)).abs().clamp(0, 1)
        cover_P = opacity * (inside_P + 0.5).clamp(0, 1) * (1 - _DRY * bare_P)
        colour_CP = (strokes.colour_GC[chosen_P].T + _STREAKS * bristle_P).clamp(0, 1)
        flat_CP, thick_P = self.colour_CHW.flatten(1), self.height_HW.flatten()
        flat_CP[:, place_P] = torch.lerp(flat_CP[:, place_P], colour_CP, cover_P)
        edge_P = (inside_P / 2).clamp(0, 1)  # paint falls off there
        thick_P[place_P] = torch.lerp(thick_P[place_P], (0.5 + 0.5 * bristle_P) * edge_P, cover_P)

    def _bristle(self, along_P: Tensor, across_P: Tensor, stroke_P: Tensor) -> Tensor:
        """The pattern under a stroke, about -1 to 1: every stroke has its own place in it."""
        row_P = (across_P * 1.3).round().long() + stroke_P * 37
        column_P = along_P.round().long() + stroke_P * 101
        return self._bristles[row_P % _SIDE, column_P % _SIDE]

    def lit(self, relief: float) -> Tensor:
        """The painting in a light from above the left, CHW in [0, 1]. relief: 0 shows the colours alone."""
        right_1HW, down_1HW = gradients(self.height_HW[None])
        shade_HW = ((right_1HW + down_1HW)[0] * relief).clamp(-0.35, 0.35)
        return (self.colour_CHW * (1 + shade_HW)).clamp(0, 1)


def _chunks(strokes: Segments) -> Iterator[tuple[int, int]]:
    if not len(strokes):
        return
    count = max(1, _AT_ONCE // _window(strokes) ** 2)
    for start in range(0, len(strokes), count):
        yield start, min(start + count, len(strokes))


def _window(strokes: Segments) -> int:
    """Pixels of a side that hold any segment with its brush."""
    longest = float((strokes.to_G2 - strokes.from_G2).abs().max())
    return math.ceil(longest + 2 * float(strokes.radii_G2.max())) + 2


def _cover(top_P: Tensor, strokes: Segments, number: int, height: int, width: int) -> None:
    """Note these segments, the first of which has this number, where they lie above those that were noted before."""
    side = _window(strokes)
    corner_G2 = torch.minimum(strokes.from_G2, strokes.to_G2) - strokes.radii_G2.max(1).values[:, None]
    corner_G2 = corner_G2.floor()
    steps = torch.arange(side, dtype=torch.float32)
    x_G1X = (corner_G2[:, 0:1] + steps)[:, None, :]
    y_GY1 = (corner_G2[:, 1:2] + steps)[:, :, None]
    vector_G2 = strokes.to_G2 - strokes.from_G2
    length_G = vector_G2.norm(dim=1).clamp(min=1e-6)
    unit_G2 = vector_G2 / length_G[:, None]
    dx_G1X = x_G1X - strokes.from_G2[:, 0, None, None]
    dy_GY1 = y_GY1 - strokes.from_G2[:, 1, None, None]
    ux_G11, uy_G11 = unit_G2[:, 0, None, None], unit_G2[:, 1, None, None]
    along_GYX = dx_G1X * ux_G11 + dy_GY1 * uy_G11
    across_GYX = dy_GY1 * ux_G11 - dx_G1X * uy_G11
    length_G11 = length_G[:, None, None]
    beyond_GYX = along_GYX - along_GYX.clamp(min=0).minimum(length_G11)
    from_G11, slope_G11 = strokes.radii_G2[:, 0, None, None], _slope(strokes.radii_G2, length_G)[:, None, None]
    radius_GYX = from_G11 + slope_G11 * (along_GYX - beyond_GYX)
    covered_GYX = across_GYX.square() + beyond_GYX.square() <= radius_GYX.square()
    # A piece that goes on from another doesn't reach back over it, or bristles would break there.
    covered_GYX &= (along_GYX >= 0) | strokes.first_G[:, None, None]
    covered_GYX &= (x_G1X >= 0) & (x_G1X < width) & (y_GY1 >= 0) & (y_GY1 < height)
    g, y, x = covered_GYX.nonzero(as_tuple=True)
    place = (y + corner_G2[g, 1].long()) * width + x + corner_G2[g, 0].long()
    top_P.scatter_reduce_(0, place, (g + number).int(), "amax")


def _measured(pixel_P2: Tensor, from_P2: Tensor, to_P2: Tensor, radii_P2: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Of pixels and their segments: how far along, how far to its side, and how far inside the stroke's edge, P."""
    vector_P2 = to_P2 - from_P2
    length_P = vector_P2.norm(dim=1).clamp(min=1e-6)
    unit_P2 = vector_P2 / length_P[:, None]
    offset_P2 = pixel_P2 - from_P2
    along_P = (offset_P2 * unit_P2).sum(1)
    across_P = offset_P2[:, 1] * unit_P2[:, 0] - offset_P2[:, 0] * unit_P2[:, 1]
    on_P = along_P.clamp(min=0).minimum(length_P)
    radius_P = radii_P2[:, 0] + _slope(radii_P2, length_P) * on_P
    return along_P, across_P, radius_P - torch.hypot(across_P, along_P - on_P)


def _slope(radii_G2: Tensor, length_G: Tensor) -> Tensor:
    return (radii_G2[:, 1] - radii_G2[:, 0]) / length_G


def _brushed(generator: torch.Generator) -> Tensor:
    """A pattern of bristles: noise drawn out along its rows, that can be laid side by side. Standard deviation about 0.6."""
    noise = torch.randn(_SIDE, _SIDE, generator=generator)
    steps = torch.fft.fftfreq(_SIDE)
    # A Gaussian blur in the frequencies, 14 pixels along and 0.8 across; nothing is seen at the edges.
    response = torch.exp(-2 * math.pi**2 * ((steps[:, None] * 0.8) ** 2 + (steps[None, :] * 14) ** 2))
    drawn = torch.fft.ifft2(torch.fft.fft2(noise) * response).real
    drawn = drawn - drawn.mean()
    return 0.6 * drawn / drawn.std()
