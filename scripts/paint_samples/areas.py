"""Compositions as areas of palette, tone and direction, and the painter that fills them with strokes.

Coarse-to-fine layers of curved strokes follow A. Hertzmann, "Painterly Rendering with Curved Brush Strokes
of Multiple Sizes" (SIGGRAPH 1998); here a direction field composed by hand takes the place of the
photograph's gradient normal, and a palette with an index (tone) that of its colours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .canvas import Canvas
from .colour import Array, jitter, palette, pick


@dataclass
class Area:
    """One part of a picture: where, with which pigments, how light, and which way the brush goes."""

    mask: NDArray[np.bool_]
    colours: str
    tone: Array
    angle: Array
    length: float = 60.0
    width: float = 6.0
    spread: float = 0.13
    accents: str = ""
    accent_share: float = 0.05
    density: float = 1.0
    thickness: float = 1.0
    loose: float = 0.35


def trace(middle: NDArray, area: Area, length: float, rng: np.random.Generator) -> NDArray:
    """Walk both ways from a point along the area's directions to the stroke's length or the area's end."""
    lean = rng.normal(0, 0.12)  # no two strokes quite agree
    back = _walk(middle, area, length / 2, lean, np.pi, rng)
    return np.array(back[::-1] + [middle] + _walk(middle, area, length / 2, lean, 0.0, rng))


def _walk(
    start: NDArray, area: Area, length: float, lean: float, turn: float, rng: np.random.Generator
) -> list[NDArray]:
    """One half of a stroke: Euler steps, keeping to the sense (`turn`: 0 or pi) it began with."""
    height, width = area.mask.shape
    count = max(2, int(length / 6))
    step = length / count
    points: list[NDArray] = []
    x, y = float(start[0]), float(start[1])
    heading: float | None = None
    for _ in range(count):
        ix, iy = int(min(max(x, 0), width - 1)), int(min(max(y, 0), height - 1))
        angle = float(area.angle[iy, ix]) + lean
        if heading is None:
            angle += turn
        elif math.cos(angle - heading) < 0:
            angle += math.pi  # orientations have no sign; keep going forwards
        heading = angle
        x, y = x + step * math.cos(angle), y + step * math.sin(angle)
        points.append(np.array([x, y]))
        inside = 0 <= x < width and 0 <= y < height
        # `loose` strokes may cross the outline now and then, as a hand does.
        if inside and not area.mask[int(y), int(x)] and rng.random() > area.loose:
            break
    return points


def scatter(mask: NDArray[np.bool_], spacing: float, rng: np.random.Generator) -> NDArray:
    """Jittered-grid positions (x, y) inside a mask, in random order."""
    ys = np.arange(0, mask.shape[0], spacing)
    xs = np.arange(0, mask.shape[1], spacing)
    points = np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2) + rng.random((len(xs) * len(ys), 2)) * spacing
    ix = np.clip(points[:, 0].astype(int), 0, mask.shape[1] - 1)
    iy = np.clip(points[:, 1].astype(int), 0, mask.shape[0] - 1)
    points = points[mask[iy, ix]]
    return points[rng.permutation(len(points))]


def fill(canvas: Canvas, area: Area, unit: float, layers: tuple[tuple[float, float], ...]) -> None:
    """Paint an area in layers of (size factor, coverage), the coarse ones first."""
    rng, colours = canvas.rng, palette(area.colours)
    accents = palette(area.accents) if area.accents else None
    for factor, coverage in layers:
        width = area.width * unit * factor
        length = area.length * unit * factor**0.5
        spacing = (2.0 * width * length * 0.55 / (coverage * area.density)) ** 0.5
        for middle in scatter(area.mask, spacing, rng):
            tone = float(
                area.tone[int(min(middle[1], area.tone.shape[0] - 1)), int(min(middle[0], area.tone.shape[1] - 1))]
            )
            colour = pick(colours, tone, rng, area.spread)
            second = pick(colours, tone, rng, area.spread * 1.6)
            if accents is not None and rng.random() < area.accent_share:
                colour = accents[rng.integers(len(accents))]
            path = trace(middle, area, length * rng.uniform(0.6, 1.3), rng)
            if len(path) < 3:
                continue
            canvas.stroke(
                path,
                width * rng.uniform(0.7, 1.25),
                jitter(colour, rng),
                jitter(second, rng),
                thickness=area.thickness * factor**0.5 * rng.uniform(0.7, 1.3) * unit,
                dryness=rng.uniform(0.1, 0.75),
            )
