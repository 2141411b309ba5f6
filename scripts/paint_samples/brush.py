"""Impressionist oil: wheat, cypresses and hills under a turning sky, in strokes that model the form."""

from __future__ import annotations

import numpy as np

from .areas import Area, fill
from .canvas import Canvas
from .colour import rgb
from .noise import Array, Shape, blend_angles, curl_angle, fbm, grid, smoothstep

ASPECT = 0.8


def _sky(shape: Shape, rng: np.random.Generator) -> tuple[Array, Array]:
    """Tone and direction of a sky whose clouds roll: a curl-noise flow, lighter at its heights."""
    x, y = grid(shape)
    warp = 0.05 * fbm(shape, rng, shape[1] / 4, 2)
    potential = fbm(shape, rng, (shape[1] / 5, shape[1] / 2.6), 2) + 1.2 * np.sin((y + warp) * 26 + x * 5)
    for cx, cy, r, turn in ((0.23, 0.15, 0.13, 3.2), (0.66, 0.22, 0.11, -3.0), (0.9, 0.08, 0.12, 2.5)):
        potential += turn * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (r * r))
    cloud = smoothstep(0.2, 1.9, np.abs(potential) + 0.25 * fbm(shape, rng, shape[1] / 20, 2))
    tone = 0.12 + 0.3 * y / 0.4 + 0.62 * cloud
    return np.clip(tone, 0, 1).astype(np.float32), curl_angle(potential)


def compose(shape: Shape, rng: np.random.Generator) -> list[Area]:
    """The picture's areas, from the back to the front."""
    x, y = grid(shape)
    full = np.ones(shape, bool)

    def noise(cell: float, octaves: int = 3) -> Array:
        return fbm(shape, rng, shape[1] * cell, octaves)

    tone, angle = _sky(shape, rng)
    areas = [
        Area(
            full,
            "#173f8f #1f5fb4 #2f86c6 #57aecb #8fd0cf #c9e6cf #f4efd6 #fff6e4",
            tone,
            angle,
            46,
            4.6,
            0.1,
            "#f3c3a0 #e7d66b #7fb8a0",
            0.05,
            loose=1.0,
            thickness=1.1,
        ),
    ]
    ridge_a = 0.40 + 0.035 * np.sin(x * 7 + 0.6) + 0.02 * np.sin(x * 17) + 0.006 * noise(0.05)
    ridge_b = 0.455 + 0.03 * np.sin(x * 5 + 3.4) + 0.012 * np.sin(x * 23 + 1) + 0.006 * noise(0.04)
    for ridge, colours, accents in (
        (ridge_a, "#20306f #2b4a94 #3f6cb0 #6a8fc4 #8fb2c9", "#8a6bb0 #4fae9a"),
        (ridge_b, "#1d4a4b #236b5c #3a8a5f #6aa35a #a3b95a", "#2f5aa0 #e0b04a"),
    ):
        slope = np.arctan(np.gradient(ridge, axis=1) * shape[1] * 1.0).astype(np.float32)
        band = (y - ridge) / 0.06
        roll = 0.55 * np.sin(band * 2.4 + x * 18) + slope
        light = 0.75 - 0.45 * band + 0.12 * noise(0.04)
        areas.append(
            Area(
                y > ridge,
                colours,
                light.astype(np.float32),
                roll.astype(np.float32),
                26,
                3.2,
                0.14,
                accents,
                0.08,
            )
        )
    field = 0.50 + 0.014 * np.sin(x * 6 + 1) + 0.004 * noise(0.03)
    # Wheat: furrows of tone converge beyond the hills, stalks lean with a wave of wind.
    depth = np.clip((y - field) / 0.32, 0, 1)
    wind = -1.3 + 0.6 * np.sin(x * 9 + y * 14) + 0.3 * noise(0.12) + 1.1 * (x - 0.56) * (1 - 0.5 * depth)
    stalk = wind.astype(np.float32)
    furrow = np.sin(np.arctan2(y - 0.33, x - 0.56) * 46 + 0.5 * noise(0.05))
    wheat = 0.56 + 0.2 * furrow + 0.16 * noise(0.06) - 0.12 * depth
    areas.append(
        Area(
            y > field,
            "#7a3b12 #a85a14 #cf7f1c #e3a02b #f0bf3f #f7d964 #fbeb9a",
            wheat,
            stalk,
            34,
            3.6,
            0.15,
            "#2f7f5b #c8442a #3a66b0 #e86a28",
            0.1,
            thickness=1.25,
        )
    )
    path_mid = 0.56 + 0.16 * np.sin((y - 0.5) * 9) * (0.2 + (y - 0.5) * 2.2)
    path_half = 0.004 + 0.15 * np.clip(y - 0.5, 0, 1)
    on_path = (np.abs(x - path_mid) < path_half * (1 + 0.2 * noise(0.03))) & (y > field)
    areas.append(
        Area(
            on_path,
            "#8a4a55 #b56a5c #d99a76 #efc7a0 #f7e2c4",
            0.6 + 0.25 * noise(0.03),
            blend_angles(np.full(shape, 1.2, np.float32), noise(0.2), 0.3),
            22,
            3.4,
            0.2,
            "#4f7fb8 #6aa77a #8d6bb0 #e3a02b",
            0.2,
            loose=0.7,
        )
    )
    areas += _bushes(shape, rng)
    areas += _cypresses(shape, rng)
    return areas


