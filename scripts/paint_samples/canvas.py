"""A wet canvas: colour and paint relief, brush strokes with bristles, and the raking light at the end.

The stroke as a curved ribbon with its own texture coordinates follows S. Hsu and I. Lee, "Drawing and
Animation Using Skeletal Strokes" (SIGGRAPH 1994); painting a height field along with the colour and
lighting it afterwards follows A. Hertzmann, "Fast Paint Texture" (NPAR 2002).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from .noise import Array, Shape, fbm, smoothstep

ACROSS, ALONG = 48, 1024


def _bristles(rng: np.random.Generator) -> Array:
    """Texture of one brush, rows across the brush and columns along the stroke, uniform in [0, 1].

    Long streaks (each bristle keeps its own load of paint) over a little short-range noise.
    """
    streak = fbm((ACROSS, ALONG), rng, (2.2, 260.0), 2)
    patch = fbm((ACROSS, ALONG), rng, (5.0, 40.0), 3)
    whole = 0.8 * streak + 0.45 * patch
    rank = np.argsort(np.argsort(whole, axis=None))
    return (rank.reshape(whole.shape) / whole.size).astype(np.float32)


@dataclass
class Canvas:
    """Colour (H, W, 3) and relief (H, W), painted over in place."""

    colour: Array
    rng: np.random.Generator
    weave: float = 0.25
    relief: Array = field(init=False)
    brushes: list[Array] = field(init=False)

    def __post_init__(self) -> None:
        self.brushes = [_bristles(self.rng) for _ in range(6)]
        self.relief = self.weave * linen(self.shape, self.rng)

    @property
    def shape(self) -> Shape:
        """Height and width in pixels."""
        return self.colour.shape[0], self.colour.shape[1]

    def stroke(
        self,
        path: NDArray,
        half_width: float,
        colour: Array,
        second: Array | None = None,
        *,
        thickness: float = 1.0,
        dryness: float = 0.5,
        opacity: float = 1.0,
        taper: float = 0.35,
    ) -> None:
        """Lay one stroke along `path` (n, 2) of x, y; `second` is a colour partly mixed into the first."""
        found = ribbon(path, half_width, self.shape)
        if found is None:
            return
        rows, cols, s, t, rho, total = found
        rng = self.rng
        brush = self.brushes[rng.integers(len(self.brushes))]
        across = np.clip((t * 0.5 + 0.5) * (ACROSS - 1), 0, ACROSS - 1).astype(int)
        if rng.random() < 0.5:
            across = ACROSS - 1 - across
        # Scale along the stroke so that streak length goes with the brush's width.
        along = (s * (14.0 / max(half_width, 2.0)) + rng.integers(ALONG)).astype(int) % ALONG
        b = brush[across, along]
        b2 = brush[(across + 17) % ACROSS, (along + 311) % ALONG]
        ends = s / max(total, 1e-3)
        # The brush lands and lifts: narrower at both ends, drier towards the last third.
        width = 1 - taper * (1 - smoothstep(0.0, 0.22, ends)) - taper * smoothstep(0.7, 1.0, ends)
        edge = 1 - smoothstep(0.72, 1.0, rho / np.maximum(width, 0.05) + (b - 0.5) * 0.4)
        dry = dryness * smoothstep(0.45, 1.05, ends)
        cover = (edge * np.clip((b - dry) / 0.22 + 1, 0, 1) * opacity)[..., None]
        ink = np.broadcast_to(colour, (*b.shape, 3))
        if second is not None:
            share = np.clip((b2 - 0.45) * 2.2, 0, 1)[..., None]
            ink = ink * (1 - share) + second * share
        ink = ink * (1 + 0.16 * (b - 0.5))[..., None]
        under = self.colour[rows, cols]
        self.colour[rows, cols] = under + cover * (ink - under)
        low = self.relief[rows, cols]
        ridge = smoothstep(0.45, 0.85, rho)  # paint pushed aside to the stroke's rims
        high = 0.35 * low + thickness * (0.6 + 0.9 * (b - 0.5) + 0.3 * ridge)
        self.relief[rows, cols] = low + cover[..., 0] * (high - low)

    def finish(self, *, scale: float = 1.0, depth: float = 0.32, gloss: float = 0.25) -> Array:
        """Light the relief from the upper left; returns colour in [0, 1]."""
        soft = ndimage.gaussian_filter(self.relief, 0.45 * scale)
        gy, gx = np.gradient(soft)
        slope = (gx * 0.6 + gy * 0.8) * scale * depth
        shade = np.clip(slope, -0.34, 0.3)
        lit = self.colour * (1 + shade)[..., None]
        shine = gloss * np.clip(slope - 0.12, 0, 0.5)
        return np.clip(lit + shine[..., None], 0, 1)


def linen(shape: Shape, rng: np.random.Generator) -> Array:
    """Plain weave of uneven threads, in about [-1, 1]."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    pitch = 5.2 * max(shape) / 1536
    wob_x, wob_y = fbm(shape, rng, 60, 3), fbm(shape, rng, 60, 3)
    u, v = (x + 1.2 * wob_x) * np.pi / pitch, (y + 1.2 * wob_y) * np.pi / pitch
    over = np.sign(np.sin(u) * np.sin(v))
    thread = np.where(over > 0, np.abs(np.sin(u)), np.abs(np.sin(v)))
    return (thread * 2 - 1 + 0.35 * fbm(shape, rng, (4, 4), 2)).astype(np.float32)


