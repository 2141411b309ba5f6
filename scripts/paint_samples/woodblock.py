"""Woodblock print: a breaking wave in the manner of K. Hokusai's "Thirty-six Views" (about 1831).

Bands between a wave's back and its hollow face, carved outlines (carving.py), foam that ends in claws; then
what printing adds: gradations wiped on the block (bokashi), wood grain, the baren's rubbing, paper fibres.
"""

from __future__ import annotations

import numpy as np
from PIL import Image
from scipy import ndimage

from .carving import FOAM, LINE, Block, Points, curve, hook
from .colour import rgb
from .noise import Array, Shape, fbm, grid, smoothstep

ASPECT = 0.74
BANDS = (
    "#12305f",
    "#1c4b8a",
    "#f1ead6",
    "#12305f",
    "#2f6aa3",
    "#8db6c6",
    "#1c4b8a",
    "#f1ead6",
    "#14386c",
    "#5d96b8",
    "#12305f",
    "#c4d6d2",
    "#1c4b8a",
)
SWELL = ("#1c4b8a", "#12305f", "#2f6aa3", "#14386c", "#5d96b8", "#12305f", "#1c4b8a", "#8db6c6", "#14386c")

# Each wave: back, hollow face (both end at the tip), bands, foam from this share of the back on, foam scale.
WAVES: tuple[tuple[list[tuple[float, float]], list[tuple[float, float]], int, float, float], ...] = (
    (
        [
            (1.16, 0.66),
            (1.12, 0.44),
            (1.05, 0.30),
            (0.96, 0.245),
            (0.87, 0.26),
            (0.80, 0.315),
            (0.775, 0.385),
        ],
        [
            (0.50, 0.665),
            (0.68, 0.625),
            (0.80, 0.575),
            (0.855, 0.51),
            (0.855, 0.44),
            (0.82, 0.40),
            (0.777, 0.388),
        ],
        11,
        0.42,
        0.8,
    ),
    (
        [
            (-0.09, 0.64),
            (-0.01, 0.40),
            (0.09, 0.215),
            (0.20, 0.105),
            (0.32, 0.07),
            (0.42, 0.09),
            (0.485, 0.145),
            (0.51, 0.205),
        ],
        [
            (0.60, 0.70),
            (0.43, 0.64),
            (0.30, 0.545),
            (0.245, 0.43),
            (0.255, 0.32),
            (0.32, 0.245),
            (0.42, 0.21),
            (0.508, 0.208),
        ],
        13,
        0.30,
        1.0,
    ),
    (
        [(-0.06, 0.60), (0.03, 0.535), (0.11, 0.51), (0.185, 0.525), (0.235, 0.57), (0.245, 0.60)],
        [(0.42, 0.80), (0.30, 0.73), (0.21, 0.69), (0.175, 0.65), (0.195, 0.61), (0.243, 0.602)],
        8,
        0.25,
        0.62,
    ),
)


def wave(block: Block, back: Points, face: Points, bands: int, foam_from: float, scale: float) -> None:
    """Bands from the back to the hollow face, their outlines, then foam along the crest."""
    rng = block.rng
    cuts = np.cumsum(rng.uniform(0.55, 1.5, bands))
    cuts = np.concatenate([[0], cuts / cuts[-1]])
    rows = [back * (1 - c) + face * c for c in cuts]
    for k in range(bands):
        block.fill(np.concatenate([rows[k], rows[k + 1][::-1]]), BANDS[k % len(BANDS)])
    for k in range(bands):
        # A pale lick inside each band that runs out before the crest.
        c0, c1 = cuts[k], cuts[k + 1]
        mid, half = (c0 + c1) / 2, (c1 - c0) * 0.17
        n = int(len(back) * rng.uniform(0.55, 0.85))
        taper = (half * np.sin(np.pi * np.linspace(0.02, 0.99, n)))[:, None]
        core = back[:n] * (1 - mid) + face[:n] * mid
        across = (face - back)[:n]
        block.fill(
            np.concatenate([core + across * taper, (core - across * taper)[::-1]]),
            ("#f1ead6", "#8db6c6", "#1c4b8a")[k % 3],
        )
    for row in rows:
        block.line(row, 0.0034 * scale**0.5)
    crest = back[int(len(back) * foam_from) :]
    under = face[int(len(face) * 0.80) :]
    _foam(block, crest, under, scale, np.sign(back[-1, 0] - back[0, 0]))


