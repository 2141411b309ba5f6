"""Geometric abstraction: simultaneous discs after R. Delaunay, lines and wedges after W. Kandinsky.

Everything is one map of facets (which disc, which ring, which sector); each facet has its own pigment,
its own brush direction and its own gradation, so that no plane is a flat computer fill.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .canvas import linen
from .colour import jitter, palette, rgb
from .noise import Array, Shape, fbm, grid, smoothstep

ASPECT = 0.8
WARM = palette("#c8281e #e2502a #f08a24 #f6b92c #f9dc6a #d9547a #8a1e3c #f2c9a8")
COOL = palette("#12296e #1f55a8 #3a8fc8 #7fc0d4 #14655a #3a9a6a #9cc474 #5a3a86 #b8d8d0")
# x, y, radius and turn (of the sectors) of each disc, later ones on top.
DISCS = (
    (0.80, 0.62, 0.40, 0.5),
    (0.16, 0.70, 0.34, 0.15),
    (0.50, 0.02, 0.33, 0.8),
    (0.95, 0.10, 0.24, 0.2),
    (0.34, 0.34, 0.29, 0.35),
    (0.66, 0.46, 0.19, 0.05),
    (0.06, 0.16, 0.17, 0.6),
    (0.45, 0.70, 0.135, 0.9),
    (0.88, 0.78, 0.11, 0.3),
)


def _facets(x: Array, y: Array, rng: np.random.Generator) -> tuple[NDArray[np.int64], list[Array]]:
    """Facet ids over the whole picture, and each id's colour."""
    # Background: fans of broad bands, bent by large arcs.
    band = np.floor((x * 0.8 + y * 0.55) * 6 + 0.4 * np.sin(y * 5)).astype(int)
    arc = np.floor(np.hypot(x + 0.15, y - 1.0) * 5).astype(int)
    ids = (band * 31 + arc * 7) % 997
    parity = (band + arc) % 2
    base = 1000
    for cx, cy, radius, turn in DISCS:
        d = np.hypot(x - cx, y - cy)
        rings = int(rng.integers(4, 7))
        edges = np.cumsum(rng.uniform(0.6, 1.4, rings))
        ring = np.searchsorted(edges / edges[-1] * radius, d.ravel()).reshape(d.shape)
        sectors = int(rng.choice([2, 4, 4, 6]))
        theta = (np.arctan2(y - cy, x - cx) / (2 * np.pi) + turn + 0.5) * sectors
        sector = np.floor(theta).astype(int) % sectors
        inside = d < radius
        ids = np.where(inside, base + ring * 10 + sector, ids)
        parity = np.where(inside, (ring + sector) % 2, parity)
        base += 100
    unique, index = np.unique(ids, return_inverse=True)
    index = index.reshape(ids.shape)
    warm = ndimage.mean(parity, index, np.arange(len(unique))) > 0.5
    colours: list[Array] = []
    last = -1
    for k in range(len(unique)):
        pool = WARM if warm[k] else COOL
        choice = int(rng.integers(len(pool)))
        if choice == last:
            choice = (choice + 3) % len(pool)
        last = choice
        colours.append(jitter(pool[choice], rng, 0.06, 0.02))
    return index, colours


def _brushed(shape: Shape, angle: Array, rng: np.random.Generator, unit: float) -> Array:
    """Streaks of a flat brush along a per-pixel angle: one streak texture looked up in turned coordinates."""
    texture = fbm((1024, 1024), rng, (2.4 * unit, 90 * unit), 2) * 0.75 + fbm((1024, 1024), rng, 30 * unit, 3) * 0.6
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    wob = 5 * unit * fbm(shape, rng, 90 * unit, 2)
    u = x * np.cos(angle) + y * np.sin(angle) + wob
    v = -x * np.sin(angle) + y * np.cos(angle) + wob
    return ndimage.map_coordinates(texture, [v % 1023, u % 1023], order=1)