def ribbon(path: NDArray, half_width: float, shape: Shape) -> tuple[slice, slice, Array, Array, Array, float] | None:
    """Coordinates of the pixels near a path: slices, arc length s, signed offset t, distance rho, length.

    t and rho are in half-widths. None if the ribbon lies outside the canvas or has no length.
    """
    seg = np.hypot(*np.diff(path, axis=0).T)
    arc = np.concatenate([[0], np.cumsum(seg)])
    total = float(arc[-1])
    if total < 1e-3:
        return None
    n = max(3, int(total / max(1.0, 0.35 * half_width)) + 1)
    at = np.linspace(0, total, n)
    px, py = np.interp(at, arc, path[:, 0]), np.interp(at, arc, path[:, 1])
    pad = half_width * 1.15 + 2
    x0, x1 = max(int(px.min() - pad), 0), min(int(px.max() + pad) + 1, shape[1])
    y0, y1 = max(int(py.min() - pad), 0), min(int(py.max() + pad) + 1, shape[0])
    if x0 >= x1 or y0 >= y1:
        return None
    tx, ty = np.gradient(px), np.gradient(py)
    norm = np.hypot(tx, ty) + 1e-9
    tx, ty = (tx / norm).astype(np.float32), (ty / norm).astype(np.float32)
    px, py = px.astype(np.float32), py.astype(np.float32)
    gx = np.arange(x0, x1, dtype=np.float32)[None, :]
    gy = np.arange(y0, y1, dtype=np.float32)[:, None]
    near = ((gx[None] - px[:, None, None]) ** 2 + (gy[None] - py[:, None, None]) ** 2).argmin(0)
    ox, oy = gx - px[near], gy - py[near]
    ahead = ox * tx[near] + oy * ty[near]
    side = oy * tx[near] - ox * ty[near]
    half_step = 0.55 * total / (n - 1)
    beyond = np.maximum(np.abs(ahead) - half_step, 0)
    s = np.clip(at[near].astype(np.float32) + ahead, 0, total)
    t = side / half_width
    return slice(y0, y1), slice(x0, x1), s, t, np.hypot(beyond, side) / half_width, total


def to_image(colour: Array, size: tuple[int, int]) -> Image.Image:
    """Downsample the supersampled colour to the final picture."""
    data = (np.clip(colour, 0, 1) * 255 + 0.5).astype(np.uint8)
    return Image.fromarray(data).resize(size, Image.Resampling.LANCZOS)
