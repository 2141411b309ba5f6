"""Byzantine mosaic: a peacock with its fan spread on gold, in glass tesserae that follow every outline."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .colour import jitter, palette, pick, rgb
from .noise import Array, Shape, grid
from .tesserae import Wall

ASPECT = 1.0
Mask = NDArray[np.bool_]
GOLD = "#8a5a1c #b07a22 #cf9a2e #e4b84a #f2d27a"
ROOT = (0.5, 0.80)  # where the fan's feathers spring from


def _eyes() -> list[tuple[float, float, float, float]]:
    """Centre x, y, size and direction of each feather's eye: staggered rings of the fan."""
    found = []
    for ring, (radius, count) in enumerate(((0.27, 7), (0.385, 10), (0.52, 11), (0.65, 12))):
        spread = np.radians((98, 104, 100, 84)[ring])
        for k in range(count):
            angle = -np.pi / 2 + spread * (2 * (k + 0.5 * (ring % 2)) / (count - 1 + 0.5) - 1)
            size = 0.030 + 0.036 * (radius - 0.2)
            if ring < 2 and abs(angle + np.pi / 2) < 0.33:
                continue  # leave the head and crest clear
            found.append((ROOT[0] + radius * np.cos(angle), ROOT[1] + radius * np.sin(angle), size, angle))
    return found


def _bird(x: Array, y: Array) -> dict[str, Mask]:
    """Body, neck and head as a chain of discs along a curve; beak and eye."""
    body = np.zeros(x.shape, bool)
    for t in np.linspace(0, 1, 60):
        cx = 0.5 + 0.028 * np.sin(t * 5.2) * t + 0.012 * t
        cy = 0.835 - 0.36 * t
        r = 0.084 * (1 - t) ** 1.1 + 0.033 + 0.02 * np.sin(np.pi * min(t * 1.6, 1))
        body |= np.hypot(x - cx, y - cy) < r
    hx, hy = 0.487, 0.462
    head = np.hypot(x - hx, (y - hy) * 1.05) < 0.046
    beak = (x < hx - 0.03) & (x > hx - 0.1) & (np.abs(y - hy - 0.006) < 0.021 * (x - hx + 0.1) / 0.06)
    eye = np.hypot(x - hx + 0.012, y - hy + 0.008) < 0.0095
    cheek = (np.hypot(x - hx + 0.012, y - hy + 0.008) < 0.0215) & ~eye
    crest = np.zeros(x.shape, bool)
    stem = np.zeros(x.shape, bool)
    for k in range(5):
        a = -np.pi / 2 + (k - 2) * 0.36 + 0.1
        along = (x - hx) * np.cos(a) + (y - hy) * np.sin(a)
        across = np.abs(-(x - hx) * np.sin(a) + (y - hy) * np.cos(a))
        crest |= np.hypot(along - 0.112, across) < 0.0165
        stem |= (along > 0.03) & (along < 0.1) & (across < 0.0055)
    return {"body": body | head, "beak": beak, "eye": eye, "cheek": cheek, "crest": crest, "stem": stem}


