"""Night: dashes along a turning sky, stars with rings of light, a dark cypress, a village asleep."""

from __future__ import annotations

import numpy as np

from .areas import Area, fill
from .canvas import Canvas
from .colour import rgb
from .noise import Array, Shape, curl_angle, fbm, grid, smoothstep

ASPECT = 0.8
# x, y, radius of each star's halo; the last is the moon.
STARS = (
    (0.33, 0.085, 0.050),
    (0.47, 0.20, 0.040),
    (0.085, 0.20, 0.034),
    (0.60, 0.07, 0.042),
    (0.36, 0.335, 0.030),
    (0.745, 0.13, 0.046),
    (0.08, 0.40, 0.034),
    (0.66, 0.36, 0.028),
    (0.955, 0.36, 0.040),
    (0.20, 0.035, 0.026),
    (0.89, 0.12, 0.092),
)
VORTICES = (
    (0.50, 0.29, 0.115, 6.0),
    (0.655, 0.245, 0.085, -4.4),
    (0.28, 0.21, 0.08, 3.2),
    (0.80, 0.33, 0.07, 2.6),
)


def _sky(shape: Shape, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Tone, direction, and the halo weight (0..1) of the night sky."""
    x, y = grid(shape)
    potential = 0.5 * fbm(shape, rng, shape[1] / 5, 2) + 30 * (y + 0.035 * np.sin(x * 8 + 1.2))
    swirl = np.zeros(shape, np.float32)
    for cx, cy, r, turn in VORTICES:
        d2 = ((x - cx) ** 2 + (y - cy) ** 2) / (r * r)
        potential += turn * 1.1 * np.exp(-d2)
        # A spiral arm of light, wound by the logarithm of the distance.
        arm = np.sin(np.arctan2(y - cy, x - cx) * np.sign(turn) + 7.5 * np.sqrt(d2))
        swirl += np.exp(-d2 * 0.9) * (0.55 + 0.45 * arm)
    bands = np.sin(potential * 0.62 + 0.4 * fbm(shape, rng, shape[1] / 12, 2))
    tone = 0.33 + 0.15 * bands + 0.42 * swirl + 0.14 * smoothstep(0.3, 0.5, y)
    halo = np.zeros(shape, np.float32)
    for cx, cy, r in STARS:
        d = np.hypot(x - cx, y - cy) / r
        potential += 14 * np.exp(-(d**2) / 1.1)
        halo = np.maximum(halo, np.exp(-(d**2) / 1.3))
    return np.clip(tone, 0, 1).astype(np.float32), curl_angle(potential), halo


def compose(shape: Shape, rng: np.random.Generator) -> list[Area]:
    """The areas, back to front."""
    x, y = grid(shape)
    full = np.ones(shape, bool)
    tone, angle, halo = _sky(shape, rng)
    areas = [
        Area(
            full,
            "#0c1a4a #12276b #1b3f94 #2a5fb4 #4a86c8 #86b4d2 #bcd6d0 #e9e9c0",
            tone,
            angle,
            27,
            2.7,
            0.11,
            "#3fa39a #d8c866 #5b5bb4",
            0.05,
            loose=1.0,
            thickness=1.2,
        ),
        Area(
            halo > 0.22,
            "#2f66b0 #5d9cc0 #9cc7a8 #d3d98a #f0da5c #f8e04a #fff4b0",
            (halo * 1.02 - 0.12).astype(np.float32),
            angle,
            13,
            2.3,
            0.09,
            "#f2a63a",
            0.06,
            loose=1.0,
            thickness=1.4,
        ),
        Area(
            halo > 0.84,
            "#f6c531 #fbe35e #fff6c4 #fffdf0",
            (halo - 0.84) / 0.16,
            angle,
            6,
            2.4,
            0.15,
            loose=1.0,
            thickness=1.6,
        ),
    ]
    for base, colours, accents in (
        (0.47, "#16245e #23408c #3a67ae #6a96c4 #9fb9cc", "#4fa08c #7a68ae"),
        (0.53, "#0e2a4c #17466a #2a6a7a #4f8f80 #8fb08a", "#2a4ea0 #d0a848"),
    ):
        ridge = base + 0.05 * np.sin(x * 5.2 + base * 40) + 0.022 * np.sin(x * 13 + base * 90)
        band = (y - ridge) / 0.05
        roll = np.arctan(np.gradient(ridge, axis=1) * shape[1]) + 0.75 * np.sin(band * 1.7 + x * 22)
        light = 0.7 - 0.35 * band + 0.2 * np.sin(band * 3.4 + x * 22)
        areas.append(
            Area(
                y > ridge,
                colours,
                light.astype(np.float32),
                roll.astype(np.float32),
                26,
                2.9,
                0.13,
                accents,
                0.08,
            )
        )
    areas += _village(shape, rng)
    areas += _cypress(shape, rng)
    return areas


def _village(shape: Shape, rng: np.random.Generator) -> list[Area]:
    """Dark orchards, slanted roofs and a few lit windows along the foot of the picture."""
    x, y = grid(shape)
    areas = []
    ground = 0.62 + 0.02 * np.sin(x * 11)
    curl = np.sin(x * 44 + 3 * np.sin(y * 30)) * 1.1 + 0.9 * np.sin(y * 60)
    areas.append(
        Area(
            y > ground,
            "#0a2436 #0f3c46 #1b5a52 #3b7d58 #77a260",
            (0.45 + 0.25 * np.sin(x * 40) * np.sin(y * 52) + 0.12 * fbm(shape, rng, 40, 2)).astype(np.float32),
            curl.astype(np.float32),
            17,
            2.6,
            0.17,
            "#24489a #c79a3c",
            0.08,
        )
    )
    column = 0.30
    while column < 0.97:
        w, h = rng.uniform(0.034, 0.056), rng.uniform(0.026, 0.04)
        base = 0.70 + rng.uniform(-0.025, 0.045)
        top = base - h
        wall = (np.abs(x - column) < w / 2) & (y < base) & (y > top)
        apex = top - w * rng.uniform(0.42, 0.6)
        roof = (y < top) & (np.abs(x - column) < (y - apex) / (top - apex) * w * 0.62) & (y > apex)
        warm = rng.random() < 0.5
        flat, steep = np.zeros(shape, np.float32), np.full(shape, rng.choice([-0.8, 0.8]), np.float32)
        tone = np.clip(0.5 - (x - column) / w, 0, 1)
        wall_colours = "#2a3d6e #4a6596 #7d94b0 #b4b79a" if not warm else "#4a4a5e #80705e #b59a64 #dcc27a"
        roof_colours = "#1a2450 #2c3a74 #5a5a8a" if warm else "#4a2230 #7c3a34 #b06044"
        areas.append(Area(wall, wall_colours, tone, flat + np.pi / 2, 11, 2.0, 0.15, density=1.4, loose=0.1))
        areas.append(Area(roof, roof_colours, tone, steep, 13, 1.9, 0.2, density=1.4, loose=0.1))
        for dx in (rng.choice([-0.2, 0.0, 0.2]),):
            if rng.random() < 0.8:
                window = (np.abs(x - column - dx * w) < 0.0034) & (np.abs(y - (top + base) / 2) < 0.0052)
                areas.append(
                    Area(
                        window,
                        "#f0a830 #fbd95a #fff2b0",
                        np.full(shape, 0.6, np.float32),
                        flat + np.pi / 2,
                        3.0,
                        1.0,
                        0.2,
                        density=3.0,
                        loose=1.0,
                        thickness=1.6,
                    )
                )
        column += w * rng.uniform(1.0, 1.9)
    spire_x = 0.545
    tower = (np.abs(x - spire_x) < 0.0125) & (y > 0.60) & (y < 0.715)
    spire = (y > 0.515) & (y <= 0.605) & (np.abs(x - spire_x) < 0.0165 * (y - 0.515) / 0.09)
    up = np.full(shape, np.pi / 2, np.float32)
    lit = np.clip(0.6 - (x - spire_x) * 40, 0, 1)
    areas.append(Area(tower, "#4a5f8a #8198b4 #c3c4a8 #e6ddb0", lit, up, 10, 1.6, 0.15, density=1.8, loose=0.0))
    areas.append(Area(spire, "#141d48 #25377a #55659e", lit, up, 12, 1.4, 0.15, density=2.2, loose=0.0))
    return areas


def _cypress(shape: Shape, rng: np.random.Generator) -> list[Area]:
    """One great dark flame on the left, two tongues."""
    x, y = grid(shape)
    areas = []
    for cx, top, half in ((0.215, 0.28, 0.052), (0.145, 0.075, 0.082)):
        t = np.clip((y - top) / (0.84 - top), 0, 1)
        sway = cx + 0.02 * np.sin(t * 8 + cx * 30) * (1 - t)
        lick = 1 + 0.24 * np.sin(t * 38 + np.sign(x - sway) * 1.3) + 0.1 * fbm(shape, rng, 26, 2)
        mask = (np.abs(x - sway) < half * t**0.72 * (1.15 - 0.25 * t) * lick) & (y > top)
        side = (x - sway) / half
        angle = -np.pi / 2 + 0.5 * np.sin(t * 24 + side * 2.6) + 0.4 * side
        light = 0.4 - 0.2 * side + 0.36 * np.sin(t * 24 + side * 5 + 1)
        areas.append(
            Area(
                mask,
                "#060f16 #0b1f22 #13332b #24503a #4f6a3a #8a7a3e",
                light.astype(np.float32),
                angle.astype(np.float32),
                44,
                3.0,
                0.13,
                "#1d3a7a #a8652c #2f7a66",
                0.1,
                thickness=1.4,
                loose=0.5,
            )
        )
    return areas


def paint(shape: Shape, rng: np.random.Generator) -> Array:
    """Dark blue ground left showing between the dashes, every area coarse to fine, then light."""
    unit = shape[1] / 768
    canvas = Canvas(np.broadcast_to(rgb("#14204c"), (*shape, 3)).copy(), rng)
    for area in compose(shape, rng):
        fill(canvas, area, unit, ((2.2, 1.2), (1.15, 1.5), (0.8, 0.8)))
    return canvas.finish(scale=unit)
