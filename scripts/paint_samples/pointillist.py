"""Divided colour: a harbour at sunset in dabs, warm pigments set against their complementaries.

The dabs' hues are pushed apart rather than averaged, as P. Signac describes in "D'Eugene Delacroix au
neo-impressionnisme" (1899): a share of each area's dabs comes from the opposite side of the wheel.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .areas import Area, scatter
from .canvas import Canvas
from .colour import jitter, palette, pick, rgb
from .noise import Array, Shape, fbm, grid, smoothstep

ASPECT = 0.78
Mask = NDArray[np.bool_]
HORIZON = 0.40
SUN = (0.60, 0.30)


def _area(
    mask: Mask,
    colours: str,
    tone: Array,
    angle: Array | float,
    accents: str,
    share: float,
    width: float,
    length: float,
    spread: float = 0.14,
) -> Area:
    """Shorthand with the fields a dab uses."""
    turned = np.broadcast_to(np.asarray(angle, np.float32), mask.shape)
    return Area(mask, colours, np.clip(tone, 0, 1).astype(np.float32), turned, length, width, spread, accents, share)


def compose(shape: Shape, rng: np.random.Generator) -> list[Area]:
    """Sky, far shore, water, boats and their reflections."""
    x, y = grid(shape)
    sx, sy = SUN
    d = np.hypot(x - sx, (y - sy) * 1.15)
    ring = np.arctan2(y - sy, x - sx) + np.pi / 2
    streak = 0.1 * fbm(shape, rng, (shape[1] / 16, shape[1] / 4), 3)
    glow = np.exp(-((d / 0.34) ** 1.3)) + streak
    areas = [
        _area(
            y < HORIZON + 0.01,
            "#5a55a8 #6f74c0 #8f8fcf #c59ac4 #eda6a6 #f7b877 #fbd262 #fdea8c #fff8cf",
            0.1 + 0.92 * glow,
            ring,
            "#57b0b8 #7fb6e0 #f28a5c",
            0.16,
            3.5,
            6.0,
            0.1,
        ),
    ]
    ridge = HORIZON - 0.045 - 0.03 * np.sin(x * 7 + 2) - 0.014 * np.sin(x * 21) - 0.05 * smoothstep(0.75, 1.0, x)
    shore = (y > ridge) & (y < HORIZON + 0.005)
    areas.append(
        _area(
            shore,
            "#3a3f96 #4d5fb4 #6d7cc6 #a287c0 #d893a8",
            0.5 - 0.3 * np.abs(x - sx) / 0.5 + streak,
            0.2,
            "#e8894a #4aa58e",
            0.2,
            3.0,
            5.0,
        )
    )
    # Water: the sky upside down, cut into horizontal flecks that widen towards us.
    near = (y - HORIZON) / (ASPECT - HORIZON)
    column = np.exp(-(((x - sx) / (0.045 + 0.16 * near)) ** 2))
    ripple = 0.16 * np.sin(np.sqrt(np.clip(y - HORIZON, 0, 1)) * 150 + 3 * fbm(shape, rng, (40, 160), 2)) + 1.2 * streak
    light = 0.34 - 0.16 * near + 0.62 * column * (1 - 0.3 * near) + ripple
    areas.append(
        _area(
            y >= HORIZON,
            "#1d3f86 #2660a6 #2f86b4 #4fa8b4 #86bfae #d9b68c #f3b25e #fbd062 #fff0a4",
            light,
            0.0,
            "#7a5fb4 #e8795a #3fae8c",
            0.14,
            3.6,
            9.0,
            0.12,
        )
    )
    for boat in (
        (0.25, 0.475, 0.27, -1),
        (0.43, 0.43, 0.10, 1),
        (0.80, 0.445, 0.17, 1),
        (0.115, 0.425, 0.085, -1),
        (0.93, 0.43, 0.075, -1),
    ):
        areas += _boat(shape, rng, *boat)
    return areas


def _boat(shape: Shape, rng: np.random.Generator, bx: float, by: float, size: float, way: int) -> list[Area]:
    """Hull, a big curved sail, a jib, and a broken reflection."""
    x, y = grid(shape)
    u, v = (x - bx) / size * way, (by - y) / size  # boat frame: u forwards, v up

    def sail(v_up: Array) -> tuple[Mask, Mask]:
        h = np.clip(v_up, 0, 1.25) / 1.25
        main = (v_up > 0.1) & (v_up < 1.25) & (u < 0.03 - 0.02 * h) & (u > -0.52 * (1 - h) ** 0.8 * (1 + 0.25 * h))
        jib = (v_up > 0.12) & (v_up < 1.0) & (u > 0.06) & (u < 0.06 + 0.4 * (1 - v_up))
        return main, jib

    main, jib = sail(v)
    hull = (v < 0.09 + 0.05 * u**2) & (v > -0.06) & (np.abs(u) < 0.52 + 0.35 * v)
    warm = 0.55 + 0.5 * u * way * np.sign(SUN[0] - bx) + 0.25 * v + 0.06 * fbm(shape, rng, 40, 2)
    sails = ("#8a3a5e #b84a4a #dd6a3a #f09a48 #f9cf72", "#5a4a9a #8a6ab4 #c78ab0 #f0b09a #fbdcae")[way > 0]
    ripple = 0.1 * np.sin(v * 60 + 2 * fbm(shape, rng, (16, 60), 2))
    u = u + ripple * 0.6  # the mirrored sails are torn sideways by the ripples
    mirror_main, mirror_jib = sail(-v * 1.15)
    u = u - ripple * 0.6
    torn = np.sin(np.sqrt(np.clip(y - HORIZON, 0, 1)) * 150) > -0.55
    mirror = (mirror_main | mirror_jib | ((v < 0) & (v > -0.2) & (np.abs(u + ripple) < 0.5))) & torn & (y > HORIZON)
    w = max(1.9, 3.3 * min(1.0, size / 0.2))
    return [
        _area(mirror, sails, warm - 0.2 + ripple, 0.0, "#2660a6 #2f86b4 #3a4fa0", 0.4, w, w * 2.4),
        _area(main, sails, warm, np.arctan2(-1.0, 0.35 * way), "#3f86b8 #58a890", 0.13, w, w * 1.7),
        _area(
            jib,
            "#c78a7a #f0b88a #fbdc9c #fff2cc",
            warm + 0.1,
            np.arctan2(-1.0, -0.4 * way),
            "#6f8fd0 #a07ac0",
            0.18,
            w,
            w * 1.7,
        ),
        _area(hull, "#1a1f52 #2a2f74 #4a3f86 #8a4a6a", 0.4 + u * 0.3, 0.05, "#2f8a8a #d8683a", 0.14, w, w * 2.0),
    ]


def paint(shape: Shape, rng: np.random.Generator) -> Array:
    """Three passes of dabs over a warm ground; areas interleaved so that contours stay broken."""
    unit = shape[1] / 768
    canvas = Canvas(np.broadcast_to(rgb("#e8d3a8"), (*shape, 3)).copy(), rng, weave=0.3)
    for area in compose(shape, rng):
        colours, accents = palette(area.colours), palette(area.accents)
        for layer, (factor, coverage) in enumerate(((1.35, 1.3), (1.0, 1.0), (0.8, 0.55))):
            half, length = area.width * unit * factor, area.length * unit * factor
            spacing = (2.0 * half * (length + half) * 0.8 / coverage) ** 0.5
            for px, py in scatter(area.mask, spacing, rng):
                iy, ix = min(int(py), shape[0] - 1), min(int(px), shape[1] - 1)
                colour = pick(colours, float(area.tone[iy, ix]), rng, area.spread)
                if layer and rng.random() < area.accent_share * 1.3:
                    colour = accents[rng.integers(len(accents))]
                angle = float(area.angle[iy, ix]) + rng.normal(0, 0.22)
                reach = length * rng.uniform(0.3, 0.62)
                step = np.array([np.cos(angle), np.sin(angle)]) * reach
                centre = np.array([px, py])
                canvas.stroke(
                    np.stack([centre - step, centre, centre + step]),
                    half * rng.uniform(0.75, 1.2),
                    jitter(colour, rng, 0.03, 0.025),
                    jitter(colour, rng, 0.08, 0.03),
                    dryness=0.15,
                    thickness=unit * rng.uniform(0.7, 1.3),
                    taper=0.2,
                )
    return canvas.finish(scale=unit, depth=0.3)