def paint(shape: Shape, rng: np.random.Generator) -> Array:
    """Regions from front to back, each set in rows; then the pieces between; then light."""
    x, y = grid(shape)
    size = shape[1] / 768 * 8.6
    wall = Wall(shape, rng)
    region = np.zeros(shape, np.int32)
    jobs: list[tuple[Mask, float]] = []
    styles: dict[int, tuple[str, Array | float, float]] = {}

    def add(mask: Mask, colours: str, tone: Array | float, spread: float = 0.16, scale: float = 1.0) -> None:
        """Claim what is still free of a mask (call front to back)."""
        free = mask & (region == 0)
        key = len(styles) + 1
        region[free] = key
        styles[key] = (colours, tone, spread)
        jobs.append((free, size * scale))

    bird = _bird(x, y)
    add(bird["eye"], "#0a0a12 #14141c", 0.5, scale=0.8)
    add(bird["cheek"], "#d8cdb0 #f4ecd6", 0.6, scale=0.75)
    add(bird["beak"], "#a8742c #d8a848", 0.6, scale=0.8)
    add(bird["crest"], "#c88a2c #f0c850 #fbe8a0", 0.5, 0.3, 0.9)
    add(bird["stem"], "#2fa6d6 #9fe0e0", 0.5, 0.3, 0.9)
    sheen = 0.62 - (x - 0.5) * 3.2 + 0.12 * np.sin(y * 60)
    add(bird["body"], "#0b1550 #10288a #1746b8 #1f74cf #2fa6d6 #7fd6d8", sheen, 0.15, 0.85)
    frame = np.minimum(np.minimum(x, 1 - x), np.minimum(y, 1 - y))
    add(frame < 0.0125, "#4a1218 #7a1c20 #9c2c26", 0.5)
    add(frame < 0.0245, "#d9cba8 #efe4c8", 0.5)
    angle_on_frame = np.where(np.minimum(x, 1 - x) < np.minimum(y, 1 - y), y, x)
    diamond = np.abs((angle_on_frame * 18) % 1 - 0.5) * 2 * 0.0125 + np.abs(frame - 0.039) < 0.0125
    add((frame < 0.0535) & diamond, "#b8862a #e0b040 #f2d27a", 0.5, 0.3, 0.85)
    add(frame < 0.0535, "#141c52 #1f3480 #2c4fa0", 0.5)
    add(frame < 0.066, "#d9cba8 #efe4c8", 0.5)
    for ex, ey, es, angle in _eyes():
        c, s = np.cos(angle), np.sin(angle)
        u, v = ((x - ex) * c + (y - ey) * s) / es, (-(x - ex) * s + (y - ey) * c) / es
        # A heart-shaped centre, like the feather's, inside egg-shaped rings.
        egg = np.hypot(u * 0.86 + 0.05, v * (1 + 0.14 * u))
        add(egg < 0.36, "#0c1248 #1a2484 #2a3cae", 0.5, 0.2, 0.85)
        add(egg < 0.66, "#0f6f8c #19a0b0 #4fd0c8", 0.5, 0.25, 0.85)
        add(egg < 0.98, "#9a4a16 #c9742a #e8a53c #f4cc68", 0.55, 0.25, 0.85)
        add(egg < 1.28, "#3f7a22 #7fb030 #b8d050", 0.5, 0.25, 0.85)
    away = np.hypot(x - ROOT[0], y - ROOT[1])
    theta = np.arctan2(y - ROOT[1], x - ROOT[0])
    fan = (away < 0.735) & (theta < np.radians(14)) & (theta > np.radians(-194)) | (
        (away < 0.735) & (theta > np.radians(166))
    )
    barbs = 0.5 + 0.34 * np.sin(theta * 40) + 0.5 * (away - 0.45)
    add(fan, "#06302c #0b4a3c #12684a #1f8a54 #4fae5a #93c765", barbs, 0.15)
    ground = y > 0.905 + 0.01 * np.sin(x * 16)
    add(ground, "#1f4a1e #3c7a2c #6ca83c #b4c850 #e0d070", 0.55 + 0.35 * np.sin(x * 50) * np.sin(y * 70), 0.2)
    add(np.ones(shape, bool), GOLD, 0.62 - 0.25 * np.hypot(x - 0.5, y - 0.5), 0.2)
    for mask, tile in jobs:
        wall.rows(mask, tile)
    wall.fillers(size)
    colours = np.zeros((len(wall.centres), 3), np.float32)
    metal = np.zeros(len(wall.centres), bool)
    cache = {key: palette(style[0]) for key, style in styles.items()}
    for k, (cy, cx) in enumerate(wall.centres):
        iy, ix = int(np.clip(cy, 0, shape[0] - 1)), int(np.clip(cx, 0, shape[1] - 1))
        key = int(region[iy, ix])
        codes, tone, spread = styles[key]
        value = float(tone[iy, ix]) if isinstance(tone, np.ndarray) else float(tone)
        colours[k] = jitter(pick(cache[key], value, rng, spread), rng, 0.07, 0.025)
        metal[k] = codes == GOLD
    return wall.render(colours, rgb("#5a4c3e"), size=size, metal=metal)