def _bushes(shape: Shape, rng: np.random.Generator) -> list[Area]:
    """Rounded olive bushes along the edge of the field, brushed in curls around their own centres."""
    x, y = grid(shape)
    areas = []
    for cx, cy, r in (
        (0.03, 0.485, 0.07),
        (0.40, 0.50, 0.045),
        (0.48, 0.507, 0.03),
        (0.74, 0.505, 0.04),
        (0.84, 0.49, 0.07),
        (0.96, 0.495, 0.075),
    ):
        ang = np.arctan2(y - cy, x - cx)
        lump = 1 + 0.13 * np.sin(ang * 5 + cx * 40) + 0.05 * fbm(shape, rng, 30, 2)
        d = np.hypot(x - cx, (y - cy) * 1.25) / (r * lump)
        curl = ang + np.pi / 2 + 0.9 * np.sin(d * 7)
        light = 0.55 - 0.35 * (x - cx) / r * 0.6 - 0.5 * (y - cy) / r + 0.1 * fbm(shape, rng, 25, 2)
        areas.append(
            Area(
                d < 1,
                "#0f3b3a #14594a #1f7d57 #4c9a50 #86b550 #c3d36a",
                light.astype(np.float32),
                curl.astype(np.float32),
                18,
                2.7,
                0.16,
                "#284f9a #e3b23c",
                0.08,
            )
        )
    return areas


def _cypresses(shape: Shape, rng: np.random.Generator) -> list[Area]:
    """Flame-shaped trees: outlines pinched in waves, strokes licking upwards."""
    x, y = grid(shape)
    areas = []
    for cx, top, foot, half in ((0.175, 0.03, 0.60, 0.058), (0.265, 0.20, 0.585, 0.04)):
        t = np.clip((y - top) / (foot - top), 0, 1)
        sway = cx + 0.012 * np.sin(t * 9 + cx * 30) * (1 - t)
        profile = half * np.sin(np.pi * np.clip(t, 0, 1) ** 0.62).clip(0) ** 0.8 * (0.8 + 0.35 * t)
        lick = 1 + 0.2 * np.sin(t * 40 + np.sign(x - sway) * 1.3) + 0.1 * fbm(shape, rng, 24, 2)
        mask = (np.abs(x - sway) < profile * lick) & (y > top) & (y < foot)
        side = (x - sway) / (half + 1e-6)
        angle = -np.pi / 2 + 0.55 * np.sin(t * 26 + side * 3) + 0.5 * side
        light = 0.42 - 0.4 * side + 0.28 * np.sin(t * 26 + side * 4 + 1)
        areas.append(
            Area(
                mask,
                "#081f26 #0c3430 #10493a #1b6a44 #3f8a45 #7da54a",
                light.astype(np.float32),
                angle.astype(np.float32),
                38,
                3.3,
                0.15,
                "#23407f #b9772c",
                0.09,
                thickness=1.4,
                loose=0.5,
            )
        )
    return areas


def paint(shape: Shape, rng: np.random.Generator) -> Array:
    """Toned ground, then every area coarse to fine, then light."""
    unit = shape[1] / 768
    canvas = Canvas(np.broadcast_to(rgb("#b5793f"), (*shape, 3)).copy(), rng)
    for area in compose(shape, rng):
        fill(canvas, area, unit, ((2.0, 1.5), (1.0, 1.7), (0.62, 0.7)))
    return canvas.finish(scale=unit)
