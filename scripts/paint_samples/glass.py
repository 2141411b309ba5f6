"""Stained glass: a rising sun over mountains and water between two trees, in streaked panes and lead.

One map of pane numbers; lead runs wherever two numbers meet. The glass is opalescent, after L. C. Tiffany's
landscape windows: colour drifts inside a pane, the surface is rippled, light comes from behind.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from .colour import jitter, palette, ramp, rgb
from .noise import Array, Shape, fbm, grid, smoothstep

ASPECT = 1.2
SUN = (0.52, 0.56)
Ids = NDArray[np.int64]


class Window:
    """Pane numbers and, for each pane, its colour and a second one it drifts to."""

    def __init__(self, shape: Shape, rng: np.random.Generator) -> None:
        self.rng = rng
        self.ids: Ids = np.zeros(shape, np.int64)
        self.next = 1
        self.tables: list[tuple[NDArray[np.int64], Array]] = []

    def panes(self, mask: NDArray[np.bool_], cells: NDArray, colours: str, tone: Array, spread: float = 0.12) -> None:
        """Put panes over what is there: one per value of `cells`, toned by the mean of `tone`."""
        values, local = np.unique(cells[mask], return_inverse=True)
        if not len(values):
            return
        self.ids[mask] = local + self.next
        means = ndimage.mean(tone[mask], local, np.arange(len(values)))
        pal = palette(colours)
        tones = np.clip(means + self.rng.normal(0, spread, len(values)), 0, 1)
        table = np.stack([jitter(c, self.rng, 0.06, 0.025) for c in ramp(pal, tones)])
        self.tables.append((np.arange(len(values)) + self.next, table))
        self.next += len(values)

    def colours(self) -> Array:
        """Colour of every pane by number."""
        table = np.zeros((self.next, 3), np.float32)
        for numbers, colours in self.tables:
            table[numbers] = colours
        return table


def shards(shape: Shape, rng: np.random.Generator, spacing: float, stretch: float = 1.0, turn: float = 0.0) -> Ids:
    """Voronoi cells of a jittered grid, stretched along `turn`."""
    x, y = grid(shape)
    c, s = np.cos(turn), np.sin(turn)
    u, v = (x * c + y * s) / stretch, -x * s + y * c
    n = int(2.2 / spacing)
    seeds = np.stack(np.meshgrid(np.arange(-n, n), np.arange(-n, n)), -1).reshape(-1, 2) + rng.uniform(
        0, 0.85, (4 * n * n, 2)
    )
    seeds[:, 0] += 0.5 * (np.round(seeds[:, 1]) % 2)
    return cKDTree(seeds * spacing).query(np.stack([u.ravel(), v.ravel()], 1))[1].reshape(shape).astype(np.int64)


def _scene(win: Window, x: Array, y: Array) -> None:
    """Sky, mountains, lake, back to front."""
    shape = x.shape
    d = np.hypot(x - SUN[0], y - SUN[1])
    theta = np.arctan2(y - SUN[1], x - SUN[0]) + 0.12 * np.sin(d * 14)
    ring = np.floor(np.log(np.maximum(d, 0.085) / 0.085) / 0.34 + 0.12 * np.sin(theta * 5)).astype(int)
    count = np.where(ring < 1, 22, 30)
    sector = np.floor((theta / (2 * np.pi) + 0.5) * count + 0.5 * (ring % 2)).astype(int)
    win.panes(
        np.ones(shape, bool),
        ring * 100 + sector,
        "#ffe27a #ffc247 #f88d3c #e4606a #b055a0 #6a55b8 #3a5cc0 #2456a8 #1c3f8c",
        (d - 0.06) / 0.62,
        0.07,
    )
    win.panes(d < 0.085, np.floor((theta / (2 * np.pi) + 0.5) * 5).astype(int), "#ffd94a #fff2ae", 1.1 - d * 9, 0.1)
    for base, amp, freq, colours in (
        (0.60, 0.075, 5.5, "#4a4aa8 #6a6ec8 #9a8ad0 #d09ac0"),
        (0.665, 0.055, 8.0, "#1f4a8a #2f6fa8 #4a98b8 #86b8b0"),
        (0.73, 0.035, 11.0, "#0f5a4a #1f8058 #56a450 #a8c050"),
    ):
        peak = np.abs(((x * freq + base * 9) % 2) - 1)
        ridge = base + amp * (0.5 - peak) + 0.014 * np.sin(x * 21 + base * 50)
        face = np.floor(x * freq + base * 9).astype(int)
        strip = np.floor((y - ridge) / 0.05 + 0.8 * peak).astype(int)
        lit = 0.5 + 0.35 * np.where((face % 2) == 0, 1, -1) - (y - ridge) * 2
        win.panes(y > ridge, face * 50 + strip, colours, lit)
    shore = 0.775 + 0.008 * np.sin(x * 9)
    strip = np.floor((y - shore) / 0.027 + 0.5 * np.sin(x * 10 + np.floor(y * 20))).astype(int)
    piece = np.floor(x * 4.2 + 0.61 * strip).astype(int)
    glow = np.exp(-(((x - SUN[0]) / 0.15) ** 2))
    win.panes(
        y > shore,
        strip * 40 + piece,
        "#123a86 #1a62a8 #2a92b8 #74c0b8 #f0b860 #ffdf80",
        0.22 + 0.75 * glow + 0.1 * np.sin(strip * 2.1),
        0.12,
    )


def _trees(win: Window, x: Array, y: Array) -> None:
    """Trunks that lean in from both sides, crowns of leaf-shaped shards."""
    rng, shape = win.rng, x.shape
    leaf = shards(shape, rng, 0.033, 1.7, 0.7)
    for foot, way in ((0.10, 1.0), (0.90, -1.0)):
        t = np.clip((1.13 - y) / 1.1, 0, 1)
        mid = foot + way * (0.05 * np.sin(t * 5) + 0.06 * t)
        trunk = np.abs(x - mid) < 0.042 - 0.026 * t + 0.05 * np.exp(-t * 16)
        crown = np.zeros(shape, bool)
        for _ in range(26):
            cx = foot + way * rng.uniform(-0.12, 0.27)
            cy = rng.uniform(0.02, 0.45) - 1.3 * max(0.0, way * (cx - foot) - 0.04)
            crown |= np.hypot(x - cx, (y - cy) * 1.25) < rng.uniform(0.05, 0.10)
        warm = 0.5 + 0.4 * np.sin(x * 17 + y * 9) + 0.4 * (0.3 - np.hypot(x - SUN[0], y - SUN[1]) * 0.5)
        win.panes(
            trunk & (y > 0.05),
            np.floor(y / 0.075 + np.sin(x * 30) * 0.3).astype(int) * 2 + (x > mid),
            "#3a1f2a #6a3428 #96522a #c07a3a",
            0.5 + (x - mid) * -8 * way,
            0.2,
        )
        win.panes(crown, leaf, "#0f5a3a #1f8a3e #5cae34 #a8c832 #ecd040 #f0943a #d8502e", warm, 0.22)


def _flowers(win: Window, x: Array, y: Array) -> None:
    """Irises at the water's edge: blades, then petals."""
    rng = win.rng
    for k in range(30):
        foot, top = rng.uniform(0.03, 0.97), rng.uniform(0.90, 1.08)
        t = np.clip((1.2 - y) / (1.2 - top), 0, 1)
        mid = foot + rng.normal(0, 0.06) * t**2
        blade = (np.abs(x - mid) < 0.017 * (1 - t) ** 0.6) & (y > top)
        win.panes(blade, np.full(x.shape, k), "#0f5a3a #1f8a4a #6ab83a #b8d050", np.full(x.shape, rng.random()), 0.1)
    for fx in np.linspace(0.09, 0.91, 9) + rng.normal(0, 0.02, 9):
        fy, r = rng.uniform(0.90, 1.09), rng.uniform(0.05, 0.066)
        colours = ("#5a2ab0 #8a4ad8 #c08af0", "#c82a6a #f0608a #ffb0b0", "#2a4ad0 #5a8af0 #b0d0ff")[
            int(rng.integers(3))
        ]
        for j, (dx, dy, turn, long) in enumerate(
            (
                (-0.62, 0.5, 2.5, 1.0),
                (0.62, 0.5, 0.64, 1.0),
                (0, 0.75, 1.57, 1.05),
                (-0.38, -0.5, 4.05, 0.9),
                (0.38, -0.5, 5.37, 0.9),
                (0, -0.62, 4.71, 0.8),
            )
        ):
            ux, uy = (x - fx - dx * r) / r, (y - fy - dy * r) / r
            u, v = ux * np.cos(turn) + uy * np.sin(turn), -ux * np.sin(turn) + uy * np.cos(turn)
            petal = (u / (0.78 * long)) ** 2 + (v / (0.46 + 0.16 * u)) ** 2 < 1
            win.panes(petal, np.full(x.shape, j), colours, 0.35 + 0.3 * u + 0.1 * j, 0.15)
        win.panes(
            np.hypot(x - fx, y - fy) < r * 0.24,
            np.zeros(x.shape, int),
            "#ffc830 #ffe890",
            np.full(x.shape, 0.5),
        )


