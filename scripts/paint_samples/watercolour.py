"""Watercolour: poppies and cornflowers in wet washes that pool, granulate and bloom.

Edge darkening, granulation and backruns are the effects named by C. Curtis et al., "Computer-Generated
Watercolor" (SIGGRAPH 1997), here by distance and noise instead of a fluid; the frayed outlines are T. Hobbs's
recursively deformed polygons ("How to hack a painting", 2017). Glazes multiply as absorbance (Beer-Lambert).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from .colour import palette, rgb
from .noise import Array, Shape, fbm, smoothstep

ASPECT = 0.8


def fray(points: NDArray, rng: np.random.Generator, amount: float, rounds: int = 5) -> NDArray:
    """Midpoint displacement of a closed polygon, halved every round."""
    for _ in range(rounds):
        ahead = np.roll(points, -1, axis=0)
        gap = np.linalg.norm(ahead - points, axis=1, keepdims=True)
        mid = (points + ahead) / 2 + rng.normal(0, amount, points.shape) * gap
        points = np.stack([points, mid], 1).reshape(-1, 2)
        amount *= 0.82
    return points


class Sheet:
    """Cold-pressed paper and the pigment absorbed so far."""

    def __init__(self, shape: Shape, rng: np.random.Generator) -> None:
        self.shape, self.rng, self.unit = shape, rng, shape[1] / 768
        self.tooth = 0.7 * fbm(shape, rng, 6 * self.unit, 3) + 0.5 * fbm(shape, rng, 2.5 * self.unit, 2)
        self.flow = fbm(shape, rng, 110 * self.unit, 4, 0.6)
        self.fine = fbm(shape, rng, 26 * self.unit, 4, 0.6)
        self.absorbed = np.zeros((*shape, 3), np.float32)

    def wash(
        self,
        outline: NDArray,
        colour: Array,
        strength: float,
        *,
        wet: float = 0.3,
        edge: float = 0.9,
        second: Array | None = None,
        dry: float = 0.0,
        lift: float = 0.0,
    ) -> None:
        """A wash in a closed outline (x, y pixels). `wet` blurs part of its rim; `second` bleeds into it.

        `lift` takes up what was painted there before: a place kept white, or blotted.
        """
        rng, unit = self.rng, self.unit
        pad = int(30 * unit)
        x0, y0 = (np.floor(outline.min(0)) - pad).astype(int)
        x1, y1 = (np.ceil(outline.max(0)) + pad).astype(int)
        x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, self.shape[1]), min(y1, self.shape[0])
        if x1 - x0 < 4 or y1 - y0 < 4:
            return
        img = Image.new("L", (x1 - x0, y1 - y0), 0)
        ImageDraw.Draw(img).polygon([(float(px - x0), float(py - y0)) for px, py in outline], fill=255)
        mask = np.asarray(img, np.float32) / 255
        if mask.max() == 0:
            return
        here = (slice(y0, y1), slice(x0, x1))
        flow, fine, tooth = self.flow[here], self.fine[here], self.tooth[here]
        depth = ndimage.distance_transform_edt(mask > 0.5) / unit
        wetness = np.clip(wet + 0.6 * wet * np.roll(flow, 7), 0, 1)
        body = ndimage.gaussian_filter(mask, 0.7 * unit) * (1 - wetness)
        body += ndimage.gaussian_filter(mask, 9 * unit) * wetness
        rim = np.exp(-depth / 2.2) * mask * (1 - wetness) * np.clip(0.75 + 0.5 * fine, 0, 2)
        pool = np.exp(-depth / 14) * mask * 0.35
        density = body * np.clip(0.62 + 0.3 * flow + 0.16 * fine, 0.12, 2) + edge * (0.62 * rim + 0.3 * pool * body)
        for _ in range(rng.poisson(mask.sum() / (unit * 95) ** 2)):
            density *= self._bloom(mask, fine)
        density *= np.clip(1 + 0.2 * tooth, 0.3, 2)
        if dry:
            density *= smoothstep(dry - 0.7, dry - 0.2, -tooth)
        ink = -np.log(np.clip(colour, 0.02, 0.995))
        if second is not None:
            ink2 = -np.log(np.clip(second, 0.02, 0.995))
            tilt = rng.uniform(0, 2 * np.pi)
            yy, xx = np.mgrid[-1 : 1 : mask.shape[0] * 1j, -1 : 1 : mask.shape[1] * 1j]
            mix = smoothstep(-0.6, 0.8, xx * np.cos(tilt) + yy * np.sin(tilt) + 0.5 * flow + 0.2 * fine)[..., None]
            ink = ink * (1 - mix) + ink2 * mix
        if lift:
            self.absorbed[here] *= 1 - lift * ndimage.gaussian_filter(mask, 1.2 * unit)[..., None]
        self.absorbed[here] += (strength * density)[..., None] * ink

    def _bloom(self, mask: Array, fine: Array) -> Array:
        """Backrun: clean water pushes pigment outwards into a cauliflower rim. A factor on the density."""
        rng, unit = self.rng, self.unit
        inside = np.argwhere(mask > 0.5)
        cy, cx = inside[rng.integers(len(inside))]
        y, x = np.mgrid[0 : mask.shape[0], 0 : mask.shape[1]].astype(np.float32)
        r = rng.uniform(10, 34) * unit
        theta = np.arctan2(y - cy, x - cx)
        lobes = 0.1 * np.sin(theta * 5 + cx) + 0.06 * np.sin(theta * 11 + cy)
        d = np.hypot(x - cx, y - cy) / r * (1 + lobes) + 0.16 * fine
        return 1 - 0.5 * (1 - smoothstep(0.4, 1.0, d)) + 0.6 * np.exp(-(((d - 1.03) / 0.075) ** 2))

    def spatter(self, count: int, colour: Array, strength: float, size: float = 2.0) -> None:
        """Drops flicked off the brush."""
        for _ in range(count):
            c = self.rng.random(2) * (self.shape[1], self.shape[0])
            r = self.rng.gamma(1.5, size * 0.6) * self.unit + 1
            self.wash(c + ring(12, self.rng) * r, colour, strength, wet=0.05)

    def finish(self) -> Array:
        """Pigment over lit paper."""
        gy, gx = np.gradient(ndimage.gaussian_filter(self.tooth, 0.7 * self.unit))
        light = 1 + np.clip((gx * 0.6 + gy * 0.8) * 0.085 * self.unit, -0.06, 0.06)
        paper = rgb("#fbf5e6") * light[..., None]
        return np.clip(paper * np.exp(-self.absorbed), 0, 1)


def ring(n: int, rng: np.random.Generator, wobble: float = 0.12) -> NDArray:
    """A rough unit circle of n points."""
    a = np.linspace(0, 2 * np.pi, n, endpoint=False) + rng.uniform(0, 6)
    return np.stack([np.cos(a), np.sin(a)], 1) * (1 + rng.normal(0, wobble, (n, 1)))


def _petals(sheet: Sheet, centre: NDArray, radius: float, colours: list[Array], squash: float) -> None:
    """One blossom: overlapping fan-shaped petals in two glazes, a dark heart bled into them."""
    rng = sheet.rng
    turn = rng.uniform(0, 6)
    whole = fray(centre + ring(14, rng, 0.05) * radius * 0.9 * np.array([1, squash]), rng, 0.1, 4)
    sheet.wash(whole, colours[-1], 0.25, wet=0.15, lift=0.88)
    count = int(rng.integers(4, 7))
    for k in rng.permutation(count):
        a = turn + 2 * np.pi * k / count + rng.normal(0, 0.12)
        half = np.pi / count * rng.uniform(1.15, 1.5)
        t = np.linspace(-1, 1, 9)
        reach = radius * rng.uniform(0.85, 1.12) * (1 - 0.22 * t**4 + 0.06 * rng.normal(0, 1, 9))
        rim = np.stack([np.cos(a + t * half), np.sin(a + t * half)], 1) * reach[:, None]
        base = np.array([[np.cos(a), np.sin(a)]]) * radius * 0.1
        shape = np.concatenate([rim, base]) * (1, squash) + centre
        first, second = rng.permutation(len(colours))[:2]
        sheet.wash(
            fray(shape, rng, 0.10, 5),
            colours[first],
            rng.uniform(0.6, 0.95),
            wet=0.12,
            lift=0.42,
            second=colours[second],
        )
        inner = (shape - centre) * rng.uniform(0.45, 0.7) + centre
        sheet.wash(fray(inner, rng, 0.16, 4), colours[second], 0.35, wet=0.55)
    heart = fray(centre + ring(9, rng) * radius * 0.2 * np.array([1, squash]), rng, 0.15, 4)
    sheet.wash(heart, rgb("#2a1a3a"), 1.1, wet=0.5, second=rgb("#1f3a2a"))
    for _ in range(22):
        a, d = rng.uniform(0, 2 * np.pi), radius * rng.uniform(0.2, 0.42)
        c = centre + np.array([np.cos(a), np.sin(a) * squash]) * d
        sheet.wash(c + ring(8, rng) * radius * rng.uniform(0.014, 0.035), rgb("#1a1226"), 1.3, wet=0.1)


def _blade(start: NDArray, angle: float, length: float, width: float, rng: np.random.Generator) -> NDArray:
    """Outline of a bent leaf or stem."""
    t = np.linspace(0, 1, 12)
    bend = rng.normal(0, 0.7)
    a = angle + bend * t
    spine = start + np.cumsum(np.stack([np.cos(a), np.sin(a)], 1) * length / 12, axis=0)
    side = np.stack([-np.sin(a), np.cos(a)], 1) * (width * np.sin(np.pi * (0.06 + 0.92 * t)) ** 0.8)[:, None]
    return np.concatenate([spine + side, (spine - side)[::-1]])


def paint(shape: Shape, rng: np.random.Generator) -> Array:
    """Wet ground, leaves and grasses, blossoms from small to large, drops."""
    sheet = Sheet(shape, rng)
    size = np.array([shape[1], shape[0]], float)
    unit = sheet.unit
    ground = list(palette("#8fc4d8 #b8d49a #f4d890 #a8b4e0 #7fc0a8 #e8b8c0 #c8a8d8"))
    for k in range(26):
        c = (np.array([(k % 6 + rng.random()) / 6, (k // 6 + rng.random()) / 4.6])) * size
        blob = fray(c + ring(10, rng, 0.3) * rng.uniform(70, 170) * unit, rng, 0.2, 5)
        sheet.wash(
            blob,
            ground[rng.integers(7)],
            rng.uniform(0.35, 0.75),
            wet=rng.uniform(0.2, 0.8),
            second=ground[rng.integers(7)],
        )
    greens = list(palette("#2f6a3a #5a8f3a #8aa83a #1f5a5a #3a7a6a #a8b84a #2a4a6a"))
    for _ in range(120):
        start = np.array([rng.uniform(-0.05, 1.05), rng.uniform(0.25, 1.15)]) * size
        thin = rng.random() < 0.45
        blade = _blade(
            start,
            -np.pi / 2 + rng.normal(0, 0.6),
            rng.uniform(90, 260) * unit,
            rng.uniform(1.5, 4) * unit if thin else rng.uniform(7, 20) * unit,
            rng,
        )
        sheet.wash(
            fray(blade, rng, 0.07, 3),
            greens[rng.integers(7)],
            rng.uniform(0.5, 1.0),
            wet=0.15,
            lift=0.45,
            second=greens[rng.integers(7)],
            dry=0.5 if rng.random() < 0.2 else 0.0,
        )
    blues = list(palette("#3a4fb0 #5a6fd0 #2a7ac0 #7a5fc0"))
    reds = list(palette("#d8281e #f0562a #f58a2a #c81e4a #e8406a #f2a03a"))
    for _ in range(16):
        _petals(sheet, rng.random(2) * size, rng.uniform(20, 38) * unit, blues, rng.uniform(0.6, 1))
    spots = (
        (0.19, 0.30, 104),
        (0.50, 0.19, 84),
        (0.80, 0.27, 112),
        (0.36, 0.60, 118),
        (0.68, 0.66, 104),
        (0.07, 0.72, 82),
        (0.94, 0.70, 84),
        (0.53, 0.93, 82),
        (0.22, 0.95, 74),
        (0.86, 0.99, 70),
    )
    for sx, sy, r in spots:
        centre = np.array([sx, sy]) * size + rng.normal(0, 10, 2) * unit
        _petals(sheet, centre, r * unit * rng.uniform(0.9, 1.1), reds, rng.uniform(0.75, 1))
    for colour in (reds[0], blues[0], greens[0], rgb("#f2b03a")):
        sheet.spatter(45, colour, 0.8)
    return sheet.finish()