def _foam(block: Block, crest: Points, under: Points, scale: float, way: float) -> None:
    """Banks of lumps, claws that reach over and hang, and spray."""
    rng = block.rng
    for t in np.sort(rng.random(int(70 * scale**0.3))):
        p = crest[int(t * (len(crest) - 1))] + rng.normal(0, 0.006 * scale, 2) + (0, 0.011 * scale)
        r = rng.uniform(0.004, 0.012) * scale * (0.45 + 0.55 * t)
        a = np.linspace(0, 2 * np.pi, 26)
        lump = 1 + 0.1 * np.sin(a * 5 + t * 60)
        block.shape(p + np.stack([np.cos(a), np.sin(a)], 1) * (r * lump)[:, None], FOAM, 0.0011)
        if rng.random() < 0.6:
            q = p + rng.normal(0, r * 0.35, 2)
            block.fill(q + np.stack([np.cos(a), np.sin(a)], 1) * r * 0.22, "#8db6c6")
    for path, count, low in ((crest, 58, 0.35), (under, 22, 0.8)):
        for t in np.sort(rng.random(count)):
            p = path[int(t * (len(path) - 1))]
            grown = low + (1 - low) * t
            reach = np.pi / 2 - way * rng.uniform(0.1, 1.25)  # outwards and down
            if path is crest:
                reach = -np.pi / 2 + way * (0.2 + 1.5 * t + rng.normal(0, 0.35))
            hook(
                block,
                (
                    p + rng.normal(0, 0.004 * scale, 2),
                    reach,
                    rng.uniform(0.034, 0.066) * scale * grown,
                    rng.uniform(0.007, 0.0125) * scale * grown,
                    way * rng.uniform(0.8, 1.9),
                ),
                2,
            )
    for _ in range(int(130 * scale)):
        p = crest[int(len(crest) * rng.uniform(0.25, 1)) - 1]
        p = p + np.array([way * abs(rng.normal(0, 0.06)), rng.normal(-0.02, 0.045)]) * scale
        a = np.linspace(0, 2 * np.pi, 14)
        block.shape(p + np.stack([np.cos(a), np.sin(a)], 1) * rng.gamma(2.0, 0.0009) * scale**0.5, FOAM, 0.001)


def _sea(block: Block) -> None:
    """Distant mountain and the swells between the waves."""
    rng = block.rng
    fuji = curve(
        [
            (0.44, 0.535),
            (0.54, 0.485),
            (0.60, 0.425),
            (0.625, 0.39),
            (0.645, 0.388),
            (0.665, 0.405),
            (0.72, 0.465),
            (0.83, 0.535),
        ]
    )
    _clouds(block)
    block.fill(fuji, "#3b6894")
    snow = fuji[(fuji[:, 1] < 0.445)]
    teeth = np.linspace(snow[-1, 0], snow[0, 0], 15)
    jag = np.stack([teeth, 0.447 + 0.014 * np.where(np.arange(15) % 2, 1, -1) * rng.uniform(0.4, 1.2, 15)], 1)
    block.fill(np.concatenate([snow, jag]), FOAM)
    block.line(fuji, 0.0026)
    x = np.linspace(-0.05, 1.05, 300)
    for k, y0 in enumerate(np.linspace(0.515, 0.80, 15)):
        amp = 0.004 + 0.017 * (y0 - 0.5) / 0.3
        y = y0 + amp * np.sin(x * rng.uniform(9, 13) + k * 1.9) + amp * 0.5 * np.sin(x * 23 + k)
        top = np.stack([x, y], 1)
        block.fill(np.concatenate([top, [[1.05, 0.9], [-0.05, 0.9]]]), SWELL[k % len(SWELL)])
        block.line(top, 0.0032)
        for _ in range(9):
            i = int(rng.integers(0, 240))
            part = top[i : i + int(rng.integers(25, 60))] + (0, rng.uniform(0.004, 0.013))
            block.line(part, rng.uniform(0.002, 0.0045), ("#f1ead6", "#8db6c6", LINE)[int(rng.integers(3))])