def _border(win: Window, x: Array, y: Array) -> None:
    """Two bands of small panes all round."""
    edge = np.minimum(np.minimum(x, 1 - x), np.minimum(y, ASPECT - y))
    on_side = np.minimum(x, 1 - x) < np.minimum(y, ASPECT - y)
    run = np.where(on_side, y, x)
    side = np.where(on_side, np.where(x < 0.5, 0, 1), np.where(y < 0.6, 2, 3)) * 1000
    long, short = np.floor(run / 0.1).astype(int), np.floor(run / 0.04).astype(int)
    win.panes(edge < 0.052, side + long, "#7a0f2a #b81e3a #1a3a9a #2a6ac8", np.abs((long * 0.37) % 1), 0.2)
    win.panes(edge < 0.022, side + short, "#c87a1a #f0b030 #ffd870", np.full(x.shape, 0.5), 0.25)


def paint(shape: Shape, rng: np.random.Generator) -> Array:
    """Cut the panes, colour the glass, lead it."""
    unit = shape[1] / 640
    x, y = grid(shape)
    wx, wy = fbm(shape, rng, 80 * unit, 3), fbm(shape, rng, 80 * unit, 3)
    win = Window(shape, rng)
    for part in (_scene, _trees, _flowers):
        part(win, x + 0.0028 * wx, y + 0.0028 * wy)
    _border(win, x + 0.0009 * wx, y + 0.0009 * wy)
    table = win.colours()
    n = len(table)
    turn = rng.uniform(0, np.pi, n).astype(np.float32)[win.ids]
    yy, xx = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    sheet = fbm((1024, 1024), rng, (5 * unit, 60 * unit), 3)
    bend = 22 * unit * fbm(shape, rng, 70 * unit, 2)
    u, v = xx * np.cos(turn) + yy * np.sin(turn) + bend, -xx * np.sin(turn) + yy * np.cos(turn) + bend
    streak = ndimage.map_coordinates(sheet, [v % 1023, u % 1023], order=1)
    other = np.roll(table, 1, axis=0)
    share = np.clip(0.16 + 0.14 * streak + 0.1 * fbm(shape, rng, 50 * unit, 2), 0, 0.5)[..., None]
    glass = table[win.ids] * (1 - share) + other[win.ids] * share
    milk = smoothstep(0.7, 2.2, streak)[..., None] * 0.32
    glass = glass * (1 - milk) + (0.45 * glass + 0.55) * milk
    d = np.hypot(x - SUN[0], y - SUN[1])
    behind = 1.0 + 0.42 * np.exp(-((d / 0.42) ** 2)) + 0.1 * fbm(shape, rng, 120 * unit, 2)
    ripple = ndimage.gaussian_filter(fbm(shape, rng, 9 * unit, 3) + 0.4 * streak, unit)
    gy, gx = np.gradient(ripple)
    glass = glass * (behind + np.clip((gx * 0.6 + gy * 0.8) * 1.1 * unit, -0.22, 0.3))[..., None]
    return _lead(glass, win.ids, rng, unit)


