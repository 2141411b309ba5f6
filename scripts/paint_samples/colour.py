"""Palettes: hex colours to arrays, and the small variations that keep a mixed colour alive."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .noise import Array


def rgb(code: str) -> Array:
    """'#rrggbb' to three floats in [0, 1]."""
    return np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)], np.float32) / 255


def palette(codes: str) -> Array:
    """Space-separated hex codes to an (n, 3) array, dark to light by convention."""
    return np.stack([rgb(c) for c in codes.split()])


def pick(colours: Array, tone: float, rng: np.random.Generator, spread: float = 0.12) -> Array:
    """The palette colour nearest a tone in [0, 1], perturbed: broken colour, not an interpolated ramp.

    Neighbouring pure pigments side by side are what keeps a painted area from turning to mud.
    """
    at = np.clip(tone + rng.normal(0, spread), 0, 1) * (len(colours) - 1)
    return colours[int(np.clip(np.rint(at), 0, len(colours) - 1))]


def jitter(colour: Array, rng: np.random.Generator, light: float = 0.035, hue: float = 0.02) -> Array:
    """Vary lightness and, independently per channel, hue."""
    return np.clip(colour * (1 + rng.normal(0, light)) + rng.normal(0, hue, 3), 0, 1).astype(np.float32)


def ramp(colours: Array, t: NDArray) -> Array:
    """Piecewise-linear lookup of a field t in [0, 1] in a palette."""
    at = np.clip(t, 0, 1) * (len(colours) - 1)
    lo = np.minimum(at.astype(int), len(colours) - 2)
    f = (at - lo)[..., None]
    return (colours[lo] * (1 - f) + colours[lo + 1] * f).astype(np.float32)


def saturate(image: Array, amount: float) -> Array:
    """Push colours away from their own grey."""
    grey = image @ np.array([0.299, 0.587, 0.114], np.float32)
    return np.clip(grey[..., None] + (image - grey[..., None]) * amount, 0, 1)