def _clouds(block: Block) -> None:
    """Bands of mist with round ends, drawn in three tones."""
    rng = block.rng
    for y0, x0, x1, tone in (
        (0.055, 0.55, 1.1, "#f0e2bc"),
        (0.115, 0.62, 0.93, "#ecdcb2"),
        (0.10, -0.1, 0.17, "#f0e2bc"),
        (0.19, 0.53, 0.80, "#f0e2bc"),
        (0.25, 0.30, 0.70, "#ecdcb2"),
        (0.315, 0.50, 0.86, "#f0e2bc"),
        (0.365, 0.22, 0.60, "#f0e2bc"),
        (0.43, 0.24, 0.52, "#ecdcb2"),
        (0.475, 0.3, 0.75, "#f0e2bc"),
    ):
        h = rng.uniform(0.010, 0.017)
        x = np.concatenate([np.linspace(x0, x1, 90), np.linspace(x1, x0, 90)])
        t = (x - x0) / (x1 - x0)
        half = h * np.clip(np.minimum(t, 1 - t) * (x1 - x0) / h, 0, 1) ** 0.5
        y = y0 + 0.006 * np.sin(x * 14 + y0 * 60) + np.where(np.arange(180) < 90, -half, half * 0.7)
        lobes = 0.004 * np.abs(np.sin(x * 42 + y0 * 99)) * (half > h * 0.9) * np.where(np.arange(180) < 90, -1, 1)
        block.fill(np.stack([x, y + lobes], 1), tone)


def paint(shape: Shape, rng: np.random.Generator) -> Array:
    """Carve, then print."""
    block = Block(shape, rng)
    _sea(block)
    for back, face, bands, foam_from, scale in WAVES:
        wave(block, curve(back), curve(face), bands, foam_from, scale)
    flat = np.asarray(block.image.resize((shape[1], shape[0]), Image.Resampling.BOX), np.float32) / 255
    return _print(flat, shape, rng)


def _print(flat: Array, shape: Shape, rng: np.random.Generator) -> Array:
    """Bokashi, grain, rubbing and paper."""
    unit = shape[1] / 768
    x, y = grid(shape)
    # Sky and mist are the warm pale tones; foam is less warm and the sea is blue.
    sky = smoothstep(0.125, 0.155, flat[..., 0] - flat[..., 2])
    sky = ndimage.gaussian_filter(sky, 0.6)
    rough = 0.02 * fbm(shape, rng, (40 * unit, 200 * unit), 3)
    dusk = 1 - smoothstep(0.0, 0.17, y + rough)
    low = smoothstep(0.26, 0.5, y + rough)
    blue, rose = (sky * 0.92 * dusk)[..., None], (sky * 0.6 * low)[..., None]
    image = flat * (1 - blue) + rgb("#28507f") * blue
    image = image * (1 - rose) + rgb("#dba887") * rose
    # Long grain with cathedral arches: level lines of a stretched, bent field.
    bend = y * 260 + 9 * np.cos((x - 0.6) * 5) + 3.2 * fbm(shape, rng, (60 * unit, 420 * unit), 2)
    rings = np.sin(bend * 1.0) * 0.6 + np.sin(bend * 2.7 + 1) * 0.4
    fibre = fbm(shape, rng, (1.6 * unit, 70 * unit), 2)
    grain = 0.65 * rings + 0.5 * fibre
    # Light ink shows the grain most in the half-loaded tones, least on bare paper.
    ink = np.clip((rgb("#f1ead6") - image).mean(-1) * 2.2, 0.3, 1)
    rub = fbm(shape, rng, 34 * unit, 4)
    image = image + (ink * (0.045 * grain + 0.028 * rub + 0.02 * fbm(shape, rng, 1.5 * unit, 1)))[..., None]
    speck = smoothstep(1.7, 2.5, fbm(shape, rng, 2.2 * unit, 2) + 0.5 * grain) * ink * 0.5
    image = image * (1 - speck[..., None]) + rgb("#f1ead6") * speck[..., None]
    fibres = fbm(shape, rng, 2.5 * unit, 3) + 0.8 * smoothstep(1.2, 2.4, fbm(shape, rng, (7 * unit, 3 * unit), 3))
    image = image * (1 + 0.014 * fibres)[..., None] * np.array([1.0, 0.985, 0.955], np.float32)
    return np.clip(image, 0, 1)