def _lead(glass: Array, ids: Ids, rng: np.random.Generator, unit: float) -> Array:
    """Round lead cames with solder at the joints, grime beside them."""
    hi, lo = ndimage.maximum_filter(ids, 3), ndimage.minimum_filter(ids, 3)
    rim = hi != lo
    joint = rim & (
        ndimage.maximum_filter(np.where(rim, hi * 7919 % 10007, 0), 5)
        != ndimage.minimum_filter(np.where(rim, hi * 7919 % 10007, 20000), 5)
    )
    off = ndimage.distance_transform_edt(~rim)
    width = 2.1 * unit * (1 + 0.14 * fbm(ids.shape, rng, 30 * unit, 2))
    solder = ndimage.gaussian_filter(joint.astype(np.float32), 2.0 * unit)
    width = width * (1 + np.clip(solder * 1.0, 0, 0.4))
    glass = glass * (1 - 0.3 * np.exp(-np.clip(off - width, 0, None) / (3.2 * unit)))[..., None]
    round_ = np.sqrt(np.clip(1 - (off / width) ** 2, 0, 1)) * width
    gy, gx = np.gradient(ndimage.gaussian_filter(round_, 0.8))
    shine = np.clip((gx * 0.6 + gy * 0.8) * 0.34, -0.16, 0.5)
    metal = rgb("#26262c") * (1 + 0.22 * fbm(ids.shape, rng, 4 * unit, 2))[..., None] + 0.42 * shine[..., None]
    cover = smoothstep(-0.8, 0.8, width - off)[..., None]
    return np.clip(glass * (1 - cover) + metal * cover, 0, 1)
