"""Smooth random fields: the irregularity of paper, pigment, wind and hand.

Value noise summed over octaves, after K. Perlin, "An Image Synthesizer" (SIGGRAPH 1985), and
divergence-free flow as the curl of a noise potential, after R. Bridson et al.,
"Curl-Noise for Procedural Fluid Flow" (SIGGRAPH 2007).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Array = NDArray[np.floating[Any]]
Shape = tuple[int, int]


def value_noise(shape: Shape, rng: np.random.Generator, cell: float | tuple[float, float]) -> Array:
    """One octave: random values on a lattice of `cell` pixels (y, x), cubically interpolated."""
    cy, cx = cell if isinstance(cell, tuple) else (cell, cell)
    rows, cols = int(shape[0] / cy) + 5, int(shape[1] / cx) + 5
    lattice = rng.standard_normal((rows, cols)).astype(np.float32)
    # A random sub-cell shift keeps the lattices of several octaves from lining up.
    oy, ox = rng.random(2) + 1.0
    ys = (np.arange(shape[0]) / cy + oy)[:, None]
    xs = (np.arange(shape[1]) / cx + ox)[None, :]
    # Separable spline: two small 1-D resamplings instead of one 2-D map.
    coeff = ndimage.spline_filter(lattice, order=3)
    tall = _resample(coeff, ys[:, 0], 0)
    return _resample(tall, xs[0], 1).astype(np.float32)


def _resample(coeff: NDArray, at: NDArray, axis: int) -> NDArray:
    """Evaluate cubic B-spline coefficients at positions `at` along one axis."""
    base = np.floor(at).astype(int)
    f = at - base
    weights = (
        (1 - f) ** 3 / 6,
        (3 * f**3 - 6 * f**2 + 4) / 6,
        (-3 * f**3 + 3 * f**2 + 3 * f + 1) / 6,
        f**3 / 6,
    )
    view = (-1, 1) if axis == 0 else (1, -1)
    size = coeff.shape[axis]
    total = np.zeros(1)
    for k, w in enumerate(weights):
        total = total + np.take(coeff, np.clip(base + k - 1, 0, size - 1), axis=axis) * w.reshape(view)
    return total


def fbm(
    shape: Shape,
    rng: np.random.Generator,
    cell: float | tuple[float, float],
    octaves: int = 4,
    gain: float = 0.5,
) -> Array:
    """Octaves of value noise, normalised to mean 0 and standard deviation 1."""
    cy, cx = cell if isinstance(cell, tuple) else (cell, cell)
    total = np.zeros(shape, np.float32)
    for k in range(octaves):
        step = (max(cy / 2**k, 1.0), max(cx / 2**k, 1.0))
        total += gain**k * value_noise(shape, rng, step)
    total -= total.mean()
    return total / max(float(total.std()), 1e-6)


def curl_angle(potential: Array) -> Array:
    """Direction (radians, y downwards) of the curl of a scalar potential: flow that never piles up."""
    gy, gx = np.gradient(potential)
    return np.arctan2(-gx, gy).astype(np.float32)


def blend_angles(a: Array, b: Array, weight: Array | float) -> Array:
    """Interpolate undirected orientations (mod pi) by averaging their doubled angles."""
    c = (1 - weight) * np.cos(2 * a) + weight * np.cos(2 * b)
    s = (1 - weight) * np.sin(2 * a) + weight * np.sin(2 * b)
    return (0.5 * np.arctan2(s, c)).astype(np.float32)


def smoothstep(lo: float, hi: float, x: NDArray) -> NDArray:
    """Hermite ramp from 0 at `lo` to 1 at `hi`."""
    t = np.clip((x - lo) / (hi - lo), 0.0, 1.0)
    return t * t * (3 - 2 * t)


def grid(shape: Shape) -> tuple[Array, Array]:
    """Pixel coordinates x in [0, 1] across the width, y in the same unit (so circles are round)."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    return x / shape[1], y / shape[1]