def _line(x: Array, y: Array, a: tuple[float, float], b: tuple[float, float], w0: float, w1: float) -> Array:
    """Coverage of a line from a to b, w0 wide at a and w1 at b."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    t = np.clip(((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy), 0, 1)
    d = np.hypot(x - a[0] - t * dx, y - a[1] - t * dy)
    return 1 - smoothstep(0, 0.0012, d - (w0 + (w1 - w0) * t) / 2)


def paint(shape: Shape, rng: np.random.Generator) -> Array:
    """Facets, then transparent wedges, then black lines; grain, dry rims and canvas over all."""
    unit = shape[1] / 768
    x, y = grid(shape)
    # Hand-made edges: the ruler slips a little, at two scales.
    x = x + 0.0016 * fbm(shape, rng, 70 * unit, 2) + 0.00035 * fbm(shape, rng, 5 * unit, 2)
    y = y + 0.0016 * fbm(shape, rng, 70 * unit, 2) + 0.00035 * fbm(shape, rng, 5 * unit, 2)
    index, colours = _facets(x, y, rng)
    table = np.stack(colours)
    other = table[rng.permutation(len(table))]
    n = len(table)
    angle = rng.uniform(0, np.pi, n).astype(np.float32)[index]
    streaks = _brushed(shape, angle, rng, unit)
    phase = rng.uniform(0, 2 * np.pi, n).astype(np.float32)[index]
    drift = 0.5 + 0.5 * np.sin((x * np.cos(angle * 2) + y * np.sin(angle * 2)) * 7 + phase)
    share = np.clip(0.0 + 0.2 * drift + 0.06 * streaks, 0, 0.4)[..., None]
    image = table[index] * (1 - share) + other[index] * share
    rim = ndimage.maximum_filter(index, 3) != ndimage.minimum_filter(index, 3)
    off = ndimage.distance_transform_edt(~rim) / unit
    image = image * (1 + 0.075 * streaks)[..., None]
    # Thin bare ground where two planes nearly meet, a darker ridge of dried paint beside it.
    gap = np.exp(-((off / 1.1) ** 2)) * np.clip(0.15 + 0.5 * fbm(shape, rng, 40 * unit, 3), 0, 0.9)
    image = image * (1 - 0.18 * np.exp(-(((off - 2.4) / 1.6) ** 2)))[..., None]
    image = image * (1 - gap[..., None]) + rgb("#efe2c6") * gap[..., None]
    image = _overlay(image, x, y, rng, streaks)
    weave = linen(shape, rng)
    gy, gx = np.gradient(ndimage.gaussian_filter(weave * 0.35 + streaks * 0.8, 0.6 * unit))
    return np.clip(image * (1 + np.clip((gx * 0.6 + gy * 0.8) * 0.16 * unit, -0.12, 0.12))[..., None], 0, 1)


def _overlay(image: Array, x: Array, y: Array, rng: np.random.Generator, streaks: Array) -> Array:
    """Transparent triangles, a half-disc, a checker, and weighted black lines and arcs."""
    body = np.clip(0.92 + 0.1 * streaks, 0, 1)
    for corners, code in (
        (((0.30, 0.08), (0.47, 0.66), (0.13, 0.60)), "#e8743a"),
        (((0.56, 0.76), (0.98, 0.34), (0.72, 0.80)), "#2a5fae"),
        (((0.60, 0.05), (0.86, 0.18), (0.57, 0.36)), "#f2c23a"),
    ):
        inside = np.ones(x.shape, np.float32)
        for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
            side = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
            inside *= smoothstep(-0.0004, 0.0004, side * np.sign(_area(corners)))
        alpha = (0.72 * inside * body)[..., None]
        image = image * (1 - alpha) + alpha * (image * 0.35 + 0.65 * rgb(code)) * (0.55 + 0.45 * image)
    u, v = (x - 0.70) * 0.92 + (y - 0.21) * 0.39, -(x - 0.70) * 0.39 + (y - 0.21) * 0.92
    board = (np.abs(u) < 0.085) & (np.abs(v) < 0.055)
    dark = (np.floor(u / 0.0243) + np.floor(v / 0.0243)) % 2 == 0
    for sel, code in ((board & dark, "#16161e"), (board & ~dark, "#f4ead2")):
        alpha = (ndimage.gaussian_filter(sel.astype(np.float32), 0.8) * body)[..., None]
        image = image * (1 - alpha) + alpha * rgb(code) * (1 + 0.1 * streaks)[..., None]
    ink = np.zeros(x.shape, np.float32)
    for a, b, w0, w1 in (
        ((0.02, 0.77), (0.62, 0.03), 0.003, 0.011),
        ((0.22, 0.03), (0.97, 0.70), 0.002, 0.007),
        ((0.08, 0.40), (0.55, 0.52), 0.007, 0.002),
        ((0.70, 0.78), (0.90, 0.24), 0.009, 0.002),
        ((0.74, 0.78), (0.935, 0.26), 0.003, 0.002),
        ((0.40, 0.78), (0.995, 0.50), 0.002, 0.005),
    ):
        ink = np.maximum(ink, _line(x, y, a, b, w0, w1))
    for cx, cy, r, w, lo, hi in (
        (0.34, 0.34, 0.33, 0.008, -2.6, 0.2),
        (0.80, 0.62, 0.25, 0.005, 1.6, 3.1),
        (0.16, 0.70, 0.22, 0.006, -1.5, 0.4),
    ):
        theta = np.arctan2(y - cy, x - cx)
        thick = w * np.clip(np.sin((theta - lo) / (hi - lo) * np.pi), 0, 1)
        arc = (1 - smoothstep(0, 0.0012, np.abs(np.hypot(x - cx, y - cy) - r) - thick / 2)) * (thick > 0.0006)
        ink = np.maximum(ink, arc)
    alpha = (np.clip(ink, 0, 1) * np.clip(1.0 + 0.25 * streaks, 0.55, 1))[..., None]
    return image * (1 - alpha) + rgb("#15141a") * alpha


def _area(corners: tuple[tuple[float, float], ...]) -> float:
    """Signed area of a polygon (twice)."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, corners[1:] + corners[:1], strict=True))
