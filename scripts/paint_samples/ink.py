"""Reed pen and sepia ink on cream paper: lines and dots that follow the form, crossed in the shadows.

Tone comes from how many marks and how heavy, never from grey: G. Winkenbach and D. Salesin,
"Computer-Generated Pen-and-Ink Illustration" (SIGGRAPH 1994). The motif is the oil's (brush.py), reversed,
as a painter would draw it again.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from .areas import Area, scatter, trace
from .brush import compose
from .canvas import Canvas
from .colour import jitter, palette, ramp, rgb
from .noise import Array, Shape, fbm, smoothstep

ASPECT = 0.8
PAPER = "#f0e2c2"
INKS = palette("#140e0c #241812 #3a2618 #5c3a20")


def _turned(area: Area, turn: float) -> Area:
    """The same area hatched in another direction."""
    return Area(area.mask, area.colours, area.tone, area.angle + np.float32(turn), loose=0.1)


def _darkness(area: Area) -> Array:
    """How dark to hatch: the area's tones spread by rank over a range about its mean value."""
    shown = area.tone[area.mask]
    if not shown.size:
        return np.zeros(area.tone.shape, np.float32)
    steps = np.quantile(shown, np.linspace(0, 1, 33))
    rank = np.interp(area.tone, steps, np.linspace(0, 1, 33))
    light = ramp(palette(area.colours), shown) @ np.array([0.3, 0.59, 0.11], np.float32)
    middle = np.clip(0.94 - 0.85 * float(light.mean()), 0.24, 0.62)
    return np.clip(middle + 0.62 * (0.5 - rank), 0.0, 0.92).astype(np.float32)


def _hatch(
    canvas: Canvas,
    area: Area,
    dark: Array,
    *,
    spacing: float,
    length: float,
    width: float,
    floor: float,
    gamma: float,
) -> None:
    """Marks at jittered places, kept with a chance, and as heavy, as the place is dark."""
    rng = canvas.rng
    for middle in scatter(area.mask, spacing, rng):
        d = float(dark[min(int(middle[1]), dark.shape[0] - 1), min(int(middle[0]), dark.shape[1] - 1)])
        if d < floor or rng.random() > (d - floor) / (1 - floor) * gamma + 0.06:
            continue
        path = trace(middle, area, length * rng.uniform(0.55, 1.25), rng)
        if len(path) < 3:
            continue
        ink = INKS[int(np.clip(rng.normal(3.2 - 3.4 * d, 0.8), 0, 3))]
        canvas.stroke(
            path,
            width * rng.uniform(0.6, 1.15) * (0.6 + 0.65 * d),
            jitter(ink, rng, 0.05, 0.008),
            thickness=0.0,
            dryness=rng.uniform(0.2, 0.95),
            opacity=rng.uniform(0.85, 1.0),
            taper=0.5,
        )


def paint(shape: Shape, rng: np.random.Generator) -> Array:
    """For every area, back to front: clean paper, long lines, crossings in the dark, dots in the light."""
    unit = shape[1] / 768
    tint = 0.018 * fbm(shape, rng, 120 * unit, 4) + 0.01 * fbm(shape, rng, 3 * unit, 2)
    paper = (rgb(PAPER) * (1 + tint)[..., None]).astype(np.float32)
    canvas = Canvas(paper.copy(), rng, weave=0.0)
    for area in compose(shape, rng):
        area = Area(
            area.mask[:, ::-1],
            area.colours,
            area.tone[:, ::-1],
            np.pi - area.angle[:, ::-1],
            area.length,
            area.width,
            loose=area.loose * 0.5,
        )
        dark = _darkness(area)
        covered = ndimage.gaussian_filter(area.mask.astype(np.float32), 0.8 * unit)[..., None]
        canvas.colour = canvas.colour * (1 - covered) + paper * covered
        reach = area.length * unit
        _hatch(
            canvas,
            area,
            dark,
            spacing=3.3 * unit,
            length=reach * 0.9,
            width=0.72 * unit,
            floor=0.08,
            gamma=0.6,
        )
        _hatch(
            canvas,
            area,
            dark,
            spacing=5.5 * unit,
            length=reach * 1.1,
            width=1.4 * unit,
            floor=0.38,
            gamma=0.55,
        )
        _hatch(
            canvas,
            _turned(area, 0.95),
            dark,
            spacing=3.6 * unit,
            length=9 * unit,
            width=0.62 * unit,
            floor=0.55,
            gamma=0.7,
        )
        pale = np.where(dark < 0.2, 0.35, 0.0).astype(np.float32)
        _hatch(canvas, area, pale, spacing=7.5 * unit, length=2.2 * unit, width=1.25 * unit, floor=0.1, gamma=1.6)
    tooth = ndimage.gaussian_filter(fbm(shape, rng, 3.2 * unit, 2), 0.6 * unit)
    gy, gx = np.gradient(tooth)
    wet = (paper - canvas.colour).mean(-1)
    bleed = smoothstep(0.0, 0.6, ndimage.gaussian_filter(wet, 2.2 * unit))[..., None] * 0.14
    image = canvas.colour * (1 - bleed * (1 - rgb("#8a5a34")))
    return np.clip(image * (1 + np.clip((gx + gy) * 0.05 * unit, -0.05, 0.05))[..., None], 0, 1)
